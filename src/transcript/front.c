#include "transcript/front.h"

#include <errno.h>

static const struct slice byte_order_mark = {"\xEF\xBB\xBF", 3};

/* Takes a line without its line end, which may be CRLF. */
static struct slice take_line(struct slice *rest)
{
    struct slice line = *rest;
    slice_take(rest, '\n', &line);
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

static struct slice trim_right(struct slice s)
{
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* The dashes of a line that is nothing else. */
static size_t count_dashes(struct slice line)
{
    line = trim_right(line);
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] != '-')
            return 0;
    }
    return line.len;
}

/* A block that opens with more dashes than three may close with as many. */
static bool closes(struct slice line, size_t opened_with)
{
    size_t dashes = count_dashes(line);
    return dashes == 3 || (dashes && dashes == opened_with) ||
           slice_equal(trim_right(line), SLICE("..."));
}

/* Where the YAML ends and the body begins. */
struct extent {
    struct slice yaml;
    struct slice body; /* data is NULL when the file ends with the closing line */
    uint32_t body_line;
};

static bool find_close(struct slice after_open, size_t dashes, struct extent *extent)
{
    struct slice rest = after_open;
    for (uint32_t line = 2; rest.data; line++) {
        const char *start = rest.data;
        if (closes(take_line(&rest), dashes)) {
            extent->yaml = (struct slice){after_open.data, (size_t)(start - after_open.data)};
            extent->body = rest;
            extent->body_line = line + 1;
            return true;
        }
    }
    return false;
}

static void report_unclosed(bool whole, const struct limits *limits, struct diags *diags)
{
    char text[LIMIT_TEXT];
    diags_add(diags, 1, 1, "the whole file is read as text", "%s",
              whole ? "front matter that never closes: no line of three dashes follows"
                    : limit_message(limits, LIMIT_FRONT, text));
}

int front_read(struct arena *arena, struct slice head, bool whole, const struct limits *limits,
               struct diags *diags, struct front *front)
{
    uint64_t most = limits->at[LIMIT_FRONT];
    whole &= head.len <= most;
    struct slice text = slice_head(head, most);
    if (slice_starts(text, byte_order_mark))
        text = slice_skip(text, byte_order_mark.len);
    *front = (struct front){.body = (size_t)(text.data - head.data), .body_line = 1};

    struct slice rest = text;
    size_t dashes = count_dashes(take_line(&rest));
    if (!rest.data && !whole && head.len < most)
        return -EAGAIN; /* a part of the first line: it may be anything */
    if (dashes < 3 || !rest.data)
        return 0;

    struct extent extent;
    bool found = find_close(rest, dashes, &extent);
    /* A last line that was cut may look like a closing one, or hide it. */
    if ((!found || !extent.body.data) && !whole && head.len < most)
        return -EAGAIN;
    if (!found || (!extent.body.data && !whole)) {
        report_unclosed(whole, limits, diags);
        return 0;
    }
    if (dashes > 3)
        diags_add(diags, 1, 1, "it is read as front matter",
                  "front matter opens with %zu dashes in place of three", dashes);

    struct yaml *root;
    int err = yaml_read(arena, extent.yaml, 2, limits, diags, &root);
    if (err == -ENOMEM)
        return err;
    if (root && root->kind != YAML_MAP) {
        diags_add(diags, root->line, root->column, "the whole file is read as text",
                  "front matter is %s and no mapping of keys to values",
                  yaml_kind_name(root->kind));
        return 0;
    }
    front->map = root;
    front->has_block = true;
    front->body = extent.body.data ? (size_t)(extent.body.data - head.data) : head.len;
    front->body_line = extent.body_line;
    return 0;
}

/* --- dates ------------------------------------------------------------------------------------ */

static bool take_number(struct slice *text, size_t digits, unsigned *number)
{
    *number = 0;
    if (text->len < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = text->data[i];
        if (c < '0' || c > '9')
            return false;
        *number = *number * 10 + (unsigned)(c - '0');
    }
    *text = slice_skip(*text, digits);
    return true;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool date_read(struct slice text, struct date *date)
{
    unsigned year, month, day = 0;

    text = slice_trim(text);
    if (!take_number(&text, 4, &year) || !text.len || (text.data[0] != '-' && text.data[0] != '/'))
        return false;
    char separator = text.data[0];
    text = slice_skip(text, 1);
    if (!take_number(&text, 2, &month) || month < 1 || month > 12 || year == 0)
        return false;
    if (text.len) {
        if (text.data[0] != separator)
            return false;
        text = slice_skip(text, 1);
        if (!take_number(&text, 2, &day) || day < 1 || day > days_in(year, month))
            return false;
        if (text.len && text.data[0] != 'T' && text.data[0] != 't' && text.data[0] != ' ')
            return false;
    }
    *date = (struct date){(uint16_t)year, (uint8_t)month, (uint8_t)day};
    return true;
}
