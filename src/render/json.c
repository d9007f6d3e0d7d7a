#include "render/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/utf8.h"

static json_t *json_of_scalar(const struct yaml *value)
{
    switch (value->kind) {
    case YAML_NULL:
        return json_null();
    case YAML_BOOL:
        return json_boolean(value->text.data[0] == 't' || value->text.data[0] == 'T');
    case YAML_INT:
        return json_integer(strtoll(value->text.data, NULL, 10));
    case YAML_FLOAT: {
        /* A value that is no number in JSON, such as 1e999, stays as it was written. */
        double real = strtod(value->text.data, NULL);
        return isfinite(real) ? json_real(real) : json_text(value->text);
    }
    default:
        return json_text(value->text);
    }
}

static json_t *json_of_list(const struct yaml *list)
{
    json_t *array = json_array();
    for (const struct yaml *item = list->first; item && array; item = item->next) {
        if (json_array_append_new(array, json_of_yaml(item))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* Jansson ends keys at a NUL byte: a key that contains one is omitted. */
static json_t *json_of_map(const struct yaml *map)
{
    json_t *object = json_object();
    for (const struct yaml *item = map->first; item && object; item = item->next) {
        if (strlen(item->key.data) == item->key.len &&
            json_object_set_new(object, item->key.data, json_of_yaml(item))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* As deep as YAML may be, LIMIT_MOST_YAML_DEPTH. */
json_t *json_of_yaml(const struct yaml *value)
{
    if (value->kind == YAML_MAP)
        return json_of_map(value);
    return value->kind == YAML_LIST ? json_of_list(value) : json_of_scalar(value);
}

json_t *json_seconds(int64_t milliseconds)
{
    return milliseconds % 1000 ? json_real((double)milliseconds / 1000)
                               : json_integer(milliseconds / 1000);
}

json_t *json_time(int64_t time)
{
    const time_t seconds = (time_t)(time / 1000000000);
    char text[64];
    struct tm utc;
    if (time == 0 || !gmtime_r(&seconds, &utc))
        return json_null();
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + len, sizeof text - len, ".%03dZ", (int)(time / 1000000 % 1000));
    return json_string(text);
}

static int add_bytes(const char *bytes, size_t len, void *out)
{
    buf_add(out, bytes, len);
    return 0;
}

/* The number of digits that identify a double: 15 if they do, so that 1.1 stays 1.1. */
static int digits_of(double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", value);
    return strtod(text, NULL) == value ? 15 : 17;
}

/* As deep as YAML may be, LIMIT_MOST_YAML_DEPTH. */
static int most_digits(json_t *json)
{
    const char *key;
    json_t *item;
    size_t i;
    int digits = json_is_real(json) ? digits_of(json_real_value(json)) : 15;
    json_array_foreach(json, i, item) if (most_digits(item) > digits) digits = 17;
    json_object_foreach(json, key, item) if (most_digits(item) > digits) digits = 17;
    return digits;
}

static size_t real_precision(json_t *json)
{
    return JSON_REAL_PRECISION(most_digits(json));
}

/* The length of a line or paragraph separator or next line (C1) at the front, which some readers
 * take for the end of a record; 0: there is none. */
static size_t separator_at(struct slice text)
{
    static const struct slice separators[] = {
        {"\xE2\x80\xA8", 3}, {"\xE2\x80\xA9", 3}, {"\xC2\x85", 2}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        if (slice_starts(text, separators[i]))
            return separators[i].len;
    }
    return 0;
}

static bool has_separator(struct slice text)
{
    return memmem(text.data, text.len, "\xE2\x80\xA8", 3) ||
           memmem(text.data, text.len, "\xE2\x80\xA9", 3) ||
           memmem(text.data, text.len, "\xC2\x85", 2);
}

/* Escapes them from offset `start` on: they occur in strings only. */
static void escape_separators(struct buf *out, size_t start)
{
    struct slice added = slice_skip(buf_slice(out), start);
    if (out->failed || added.len == 0 || !has_separator(added))
        return;
    cleanup_buf struct buf before = {0};
    buf_add_slice(&before, added);
    out->failed |= before.failed;
    out->len = start;
    for (struct slice rest = buf_slice(&before); rest.len;) {
        size_t len = separator_at(rest), plain = len == 0;
        if (len)
            buf_printf(out, "\\u%04x", (unsigned)utf8_decode(rest, &len));
        while (plain && plain < rest.len && !separator_at(slice_skip(rest, plain)))
            plain++;
        buf_add(out, rest.data, plain);
        rest = slice_skip(rest, len + plain);
    }
}

/* --- without a tree --------------------------------------------------------------------------- */

/* Whether a character that begins with this byte may have to be escaped. */
static bool is_suspect(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c < 0x20 || c == '"' || c == '\\' || c == 0xC2 || c == 0xE2;
}

/* The letter that stands for a character behind a backslash; 0: none does. */
static char letter_of(char c)
{
    static const char characters[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = c ? strchr(characters, c) : NULL;
    if (!at)
        return '\0';
    return letters[at - characters];
}

/* Appends the first character of `text`, which is suspect, and returns its bytes. */
static size_t add_suspect(struct buf *out, struct slice text)
{
    size_t len = separator_at(text);
    char letter = letter_of(text.data[0]);
    if (len) {
        buf_printf(out, "\\u%04x", (unsigned)utf8_decode(text, &len));
        return len;
    }
    if (letter)
        buf_add(out, (const char[]){'\\', letter}, 2);
    else if ((unsigned char)text.data[0] < 0x20)
        buf_printf(out, "\\u%04X", (unsigned)(unsigned char)text.data[0]);
    else
        buf_add_byte(out, text.data[0]);
    return 1;
}

void json_add_text(struct buf *out, struct slice text)
{
    buf_add_byte(out, '"');
    while (text.len) {
        size_t plain = 0;
        while (plain < text.len && !is_suspect(text.data[plain]))
            plain++;
        buf_add(out, text.data, plain);
        text = slice_skip(text, plain);
        if (text.len)
            text = slice_skip(text, add_suspect(out, text));
    }
    buf_add_byte(out, '"');
}

void json_add_seconds(struct buf *out, int64_t milliseconds)
{
    const int64_t most = INT64_C(
        100000000000000); /* of 15 digits, which a double represents exactly */
    unsigned rest = (unsigned)(milliseconds % 1000);
    if (milliseconds < 0 || milliseconds >= most) {
        json_add(out, json_seconds(milliseconds), JSON_ENCODE_ANY);
        return;
    }
    buf_add_number(out, (uint64_t)milliseconds / 1000);
    if (rest)
        buf_add_byte(out, '.');
    for (unsigned unit = 100; rest; rest %= unit, unit /= 10)
        buf_add_byte(out, (char)('0' + rest / unit));
}

/* --- with one --------------------------------------------------------------------------------- */

void json_add(struct buf *out, json_t *json, size_t flags)
{
    size_t start = out->len;
    if (!json || json_dump_callback(json, add_bytes, out, flags | real_precision(json)))
        out->failed = true;
    json_decref(json);
    escape_separators(out, start);
}
