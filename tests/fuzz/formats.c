/*
 * What is rendered of an episode, in every format: that other programs can read it, and that its
 * parts are as many as the transcript has. The input is the content file.
 */
#include "fuzz.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

#include "memory.h"
#include "render/escape.h"

/* One tree, and the episode in it. */
struct rendering {
    struct memory memory;
    struct tree *tree;
    uint64_t episode;
    uint32_t turns;
};

/* A file of a folder; false where there is none of this name. To be freed. */
static bool read_text(struct rendering *r, uint64_t folder, const char *name, struct buf *text)
{
    struct tree_attr attr;
    struct tree_text bytes;
    int err = tree_lookup(r->tree, folder, name, &attr);
    CHECK(err == 0 || err == -ENOENT);
    if (err)
        return false;
    CHECK(S_ISREG(attr.mode));
    CHECK(tree_read(r->tree, attr.id, 0, SIZE_MAX / 2, &bytes) == 0);
    CHECK(bytes.bytes.len == attr.size);
    buf_add_slice(text, bytes.bytes);
    CHECK(!text->failed);
    tree_text_free(r->tree, &bytes);
    return true;
}

static uint64_t find_folder(struct rendering *r, const char *const *path)
{
    struct tree_attr attr = {.id = TREE_ROOT};
    for (; *path; path++)
        CHECK(tree_lookup(r->tree, attr.id, *path, &attr) == 0);
    return attr.id;
}

static uint32_t lines_of(struct slice text)
{
    CHECK(text.len == 0 || text.data[text.len - 1] == '\n');
    return count_lines(text) - 1;
}

/* --- tables and JSON -------------------------------------------------------------------------- */

/* Whether some reader takes it for the end of a line; a newline is one to all. */
static bool breaks_line(int32_t code)
{
    return code == '\r' || code == '\v' || code == '\f' || (code >= 0x1C && code <= 0x1E) ||
           code == 0x85 || code == 0x2028 || code == 0x2029;
}

static void check_breaks(struct slice text)
{
    size_t len;
    for (; text.len; text = slice_skip(text, len))
        CHECK(!breaks_line(utf8_decode(text, &len)));
}

/* How long an escape is, behind its backslash: \t, \u2028, and in problems.tsv \xFF. */
static size_t check_escape(struct slice at)
{
    CHECK(at.len && memchr("tnr\\ux", at.data[0], 6));
    size_t digits = at.data[0] == 'u' ? 4 : at.data[0] == 'x' ? 2 : 0;
    CHECK(at.len > digits);
    for (size_t i = 1; i <= digits; i++)
        CHECK(memchr("0123456789abcdef", at.data[i], 16));
    return 1 + digits;
}

/* As many fields on every line; no line is broken by what a field holds. Rows behind the first. */
static uint32_t check_tsv(struct slice text)
{
    uint32_t rows = lines_of(text);
    struct slice line;
    size_t tabs = SIZE_MAX;
    CHECK(rows > 0 && utf8_is_valid(text));
    check_breaks(text);
    for (uint32_t i = 0; i < rows; i++) {
        size_t here = 0;
        CHECK(slice_take(&text, '\n', &line));
        for (size_t at = 0; at < line.len; at++) {
            here += line.data[at] == '\t';
            if (line.data[at] == '\\')
                at += check_escape(slice_skip(line, at + 1));
        }
        CHECK(tabs == SIZE_MAX || here == tabs);
        tabs = here;
    }
    return rows - 1;
}

static json_t *parse_json(struct slice text)
{
    json_error_t error;
    check_breaks(text);
    json_t *json = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json)
        fprintf(stderr, "%s, line %d\n", error.text, error.line);
    CHECK(json);
    return json;
}

