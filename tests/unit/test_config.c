/* transcript/config: views, excluded files, and mistakes with their place. */
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "metadata/config.h"
#include "values/key.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct config config;
};

static int read_config(struct fixture *f, const char *text)
{
    *f = (struct fixture){0};
    f->diags.arena = &f->arena;
    assert_int_equal(config_defaults(&f->arena, &f->config), 0);
    const struct limits limits = limits_default();
    return config_read(&f->arena, slice_of(text), &limits, &f->diags, &f->config);
}

static const char *view_of(const struct fixture *f, const char *key)
{
    cleanup_buf struct buf folded = {0};
    key_fold(&folded, slice_of(key));
    const struct view_rule *rule = config_view(&f->config, buf_slice(&folded));
    return !rule ? "?" : rule->view.len ? rule->view.data : "-";
}

static void defaults_are_those_of_the_readme(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(read_config(&f, ""), 0);
    assert_string_equal(view_of(&f, "tags"), "by-tag");
    assert_string_equal(view_of(&f, "companies"), "by-org");
    assert_string_equal(view_of(&f, "lang"), "by-language");
    assert_string_equal(view_of(&f, "title"), "-");
    assert_string_equal(view_of(&f, "aliases"), "-");
    assert_string_equal(view_of(&f, "topics"), "by-tag");
    assert_string_equal(view_of(&f, "moods"), "?");
    arena_free(&f.arena);
}

static void keys_are_mapped_and_taken_out(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(read_config(&f, "views:\n  topics: by-topic\n  tags: false\n  date: by-day\n"),
                     0);
    assert_string_equal(view_of(&f, "topics"), "by-topic");
    assert_string_equal(view_of(&f, "tags"), "-");
    assert_string_equal(view_of(&f, "date"), "by-day");
    assert_string_equal(view_of(&f, "people"), "by-person");
    arena_free(&f.arena);
}

