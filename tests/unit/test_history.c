/* What one builder leaves to the next: the same corpus under the same numbers and versions, however
 * much was changed, compacted and left half done before. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/build.h"
#include "corpus/history.h"
#include "corpus/resume.h"
#include "query/known_queries.h"
#include "unit.h"

enum { SIZE = 64 << 20, FILES = 60, EDITS = 400, MORE = 40 };

/* The n-th configuration calls the date view by-date or by-day. */
static struct configuration configured(unsigned n)
{
    static char text[32];
    snprintf(text, sizeof text, "# %u", n);
    return (struct configuration){
        .id = {.inode = n},
        .text = slice_of(text),
        .date_view = n % 2 ? SLICE("by-day") : SLICE("by-date"),
        .own = {.aliases = n % 2 ? SLICE("KG\0Kora Gibbel\0") : SLICE(""),
                .link_keys = SLICE("page\0")},
    };
}

struct world {
    struct limits limits;
    void *memory;
    struct journal journal;
    struct builder *builder;
    struct corpus *corpus; /* the newest; the others are kept until the end */
    struct corpus *all[EDITS + MORE + 8];
    size_t count;
};

static void begin(struct world *w, void *memory)
{
    *w = (struct world){.limits = limits_default(), .memory = memory};
    journal_open(&w->journal, memory, SIZE);
    const struct corpus_options options = {.limits = &w->limits, .journal = &w->journal};
    w->builder = builder_new(&options);
    assert_non_null(w->builder);
}

static void finish(struct world *w)
{
    for (size_t i = 0; i < w->count; i++)
        (i + 1 < w->count ? corpus_release : corpus_free_last)(w->all[i]);
    builder_free(w->builder);
    journal_close(&w->journal);
}

static void keep(struct world *w, struct corpus *corpus)
{
    w->all[w->count++] = w->corpus = corpus;
}

/* A file with two values, one of which is written in two ways. */
static void publish(struct world *w, unsigned number, unsigned state, bool is_gone)
{
    char path[64], title[64], tag[64];
    struct corpus *next;
    struct fact second = {.view = SLICE("by-tag"),
                          .value = state % 3 ? SLICE("Both") : SLICE("both")};
    struct fact first = {.next = &second, .view = SLICE("by-person"), .value = {tag, 0}};
    struct diag problem = {
        .line = 3, .column = state, .problem = SLICE("bad"), .action = SLICE("kept")};
    first.value.len = (size_t)snprintf(tag, sizeof tag, "Person %u", state % 50);
    struct scanned file = {
        .path = {path, (size_t)snprintf(path, sizeof path, "f%u/e%u.md", number % 7, number)},
        .head.title = {title, (size_t)snprintf(title, sizeof title, "Title %u", state)},
        .id = {.inode = number, .size = state},
        .head.date = {.year = (uint16_t)(2000 + state % 20), .month = 5, .day = 6},
        .facts = &first,
        .problems = state % 4 ? NULL : &problem,
        .head.has_body = true,
        .is_gone = is_gone,
    };
    assert_int_equal(corpus_next(w->builder, w->corpus, &file, 1, &next), 0);
    keep(w, next);
}

static void notify(struct world *w)
{
    journal_add(&w->journal, HISTORY_NOTIFIED, (uint32_t)w->corpus->generation, SLICE(""));
}

static void assert_same_facets(const struct facet_refs *a, const struct facet_refs *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_int_equal(a->spellings[i]->facet, b->spellings[i]->facet);
        assert_true(slice_equal(a->spellings[i]->text, b->spellings[i]->text));
    }
}

static void assert_same_episode(const struct episode *a, const struct episode *b)
{
    assert_int_equal(!a, !b);
    if (!a)
        return;
    assert_true(slice_equal(a->path, b->path));
    assert_true(slice_equal(a->name, b->name));
    assert_true(slice_equal(a->entry, b->entry));
    assert_true(slice_equal(a->head.title, b->head.title));
    assert_true(file_id_equal(&a->id, &b->id));
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->folder, b->folder);
    /* Another configuration has all files read again; here it has not, and what was resumed has the
     * last one. */
    assert_non_null(b->own);
    assert_int_equal(a->problems.count, b->problems.count);
    if (a->problems.count)
        assert_int_equal(a->problems.at[0].column, b->problems.at[0].column);
    assert_same_facets(a->facet_refs, b->facet_refs);
}

