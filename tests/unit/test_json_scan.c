/* values/json_scan: a walk through JSON. */
#include "unit.h"

#include "values/json_scan.h"

/* All keys and scalars in the order of the text, "(" and ")" around an object's, "<" and ">" around
 * an array's. */
static void spell(struct json_scan *s, struct buf *out)
{
    struct slice text;
    if (json_enter(s, JSON_OBJECT)) {
        buf_add_byte(out, '(');
        while (json_next_key(s, &text)) {
            buf_add_slice(out, text);
            buf_add_byte(out, '=');
            spell(s, out);
        }
        buf_add_byte(out, ')');
    } else if (json_enter(s, JSON_ARRAY)) {
        buf_add_byte(out, '<');
        while (json_next_item(s)) {
            spell(s, out);
            buf_add_byte(out, ',');
        }
        buf_add_byte(out, '>');
    } else if (json_take_string(s, &text) || json_take_number(s, &text)) {
        buf_add_slice(out, text);
    } else {
        buf_add_byte(out, json_kind(s) == JSON_NULL ? '0' : '*');
        json_skip(s);
    }
}

static void walks_through_json(void **state)
{
    static const struct {
        const char *text, *spelt;
        bool is_cut, is_broken;
    } rows[] = {
        {"{}", "()", false, false},
        {" [ ] ", "<>", false, false},
        {"{\"a\": 1, \"b\": [true, null, -1.5e3, \"x\\\"y\"], \"c\": {\"d\": \"\"}}",
         "(a=1b=<*,0,-1.5e3,x\\\"y,>c=(d=))", false, false},
        {"\"\\\\\"", "\\\\", false, false},
        {"[NaN, 1]", "<*,1,>", false, false},
        {"", "*", true, true},
        {"{\"a\": [1, 2", "(a=<1,2,>)", true, true},
        {"{\"a", "()", true, true},
        {"{\"a\" 1}", "()", false, true},
        {"[1 2]", "<1,>", false, true},
        {"{a: 1}", "()", false, true},
        {"[1}", "<1,>", false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_scan s = {.rest = slice_of(rows[i].text)};
        cleanup_buf struct buf spelt = {0};
        spell(&s, &spelt);
        assert_slice(buf_slice(&spelt), rows[i].spelt);
        assert_int_equal(s.is_broken, rows[i].is_broken);
        assert_int_equal(s.is_cut, rows[i].is_cut);
        assert_int_equal(json_is_done(&s), !rows[i].is_broken);
    }
}

static void skips_json(void **state)
{
    struct slice key = {0};
    struct json_scan s = {.rest = SLICE("[[1, {\"a]\": [2]}], {\"b\": {\"c\": 1}, \"d\": 2}, 3]")};
    (void)state;
    assert_true(json_enter(&s, JSON_ARRAY) && json_next_item(&s));
    assert_true(json_skip(&s) && json_next_item(&s));
    assert_true(json_enter(&s, JSON_OBJECT) && json_next_key(&s, &key));
    assert_slice(key, "b");
    assert_true(json_skip(&s) && json_leave(&s));
    assert_true(json_next_item(&s) && json_kind(&s) == JSON_NUMBER);
    assert_true(json_leave(&s) && json_is_done(&s));
}

static void a_string_says_its_characters(void **state)
{
    static const struct {
        const char *raw, *says;
    } rows[] = {
        {"plain", "plain"},
        {"a\\n\\t\\\\\\\"\\/b", "a\n\t\\\"/b"},
        {"\\u00e9\\u4f60", "é你"},
        {"\\ud83d\\ude83", "🚃"},
        {"\\ud83d", "\xEF\xBF\xBD"},
        {"\\ude83x", "\xEF\xBF\xBDx"},
        {"\\u12", "u12"},
        {"\xFFx", "\xEF\xBF\xBDx"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf out = {0};
        json_add_string(&out, slice_of(rows[i].raw));
        assert_slice(buf_slice(&out), rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_through_json),
        cmocka_unit_test(skips_json),
        cmocka_unit_test(a_string_says_its_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
