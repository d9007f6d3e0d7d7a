#include "metadata/front.h"

#include <errno.h>
#include <strings.h>

#include "metadata/title_block.h"
#include "values/json_scan.h"
#include "values/toml.h"

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

/* How front matter opens. */
struct opening {
    size_t dashes; /* of YAML */
    bool is_toml;
    bool is_json;        /* the braces are of the values */
    bool is_behind;      /* other lines stand before it */
    uint32_t line;       /* of the file */
    uint32_t first_line; /* of the values */
    struct slice after;  /* the values and the rest; data is NULL if there is none */
};

/* Where its values end and the body begins. */
struct extent {
    struct slice values;
    struct slice body; /* data is NULL when the file ends with the closing line */
    uint32_t body_line;
};

static bool opens(struct slice line, struct opening *opening)
{
    opening->dashes = count_dashes(line);
    opening->is_toml = slice_equal(trim_right(line), SLICE("+++"));
    return opening->is_toml || (opening->is_behind ? opening->dashes == 3 : opening->dashes >= 3);
}

/* A block that opens with more dashes than three may close with as many. */
static bool closes(struct slice line, const struct opening *opening)
{
    if (opening->is_toml)
        return slice_equal(trim_right(line), SLICE("+++"));
    size_t dashes = count_dashes(line);
    return dashes == 3 || (dashes && dashes == opening->dashes) ||
           slice_equal(trim_right(line), SLICE("..."));
}

/* --- what may stand before it ----------------------------------------------------------------- */

/* Goes from the beginning of a comment of HTML to its end. False where it has none. */
static bool skip_comment(struct slice *rest, uint32_t *line)
{
    const char *end = memmem(rest->data, rest->len, "-->", 3);
    if (!end)
        return false;
    size_t len = (size_t)(end - rest->data) + 3;
    for (size_t i = 0; i < len; i++)
        *line += rest->data[i] == '\n';
    *rest = slice_skip(*rest, len);
    return true;
}

/*
 * Looks for the line that opens front matter: the first, or one behind empty lines and comments. A
 * line with # is one for YAML, and a heading for Markdown: it has to stand right above.
 *
 * 0, with no text behind the opening if there is none; -EAGAIN if the text `is_cut` before the
 * answer.
 */
static int find_opening(struct slice text, bool is_cut, struct opening *opening)
{
    struct slice rest = text;
    bool in_comments = false;
    *opening = (struct opening){.line = 1};
    for (;; opening->line++) {
        struct slice at = rest, line = take_line(&rest);
        if (!rest.data)
            return is_cut ? -EAGAIN : 0; /* a part of a line: it may be anything */
        if (opens(line, opening)) {
            opening->after = rest;
            opening->first_line = opening->line + 1;
            return 0;
        }
        line = slice_trim(line);
        opening->is_behind = true;
        if (slice_starts(line, SLICE("#"))) {
            in_comments = true;
        } else if (line.len == 0 && !in_comments) {
            ;
        } else if (slice_starts(line, SLICE("<!--")) && !in_comments) {
            rest = at;
            if (!skip_comment(&rest, &opening->line))
                return is_cut ? -EAGAIN : 0;
            struct slice behind = take_line(&rest);
            if (slice_trim(behind).len)
                return 0;
            if (!rest.data)
                return is_cut ? -EAGAIN : 0;
        } else {
            return 0;
        }
    }
}

/* --- what is front matter, where it need not be ----------------------------------------------- */

/* Keys that distinguish front matter from speech between two rules. */
static bool is_known_key(struct slice key)
{
    static const char *const known[] = {
        "title",       "date",        "tags",        "tag",      "keywords",   "author",
        "authors",     "layout",      "slug",        "url",      "link",       "source",
        "media",       "draft",       "description", "summary",  "published",  "publish_date",
        "pubdate",     "lang",        "language",    "category", "categories", "series",
        "people",      "speakers",    "guests",      "aliases",  "permalink",  "youtube_url",
        "webpage_url", "upload_date", "episode",     "duration", "status",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (key.len == strlen(known[i]) && strncasecmp(key.data, known[i], key.len) == 0)
            return true;
    }
    return false;
}

