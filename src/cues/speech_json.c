#include "cues/speech_json.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "cues/speech_forms.h"
#include "values/json_scan.h"
#include "values/timestamp.h"

enum {
    NO_CHANNEL = -1,
    CAPTION = 84, /* bytes of words that are joined: two lines of captions */
    PAUSE = 2000, /* milliseconds */
};

/* One item. Texts are as they stand in the file. */
struct piece {
    const char *at, *end_at; /* in the file */
    struct slice text, other_text;
    int64_t start, end;
    struct slice speaker; /* a string or a number; empty: nobody is named */
    int channel;          /* NO_CHANNEL: not known */
    struct json_scan parts;
    bool has_parts;
};

/* From when on a speaker speaks. */
struct span {
    int64_t start;
    struct slice speaker;
};

struct reader {
    struct json_scan scan;
    const struct speech_form *form;
    int (*take)(struct reader *r, const struct piece *piece);
    int err;
    double unit; /* milliseconds in one of its times */
    int channel; /* whose list is read */
    int64_t last_end;

    /* Of all pieces. */
    size_t pieces, words, spaced, bytes, named;
    int64_t last_start; /* of a piece without an end … */
    size_t last_bytes;  /* … which says this much */
    size_t fast, slow;  /* too fast for milliseconds; and not */
    double judged_unit; /* where the form does not say it */
    int first_channel;
    bool has_channels;  /* several */
    bool is_joined;     /* they are words */
    bool has_own_space; /* the pieces contain the space between words */

    struct span *spans; /* owned */
    size_t span_count, span_cap;
    size_t span; /* in which the time is */

    struct cues *cues;
    struct buf name, text, parts; /* of one piece; owned */
    struct cue caption; /* what is joined so far; its words begin at `from` in cues->text */
    size_t from;
    bool has_caption;
    const char *counted; /* up to here … */
    uint32_t line;       /* … this is the line, from 1 */
};

/* --- values ----------------------------------------------------------------------------------- */

/* Whether a key is one of these, with "|" between them. */
static bool is_key(struct slice key, const char *names)
{
    struct slice rest = slice_of(names ? names : ""), name;
    while (slice_take(&rest, '|', &name)) {
        if (slice_equal(key, name))
            return true;
    }
    return false;
}

/* Takes a string or a number, and skips any other value. */
static struct slice take_scalar(struct json_scan *scan)
{
    struct slice value = {0};
    if (!json_take_string(scan, &value) && !json_take_number(scan, &value))
        json_skip(scan);
    return value;
}

static int64_t take_time(struct json_scan *scan, double unit)
{
    char digits[32], *end;
    struct slice text = take_scalar(scan), rest = text;
    int64_t clock;
    if (!text.len || text.len >= sizeof digits)
        return NO_TIME;
    if (timestamp_take(&rest, &clock)) /* "00:01:02.5" */
        return rest.len ? NO_TIME : clock;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    double time = strtod(digits, &end) * unit;
    end += *end == 's';                                      /* "1.200s" */
    bool is_time = *end == '\0' && time >= 0 && time < 1e12; /* thirty years */
    return is_time ? (int64_t)(time + 0.5) : NO_TIME;
}

/* Who speaks: a string or a number, or an object with a name. */
static struct slice take_speaker(struct json_scan *scan)
{
    struct slice name = {0}, key;
    if (!json_enter(scan, JSON_OBJECT))
        return take_scalar(scan);
    while (json_next_key(scan, &key)) {
        if (is_key(key, "name|display_name"))
            name = take_scalar(scan);
        else
            json_skip(scan);
    }
    return name;
}

/* One time, or both: [0.5, 1.5], {"from": 500, "to": 1500}. */
static void take_times(struct reader *r, struct json_scan *scan, struct piece *piece)
{
    struct slice key;
    if (json_enter(scan, JSON_ARRAY)) {
        for (int i = 0; json_next_item(scan); i++)
            *(i ? &piece->end : &piece->start) = take_time(scan, r->unit);
    } else if (json_enter(scan, JSON_OBJECT)) {
        while (json_next_key(scan, &key))
            *(is_key(key, "from") ? &piece->start : &piece->end) = take_time(scan, r->unit);
    } else {
        piece->start = take_time(scan, r->unit);
    }
}

/* The words: a string, or that of the first of some alternatives, which may say who speaks; or all
 * of these where they are its parts. */