/* Objects with the same keys on every line. */
static uint32_t check_json_lines(struct slice text)
{
    uint32_t count = lines_of(text);
    struct slice line;
    size_t fields = 0;
    for (uint32_t i = 0; i < count; i++) {
        CHECK(slice_take(&text, '\n', &line));
        json_t *json = parse_json(line);
        CHECK(json_is_object(json) && (i == 0 || json_object_size(json) == fields));
        fields = json_object_size(json);
        json_t *turn = json_object_get(json, "turn");
        CHECK(!turn || json_integer_value(turn) == i + 1);
        json_decref(json);
    }
    return count;
}

static uint32_t check_podcast_json(struct slice text)
{
    json_t *json = parse_json(text), *segments = json_object_get(json, "segments"), *segment;
    double last = 0;
    size_t i, count = json_array_size(segments);
    json_array_foreach(segments, i, segment)
    {
        json_t *start = json_object_get(segment, "startTime");
        json_t *end = json_object_get(segment, "endTime");
        CHECK(json_is_number(start) && json_number_value(start) >= last);
        CHECK(!end || json_number_value(end) >= json_number_value(start));
        CHECK(json_is_string(json_object_get(segment, "body")));
        last = json_number_value(start);
    }
    json_decref(json);
    return (uint32_t)count;
}

/* --- HTML ------------------------------------------------------------------------------------- */

enum { MOST_OPEN = 16 };

struct open_tags {
    struct slice names[MOST_OPEN];
    size_t count;
};

static bool is_one_of(struct slice word, const char *words)
{
    struct slice rest = slice_of(words), one;
    while (slice_take(&rest, ' ', &one)) {
        if (slice_equal(one, word))
            return true;
    }
    return false;
}

/* The renderer writes these and no others; what is not empty is closed in turn. */
static void check_tag(struct open_tags *open, struct slice tag)
{
    bool is_end = slice_starts(tag, SLICE("/"));
    struct slice rest = is_end ? slice_skip(tag, 1) : tag, name;
    slice_take(&rest, ' ', &name);
    if (is_one_of(name, "!DOCTYPE meta br"))
        return;
    CHECK(is_one_of(name, "html head title style body header nav main h1 h2 h3 h4 h5 h6 p a ol li "
                          "div cite span time details summary"));
    if (!is_end) {
        CHECK(open->count < MOST_OPEN);
        open->names[open->count++] = name;
        return;
    }
    CHECK(open->count && slice_equal(open->names[--open->count], name));
}

static void check_reference(struct slice at)
{
    CHECK(slice_starts(at, SLICE("&amp;")) || slice_starts(at, SLICE("&lt;")) ||
          slice_starts(at, SLICE("&gt;")) || slice_starts(at, SLICE("&quot;")) ||
          slice_starts(at, SLICE("&#39;")));
}

static void check_characters(struct slice text)
{
    size_t len;
    for (; text.len; text = slice_skip(text, len))
        CHECK(!escape_is_forbidden(utf8_decode(text, &len)));
}

static uint32_t check_html(struct slice text)
{
    struct open_tags open = {0};
    uint32_t turns = 0;
    check_characters(text);
    while (text.len) {
        size_t used = 1;
        if (text.data[0] == '&') {
            check_reference(text);
        } else if (text.data[0] == '<') {
            const char *end = memchr(text.data, '>', text.len);
            CHECK(end);
            used = (size_t)(end - text.data) + 1;
            struct slice tag = {text.data + 1, used - 2};
            CHECK(!memchr(tag.data, '<', tag.len));
            turns += slice_starts(tag, SLICE("div class=\"turn\""));
            check_tag(&open, tag);
        }
        text = slice_skip(text, used);
    }
    CHECK(open.count == 0);
    return turns;
}

/* --- captions --------------------------------------------------------------------------------- */

/* "01:02:03.456" in milliseconds. */
static int64_t take_time(struct slice *line, char point)
{
    int64_t part[4] = {0};
    for (int i = 0; i < 4; i++) {
        size_t digits = 0;
        for (; digits < line->len && line->data[digits] >= '0' && line->data[digits] <= '9';
             digits++)
            part[i] = part[i] * 10 + line->data[digits] - '0';
        CHECK(digits >= 2 && (i == 0 || i == 3 || part[i] < 60) && (i < 3 || digits == 3));
        *line = slice_skip(*line, digits);
        if (i < 3) {
            CHECK(line->len && line->data[0] == (i < 2 ? ':' : point));
            *line = slice_skip(*line, 1);
        }
    }
    return ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + part[3];
}

