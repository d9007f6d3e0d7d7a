/* values/limits, syntax/markdown_cost, syntax/alloc_guard: the table, and what keeps cmark from
 * what it cannot take.
 */
#include "unit.h"

#include <cmark.h>
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "syntax/alloc_guard.h"
#include "syntax/markdown_cost.h"

static void defaults_are_in_bounds(void **state)
{
    const struct limits limits = limits_default();
    char text[LIMIT_TEXT];
    (void)state;
    for (enum limit i = 0; i < LIMIT_COUNT; i++) {
        struct limits other = {0};
        const struct limit_row *row = &limit_rows[i];
        assert_true(row->least <= row->initial && row->initial <= row->most);
        assert_int_equal(limit_find(slice_of(row->name)), i);
        assert_true(limit_set(&other, i, limit_value(i, row->initial, text)));
        assert_true(other.at[i] == limits.at[i]);
    }
    assert_int_equal(limit_find(SLICE("max_fil")), LIMIT_COUNT);
}

static void a_message_names_limit_and_option(void **state)
{
    const struct limits limits = limits_default();
    char text[LIMIT_TEXT];
    (void)state;
    assert_string_equal(limit_message(&limits, LIMIT_FILE, text),
                        "a file of more than 64 MiB (-o max_file)");
    assert_string_equal(limit_message(&limits, LIMIT_TURNS, text),
                        "more than 65,535 turns (-o max_turns)");
    assert_string_equal(limit_words(LIMIT_FILE, 0, text), "0 bytes");
    assert_string_equal(limit_words(LIMIT_FILE, UINT64_C(5) << 40, text), "5,120 GiB");
    assert_string_equal(limit_words(LIMIT_FILE, 1000001, text), "1,000,001 bytes");
    assert_string_equal(limit_value(LIMIT_FILE, 1536, text), "1536");
}

/* --- shape ------------------------------------------------------------------------------------ */

/* How many quotations and items are around the deepest block of a text, to cmark. */
static uint64_t real_depth(struct slice text)
{
    cmark_node *document = cmark_parse_document(text.data, text.len, CMARK_OPT_DEFAULT);
    cmark_iter *iter = cmark_iter_new(document);
    uint64_t depth = 0, deepest = 0;
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(iter));
        if (type != CMARK_NODE_BLOCK_QUOTE && type != CMARK_NODE_ITEM)
            continue;
        depth += event == CMARK_EVENT_ENTER ? 1 : -1;
        deepest = depth > deepest ? depth : deepest;
    }
    cmark_iter_free(iter);
    cmark_node_free(document);
    return deepest;
}

/* Texts of what nests, put together by chance: none may be deeper than the shape allows. */
static void no_text_is_deeper_than_its_shape(void **state)
{
    static const char *const pieces[] = {"> ",   ">",   "- ", "* ",  "1. ",  "10) ", "  ",
                                         "    ", " ",   "\t", "\n",  "\n",   "\n ",  "\r",
                                         "a",    "***", "-",  "```", "\n\n", "\n  "};
    uint64_t deepest = 0;
    (void)state;
    srandom(1);
    for (int i = 0; i < 100000; i++) {
        cleanup_buf struct buf text = {0};
        for (long left = random() % 60; left >= 0; left--)
            buf_add_text(&text, pieces[(size_t)random() % (sizeof pieces / sizeof *pieces)]);
        uint64_t depth = real_depth(buf_slice(&text));
        struct limits limits = limits_default();
        uint32_t line;
        limits.at[LIMIT_NESTING] = depth ? depth - 1 : 0;
        if (depth && markdown_cost_check(buf_slice(&text), &limits, &line) != LIMIT_NESTING)
            fail_msg("%llu deep, and not told: \"%s\"", (unsigned long long)depth, text.data);
        deepest = depth > deepest ? depth : deepest;
    }
    assert_true(deepest > 8);
}

static void the_line_of_too_much_is_told(void **state)
{
    static const struct {
        const char *text;
        enum limit limit;
        uint32_t line;
    } rows[] = {
        {"a\n\n> > > b\n", LIMIT_NESTING, 2},
        {"a\n\n> > b\n", LIMIT_COUNT, 0},
        {"- a\n  - b\n    - c\n", LIMIT_NESTING, 2},
        {"- a\n\nwords\n\n    - c\n    - d\n", LIMIT_COUNT, 0},
        {"- - - - -\n> - - -\n", LIMIT_COUNT, 0},
        {"![a] ![b]\n![c]\n", LIMIT_IMAGES, 1},
        {"![a] ![b]\n \n![c]\n", LIMIT_COUNT, 0},
    };
    struct limits limits = limits_default();
    (void)state;
    limits.at[LIMIT_NESTING] = limits.at[LIMIT_IMAGES] = 2;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t line;
        assert_int_equal(markdown_cost_check(slice_of(rows[i].text), &limits, &line),
                         rows[i].limit);
        if (rows[i].limit != LIMIT_COUNT)
            assert_int_equal(line, rows[i].line);
    }
}

/* --- guard ------------------------------------------------------------------------------------ */

struct eating {
    size_t bites, bite;
    size_t done;
    bool gives_back, grows;
};

static void eat(void *eating_)
{
    struct eating *eating = eating_;
    char *kept = NULL;
    for (; eating->done < eating->bites; eating->done++) {
        char *memory = eating->grows ? alloc_guard_realloc(kept, eating->bite * (eating->done + 1))
                                     : alloc_guard_calloc(1, eating->bite);
        memset(memory, 'x', eating->bite);
        if (eating->gives_back)
            alloc_guard_free(memory);
        else
            kept = memory;
    }
}

