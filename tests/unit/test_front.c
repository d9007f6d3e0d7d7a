/* transcript/front and syntax/yaml: front matter in every state. */
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "transcript/front.h"

/* A file, and what its front matter comes to: "key=text;…" with the kind's letter before a value,
 * how many bytes are body, and a part of each message in order. */
static const struct row {
    const char *trait;
    const char *file;
    const char *keys; /* NULL: no front matter was found */
    const char *body;
    uint32_t body_line;
    const char *messages[4];
} rows[] = {
    {"plain",
     "---\ntitle: One\ntags: [a, b]\n---\nwords\n",
     "title=sOne;tags=[sa,sb]",
     "words\n",
     5,
     {0}},
    {"types",
     "---\na: 1\nb: 1.5\nc: true\nd: ~\ne: '1'\nf: 2025-10-23\ng: 007\nh: no\ni:\n---\n",
     "a=i1;b=f1.5;c=btrue;d=n~;e=s1;f=s2025-10-23;g=s007;h=sno;i=n",
     "",
     12,
     {0}},
    {"numbers that are none",
     "---\na: 1e\nb: .\nc: 1.2.3\nd: -5\ne: 1e3\nf: 0.5\ng: 00\n---\n",
     "a=s1e;b=s.;c=s1.2.3;d=i-5;e=f1e3;f=f0.5;g=s00",
     "",
     10,
     {0}},
    {"block lists", "---\ntags:\n- x\n- \"y z\"\n---\n", "tags=[sx,sy z]", "", 6, {0}},
    {"nested", "---\nr:\n  - {t: T, u: [1]}\n---\n", "r=[{t=sT;u=[i1]}]", "", 5, {0}},
    {"folded text", "---\nt: >-\n  one\n  two\n---\nx", "t=sone two", "x", 6, {0}},
    {"closed by dots", "---\na: b\n...\nx", "a=sb", "x", 4, {0}},
    {"CRLF", "---\r\na: b\r\n---\r\nx\r\n", "a=sb", "x\r\n", 4, {0}},
    {"byte order mark", "\xEF\xBB\xBF---\na: b\n---\nx", "a=sb", "x", 4, {0}},
    {"spaces behind the dashes", "--- \na: b\n---  \nx", "a=sb", "x", 4, {0}},
    {"closing line ends the file", "---\na: b\n---", "a=sb", "", 4, {0}},
    {"empty block", "---\n---\nx", "", "x", 3, {0}},
    {"no front matter", "words\n---\nmore\n---\n", NULL, "words\n---\nmore\n---\n", 1, {0}},
    {"empty file", "", NULL, "", 1, {0}},
    {"only dashes", "---", NULL, "---", 1, {0}},
    {"two dashes", "--\na: b\n--\n", NULL, "--\na: b\n--\n", 1, {0}},
    {"four dashes", "----\na: b\n---\nx", "a=sb", "x", 4, {"opens with 4 dashes"}},
    {"four dashes at both ends", "----\na: b\n----\nx", "a=sb", "x", 4, {"opens with 4 dashes"}},
    {"never closes", "---\na: b\nwords\n", NULL, "---\na: b\nwords\n", 1, {"never closes"}},
    {"a list", "---\n- a\n---\nx", NULL, "---\n- a\n---\nx", 1, {"a list and no mapping"}},
    {"prose between rules",
     "---\nJust words.\n---\nx",
     NULL,
     "---\nJust words.\n---\nx",
     1,
     {"a string and no mapping"}},
    {"a key twice",
     "---\na: 1\nb: 2\na: 3\n---\n",
     "b=i2;a=i3",
     "",
     6,
     {"\"a\" stands twice, first on line 2"}},
    {"a tab", "---\nz: y\na: b\n\tc: d\n---\nx", "z=sy", "x", 6, {"a tab"}},
    {"a tab at the first key", "---\n\ta: b\n---\nx", "", "x", 4, {"a tab"}},
    {"wrong indentation", "---\na: b\n  c: d\ne: f\n---\nx", "", "x", 6, {"inside a value"}},
    {"broken inside a list", "---\na: b\nt:\n  - x\n - y\n---\nx", "a=sb", "x", 7, {"indentation"}},
    {"a colon in a value",
     "---\ntitle: One: two\nb: c\n---\nx",
     "",
     "x",
     5,
     {"put the value in quotes"}},
    {"quote never closes", "---\na: b\nt: \"x\n---\nx", "a=sb", "x", 5, {""}},
    {"an alias", "---\na: &x b\nc: *x\n---\n", "a=sb;c=n", "", 5, {"alias \"*x\""}},
    {"an alias as a key", "---\na: &x b\n*x : c\n---\n", "a=sb", "", 5, {"alias as a key"}},
    {"a list as a key", "---\na: b\n? [x]\n: c\n---\n", "a=sb", "", 6, {"as a key"}},
    {"not UTF-8", "---\na: \xFFz\n---\nx", "a=s\xEF\xBF\xBDz", "x", 4, {"not UTF-8"}},
    {"an escape for NUL", "---\na: \"x\\0y\"\n---\nx", "a=sx", "x", 4, {0}},
    {"a control character", "---\na: b\nc: \x01\n---\nx", "", "x", 5, {"control character"}},
    {"too deep",
     "---\na: b\nc: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n---\nx",
     "a=sb",
     "x",
     5,
     {"16 deep"}},
};

