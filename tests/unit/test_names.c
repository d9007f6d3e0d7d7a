/* base/filename: file names that can be typed, undone, and told apart. */
#include "unit.h"

#include <stdlib.h>

#include "base/filename.h"
#include "base/utf8.h"
#include "corpus/naming.h"

static void values_become_names_and_back(void **state)
{
    static const struct {
        const char *value, *name;
    } rows[] = {
        {"ai-safety", "ai-safety"},
        {"Demis Hassabis", "Demis Hassabis"},
        {"AN/TPY-2", "AN%2FTPY-2"},
        {"60/40 portfolio", "60%2F40 portfolio"},
        {"100%", "100%25"},
        {".env", "%2Eenv"},
        {"..", "%2E."},
        {"a.b", "a.b"},
        {"a\nb\x7F", "a%0Ab%7F"},
        {"\xC2\x85", "%C2%85"}, /* next line, a C1 control */
        {"\xE2\x80\xAE"
         "abc",
         "%E2%80%AEabc"}, /* right-to-left override */
        {"\xFF", "%FF"},
        {"人工智能", "人工智能"},
        {"👩‍👧", "👩‍👧"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf name = {0}, value = {0};
        filename_of_value(&name, slice_of(rows[i].value));
        assert_slice(buf_slice(&name), rows[i].name);
        assert_true(filename_to_value(&value, buf_slice(&name)));
        assert_slice(buf_slice(&value), rows[i].value);
    }
}

static void broken_escapes_are_no_names(void **state)
{
    const char *names[] = {"%", "a%2", "%zz", "%2"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        cleanup_buf struct buf value = {0};
        assert_false(filename_to_value(&value, slice_of(names[i])));
    }
}

static void long_values_are_cut_with_a_hash(void **state)
{
    (void)state;
    for (size_t len = 250; len < 270; len++) {
        cleanup_buf struct buf value = {0}, name = {0}, other = {0};
        for (size_t i = 0; i + 3 <= len; i += 3)
            buf_add_text(&value, "山");
        while (value.len < len)
            buf_add_byte(&value, '/');
        filename_of_value(&name, buf_slice(&value));
        assert_true(name.len <= FILENAME_MAX_BYTES);
        assert_true(utf8_is_valid(buf_slice(&name)));
        if (len > 255)
            assert_int_equal(name.data[name.len - 9], '~');
        buf_add_text(&value, "x");
        filename_of_value(&other, buf_slice(&value));
        assert_false(slice_equal(buf_slice(&name), buf_slice(&other)));
    }
}

static void a_cut_never_halves_an_escape(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 3; lead++) {
        cleanup_buf struct buf value = {0}, name = {0};
        for (size_t i = 0; i < lead; i++)
            buf_add_byte(&value, 'x');
        for (int i = 0; i < 200; i++)
            buf_add_byte(&value, '/');
        filename_of_value(&name, buf_slice(&value));
        assert_int_equal((name.len - 9 - lead) % 3, 0);
    }
}

static void entries_are_for_people(void **state)
{
    static const struct {
        struct date date;
        const char *title, *name, *entry;
    } rows[] = {
        {{2025, 10, 23}, "A talk", "x1", "2025-10-23--A_talk--x1"},
        {{2025, 10, 0}, "A talk", "x1", "2025-10--A_talk--x1"},
        {{0}, "A talk", "x1", "A_talk--x1"},
        {{2025, 10, 23}, "", "x1", "2025-10-23--x1"},
        {{0}, "", "x1", "x1"},
        {{0}, "", "a/b/x1", "a--b--x1"},
        {{2025, 1, 2},
         "  a \t\n b\xE3\x80\x80"
         "c  ",
         "d/x",
         "2025-01-02--a_b_c--d--x"},
        {{0}, "a\xE2\x80\xAF\xC2\x85\xE1\x9A\x80z", "x", "a_z--x"}, /* narrow, next line, ogham */
        {{0}, "AC/DC 100%", "x", "AC%2FDC_100%25--x"},
        {{0}, ".hidden", "x", "%2Ehidden--x"},
        {{2025, 10, 23}, "T", "episodes/boz/transcript", "2025-10-23--T--boz"},
        {{0}, "", "Posts/a", "a"},
        {{0}, "", "posts", "posts"},
        {{0}, "", "shows/boz/Captions", "shows--boz"},
        {{0}, "", "content/transcripts/a", "transcripts--a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf entry = {0};
        naming_entry(&entry, &rows[i].date, slice_of(rows[i].title), slice_of(rows[i].name));
        assert_slice(buf_slice(&entry), rows[i].entry);
    }
}

static void long_titles_leave_room_for_the_name(void **state)
{
    const struct date date = {2025, 10, 23};
    cleanup_buf struct buf title = {0}, entry = {0}, name = {0}, crowded = {0};
    (void)state;
    for (int i = 0; i < 100; i++)
        buf_add_text(&title, "题目");
    naming_entry(&entry, &date, buf_slice(&title), SLICE("gTlxCrsUcFM"));
    assert_true(entry.len <= FILENAME_MAX_BYTES && entry.len > FILENAME_MAX_BYTES - 6);
    assert_true(slice_ends(buf_slice(&entry), SLICE("--gTlxCrsUcFM")));
    assert_true(utf8_is_valid(buf_slice(&entry)));
    for (int i = 0; i < 250; i++)
        buf_add_byte(&name, 'n');
    naming_entry(&crowded, &date, buf_slice(&title), buf_slice(&name));
    assert_true(crowded.len <= FILENAME_MAX_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_names_and_back),
        cmocka_unit_test(broken_escapes_are_no_names),
        cmocka_unit_test(long_values_are_cut_with_a_hash),
        cmocka_unit_test(a_cut_never_halves_an_escape),
        cmocka_unit_test(entries_are_for_people),
        cmocka_unit_test(long_titles_leave_room_for_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
