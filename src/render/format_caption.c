/*
 * Captions: transcript.vtt (WebVTT), transcript.srt (SubRip) and transcript.json (Podcasting 2.0).
 * They exist only if every turn has a time.
 *
 * A body that was read from captions is written cue by cue; any other, and the JSON, has a cue a
 * turn. A cue ends where its source has its end, or else where the next one begins; turns with the
 * same start end together. The end of the last turn may be unknown: WebVTT and SubRip need one, so
 * they estimate the time it takes to read, and the WebVTT notes that; the JSON omits the end.
 */
#include "base/utf8.h"
#include "render/escape.h"
#include "render/json.h"
#include "render/renderers.h"
#include "values/timestamp.h"

enum {
    READING = 60,           /* milliseconds a byte: about what subtitlers allow a letter */
    SHORTEST_READING = 2000 /* milliseconds */
};

/* The cues of a body, one after the other. */
struct cues {
    const struct body *body;
    bool by_cue;     /* those of the source; else the turns */
    uint32_t number; /* of the next one, from 0 */
    uint32_t next;   /* the first that begins later than this one */
    struct slice speaker, words;
    int64_t start, end;        /* milliseconds; an end of NO_TIME: unknown */
    int64_t reading, last_end; /* of those with an unknown end; 0: not computed yet */
};

static uint32_t count_cues(const struct cues *cues)
{
    return cues->by_cue ? cues->body->cue_count : cues->body->count;
}

static int64_t start_of(const struct cues *cues, uint32_t i)
{
    return cues->by_cue ? cues->body->cues[i].start : cues->body->turns[i].start;
}

static struct slice words_of(const struct cues *cues, uint32_t i)
{
    const struct body *body = cues->body;
    return cues->by_cue ? run_part(body->text, body->cues[i].words)
                        : turn_words(body, &body->turns[i]);
}

static bool next_cue(struct cues *cues)
{
    const struct body *body = cues->body;
    uint32_t i = cues->number, count = count_cues(cues);
    if (i == count)
        return false;
    cues->number++;
    const struct turn *turn = &body->turns[cues->by_cue ? body->cues[i].turn : i];
    cues->speaker = turn_speaker(body, turn);
    cues->words = words_of(cues, i);
    cues->start = start_of(cues, i);
    cues->end = cues->by_cue ? body->cues[i].end : turn->end;
    cues->next = cues->next > i ? cues->next : i + 1;
    while (cues->next < count && start_of(cues, cues->next) <= cues->start)
        cues->next++;
    if (cues->end == NO_TIME && cues->next < count)
        cues->end = start_of(cues, cues->next);
    return true;
}

/* Likewise for players: takes the end from the source if it has one. */
static struct cues first_cue(const struct body *body)
{
    return (struct cues){.body = body, .by_cue = body->cue_count > 0};
}

/* The end of a cue, estimated if it is unknown: the last ones end together, when all can have been
 * read. */
static int64_t shown_until(struct cues *cues)
{
    if (cues->end != NO_TIME)
        return cues->end > cues->start ? cues->end
                                       : cues->start + 1; /* a cue of no length is never shown */
    for (uint32_t i = cues->number - 1; cues->last_end == 0 && i < count_cues(cues); i++) {
        int64_t reading = (int64_t)words_of(cues, i).len * READING;
        cues->reading = reading > cues->reading ? reading : cues->reading;
    }
    if (cues->last_end == 0)
        cues->last_end = cues->start +
                         (cues->reading > SHORTEST_READING ? cues->reading : SHORTEST_READING);
    return cues->last_end;
}

/* "01:02:03.456" */
static void add_time(struct buf *out, int64_t time, char point)
{
    buf_printf(out, "%02lld:%02lld:%02lld%c%03lld", (long long)(time / 3600000),
               (long long)(time / 60000 % 60), (long long)(time / 1000 % 60), point,
               (long long)(time % 1000));
}

static void add_times(struct buf *out, struct cues *cues, char point)
{
    buf_printf(out, "%u\n", (unsigned)cues->number);
    add_time(out, cues->start, point);
    buf_add_text(out, " --> ");
    add_time(out, shown_until(cues), point);
    buf_add_byte(out, '\n');
}