/* A number, the times, and lines of words up to an empty one. Its start. */
static int64_t check_cue(struct slice *text, uint32_t number, char point)
{
    struct slice line;
    char wanted[16];
    size_t words = 0;
    CHECK(slice_take(text, '\n', &line));
    snprintf(wanted, sizeof wanted, "%u", (unsigned)number);
    CHECK(slice_equal(line, slice_of(wanted)));
    CHECK(slice_take(text, '\n', &line));
    int64_t start = take_time(&line, point);
    CHECK(slice_starts(line, SLICE(" --> ")));
    line = slice_skip(line, 5);
    CHECK(take_time(&line, point) >= start && line.len == 0);
    while (slice_take(text, '\n', &line) && line.len) {
        CHECK(!memmem(line.data, line.len, "-->", 3));
        check_characters(line);
        words++;
    }
    CHECK(words > 0);
    return start;
}

static uint32_t check_cues(struct slice text, char point)
{
    int64_t last = 0;
    uint32_t number = 0;
    while (text.len) {
        int64_t start = check_cue(&text, ++number, point);
        CHECK(start >= last);
        last = start;
    }
    return number;
}

static uint32_t check_vtt(struct slice text)
{
    static const char head[] = "WEBVTT\n\nNOTE\n";
    CHECK(slice_starts(text, slice_of(head)));
    text = slice_skip(text, sizeof head - 1);
    const char *end = memmem(text.data, text.len, "\n\n", 2);
    CHECK(end);
    text = slice_skip(text, (size_t)(end - text.data) + 2);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '&')
            check_reference(slice_skip(text, i));
        if (text.data[i] == '<')
            CHECK(slice_starts(slice_skip(text, i), SLICE("<v ")));
    }
    return check_cues(text, '.');
}

static uint32_t check_srt(struct slice text)
{
    return check_cues(text, ',');
}

/* --- an episode ------------------------------------------------------------------------------- */

static uint32_t check_lines(struct slice text)
{
    CHECK(utf8_is_valid(text));
    return lines_of(text);
}

static uint32_t check_json(struct slice text)
{
    json_decref(parse_json(text));
    return 0;
}

enum count { NO_COUNT, ALL_TURNS };

static const struct {
    const char *name;
    uint32_t (*check)(struct slice text);
    enum count count; /* of what it has as many as there are turns */
} formats[] = {
    {"meta.json", check_json, NO_COUNT},
    {"transcript.txt", check_lines, ALL_TURNS},
    {"original.txt", check_lines, ALL_TURNS},
    {"quotes.txt", check_lines, ALL_TURNS},
    {"turns.jsonl", check_json_lines, ALL_TURNS},
    {"turns.tsv", check_tsv, ALL_TURNS},
    {"sections.tsv", check_tsv, NO_COUNT},
    {"voices.tsv", check_tsv, NO_COUNT},
    {"glossary.tsv", check_tsv, NO_COUNT},
    {"transcript.html", check_html, ALL_TURNS},
    {"transcript.vtt", check_vtt, ALL_TURNS},
    {"transcript.srt", check_srt, ALL_TURNS},
    {"transcript.json", check_podcast_json, ALL_TURNS},
};

static void check_formats(struct rendering *r)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        cleanup_buf struct buf text = {0};
        if (!read_text(r, r->episode, formats[i].name, &text))
            continue;
        uint32_t count = formats[i].check(buf_slice(&text));
        if (formats[i].count == ALL_TURNS && count != r->turns)
            fprintf(stderr, "%s: %u in place of %u\n", formats[i].name, count, r->turns);
        CHECK(formats[i].count == NO_COUNT || count == r->turns);
    }
}

