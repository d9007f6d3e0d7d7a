#include "cues/speech_forms.h"

#define PIECES(path_, text_, start_, end_, speaker_, unit_)                                    \
    .path = (path_), .text = (text_), .start = (start_), .end = (end_), .speaker = (speaker_), \
    .unit = (unit_)
/* What nobody has laid down; its keys are those that are met. */
#define PLAIN(path_)                                                                             \
    PIECES((path_), "text", "start|start_time|startTime|timestamp|time", "end|end_time|endTime", \
           "speaker|speaker_name|speakerName|name", 0)
#define CHANNEL "results.channels.*.alternatives.0."

/* clang-format off */
static const struct speech_form forms[SPEECH_DIALECTS] = {
    [SPEECH_PODCAST] = {PIECES("segments", "body", "startTime", "endTime", "speaker", 1000)},
    [SPEECH_WHISPER] = {PIECES("segments", "text", "start", "end", "speaker", 1000)},
    [SPEECH_WHISPER_CPP] = {PIECES("transcription", "text", "offsets", NULL, "speaker", 1)},
    [SPEECH_PIPELINE_SPEAKERS] = {PIECES("speakers", "text", "timestamp", NULL, "speaker", 1000)},
    [SPEECH_PIPELINE_CHUNKS] = {PIECES("chunks", "text", "timestamp", NULL, "speaker", 1000)},
    [SPEECH_PIPELINE_LIST] = {PIECES("", "text", "timestamp", NULL, "speaker", 1000)},
    [SPEECH_DEEPGRAM_UTTERANCES] = {PIECES("results.utterances", "transcript", "start", "end",
                                           "speaker", 1000), .channel = "channel"},
    [SPEECH_DEEPGRAM_PARAGRAPHS] = {PIECES(CHANNEL "paragraphs.paragraphs", "text", "start", "end",
                                           "speaker", 1000), .parts = "sentences",
                                    .channel = "*"},
    [SPEECH_DEEPGRAM_WORDS] = {PIECES(CHANNEL "words", "punctuated_word", "start", "end",
                                      "speaker", 1000), .other_text = "word", .channel = "*",
                               .of_words = true},
    [SPEECH_ASSEMBLYAI_UTTERANCES] = {PIECES("utterances", "text", "start", "end", "speaker", 0)},
    [SPEECH_ASSEMBLYAI_WORDS] = {PIECES("words", "text", "start", "end", "speaker", 1),
                                 .of_words = true},
    [SPEECH_AWS] = {PIECES("results.items", "alternatives", "start_time", "end_time",
                           "speaker_label", 1000), .alternative = "content", .of_words = true},
    [SPEECH_AZURE] = {PIECES("recognizedPhrases", "nBest", "offsetInTicks", NULL, "speaker", 1e-4),
                      .duration = "durationInTicks", .alternative = "display",
                      .channel = "channel"},
    [SPEECH_GOOGLE] = {PIECES("results.*.alternatives.0.words", "word", "startTime", "endTime",
                              "speakerTag", 1000), .omits_zero = true, .says_again = true,
                       .of_words = true},
    [SPEECH_GOOGLE_2] = {PIECES("results.*.alternatives.0.words", "word", "startOffset",
                                "endOffset", "speakerLabel", 1000), .omits_zero = true, .of_words = true},
    [SPEECH_REV] = {PIECES("monologues", "value", "ts|timestamp", "end_ts|end_timestamp",
                            "speaker", 1000),
                    .parts = "elements", .of_words = true, .has_own_space = true},
    [SPEECH_SPEECHMATICS] = {PIECES("results", "alternatives", "start_time", "end_time", "speaker",
                                    1000), .alternative = "content", .of_words = true},
    [SPEECH_NEMO] = {PIECES("sentences", "text", "start_time", "end_time", "speaker", 1000)},
    [SPEECH_YOUTUBE] = {PIECES("events", "segs", "tStartMs", NULL, NULL, 1),
                        .duration = "dDurationMs", .alternative = "utf8", .is_of_parts = true,
                        .rolls = true},
    [SPEECH_VOSK] = {PIECES("result", "word", "start", "end", NULL, 1000), .of_words = true,
                     .in_lines = true},
    [SPEECH_VOSK_LIST] = {PIECES("*.result", "word", "start", "end", NULL, 1000), .of_words = true},
    [SPEECH_SCRIBE] = {PIECES("words", "text", "start", "end", "speaker_id", 1000),
                       .of_words = true},
    [SPEECH_SCRIBE_CHANNELS] = {PIECES("transcripts.*.words", "text", "start", "end", "speaker_id",
                                       1000), .of_words = true, .channel = "*"},
    [SPEECH_AZURE_FAST] = {PIECES("phrases", "text", "offsetMilliseconds", NULL, "speaker", 1),
                           .duration = "durationMilliseconds", .channel = "channel"},
    [SPEECH_AZURE_PREVIEW] = {PIECES("phrases", "text", "offset", NULL, "speaker", 1),
                              .duration = "duration", .channel = "channel"},
    [SPEECH_GOOGLE_TEXT] = {PIECES("results", "alternatives", NULL, "resultEndTime", NULL, 1000),
                            .alternative = "transcript", .follows = true},
    [SPEECH_GOOGLE_2_TEXT] = {PIECES("results", "alternatives", NULL, "resultEndOffset", NULL,
                                     1000), .alternative = "transcript", .follows = true},
    [SPEECH_YOUTUBE_LIST] = {PIECES("", "text", "start", NULL, NULL, 1000), .duration = "duration",
                             .rolls = true},
    [SPEECH_SEGMENTS] = {PIECES("", "text", "start", "end", "speaker", 1000)},
    [SPEECH_SEGMENT_LINES] = {PIECES("", "text", "start", "end", "speaker", 1000),
                              .in_lines = true},
    [SPEECH_FIREFLIES] = {PIECES("sentences", "text", "start_time", "end_time", "speaker_name",
                                 1000)},
    [SPEECH_FIREFLIES_API] = {PIECES("data.transcript.sentences", "text", "start_time", "end_time",
                                     "speaker_name", 1000)},
    [SPEECH_GLADIA] = {PIECES("result.transcription.utterances", "text", "start", "end", "speaker",
                              1000), .channel = "channel"},
    [SPEECH_AWS_CALLS] = {PIECES("Transcript", "Content", "BeginOffsetMillis", "EndOffsetMillis",
                                 "ParticipantRole", 1)},
    [SPEECH_OFFSETS] = {PIECES("", "text", "offset", NULL, NULL, 0), .duration = "duration",
                        .rolls = true},
    [SPEECH_CONTENT] = {PIECES("content", "text", "offset", NULL, NULL, 0),
                        .duration = "duration", .rolls = true},
    [SPEECH_TRANSCRIPT] = {PLAIN("transcript")},
    [SPEECH_TRANSCRIPT_SEGMENTS] = {PLAIN("transcript.segments")},
    [SPEECH_PLAIN_SEGMENTS] = {PLAIN("segments")},
    [SPEECH_PLAIN_UTTERANCES] = {PLAIN("utterances")},
    [SPEECH_PLAIN_TURNS] = {PLAIN("turns")},
    [SPEECH_PLAIN_DIALOGUE] = {PLAIN("dialogue")},
    [SPEECH_PLAIN_MESSAGES] = {PLAIN("messages")},
    [SPEECH_PLAIN_RESULTS] = {PLAIN("results")},
    [SPEECH_PLAIN_DATA] = {PLAIN("data")},
    [SPEECH_PLAIN_LIST] = {PLAIN("")},
};

const struct speech_form speech_aws_spans = {PIECES("results.speaker_labels.segments", NULL, "start_time",
                                             NULL, "speaker_label", 1000)};
/* clang-format on */

const struct speech_form speech_assemblyai_chapters = {
    PIECES("chapters", "headline", "start", "end", NULL, 1), .other_text = "gist"};

const struct speech_form *speech_form_of(enum speech_dialect dialect)
{
    return &forms[dialect];
}
