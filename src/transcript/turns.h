/*
 * The types of a body: its turns, with their originals, sections, times, voices and terms.
 *
 * A turn holds the words of one speaker up to the next label. The text of all turns is one run of
 * bytes, and each turn's part of it is exactly its file: "Speaker: words\n", paragraphs an empty
 * line apart; without a speaker only the words. The originals are another such run.
 */
#ifndef TRANSCRIPT_TURNS_H
#define TRANSCRIPT_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "values/timestamp.h"

/* Bytes of one of a body's runs of text. */
struct part_of {
    uint32_t at;
    uint32_t len;
};

struct turn {
    uint32_t text;       /* offset of its file in body.text */
    uint32_t len;        /* bytes of its file, the newline at the end included */
    uint32_t speaker;    /* length of the name at the front; 0: no speaker */
    uint32_t first_line; /* its lines in the content file, 1-based */
    uint32_t last_line;
    uint32_t section; /* 0 before the first heading, then the n-th heading */
    uint32_t voice;   /* index into body.voices; NO_VOICE: no speaker */
    uint32_t times;   /* of body.times: the first one in it, if it has any */
    int64_t start;    /* milliseconds from the beginning of the recording; NO_TIME: not known */
    int64_t end;      /* as captions give it; else NO_TIME */
    int64_t reached;  /* the last time in the file up to its first word; NO_TIME: there is none */
    struct part_of address;    /* of body.notes: the link at its time; len 0: none */
    struct part_of original;   /* of body.originals; len 0: there is none */
    uint32_t original_speaker; /* as `speaker`, of the original */
    uint32_t original_first_line;
    uint32_t original_last_line;
    char language[4]; /* of the original, ISO 639-1; empty: not known */
    uint64_t ref;     /* its reference (refs.h) */
};

#define NO_VOICE UINT32_MAX

/* A time in brackets among the words, which are without it. */
struct time_mark {
    uint32_t at; /* offset in body.text of the words behind it */
    int64_t time;
};

struct section {
    struct part_of heading; /* of body.notes; plain text */
    uint32_t line;
    uint8_t level; /* 1 to 6 */
};

/* The voice of one person, who may have several labels (persons.h). */
struct voice {
    struct part_of name; /* of body.notes */
    uint32_t turns;
    uint32_t characters;  /* code points of the words */
    uint32_t first, last; /* turns, from 0 */
    uint32_t timed;       /* turns whose start and end are known */
    int64_t time;         /* milliseconds of these; NO_TIME: there are none */
    bool is_anonymous;    /* Host, Speaker 1: identifies nobody across episodes */
};

/* The name of a voice's folder, to find it by; of many, as a file may have. */
struct voice_name {
    uint64_t identity;
    uint32_t voice;
};

/* A glossary entry: **term**（Original: definition） */
struct term {
    uint32_t turn;
    struct part_of term, original, definition; /* of body.notes */
};

/* A caption that the turns were read from, or the part of it that one of two speakers has. */
struct body_cue {
    struct part_of words; /* of body.text */
    uint32_t turn;
    bool is_shared;     /* it is the same caption as the one before it */
    int64_t start, end; /* milliseconds; a part has its share of these. NO_TIME: not known */
};

/* A reference whose words were corrected, and the turn that has them now. */
struct old_ref {
    uint64_t ref;
    uint32_t turn;
};

struct body {
    char *text; /* of all turns, one behind the other; owned */
    size_t len;
    char *originals; /* owned */
    size_t originals_len;
    char *notes; /* owned */
    size_t notes_len;
    struct turn *turns; /* owned, as all that follow */
    uint32_t count;
    struct time_mark *times;
    uint32_t time_count;
    struct section *sections;
    uint32_t section_count;
    struct voice *voices; /* in the order in which they are first heard */
    uint32_t voice_count;
    struct voice_name *voice_names; /* of each, in the order of their identities */
    struct term *terms;
    uint32_t term_count;
    struct body_cue *cues; /* in the order of the file; NULL: it was not read from captions */
    uint32_t cue_count;
    struct old_ref *old_refs; /* as front matter has them; none is that of a turn */
    uint32_t old_ref_count;
    bool is_refused; /* it exceeds a limit, which was reported last; all else is empty */
};

enum { LONGEST_TURN = 4 * 3600 * 1000 /* milliseconds */ };

/* The end of a turn: as the source gives it, or the start of the next one, unless that is earlier,
 * or so late that it is by another clock: the time of day of a chat behind the meeting. NO_TIME:
 * not known. */
static inline int64_t turn_end(const struct body *body, const struct turn *turn)
{
    if (turn->start == NO_TIME || turn->end != NO_TIME)
        return turn->end;
    bool is_last = turn + 1 == body->turns + body->count;
    int64_t next = is_last ? NO_TIME : turn[1].start;
    return next < turn->start || next - turn->start > LONGEST_TURN ? NO_TIME : next;
}

static inline struct slice turn_text(const struct body *body, const struct turn *turn)
{
    return (struct slice){body->text + turn->text, turn->len};
}

static inline struct slice turn_speaker(const struct body *body, const struct turn *turn)
{
    return (struct slice){body->text + turn->text, turn->speaker};
}

/* The words of a turn, without its label and without the newline at the end. */
static inline struct slice turn_words(const struct body *body, const struct turn *turn)
{
    size_t label = turn->speaker ? turn->speaker + 2 : 0;
    return (struct slice){body->text + turn->text + label, turn->len - label - 1};
}

/* A part of a run, which is NULL where the body has nothing of the kind. */
static inline struct slice run_part(const char *run, struct part_of part)
{
    return part.len ? (struct slice){run + part.at, part.len} : (struct slice){0};
}

static inline struct slice turn_original(const struct body *body, const struct turn *turn)
{
    return run_part(body->originals, turn->original);
}

static inline struct slice turn_original_speaker(const struct body *body, const struct turn *turn)
{
    return run_part(body->originals, (struct part_of){turn->original.at, turn->original_speaker});
}

/* The words of the original; empty if there is none. */
static inline struct slice turn_original_words(const struct body *body, const struct turn *turn)
{
    if (turn->original.len == 0)
        return (struct slice){0};
    size_t label = turn->original_speaker ? turn->original_speaker + 2 : 0;
    return (struct slice){body->originals + turn->original.at + label,
                          turn->original.len - label - 1};
}

/* The number of times in a turn. */
static inline uint32_t body_count_times(const struct body *body, const struct turn *turn)
{
    bool is_last = turn == &body->turns[body->count - 1];
    return (is_last ? body->time_count : turn[1].times) - turn->times;
}

/* The link at the time of a turn; empty: there is none. */
static inline struct slice turn_address(const struct body *body, const struct turn *turn)
{
    return run_part(body->notes, turn->address);
}

/* The first of them; NULL if there are none. */
static inline const struct time_mark *body_times(const struct body *body, const struct turn *turn)
{
    return body_count_times(body, turn) ? body->times + turn->times : NULL;
}

static inline struct slice body_voice_name(const struct body *body, const struct voice *voice)
{
    return run_part(body->notes, voice->name);
}

static inline struct slice body_note(const struct body *body, struct part_of part)
{
    return run_part(body->notes, part);
}

/* The name of the person who speaks in a turn; empty: no speaker. */
static inline struct slice turn_voice(const struct body *body, const struct turn *turn)
{
    if (turn->voice == NO_VOICE)
        return (struct slice){0};
    return body_voice_name(body, &body->voices[turn->voice]);
}

#endif