/* The key of a line that is `key:` or `key: value`; its length 0 if there is none. */
static struct slice key_of(struct slice line)
{
    const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
    struct slice key = {line.data, colon ? (size_t)(colon - line.data) : 0};
    bool ends = key.len + 1 == line.len ||
                (key.len + 1 < line.len && byte_is_space(line.data[key.len + 1]));
    if (key.len == 0 || !ends || memchr("*_[{<>`#&!|%@?", key.data[0], 14))
        return (struct slice){0};
    if (key.len > 2 && memchr("\"'", key.data[0], 2) && key.data[key.len - 1] == key.data[0])
        return (struct slice){key.data + 1, key.len - 2};
    return key;
}

/* The evidence that a line gives on whether its block is YAML. */
enum look {
    LOOK_NOTHING, /* an empty line, a comment */
    LOOK_MORE,    /* more of a value, an item of a list, the end of one in brackets */
    LOOK_KEY,
    LOOK_KNOWN_KEY,
    LOOK_OTHER, /* it is no mapping of keys */
};

static enum look look_at(struct slice line)
{
    if (slice_trim(line).len == 0 || line.data[0] == '#')
        return LOOK_NOTHING;
    if (memchr(" \t]}", line.data[0], 4) || slice_starts(line, SLICE("- ")) ||
        slice_equal(trim_right(line), SLICE("-")))
        return LOOK_MORE;
    struct slice key = key_of(line);
    return key.len == 0 ? LOOK_OTHER : is_known_key(key) ? LOOK_KNOWN_KEY : LOOK_KEY;
}

/*
 * Looks for the closing line. A block that does not open the file must look like a mapping
 * throughout, with a known key, and with most keys known or all in small letters, as no name is. 0,
 * with no values if there is none; -EAGAIN.
 */
