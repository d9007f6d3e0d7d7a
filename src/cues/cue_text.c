#include "cues/cue_text.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "values/code.h"

/* --- entities --------------------------------------------------------------------------------- */

/* The length of a numeric entity, &#237; or &#xED;, at the front; 0: there is none. */
static size_t read_number(struct slice text, uint32_t *code)
{
    bool is_hex = text.len > 2 && (text.data[2] | 0x20) == 'x';
    size_t first = is_hex ? 3 : 2, at = first;
    *code = 0;
    for (; at < text.len && at < first + 7; at++) {
        unsigned char c = (unsigned char)text.data[at];
        if (!(is_hex ? isxdigit(c) : isdigit(c)))
            break;
        *code = *code * (is_hex ? 16 : 10) +
                (uint32_t)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return at > first && at < text.len && text.data[at] == ';' ? at + 1 : 0;
}

/* Appends the character of the entity at the front, which begins with '&', or that '&'. Gives the
 * bytes it had. */
static size_t add_entity(struct buf *out, struct slice text)
{
    static const struct {
        struct slice name;
        const char *text;
    } names[] = {
        {SLICE("&amp;"), "&"},      {SLICE("&lt;"), "<"},       {SLICE("&gt;"), ">"},
        {SLICE("&nbsp;"), " "},     {SLICE("&quot;"), "\""},    {SLICE("&apos;"), "'"},
        {SLICE("&lrm;"), "\u200E"}, {SLICE("&rlm;"), "\u200F"},
    };
    uint32_t code;
    size_t len = slice_starts(text, SLICE("&#")) ? read_number(text, &code) : 0;
    if (len) {
        char bytes[CODE_BYTES];
        bool is_character = code && code <= CODE_MOST && !code_is_high(code) && !code_is_low(code);
        buf_add(out, bytes, code_put(bytes, is_character ? code : CODE_REPLACEMENT));
        return len;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_starts(text, names[i].name)) {
            buf_add_text(out, names[i].text);
            return names[i].name.len;
        }
    }
    buf_add_byte(out, '&');
    return 1;
}

static void add_plain(struct buf *out, struct slice text)
{
    const char *entity;
    while (text.len && (entity = memchr(text.data, '&', text.len))) {
        size_t before = (size_t)(entity - text.data);
        buf_add(out, text.data, before);
        text = slice_skip(text, before);
        text = slice_skip(text, add_entity(out, text));
    }
    buf_add_slice(out, text);
}

/* --- tags ------------------------------------------------------------------------------------- */

struct tag {
    struct slice name; /* without its classes: v of <v.loud Ana> */
    struct slice annotation;
    bool is_closing;
    size_t len; /* with both brackets; 0: no tag, and '<' is text */
};

static const char *const subrip_tags[] = {"b", "i", "u", "s", "font", "c", "v", "br", "lang", NULL};

/* The next bracket of a kind; cached, so that each byte is scanned once. */
struct bracket {
    const char *at;
    bool is_nowhere;
};

static const char *find_bracket(struct bracket *bracket, struct slice text, char close)
{
    if (!bracket->is_nowhere && (!bracket->at || bracket->at < text.data)) {
        bracket->at = memchr(text.data, close, text.len);
        bracket->is_nowhere = !bracket->at;
    }
    return bracket->at;
}

/* Reads what begins with '<' and ends at `close`, if there is one. In WebVTT every name is a tag's,
 * in SubRip those that are in use. */
static struct tag read_tag(struct slice text, const char *close, enum source_form form)
{
    struct tag tag = {0};
    if (!close)
        return tag;
    struct slice inside = {text.data + 1, (size_t)(close - text.data) - 1};
    tag.is_closing = slice_starts(inside, SLICE("/"));
    if (tag.is_closing)
        inside = slice_skip(inside, 1);
    while (tag.name.len < inside.len && isalnum((unsigned char)inside.data[tag.name.len]))
        tag.name.len++;
    tag.name.data = inside.data;
    size_t behind = tag.name.len;
    char next = ' ';
    if (behind < inside.len)
        next = inside.data[behind];
    bool is_number = tag.name.len && isdigit((unsigned char)inside.data[0]);
    bool is_time = is_number && next == ':';
    bool is_shaped = byte_is_space(next) || next == '.' || next == '/' || is_time;
    bool is_known = is_number      ? is_time
                    : tag.name.len ? form == SOURCE_WEBVTT || slice_is_one_of(tag.name, subrip_tags)
                                   : tag.is_closing || next == '.';
    if (!is_shaped || !is_known || memchr(inside.data, '<', inside.len))
        return (struct tag){0};
    while (behind < inside.len && !byte_is_space(inside.data[behind]))
        behind++;
    tag.annotation = slice_trim(slice_skip(inside, behind));
    tag.len = (size_t)(close - text.data) + 1;
    return tag;
}

