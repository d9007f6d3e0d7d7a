/* render/json: what is written without a tree is what Jansson makes of it. */
#include "unit.h"

#include "base/utf8.h"
#include "render/json.h"

static void assert_same(struct slice text)
{
    cleanup_buf struct buf direct = {0}, by_tree = {0};
    json_add_text(&direct, text);
    json_add(&by_tree, json_text(text), JSON_ENCODE_ANY);
    assert_false(direct.failed || by_tree.failed);
    if (!slice_equal(buf_slice(&direct), buf_slice(&by_tree)))
        fail_msg("%s in place of %s", direct.data, by_tree.data);
}

static void every_character_is_written_as_a_tree_has_it(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 0x110000; code += code < 0x3100 ? 1 : 251) {
        char text[8] = "a";
        size_t len = 1;
        if (code >= 0xD800 && code < 0xE000)
            continue;
        if (code < 0x80) {
            text[len++] = (char)code;
        } else {
            unsigned bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
            text[len++] = (char)((0xF00u >> bytes & 0xFF) | code >> 6 * (bytes - 1));
            for (unsigned i = bytes - 1; i-- > 0;)
                text[len++] = (char)(0x80 | (code >> 6 * i & 0x3F));
        }
        text[len++] = 'z';
        assert_true(utf8_is_valid((struct slice){text, len}));
        assert_same((struct slice){text, len});
    }
    assert_same(SLICE(""));
    assert_same(SLICE("\"\\\b\f\n\r\t\x1F\x7F/\xC2\xA0\xE2\x80\xA9\xE2\x80\xA8 \xC2\x85"));
}

static void seconds_are_written_as_a_tree_has_them(void **state)
{
    static const int64_t times[] = {0,
                                    1,
                                    10,
                                    100,
                                    999,
                                    1000,
                                    1050,
                                    754500,
                                    INT64_C(-1),
                                    3600001,
                                    9007,
                                    86399,
                                    123456789,
                                    9999999999999,
                                    INT64_C(99999999999999),
                                    INT64_C(100000000000001)};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        cleanup_buf struct buf direct = {0}, by_tree = {0};
        json_add_seconds(&direct, times[i]);
        json_add(&by_tree, json_seconds(times[i]), JSON_ENCODE_ANY);
        assert_slice(buf_slice(&direct), by_tree.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_written_as_a_tree_has_it),
        cmocka_unit_test(seconds_are_written_as_a_tree_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
