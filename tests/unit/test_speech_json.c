/* cues/speech_shape and cues/speech_json: which JSON is a transcript, and what it says. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "cues/speech_json.h"

static void print_time(struct buf *out, int64_t time)
{
    if (time == NO_TIME)
        buf_add_byte(out, '?');
    else
        buf_printf(out, "%lld", (long long)time);
}

/* A cue a line: "start-end Speaker| words", a line end in them as "/". */
static void print_cues(struct buf *out, const struct cues *cues)
{
    for (size_t i = 0; i < cues->count; i++) {
        const struct cue *cue = &cues->at[i];
        struct slice line, text = cue_text(cues, cue);
        print_time(out, cue->start);
        buf_add_byte(out, '-');
        print_time(out, cue->end);
        buf_add_byte(out, ' ');
        buf_add_slice(out, cue_speaker(cues, cue));
        buf_add_byte(out, '|');
        for (char space = ' '; slice_take(&text, '\n', &line); space = '/') {
            buf_add_byte(out, space);
            buf_add_slice(out, line);
        }
        buf_add_byte(out, '\n');
    }
}

static const struct row {
    const char *trait;
    const char *json;
    enum speech_dialect dialect;
    const char *cues;
} rows[] = {
    {"Whisper",
     "{\"text\": \" All aboard. Mind the gap.\", \"segments\": [{\"id\": 0, \"seek\": 0, "
     "\"start\": "
     "0.0, \"end\": 2.52, \"text\": \" All aboard, please.\", \"tokens\": [50364, 1057]}, {\"id\": "
     "1,"
     " \"start\": 2.52, \"end\": 4, \"text\": \" Mind the gap.\"}], \"language\": \"en\"}",
     SPEECH_WHISPER, "0-2520 | All aboard, please.\n2520-4000 | Mind the gap.\n"},
    {"WhisperX: speakers, words without a time, NaN",
     "{\"segments\": [{\"start\": 1.5, \"end\": 2, \"text\": \"Two thousand fourteen.\", \"words\":"
     " [{\"word\": \"2014.\"}, {\"word\": \"x\", \"score\": NaN}], \"speaker\": \"SPEAKER_00\"}, "
     "{\"start\": 2, \"end\": 3, \"text\": \"It was dark.\", \"speaker\": \"SPEAKER_01\"}, "
     "{\"start\":"
     " 3, \"end\": 3.1, \"text\": \"Was it though?\"}], \"word_segments\": []}",
     SPEECH_WHISPER,
     "1500-2000 SPEAKER_00| Two thousand fourteen.\n2000-3000 SPEAKER_01| It was dark.\n"
     "3000-3100 | Was it though?\n"},
    {"segments without words, and what is no segment",
     "{\"segments\": [{\"start\": 0, \"end\": 1, \"text\": \"One and only.\"}, {\"start\": 1}, 7, "
     "{\"start\": 1, \"end\": 2, \"text\": \"  \"}, {\"start\": null, \"end\": 3, \"text\": "
     "\"Late by a lot.\"}]}",
     SPEECH_WHISPER, "0-1000 | One and only.\n?-3000 | Late by a lot.\n"},
    {"Podcasting 2.0",
     "{\"version\": \"1.0.0\", \"segments\": [{\"speaker\": \"Mira Holt\", \"startTime\": 0.5, "
     "\"endTime\": 2.25, \"body\": \"The night train\\nleaves at ten.\"}, {\"speaker\": \"Jun\", "
     "\"startTime\": 3, \"body\": \"And who rides it?\"}]}",
     SPEECH_PODCAST,
     "500-2250 Mira Holt| The night train/leaves at ten.\n3000-? Jun| And who rides it?\n"},
    {"Podcasting 2.0 by words with spaces of their own",
     "{\"version\": \"1.0.0\", \"segments\": [{\"speaker\": \"Jun\", \"startTime\": 0, "
     "\"endTime\": "
     "0.5, \"body\": \"No\"}, {\"speaker\": \"Jun\", \"startTime\": 0.5, \"endTime\": 0.5, "
     "\"body\": "
     "\" \"}, {\"speaker\": \"Jun\", \"startTime\": 0.5, \"endTime\": 1, \"body\": \"trains\"}, "
     "{\"speaker\": \"Jun\", \"startTime\": 1, \"endTime\": 1, \"body\": \".\"}, {\"speaker\": "
     "\"Jun\", \"startTime\": 1, \"endTime\": 1, \"body\": \" \"}, {\"speaker\": \"Jun\", "
     "\"startTime\": 1.2, \"endTime\": 2, \"body\": \"Why\"}, {\"speaker\": \"Jun\", "
     "\"startTime\": 2,"
     " \"endTime\": 2.1, \"body\": \"?\"}]}",
     SPEECH_PODCAST, "0-1000 Jun| No trains.\n1200-2100 Jun| Why?\n"},
    {"Podcasting 2.0 by words without spaces",
     "{\"segments\": [{\"speaker\": \"Jun\", \"startTime\": 0, \"endTime\": 0.5, \"body\": "
     "\"No\"}, "
     "{\"speaker\": \"Jun\", \"startTime\": 0.5, \"endTime\": 1, \"body\": \"trains.\"}, "
     "{\"speaker\":"
     " \"Mira\", \"startTime\": 1, \"endTime\": 2, \"body\": \"Why\"}, {\"speaker\": \"Mira\", "
     "\"startTime\": 2, \"endTime\": 3, \"body\": \"not?\"}]}",
     SPEECH_PODCAST, "0-1000 Jun| No trains.\n1000-3000 Mira| Why not?\n"},
    {"whisper.cpp: milliseconds",
     "{\"model\": {\"type\": \"base\"}, \"result\": {\"language\": \"en\"}, \"transcription\": ["
     "{\"timestamps\": {\"from\": \"00:00:00,000\", \"to\": \"00:00:02,480\"}, \"offsets\": "
     "{\"from\":"
     " 0, \"to\": 2480}, \"text\": \" All aboard, please.\"}, {\"offsets\": {\"from\": 2480, "
     "\"to\": "
     "4000}, \"text\": \" Mind the gap.\", \"speaker\": \"1\"}, {\"offsets\": {\"from\": 4000, "
     "\"to\": 4500}, \"text\": \" Who said it?\", \"speaker\": \"?\"}]}",
     SPEECH_WHISPER_CPP,
     "0-2480 | All aboard, please.\n2480-4000 Speaker 1| Mind the gap.\n4000-4500 | Who said "
     "it?\n"},
    {"whisper.cpp by parts of words, with a pause",
     "{\"transcription\": [{\"offsets\": {\"from\": 0, \"to\": 100}, \"text\": \" The\"}, "
     "{\"offsets\": {\"from\": 100, \"to\": 200}, \"text\": \" gen\"}, {\"offsets\": {\"from\": "
     "200, "
     "\"to\": 300}, \"text\": \"re\"}, {\"offsets\": {\"from\": 300, \"to\": 400}, \"text\": "
     "\",\"}, {\"offsets\": {\"from\": 2400, \"to\": 2500}, \"text\": \" then\"}]}",
     SPEECH_WHISPER_CPP, "0-400 | The genre,\n2400-2500 | then\n"},
    {"the pipeline's chunks, the last without an end",
     "{\"text\": \"…\", \"chunks\": [{\"text\": \" All aboard, please.\", \"timestamp\": [0.0, "
     "2.5]},"
     " {\"timestamp\": [2.5, null], \"text\": \" Mind the gap.\"}]}",
     SPEECH_PIPELINE_CHUNKS, "0-2500 | All aboard, please.\n2500-? | Mind the gap.\n"},
    {"the pipeline's list",
     "[{\"text\": \" All aboard, please.\", \"timestamp\": [0.0, 2.5]}, {\"text\": \" Mind the "
     "gap.\","
     " \"timestamp\": [2.5, 4]}]",
     SPEECH_PIPELINE_LIST, "0-2500 | All aboard, please.\n2500-4000 | Mind the gap.\n"},
    {"insanely-fast-whisper: with speakers, and without any",
     "{\"speakers\": [{\"speaker\": \"SPEAKER_00\", \"text\": \" Mind the gap.\", \"timestamp\": "
     "[1, "
     "2]}], \"chunks\": [{\"text\": \" Mind the gap.\", \"timestamp\": [1, 2]}], \"text\": \"\"}",
     SPEECH_PIPELINE_SPEAKERS, "1000-2000 SPEAKER_00| Mind the gap.\n"},
    {"its empty list of speakers",
     "{\"speakers\": [], \"chunks\": [{\"text\": \" Mind the gap.\", \"timestamp\": [1, 2]}]}",
     SPEECH_PIPELINE_CHUNKS, "1000-2000 | Mind the gap.\n"},
    {"Deepgram's utterances, before its paragraphs and words",
     "{\"metadata\": {}, \"results\": {\"channels\": [{\"alternatives\": [{\"transcript\": \"mind "
     "the"
     " gap\", \"words\": [{\"word\": \"mind\", \"start\": 1.0}]}]}], \"utterances\": [{\"start\": "
     "1.0,"
     " \"end\": 2.0, \"confidence\": 0.9, \"channel\": 0, \"transcript\": \"Mind the gap.\", "
     "\"words\": [], \"speaker\": 0}, {\"start\": 2.5, \"end\": 3, \"transcript\": \"Which gap?\", "
     "\"speaker\": 1}]}}",
     SPEECH_DEEPGRAM_UTTERANCES,
     "1000-2000 Speaker 0| Mind the gap.\n2500-3000 Speaker 1| Which gap?\n"},
    {"Deepgram's paragraphs, of the first alternative of each channel",
     "{\"results\": {\"channels\": [{\"alternatives\": [{\"transcript\": \"…\", \"paragraphs\": "
     "{\"transcript\": \"…\", \"paragraphs\": [{\"sentences\": [{\"text\": \"Mind the gap.\", "
     "\"start\": 1, \"end\": 2}, {\"text\": \"It is wide.\", \"start\": 2, \"end\": 3}], "
     "\"start\": 1,"
     " \"end\": 3, \"speaker\": 0}]}}, {\"paragraphs\": {\"paragraphs\": [{\"sentences\": "
     "[{\"text\":"
     " \"Mined the cap.\", \"start\": 1, \"end\": 2}]}]}}]}, {\"alternatives\": [{\"paragraphs\": "
     "{\"paragraphs\": [{\"sentences\": [{\"text\": \"Which gap?\", \"start\": 3, \"end\": 4}], "
     "\"speaker\": 1}]}}]}]}}",
     SPEECH_DEEPGRAM_PARAGRAPHS,
     "1000-2000 Speaker 0-0| Mind the gap.\n2000-3000 Speaker 0-0| It is wide.\n"
     "3000-4000 Speaker 1-1| Which gap?\n"},
    {"Deepgram's words",
     "{\"results\": {\"channels\": [{\"detected_language\": \"en\", \"alternatives\": "
     "[{\"transcript\": \"mind the gap\", \"words\": [{\"word\": \"mind\", \"start\": 1, \"end\": "
     "1.2, \"punctuated_word\": \"Mind\"}, {\"word\": \"the\", \"start\": 1.2, \"end\": 1.3, "
     "\"punctuated_word\": \"the\"}, {\"word\": \"gap\", \"start\": 1.3, \"end\": 2}]}]}]}}",
     SPEECH_DEEPGRAM_WORDS, "1000-2000 | Mind the gap\n"},
    {"AssemblyAI: milliseconds",
     "{\"id\": \"1\", \"language_code\": \"en_us\", \"audio_duration\": 12, \"words\": [{\"text\": "
     "\"Mind\", \"start\": 250, \"end\": 400, \"speaker\": \"A\"}], \"utterances\": "
     "[{\"confidence\": "
     "0.9, \"speaker\": \"A\", \"start\": 250, \"end\": 1500, \"text\": \"Mind the gap.\"}, "
     "{\"speaker\": \"B\", \"start\": 1600, \"end\": 2000, \"text\": \"Which gap?\"}]}",
     SPEECH_ASSEMBLYAI_UTTERANCES, "250-1500 A| Mind the gap.\n1600-2000 B| Which gap?\n"},
    {"AssemblyAI without speakers",
     "{\"utterances\": null, \"audio_duration\": 12, \"words\": [{\"text\": \"Mind\", \"start\": "
     "250, "
     "\"end\": 400, \"speaker\": null}, {\"text\": \"it.\", \"start\": 400, \"end\": 500}]}",
     SPEECH_ASSEMBLYAI_WORDS, "250-500 | Mind it.\n"},
    {"AWS: times as texts, marks without a time, speakers apart",
     "{\"jobName\": \"x\", \"results\": {\"transcripts\": [{\"transcript\": \"Mind the gap.\"}], "
     "\"speaker_labels\": {\"speakers\": 2, \"segments\": [{\"start_time\": \"0.5\", \"end_time\": "
     "\"1.4\", \"speaker_label\": \"spk_0\", \"items\": []}, {\"start_time\": \"1.5\", "
     "\"end_time\": "
     "\"2.0\", \"speaker_label\": \"spk_1\"}]}, \"items\": [{\"start_time\": \"0.5\", "
     "\"end_time\": "
     "\"0.9\", \"alternatives\": [{\"confidence\": \"1.0\", \"content\": \"Mind\"}], \"type\": "
     "\"pronunciation\"}, {\"start_time\": \"0.9\", \"end_time\": \"1.4\", \"alternatives\": "
     "[{\"content\": \"it\"}, {\"content\": \"hit\"}], \"type\": \"pronunciation\"}, "
     "{\"alternatives\": [{\"content\": \".\"}], \"type\": \"punctuation\"}, {\"start_time\": "
     "\"1.5\", \"end_time\": \"2.0\", \"alternatives\": [{\"content\": \"What\"}], \"type\": "
     "\"pronunciation\"}, {\"alternatives\": [{\"content\": \"?\"}], \"type\": \"punctuation\"}]}}",
     SPEECH_AWS, "500-1400 spk_0| Mind it.\n1500-2000 spk_1| What?\n"},
    {"AWS: speakers in the items",
     "{\"results\": {\"items\": [{\"type\": \"pronunciation\", \"alternatives\": [{\"content\": "
     "\"Yes\"}], \"start_time\": \"0.1\", \"end_time\": \"0.2\", \"speaker_label\": \"spk_3\"}, "
     "{\"type\": \"punctuation\", \"speaker_label\": \"spk_3\", \"alternatives\": [{\"content\": "
     "\".\"}]}]}}",
     SPEECH_AWS, "100-200 spk_3| Yes.\n"},
    {"wide characters are joined without a space, and a caption ends",
     "{\"chunks\": [{\"text\": \"火车\", \"timestamp\": [0, 1]}, {\"text\": \"晚上\", "
     "\"timestamp\": "
     "[1, 2]}, {\"text\": \"开。\", \"timestamp\": [2, 3]}, {\"text\": \"谁\", \"timestamp\": [3, "
     "4]},"
     " {\"text\": \"坐\", \"timestamp\": [4, 5]}, {\"text\": \"？\", \"timestamp\": [5, 6]}]}",
     SPEECH_PIPELINE_CHUNKS, "0-3000 | 火车晚上开。\n3000-6000 | 谁坐？\n"},
    {"a NUL, a broken pair, what drives terminals",
     "{\"segments\": [{\"start\": 0, \"end\": 1, \"text\": \"a\\u0000b \\ud800 and so on\"}]}",
     SPEECH_WHISPER,
     "0-1000 | a\xEF\xBF\xBD"
     "b \xEF\xBF\xBD and so on\n"},
    {"times that are none",
     "{\"segments\": [{\"start\": 0, \"end\": 1e99, \"text\": \"To the very end.\"}, {\"start\": "
     "-1,"
     " \"end\": 1, \"text\": \"Before it began.\"}, {\"start\": \"soon\", \"end\": {}, \"text\": "
     "\"When it suits.\"}, {\"start\": 9, \"end\": 8, \"text\": \"Back again.\"}]}",
     SPEECH_WHISPER,
     "0-? | To the very end.\n?-1000 | Before it began.\n?-? | When it suits.\n9000-? | Back "
     "again.\n"},

    {"Vosk: one object after another, and the first has no words",
     "{\"text\": \"\"}\n{\n  \"result\" : [{\n      \"conf\" : 1.000000,\n      \"end\" : 1.11"
     "0000,\n      \"start\" : 0.870000,\n      \"word\" : \"mind\"\n    }, {\n      \"conf\" "
     ": 0.5,\n      \"end\" : 1.5,\n      \"start\" : 1.11,\n      \"word\" : \"it\"\n    }],"
     "\n  \"text\" : \"mind it\"\n}\n{\"text\": \"\"}\n{\"result\": [{\"conf\": 1, \"end\": 5,"
     " \"start\": 4, \"word\": \"why\"}], \"text\": \"why\"}",
     SPEECH_VOSK, "870-1500 | mind it\n4000-5000 | why\n"},
    {"Vosk's list",
     "[{\"text\": \"\"}, {\"result\": [{\"conf\": 1.0, \"end\": 2.0, \"start\": 1.0, \"word\":"
     " \"mind\"}], \"text\": \"mind\"}, {\"result\": [{\"conf\": 1.0, \"end\": 3, \"start\": 2"
     ", \"word\": \"it\"}], \"text\": \"it\"}]",
     SPEECH_VOSK_LIST, "1000-3000 | mind it\n"},
    {"Scribe: spaces without a speaker, a pause, what is heard",
     "{\"language_code\": \"eng\", \"language_probability\": 0.98, \"text\": \"…\", \"words\":"
     " [{\"text\": \"Mind\", \"start\": 0.1, \"end\": 0.4, \"type\": \"word\", \"speaker_id\":"
     " \"speaker_0\"}, {\"text\": \" \", \"start\": 0.4, \"end\": 0.5, \"type\": \"spacing\"},"
     " {\"text\": \"it\", \"start\": 0.5, \"end\": 0.7, \"type\": \"word\", \"speaker_id\": "
     "\"speaker_0\"}, {\"text\": \" \", \"start\": 0.7, \"end\": 4, \"type\": \"spacing\"}, {"
     "\"text\": \"now\", \"start\": 4, \"end\": 4.2, \"type\": \"word\", \"speaker_id\": \"spe"
     "aker_0\"}, {\"text\": \" \", \"start\": 4.2, \"end\": 4.3, \"type\": \"spacing\", \"spea"
     "ker_id\": \"speaker_0\"}, {\"text\": \"(laughs)\", \"start\": 4.3, \"end\": 5, \"type\":"
     " \"audio_event\", \"speaker_id\": \"speaker_1\"}]}",
     SPEECH_SCRIBE,
     "100-700 speaker_0| Mind it\n4000-4200 speaker_0| now\n4300-5000 speaker_1| (laughs)\n"},
    {"Scribe by channels",
     "{\"transcripts\": [{\"language_code\": \"en\", \"text\": \"Mind it.\", \"words\": [{\"te"
     "xt\": \"Mind\", \"start\": 1, \"end\": 1.5, \"type\": \"word\", \"channel_index\": 0}, {"
     "\"text\": \"it.\", \"start\": 1.5, \"end\": 2.0, \"type\": \"word\"}]}, {\"words\": [{"
     "\"text\": \"Why?\", \"start\": 0.5, \"end\": 0.9, \"type\": \"word\"}]}]}",
     SPEECH_SCRIBE_CHANNELS, "500-900 Speaker 1| Why?\n1000-2000 Speaker 0| Mind it.\n"},
    {"Azure's fast transcription",
     "{\"durationMilliseconds\": 5000, \"combinedPhrases\": [{\"text\": \"Mind it. Why?\"}], "
     "\"phrases\": [{\"offsetMilliseconds\": 40, \"durationMilliseconds\": 960, \"text\": \"Mi"
     "nd it.\", \"speaker\": 1, \"locale\": \"en-US\", \"words\": [{\"text\": \"Mind\", \"offs"
     "etMilliseconds\": 40, \"durationMilliseconds\": 400}]}, {\"offsetMilliseconds\": 2000, "
     "\"durationMilliseconds\": 500, \"text\": \"Why?\", \"speaker\": 2}]}",
     SPEECH_AZURE_FAST, "40-1000 Speaker 1| Mind it.\n2000-2500 Speaker 2| Why?\n"},
    {"… and as it was in 2024, with channels",
     "{\"duration\": 5000, \"combinedPhrases\": [{\"channel\": 0, \"text\": \"Mind it.\"}], "
     "\"phrases\": [{\"channel\": 0, \"offset\": 960, \"duration\": 640, \"text\": \"Mind it."
     "\"}, {\"channel\": 1, \"offset\": 20, \"duration\": 100, \"text\": \"Why?\"}]}",
     SPEECH_AZURE_PREVIEW, "20-120 Speaker 1| Why?\n960-1600 Speaker 0| Mind it.\n"},
    {"Google without words: a result begins where the last one ended",
     "{\"results\": [{\"alternatives\": [{\"transcript\": \"mind the gap\", \"confidence\": 0."
     "9}, {\"transcript\": \"mine\"}], \"resultEndTime\": \"1.770s\", \"languageCode\": \"en-u"
     "s\"}, {\"alternatives\": [{\"transcript\": \" which gap\"}], \"resultEndTime\": \"4s\"},"
     " {\"alternatives\": [{\"transcript\": \" that one\"}]}, {\"alternatives\": [{\"transcrip"
     "t\": \" on two\"}], \"resultEndTime\": \"3s\"}], \"totalBilledTime\": \"15s\"}",
     SPEECH_GOOGLE_TEXT,
     "0-1770 | mind the gap\n1770-4000 | which gap\n4000-? | that one\n3000-3000 | on two\n"},
    {"… and in its second version",
     "{\"results\": [{\"alternatives\": [{\"transcript\": \"mind the gap\"}], \"resultEndOffse"
     "t\": \"1.200s\"}]}",
     SPEECH_GOOGLE_2_TEXT, "0-1200 | mind the gap\n"},
    {"a transcript below a key, with times of a clock",
     "{\"title\": \"Lamps\", \"transcript\": [{\"speaker\": \"Nora\", \"timestamp\": \"00:00:01\", "
     "\"text\": \"Who lit the lamps?\"}, {\"speaker\": \"Tomas\", \"timestamp\": \"01:02:03\", "
     "\"text\": \"I did, each night.\"}]}",
     SPEECH_TRANSCRIPT, "1000-? Nora| Who lit the lamps?\n3723000-? Tomas| I did, each night.\n"},
    {"a transcript in seconds without a point",
     "{\"transcript\": [{\"speaker\": \"Nora\", \"start\": 1, \"end\": 4, \"text\": \"Who lit the "
     "lamps?\"}, {\"speaker\": \"Tomas\", \"start\": 754, \"end\": 756, \"text\": \"I did, each "
     "night.\"}]}",
     SPEECH_TRANSCRIPT,
     "1000-4000 Nora| Who lit the lamps?\n754000-756000 Tomas| I did, each night.\n"},
    {"a transcript in milliseconds",
     "{\"transcript\": [{\"speaker\": \"Nora\", \"start\": 1000, \"end\": 2000, \"text\": \"Who "
     "lit the lamps?\"}, {\"speaker\": \"Tomas\", \"start\": 2500, \"end\": 3500, \"text\": \"I "
     "did, each night.\"}]}",
     SPEECH_TRANSCRIPT,
     "1000-2000 Nora| Who lit the lamps?\n2500-3500 Tomas| I did, each night.\n"},
    {"a transcript without times or with objects as speakers",
     "{\"transcript\": [{\"speaker\": {\"display_name\": \"Nora\", \"email\": null}, \"text\": "
     "\"Who lit the lamps?\"}, {\"speaker\": {\"name\": \"Tomas\"}, \"text\": \"I did.\"}]}",
     SPEECH_TRANSCRIPT, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"segments of a transcript",
     "{\"transcript\": {\"segments\": [{\"speaker\": \"Nora\", \"start\": 0.5, \"end\": 2, "
     "\"text\": \"Who lit the lamps?\"}]}}",
     SPEECH_TRANSCRIPT_SEGMENTS, "500-2000 Nora| Who lit the lamps?\n"},
    {"segments without ends",
     "{\"segments\": [{\"speaker\": \"Nora\", \"start_time\": 0.5, \"text\": \"Who lit the "
     "lamps?\"}]}",
     SPEECH_PLAIN_SEGMENTS, "500-? Nora| Who lit the lamps?\n"},
    {"utterances in seconds, as no AssemblyAI writes them",
     "{\"utterances\": [{\"speaker\": \"Nora\", \"start\": 1.0, \"end\": 4.5, \"text\": \"Who lit "
     "the lamps?\"}, {\"speaker\": \"Tomas\", \"start\": 5, \"end\": 8, \"text\": \"I did, each "
     "night.\"}]}",
     SPEECH_ASSEMBLYAI_UTTERANCES,
     "1000-4500 Nora| Who lit the lamps?\n5000-8000 Tomas| I did, each night.\n"},
    {"utterances with a speaker and a text",
     "{\"utterances\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_UTTERANCES, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"turns with a speaker and a text",
     "{\"turns\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_TURNS, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"dialogue with a speaker and a text",
     "{\"dialogue\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_DIALOGUE, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"messages with a speaker and a text",
     "{\"messages\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_MESSAGES, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"results with a speaker and a text",
     "{\"results\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_RESULTS, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"data with a speaker and a text",
     "{\"data\": [{\"speaker\": \"Nora\", \"text\": \"Who lit the lamps?\"}, {\"speaker\": "
     "\"Tomas\", \"text\": \"I did.\"}]}",
     SPEECH_PLAIN_DATA, "?-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"a list with speakers and texts",
     "[{\"speaker\": \"Nora\", \"time\": \"0:07\", \"text\": \"Who lit the lamps?\"}, "
     "{\"speaker\": \"Tomas\", \"text\": \"I did.\"}]",
     SPEECH_PLAIN_LIST, "7000-? Nora| Who lit the lamps?\n?-? Tomas| I did.\n"},
    {"Gladia",
     "{\"id\": \"x\", \"result\": {\"transcription\": {\"utterances\": [{\"text\": \"Who lit the "
     "lamps?\", \"start\": 0.5, \"end\": 2, \"speaker\": 0, \"channel\": 0}]}}}",
     SPEECH_GLADIA, "500-2000 Speaker 0| Who lit the lamps?\n"},
    {"call analytics of AWS",
     "{\"JobStatus\": \"COMPLETED\", \"Transcript\": [{\"ParticipantRole\": \"AGENT\", "
     "\"BeginOffsetMillis\": 500, \"EndOffsetMillis\": 2000, \"Content\": \"Who is there?\", "
     "\"Items\": [{\"Content\": \"Who\"}]}]}",
     SPEECH_AWS_CALLS, "500-2000 AGENT| Who is there?\n"},
    {"youtube-transcript of npm",
     "[{\"text\": \"mind the gap\", \"duration\": 4000, \"offset\": 500, \"lang\": \"en\"}, "
     "{\"text\": \"it is wide\", \"duration\": 3000, \"offset\": 2500}]",
     SPEECH_OFFSETS, "500-2500 | mind the gap\n2500-5500 | it is wide\n"},
    {"the same in seconds",
     "[{\"text\": \"mind the gap\", \"duration\": 4, \"offset\": 0.5}, {\"text\": \"it is wide\", "
     "\"duration\": 3, \"offset\": 2.5}]",
     SPEECH_OFFSETS, "500-2500 | mind the gap\n2500-5500 | it is wide\n"},
    {"Supadata",
     "{\"lang\": \"en\", \"content\": [{\"text\": \"mind the gap\", \"offset\": 500, \"duration\": "
     "1500}]}",
     SPEECH_CONTENT, "500-2000 | mind the gap\n"},
    {"Rev with times of a clock",
     "{\"monologues\": [{\"speaker\": 0, \"elements\": [{\"type\": \"text\", \"value\": \"Who\", "
     "\"timestamp\": \"00:00:01,200\", \"end_timestamp\": \"00:00:01,500\"}, {\"type\": \"punct\", "
     "\"value\": \"?\"}]}]}",
     SPEECH_REV, "1200-1500 Speaker 0| Who?\n"},
    {"youtube-transcript-api: texts that roll",
     "[{\"text\": \"mind the gap\", \"start\": 0.5, \"duration\": 4.5}, {\"text\": \"it is wid"
     "e\nand deep\", \"start\": 2.5, \"duration\": 3}]",
     SPEECH_YOUTUBE_LIST, "500-2500 | mind the gap\n2500-5500 | it is wide/and deep\n"},
    {"a list of segments",
     "[{\"start\": 0, \"end\": 2, \"text\": \" Mind the gap.\", \"speaker\": \"SPEAKER_00\"}, "
     "{\"start\": 2, \"end\": 3.5, \"text\": \"Which gap?\", \"speaker\": \"Jun\"}]",
     SPEECH_SEGMENTS, "0-2000 SPEAKER_00| Mind the gap.\n2000-3500 Jun| Which gap?\n"},
    {"a list of segments with times of a clock",
     "[{\"start\": \"00:00:01.5\", \"end\": \"00:00:02\", \"text\": \"Mind the gap.\"}, "
     "{\"start\": \"00:01:02,250\", \"end\": \"1:00:00\", \"text\": \"Which gap?\"}]",
     SPEECH_SEGMENTS, "1500-2000 | Mind the gap.\n62250-3600000 | Which gap?\n"},
    {"segments with times of a clock",
     "{\"segments\": [{\"start\": \"00:00:01\", \"end\": \"00:00:02\", \"text\": \"Mind the "
     "gap.\"}, "
     "{\"start\": \"soon\", \"end\": \"1:99\", \"text\": \"Which gap?\"}]}",
     SPEECH_WHISPER, "1000-2000 | Mind the gap.\n?-? | Which gap?\n"},
    {"a segment a line",
     "{\"speaker\": \"Ana\", \"text\": \"Mind the gap.\", \"start\": 0.0, \"end\": 2.5}\n{\"sp"
     "eaker\": \"Jun\", \"text\": \"Which gap?\", \"start\": 2.5, \"end\": 4}\n",
     SPEECH_SEGMENT_LINES, "0-2500 Ana| Mind the gap.\n2500-4000 Jun| Which gap?\n"},
    {"the pipeline's list with speakers",
     "[{\"speaker\": \"SPEAKER_01\", \"text\": \"Mind the gap.\", \"timestamp\": [0.0, 2.5]}]",
     SPEECH_PIPELINE_LIST, "0-2500 SPEAKER_01| Mind the gap.\n"},

    {"package.json",
     "{\"name\": \"x\", \"version\": \"1.0.0\", \"scripts\": {\"test\": \"x\"}, \"files\": []}",
     SPEECH_NONE, NULL},
    {"no segment", "{\"text\": \"\", \"segments\": [], \"language\": \"en\"}", SPEECH_NONE, NULL},
    {"chapters of Podcasting 2.0",
     "{\"version\": \"1.2.0\", \"chapters\": [{\"startTime\": 0, \"title\": \"Intro\"}]}",
     SPEECH_NONE, NULL},
    {"segments of another kind",
     "{\"segments\": [{\"start\": \"A\", \"end\": \"B\", \"text\": \"a road\"}]}", SPEECH_NONE,
     NULL},
    {"a list of what could be seconds or milliseconds",
     "[{\"start\": 0, \"end\": 1000, \"text\": \"x\"}]", SPEECH_NONE, NULL},
    {"hours of a day", "[{\"start\": \"12:00\", \"end\": \"13:00\", \"text\": \"Lunch\"}]",
     SPEECH_NONE, NULL},
    {"deeper than where it belongs",
     "{\"a\": {\"segments\": [{\"start\": 0, \"end\": 1, \"text\": \"x\"}]}}", SPEECH_NONE, NULL},
    {"only in the second item", "{\"segments\": [{}, {\"start\": 0, \"end\": 1, \"text\": \"x\"}]}",
     SPEECH_NONE, NULL},
    {"keys that look like a path", "{\"segments[]start#\": 1, \"segments\": {\"[]\": 1}, \"\": {}}",
     SPEECH_NONE, NULL},
    {"yt-dlp's chapters",
     "{\"id\": \"x\", \"chapters\": [{\"start_time\": 0, \"title\": \"x\"}], "
     "\"automatic_captions\": {\"en\": []}}",
     SPEECH_NONE, NULL},
    {"one segment alone", "{\"start\": 0.5, \"end\": 2.5, \"text\": \"A clip of a data set.\"}\n",
     SPEECH_NONE, NULL},
    {"names in a text, by their places",
     "[{\"start\": 0, \"end\": 4, \"text\": \"Lima\", \"label\": \"GPE\"}, {\"start\": 9, \"en"
     "d\": 12, \"text\": \"Ana\"}]",
     SPEECH_NONE, NULL},
    {"tokens by their places",
     "{\"text\": \"Mind it\", \"words\": [{\"text\": \"Mind\", \"type\": \"VERB\", \"start\": "
     "0, \"end\": 4}]}",
     SPEECH_NONE, NULL},
    {"messages a line",
     "{\"text\": \"Hello\", \"user\": \"ana\", \"timestamp\": 1.5}\n{\"text\": \"Hi\", \"user"
     "\": \"jun\", \"timestamp\": 2.5}\n",
     SPEECH_NONE, NULL},
    {"a list of messages",
     "[{\"type\": \"message\", \"text\": \"Hello\", \"ts\": \"1700000000.5\"}]", SPEECH_NONE, NULL},
    {"an export of a chat",
     "{\"name\": \"Ana\", \"messages\": [{\"id\": 1, \"from\": \"Ana\", \"date\": \"2024-01-01"
     "\", \"text\": \"Hello\"}]}",
     SPEECH_NONE, NULL},
    {"GeoJSON",
     "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"geometry\": {"
     "\"type\": \"Point\", \"coordinates\": [1.5, 2.5]}}]}",
     SPEECH_NONE, NULL},
    {"a dictionary",
     "{\"result\": [{\"word\": \"mind\", \"start\": 1, \"meaning\": \"to care\"}], \"text\": "
     "\"mind\"}",
     SPEECH_NONE, NULL},
    {"what was searched for", "{\"results\": [{\"alternatives\": [{\"transcript\": \"x\"}]}]}",
     SPEECH_NONE, NULL},
    {"phrases of a dictionary",
     "{\"phrases\": [{\"text\": \"mind it\", \"offset\": 3}], \"combinedPhrases\": []}",
     SPEECH_NONE, NULL},
    {"a word", "true", SPEECH_NONE, NULL},
    {"nothing", "", SPEECH_NONE, NULL},
    {"no JSON", "segments: []", SPEECH_NONE, NULL},
};

