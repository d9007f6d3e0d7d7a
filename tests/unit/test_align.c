/* transcript/align: chapters and originals, put to turns by their times. */
#include "unit.h"

#include "transcript/align.h"
#include "transcript/body.h"
#include "transcript/source.h"
#include "values/limits.h"

struct reading {
    struct arena arena;
    struct diags diags;
    struct limits limits;
    struct body body, spoken;
};

static struct reading begin(void)
{
    return (struct reading){.limits = limits_default()};
}

static void read_captions(struct reading *r, const char *text, struct body *body)
{
    r->diags.arena = &r->arena;
    assert_int_equal(source_read_body(SOURCE_WEBVTT, slice_of(text), 1, NULL, (struct slice){0},
                                      &r->limits, &r->diags, body),
                     0);
}

static void free_reading(struct reading *r)
{
    body_free(&r->body);
    body_free(&r->spoken);
    arena_free(&r->arena);
}

static const char talk[] = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Eins.\n\n"
                           "00:05.000 --> 00:06.000\n<v Bo>Zwei.\n\n"
                           "00:09.000 --> 00:10.000\n<v Ana>Drei.\n";

static void a_turn_is_of_the_chapter_in_which_it_begins(void **state)
{
    static const struct chapter chapters[] = {
        {0, SLICE("Eins")}, {5000, SLICE("Zwei")}, {6000, SLICE("Leer")}, {60000, SLICE("Ende")}};
    struct reading r = begin();
    (void)state;
    read_captions(&r, talk, &r.body);
    assert_int_equal(align_chapters(&r.body, chapters, 4), 0);
    assert_int_equal(r.body.section_count, 4);
    assert_int_equal(r.body.turns[0].section, 1);
    assert_int_equal(r.body.turns[1].section, 2);
    assert_int_equal(r.body.turns[2].section, 3);
    assert_slice(body_note(&r.body, r.body.sections[3].heading), "Ende");
    assert_int_equal(body_count_turns(&r.body, 4), 0);
    /* Sections that there are stay. */
    assert_int_equal(align_chapters(&r.body, chapters, 1), 0);
    assert_int_equal(r.body.section_count, 4);
    free_reading(&r);
}

static void turns_before_the_first_chapter_are_of_none(void **state)
{
    static const struct chapter late[] = {{4000, SLICE("Zwei")}};
    struct reading r = begin();
    (void)state;
    read_captions(&r, talk, &r.body);
    assert_int_equal(align_chapters(&r.body, late, 1), 0);
    assert_int_equal(r.body.turns[0].section, 0);
    assert_int_equal(r.body.turns[1].section, 1);
    free_reading(&r);
}

static int align(struct reading *r)
{
    return align_originals(&r->body, &r->spoken, SLICE("en-US"), SLICE("t.en.vtt"),
                           SLICE("t.de.vtt"), &r->diags);
}

static void a_cue_is_of_the_turn_in_which_its_middle_lies(void **state)
{
    struct reading r = begin();
    (void)state;
    read_captions(&r, talk, &r.body);
    read_captions(&r,
                  "WEBVTT\n\n00:00.500 --> 00:01.800\n<v Ann>One,\n\n"
                  "00:01.800 --> 00:02.100\n<v Ann>and one.\n\n"
                  "00:03.900 --> 00:07.000\n<v Bob>Two.\n\n"
                  "00:30.000 --> 00:31.000\n<v Bob>Nowhere near.\n",
                  &r.spoken);
    assert_int_equal(align(&r), 0);
    assert_slice(turn_original(&r.body, &r.body.turns[0]), "Ann: One, and one.\n");
    assert_slice(turn_original_speaker(&r.body, &r.body.turns[0]), "Ann");
    assert_slice(turn_original(&r.body, &r.body.turns[1]), "Bob: Two.\n");
    assert_slice(turn_original(&r.body, &r.body.turns[2]), "");
    assert_string_equal(r.body.turns[0].language, "en");
    assert_int_equal(r.diags.count, 0);
    free_reading(&r);
}

static void tracks_out_of_step_give_no_originals(void **state)
{
    struct reading r = begin();
    (void)state;
    read_captions(&r, talk, &r.body);
    read_captions(&r, "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n", &r.spoken);
    assert_int_equal(align(&r), 0);
    for (uint32_t i = 0; i < r.body.count; i++) {
        assert_slice(turn_original(&r.body, &r.body.turns[i]), "");
        assert_string_equal(r.body.turns[i].language, "");
    }
    assert_int_equal(r.diags.count, 1);
    assert_slice(r.diags.first->problem, "t.en.vtt and t.de.vtt do not run in step");
    free_reading(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_is_of_the_chapter_in_which_it_begins),
        cmocka_unit_test(turns_before_the_first_chapter_are_of_none),
        cmocka_unit_test(a_cue_is_of_the_turn_in_which_its_middle_lies),
        cmocka_unit_test(tracks_out_of_step_give_no_originals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