/* The length of {\an8} at the front; 0: there is none. */
static size_t read_style(struct slice text, const char *close)
{
    return close && text.data[1] == '\\' ? (size_t)(close - text.data) + 1 : 0;
}

/* Appends what \N and \h of Aegisub say, a line end and a space. Gives the bytes they had; 0: they
 * are none. */
static size_t add_escape(struct buf *out, struct slice text)
{
    bool is_line_end = slice_starts(text, SLICE("\\N"));
    if (!is_line_end && !slice_starts(text, SLICE("\\h")))
        return 0;
    buf_add_byte(out, is_line_end ? '\n' : ' ');
    return 2;
}

/* --- captions --------------------------------------------------------------------------------- */

/* A caption that is being read. */
struct reader {
    struct cues *cues;
    struct cue *cue;
    struct cue_voice *voice;
    size_t from; /* where the words begin */
    bool *is_marked;
};

static int end_cue(struct reader *r)
{
    size_t count = r->cues->count;
    int err = cues_add_written(r->cues, r->cue, r->from);
    r->cue->goes_on |= r->cues->count > count;
    r->from = r->cues->text.len;
    return err;
}

static int begin_voice(struct reader *r, struct slice annotation)
{
    cleanup_buf struct buf name = {0};
    int err = end_cue(r);
    if (err)
        return err;
    add_plain(&name, annotation);
    cues_name(r->cues, r->cue, buf_slice(&name));
    r->voice->open = (struct part){r->cue->speaker, r->cue->speaker_len};
    r->from = r->cues->text.len;
    return name.failed ? -ENOMEM : 0;
}

static int end_voice(struct reader *r)
{
    int err = end_cue(r);
    r->cue->speaker_len = 0;
    r->voice->open.len = 0;
    return err;
}

static int take_tag(struct reader *r, const struct tag *tag)
{
    bool is_voice = slice_equal(tag->name, SLICE("v"));
    *r->is_marked |= tag->name.len && (isdigit((unsigned char)tag->name.data[0]) ||
                                       slice_equal(tag->name, SLICE("u")));
    if (is_voice)
        return tag->is_closing ? end_voice(r) : begin_voice(r, tag->annotation);
    if (slice_equal(tag->name, SLICE("br")))
        buf_add_byte(&r->cues->text, '\n');
    return 0;
}

int cue_text_read(struct cues *cues, struct cue *cue, struct slice raw, enum source_form form,
                  struct cue_voice *voice, bool *is_marked)
{
    static const struct byte_set special = {
        .has = {['<'] = true, ['&'] = true, ['{'] = true, ['\\'] = true}};
    struct reader r = {
        .cues = cues, .cue = cue, .voice = voice, .from = cues->text.len, .is_marked = is_marked};
    struct bracket pointed = {0}, curly = {0};
    int err = 0;

    cue->speaker = voice->open.at;
    cue->speaker_len = voice->open.len;
    while (raw.len && !err) {
        size_t before = slice_before(raw, &special), len = 0;
        buf_add(&cues->text, raw.data, before);
        raw = slice_skip(raw, before);
        if (raw.len == 0)
            break;
        if (raw.data[0] == '&') {
            len = add_entity(&cues->text, raw);
        } else if (raw.data[0] == '<') {
            struct tag tag = read_tag(raw, find_bracket(&pointed, raw, '>'), form);
            len = tag.len;
            err = len ? take_tag(&r, &tag) : 0;
        } else if (form == SOURCE_SUBRIP && raw.data[0] == '\\') {
            len = add_escape(&cues->text, raw);
        } else if (form == SOURCE_SUBRIP) {
            len = read_style(raw, find_bracket(&curly, raw, '}'));
        }
        if (len == 0)
            buf_add_byte(&cues->text, raw.data[0]);
        raw = slice_skip(raw, len ? len : 1);
    }
    return err ? err : end_cue(&r);
}