static struct slice take_text(struct reader *r, struct json_scan *scan, struct piece *piece)
{
    struct slice text = {0}, key;
    if (!r->form->alternative || !json_enter(scan, JSON_ARRAY))
        return take_scalar(scan);
    r->parts.len = 0;
    for (int i = 0; json_next_item(scan); i++) {
        if ((i && !r->form->is_of_parts) || !json_enter(scan, JSON_OBJECT)) {
            json_skip(scan);
            continue;
        }
        while (json_next_key(scan, &key)) {
            if (is_key(key, r->form->alternative))
                buf_add_slice(&r->parts, text = take_scalar(scan));
            else if (is_key(key, r->form->speaker))
                piece->speaker = take_scalar(scan);
            else
                json_skip(scan);
        }
    }
    return r->form->is_of_parts ? buf_slice(&r->parts) : text;
}

static int take_channel(struct json_scan *scan)
{
    struct slice number = take_scalar(scan);
    bool is_digit = number.len == 1 && number.data[0] >= '0' && number.data[0] <= '9';
    return is_digit ? number.data[0] - '0' : NO_CHANNEL;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void read_pieces(struct reader *r, struct json_scan *scan, const struct piece *around);

/* Reads the value of a key of a piece. */
static void read_value(struct reader *r, struct json_scan *scan, struct slice key,
                       struct piece *piece, int64_t *duration)
{
    const struct speech_form *form = r->form;
    if (is_key(key, form->text)) {
        piece->text = take_text(r, scan, piece);
    } else if (is_key(key, form->other_text)) {
        piece->other_text = take_text(r, scan, piece);
    } else if (is_key(key, form->start)) {
        take_times(r, scan, piece);
    } else if (is_key(key, form->end)) {
        piece->end = take_time(scan, r->unit);
    } else if (is_key(key, form->duration)) {
        *duration = take_time(scan, r->unit);
    } else if (is_key(key, form->speaker)) {
        piece->speaker = take_speaker(scan);
    } else if (is_key(key, form->channel)) {
        piece->channel = take_channel(scan);
    } else {
        if (is_key(key, form->parts)) {
            piece->parts = *scan;
            piece->has_parts = true;
        }
        json_skip(scan);
    }
}

/* Begins a piece where the last one ended, at 0, or at its own end where that is earlier. */
static void follow_on(struct reader *r, struct piece *piece)
{
    bool goes_back = piece->end != NO_TIME && piece->end < r->last_end;
    piece->start = goes_back ? piece->end : r->last_end;
    if (piece->end != NO_TIME)
        r->last_end = piece->end;
}

static void read_piece(struct reader *r, struct json_scan *scan, const struct piece *around)
{
    struct piece piece = {.start = NO_TIME, .end = NO_TIME, .channel = r->channel};
    int64_t duration = NO_TIME;
    struct slice key;

    bool is_object = json_kind(scan) == JSON_OBJECT;
    piece.at = scan->rest.data;
    if (!is_object || !json_enter(scan, JSON_OBJECT)) {
        json_skip(scan);
        return;
    }
    while (json_next_key(scan, &key))
        read_value(r, scan, key, &piece, &duration);
    if (around)
        piece.speaker = around->speaker;
    if (!piece.text.len)
        piece.text = piece.other_text;
    if (r->form->follows)
        follow_on(r, &piece);
    if (r->form->omits_zero && piece.start == NO_TIME && piece.end != NO_TIME)
        piece.start = 0;
    if (duration != NO_TIME && piece.start != NO_TIME)
        piece.end = piece.start + duration;
    piece.end_at = scan->rest.data;
    if (scan->is_broken) /* the piece may be incomplete */
        return;
    if (piece.has_parts && !around)
        read_pieces(r, &piece.parts, &piece);
    else if (!r->err)
        r->err = r->take(r, &piece);
}

static void read_pieces(struct reader *r, struct json_scan *scan, const struct piece *around)
{
    if (!json_enter(scan, JSON_ARRAY)) {
        json_skip(scan);
        return;
    }
    while (!r->err && json_next_item(scan))
        read_piece(r, scan, around);
}

/* Follows the path from a value, and reads the pieces at its end. */
static void follow(struct reader *r, const char *path)
{
    struct json_scan *scan = &r->scan;
    size_t len = strcspn(path, ".");
    const char *rest = path + len + (path[len] == '.');
    struct slice key, part = {path, len};

    if (!len) {
        read_pieces(r, scan, NULL);
    } else if ((*path == '*' || *path == '0') && json_enter(scan, JSON_ARRAY)) {
        for (int i = 0; !r->err && json_next_item(scan); i++) {
            if (*path == '*' && is_key(part, r->form->channel))
                r->channel = i;
            if (i && *path == '0')
                json_skip(scan);
            else
                follow(r, rest);
        }
    } else if (json_enter(scan, JSON_OBJECT)) {
        while (!r->err && json_next_key(scan, &key)) {
            if (slice_equal(key, part))
                follow(r, rest);
            else
                json_skip(scan);
        }
    } else {
        json_skip(scan);
    }
}

static void read_all(struct reader *r, struct slice text, const struct speech_form *form,
                     int (*take)(struct reader *r, const struct piece *piece))
{
    r->scan = (struct json_scan){.rest = text};
    r->form = form;
    r->unit = form->unit > 0 ? form->unit : r->judged_unit;
    r->take = take;
    r->last_end = 0;
    do {
        r->channel = NO_CHANNEL;
        if (form->in_lines && !*form->path)
            read_piece(r, &r->scan, NULL);
        else
            follow(r, form->path);
    } while (form->in_lines && !r->err && json_kind(&r->scan) == JSON_OBJECT);
}

/* --- what kind of pieces they are ------------------------------------------------------------- */

/* Counts whether anybody speaks as fast as this, if times are milliseconds. In seconds
 * even the slowest are. */
static void count_speed(struct reader *r, int64_t time, size_t bytes)
{
    enum { FASTEST = 100 /* bytes a second */ };
    if (time > 0)
        *((double)bytes * 1000 > (double)time * FASTEST ? &r->fast : &r->slow) += 1;
}

/* A piece lasts until its end, or until the next begins. */
static void count_time(struct reader *r, const struct piece *piece, size_t bytes)
{
    if (r->last_start != NO_TIME && piece->start != NO_TIME)
        count_speed(r, piece->start - r->last_start, r->last_bytes);
    r->last_start = piece->end == NO_TIME ? piece->start : NO_TIME;
    r->last_bytes = bytes;
    if (piece->start != NO_TIME && piece->end != NO_TIME)
        count_speed(r, piece->end - piece->start, bytes);
}

static int count_piece(struct reader *r, const struct piece *piece)
{
    struct slice bare = slice_trim(piece->text);
    count_time(r, piece, bare.len);
    r->pieces++;
    r->spaced += bare.len < piece->text.len;
    r->words += !bare.len || !memchr(bare.data, ' ', bare.len);
    r->bytes += bare.len;
    r->named += piece->speaker.len > 0;
    if (r->first_channel == NO_CHANNEL)
        r->first_channel = piece->channel;
    r->has_channels |= piece->channel != NO_CHANNEL && piece->channel != r->first_channel;
    return 0;
}

/* What a string says, with U+FFFD for NUL. */
static void say(struct buf *out, struct slice string)
{
    size_t from = out->len;
    json_add_string(out, string);
    if (out->failed || out->len == from || !memchr(out->data + from, '\0', out->len - from))
        return;
    cleanup_buf struct buf said = {0};
    struct slice rest = {out->data + from, out->len - from}, part;
    for (bool is_first = true; slice_take(&rest, '\0', &part); is_first = false) {
        if (!is_first)
            buf_add_text(&said, "\xEF\xBF\xBD");
        buf_add_slice(&said, part);
    }
    out->failed = said.failed;
    out->len = from;
    buf_add_slice(out, buf_slice(&said));
}

static int take_chapter(struct reader *r, const struct piece *piece)
{
    struct cues *cues = r->cues;
    size_t from = cues->titles.len;
    int64_t last = cues->chapter_count ? cues->chapters[cues->chapter_count - 1].start : NO_TIME;
    if (piece->start == NO_TIME || piece->start <= last)
        return 0;
    say(&cues->titles, slice_trim(piece->text));
    if (cues->titles.failed || !array_reserve(&cues->chapters, cues->chapter_count,
                                              &cues->chapter_cap, sizeof *cues->chapters))
        return -ENOMEM;
    for (size_t i = from; i < cues->titles.len; i++) {
        if (byte_is_space(cues->titles.data[i]))
            cues->titles.data[i] = ' ';
    }
    if (slice_trim(slice_skip(buf_slice(&cues->titles), from)).len)
        cues->chapters[cues->chapter_count++] = (struct cue_chapter){
            piece->start, (uint32_t)from, (uint32_t)(cues->titles.len - from)};
    return 0;
}

static int take_span(struct reader *r, const struct piece *piece)
{
    if (piece->start == NO_TIME)
        return 0;
    if (!array_reserve(&r->spans, r->span_count, &r->span_cap, sizeof *r->spans))
        return -ENOMEM;
    r->spans[r->span_count++] = (struct span){piece->start, piece->speaker};
    return 0;
}

/* The speaker at a time; times never decrease. */
static struct slice speaker_at(struct reader *r, int64_t time)
{
    while (r->span + 1 < r->span_count && r->spans[r->span + 1].start <= time)
        r->span++;
    return r->span < r->span_count ? r->spans[r->span].speaker : (struct slice){0};
}

/* --- cues ------------------------------------------------------------------------------------- */

/* The line of a place; places never decrease. */
static uint32_t line_at(struct reader *r, const char *at)
{
    while (r->counted < at) {
        const char *end = memchr(r->counted, '\n', (size_t)(at - r->counted));
        r->line += end != NULL;
        r->counted = end ? end + 1 : at;
    }
    return r->line;
}

/* The name of a speaker: of a number it is `Speaker 0`, of a machine that does not know it is none.
 * Each channel has speakers of its own, or is one. */
static void name_speaker(struct buf *out, struct slice speaker, int channel)
{
    out->len = 0;
    if (slice_is_number(speaker))
        buf_add_text(out, "Speaker ");
    else if (channel != NO_CHANNEL && speaker.len == 0)
        buf_printf(out, "Speaker %d", channel);
    if (channel != NO_CHANNEL && speaker.len)
        buf_printf(out, "%d-", channel);
    if (!slice_equal(speaker, SLICE("?")) && !slice_equal(speaker, SLICE("UU")))
        say(out, speaker);
}

static int end_caption(struct reader *r)
{
    bool had_caption = r->has_caption;
    r->has_caption = false;
    return had_caption ? cues_add_written(r->cues, &r->caption, r->from) : 0;
}

static int32_t first_code(struct slice text)
{
    size_t len;
    return text.len ? utf8_decode(text, &len) : 0;
}

static int32_t last_code(struct slice text)
{
    size_t at = text.len;
    while (at && text.len - at < 4 && (text.data[--at] & 0xC0) == 0x80)
        ;
    return first_code(slice_skip(text, at));
}

/* Whether a word begins with a piece, behind what was said so far; it may be the end of a word, or
 * the mark behind one. */
static bool begins_word(const struct reader *r, struct slice said, struct slice piece)
{
    if (utf8_begins_with_mark(piece))
        return false;
    return !r->has_own_space || byte_is_space(piece.data[0]) ||
           byte_is_space(said.data[said.len - 1]) ||
           (utf8_is_wide(first_code(piece)) && utf8_is_wide(last_code(said)));
}

/* Whether a piece continues the caption, whose words so far are `said`. */
static bool goes_on(const struct reader *r, const struct piece *piece, struct slice said)
{
    const struct cue *caption = &r->caption;
    struct slice text = buf_slice(&r->text);
    /* A mark, or the space behind a word. */
    bool is_same = (!piece->speaker.len && piece->start == NO_TIME) || !slice_trim(text).len;
    if (!r->has_caption)
        return false;
    if (!is_same && !slice_equal(cue_speaker(r->cues, caption), buf_slice(&r->name)))
        return false;
    if (piece->start != NO_TIME && caption->end != NO_TIME && piece->start - caption->end >= PAUSE)
        return false;
    return !begins_word(r, said, text) ||
           (said.len + text.len <= CAPTION && !cue_ends_sentence(slice_trim(said)));
}

/* Adds a word to the caption. */
static int join_piece(struct reader *r, const struct piece *piece, const struct cue *cue)
{
    struct buf *out = &r->cues->text;
    struct slice text = buf_slice(&r->text), said = {0};
    if (r->has_caption)
        said = slice_skip(buf_slice(out), r->from);
    if (!goes_on(r, piece, said)) {
        int err = end_caption(r);
        if (err || !slice_trim(text).len)
            return err;
        r->caption = *cue;
        cues_name(r->cues, &r->caption, buf_slice(&r->name));
        r->from = out->len;
        r->has_caption = true;
    } else if (!r->has_own_space && begins_word(r, said, text) && !utf8_is_wide(first_code(text))) {
        buf_add_byte(out, ' ');
    }
    buf_add_slice(out, text);
    if (cue->end != NO_TIME && slice_trim(text).len)
        r->caption.end = cue->end;
    r->caption.last_line = cue->last_line;
    return out->failed ? -ENOMEM : 0;
}

/* A text that rolls is spoken until the next one begins. */
static void end_before(struct cues *cues, int64_t start)
{
    struct cue *last = cues->count ? &cues->at[cues->count - 1] : NULL;
    if (last && start > last->start && start < last->end)
        last->end = start;
}

static int add_piece(struct reader *r, const struct piece *piece)
{
    struct slice speaker = piece->speaker;
    if (r->form->says_again && r->named && !speaker.len)
        return 0;
    if (!speaker.len && piece->start != NO_TIME)
        speaker = speaker_at(r, piece->start);
    r->text.len = 0;
    say(&r->text, piece->text);
    name_speaker(&r->name, speaker, r->has_channels ? piece->channel : NO_CHANNEL);
    if (r->text.failed || r->name.failed || r->parts.failed)
        return -ENOMEM;
    struct cue cue = {.start = piece->start, .end = piece->end, .line = line_at(r, piece->at)};
    cue.last_line = line_at(r, piece->end_at);
    if (!r->text.len)
        return 0;
    if (r->form->rolls && slice_trim(buf_slice(&r->text)).len)
        end_before(r->cues, piece->start);
    if (r->is_joined)
        return join_piece(r, piece, &cue);
    return cues_add(r->cues, &cue, buf_slice(&r->name), buf_slice(&r->text));
}

/* Words are short and have no space in them. */
static void judge_pieces(struct reader *r, enum speech_dialect dialect)
{
    enum { MOST_MEAN = 12 /* bytes of a word */ };
    const struct speech_form *form = speech_form_of(dialect);
    r->is_joined = form->of_words ||
                   (r->words >= r->pieces - r->pieces / 10 && r->bytes <= r->pieces * MOST_MEAN);
    r->has_own_space = form->has_own_space || r->spaced > r->pieces / 5;
    r->judged_unit = r->slow > r->fast ? 1 : 1000;
}

static int compare_starts(const void *one, const void *other)
{
    const struct cue *a = one, *b = other;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->text > b->text) - (a->text < b->text);
}

