/* What the journal keeps of a file: all of it, in few bytes. */
#include "corpus/history.h"
#include "unit.h"

/* All that a scan can find in a file, at the limits of its numbers. */
static struct scanned everything(void)
{
    static struct fact facts[] = {
        {.view = SLICE("by-tag"), .value = SLICE("a"), .line = 3, .column = 7},
        {.view = SLICE("by-tag"), .value = SLICE("b\0b"), .line = UINT32_MAX, .column = 1},
        {.view = SLICE("by-person"), .value = SLICE("c"), .line = 128, .column = 127},
    };
    static struct diag problems[] = {
        {.line = 1, .column = 2, .problem = SLICE("one"), .action = SLICE("kept")},
        {.problem = SLICE("two"), .action = SLICE("")},
    };
    static struct companion companions[] = {
        {.path = SLICE("f/e.srt"), .id = {.inode = 1}, .role = COMPANION_SPOKEN},
        {.path = SLICE("f/e.yaml"), .id = {.size = INT64_MAX}, .role = COMPANION_YAML},
    };
    facts[0].next = &facts[1];
    facts[1].next = &facts[2];
    problems[0].next = &problems[1];
    return (struct scanned){
        .path = SLICE("f/e.md"),
        .id = {.device = UINT64_MAX,
               .inode = 1 << 20,
               .size = 4711,
               .stamps = {{-1, 999999999}, {INT64_MAX, 0}},
               .access = {1000, 100, 0444},
               .links = 2},
        .head = {.title = SLICE("Title"),
                 .date = {2025, 12, 31},
                 .date_source = DATE_IN_PATH,
                 .body = 1234,
                 .body_line = 17,
                 .has_front = true,
                 .has_body = true},
        .facts = facts,
        .problems = problems,
        .companions = {companions, 2},
        .is_unread = true,
    };
}

static void assert_same_facts(const struct fact *a, const struct fact *b)
{
    for (; a && b; a = a->next, b = b->next) {
        assert_true(slice_equal(a->view, b->view));
        assert_true(slice_equal(a->value, b->value));
        assert_int_equal(a->line, b->line);
        assert_int_equal(a->column, b->column);
    }
    assert_ptr_equal(a, b); /* both have ended */
}

static void assert_same_problems(const struct diag *a, const struct diag *b)
{
    for (; a && b; a = a->next, b = b->next) {
        assert_true(slice_equal(a->problem, b->problem));
        assert_true(slice_equal(a->action, b->action));
        assert_int_equal(a->line, b->line);
        assert_int_equal(a->column, b->column);
    }
    assert_ptr_equal(a, b);
}

static void assert_same_head(const struct head *a, const struct head *b)
{
    assert_true(slice_equal(a->title, b->title));
    assert_int_equal(code_of_date(&a->date), code_of_date(&b->date));
    assert_int_equal(a->date_source, b->date_source);
    assert_int_equal(a->body, b->body);
    assert_int_equal(a->body_line, b->body_line);
    assert_int_equal(a->has_front, b->has_front);
    assert_int_equal(a->has_values, b->has_values);
    assert_int_equal(a->has_body, b->has_body);
    assert_int_equal(a->is_no_transcript, b->is_no_transcript);
    assert_int_equal(a->has_originals, b->has_originals);
}

static void assert_same_file(const struct scanned *a, const struct scanned *b)
{
    assert_true(slice_equal(a->path, b->path));
    assert_true(file_id_equal(&a->id, &b->id));
    assert_int_equal(a->id.links, b->id.links);
    assert_same_head(&a->head, &b->head);
    assert_same_facts(a->facts, b->facts);
    assert_same_problems(a->problems, b->problems);
    assert_int_equal(a->companions.count, b->companions.count);
    for (uint32_t i = 0; i < a->companions.count; i++) {
        assert_true(slice_equal(a->companions.at[i].path, b->companions.at[i].path));
        assert_true(file_id_equal(&a->companions.at[i].id, &b->companions.at[i].id));
        assert_int_equal(a->companions.at[i].role, b->companions.at[i].role);
    }
    assert_int_equal(a->is_stray, b->is_stray);
    assert_int_equal(a->is_folder, b->is_folder);
    assert_int_equal(a->is_gone, b->is_gone);
    assert_int_equal(a->is_unread, b->is_unread);
    assert_int_equal(a->is_hung, b->is_hung);
}

/* As it was written; and what lacks an end is none. */
static void test_a_file_is_read_as_it_was_written(void **state)
{
    (void)state;
    static char memory[1 << 12];
    const struct scanned written = everything();
    struct scanned file;
    struct journal journal;
    struct journal_record record;
    struct arena arena = {0};
    size_t cursor = 0;
    journal_open(&journal, memory, sizeof memory);
    history_note_file(&journal, &written);
    assert_true(journal_next(&journal, &cursor, &record));
    assert_true(history_read_file(&record, &arena, &file));
    assert_same_file(&written, &file);
    while (record.bytes.len--)
        assert_false(history_read_file(&record, &arena, &file));
    arena_free(&arena);
    journal_close(&journal);
}

/* A hundred thousand of these are most of what a worker leaves to the next. */
static void test_a_usual_file_takes_few_bytes(void **state)
{
    (void)state;
    static char memory[1 << 12];
    struct fact facts[10];
    for (unsigned i = 0; i < 10; i++)
        facts[i] = (struct fact){.next = i < 9 ? &facts[i + 1] : NULL,
                                 .view = i < 5 ? SLICE("by-tag") : SLICE("by-person"),
                                 .value = SLICE("ten bytes!"),
                                 .line = i + 2,
                                 .column = 12};
    const struct scanned usual = {
        .path = SLICE("year-2025/episode-000123.md"),
        .id = {.device = 65024,
               .inode = 123456789,
               .size = 40000,
               .stamps = {{1764215107, 123456789}, {1764215107, 123456789}},
               .access = {1000, 1000, 0444},
               .links = 1},
        .head = {.title = SLICE("The lantern and the ledger"), .date = {2025, 11, 27}, .body = 400},
        .facts = facts,
    };
    struct journal journal;
    struct journal_record record;
    size_t cursor = 0;
    journal_open(&journal, memory, sizeof memory);
    history_note_file(&journal, &usual);
    assert_true(journal_next(&journal, &cursor, &record));
    assert_in_range(cursor, 200, 300); /* the texts are 168 */
    journal_close(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_as_it_was_written),
        cmocka_unit_test(test_a_usual_file_takes_few_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