static void read_row(const struct row *row, struct buf *out, struct diags *diags)
{
    cleanup_cues struct cues cues = {0};
    assert_int_equal(speech_json_read(slice_of(row->json), row->dialect, diags, &cues), 0);
    print_cues(out, &cues);
}

static void reads_every_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        cleanup_buf struct buf said = {0};
        struct speech_shape shape;
        assert_true(speech_shape_find(slice_of(rows[i].json), true, &shape));
        if (shape.dialect != rows[i].dialect)
            fail_msg("%s: dialect %d", rows[i].trait, (int)shape.dialect);
        if (shape.dialect) {
            read_row(&rows[i], &said, &diags);
            assert_slice(buf_slice(&said), rows[i].cues);
            assert_int_equal(diags.count, 0);
        }
        arena_free(&arena);
    }
}

/* Whatever is known of the beginning, it is all that is said of the whole. */
static void more_of_a_file_says_no_less(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice text = slice_of(rows[i].json);
        struct speech_shape shape;
        for (size_t len = 0; len < text.len; len++) {
            bool is_known = speech_shape_find(slice_head(text, len), false, &shape);
            if (is_known && shape.dialect != rows[i].dialect)
                fail_msg("%s: %d of its first %zu bytes", rows[i].trait, (int)shape.dialect, len);
        }
    }
}

