#include "cues/speech_shape.h"

#include <stdint.h>

#include "values/json_scan.h"
#include "values/timestamp.h"

/*
 * The paths that identify a dialect; the first dialect with all of its paths wins. A path goes by
 * keys and, "[]", to the first items of an array; its last character is the kind of value required
 * there: "#" a number, "%" one with a decimal point, "$" a string. Such a point tells seconds from
 * milliseconds, and from places in a text. For a number, with a point or without, may stand a
 * string with a time such as "00:01:02.5".
 */
static const struct {
    enum speech_dialect dialect;
    const char *path;
} keys[] = {
    {SPEECH_PODCAST, "segments[]startTime#"},
    {SPEECH_PODCAST, "segments[]body$"},
    {SPEECH_WHISPER, "segments[]start#"},
    {SPEECH_WHISPER, "segments[]end#"},
    {SPEECH_WHISPER, "segments[]text$"},
    {SPEECH_WHISPER_CPP, "transcription[]offsets.from#"},
    {SPEECH_WHISPER_CPP, "transcription[]text$"},
    {SPEECH_PIPELINE_SPEAKERS, "speakers[]text$"},
    {SPEECH_PIPELINE_SPEAKERS, "speakers[]timestamp[]#"},
    {SPEECH_PIPELINE_SPEAKERS, "speakers[]speaker$"},
    {SPEECH_PIPELINE_CHUNKS, "chunks[]text$"},
    {SPEECH_PIPELINE_CHUNKS, "chunks[]timestamp[]#"},
    {SPEECH_PIPELINE_LIST, "[]text$"},
    {SPEECH_PIPELINE_LIST, "[]timestamp[]#"},
    {SPEECH_DEEPGRAM_UTTERANCES, "results.utterances[]start#"},
    {SPEECH_DEEPGRAM_UTTERANCES, "results.utterances[]end#"},
    {SPEECH_DEEPGRAM_UTTERANCES, "results.utterances[]transcript$"},
    {SPEECH_DEEPGRAM_PARAGRAPHS,
     "results.channels[]alternatives[]paragraphs.paragraphs[]sentences[]text$"},
    {SPEECH_DEEPGRAM_PARAGRAPHS,
     "results.channels[]alternatives[]paragraphs.paragraphs[]sentences[]start#"},
    {SPEECH_DEEPGRAM_WORDS, "results.channels[]alternatives[]transcript$"},
    {SPEECH_DEEPGRAM_WORDS, "results.channels[]alternatives[]words[]word$"},
    {SPEECH_DEEPGRAM_WORDS, "results.channels[]alternatives[]words[]start#"},
    {SPEECH_ASSEMBLYAI_UTTERANCES, "utterances[]speaker$"},
    {SPEECH_ASSEMBLYAI_UTTERANCES, "utterances[]start#"},
    {SPEECH_ASSEMBLYAI_UTTERANCES, "utterances[]end#"},
    {SPEECH_ASSEMBLYAI_UTTERANCES, "utterances[]text$"},
    {SPEECH_ASSEMBLYAI_WORDS, "words[]text$"},
    {SPEECH_ASSEMBLYAI_WORDS, "words[]start#"},
    {SPEECH_ASSEMBLYAI_WORDS, "words[]end#"},
    {SPEECH_ASSEMBLYAI_WORDS, "audio_duration#"},
    {SPEECH_AWS, "results.items[]type$"},
    {SPEECH_AWS, "results.items[]alternatives[]content$"},
    {SPEECH_AZURE, "recognizedPhrases[]offsetInTicks#"},
    {SPEECH_AZURE, "recognizedPhrases[]durationInTicks#"},
    {SPEECH_AZURE, "recognizedPhrases[]nBest[]display$"},
    {SPEECH_GOOGLE, "results[]alternatives[]transcript$"},
    {SPEECH_GOOGLE, "results[]alternatives[]words[]word$"},
    {SPEECH_GOOGLE, "results[]alternatives[]words[]endTime$"},
    {SPEECH_GOOGLE_2, "results[]alternatives[]transcript$"},
    {SPEECH_GOOGLE_2, "results[]alternatives[]words[]word$"},
    {SPEECH_GOOGLE_2, "results[]alternatives[]words[]endOffset$"},
    {SPEECH_REV, "monologues[]speaker#"},
    {SPEECH_REV, "monologues[]elements[]type$"},
    {SPEECH_REV, "monologues[]elements[]value$"},
    {SPEECH_SPEECHMATICS, "format$"},
    {SPEECH_SPEECHMATICS, "results[]type$"},
    {SPEECH_SPEECHMATICS, "results[]start_time#"},
    {SPEECH_SPEECHMATICS, "results[]alternatives[]content$"},
    {SPEECH_NEMO, "sentences[]text$"},
    {SPEECH_NEMO, "sentences[]start_time#"},
    {SPEECH_NEMO, "sentences[]end_time#"},
    {SPEECH_NEMO, "sentences[]speaker$"},
    {SPEECH_YOUTUBE, "events[]tStartMs#"},
    {SPEECH_VOSK, "result[]word$"},
    {SPEECH_VOSK, "result[]start#"},
    {SPEECH_VOSK, "result[]end#"},
    {SPEECH_VOSK, "text$"},
    {SPEECH_VOSK_LIST, "[]result[]word$"},
    {SPEECH_VOSK_LIST, "[]result[]start#"},
    {SPEECH_VOSK_LIST, "[]result[]end#"},
    {SPEECH_VOSK_LIST, "[]text$"},
    {SPEECH_SCRIBE, "words[]text$"},
    {SPEECH_SCRIBE, "words[]type$"},
    {SPEECH_SCRIBE, "words[]start#"},
    {SPEECH_SCRIBE, "words[]end%"},
    {SPEECH_SCRIBE_CHANNELS, "transcripts[]words[]text$"},
    {SPEECH_SCRIBE_CHANNELS, "transcripts[]words[]type$"},
    {SPEECH_SCRIBE_CHANNELS, "transcripts[]words[]start#"},
    {SPEECH_SCRIBE_CHANNELS, "transcripts[]words[]end%"},
    {SPEECH_AZURE_FAST, "phrases[]text$"},
    {SPEECH_AZURE_FAST, "phrases[]offsetMilliseconds#"},
    {SPEECH_AZURE_FAST, "phrases[]durationMilliseconds#"},
    {SPEECH_AZURE_PREVIEW, "combinedPhrases[]text$"},
    {SPEECH_AZURE_PREVIEW, "phrases[]text$"},
    {SPEECH_AZURE_PREVIEW, "phrases[]offset#"},
    {SPEECH_AZURE_PREVIEW, "phrases[]duration#"},
    {SPEECH_GOOGLE_TEXT, "results[]alternatives[]transcript$"},
    {SPEECH_GOOGLE_TEXT, "results[]resultEndTime$"},
    {SPEECH_GOOGLE_2_TEXT, "results[]alternatives[]transcript$"},
    {SPEECH_GOOGLE_2_TEXT, "results[]resultEndOffset$"},
    {SPEECH_YOUTUBE_LIST, "[]text$"},
    {SPEECH_YOUTUBE_LIST, "[]start#"},
    {SPEECH_YOUTUBE_LIST, "[]duration%"},
    {SPEECH_SEGMENTS, "[]text$"},
    {SPEECH_SEGMENTS, "[]start#"},
    {SPEECH_SEGMENTS, "[]end%"},
    {SPEECH_SEGMENT_LINES, "text$"},
    {SPEECH_SEGMENT_LINES, "start#"},
    {SPEECH_SEGMENT_LINES, "end%"},
    {SPEECH_FIREFLIES, "sentences[]text$"},
    {SPEECH_FIREFLIES, "sentences[]start_time#"},
    {SPEECH_FIREFLIES, "sentences[]end_time#"},
    {SPEECH_FIREFLIES, "sentences[]speaker_name$"},
    {SPEECH_FIREFLIES_API, "data.transcript.sentences[]text$"},
    {SPEECH_FIREFLIES_API, "data.transcript.sentences[]start_time#"},
    {SPEECH_FIREFLIES_API, "data.transcript.sentences[]end_time#"},
    {SPEECH_FIREFLIES_API, "data.transcript.sentences[]speaker_name$"},
    {SPEECH_GLADIA, "result.transcription.utterances[]text$"},
    {SPEECH_GLADIA, "result.transcription.utterances[]start#"},
    {SPEECH_AWS_CALLS, "Transcript[]ParticipantRole$"},
    {SPEECH_AWS_CALLS, "Transcript[]Content$"},
    {SPEECH_AWS_CALLS, "Transcript[]BeginOffsetMillis#"},
    {SPEECH_OFFSETS, "[]text$"},
    {SPEECH_OFFSETS, "[]offset#"},
    {SPEECH_OFFSETS, "[]duration#"},
    {SPEECH_CONTENT, "content[]text$"},
    {SPEECH_CONTENT, "content[]offset#"},
    {SPEECH_CONTENT, "content[]duration#"},
    {SPEECH_TRANSCRIPT, "transcript[]text$"},
    {SPEECH_TRANSCRIPT_SEGMENTS, "transcript.segments[]text$"},
    {SPEECH_PLAIN_SEGMENTS, "segments[]speaker$"},
    {SPEECH_PLAIN_SEGMENTS, "segments[]text$"},
    {SPEECH_PLAIN_UTTERANCES, "utterances[]speaker$"},
    {SPEECH_PLAIN_UTTERANCES, "utterances[]text$"},
    {SPEECH_PLAIN_TURNS, "turns[]speaker$"},
    {SPEECH_PLAIN_TURNS, "turns[]text$"},
    {SPEECH_PLAIN_DIALOGUE, "dialogue[]speaker$"},
    {SPEECH_PLAIN_DIALOGUE, "dialogue[]text$"},
    {SPEECH_PLAIN_MESSAGES, "messages[]speaker$"},
    {SPEECH_PLAIN_MESSAGES, "messages[]text$"},
    {SPEECH_PLAIN_RESULTS, "results[]speaker$"},
    {SPEECH_PLAIN_RESULTS, "results[]text$"},
    {SPEECH_PLAIN_DATA, "data[]speaker$"},
    {SPEECH_PLAIN_DATA, "data[]text$"},
    {SPEECH_PLAIN_LIST, "[]speaker$"},
    {SPEECH_PLAIN_LIST, "[]text$"},
    /* … and where its language stands. */
    {SPEECH_NONE, "language$"},
    {SPEECH_NONE, "language_code$"},
    {SPEECH_NONE, "result.language$"},
    {SPEECH_NONE, "results.language_code$"},
    {SPEECH_NONE, "results.channels[]detected_language$"},
    {SPEECH_NONE, "results[]languageCode$"},
    {SPEECH_NONE, "recognizedPhrases[]locale$"},
    {SPEECH_NONE, "phrases[]locale$"},
    {SPEECH_NONE, "transcripts[]language_code$"},
    {SPEECH_NONE, "metadata.transcription_config.language$"},
};