static int find_close(const struct opening *opening, bool is_cut, struct extent *extent)
{
    struct slice rest = opening->after;
    uint32_t keys = 0, known = 0, small = 0;
    bool has_key = false, is_strict = opening->is_behind && !opening->is_toml;
    *extent = (struct extent){0};
    for (uint32_t number = opening->first_line; rest.data; number++) {
        const char *start = rest.data;
        struct slice line = take_line(&rest);
        if (!rest.data && is_cut)
            return -EAGAIN; /* a last line that was cut may look like a closing one, or hide it */
        if (closes(line, opening)) {
            extent->values = (struct slice){opening->after.data,
                                            (size_t)(start - opening->after.data)};
            extent->body = rest;
            extent->body_line = number + 1;
            break;
        }
        enum look look = is_strict ? look_at(line) : LOOK_NOTHING;
        if (look == LOOK_OTHER || (look == LOOK_MORE && !has_key))
            return 0;
        has_key |= look != LOOK_NOTHING;
        keys += look == LOOK_KEY || look == LOOK_KNOWN_KEY;
        known += look == LOOK_KNOWN_KEY;
        small += (look == LOOK_KEY || look == LOOK_KNOWN_KEY) && line.data[0] >= 'a' &&
                 line.data[0] <= 'z';
    }
    bool is_likely = is_strict ? known && (known * 2 > keys || small == keys)
                               : slice_trim(extent->values).len && toml_is_likely(extent->values);
    if (opening->is_behind && !is_likely)
        *extent = (struct extent){0};
    return 0;
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* Whether a text begins with a line that is a brace, and a quoted key. 0 or -EAGAIN. */
static int find_json_opening(struct slice text, bool is_cut, struct opening *opening)
{
    struct slice rest = text;
    bool is_brace = slice_equal(trim_right(take_line(&rest)), SLICE("{"));
    *opening = (struct opening){.line = 1, .first_line = 1};
    if (!is_brace)
        return 0;
    struct slice key = slice_trim(rest);
    opening->is_json = slice_starts(key, SLICE("\""));
    opening->after = opening->is_json ? text : (struct slice){0};
    return is_cut && !key.len ? -EAGAIN : 0;
}

/* Finds the brace that closes it, and the end of its line. 0, with no values if there is none; or
 * -EAGAIN. */
static int find_json_close(const struct opening *opening, bool is_cut, struct extent *extent)
{
    struct json_scan scan = {.rest = opening->after};
    *extent = (struct extent){0};
    bool is_object = json_skip(&scan);
    struct slice rest = scan.rest, line = take_line(&rest);
    if (is_cut && (scan.is_cut || !rest.data))
        return -EAGAIN;
    if (!is_object || slice_trim(line).len)
        return 0;
    extent->values = slice_head(opening->after, (size_t)(scan.rest.data - opening->after.data));
    extent->body = rest;
    extent->body_line = opening->first_line + 1;
    for (size_t i = 0; i < extent->values.len; i++)
        extent->body_line += extent->values.data[i] == '\n';
    return 0;
}

/* --- reading it ------------------------------------------------------------------------------- */

static void report_unclosed(const struct opening *opening, bool whole, const struct limits *limits,
                            struct diags *diags)
{
    char text[LIMIT_TEXT];
    diags_add(diags, 1, 1, "the whole file is read as text", "%s%s",
              whole ? "front matter that never closes: no "
                    : limit_message(limits, LIMIT_FRONT, text),
              !whole             ? ""
              : opening->is_json ? "brace that closes follows"
              : opening->is_toml ? "line of three plus signs follows"
                                 : "line of three dashes follows");
}

static void report_opening(const struct opening *opening, struct diags *diags)
{
    if (opening->is_behind)
        diags_add(diags, opening->line, 1, "it is read as front matter",
                  "front matter opens behind other lines, and not on the first");
    else if (opening->dashes > 3)
        diags_add(diags, 1, 1, "it is read as front matter",
                  "front matter opens with %zu dashes in place of three", opening->dashes);
}

/* False for a transcript that begins with a rule, and has another one further down. */
static bool begins_with_key(struct slice values)
{
    enum look look = LOOK_NOTHING;
    struct slice line;
    while (look == LOOK_NOTHING && slice_take(&values, '\n', &line))
        look = look_at(slice_trim(line));
    return look != LOOK_OTHER && look != LOOK_MORE;
}

/* Parses the values. 0; 1 if they are no mapping, which it reports; -ENOMEM. */
static int read_values(struct arena *arena, struct slice values, const struct opening *opening,
                       const struct limits *limits, struct diags *diags, struct yaml **root)
{
    static const char as_text[] = "the whole file is read as text";
    uint32_t line = opening->first_line;
    if (opening->is_toml && !toml_is_likely(values)) {
        diags_add(diags, line, 0, as_text, "front matter between +++ begins with no key of TOML");
        return 1;
    }
    int err = opening->is_toml ? toml_read(arena, values, line, limits, diags, root)
                               : yaml_read(arena, values, line, limits, diags, root);
    if (err == -ENOMEM)
        return err;
    if (!*root && !opening->is_toml && !begins_with_key(values)) {
        diags_add(diags, line, 0, as_text, "front matter between --- begins with no key");
        return 1;
    }
    if (!*root || (*root)->kind == YAML_MAP)
        return 0;
    diags_add(diags, (*root)->line, (*root)->column, as_text,
              "front matter is %s and no mapping of keys to values", yaml_kind_name((*root)->kind));
    return 1;
}

int front_read(struct arena *arena, struct slice head, bool whole, const struct limits *limits,
               struct diags *diags, struct front *front)
{
    uint64_t most = limits->at[LIMIT_FRONT];
    bool is_cut = !whole && head.len < most;
    struct title_block block;
    struct opening opening;
    struct extent extent;

    whole &= head.len <= most;
    *front = (struct front){.body_line = 1};
    int err = title_block_read(arena, slice_head(head, most), !is_cut, diags, &block);
    bool ends = block.body < most || whole; /* before the limit */
    if (err || (block.map && ends)) {
        *front = (struct front){block.map, block.body, block.body_line, .has_block = block.map};
        return err;
    }
    err = find_json_opening(slice_head(head, most), is_cut, &opening);
    if (!err && !opening.is_json)
        err = find_opening(slice_head(head, most), is_cut, &opening);
    if (err || !opening.after.data)
        return err;
    err = opening.is_json ? find_json_close(&opening, is_cut, &extent)
                          : find_close(&opening, is_cut, &extent);
    if (err)
        return err;
    if (!extent.values.data || (!extent.body.data && !whole)) {
        if (!opening.is_behind)
            report_unclosed(&opening, whole, limits, diags);
        return 0;
    }
    report_opening(&opening, diags);
    err = read_values(arena, extent.values, &opening, limits, diags, &front->map);
    if (err) {
        front->map = NULL;
        return err < 0 ? err : 0;
    }
    front->has_block = true;
    front->body = extent.body.data ? (size_t)(extent.body.data - head.data) : head.len;
    front->body_line = extent.body_line;
    return 0;
}