/* Takes the next line that is not empty: an empty one would end the cue. */
static bool take_line(struct slice *words, struct slice *line)
{
    while (slice_take(words, '\n', line)) {
        *line = slice_trim(*line);
        if (line->len)
            return true;
    }
    return false;
}

/* --- WebVTT ----------------------------------------------------------------------------------- */

static void add_vtt_cue(struct buf *out, struct cues *cues)
{
    struct slice words = cues->words, line;
    add_times(out, cues, '.');
    if (cues->speaker.len) {
        buf_add_text(out, "<v ");
        escape_add(out, cues->speaker);
        buf_add_byte(out, '>');
    }
    while (take_line(&words, &line)) {
        escape_add(out, line);
        buf_add_byte(out, '\n');
    }
    buf_add_byte(out, '\n');
}

/* Whether the source has the end of the last cue. */
static bool has_last_end(const struct body *body)
{
    return body->cue_count ? body->cues[body->cue_count - 1].end != NO_TIME
                           : body->turns[body->count - 1].end != NO_TIME;
}

int vtt_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    buf_add_text(out, "WEBVTT\n\n");
    if (!has_last_end(body))
        buf_add_text(out,
                     "NOTE\nThe end of the last cue is not known: it stays as long as it takes "
                     "to read.\n\n");
    for (struct cues cues = first_cue(body); next_cue(&cues);)
        add_vtt_cue(out, &cues);
    return 0;
}

/* --- SubRip ----------------------------------------------------------------------------------- */

/* SubRip has no escapes. Text that looks like the times of a cue must not appear in one. */
static void add_srt_text(struct buf *out, struct slice line)
{
    static const char arrow[] = "-->";
    size_t len;
    while (line.len) {
        bool is_arrow = slice_starts(line, slice_of(arrow));
        int32_t code = utf8_decode(line, &len);
        if (is_arrow)
            buf_add_text(out, "→");
        else if (escape_is_forbidden(code))
            buf_add_text(out, "\xEF\xBF\xBD");
        else
            buf_add(out, line.data, len);
        line = slice_skip(line, is_arrow ? sizeof arrow - 1 : len);
    }
}

static void add_srt_cue(struct buf *out, struct cues *cues)
{
    struct slice words = cues->words, line;
    add_times(out, cues, ',');
    if (cues->speaker.len) {
        add_srt_text(out, cues->speaker);
        buf_add_text(out, ": ");
    }
    while (take_line(&words, &line)) {
        add_srt_text(out, line);
        buf_add_byte(out, '\n');
    }
    buf_add_byte(out, '\n');
}

int srt_render(const struct material *material, struct buf *out)
{
    for (struct cues cues = first_cue(material->body); next_cue(&cues);)
        add_srt_cue(out, &cues);
    return 0;
}

/* --- Podcasting 2.0: https://github.com/Podcastindex-org/podcast-namespace, transcripts ------- */

static json_t *segment(const struct cues *cues)
{
    json_t *object = json_object();
    int err = !object;
    if (!err && cues->speaker.len)
        err = json_object_set_new(object, "speaker", json_text(cues->speaker));
    if (!err)
        err = json_object_set_new(object, "startTime", json_seconds(cues->start));
    if (!err && cues->end != NO_TIME)
        err = json_object_set_new(object, "endTime", json_seconds(cues->end));
    if (!err)
        err = json_object_set_new(object, "body", json_text(cues->words));
    if (err) {
        json_decref(object);
        return NULL;
    }
    return object;
}

int podcast_json_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    int err = 0;
    json_t *file = json_pack("{s:s, s:[]}", "version", "1.0.0", "segments");
    json_t *segments = json_object_get(file, "segments");
    for (struct cues cues = {.body = body}; !err && next_cue(&cues);)
        err = json_array_append_new(segments, segment(&cues));
    if (err) {
        json_decref(file);
        file = NULL;
    }
    json_add(out, file, JSON_COMPACT);
    buf_add_byte(out, '\n');
    return 0;
}
