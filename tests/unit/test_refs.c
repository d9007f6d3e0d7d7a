/* transcript/refs: what a turn is cited by, and what may be done to a file without losing it. */
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/utf8.h"
#include "transcript/body.h"
#include "metadata/front.h"
#include "transcript/refs.h"

static void read_body(struct slice text, struct body *body)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    assert_int_equal(front_read(&arena, text, true, &limits, &diags, &front), 0);
    assert_int_equal(body_read(slice_skip(text, front.body), front.body_line, front.map,
                               (struct slice){0}, &limits, &diags, body),
                     0);
    assert_int_equal(refs_note(body, front.map), 0);
    arena_free(&arena);
}

/* "ref ref …" */
static void assert_refs(const char *text, const char *wanted)
{
    cleanup_buf struct buf refs = {0};
    struct body body;
    read_body(slice_of(text), &body);
    for (uint32_t i = 0; i < body.count; i++) {
        buf_add_text(&refs, i ? " " : "");
        ref_add(&refs, body.turns[i].ref);
    }
    body_free(&body);
    assert_slice(buf_slice(&refs), wanted);
}

#define ANA  "**Ana:** Is it “the tide”?\n\n"
#define BO   "**Bo:** Yes.\n\n"
#define TALK "**Ana:** Then we wait.\n\n**Bo:** We do.\n\n**Ana:** Good.\n\n"

/* The rule is what people cite by, and the manual says how to compute it: to change these takes a
 * major version. */
static void the_rule_stays(void **state)
{
    (void)state;
    assert_refs(ANA BO, "moykskf4uzcbo 3jbvitiphtj5i");
    assert_refs("Words of nobody.\n", "v6uvuv4flurfk");
    assert_refs("**林岚：** 潮汐来了。\n\n**安：** 好。\n", "6dx3il6w4v2jo lbln7obv3ig4q");
    assert_refs(BO BO ANA BO BO, "tf43b66wtwa3q 4its3nr5cx5us moykskf4uzcbo 7rgsrx4wr2uim "
                                 "3rdpwwr4agr3m");
}