enum {
    KEYS = sizeof keys / sizeof *keys,
    WORDS = (KEYS + 63) / 64, /* a bit a path */
    MOST_ITEMS = 4,           /* of an array, or of a file of objects, that are looked at */
};

/* Keys by number. */
struct path_set {
    uint64_t bits[WORDS];
};

struct finder {
    struct json_scan scan;
    struct path_set seen;
    struct slice language;
};

static bool has(const struct path_set *set, int number)
{
    return set->bits[number / 64] >> number % 64 & 1;
}

static void add(struct path_set *set, int number)
{
    set->bits[number / 64] |= UINT64_C(1) << number % 64;
}

static bool is_empty(const struct path_set *set)
{
    for (int i = 0; i < WORDS; i++) {
        if (set->bits[i])
            return false;
    }
    return true;
}

/* The paths of `from`, which share their first `at` characters, that continue with the key. */
static struct path_set paths_on(const struct path_set *from, size_t at, struct slice key)
{
    struct path_set on = {{0}};
    for (int i = 0; i < KEYS && key.len; i++) {
        const char *rest = has(from, i) ? keys[i].path + at : "";
        if (rest[0] == key.data[0] && strcspn(rest, ".[#%$") == key.len &&
            memcmp(rest, key.data, key.len) == 0)
            add(&on, i);
    }
    return on;
}