static void assert_same(const struct corpus *a, const struct corpus *b)
{
    assert_int_equal(a->generation, b->generation);
    assert_int_equal(a->episode_count, b->episode_count);
    /* The next one has room for all numbers from the start. */
    assert_true(a->episode_cap <= b->episode_cap);
    assert_int_equal(a->folder_count, b->folder_count);
    assert_int_equal(a->hash, b->hash);
    assert_true(slice_equal(a->date_view, b->date_view));
    for (uint32_t i = 0; i < b->episode_cap; i++)
        assert_same_episode(corpus_episode(a, i), b->episodes[i]);
    for (uint32_t i = 0; i < b->folder_cap; i++) {
        const struct folder *folder = corpus_folder(a, i);
        assert_int_equal(!folder, !b->folders[i]);
        if (folder)
            assert_true(slice_equal(folder->name, b->folders[i]->name));
    }
    for (uint32_t i = 0; i < b->views.facet_cap; i++) {
        const struct facet *x = views_facet(&a->views, i), *y = views_facet(&b->views, i);
        assert_int_equal(!x, !y);
        if (x)
            assert_true(slice_equal(x->name, y->name));
    }
}

static void configure(struct world *w, unsigned n)
{
    const struct configuration configuration = configured(n);
    assert_int_equal(builder_configure(w->builder, &configuration), 0);
}

static void assert_configured(const struct world *w, unsigned n)
{
    struct configuration found = {0};
    const struct configuration expected = configured(n);
    assert_true(history_configuration(&w->journal, &found));
    assert_true(file_id_equal(&expected.id, &found.id));
    assert_true(slice_equal(expected.text, found.text));
    assert_true(slice_equal(expected.date_view, found.date_view));
    assert_true(slice_equal(expected.own.aliases, found.own.aliases));
    assert_true(slice_equal(expected.own.link_keys, found.own.link_keys));
}

static void edit_much(struct world *w, bool is_compacted)
{
    srand(1);
    configure(w, 0);
    publish(w, 0, 1, false);
    notify(w);
    for (unsigned i = 1; i < EDITS; i++) {
        if (i % 100 == 0)
            configure(w, i / 100);
        publish(w, (unsigned)rand() % FILES, i, rand() % 4 == 0);
        if (rand() % 3)
            notify(w);
        if (is_compacted && i % 50 == 0)
            history_compact(&w->journal);
    }
    notify(w);
}

/* What the next one noted leads on from what it found. */
static void assert_third(struct world *next)
{
    struct world third;
    struct corpus *told;
    struct corpora seen;
    notify(next);
    begin(&third, next->memory);
    assert_int_equal(corpus_resume(third.builder, &told, &seen), 0);
    keep(&third, told);
    assert_same(next->corpus, told);
    finish(&third);
}

/* The next one, which goes on too, so that numbers and versions of both stay the same. */
static void assert_goes_on(struct world *w, const struct corpus *told, const struct corpus *seen)
{
    struct world next;
    struct corpus *was_told;
    struct corpora was_seen;
    begin(&next, w->memory);
    assert_int_equal(corpus_resume(next.builder, &was_told, &was_seen), 0);
    keep(&next, was_told);
    assert_same(told, was_told);
    assert_int_equal(seen ? 3 : 0, was_seen.count);
    for (size_t i = 0; i < was_seen.count; i++) {
        keep(&next, was_seen.at[i]);
        assert_same(w->all[w->count - was_seen.count + i], was_seen.at[i]);
    }
    for (unsigned i = 0; i < MORE; i++) {
        unsigned number = (unsigned)rand() % FILES, state = EDITS + i;
        bool is_gone = rand() % 4 == 0;
        publish(&next, number, state, is_gone);
        publish(w, number, state, is_gone);
        assert_same(w->corpus, next.corpus);
    }
    assert_third(&next);
    finish(&next);
}

