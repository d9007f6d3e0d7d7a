/* syntax/plain_text: texts with times as cues, others as lines, and Whisper's table. */
#include "unit.h"

#include <errno.h>

#include "syntax/plain_text.h"

static void print_time(struct buf *out, int64_t time)
{
    if (time == NO_TIME)
        buf_add_byte(out, '?');
    else
        buf_printf(out, "%lld", (long long)time);
}

/* A cue a line: "start-end Speaker| words", a line end in them as "/". */
static void print_cues(struct buf *out, const struct cues *cues)
{
    for (size_t i = 0; i < cues->count; i++) {
        const struct cue *cue = &cues->at[i];
        struct slice line, text = cue_text(cues, cue);
        print_time(out, cue->start);
        buf_add_byte(out, '-');
        print_time(out, cue->end);
        buf_add_byte(out, ' ');
        buf_add_slice(out, cue_speaker(cues, cue));
        buf_add_byte(out, '|');
        for (char space = ' '; slice_take(&text, '\n', &line); space = '/') {
            buf_add_byte(out, space);
            buf_add_slice(out, line);
        }
        buf_add_byte(out, '\n');
    }
}

static const struct row {
    const char *trait;
    const char *text;
    const char *cues; /* NULL: it has no times */
} rows[] = {
    {"a time a line", "00:00:06 All aboard.\r\n00:00:09 Mind the gap.\n\n1:00:00 We arrive.\n",
     "6000-? | All aboard.\n9000-? | Mind the gap.\n3600000-? | We arrive.\n"},
    {"a name in asterisks, which lasts",
     "0:00:13.8 **Mira Holt** Who rides it?\n\n0:00:36.2  **Jun:**I do.\n\n0:01:02 Each week.\n"
     "0:01:05 >> Me too.\n0:01:06 Really.\n0:01:09**Mira**: Well.\n",
     "13800-? Mira Holt| Who rides it?\n36200-? Jun| I do.\n62000-? Jun| Each week.\n"
     "65000-? | >> Me too.\n66000-? | Really.\n69000-? Mira| Well.\n"},
    {"brackets and both times",
     "[00:00.000 --> 00:04.500]  All aboard.\n[00:04.500 --> 00:06.000]  Mind the gap.\n"
     "00:06,250 --> 00:07,5 Go.\n(0:09) We arrive.\n",
     "0-4500 | All aboard.\n4500-6000 | Mind the gap.\n6250-7500 | Go.\n9000-? | We arrive.\n"},
    {"a time alone above the words",
     "Night trains\n0:00\nAll aboard,\nplease.\n0:05\nMind the gap.\n",
     "?-? | Night trains\n0-? | All aboard,/please.\n5000-? | Mind the gap.\n"},
    {"labels stay in the words, and a dash", "0:01 Mira: Who rides it?\n0:02 - I do.\n",
     "1000-? | Mira: Who rides it?\n2000-? | - I do.\n"},
    {"a time without words, and a lone pair of asterisks", "0:01\n0:02 ** Well.\n0:03 **** So.\n",
     "2000-? | ** Well.\n3000-? | **** So.\n"},
    {"what is not UTF-8, and NUL are others", "0:01 a\xFF z\n", "1000-? | a\xEF\xBF\xBD z\n"},
    {"names above the words", "Mira  0:01\nWho rides it?\n\nJun  0:05\nI do.\n", NULL},
    {"few times", "One.\nTwo.\nThree.\nAt\n12:30 we ate.\nFive.\nSix.\n", NULL},
    {"a time that goes on", "12:30pm was late.\n12:45pm was later.\n", NULL},
    {"nothing", "", NULL},
};

static void texts_with_times_are_cues(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        cleanup_cues struct cues cues = {0};
        cleanup_buf struct buf said = {0};
        if (plain_text_is_timed(slice_of(rows[i].text)) != (rows[i].cues != NULL))
            fail_msg("%s: whether it has times", rows[i].trait);
        assert_int_equal(plain_text_read_cues(slice_of(rows[i].text), &diags, &cues), 0);
        print_cues(&said, &cues);
        if (rows[i].cues)
            assert_slice(buf_slice(&said), rows[i].cues);
        arena_free(&arena);
    }
}

static void cues_know_their_lines(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    cleanup_cues struct cues cues = {0};
    (void)state;
    assert_int_equal(
        plain_text_read_cues(SLICE("0:00\n\nAll aboard,\nplease.\n0:05 Go.\n"), &diags, &cues), 0);
    assert_int_equal(cues.count, 2);
    assert_int_equal(cues.at[0].line, 1);
    assert_int_equal(cues.at[0].last_line, 4);
    assert_int_equal(cues.at[1].line, 5);
    arena_free(&arena);
}

static void other_texts_are_lines(void **state)
{
    static const struct {
        const char *text;
        enum line_break before;
        uint32_t number;
    } wanted[] = {
        {"# *One* <b>", BREAK_PARAGRAPH, 0},
        {"two", BREAK_HARD, 1},
        {"three", BREAK_PARAGRAPH, 4},
    };
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct slice text = SLICE("  # *One* <b>\r\n\ttwo \n\n \nthree");
    struct lines lines = {0};
    (void)state;
    assert_int_equal(plain_text_read_lines(text, 3, &diags, &lines), 0);
    assert_int_equal(lines.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_slice(line_text(&lines, &lines.at[i]), wanted[i].text);
        assert_int_equal(lines.at[i].before, wanted[i].before);
        assert_int_equal(lines.at[i].number, wanted[i].number);
    }
    lines_free(&lines);
    lines = (struct lines){0};
    assert_int_equal(plain_text_read_lines(text, 2, &diags, &lines), -E2BIG);
    lines_free(&lines);
    arena_free(&arena);
}

static void whispers_table_is_cues(void **state)
{
    static const struct row tables[] = {
        {"Whisper's", "start\tend\ttext\n0\t2500\tAll aboard.\r\n2500\t4000\tMind\tthe gap.\n\n",
         "0-2500 | All aboard.\n2500-4000 | Mind the gap.\n"},
        {"other columns",
         "id\tspeaker\tstart\tend\ttext\n1\tJun\t0\t2\tYes.\n2\t\t2.5\tx\tNo.\n3\n",
         "0-2 Jun| Yes.\n?-? | No.\n"},
        {"another table", "name\tage\nJun\t30\n", NULL},
        {"one column short", "start\ttext\n0\tYes.\n", NULL},
        {"nothing", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        cleanup_cues struct cues cues = {0};
        cleanup_buf struct buf said = {0};
        if (whisper_table_is(slice_of(tables[i].text)) != (tables[i].cues != NULL))
            fail_msg("%s: whether it is one", tables[i].trait);
        assert_int_equal(whisper_table_read(slice_of(tables[i].text), &diags, &cues), 0);
        print_cues(&said, &cues);
        assert_slice(buf_slice(&said), tables[i].cues ? tables[i].cues : "");
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_with_times_are_cues),
        cmocka_unit_test(cues_know_their_lines),
        cmocka_unit_test(other_texts_are_lines),
        cmocka_unit_test(whispers_table_is_cues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