/* Those that go on with this sign. */
static struct path_set paths_into(const struct path_set *from, size_t at, char sign)
{
    struct path_set on = {{0}};
    for (int i = 0; i < KEYS; i++) {
        if (has(from, i) && keys[i].path[at] == sign)
            add(&on, i);
    }
    return on;
}

static void look(struct finder *f, const struct path_set *paths, size_t at);

static void look_at_object(struct finder *f, const struct path_set *paths, size_t at)
{
    struct slice key;
    while (json_next_key(&f->scan, &key)) {
        const struct path_set on = paths_on(paths, at, key);
        if (is_empty(&on))
            json_skip(&f->scan);
        else
            look(f, &on, at + key.len);
    }
}

/* A time with hours or parts of seconds: "12:30" may be one of a day. */
static bool is_clock(struct slice text)
{
    struct slice rest = text;
    int64_t time;
    return timestamp_take(&rest, &time) && !rest.len &&
           (memchr(text.data, '.', text.len) || memchr(text.data, ',', text.len) ||
            memchr(text.data, ':', text.len) != memrchr(text.data, ':', text.len));
}

/* Whether a value is of the kind at which a path ends. */
static bool ends_at(char sign, struct slice text, struct slice number)
{
    return sign == '$' ? text.data != NULL
                       : is_clock(text) || (sign == '#' && number.len) ||
                             (sign == '%' && number.len && memchr(number.data, '.', number.len));
}

