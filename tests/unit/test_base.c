/* base: slices, buffers, the arena, the map, UTF-8, interning, paths. */
#include "unit.h"

#include <utf8proc.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/identity.h"
#include "base/intern.h"
#include "base/map.h"
#include "base/number_set.h"
#include "base/parallel.h"
#include "base/path.h"
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

/* How many slots a look-up of each key walks past, in all. */
static size_t steps_to_all(const struct map *map)
{
    size_t steps = 0;
    for (size_t i = 0; i < map->cap; i++) {
        if (map->slots[i].key.data)
            steps += (i - map->slots[i].hash) & (map->cap - 1);
    }
    return steps;
}

/* Keys of which anybody can know, as the hash of the tree's names is known, that they would stand
 * in one run. */
static void maps_are_not_slowed_by_chosen_keys(void **state)
{
    (void)state;
    enum { KEYS = 4000, RUN = 1 << 12, SLOTS = 1 << 20 };
    struct map map = {0};
    static char keys[KEYS][16];
    uint32_t made = 0;
    for (uint32_t i = 0; made < KEYS; i++) {
        snprintf(keys[made], sizeof keys[made], "tag%u", (unsigned)i);
        if (hash64(slice_of(keys[made]), 0) % SLOTS >= RUN)
            continue;
        assert_non_null(map_put(&map, slice_of(keys[made])));
        made++;
    }
    assert_in_range(steps_to_all(&map), 0, 4 * KEYS);
    map_free(&map);
}

/* All there is of one to three bytes, and of four with the leads that begin such a character. */
static void utf8_is_decoded_as_utf8proc_does(void **state)
{
    (void)state;
    enum { STEP = 7 /* of the last of four bytes, so that it takes no second */ };
    for (uint32_t lead = 0; lead < 256; lead++) {
        uint32_t step = lead < 0xF0 || lead > 0xF4 ? 256 : STEP;
        for (uint32_t rest = lead % step; rest < 1 << 24; rest += step) {
            const unsigned char bytes[] = {(unsigned char)lead, (unsigned char)(rest >> 16),
                                           (unsigned char)(rest >> 8), (unsigned char)rest};
            size_t most = 1 + rest / step % 4, len;
            utf8proc_int32_t wanted;
            utf8proc_ssize_t used = utf8proc_iterate(bytes, (utf8proc_ssize_t)most, &wanted);
            int32_t code = utf8_decode((struct slice){(const char *)bytes, most}, &len);
            if (code != (used > 0 ? wanted : -1) || len != (used > 0 ? (size_t)used : 1))
                fail_msg("%02x%06x of %zu bytes: %d", (unsigned)lead, (unsigned)rest, most, code);
        }
    }
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

/* Invisible characters, by name, as parts of string literals. */
#define ZERO_WIDTH_SPACE   "\xE2\x80\x8B"
#define ZERO_WIDTH_JOINER  "\xE2\x80\x8D"
#define RIGHT_TO_LEFT_MARK "\xE2\x80\x8F"
#define ISOLATE            "\xE2\x81\xA8"
#define END_OF_ISOLATE     "\xE2\x81\xA9"
#define BYTE_ORDER_MARK    "\xEF\xBB\xBF"
#define SOFT_HYPHEN        "\xC2\xAD"
#define NO_BREAK_SPACE     "\xC2\xA0"
#define NEXT_LINE          "\xC2\x85"
#define THIN_SPACE         "\xE2\x80\x89"
#define LINE_SEPARATOR     "\xE2\x80\xA8"
#define IDEOGRAPHIC_SPACE  "\xE3\x80\x80"
#define OGHAM_SPACE        "\xE1\x9A\x80"
#define EMOJI_SELECTOR     "\xEF\xB8\x8F"
#define BLACK_FLAG         "\xF0\x9F\x8F\xB4"
#define TAG_A              "\xF3\xA0\x81\xA1"
#define TAG_B              "\xF3\xA0\x81\xA2"

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
        {"Ana" ZERO_WIDTH_SPACE, "ana"},
        {BYTE_ORDER_MARK "Ana " RIGHT_TO_LEFT_MARK "Lima" END_OF_ISOLATE, "ana lima"},
        {"inter" SOFT_HYPHEN "view", "interview"},
        {"e" ZERO_WIDTH_JOINER "\xCC\x81", "é"},
        {"❤" EMOJI_SELECTOR, "❤"},
        {NO_BREAK_SPACE "Ana" IDEOGRAPHIC_SPACE, "ana"},
        {" \t Ana \n", "ana"},
        {"Ana \t Lima", "ana lima"},
        {"Ana" NO_BREAK_SPACE THIN_SPACE NEXT_LINE "Lima", "ana lima"},
        {"Ana" LINE_SEPARATOR OGHAM_SPACE "Lima", "ana lima"},
        {"O’Brien", "o'brien"},
        {"O‘Brien", "o'brien"},
        {"OʼBrien", "o'brien"},
        {"O′Brien", "o'brien"},
        {"O＇Brien", "o'brien"},
        {"O´Brien", "o'brien"},
        {"Hawaiʻi", "hawai'i"},
        {"„Go“ “go” ″", "\"go\" \"go\" \""},
        {"חז״ל", "חז\"ל"},
        {"ai‐safety", "ai-safety"}, /* U+2010 */
        {"ai‑safety", "ai-safety"}, /* U+2011 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf one = {0}, two = {0};
        assert_true(utf8_fold(&one, slice_of(rows[i].one)));
        assert_true(utf8_fold(&two, slice_of(rows[i].two)));
        if (!slice_equal(buf_slice(&one), buf_slice(&two)))
            fail_msg("row %zu: \"%s\" and \"%s\"", i, one.data, two.data);
    }
}

static void folds_are_these(void **state)
{
    static const char *const rows[][2] = {
        {"AI Safety!", "ai safety!"}, {"  a\tB  c ", "a b c"}, {"X", "x"},
        {"山  水", "山 水"},          {"«a»", "«a»"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf fold = {0};
        buf_add_text(&fold, "kept ");
        assert_true(utf8_fold(&fold, slice_of(rows[i][0])));
        assert_slice(slice_skip(buf_slice(&fold), 5), rows[i][1]);
    }
}

static void what_looks_different_does_not_fold_to_one(void **state)
{
    static const char *const rows[][2] = {
        {"ai safety", "aisafety"},      {"ai-safety", "ai safety"},
        {"ai-safety", "ai—safety"},                                           /* a dash */
        {"O'Brien", "OBrien"},          {BLACK_FLAG TAG_A, BLACK_FLAG TAG_B}, /* two flags */
        {BLACK_FLAG TAG_A, BLACK_FLAG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf one = {0}, two = {0};
        assert_true(utf8_fold(&one, slice_of(rows[i][0])));
        assert_true(utf8_fold(&two, slice_of(rows[i][1])));
        assert_false(slice_equal(buf_slice(&one), buf_slice(&two)));
    }
}

