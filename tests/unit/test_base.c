/* base: slices, buffers, the arena, the map, UTF-8. */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/utf8.h"

static void slices_are_taken_at_a_stop(void **state)
{
    (void)state;
    struct slice rest = SLICE("a//b"), part;
    assert_true(slice_take(&rest, '/', &part));
    assert_slice(part, "a");
    assert_true(slice_take(&rest, '/', &part));
    assert_slice(part, "");
    assert_true(slice_take(&rest, '/', &part));
    assert_slice(part, "b");
    assert_false(slice_take(&rest, '/', &part));
}

static void slices_sort_by_bytes(void **state)
{
    (void)state;
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_int_equal(slice_compare(SLICE("x"), SLICE("x")), 0);
    assert_int_equal(slice_compare((struct slice){NULL, 0}, SLICE("")), 0);
}

static void arena_pieces_are_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
        char *piece = arena_alloc(&arena, size, 1);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xAA, size);
    }
    assert_null(arena_alloc(&arena, SIZE_MAX / 2, 4));
    assert_null(arena_alloc(&arena, SIZE_MAX, 1));
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
}

static void buffers_grow_and_end_in_nul(void **state)
{
    (void)state;
    cleanup_buf struct buf buf = {0};
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d,", i);
    assert_false(buf.failed);
    assert_int_equal(buf.data[buf.len], '\0');
    assert_int_equal(strlen(buf.data), buf.len);
    assert_memory_equal(buf.data, "0,1,2,", 6);
}

static void buffers_remember_that_memory_ended(void **state)
{
    (void)state;
    cleanup_buf struct buf buf = {0};
    assert_false(buf_reserve(&buf, SIZE_MAX - 8));
    assert_true(buf.failed);
    buf_add_text(&buf, "lost");
    assert_int_equal(buf.len, 0);
}

static void maps_keep_what_is_put(void **state)
{
    (void)state;
    struct map map = {0};
    char keys[5000][8];
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%u", (unsigned)i);
        struct map_slot *slot = map_put(&map, slice_of(keys[i]));
        assert_int_equal(slot->value, UINT32_MAX);
        slot->value = i;
    }
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(map_get(&map, slice_of(keys[i])), i);
    assert_int_equal(map_put(&map, SLICE("k17"))->value, 17);
    assert_int_equal(map.len, 5000);
    assert_int_equal(map_get(&map, SLICE("absent")), UINT32_MAX);
    map_free(&map);
}

static void broken_utf8_is_repaired(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"山", "山"},
        {"a\xFFz", "a\xEF\xBF\xBDz"},
        {"\xE5\xB1", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf buf = {0};
        utf8_repair(&buf, slice_of(rows[i].in));
        assert_slice(buf_slice(&buf), rows[i].out);
        assert_true(utf8_is_valid(buf_slice(&buf)));
    }
}

static void spellings_fold_to_one(void **state)
{
    static const struct {
        const char *one, *two;
    } rows[] = {
        {"OpenAI", "openai"},
        {"Ｓｋｙ", "sky"},               /* full width */
        {"Cafe\xCC\x81", "CAF\xC3\x89"}, /* e and an accent, and É */
        {"STRASSE", "straße"},
        {"ﬁn", "fin"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf one = {0}, two = {0};
        assert_true(utf8_fold(&one, slice_of(rows[i].one)));
        assert_true(utf8_fold(&two, slice_of(rows[i].two)));
        assert_true(slice_equal(buf_slice(&one), buf_slice(&two)));
    }
    cleanup_buf struct buf broken = {0};
    assert_false(utf8_fold(&broken, SLICE("\xFF")));
}

static void cuts_keep_characters_whole(void **state)
{
    static const struct {
        const char *in;
        size_t max;
        const char *out;
    } rows[] = {
        {"abc", 3, "abc"},
        {"abc", 2, "ab"},
        {"山水", 5, "山"},
        {"山水", 2, ""},
        {"xe\xCC\x81y", 3, "x"},                /* not between a letter and its accent */
        {"👩‍👩‍👧‍👧z", 20, ""}, /* nor in a family */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_slice(utf8_cut(slice_of(rows[i].in), rows[i].max), rows[i].out);
}

static void mark(void *seen, unsigned worker, size_t i)
{
    assert_true(worker < 4);
    __atomic_add_fetch(&((int *)seen)[i], 1, __ATOMIC_RELAXED);
}

static void parallel_work_is_done_once(void **state)
{
    int seen[1000] = {0};
    (void)state;
    parallel_for(1000, 4, mark, seen);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    parallel_for(0, 4, mark, seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_taken_at_a_stop),
        cmocka_unit_test(slices_sort_by_bytes),
        cmocka_unit_test(arena_pieces_are_zeroed_and_aligned),
        cmocka_unit_test(buffers_grow_and_end_in_nul),
        cmocka_unit_test(buffers_remember_that_memory_ended),
        cmocka_unit_test(maps_keep_what_is_put),
        cmocka_unit_test(broken_utf8_is_repaired),
        cmocka_unit_test(spellings_fold_to_one),
        cmocka_unit_test(cuts_keep_characters_whole),
        cmocka_unit_test(parallel_work_is_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