/* A string or a number, at which a path ends; or another value. */
static void note(struct finder *f, const struct path_set *paths, size_t at)
{
    struct slice text = {0}, number = {0};
    if (!json_take_string(&f->scan, &text) && !json_take_number(&f->scan, &number))
        json_skip(&f->scan);
    for (int i = 0; i < KEYS; i++) {
        if (!has(paths, i) || !ends_at(keys[i].path[at], text, number))
            continue;
        add(&f->seen, i);
        if (keys[i].dialect == SPEECH_NONE)
            f->language = text;
    }
}

static bool are_some_seen(const struct finder *f, const struct path_set *paths)
{
    for (int i = 0; i < WORDS; i++) {
        if (paths->bits[i] & f->seen.bits[i])
            return true;
    }
    return false;
}

static bool are_all_seen(const struct finder *f, const struct path_set *paths)
{
    for (int i = 0; i < WORDS; i++) {
        if (paths->bits[i] & ~f->seen.bits[i])
            return false;
    }
    return true;
}

/* Looks at the first item of an array, and at others where that has some of the paths and lacks
 * some: a channel on which nobody speaks has no words. False at the end of the array. */
static bool look_at_items(struct finder *f, const struct path_set *paths, size_t at)
{
    for (int i = 0;
         i < MOST_ITEMS && !are_all_seen(f, paths) && (i == 0 || are_some_seen(f, paths)); i++) {
        if (!json_next_item(&f->scan))
            return false;
        look(f, paths, at);
    }
    return true;
}

/* Reads the value that these paths lead to; each continues at `at`. Of an array that is the whole
 * file no more than the first items are walked through. */
static void look(struct finder *f, const struct path_set *paths, size_t at)
{
    const struct path_set dotted = paths_into(paths, at, '.');
    if (json_enter(&f->scan, JSON_OBJECT)) {
        bool is_dotted = !is_empty(&dotted);
        look_at_object(f, is_dotted ? &dotted : paths, at + is_dotted);
    } else if (json_enter(&f->scan, JSON_ARRAY)) {
        const struct path_set into = paths_into(paths, at, '[');
        if (look_at_items(f, &into, at + 2) && at)
            json_leave(&f->scan);
    } else {
        note(f, paths, at);
    }
}

/* The first dialect all of whose paths were seen; one segment alone is no transcript. */
static enum speech_dialect dialect_of(const struct finder *f, int values)
{
    for (int i = SPEECH_NONE + 1; i < SPEECH_DIALECTS; i++) {
        struct path_set wanted = {{0}};
        for (int key = 0; key < KEYS; key++) {
            if ((int)keys[key].dialect == i)
                add(&wanted, key);
        }
        if (are_all_seen(f, &wanted) && (i != SPEECH_SEGMENT_LINES || values > 1))
            return (enum speech_dialect)i;
    }
    return SPEECH_NONE;
}

bool speech_shape_find(struct slice text, bool is_all, struct speech_shape *shape)
{
    struct finder f = {.scan = {.rest = text}};
    struct path_set all = {{0}};
    int values = 0;
    for (int i = 0; i < KEYS; i++)
        add(&all, i);
    *shape = (struct speech_shape){0};
    bool may_go_on = json_kind(&f.scan) == JSON_OBJECT;
    do {
        look(&f, &all, 0);
        shape->dialect = dialect_of(&f, ++values);
        may_go_on &= !shape->dialect && values < MOST_ITEMS;
    } while (may_go_on && json_kind(&f.scan) == JSON_OBJECT);
    shape->language = f.language;
    may_go_on &= !f.scan.is_broken && !f.scan.rest.len;
    return is_all || !(f.scan.is_cut || may_go_on);
}