/* What is left behind is for LeakSanitizer to see. */
static void a_fence_bounds_what_is_inside(void **state)
{
    enum { MOST = 1000000 };
    struct eating little = {.bites = 10, .bite = 1000};
    struct eating much = {.bites = 10000, .bite = 1000};
    struct eating much_at_once = {.bites = 1000, .bite = 10000};
    struct eating in_turn = {.bites = 10000, .bite = 1000, .gives_back = true};
    struct eating growing = {.bites = 10000, .bite = 1000, .grows = true};
    struct eating whole = {.bites = 1, .bite = SIZE_MAX - 8};
    (void)state;
    assert_int_equal(alloc_guard_run(MOST, eat, &little), 0);
    assert_int_equal(alloc_guard_run(MOST, eat, &much), -E2BIG);
    assert_in_range(much.done, 900, 1000);
    assert_int_equal(alloc_guard_run(MOST, eat, &much_at_once), -E2BIG);
    assert_in_range(much_at_once.done, 90, 100);
    assert_int_equal(alloc_guard_run(MOST, eat, &in_turn), 0);
    assert_int_equal(alloc_guard_run(MOST, eat, &growing), -E2BIG);
    assert_in_range(growing.done, 900, 1000);
    assert_int_equal(alloc_guard_run(UINT64_MAX, eat, &whole), -E2BIG);
#ifndef __SANITIZE_ADDRESS__ /* which takes that for a mistake */
    whole.bite = SIZE_MAX / 2;
    assert_int_equal(alloc_guard_run(UINT64_MAX, eat, &whole), -ENOMEM);
#endif
    assert_int_equal(alloc_guard_run(MOST, eat, &little), 0);
}

enum { PIECES = 300 };

/* Pieces of all sizes, which grow in turns, are given back and had again: each has what was written
 * into it, and is zeroed at first. */
static void juggle(void *failures_)
{
    unsigned *failures = failures_;
    unsigned char *pieces[PIECES] = {0};
    size_t sizes[PIECES] = {0};

    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = (unsigned)rand() % PIECES;
        size_t size = (size_t)rand() % (rand() % 10 ? 200 : 20000) + 1;
        for (size_t at = 0; at < sizes[i]; at++)
            *failures += pieces[i][at] != (unsigned char)i;
        if (rand() % 3 == 0) {
            alloc_guard_free(pieces[i]);
            pieces[i] = NULL;
            sizes[i] = 0;
            continue;
        }
        if (!pieces[i]) {
            pieces[i] = alloc_guard_calloc(1, size);
            for (size_t at = 0; at < size; at++)
                *failures += pieces[i][at] != 0;
        } else {
            pieces[i] = alloc_guard_realloc(pieces[i], size);
            for (size_t at = 0; at < size && at < sizes[i]; at++)
                *failures += pieces[i][at] != (unsigned char)i;
        }
        *failures += (uintptr_t)pieces[i] % _Alignof(max_align_t) != 0;
        memset(pieces[i], (int)(unsigned char)i, size);
        sizes[i] = size;
    }
}

static void pieces_are_whole(void **state)
{
    unsigned failures = 0;
    (void)state;
    srand(1);
    assert_int_equal(alloc_guard_run(UINT64_MAX, juggle, &failures), 0);
    assert_int_equal(failures, 0);
}

/* More than there may be, but not at any time. */
static void eat_and_forget(void *memory_)
{
    char **memory = memory_;
    *memory = alloc_guard_calloc(1, 100);
    memset(*memory, 'm', 100);
    const struct alloc_guard_mark mark = alloc_guard_mark();
    for (unsigned i = 0; i < 100; i++) {
        for (unsigned piece = 0; piece < 90; piece++)
            memset(alloc_guard_calloc(1, 100 * (piece + 1)), 'x', 100);
        alloc_guard_forget_since(&mark);
    }
    assert_memory_equal(*memory, "mmmmmmmmmm", 10);
}

static void what_is_forgotten_makes_room(void **state)
{
    char *memory;
    (void)state;
    assert_int_equal(alloc_guard_run(1000000, eat_and_forget, &memory), 0);
}

static void few_levels_over_many_lines_are_told(void **state)
{
    const struct limits limits = limits_default();
    uint32_t line;
    (void)state;
    for (int depth = 1; depth <= 8; depth *= 8) {
        cleanup_buf struct buf text = {0};
        for (int i = 0; i < depth; i++)
            buf_add_text(&text, "- ");
        buf_add_text(&text, "a\n");
        for (int i = 0; i < 25000000; i++)
            buf_add_byte(&text, '\n');
        /* 32 times 5 million looks may be taken: 20 million lines at 8 blocks. */
        assert_int_equal(markdown_cost_check(buf_slice(&text), &limits, &line),
                         depth == 1 ? LIMIT_COUNT : LIMIT_NESTING);
        assert_true(depth == 1 || (line >= 20000000 && line < 20000002));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_in_bounds),
        cmocka_unit_test(a_message_names_limit_and_option),
        cmocka_unit_test(no_text_is_deeper_than_its_shape),
        cmocka_unit_test(the_line_of_too_much_is_told),
        cmocka_unit_test(few_levels_over_many_lines_are_told),
        cmocka_unit_test(a_fence_bounds_what_is_inside),
        cmocka_unit_test(pieces_are_whole),
        cmocka_unit_test(what_is_forgotten_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
