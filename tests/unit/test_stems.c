/* source/stems: which files of a folder belong together, by their names. */
#include "unit.h"

#include "source/stems.h"

static void a_name_is_a_stem_and_a_kind(void **state)
{
    static const struct {
        const char *name, *stem;
        enum stem_kind kind;
    } rows[] = {
        {"talk.vtt", "talk", STEM_WEBVTT},
        {"talk.SRT", "talk", STEM_SUBRIP},
        {"talk.md", "talk", STEM_MARKDOWN},
        {"talk.markdown", "talk", STEM_MARKDOWN},
        {"talk.json", "talk", STEM_JSON},
        {"talk.info.json", "talk", STEM_INFO},
        {"talk.en.vtt", "talk.en", STEM_WEBVTT},
        {"talk.yml", "talk", STEM_YAML},
        {"talk.tsv", "talk", STEM_TSV},
        {"talk.txt", "talk", STEM_TEXT},
        {"talk.live_chat.json", "", STEM_NOTHING},
        {"talk.mp4", "", STEM_NOTHING},
        {".vtt", "", STEM_NOTHING},
        {"talk", "", STEM_NOTHING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice stem = {0};
        assert_int_equal(stem_of_file(slice_of(rows[i].name), &stem), rows[i].kind);
        if (rows[i].kind != STEM_NOTHING)
            assert_slice(stem, rows[i].stem);
    }
}

static void files_of_a_stem_belong_together(void **state)
{
    static const char *const names[] = {"talk.vtt", "talk.srt", "talk.info.json", "other.vtt",
                                        "notes.pdf"};
    struct stems stems = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(stems_add(&stems, slice_of(names[i])));
    assert_int_equal(stems.count, 2);
    uint32_t talk = stems_find(&stems, SLICE("talk"));
    assert_int_not_equal(talk, NO_STEM);
    assert_slice(stems.at[talk].files[STEM_WEBVTT], "talk.vtt");
    assert_slice(stems.at[talk].files[STEM_SUBRIP], "talk.srt");
    assert_slice(stems.at[talk].files[STEM_INFO], "talk.info.json");
    assert_slice(stems.at[talk].files[STEM_JSON], "");
    assert_int_equal(stems.at[talk].base, talk);
    assert_int_equal(stems_find(&stems, SLICE("notes")), NO_STEM);
    assert_int_equal(stems_find(&stems, SLICE("")), NO_STEM);
    assert_true(stems.has_captions);
    stems_free(&stems);
}

/* In whatever order a folder lists them. */
static void of_two_of_a_kind_the_first_by_name_counts(void **state)
{
    static const char *const orders[][2] = {{"a.vtt", "a.VTT"}, {"a.VTT", "a.vtt"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct stems stems = {0};
        assert_true(stems_add(&stems, slice_of(orders[i][0])));
        assert_true(stems_add(&stems, slice_of(orders[i][1])));
        assert_slice(stems.at[stems_find(&stems, SLICE("a"))].files[STEM_WEBVTT], "a.VTT");
        stems_free(&stems);
    }
}

static void languages_are_variants_of_a_stem_that_may_have_no_file(void **state)
{
    static const char *const names[] = {"talk.en.vtt", "talk.de.srt", "talk.old.vtt"};
    struct stems stems = {0};
    uint32_t variants = 0;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(stems_add(&stems, slice_of(names[i])));
    uint32_t base = stems_find(&stems, SLICE("talk"));
    assert_int_not_equal(base, NO_STEM);
    for (uint32_t i = stems.at[base].first_variant; i != NO_STEM; i = stems.at[i].next_variant) {
        assert_int_equal(stems.at[i].base, base);
        variants++;
    }
    assert_int_equal(variants, 2);
    uint32_t old = stems_find(&stems, SLICE("talk.old"));
    assert_int_equal(stems.at[old].base, old);
    stems_free(&stems);
}

static void what_is_no_captions_says_nothing_of_them(void **state)
{
    struct stems stems = {0};
    (void)state;
    assert_true(stems_add(&stems, SLICE("a.md")));
    assert_true(stems_add(&stems, SLICE("a.txt")));
    assert_true(stems_add(&stems, SLICE("a.info.json")));
    assert_false(stems.has_captions);
    assert_true(stems_add(&stems, SLICE("b.json")));
    assert_true(stems.has_captions);
    stems_free(&stems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_a_stem_and_a_kind),
        cmocka_unit_test(files_of_a_stem_belong_together),
        cmocka_unit_test(of_two_of_a_kind_the_first_by_name_counts),
        cmocka_unit_test(languages_are_variants_of_a_stem_that_may_have_no_file),
        cmocka_unit_test(what_is_no_captions_says_nothing_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
