#include "syntax/speech_shape.h"

#include <stdint.h>

#include "values/json_scan.h"

enum { MOST_PATHS = 4 };

/*
 * What a dialect is told by; the first that has all of its paths is the one. A path goes by keys
 * and, "[]", to the first item of an array; its last character is the kind of value that has to
 * stand there: "#" a number, "$" a string.
 */
static const struct rule {
    enum speech_dialect dialect;
    const char *paths[MOST_PATHS];
} rules[] = {
    {SPEECH_PODCAST, {"segments[]startTime#", "segments[]body$"}},
    {SPEECH_WHISPER, {"segments[]start#", "segments[]end#", "segments[]text$"}},
    {SPEECH_WHISPER_CPP, {"transcription[]offsets.from#", "transcription[]text$"}},
    {SPEECH_PIPELINE_SPEAKERS, {"speakers[]text$", "speakers[]timestamp[]#", "speakers[]speaker$"}},
    {SPEECH_PIPELINE_CHUNKS, {"chunks[]text$", "chunks[]timestamp[]#"}},
    {SPEECH_PIPELINE_LIST, {"[]text$", "[]timestamp[]#"}},
    {SPEECH_DEEPGRAM_UTTERANCES,
     {"results.utterances[]start#", "results.utterances[]end#", "results.utterances[]transcript$"}},
    {SPEECH_DEEPGRAM_PARAGRAPHS,
     {"results.channels[]alternatives[]paragraphs.paragraphs[]sentences[]text$",
      "results.channels[]alternatives[]paragraphs.paragraphs[]sentences[]start#"}},
    {SPEECH_DEEPGRAM_WORDS,
     {"results.channels[]alternatives[]transcript$", "results.channels[]alternatives[]words[]word$",
      "results.channels[]alternatives[]words[]start#"}},
    {SPEECH_ASSEMBLYAI_UTTERANCES,
     {"utterances[]speaker$", "utterances[]start#", "utterances[]end#", "utterances[]text$"}},
    {SPEECH_ASSEMBLYAI_WORDS, {"words[]text$", "words[]start#", "words[]end#", "audio_duration#"}},
    {SPEECH_AWS, {"results.items[]type$", "results.items[]alternatives[]content$"}},
    /* … and where its language stands. */
    {SPEECH_NONE, {"language$", "language_code$", "result.language$", "results.language_code$"}},
    {SPEECH_NONE, {"results.channels[]detected_language$"}},
};

enum { RULES = sizeof rules / sizeof *rules };

/* Paths by number: bit MOST_PATHS * rule + place in it. */
typedef uint64_t path_set;
_Static_assert(RULES *MOST_PATHS <= 64, "a bit a path");

struct finder {
    struct json_scan scan;
    path_set seen;
    struct slice language;
};

static const char *path_of(int number)
{
    return rules[number / MOST_PATHS].paths[number % MOST_PATHS];
}

/* Those of `from`, which go the same way for `at` characters, that go on with the key. */
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

static path_set paths_into_array(path_set from, size_t at)
{
    path_set on = 0;
    for (path_set left = from; left; left &= left - 1) {
        if (path_of(__builtin_ctzll(left))[at] == '[')
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
        if (rules[number / MOST_PATHS].dialect == SPEECH_NONE)
            f->language = value;
    }
}

/* A value to which these paths lead, each of which goes on at `at`. Of an array that is the whole
 * file no more than the first item is walked through. */
static void look(struct finder *f, path_set paths, size_t at)
{
    const char *way = path_of(__builtin_ctzll(paths)) + at;
    if (json_enter(&f->scan, JSON_OBJECT)) {
        look_at_object(f, paths, at + (*way == '.'));
    } else if (json_enter(&f->scan, JSON_ARRAY)) {
        path_set on = paths_into_array(paths, at);
        if (on && !json_next_item(&f->scan))
            return;
        if (on)
            look(f, on, at + 2);
        if (at)
            json_leave(&f->scan);
    } else {
        note(f, paths, at);
    }
}

bool speech_shape_find(struct slice text, bool is_all, struct speech_shape *shape)
{
    struct finder f = {.scan = {.rest = text}};
    path_set all = 0;
    for (int i = 0; i < RULES * MOST_PATHS; i++)
        all |= (path_set)(path_of(i) != NULL) << i;
    look(&f, all, 0);

    *shape = (struct speech_shape){.language = f.language};
    for (int i = 0; i < RULES && !shape->dialect; i++) {
        path_set wanted = all >> i * MOST_PATHS & ((1 << MOST_PATHS) - 1);
        if ((f.seen >> i * MOST_PATHS & wanted) == wanted)
            shape->dialect = rules[i].dialect;
    }
    return is_all || !f.scan.is_cut;
}