static bool count_entry(void *count, uint64_t next, const struct tree_entry *entry)
{
    (void)next;
    (void)entry;
    (*(uint32_t *)count)++;
    return true;
}

static uint32_t count_turns(struct rendering *r)
{
    struct tree_attr attr;
    uint32_t count = 0;
    if (tree_lookup(r->tree, r->episode, "turns", &attr) == 0)
        CHECK(tree_list(r->tree, attr.id, 0, count_entry, &count) == 0);
    return count;
}

struct where {
    struct rendering *rendering;
    uint64_t id;
};

static void read_entry(const struct where *where, const struct tree_entry *entry, struct buf *text)
{
    char name[256] = "";
    CHECK(entry->name.len < sizeof name);
    memcpy(name, entry->name.data, entry->name.len);
    CHECK(read_text(where->rendering, where->id, name, text));
}

/* A key's values, one a line. */
static bool check_meta(void *where_, uint64_t next, const struct tree_entry *entry)
{
    const struct where *where = where_;
    cleanup_buf struct buf text = {0};
    (void)next;
    read_entry(where, entry, &text);
    CHECK(check_lines(buf_slice(&text)) > 0);
    check_breaks(buf_slice(&text));
    return true;
}

/* The tables over all episodes. */
static bool check_table(void *where_, uint64_t next, const struct tree_entry *entry)
{
    const struct where *where = where_;
    cleanup_buf struct buf text = {0};
    (void)next;
    read_entry(where, entry, &text);
    if (slice_ends(entry->name, SLICE(".jsonl")))
        check_json_lines(buf_slice(&text));
    else if (slice_ends(entry->name, SLICE(".tsv")))
        check_tsv(buf_slice(&text));
    return true;
}

static void check_folder(struct rendering *r, uint64_t id,
                         bool (*check)(void *where, uint64_t next, const struct tree_entry *entry))
{
    struct where where = {r, id};
    CHECK(tree_list(r->tree, id, 0, check, &where) == 0);
}

static void check_attributes(struct rendering *r)
{
    cleanup_buf struct buf names = {0};
    CHECK(tree_listxattr(r->tree, r->episode, &names) == 0);
    for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1) {
        cleanup_buf struct buf value = {0};
        CHECK(tree_getxattr(r->tree, r->episode, names.data + at, &value) == 0);
        CHECK(value.len && value.len <= 3800 && utf8_is_valid(buf_slice(&value)));
    }
}

static void check_source(struct rendering *r, struct slice file)
{
    cleanup_buf struct buf text = {0};
    CHECK(read_text(r, r->episode, "source.md", &text));
    CHECK(slice_equal(buf_slice(&text), file));
}

static void check_control(struct rendering *r)
{
    cleanup_buf struct buf problems = {0}, status = {0};
    uint64_t control = find_folder(r, (const char *const[]){".transcriptfs", NULL});
    CHECK(read_text(r, control, "problems.tsv", &problems));
    check_tsv(buf_slice(&problems));
    CHECK(read_text(r, control, "status.json", &status));
    check_json(buf_slice(&status));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice file = input_copy(data, size);
    struct rendering r = {0};
    struct tree_attr meta;

    memory_open(&r.memory);
    CHECK(memory_put(&r.memory, SLICE("talks/one.md"), file));
    memory_publish(&r.memory, NULL, NULL);
    r.tree = r.memory.tree;
    r.episode = find_folder(&r, (const char *const[]){"episodes", "talks", "one", NULL});
    r.turns = count_turns(&r);
    check_formats(&r);
    check_source(&r, file);
    check_attributes(&r);
    if (tree_lookup(r.tree, r.episode, "meta", &meta) == 0)
        check_folder(&r, meta.id, check_meta);
    check_folder(&r, find_folder(&r, (const char *const[]){"index", NULL}), check_table);
    check_control(&r);
    memory_close(&r.memory);
    free((void *)(uintptr_t)file.data);
    return 0;
}
