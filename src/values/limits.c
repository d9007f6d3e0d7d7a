#include "values/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

const struct limit_row limit_rows[LIMIT_COUNT] = {
    /* cmark counts in int, and ends the process at half its range; mending and U+FFFD make a text
     * up to three times as long. */
    [LIMIT_FILE] = {"max_file", 64 * MIB, 1, 256 * MIB, true, "a content file",
                    "a file of more than", ""},
    [LIMIT_FRONT] = {"max_front", 256 * KIB, 8, MIB, true, "front matter",
                     "front matter of more than", ", or one that never closes"},
    [LIMIT_YAML_DEPTH] = {"max_yaml_depth", 16, 1, LIMIT_MOST_YAML_DEPTH, false,
                          "lists and mappings in each other", "lists and mappings more than",
                          " deep"},
    [LIMIT_YAML_EVENTS] = {"max_yaml_events", 100000, 10, 1000000, false,
                           "values, keys and brackets of front matter", "more than",
                           " YAML events"},
    [LIMIT_YAML_KEYS] = {"max_yaml_keys", 1000, 1, 10000, false, "keys of a mapping", "more than",
                         " keys"},
    [LIMIT_VALUE] = {"max_value", 4 * KIB, 1, 64 * KIB, true, "a title, or a value in a view",
                     "a value of more than", ""},
    [LIMIT_VIEWS] = {"max_views", LIMIT_MOST_VIEWS, 1, LIMIT_MOST_VIEWS, false, "views",
                     "more than", " views"},
    [LIMIT_NESTING] = {"max_nesting", 32, 1, 128, false, "quotations and lists in each other",
                       "quotations and lists more than",
                       " deep, or less deep over millions of lines"},
    [LIMIT_IMAGES] = {"max_images", 1000, 0, 100000, false, "images in a paragraph", "more than",
                      " images in a paragraph"},
    [LIMIT_MARKDOWN] = {"max_markdown", 512 * MIB, 64 * KIB, UINT64_C(16) << 30, true,
                        "memory while a body is read", "words that take more than",
                        " of memory to read"},
    /* Node ids number these with 16 bits. */
    [LIMIT_TURNS] = {"max_turns", UINT16_MAX, 1, UINT16_MAX, false, "turns of an episode",
                     "more than", " turns"},
    [LIMIT_SECTIONS] = {"max_sections", UINT16_MAX, 1, UINT16_MAX, false, "headings of an episode",
                        "more than", " headings"},
};

struct limits limits_default(void)
{
    struct limits limits;
    for (int i = 0; i < LIMIT_COUNT; i++)
        limits.at[i] = limit_rows[i].initial;
    return limits;
}

enum limit limit_find(struct slice name)
{
    int i = 0;
    while (i < LIMIT_COUNT && !slice_equal(slice_of(limit_rows[i].name), name))
        i++;
    return (enum limit)i;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_number(const char *text, uint64_t *number, const char **end)
{
    if (*text < '0' || *text > '9')
        return false;
    char *rest;
    unsigned long long value = strtoull(text, &rest, 10);
    if (value > UINT64_MAX >> 40) /* no unit can make it too large */
        return false;
    *number = value;
    *end = rest;
    return true;
}

bool limit_read_size(const char *text, uint64_t *size)
{
    const char *units = "KMGT", *end;
    if (!read_number(text, size, &end))
        return false;
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (unit && *unit) {
        *size <<= 10 * (unit - units + 1);
        end++;
        if ((*end & ~0x20) == 'B')
            end++;
    }
    return *end == '\0';
}

bool limit_set(struct limits *limits, enum limit limit, const char *value)
{
    const struct limit_row *row = &limit_rows[limit];
    const char *end = "";
    uint64_t number;
    bool is_number = row->is_size ? limit_read_size(value, &number)
                                  : read_number(value, &number, &end);
    if (!is_number || *end || number < row->least || number > row->most)
        return false;
    limits->at[limit] = number;
    return true;
}

/* --- telling ---------------------------------------------------------------------------------- */

static int unit_of(uint64_t size)
{
    int unit = 0;
    while (unit < 3 && size && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    return unit;
}

const char *limit_value(enum limit limit, uint64_t value, char text[LIMIT_TEXT])
{
    int unit = limit_rows[limit].is_size ? unit_of(value) : 0;
    snprintf(text, LIMIT_TEXT, "%" PRIu64 "%.*s", value >> 10 * unit, unit > 0, &"\0KMG"[unit]);
    return text;
}

/* 65,535 */
static void group_digits(uint64_t value, char text[LIMIT_TEXT])
{
    uint64_t part = 1;
    while (value / part >= 1000)
        part *= 1000;
    int len = snprintf(text, LIMIT_TEXT, "%" PRIu64, value / part);
    for (part /= 1000; part; part /= 1000)
        len += snprintf(text + len, (size_t)(LIMIT_TEXT - len), ",%03" PRIu64, value / part % 1000);
}

const char *limit_words(enum limit limit, uint64_t value, char text[LIMIT_TEXT])
{
    static const char *const units[] = {" bytes", " KiB", " MiB", " GiB"};
    int unit = limit_rows[limit].is_size ? unit_of(value) : 0;
    group_digits(value >> 10 * unit, text);
    if (limit_rows[limit].is_size)
        strncat(text, units[unit], LIMIT_TEXT - strlen(text) - 1);
    return text;
}

const char *limit_message(const struct limits *limits, enum limit limit, char text[LIMIT_TEXT])
{
    const struct limit_row *row = &limit_rows[limit];
    char words[LIMIT_TEXT];
    limit_words(limit, limits->at[limit], words);
    snprintf(text, LIMIT_TEXT, "%s %.40s%s (-o %s)", row->before, words, row->after, row->name);
    return text;
}

void limit_refuse(const struct limits *limits, enum limit limit, uint32_t line, struct diags *diags)
{
    char text[LIMIT_TEXT];
    if (diags->count >= DIAGS_MAX)
        diags->count = DIAGS_MAX - 1;
    diags_add(diags, line, 0, "only the source is served", "%s",
              limit_message(limits, limit, text));
}
