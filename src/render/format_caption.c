/*
 * Captions: transcript.vtt (WebVTT), transcript.srt (SubRip) and transcript.json (Podcasting 2.0),
 * a cue a turn. They stand only where every turn has its time.
 *
 * A cue ends where the next one begins; of turns that begin at once the first ones end with the
 * last. How long the last turn takes nobody says: WebVTT and SubRip need an end, so it stays for as
 * long as it takes to read, and the WebVTT says so; the JSON leaves the end out.
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
    uint32_t number; /* from 0 */
    uint32_t next;   /* the first turn that begins later */
    const struct turn *turn;
    int64_t end;               /* milliseconds; NO_TIME: nobody says */
    int64_t reading, last_end; /* of those whose end nobody says; 0: not known yet */
};

static bool next_cue(struct cues *cues)
{
    const struct body *body = cues->body;
    cues->number = cues->turn ? cues->number + 1 : 0;
    if (cues->number == body->count)
        return false;
    cues->turn = &body->turns[cues->number];
    while (cues->next < body->count && body->turns[cues->next].start <= cues->turn->start)
        cues->next++;
    cues->end = cues->next < body->count ? body->turns[cues->next].start : NO_TIME;
    return true;
}

/* When a cue goes that has to go some time: the last ones together, when each has been read. */
static int64_t gone_at(struct cues *cues)
{
    if (cues->end != NO_TIME)
        return cues->end;
    for (uint32_t i = cues->number; cues->last_end == 0 && i < cues->body->count; i++) {
        int64_t reading = (int64_t)turn_words(cues->body, &cues->body->turns[i]).len * READING;
        cues->reading = reading > cues->reading ? reading : cues->reading;
    }
    if (cues->last_end == 0)
        cues->last_end = cues->turn->start +
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
    buf_printf(out, "%u\n", (unsigned)cues->number + 1);
    add_time(out, cues->turn->start, point);
    buf_add_text(out, " --> ");
    add_time(out, gone_at(cues), point);
    buf_add_byte(out, '\n');
}

/* The next line of words that has something on it: an empty one would end the cue. */
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
    struct slice words = turn_words(cues->body, cues->turn), line;
    add_times(out, cues, '.');
    if (cues->turn->speaker) {
        buf_add_text(out, "<v ");
        escape_add(out, turn_speaker(cues->body, cues->turn));
        buf_add_byte(out, '>');
    }
    while (take_line(&words, &line)) {
        escape_add(out, line);
        buf_add_byte(out, '\n');
    }
    buf_add_byte(out, '\n');
}

int vtt_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    buf_add_text(out, "WEBVTT\n\n"
                      "NOTE\nThe end of the last cue is not known: it stays as long as it takes to "
                      "read.\n\n");
    for (struct cues cues = {.body = body}; next_cue(&cues);)
        add_vtt_cue(out, &cues);
    return 0;
}

/* --- SubRip ----------------------------------------------------------------------------------- */

/* SubRip has no escapes. What would be read as the times of a cue must not stand in one. */
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
    struct slice words = turn_words(cues->body, cues->turn), line;
    add_times(out, cues, ',');
    if (cues->turn->speaker) {
        add_srt_text(out, turn_speaker(cues->body, cues->turn));
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
    const struct body *body = material->body;
    for (struct cues cues = {.body = body}; next_cue(&cues);)
        add_srt_cue(out, &cues);
    return 0;
}

/* --- Podcasting 2.0: https://github.com/Podcastindex-org/podcast-namespace, transcripts ------- */

static json_t *segment(const struct cues *cues)
{
    json_t *object = json_object();
    int err = !object;
    if (!err && cues->turn->speaker)
        err = json_object_set_new(object, "speaker",
                                  json_text(turn_speaker(cues->body, cues->turn)));
    if (!err)
        err = json_object_set_new(object, "startTime", json_seconds(cues->turn->start));
    if (!err && cues->end != NO_TIME)
        err = json_object_set_new(object, "endTime", json_seconds(cues->end));
    if (!err)
        err = json_object_set_new(object, "body", json_text(turn_words(cues->body, cues->turn)));
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