static void the_language_is_the_files(void **state)
{
    static const struct {
        const char *json, *language;
    } files[] = {
        {"{\"segments\": [{\"language\": \"fr\"}], \"language\": \"en\"}", "en"},
        {"{\"language_code\": \"en_us\"}", "en_us"},
        {"{\"result\": {\"language\": \"de\"}}", "de"},
        {"{\"results\": {\"language_code\": \"en-US\"}}", "en-US"},
        {"{\"results\": {\"channels\": [{\"detected_language\": \"es\"}]}}", "es"},
        {"{\"phrases\": [{\"locale\": \"de-DE\"}]}", "de-DE"},
        {"{\"transcripts\": [{\"language_code\": \"eng\"}]}", "eng"},
        {"{\"language\": null}", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct speech_shape shape;
        speech_shape_find(slice_of(files[i].json), true, &shape);
        assert_slice(shape.language, files[i].language);
    }
}

static void what_stands_before_a_break_is_read(void **state)
{
    static const struct {
        const char *json, *cues, *problem;
        uint32_t line;
    } files[] = {
        {"{\"segments\": [\n{\"start\": 0, \"end\": 1, \"text\": \"Mind the gap.\"},\n{\"start\": "
         "1, "
         "\"end\": 2, \"text\": \"It is",
         "0-1000 | Mind the gap.\n", "the JSON ends in the middle", 3},
        {"{\"segments\": [\n{\"start\": 0, \"end\": 1, \"text\": \"Mind the "
         "gap.\"}]\n\"language\": "
         "\"en\"}",
         "0-1000 | Mind the gap.\n", "no JSON from here on", 3},
        {"{\"segments\": [\n{\"start\": 0, \"end\": 1, \"text\": \"Mind \xFF gap.\"}]}",
         "0-1000 | Mind \xEF\xBF\xBD gap.\n", "UTF-8", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        cleanup_buf struct buf said = {0};
        const struct row row = {.json = files[i].json, .dialect = SPEECH_WHISPER};
        read_row(&row, &said, &diags);
        assert_slice(buf_slice(&said), files[i].cues);
        assert_int_equal(diags.count, 1);
        assert_non_null(strstr(diags.first->problem.data, files[i].problem));
        assert_int_equal(diags.first->line, files[i].line);
        arena_free(&arena);
    }
}

static void cues_know_their_lines(void **state)
{
    struct slice json = SLICE(
        "{\"chunks\": [\n{\"text\": \" Mind\",\n\"timestamp\": [0, 1]},\n{\"text"
        "\": \" it.\", \"timestamp\": [1, 2]},\n{\"text\": \" So?\",\n"
        "\"timestamp\": [2, 3]}]}");
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    cleanup_cues struct cues cues = {0};
    (void)state;
    assert_int_equal(speech_json_read(json, SPEECH_PIPELINE_CHUNKS, &diags, &cues), 0);
    assert_int_equal(cues.count, 2);
    assert_int_equal(cues.at[0].line, 2);
    assert_int_equal(cues.at[0].last_line, 4);
    assert_int_equal(cues.at[1].line, 5);
    assert_int_equal(cues.at[1].last_line, 6);
    arena_free(&arena);
}

static void a_long_sentence_is_several_captions(void **state)
{
    cleanup_buf struct buf json = {0};
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    cleanup_cues struct cues cues = {0};
    size_t words = 0;
    (void)state;
    buf_add_text(&json, "{\"chunks\": [");
    for (int i = 0; i < 100; i++)
        buf_printf(&json, "%s{\"text\": \" word\", \"timestamp\": [%d, %d]}", i ? "," : "", i,
                   i + 1);
    buf_add_text(&json, "]}");
    assert_int_equal(speech_json_read(buf_slice(&json), SPEECH_PIPELINE_CHUNKS, &diags, &cues), 0);
    for (size_t i = 0; i < cues.count; i++) {
        struct slice text = cue_text(&cues, &cues.at[i]);
        assert_in_range(text.len, 4, 84);
        assert_int_equal(cues.at[i].start, (int64_t)words * 1000);
        words += (text.len + 1) / 5;
        assert_int_equal(cues.at[i].end, (int64_t)words * 1000);
    }
    assert_int_equal(words, 100);
    arena_free(&arena);
}

static void too_many_cues_are_refused(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    cleanup_cues struct cues cues = {.most = 1};
    (void)state;
    assert_int_equal(speech_json_read(slice_of(rows[0].json), SPEECH_WHISPER, &diags, &cues),
                     -E2BIG);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_dialect),
        cmocka_unit_test(more_of_a_file_says_no_less),
        cmocka_unit_test(the_language_is_the_files),
        cmocka_unit_test(what_stands_before_a_break_is_read),
        cmocka_unit_test(cues_know_their_lines),
        cmocka_unit_test(a_long_sentence_is_several_captions),
        cmocka_unit_test(too_many_cues_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
