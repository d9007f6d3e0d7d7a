/*
 * Whether a JSON file is a transcript, and in which dialect of speech recognition: its keys decide,
 * never its name and never the size of its numbers. One pass looks at the keys of objects, and in
 * an array at its first items; it allocates no memory.
 *
 * Other keys distinguish dialects that differ in seconds or milliseconds alone.
 */
#ifndef CUES_SPEECH_SHAPE_H
#define CUES_SPEECH_SHAPE_H

#include "base/slice.h"

enum speech_dialect {
    SPEECH_NONE, /* it is no transcript */
    SPEECH_PODCAST,
    SPEECH_WHISPER, /* openai-whisper, faster-whisper, WhisperX */
    SPEECH_WHISPER_CPP,
    SPEECH_PIPELINE_SPEAKERS, /* of Hugging Face, with speakers, as insanely-fast-whisper adds them
                               */
    SPEECH_PIPELINE_CHUNKS,
    SPEECH_PIPELINE_LIST,
    SPEECH_DEEPGRAM_UTTERANCES,
    SPEECH_DEEPGRAM_PARAGRAPHS,
    SPEECH_DEEPGRAM_WORDS,
    SPEECH_ASSEMBLYAI_UTTERANCES,
    SPEECH_ASSEMBLYAI_WORDS,
    SPEECH_AWS,
    SPEECH_AZURE,    /* in batches */
    SPEECH_GOOGLE,   /* Speech-to-Text, version 1 … */
    SPEECH_GOOGLE_2, /* … and 2 */
    SPEECH_REV,
    SPEECH_SPEECHMATICS,
    SPEECH_NEMO,    /* with speakers */
    SPEECH_YOUTUBE, /* json3 */
    SPEECH_VOSK,    /* an object, or one after another … */
    SPEECH_VOSK_LIST,
    SPEECH_SCRIBE, /* of ElevenLabs */
    SPEECH_SCRIBE_CHANNELS,
    SPEECH_AZURE_FAST,
    SPEECH_AZURE_PREVIEW, /* of 2024 */
    SPEECH_GOOGLE_TEXT,   /* without words */
    SPEECH_GOOGLE_2_TEXT,
    SPEECH_YOUTUBE_LIST,  /* youtube-transcript-api */
    SPEECH_SEGMENTS,      /* those of Whisper by themselves: a list … */
    SPEECH_SEGMENT_LINES, /* … or an object a line */
    SPEECH_FIREFLIES,     /* a meeting … */
    SPEECH_FIREFLIES_API, /* … in the answer to a query */
    SPEECH_GLADIA,
    SPEECH_AWS_CALLS, /* call analytics */
    SPEECH_OFFSETS,   /* youtube-transcript of npm: a list … */
    SPEECH_CONTENT,   /* … or below a key, as Supadata answers */
    /* What people and programs write by themselves: who, what and perhaps when, below a key … */
    SPEECH_TRANSCRIPT,
    SPEECH_TRANSCRIPT_SEGMENTS,
    SPEECH_PLAIN_SEGMENTS,
    SPEECH_PLAIN_UTTERANCES,
    SPEECH_PLAIN_TURNS,
    SPEECH_PLAIN_DIALOGUE,
    SPEECH_PLAIN_MESSAGES,
    SPEECH_PLAIN_RESULTS,
    SPEECH_PLAIN_DATA,
    SPEECH_PLAIN_LIST, /* … or below none */
    SPEECH_DIALECTS,
};

struct speech_shape {
    enum speech_dialect dialect;
    struct slice language; /* as the file has it, escapes included; empty: none */
};

/*
 * Finds the shape of a file, of which these are the first bytes or, where `is_all`, the whole.
 * Broken JSON has the shape of what precedes the break. False if more of the file could change the
 * answer; the shape is provisional then.
 */
bool speech_shape_find(struct slice text, bool is_all, struct speech_shape *shape);

#endif
