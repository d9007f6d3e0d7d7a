#include "syntax/markdown_cost.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The length of the list marker at the front of a line; 0 if there is none. White space or the
 * end of the line has to stand behind it. */
static size_t list_marker(struct slice line)
{
    size_t len = 0;
    while (len < line.len && len < 9 && line.data[len] >= '0' && line.data[len] <= '9')
        len++;
    char sign = (char)(len < line.len ? line.data[len] : '\0');
    if (len ? sign != '.' && sign != ')' : sign != '-' && sign != '+' && sign != '*')
        return 0;
    len++;
    return len == line.len || is_blank(line.data[len]) ? len : 0;
}

/* Where the rule begins that a line ends in: nothing but one of -, * and _, and white space. There
 * cmark finds no list. */
static size_t rule_of(struct slice line)
{
    size_t at = line.len, marks = 0;
    char mark = 0;
    for (; at > 0; at--) {
        char c = line.data[at - 1];
        if (is_blank(c))
            continue;
        if ((mark && c != mark) || (c != '-' && c != '*' && c != '_'))
            break;
        mark = c;
        marks++;
    }
    return marks < 3 ? line.len : at;
}

/* What stands before the words of a line. */
struct prefix {
    uint64_t markers; /* of quotations and lists */
    uint64_t room;    /* how many can be open around it */
    bool is_blank;    /* there are no words and no markers */
};

/* Each quotation takes a character of the line, and each list two columns: its marker and the space
 * behind it, or where it was opened on a line above, spaces in their place. */
static struct prefix read_prefix(struct slice line)
{
    size_t rule = 0, at = 0, marker;
    uint64_t quotations = 0, columns = 0;
    struct prefix prefix = {0};
    while (at < line.len) {
        char c = line.data[at];
        if (is_blank(c)) {
            columns += c == '\t' ? 4 : 1;
            at++;
            continue;
        }
        marker = c == '>' ? 1 : list_marker(slice_skip(line, at));
        if (marker && !rule)
            rule = rule_of(line) + 1;
        if (!marker || at + 1 >= rule)
            break;
        quotations += c == '>';
        columns += c == '>' ? 0 : marker;
        prefix.markers++;
        prefix.room = quotations + (columns + 1) / 2;
        at += marker;
    }
    prefix.is_blank = at == line.len && !prefix.markers;
    return prefix;
}

/* Those in the text from `at` to before `end`. */
static uint32_t count_images(struct byte_finder *mark, size_t at, size_t end)
{
    struct slice text = mark->text;
    uint32_t count = 0;
    for (; (at = byte_find(mark, at)) + 1 < end; at++)
        count += text.data[at + 1] == '[';
    return count;
}

enum { LOOKS = 5000000 /* at each level that there may be; at 32 levels all take some 4 s */ };

/* The text up to a place in it. */
struct markdown_cost {
    struct byte_finder image; /* the sign that may begin one */
    uint64_t depth;           /* upper bound of the open blocks */
    uint64_t looks;           /* of lines at blocks */
    uint64_t images;          /* of the paragraph */
    bool was_blank;           /* the line before */
};

/* A line from `start` to `end`. */
static enum limit add_line(struct markdown_cost *shape, size_t start, size_t end,
                           const struct limits *limits)
{
    struct slice line = slice_range(shape->image.text, start, end - start);
    struct prefix prefix = read_prefix(line);
    /* Unindented words behind an empty line end all open blocks. */
    if (shape->was_blank && line.len && !is_blank(line.data[0]) && line.data[0] != '>')
        shape->depth = 0;
    uint64_t depth = shape->depth + prefix.markers;
    if (depth > prefix.room)
        depth = prefix.room;
    if (depth > shape->depth)
        shape->depth = depth;
    shape->looks += shape->depth;
    shape->images = prefix.is_blank ? 0 : shape->images + count_images(&shape->image, start, end);
    shape->was_blank = prefix.is_blank;
    bool is_deep = shape->depth > limits->at[LIMIT_NESTING] ||
                   shape->looks > LOOKS * limits->at[LIMIT_NESTING];
    return is_deep                                    ? LIMIT_NESTING
           : shape->images > limits->at[LIMIT_IMAGES] ? LIMIT_IMAGES
                                                      : LIMIT_COUNT;
}

enum limit markdown_cost_check(struct slice text, const struct limits *limits, uint32_t *number)
{
    struct markdown_cost shape = {.image = {.text = text, .byte = '!'}, .was_blank = true};
    struct byte_finder newline = {.text = text, .byte = '\n'};
    struct byte_finder carriage = {.text = text, .byte = '\r'};
    *number = 0;
    for (size_t start = 0; start < text.len;) {
        size_t feed = byte_find(&newline, start), end = byte_find(&carriage, start);
        /* A carriage return ends a line too; the one before a line feed ends the same. */
        bool is_alone = end + 1 < feed;
        if (!is_alone && end > feed)
            end = feed;
        enum limit limit = add_line(&shape, start, end, limits);
        if (limit != LIMIT_COUNT)
            return limit;
        start = is_alone ? end + 1 : feed + 1;
        *number += !is_alone;
    }
    return LIMIT_COUNT;
}
