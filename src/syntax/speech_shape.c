#include "syntax/speech_shape.h"

#include <stdint.h>

#include "values/json_scan.h"

/*
 * The paths that identify a dialect; the first dialect with all of its paths wins. A path goes by
 * keys and, "[]", to the first items of an array; its last character is the kind of value required
 * there: "#" a number, "$" a string.
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
    /* … and where its language stands. */
    {SPEECH_NONE, "language$"},
    {SPEECH_NONE, "language_code$"},
    {SPEECH_NONE, "result.language$"},
    {SPEECH_NONE, "results.language_code$"},
    {SPEECH_NONE, "results.channels[]detected_language$"},
    {SPEECH_NONE, "results[]languageCode$"},
    {SPEECH_NONE, "recognizedPhrases[]locale$"},
    {SPEECH_NONE, "metadata.transcription_config.language$"},
};

enum {
    KEYS = sizeof keys / sizeof *keys,
    MOST_ITEMS = 4, /* of an array that are looked at */
};

/* Keys by number. */
typedef uint64_t path_set;
_Static_assert(KEYS < 64, "a bit a path");

struct finder {
    struct json_scan scan;
    path_set seen;
    struct slice language;
};

static const char *path_of(int number)
{
    return keys[number].path;
}

/* The paths of `from`, which share their first `at` characters, that continue with the key. */
static path_set paths_on(path_set from, size_t at, struct slice key)
{
    path_set on = 0;
    for (path_set left = from; left && key.len; left &= left - 1) {
        const char *rest = path_of(__builtin_ctzll(left)) + at;
        if (rest[0] == key.data[0] && strcspn(rest, ".[#$") == key.len &&
            memcmp(rest, key.data, key.len) == 0)
            on |= left & -left;
    }
    return on;
}

/* Those that go on with this sign. */
static path_set paths_into(path_set from, size_t at, char sign)
{
    path_set on = 0;
    for (path_set left = from; left; left &= left - 1) {
        if (path_of(__builtin_ctzll(left))[at] == sign)
            on |= left & -left;
    }
    return on;
}

static void look(struct finder *f, path_set paths, size_t at);

static void look_at_object(struct finder *f, path_set paths, size_t at)
{
    struct slice key;
    while (json_next_key(&f->scan, &key)) {
        path_set on = paths_on(paths, at, key);
        if (on)
            look(f, on, at + key.len);
        else
            json_skip(&f->scan);
    }
}

/* A string or a number, at which a path ends; or another value. */
static void note(struct finder *f, path_set paths, size_t at)
{
    struct slice value;
    char kind = '\0';
    if (json_take_string(&f->scan, &value))
        kind = '$';
    else if (json_take_number(&f->scan, &value))
        kind = '#';
    else
        json_skip(&f->scan);
    for (path_set left = paths; left && kind; left &= left - 1) {
        int number = __builtin_ctzll(left);
        if (path_of(number)[at] != kind)
            continue;
        f->seen |= left & -left;
        if (keys[number].dialect == SPEECH_NONE)
            f->language = value;
    }
}

/* Looks at the first item of an array, and at others where that has some of the paths and lacks
 * some: a channel on which nobody speaks has no words. False at the end of the array. */
static bool look_at_items(struct finder *f, path_set paths, size_t at)
{
    for (int i = 0; i < MOST_ITEMS && (paths & ~f->seen) && (i == 0 || (paths & f->seen)); i++) {
        if (!json_next_item(&f->scan))
            return false;
        look(f, paths, at);
    }
    return true;
}

/* Reads the value that these paths lead to; each continues at `at`. Of an array that is the whole
 * file no more than the first items are walked through. */
static void look(struct finder *f, path_set paths, size_t at)
{
    path_set dotted = paths_into(paths, at, '.');
    if (json_enter(&f->scan, JSON_OBJECT)) {
        look_at_object(f, dotted ? dotted : paths, at + (dotted != 0));
    } else if (json_enter(&f->scan, JSON_ARRAY)) {
        if (look_at_items(f, paths_into(paths, at, '['), at + 2) && at)
            json_leave(&f->scan);
    } else {
        note(f, paths, at);
    }
}

bool speech_shape_find(struct slice text, bool is_all, struct speech_shape *shape)
{
    struct finder f = {.scan = {.rest = text}};
    path_set wanted[SPEECH_DIALECTS] = {0};
    for (int i = 0; i < KEYS; i++)
        wanted[keys[i].dialect] |= (path_set)1 << i;
    look(&f, ((path_set)1 << KEYS) - 1, 0);

    *shape = (struct speech_shape){.language = f.language};
    for (int i = SPEECH_NONE + 1; i < SPEECH_DIALECTS && !shape->dialect; i++) {
        if ((f.seen & wanted[i]) == wanted[i])
            shape->dialect = (enum speech_dialect)i;
    }
    return is_all || !f.scan.is_cut;
}