static void keys_have_many_spellings(void **state)
{
    static const struct {
        const char *config, *key, *view;
    } rows[] = {
        {"", "Tags", "by-tag"},
        {"", "TAGS", "by-tag"},
        {"", "Ｔａｇｓ", "by-tag"},
        {"", "Companies Orgs", "by-org"},
        {"", "companies-orgs", "by-org"},
        {"",
         " Media\xC2\xA0"
         "Books",
         "by-book"},
        {"", "Cover-Image", "-"},
        {"", "guestname", "?"},
        {"views: {Guest Name: by-guest}", "guest_name", "by-guest"},
        {"views: {guest_name: by-guest}", "Guest-Name", "by-guest"},
        {"views: {TAGS: false}", "tags", "-"},
        {"VIEWS: {Date: by-day}", "date", "by-day"},
        {"views: {topics: by-topic, Topics: by-topic}", "TOPICS", "by-topic"},
        {"views: {ГОСТИ: by-guest}", "гости", "by-guest"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        assert_int_equal(read_config(&f, rows[i].config), 0);
        assert_string_equal(view_of(&f, rows[i].key), rows[i].view);
        arena_free(&f.arena);
    }
    struct fixture f;
    assert_int_equal(read_config(&f, "Exclude: [drafts/]"), 0);
    assert_true(config_excludes(&f.config, "drafts", true));
    arena_free(&f.arena);
}

static void names_of_ones_own(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(read_config(&f, "voices: {KG: Kora Gibbel, Host: ' Ana '}\n"
                                     "date: Air Date\nlink: [page, Mirror-2]\n"),
                     0);
    assert_true(slice_equal(f.config.own.aliases, SLICE("KG\0Kora Gibbel\0Host\0Ana\0")));
    assert_true(slice_equal(f.config.own.date_keys, SLICE("air_date\0")));
    assert_int_equal(own_key_place(f.config.own.link_keys, SLICE("page")), 0);
    assert_int_equal(own_key_place(f.config.own.link_keys, SLICE("mirror_2")), 1);
    assert_int_equal(own_key_place(f.config.own.link_keys, SLICE("mirror")), 2);
    arena_free(&f.arena);
}

/* Each mistake is told, and what is right beside them is taken. */
static void every_key_of_ones_own_is_checked(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(read_config(&f, "date: ['', Air Date, [x]]\n"), -EINVAL);
    assert_non_null(f.diags.first);
    assert_int_equal(f.diags.first->column, 8);
    assert_non_null(f.diags.first->next);
    assert_int_equal(f.diags.first->next->column, 22);
    assert_true(slice_equal(f.config.own.date_keys, SLICE("air_date\0")));
    arena_free(&f.arena);
}

static void files_are_left_out(void **state)
{
    static const struct {
        const char *config;
        const char *path;
        bool is_folder;
        bool is_excluded;
    } rows[] = {
        {"", "README.md", false, true},
        {"", "a/b/README.en.md", false, true},
        {"", "a/_index.es.md", false, true},
        {"", ".git", true, true},
        {"", "a/.draft.md", false, true},
        {"", "a/LICENSE.md", false, true},
        {"", "a/readme.md", false, false},
        {"", "a/b.md", false, false},
        {"exclude: ['!README.md']", "README.md", false, false},
        {"exclude: ['!README.md']", "README.en.md", false, true},
        {"exclude: [drafts/]", "drafts", true, true},
        {"exclude: [drafts/]", "a/drafts", true, true},
        {"exclude: [drafts/]", "drafts", false, false},
        {"exclude: [/drafts]", "a/drafts", true, false},
        {"exclude: ['*.es.md']", "a/b.es.md", false, true},
        {"exclude: ['a/*.md']", "a/b.md", false, true},
        {"exclude: ['a/*.md']", "a/c/b.md", false, false},
        {"exclude: ['*.md', '!keep.md']", "keep.md", false, false},
        {"exclude: ['!keep.md', '*.md']", "keep.md", false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        assert_int_equal(read_config(&f, rows[i].config), 0);
        if (config_excludes(&f.config, rows[i].path, rows[i].is_folder) != rows[i].is_excluded)
            fail_msg("%s with \"%s\"", rows[i].path, rows[i].config);
        arena_free(&f.arena);
    }
}

static void files_of_other_forms_are_asked_for(void **state)
{
    static const struct {
        const char *config;
        const char *path;
        bool is_taken;
    } rows[] = {
        {"", "a.md", true},
        {"", "a.json", true},
        {"", "a.txt", false},
        {"", "a.tsv", false},
        {"", "a.mp3", false},
        {"inputs: ['*.txt']", "b/a.txt", true},
        {"inputs: ['*.txt']", "a.tsv", false},
        {"inputs: ['*.txt']", "a.vtt", true},
        {"inputs: ['*.tsv', raw/*]", "raw/a.txt", true},
        {"inputs: ['*.tsv', raw/*]", "a.txt", false},
        {"inputs: ['*.tsv', raw/*]", "raw/a.mp3", false},
        {"inputs:", "a.txt", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        assert_int_equal(read_config(&f, rows[i].config), 0);
        if (config_takes(&f.config, rows[i].path) != rows[i].is_taken)
            fail_msg("%s with \"%s\"", rows[i].path, rows[i].config);
        arena_free(&f.arena);
    }
}

static void mistakes_have_a_place(void **state)
{
    static const struct {
        const char *config;
        unsigned line, column;
        const char *message;
    } rows[] = {
        {"view:\n  a: by-a\n", 1, 1, "unknown key \"view\""},
        {"views: by-tag\n", 1, 8, "a mapping"},
        {"views:\n  a: tag\n", 2, 6, "begins with \"by-\""},
        {"views:\n  a: by-\n", 2, 6, "begins with \"by-\""},
        {"views:\n  a: by-x/y\n", 2, 6, "begins with \"by-\""},
        {"views:\n  a: true\n", 2, 6, "begins with \"by-\""},
        {"views:\n  a: by-date\n", 2, 6, "the view of dates"},
        {"Views:\n  A-b: by-date\n", 2, 8, "the view of dates"},
        {"views:\n  Date: by-day\n  x: by-day\n", 3, 6, "the view of dates"},
        {"views:\n  a_b: by-x\n  A B: by-y\n", 3, 8, "another spelling of this key"},
        {"views:\n  a_b: by-x\n  A B: false\n", 3, 8, "another spelling of this key"},
        {"exclude: drafts\n", 1, 10, "a list of patterns"},
        {"exclude:\n - ''\n", 2, 4, "a pattern"},
        {"exclude:\n - [a]\n", 2, 4, "a pattern"},
        {"inputs: '*.txt'\n", 1, 9, "a list of patterns"},
        {"inputs:\n - '*.log'\n", 2, 4, "a pattern of *.txt"},
        {"inputs:\n - 1\n", 2, 4, "a pattern of *.txt"},
        {"- a\n", 1, 1, "a mapping"},
        {"voices: [KG]\n", 1, 9, "a mapping of labels"},
        {"voices:\n  KG: [Ana]\n", 2, 7, "the name of who that is"},
        {"voices:\n  KG:\n", 2, 6, "the name of who that is"},
        {"voices:\n  SPEAKER_00: Ana\n", 2, 3, "somebody else in each recording"},
        {"voices:\n  KG: Ana\n  spk_0: Ana\n", 3, 3, "somebody else in each recording"},
        {"voices:\n  Speaker A: Ana\n", 2, 3, "somebody else in each recording"},
        {"voices:\n  A: Ana\n", 2, 3, "somebody else in each recording"},
        {"date: {a: b}\n", 1, 7, "a key of the front matter"},
        {"link: [a, '']\n", 1, 11, "a key of the front matter"},
        {"views: {\n", 2, 1, ""},
        {"views:\n\ta: b\n", 2, 1, "a tab"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        assert_int_equal(read_config(&f, rows[i].config), -EINVAL);
        const struct diag *diag = f.diags.first;
        assert_non_null(diag);
        if (diag->line != rows[i].line || diag->column != rows[i].column ||
            !strstr(diag->problem.data, rows[i].message))
            fail_msg("row %zu: %u:%u: %s", i, diag->line, diag->column, diag->problem.data);
        arena_free(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_readme),
        cmocka_unit_test(keys_are_mapped_and_taken_out),
        cmocka_unit_test(keys_have_many_spellings),
        cmocka_unit_test(names_of_ones_own),
        cmocka_unit_test(every_key_of_ones_own_is_checked),
        cmocka_unit_test(files_are_left_out),
        cmocka_unit_test(files_of_other_forms_are_asked_for),
        cmocka_unit_test(mistakes_have_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