static void check(bool is_compacted, bool is_seen, bool has_tail)
{
    void *memory = calloc(1, SIZE);
    struct world w;
    begin(&w, memory);
    edit_much(&w, is_compacted);
    const struct corpus *told = w.corpus;
    /* One comes and goes. */
    for (unsigned i = 0; is_seen && i < 3; i++) {
        configure(&w, 10 + i);
        publish(&w, FILES + 1 - i / 2, 9999 + i, i == 1);
    }
    if (has_tail) {
        /* The beginning of a generation that was never published. */
        const struct scanned torn = {.path = SLICE("torn.md"), .head.has_body = true};
        const struct configuration configuration = configured(999);
        history_note_configuration(&w.journal, &configuration);
        history_note_file(&w.journal, &torn);
        history_note_version(&w.journal, 0, 77777);
    }
    /* The first goes on beside the next, and is not to write. */
    char *before = malloc(SIZE);
    assert_non_null(before);
    memcpy(before, memory, SIZE);
    w.memory = before;
    assert_configured(&w, is_seen ? 12 : (EDITS - 1) / 100);
    assert_goes_on(&w, told, is_seen ? w.corpus : NULL);
    finish(&w);
    free(before);
    free(memory);
}

static void test_the_same_goes_on(void **state)
{
    (void)state;
    check(false, false, false);
}

static void test_after_compacting(void **state)
{
    (void)state;
    check(true, false, false);
}

static void test_with_one_that_was_only_seen(void **state)
{
    (void)state;
    check(false, true, false);
    check(true, true, false);
}

static void test_with_one_that_was_not_finished(void **state)
{
    (void)state;
    check(false, false, true);
    check(true, true, true);
}

static void test_it_stays_small(void **state)
{
    (void)state;
    void *memory = calloc(1, SIZE);
    struct world w;
    struct journal_record record;
    size_t before = 0, after = 0;
    begin(&w, memory);
    edit_much(&w, false);
    while (journal_next(&w.journal, &before, &record))
        ;
    history_compact(&w.journal);
    while (journal_next(&w.journal, &after, &record))
        ;
    assert_in_range(after, 1, before / 3);
    finish(&w);
    free(memory);
}

static void test_a_broken_journal(void **state)
{
    (void)state;
    struct corpus *told;
    struct corpora seen;
    void *memory = calloc(1, SIZE);
    struct world w, next;
    begin(&w, memory);
    edit_much(&w, true);
    journal_give_up(&w.journal);
    begin(&next, memory);
    assert_int_equal(corpus_resume(next.builder, &told, &seen), -ESTALE);
    /* By what files are read is known all the same, also when that is all that is left. */
    assert_configured(&w, (EDITS - 1) / 100);
    for (int times = 0; times < 2; times++) {
        history_begin_anew(&next.journal);
        assert_configured(&next, (EDITS - 1) / 100);
        assert_true(journal_is_whole(&next.journal));
    }
    assert_int_equal(corpus_resume(next.builder, &told, &seen), -ESTALE);
    finish(&next);
    finish(&w);
    free(memory);
}

/* It may be as before, or another corpus; but nobody reads or writes beside what is there. */
static void resume_or_not(void *memory)
{
    struct corpora seen;
    struct corpus *told;
    struct world w;
    begin(&w, memory);
    int err = corpus_resume(w.builder, &told, &seen);
    keep(&w, told);
    for (size_t i = 0; i < seen.count; i++)
        keep(&w, seen.at[i]);
    if (!err)
        history_compact(&w.journal);
    if (!told)
        w.count = 0;
    finish(&w);
}

