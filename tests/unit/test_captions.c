/* cues/cues, cues/captions: what a file of captions says, and when. */
#include "unit.h"

#include <errno.h>

#include "cues/cues.h"

static void cues_are_tidy(void **state)
{
    (void)state;
    cleanup_cues struct cues cues = {0};
    struct cue cue = {.start = 1000, .end = 500, .line = 3};

    assert_int_equal(cues_add(&cues, &cue, SLICE(" Ana\nLima "), SLICE(" a \t b\n \n c ")), 0);
    assert_int_equal(cues_add(&cues, &cue, SLICE("Ana Lima"), SLICE("d")), 0);
    assert_int_equal(cues_add(&cues, &cue, SLICE("Bo"), SLICE(" \n ")), 0);
    assert_int_equal(cues_add(&cues, &cue, SLICE(""), SLICE("e")), 0);
    assert_int_equal(cues.count, 3);
    assert_slice(cue_text(&cues, &cues.at[0]), "a b\nc");
    assert_slice(cue_speaker(&cues, &cues.at[0]), "Ana Lima");
    assert_int_equal(cues.at[0].end, NO_TIME);
    assert_int_equal(cues.at[1].speaker, cues.at[0].speaker);
    assert_slice(cue_text(&cues, &cues.at[1]), "d");
    assert_slice(cue_speaker(&cues, &cues.at[2]), "");
}

static void too_many_cues_are_refused(void **state)
{
    (void)state;
    cleanup_cues struct cues cues = {.most = 2};
    struct cue cue = {.start = NO_TIME, .end = NO_TIME};
    for (int i = 0; i < 2; i++)
        assert_int_equal(cues_add(&cues, &cue, SLICE(""), SLICE("a")), 0);
    assert_int_equal(cues_add(&cues, &cue, SLICE(""), SLICE(" ")), 0);
    assert_int_equal(cues_add(&cues, &cue, SLICE(""), SLICE("a")), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cues_are_tidy),
        cmocka_unit_test(too_many_cues_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