static void markup_and_white_space_do_not_count(void **state)
{
    static const char *const same[] = {
        "**Ana:** Is it “the tide”?\n\n**Bo:** Yes.\n",
        "**Ana:** Is it \"the *tide*\"?\n\n**Bo:** Yes.\n",
        "**Ana**: Is it\n\"the tide\"?\n\n\n**Bo**:  Yes.\n",
        "## Heading\n\n**Ana:** Is it “the\u00a0tide”\u200b?\n\n**Bo:** Yes\\.\n",
        "**Ana:** Is it\n\n“the tide”?\n\n**Bo:** <b>Yes</b>.\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_refs(same[i], "moykskf4uzcbo 3jbvitiphtj5i");
}

static void what_is_no_reference_is_not_read_as_one(void **state)
{
    static const char *const none[] = {
        "", "moykskf4uzcb", "moykskf4uzcboa", "MOYKSKF4UZCBO", "moykskf4uzcb1", "moykskf4uzcbp"};
    uint64_t ref;
    (void)state;
    assert_true(ref_read(SLICE("moykskf4uzcbo"), &ref));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(ref_read(slice_of(none[i]), &ref));
    assert_false(ref_read((struct slice){"moykskf4uzcb\0", 13}, &ref));
}

static void corrections_are_those_of_the_front_matter(void **state)
{
    static const char text[] = "---\nRefs:\n"
                               "  aaaaaaaaaaaaa: baaaaaaaaaaaa\n" /* in a circle with … */
                               "  caaaaaaaaaaaa: daaaaaaaaaaaa\n" /* again */
                               "  daaaaaaaaaaaa: moykskf4uzcbo\n"
                               "  baaaaaaaaaaaa: aaaaaaaaaaaaa\n"
                               "  3jbvitiphtj5i: moykskf4uzcbo\n" /* a turn has it */
                               "  eaaaaaaaaaaaa: [moykskf4uzcbo]\n"
                               "  other: moykskf4uzcbo\n---\n" ANA BO;
    struct body body;
    uint64_t ref;
    (void)state;
    read_body(slice_of(text), &body);
    assert_int_equal(body.old_ref_count, 2);
    assert_true(ref_read(SLICE("caaaaaaaaaaaa"), &ref));
    assert_int_equal(refs_find(&body, ref), 0);
    assert_true(ref_read(SLICE("3jbvitiphtj5i"), &ref));
    assert_int_equal(refs_find(&body, ref), 1);
    assert_true(ref_read(SLICE("aaaaaaaaaaaaa"), &ref));
    assert_int_equal(refs_find(&body, ref), 2);
    body_free(&body);
}

/* --- random edits ----------------------------------------------------------------------------- */

static uint64_t random_state;

static size_t any(size_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % below;
}

/* A file as blocks with an empty line between them. */
struct file {
    char *blocks[4096];
    size_t count;
};

static char *copy(struct slice text)
{
    char *copied = strndup(text.data, text.len);
    assert_non_null(copied);
    return copied;
}

static void insert(struct file *file, size_t at, char *block)
{
    if (file->count == sizeof file->blocks / sizeof *file->blocks) {
        free(block);
        return;
    }
    memmove(file->blocks + at + 1, file->blocks + at, (file->count - at) * sizeof *file->blocks);
    file->blocks[at] = block;
    file->count++;
}

static char *take(struct file *file, size_t at)
{
    char *block = file->blocks[at];
    file->count--;
    memmove(file->blocks + at, file->blocks + at + 1, (file->count - at) * sizeof *file->blocks);
    return block;
}

static void split(struct file *file, struct slice text)
{
    *file = (struct file){.count = 0};
    while (text.len) {
        const char *end = memmem(text.data, text.len, "\n\n", 2);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        if (len)
            insert(file, file->count, copy(slice_head(text, len)));
        text = slice_skip(text, len + (end ? 2 : 0));
    }
}

/* Short answers recur, as they do where people talk. */
static char *new_block(void)
{
    static const char *const said[] = {"Yes.", "No.", "Mhm.", "Why?", NULL};
    static const char *const who[] = {"Ana", "Bo", "林岚"};
    const char *short_one = said[any(5)], *speaker = who[any(3)];
    unsigned number = (unsigned)any(500);
    char *block;
    int len = short_one
                  ? asprintf(&block, "**%s:** %s", speaker, short_one)
                  : asprintf(&block, "**%s:** I saw %u of them, *all* white.", speaker, number);
    assert_true(len > 0);
    return block;
}

/* Puts a word in the place of a letter behind the label. */
static void correct(struct file *file, size_t at)
{
    char *block = file->blocks[at], *now;
    size_t len = strlen(block), place = len / 2 + any(len / 2 + 1);
    while (place < len && ((unsigned char)block[place] & 0xC0) == 0x80)
        place++;
    assert_true(asprintf(&now, "%.*s word %s", (int)place, block, block + place) > 0);
    file->blocks[at] = now;
    free(block);
}

static void edit(struct file *file)
{
    size_t at = any(file->count), to = any(file->count);
    switch (any(5)) {
    case 0:
        insert(file, at, new_block());
        return;
    case 1:
        if (file->count > 4)
            free(take(file, at));
        return;
    case 2:
        correct(file, at);
        return;
    case 3:
        insert(file, to, take(file, at));
        return;
    default:
        insert(file, to, copy(slice_of(file->blocks[at])));
    }
}

/* What each reference that was ever given out was of. */
struct given {
    struct map refs; /* its text -> place in `said` */
    uint64_t *said;
    size_t cap;
    struct arena arena;
};

static uint64_t said_by(const struct body *body, uint32_t i)
{
    cleanup_buf struct buf said = {0};
    utf8_squeeze(&said, turn_speaker(body, &body->turns[i]));
    buf_add_byte(&said, '\n');
    utf8_squeeze(&said, turn_words(body, &body->turns[i]));
    return hash64(buf_slice(&said), 7);
}

/* Each leads to its words or to nothing; all turns have one of their own. */
static void check_given(struct given *given, const struct body *body)
{
    struct map now = {0};
    for (uint32_t i = 0; i < body->count; i++) {
        cleanup_buf struct buf ref = {0};
        ref_add(&ref, body->turns[i].ref);
        struct slice text = arena_copy(&given->arena, buf_slice(&ref));
        struct map_slot *slot = map_put(&now, text), *before;
        assert_int_equal(slot->value, UINT32_MAX);
        slot->value = i;
        before = map_put(&given->refs, text);
        if (before->value == UINT32_MAX) {
            before->value = (uint32_t)given->refs.len - 1;
            if (given->refs.len > given->cap) {
                given->cap = given->refs.len * 2;
                given->said = reallocarray(given->said, given->cap, sizeof *given->said);
            }
            given->said[before->value] = said_by(body, i);
        }
    }
    for (size_t i = 0; i < given->refs.cap; i++) {
        if (!given->refs.slots[i].key.data)
            continue;
        uint32_t turn = map_get(&now, given->refs.slots[i].key);
        if (turn != UINT32_MAX)
            assert_true(said_by(body, turn) == given->said[given->refs.slots[i].value]);
    }
    map_free(&now);
}

static void edit_and_check(struct slice text, unsigned edits)
{
    struct given given = {.cap = 0};
    struct file file;
    split(&file, text);
    for (unsigned i = 0; i <= edits && file.count; i++) {
        cleanup_buf struct buf now = {0};
        struct body body;
        for (size_t b = 0; b < file.count; b++) {
            buf_add_text(&now, file.blocks[b]);
            buf_add_text(&now, "\n\n");
        }
        read_body(buf_slice(&now), &body);
        check_given(&given, &body);
        body_free(&body);
        edit(&file);
    }
    while (file.count)
        free(take(&file, 0));
    map_free(&given.refs);
    free(given.said);
    arena_free(&given.arena);
}

static void no_edit_makes_a_reference_lie(void **state)
{
    (void)state;
    random_state = 20261126;
    for (int n = 0; n < 10; n++) {
        cleanup_buf struct buf text = {0};
        for (int i = 0; i < 60; i++) {
            cleanup_free char *block = new_block();
            buf_add_text(&text, block);
            buf_add_text(&text, "\n\n");
        }
        edit_and_check(buf_slice(&text), 100);
    }
}

/* What is far from an edit stays cited by what it was. */
static void what_recurs_nowhere_keeps_its_reference(void **state)
{
    static const char *const texts[] = {ANA BO TALK, TALK BO ANA,
                                        TALK ANA "**Chi:** Late again.\n\n" BO,
                                        "# Heading\n\n" ANA "## Another\n\n" BO TALK};
    static const char *const refs[] = {"moykskf4uzcbo", "3jbvitiphtj5i", "tf43b66wtwa3q"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct body body;
        read_body(slice_of(texts[i]), &body);
        for (size_t r = 0; r < 3; r++) {
            uint64_t ref;
            assert_true(ref_read(slice_of(refs[r]), &ref));
            assert_int_equal(refs_find(&body, ref) < body.count, r < 2);
        }
        body_free(&body);
    }
}

/* --- real transcripts, where there are any ---------------------------------------------------- */

static const char *corpus;

enum { MOST_FILES = 50, MOST_EDITS = 20, MOST_BYTES = 40000 };

static void edit_file(const char *path)
{
    cleanup_buf struct buf text = {0};
    char block[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(block, 1, sizeof block, file);
    fclose(file);
    buf_add(&text, block, utf8_valid_prefix((struct slice){block, len}));
    edit_and_check(buf_slice(&text), MOST_EDITS);
}

/* One of seven files below a folder, until there are enough. */
static void edit_files(const char *folder, int *files)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        cleanup_free char *path = NULL;
        const char *name = names[i]->d_name;
        if (name[0] != '.' && asprintf(&path, "%s/%s", folder, name) > 0) {
            if (names[i]->d_type == DT_DIR)
                edit_files(path, files);
            else if (slice_ends(slice_of(name), SLICE(".md")) && *files < MOST_FILES && !any(7)) {
                edit_file(path);
                ++*files;
            }
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

static void no_edit_of_a_real_file_makes_a_reference_lie(void **state)
{
    int files = 0;
    (void)state;
    random_state = 1126;
    if (corpus)
        edit_files(corpus, &files);
    if (!files)
        skip();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_stays),
        cmocka_unit_test(markup_and_white_space_do_not_count),
        cmocka_unit_test(what_is_no_reference_is_not_read_as_one),
        cmocka_unit_test(corrections_are_those_of_the_front_matter),
        cmocka_unit_test(what_recurs_nowhere_keeps_its_reference),
        cmocka_unit_test(no_edit_makes_a_reference_lie),
        cmocka_unit_test(no_edit_of_a_real_file_makes_a_reference_lie),
    };
    corpus = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