static void report_end(struct reader *r, struct diags *diags)
{
    if (r->scan.is_broken)
        diags_add(diags, line_at(r, r->scan.rest.data), 0, "what stands before it is read", "%s",
                  r->scan.is_cut ? "the JSON ends in the middle" : "no JSON from here on");
}

int speech_json_read(struct slice text, enum speech_dialect dialect, struct diags *diags,
                     struct cues *cues)
{
    struct reader r = {.cues = cues,
                       .counted = text.data,
                       .line = 1,
                       .first_channel = NO_CHANNEL,
                       .last_start = NO_TIME,
                       .judged_unit = 1};
    diags_add_broken_utf8(diags, text, 1);
    read_all(&r, text, speech_form_of(dialect), count_piece);
    judge_pieces(&r, dialect);
    if (dialect == SPEECH_AWS)
        read_all(&r, text, &speech_aws_spans, take_span);
    if (!r.err && (dialect == SPEECH_ASSEMBLYAI_UTTERANCES || dialect == SPEECH_ASSEMBLYAI_WORDS))
        read_all(&r, text, &speech_assemblyai_chapters, take_chapter);
    if (!r.err)
        read_all(&r, text, speech_form_of(dialect), add_piece);
    if (!r.err)
        r.err = end_caption(&r);
    /* One channel stands behind the other. */
    if (!r.err && r.has_channels && cues->count)
        qsort(cues->at, cues->count, sizeof *cues->at, compare_starts);
    if (!r.err)
        report_end(&r, diags);
    free(r.spans);
    buf_free(&r.name);
    buf_free(&r.text);
    buf_free(&r.parts);
    return r.err;
}