/* A record with a number that no worker writes, though its bytes are where they should be. */
static void test_impossible_numbers(void **state)
{
    (void)state;
    static const struct journal_record impossible[] = {
        {.kind = HISTORY_NOTIFIED + 1, .bytes = SLICE("four")},
        {.kind = 1U << 31, .bytes = SLICE("four")},
        {.kind = HISTORY_VERSION, .key = UINT32_MAX, .bytes = SLICE("four")},
        {.kind = HISTORY_VERSION, .key = 1, .bytes = SLICE("?")},
        {.kind = HISTORY_TURNS, .key = UINT32_MAX, .bytes = SLICE("four")},
        {.kind = HISTORY_SELECTION, .key = UINT32_MAX, .bytes = SLICE("")},
    };
    void *memory = calloc(1, SIZE);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        struct corpora seen;
        struct corpus *told;
        struct world w;
        memset(memory, 0, SIZE);
        begin(&w, memory);
        configure(&w, 0);
        publish(&w, 1, 1, false);
        journal_add(&w.journal, impossible[i].kind, impossible[i].key, impossible[i].bytes);
        finish(&w);
        begin(&w, memory);
        assert_int_equal(corpus_resume(w.builder, &told, &seen), -ESTALE);
        finish(&w);
    }
    free(memory);
}

/* Whoever died may have written anywhere: what follows reads no further than there are records. */
static void test_a_spoilt_journal(void **state)
{
    (void)state;
    unsigned char *memory = calloc(1, SIZE);
    struct world w;
    struct journal_record record;
    struct configuration found;
    srand(1);
    for (int times = 0; times < 200; times++) {
        memset(memory, 0, SIZE);
        begin(&w, memory);
        configure(&w, 0);
        for (unsigned i = 0; i < 20; i++)
            publish(&w, i, i, false);
        finish(&w);
        /* In the first bytes are the header of the journal and those of some records. */
        for (int i = 0; i < 8; i++)
            memory[rand() % (times % 2 ? 32 : 1024)] = (unsigned char)rand();
        journal_open(&w.journal, memory, SIZE);
        for (size_t cursor = 0; journal_next(&w.journal, &cursor, &record);) {
            assert_in_range((uintptr_t)record.bytes.data, (uintptr_t)memory,
                            (uintptr_t)memory + SIZE);
            assert_in_range(record.bytes.len, 0,
                            (uintptr_t)memory + SIZE - (uintptr_t)record.bytes.data);
        }
        (void)history_configuration(&w.journal, &found);
        journal_close(&w.journal);
        resume_or_not(memory);
        journal_open(&w.journal, memory, SIZE);
        history_begin_anew(&w.journal);
        journal_close(&w.journal);
    }
    free(memory);
}

static void test_nothing_is_known(void **state)
{
    (void)state;
    struct configuration found;
    struct journal journal;
    void *memory = calloc(1, SIZE);
    journal_open(&journal, memory, SIZE);
    assert_false(history_configuration(&journal, &found));
    history_begin_anew(&journal);
    assert_false(history_configuration(&journal, &found));
    journal_close(&journal);
    free(memory);
}

/* What was compacted is given back to the system, where others share the memory. */
static void test_memory_is_given_back(void **state)
{
    (void)state;
    char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct world w;
    assert_ptr_not_equal(memory, MAP_FAILED);
    begin(&w, memory);
    edit_much(&w, false);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t used = 0;
    for (size_t i = page; i < SIZE / 2 - page; i++)
        used += memory[i] != 0;
    assert_true(used > page);
    history_compact(&w.journal);
    for (size_t i = page; i < SIZE / 2 - page; i++)
        assert_int_equal(memory[i], 0);
    finish(&w);
    munmap(memory, SIZE);
}

static const struct query_moment first_moment = {.generation = 1};

static uint32_t enter(struct known_queries *known, unsigned query)
{
    char text[16];
    uint32_t number;
    bool may_keep;
    const struct slice name = {text, (size_t)snprintf(text, sizeof text, "q%u", query)};
    assert_int_equal(known_queries_enter(known, name, &first_moment, &number, &may_keep), 0);
    return number;
}

static void forget(struct known_queries *known)
{
    struct known_query oldest;
    while (known_queries_take_oldest(known, &oldest))
        known_queries_forget(known, &oldest);
}