static void describe(struct buf *out, const struct yaml *value)
{
    static const char letters[] = "nbifs";
    if (value->kind < YAML_LIST) {
        buf_printf(out, "%c%s", letters[value->kind], value->text.data ? value->text.data : "");
        return;
    }
    buf_add_byte(out, value->kind == YAML_LIST ? '[' : '{');
    for (const struct yaml *item = value->first; item; item = item->next) {
        if (value->kind == YAML_MAP)
            buf_printf(out, "%s=", item->key.data);
        describe(out, item);
        if (item->next)
            buf_add_byte(out, value->kind == YAML_LIST ? ',' : ';');
    }
    buf_add_byte(out, value->kind == YAML_LIST ? ']' : '}');
}

static void check_row(const struct row *row)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    cleanup_buf struct buf keys = {0};
    struct slice file = slice_of(row->file);

    print_message("  %s\n", row->trait);
    assert_int_equal(front_read(&arena, file, true, &limits, &diags, &front), 0);
    assert_int_equal(front.has_block, row->keys != NULL);
    for (const struct yaml *item = front.map ? front.map->first : NULL; item; item = item->next) {
        buf_printf(&keys, "%s=", item->key.data);
        describe(&keys, item);
        if (item->next)
            buf_add_byte(&keys, ';');
    }
    assert_slice(buf_slice(&keys), row->keys ? row->keys : "");
    assert_slice(slice_skip(file, front.body), row->body);
    assert_int_equal(front.body_line, row->body_line);
    const struct diag *diag = diags.first;
    for (int i = 0; i < 4 && row->messages[i]; i++, diag = diag->next) {
        assert_non_null(diag);
        if (!strstr(diag->problem.data, row->messages[i]))
            fail_msg("\"%s\" does not say \"%s\"", diag->problem.data, row->messages[i]);
    }
    if (diag)
        fail_msg("an unexpected message: %s", diag->problem.data);
    arena_free(&arena);
}

static void every_state_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
}

/* Whatever part of a file is read first, the answer is that of the whole or "more". */
static void a_part_never_misleads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice file = slice_of(rows[i].file);
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        const struct limits limits = limits_default();
        struct front all, part;
        front_read(&arena, file, true, &limits, &diags, &all);
        for (size_t len = 0; len < file.len; len++) {
            int err = front_read(&arena, slice_head(file, len), false, &limits, &diags, &part);
            if (err == -EAGAIN)
                continue;
            assert_int_equal(err, 0);
            assert_int_equal(part.body, all.body);
            assert_int_equal(part.body_line, all.body_line);
        }
        arena_free(&arena);
    }
}

static void an_alias_bomb_has_nothing_to_set_off(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    cleanup_buf struct buf file = {0};
    (void)state;

    buf_add_text(&file, "---\nl0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
        buf_printf(&file, "l%d: &l%d [", i, i);
        for (int j = 0; j < 9; j++)
            buf_printf(&file, "%s*l%d", j ? ", " : "", i - 1);
        buf_add_text(&file, "]\n");
    }
    buf_add_text(&file, "---\n");
    assert_int_equal(front_read(&arena, buf_slice(&file), true, &limits, &diags, &front), 0);
    assert_int_equal(front.map->count, 30);
    assert_true(arena.total < 1024 * 1024);
    assert_int_equal(diags.count, DIAGS_MAX);
    arena_free(&arena);
}

static void messages_name_the_place(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    (void)state;
    front_read(&arena, SLICE("---\na: b\ntitle: One: two\n---\n"), true, &limits, &diags, &front);
    assert_int_equal(diags.first->line, 3);
    assert_int_equal(diags.first->column, 11);
    arena_free(&arena);
}

static void dates_are_read(void **state)
{
    static const struct {
        const char *text;
        int year, month, day; /* year 0: no date */
    } dates[] = {
        {"2025-10-23", 2025, 10, 23},
        {"2025-10", 2025, 10, 0},
        {"2025/10/23", 2025, 10, 23},
        {"2025-10-23T14:05:00Z", 2025, 10, 23},
        {"2025-10-23 14:05", 2025, 10, 23},
        {" 2024-02-29 ", 2024, 2, 29},
        {"2025-02-29", 0, 0, 0},
        {"1900-02-29", 0, 0, 0},
        {"2000-02-29", 2000, 2, 29},
        {"2025-13-01", 0, 0, 0},
        {"2025-00-01", 0, 0, 0},
        {"2025-10-32", 0, 0, 0},
        {"2025-10-00", 0, 0, 0},
        {"2025", 0, 0, 0},
        {"soon", 0, 0, 0},
        {"", 0, 0, 0},
        {"2025-10-23x", 0, 0, 0},
        {"2025-1-2", 0, 0, 0},
        {"0000-01-01", 0, 0, 0},
        {"2025-10/23", 0, 0, 0},
        {"23.10.2025", 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct date date = {0};
        bool is_date = date_read(slice_of(dates[i].text), &date);
        if (is_date != (dates[i].year != 0) || date.year != dates[i].year ||
            date.month != dates[i].month || date.day != dates[i].day)
            fail_msg("\"%s\" gives %d-%d-%d", dates[i].text, date.year, date.month, date.day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_understood),
        cmocka_unit_test(a_part_never_misleads),
        cmocka_unit_test(an_alias_bomb_has_nothing_to_set_off),
        cmocka_unit_test(messages_name_the_place),
        cmocka_unit_test(dates_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
