/*
 * Front matter: what a file says about itself. The input is a file, or the beginning of one.
 */
#include "fuzz.h"

#include <errno.h>

#include "transcript/scan.h"
#include "values/decode.h"

static const struct yaml *first_of_key(const struct yaml *map, struct slice key)
{
    const struct yaml *item = map->first;
    while (item && !slice_equal(item->key, key))
        item = item->next;
    return item;
}

static void check_value(const struct yaml *value, unsigned depth, uint32_t lines)
{
    uint32_t count = 0;
    const struct yaml *last = NULL;

    CHECK(depth <= limit_rows[LIMIT_YAML_DEPTH].initial);
    CHECK(value->kind <= YAML_MAP);
    CHECK(value->line >= 1 && value->line <= lines);
    CHECK(utf8_is_valid(value->text) && utf8_is_valid(value->key));
    CHECK(!value->text.data || value->text.data[value->text.len] == '\0');
    for (const struct yaml *item = value->first; item; item = item->next, count++) {
        CHECK(!last || item->line >= last->line);
        if (value->kind == YAML_MAP) {
            CHECK(item->key.len <= YAML_MAX_KEY && item->key_line <= item->line);
            CHECK(first_of_key(value, item->key) == item); /* no key stands twice */
        }
        check_value(item, depth + 1, lines);
        last = item;
    }
    CHECK(count == value->count && last == value->last);
    CHECK(value->kind != YAML_MAP || count <= limit_rows[LIMIT_YAML_KEYS].initial);
}

static uint32_t newlines(struct slice text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

static void check_front(const struct front *front, struct slice file)
{
    CHECK(front->body <= file.len);
    CHECK(front->body_line == newlines(slice_head(file, front->body)) + 1 ||
          (front->body == file.len && front->has_block)); /* the closing line is the last one */
    CHECK(front->has_block || !front->map);
    CHECK(front->body == 0 || front->has_block);
    if (front->map) {
        CHECK(front->map->kind == YAML_MAP);
        check_value(front->map, 0, front->body_line);
    }
}

/* The text of a file of Unicode, whatever its form: no byte order mark, and no line that ends in a
 * carriage return alone. */
static void check_decoded(const struct decoded *decoded, struct slice file)
{
    struct slice text = decoded->text;
    bool is_utf8 = decoded->encoding == ENCODING_UTF8;
    CHECK(is_utf8 ? text.len + decoded->mark == file.len : text.len <= file.len * 3 / 2 + 1);
    CHECK(decoded->encoding != ENCODING_UTF32 || text.len == 0);
    CHECK(!is_utf8 || !slice_starts(text, SLICE("\xEF\xBB\xBF")));
    CHECK(count_lines(text) == newlines(text) + 1);
    if (decoded->encoding == ENCODING_UTF32)
        return;
    CHECK(decoded_offset(decoded, 0, file.len) == decoded->mark);
    CHECK(decoded_offset(decoded, text.len, file.len) == file.len);
}

/* What is read of the bytes before the body is what is read of all. */
static void check_before_body(const struct head *head, struct slice file, const struct front *whole)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    cleanup_decoded struct decoded decoded;
    struct front front;

    CHECK(head->body <= file.len);
    CHECK(decode(slice_head(file, head->body), true, &decoded) == 0);
    CHECK(front_read(&arena, decoded.text, true, &limits, &diags, &front) == 0);
    CHECK(!whole->has_block || front.body == whole->body);
    CHECK(!whole->map || (front.map && front.map->count == whole->map->count));
    arena_free(&arena);
}

/* Reading ever more of a file comes to the same as reading it whole. */
static void check_pieces(struct slice file, const struct front *whole)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    size_t step = file.len / 16 + 1;
    bool is_read = false;

    for (size_t len = step; len < file.len && !is_read; len += step) {
        cleanup_decoded struct decoded decoded;
        int err = decode(slice_head(file, len), false, &decoded);
        if (!err)
            err = front_read(&arena, decoded.text, false, &limits, &diags, &front);
        CHECK(err == 0 || (err == -EAGAIN && diags.count == 0));
        if (err)
            continue;
        CHECK(front.body == whole->body && front.body_line == whole->body_line);
        CHECK(front.has_block == whole->has_block && !front.map == !whole->map);
        CHECK(!front.map || front.map->count == whole->map->count);
        is_read = true;
    }
    arena_free(&arena);
}

static void check_facts(const struct head *head, const struct fact *facts)
{
    const struct date *date = &head->date;
    CHECK(utf8_is_valid(head->title));
    CHECK(date->year == 0 || (date->month >= 1 && date->month <= 12 && date->day <= 31));
    for (const struct fact *fact = facts; fact; fact = fact->next) {
        CHECK(fact->view.len && fact->view.len <= 255 && utf8_is_valid(fact->view));
        CHECK(!memchr(fact->view.data, '/', fact->view.len));
        CHECK(fact->value.len && utf8_is_valid(fact->value));
        CHECK(slice_trim(fact->value).len == fact->value.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice file = input_copy(data, size);
    struct arena arena = {0}, rules = {0};
    struct diags diags = {.arena = &arena}, again = {.arena = &arena};
    struct head head = {0};
    struct fact *facts = NULL;
    struct config config;
    const struct limits limits = limits_default();
    cleanup_decoded struct decoded decoded;
    struct front front;
    struct sidecars beside = sidecars_begin(&arena);

    CHECK(config_defaults(&rules, &config) == 0);
    CHECK(decode(file, true, &decoded) == 0);
    check_decoded(&decoded, file);
    CHECK(front_read(&arena, decoded.text, true, &limits, &diags, &front) == 0);
    check_front(&front, decoded.text);
    check_diags(&diags, count_lines(decoded.text));
    if (decoded.encoding != ENCODING_UTF32)
        check_pieces(file, &front);
    CHECK(scan_head(&arena, SLICE("2025-10-23.md"), file, true, &config, &limits, &beside, &again,
                    &head, &facts) == 0);
    CHECK(head.body_line == front.body_line);
    CHECK(
        head.body ==
        (decoded.encoding == ENCODING_UTF32 ? 0 : decoded_offset(&decoded, front.body, file.len)));
    check_before_body(&head, file, &front);
    check_diags(&again, count_lines(decoded.text));
    check_facts(&head, facts);
    arena_free(&arena);
    arena_free(&rules);
    free((void *)(uintptr_t)file.data);
    return 0;
}