/* Appends what the library makes of the whole text. */
static void map_whole(struct buf *out, struct slice text)
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t len = utf8proc_map(
        (const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len, &mapped,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    assert_true(len >= 0);
    buf_add(out, mapped, (size_t)len);
    free(mapped);
}

/* Every character beside those that are folded without the library: letters, Han, dashes,
 * marks that compose with a letter. */
static void parts_fold_as_the_whole_does(void **state)
{
    static const char *const marks[] = {"", "\u0308", "\u0323\u0301", "\u3099", "\u0338"};
    (void)state;
    for (utf8proc_int32_t code = 0x80; code <= 0x10FFFF; code++) {
        utf8proc_uint8_t bytes[4];
        int len = utf8proc_codepoint_valid(code) ? (int)utf8proc_encode_char(code, bytes) : 0;
        const struct slice one = {(const char *)bytes, (size_t)len};
        cleanup_buf struct buf alone = {0}, text = {0}, mapped = {0}, fold = {0}, wanted = {0};
        /* The library makes other quotes of quotes that look like those of ASCII. */
        if (!len || !utf8_fold(&alone, one) || strchr("\"'", alone.data[0]))
            continue;
        const char *mark = marks[code % 5];
        buf_printf(&text, "A%.*s%s\u9AD8%.*sB%s%.*s\u9AD8%s \u4E00", len, one.data, mark, len,
                   one.data, mark, len, one.data, mark);
        buf_printf(&text, " \u00E9%.*s%s\u2014%.*s\u00FF%s%.*s\u2014%s\u00E9", len, one.data, mark,
                   len, one.data, mark, len, one.data, mark);
        map_whole(&mapped, buf_slice(&text));
        assert_true(utf8_fold(&fold, buf_slice(&text)));
        assert_true(utf8_fold(&wanted, buf_slice(&mapped)));
        assert_true(slice_equal(buf_slice(&fold), buf_slice(&wanted)));
    }
}

static void nothing_to_see_has_no_fold(void **state)
{
    static const char *const rows[] = {
        "",     "  ",    (ZERO_WIDTH_SPACE SOFT_HYPHEN), NO_BREAK_SPACE, EMOJI_SELECTOR, TAG_A,
        "\xFF", "a\xFF",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cleanup_buf struct buf fold = {0};
        assert_false(utf8_fold(&fold, slice_of(rows[i])));
        assert_int_equal(fold.len, 0);
        assert_false(fold.failed);
    }
}

static void blanks_at_the_ends_are_trimmed(void **state)
{
    static const char *const rows[][2] = {
        {" Ana Lima\t\r\n", "Ana Lima"},
        {"Ana" ZERO_WIDTH_SPACE, "Ana"},
        {ISOLATE "Ana" END_OF_ISOLATE " " RIGHT_TO_LEFT_MARK, "Ana"},
        {BYTE_ORDER_MARK NO_BREAK_SPACE "山水" IDEOGRAPHIC_SPACE, "山水"},
        {"a" ZERO_WIDTH_SPACE "b", "a" ZERO_WIDTH_SPACE "b"},
        {"❤" EMOJI_SELECTOR, "❤" EMOJI_SELECTOR},
        {"❤" EMOJI_SELECTOR ZERO_WIDTH_SPACE, "❤" EMOJI_SELECTOR},
        {BLACK_FLAG TAG_A TAG_B, BLACK_FLAG TAG_A TAG_B},
        {EMOJI_SELECTOR, ""},
        {" " SOFT_HYPHEN " ", ""},
        {"", ""},
        {"\xC2", "\xC2"},
        {"a\x80\x80\x80\x80\x80", "a\x80\x80\x80\x80\x80"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_slice(utf8_trim(slice_of(rows[i][0])), rows[i][1]);
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

static void interning_numbers_a_string_once_and_logs_it(void **state)
{
    (void)state;
    static char memory[1 << 16];
    struct journal journal;
    struct journal_record record;
    journal_open(&journal, memory, sizeof memory);
    struct intern intern = {.journal = &journal, .record_kind = 7};
    size_t cursor = 0;

    assert_int_equal(intern_find(&intern, SLICE("a")), UINT32_MAX);
    assert_int_equal(intern_add(&intern, SLICE("a")), 0);
    assert_int_equal(intern_add(&intern, SLICE("b")), 1);
    assert_int_equal(intern_add(&intern, SLICE("a")), 0);
    assert_int_equal(intern_find(&intern, SLICE("b")), 1);
    assert_slice(intern.strings[1], "b");
    for (uint32_t i = 0, last = 0; i < 2; i++) {
        assert_true(journal_next(&journal, &cursor, &record));
        assert_int_equal(record.kind, 7);
        assert_slice(record.bytes, i ? "b" : "a");
        assert_true(!i || record.at > last);
        last = record.at;
    }
    assert_false(journal_next(&journal, &cursor, &record));
    intern_free(&intern);
    journal_close(&journal);
}

/* Anybody can compute it: this is what sha256sum says of the kind, the length, the text, the
 * number. */
static void identities_are_sha256(void **state)
{
    (void)state;
    struct identity identity;
    identity_begin(&identity, IDENTITY_FOLDER);
    identity_add(&identity, SLICE("a/b"));
    identity_add_number(&identity, 258);
    assert_true(identity_end(&identity) == UINT64_C(0x56a1a2849fc5589c));
    assert_true(identity_of(IDENTITY_PATH, SLICE("")) == UINT64_C(0xc56ee1ad8a505588));
    assert_true(identity_of(IDENTITY_VIEW, SLICE("a")) != identity_of(IDENTITY_VALUE, SLICE("a")));
}

enum { NUMBERS = 50 };

/* Numbers that all belong to a few slots at the end, so that they are searched around it. */
static uint64_t crowded(uint32_t i)
{
    return UINT64_MAX - ((uint64_t)(i % 3) << 40) - i;
}

static void numbers_are_counted(void **state)
{
    (void)state;
    struct number_set set = {0};
    size_t counts[NUMBERS] = {0};
    uint32_t random = 1;
    for (uint32_t step = 0; step < 20000; step++) {
        random = random * 1664525 + 1013904223;
        uint32_t i = random >> 16, pairs = 0;
        i %= NUMBERS;
        assert_true(number_set_reserve(&set, set.count + 1));
        if (counts[i] && random >> 31) {
            number_set_remove(&set, crowded(i));
            counts[i]--;
        } else if (counts[i] < 3) {
            number_set_add(&set, crowded(i));
            counts[i]++;
        }
        for (uint32_t j = 0; j < NUMBERS; j++) {
            assert_int_equal(number_set_count(&set, crowded(j)), counts[j]);
            pairs += counts[j] * (counts[j] - 1) / 2;
        }
        assert_int_equal(set.pairs, pairs);
    }
    number_set_free(&set);
}

/* … however many bytes are looked at together. */
static void text_is_squeezed_character_by_character(void **state)
{
    static const char *const characters[] = {"a",      "Z", "~",    "!", " ", "\n", "\x7F",
                                             "\t",     "é", "世",   "‘", "“", "，", "\u00A0",
                                             "\u200B", "😀", "\x1F", "b", "c", "d"};
    enum { COUNT = sizeof characters / sizeof *characters, LONGEST = 40, TEXTS = 3000 };
    uint32_t random = 1;
    (void)state;
    for (int i = 0; i < TEXTS; i++) {
        cleanup_buf struct buf text = {0}, expected = {0}, squeezed = {0};
        for (int k = i % LONGEST; k > 0; k--) {
            random = random * 1664525 + 1013904223;
            const char *one = characters[(random >> 16) % COUNT];
            buf_add_text(&text, one);
            utf8_squeeze(&expected, slice_of(one));
        }
        utf8_squeeze(&squeezed, buf_slice(&text));
        assert_true(slice_equal(buf_slice(&squeezed), buf_slice(&expected)));
    }
}

static void paths_are_below_a_folder(void **state)
{
    (void)state;
    assert_true(path_is_below(SLICE("a/b/c"), SLICE("a/b")));
    assert_true(path_is_below(SLICE("a"), SLICE("")));
    assert_false(path_is_below(SLICE("a/b"), SLICE("a/b")));
    assert_false(path_is_below(SLICE("a/bc"), SLICE("a/b")));
    assert_false(path_is_below(SLICE("a"), SLICE("a/b")));
}

static void paths_are_quoted_for_a_shell(void **state)
{
    (void)state;
    cleanup_buf struct buf out = {0};
    path_add_quoted(&out, SLICE("it's here"));
    assert_slice(buf_slice(&out), "'it'\\''s here'");
}

static void fields_of_mountinfo_are_decoded(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/mnt/a\\040b", "/mnt/a b"}, {"\\011\\012", "\t\n"}, {"a\\134040", "a\\040"},
        {"a\\04", "a\\04"},           {"a\\089", "a\\089"},   {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char field[32];
        snprintf(field, sizeof field, "%s", rows[i][0]);
        path_decode_octal(field);
        assert_string_equal(field, rows[i][1]);
    }
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
        cmocka_unit_test(maps_are_not_slowed_by_chosen_keys),
        cmocka_unit_test(utf8_is_decoded_as_utf8proc_does),
        cmocka_unit_test(broken_utf8_is_repaired),
        cmocka_unit_test(spellings_fold_to_one),
        cmocka_unit_test(folds_are_these),
        cmocka_unit_test(what_looks_different_does_not_fold_to_one),
        cmocka_unit_test(parts_fold_as_the_whole_does),
        cmocka_unit_test(nothing_to_see_has_no_fold),
        cmocka_unit_test(blanks_at_the_ends_are_trimmed),
        cmocka_unit_test(cuts_keep_characters_whole),
        cmocka_unit_test(parallel_work_is_done_once),
        cmocka_unit_test(interning_numbers_a_string_once_and_logs_it),
        cmocka_unit_test(identities_are_sha256),
        cmocka_unit_test(numbers_are_counted),
        cmocka_unit_test(text_is_squeezed_character_by_character),
        cmocka_unit_test(paths_are_below_a_folder),
        cmocka_unit_test(paths_are_quoted_for_a_shell),
        cmocka_unit_test(fields_of_mountinfo_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