static size_t count_records(const struct journal *journal)
{
    struct journal_record record;
    size_t count = 0;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);)
        count++;
    return count;
}

/* However many queries there were: the latest keep their numbers, and no number comes again. */
static void test_numbers_of_queries(void **state)
{
    (void)state;
    enum { QUERIES = 3 * QUERY_SLOTS };
    void *memory = calloc(1, SIZE);
    char text[NAME_MAX];
    struct journal journal;
    struct journal_record record;
    struct known_queries known, next;
    journal_open(&journal, memory, SIZE);
    assert_int_equal(known_queries_init(&known), 0);
    known.journal = &journal;
    bool *given = calloc(QUERY_NUMBERS, sizeof *given);
    uint32_t number = 0;
    for (unsigned i = 0; i < QUERIES; i++) {
        assert_int_equal(enter(&known, 0), 0); /* it is used all the time */
        number = enter(&known, i);
        assert_true(!i || !given[number]);
        given[number] = true;
        forget(&known);
    }
    assert_int_equal(known_queries_count(&known), QUERIES_KEPT);
    journal_add(&journal, HISTORY_NOTIFIED, 1, SLICE(""));
    journal_add(&journal, HISTORY_PUBLISHED, 1, SLICE(""));
    history_compact(&journal);
    assert_in_range(count_records(&journal), QUERIES_KEPT, QUERY_SLOTS + 2);

    assert_int_equal(known_queries_init(&next), 0);
    for (size_t cursor = 0; journal_next(&journal, &cursor, &record);) {
        if (record.kind == HISTORY_SELECTION)
            assert_int_equal(known_queries_restore(&next, &record), 0);
    }
    assert_int_equal(enter(&next, 0), 0);
    assert_int_equal(enter(&next, QUERIES - 1), number);
    assert_int_equal(known_queries_text(&next, 1, text).len, 0);
    assert_false(given[enter(&next, QUERIES)]);
    assert_false(given[enter(&next, 1)]);
    free(given);
    known_queries_free(&next);
    known_queries_free(&known);
    journal_close(&journal);
    free(memory);
}

/* Clients that use new queries faster than they can be notified may keep nothing of most, which are
 * forgotten one by one. Numbers are not wasted on slots that are taken. */
static void test_more_queries_than_can_be_forgotten(void **state)
{
    (void)state;
    enum { QUERIES = 10 * QUERY_SLOTS };
    struct known_queries known;
    struct known_query query;
    char text[NAME_MAX];
    bool may_keep;
    uint32_t number = 0, kept = 0;
    assert_int_equal(known_queries_init(&known), 0);
    for (unsigned i = 0; i < QUERIES; i++) {
        number = enter(&known, i);
        assert_in_range(number, 0, 2 * QUERIES);
        assert_true(known_queries_use(&known, number, &first_moment, &may_keep));
        kept += may_keep;
    }
    assert_false(may_keep);
    assert_in_range(kept, QUERIES_KEPT, QUERY_SLOTS / 2);
    assert_int_equal(known_queries_count(&known), QUERY_SLOTS);
    for (uint32_t slot = 0; slot < QUERY_SLOTS; slot++)
        kept -= known_queries_take_shown(&known, slot, &query);
    assert_int_equal(kept, 0);
    assert_true(known_queries_text(&known, number, text).len);
    known_queries_free(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_goes_on),
        cmocka_unit_test(test_after_compacting),
        cmocka_unit_test(test_with_one_that_was_only_seen),
        cmocka_unit_test(test_with_one_that_was_not_finished),
        cmocka_unit_test(test_it_stays_small),
        cmocka_unit_test(test_a_broken_journal),
        cmocka_unit_test(test_a_spoilt_journal),
        cmocka_unit_test(test_impossible_numbers),
        cmocka_unit_test(test_nothing_is_known),
        cmocka_unit_test(test_memory_is_given_back),
        cmocka_unit_test(test_numbers_of_queries),
        cmocka_unit_test(test_more_queries_than_can_be_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
