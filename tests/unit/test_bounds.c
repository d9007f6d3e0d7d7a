/*
 * transcript/body: inputs that are made to take long or much. Each is about a megabyte, and less
 * with a sanitizer; reading it takes less than MOST_SECONDS of one processor (what grows with the
 * square of such an input takes minutes) and holds less than MOST_MEMORY bytes for each of the
 * input.
 */
#include "unit.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "transcript/body.h"

enum {
#ifdef __SANITIZE_ADDRESS__
    INPUT_BYTES = 1 << 18, /* what grows with the square is seen without it */
#else
    INPUT_BYTES = 1 << 20,
#endif
    MOST_SECONDS = 10, /* a sanitizer makes it some ten times slower than it is */
    MOST_MEMORY = 40,
};

/* `piece` again and again, `%u` in it being the number of the repetition. */
static void repeat(struct buf *input, const char *piece)
{
    const char *number = strstr(piece, "%u");
    for (unsigned i = 0; input->len < INPUT_BYTES; i++) {
        if (number) {
            buf_add(input, piece, (size_t)(number - piece));
            buf_printf(input, "%u", i);
            buf_add_text(input, number + 2);
        } else {
            buf_add_text(input, piece);
        }
    }
}

static void read_within_bounds(const char *name, const struct buf *input)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct body body;

    clock_t start = clock();
    assert_int_equal(
        body_read(buf_slice(input), 1, NULL, (struct slice){0}, &limits, &diags, &body), 0);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("  %-28s %6.2f s, %u turns\n", name, seconds, body.count);
    assert_true(seconds < MOST_SECONDS);
    assert_true(body_size(&body) + arena.total < (size_t)MOST_MEMORY * input->len);
    body_free(&body);
    arena_free(&arena);
}

static void hostile_bodies_take_no_longer(void **state)
{
    static const struct {
        const char *name, *piece;
    } rows[] = {
        {"one paragraph", "words and words "},
        {"one word", "x"},
        {"a turn a line", "**A:** b\n"},
        {"a speaker a turn", "**Name %u:** b\n\n"},
        {"plain labels", "Name %u: words\n\n"},
        {"colons", ": "},
        {"details in a row", "<details><summary>Original English</summary>x</details>\n\n"},
        {"details never closed", "<details>\n\nx\n\n"},
        {"unclosed tags", "<p class=\"x "},
        {"angle brackets", "<"},
        {"ampersands", "&"},
        {"entities", "&amp;&eacute;&#x41;"},
        {"entities in HTML", "<p>&amp;&eacute;&#x41;</p>\n"},
        {"quotations in quotations", "> "},
        {"chevrons", ">> "},
        {"lists in lists", "- "},
        {"a list", "1. item\n"},
        {"stars", "*"},
        {"pairs of stars", "**"},
        {"bold beginnings", "**a "},
        {"emphasis in emphasis", "*a **b "},
        {"brackets", "["},
        {"links that are none", "[a]("},
        {"definitions of links", "[%u]: /u\n"},
        {"backticks", "`"},
        {"comments never closed", "<!-- x\n"},
        {"comments in a comment", "<!--\n"},
        {"comments", "<!-- chunk %u/11 -->\n\n"},
        {"headings", "# %u\n\n"},
        {"underlined headings", "a\n===\n"},
        {"tables", "| a | b |\n|---|---|\n"},
        {"footnote marks", "[^1]"},
        {"bold words with footnote marks", "**a**[^1]"},
        {"declarations never closed", "<!X"},
        {"instructions never closed", "<?"},
        {"character data never closed", "<![CDATA["},
        {"bold words and a bracket", "**a**(("},
        {"terms", "**a**（b: c）"},
        {"terms never closed", "**a**（b: "},
        {"times", "\\[00:01\\] "},
        {"timed labels", "Ana: 00:00:01\n\n"},
        {"marks", "**Break:** \\[00:01\\]\n\n"},
        {"hard breaks", "a\\\n"},
        {"bytes that are not UTF-8", "a\xC0\n"},
        {"wide characters", "山"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf input = {0};
        repeat(&input, rows[i].piece);
        assert_false(input.failed);
        read_within_bounds(rows[i].name, &input);
    }
}

/* --- words at first sight --------------------------------------------------------------------- */

static void words_show(void **state)
{
    static const struct {
        const char *text;
        bool shows;
    } rows[] = {
        {"\n**Ana:** All aboard.\n", true},
        {"# A heading\n\nAll aboard,\nplease.\n", true},
        {"**Ana** All aboard.\n\n<br>", true},
        {"*\n\n山上的茶\n", true},
        {"", false},
        {"# A heading\n", false},
        {"A heading\n===\n", false},
        {"A heading\n\n<b>", true},
        {"A heading <b>\n===\n", false},
        {"<!-- \n\nAll aboard.\n -->", false},
        {"[a]: b\n", false},
        {"**Ana**\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (body_shows_words(slice_of(rows[i].text)) != rows[i].shows)
            fail_msg("\"%s\"", rows[i].text);
    }
}

/* The limit of the cache counts body_size(): what is allocated and not counted would come on top.
 */
static void a_short_body_takes_what_it_says(void **state)
{
    const struct slice text = SLICE("# Tide\n\n**Ana:** [0:10] It rises.\n\n**Bo:** It falls.\n");
    const struct limits limits = limits_default();
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct body body;
    (void)state;
    assert_int_equal(body_read(text, 1, NULL, (struct slice){0}, &limits, &diags, &body), 0);
    assert_int_equal(body.count, 2);
    const void *const parts[] = {body.text,  body.turns, body.sections, body.voices,
                                 body.terms, body.cues,  body.times};
    size_t taken = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        taken += malloc_usable_size((void *)(uintptr_t)parts[i]);
    enum { ROUNDED_UP = 32 };
    assert_in_range(taken, 1, body_size(&body) + ROUNDED_UP * sizeof parts / sizeof *parts);
    body_free(&body);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_show),
        cmocka_unit_test(a_short_body_takes_what_it_says),
        cmocka_unit_test(hostile_bodies_take_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
