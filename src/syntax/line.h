/*
 * Lines of a transcript, of whichever form the file is; lines.h reads Markdown.
 */
#ifndef SYNTAX_LINE_H
#define SYNTAX_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cues/cues.h"

/* What stands between a line and the one before it. */
enum line_break {
    BREAK_SOFT,      /* the source was wrapped here */
    BREAK_HARD,      /* a break that the author wrote */
    BREAK_PARAGRAPH, /* a new paragraph, list, quotation or block of code */
};

enum {
    LINE_MOST_LEAD = 24 /* bytes before bold text that counts as near the front */
};

struct line {
    size_t text;         /* offset into lines.text */
    size_t len;          /* no white space at either end */
    size_t bold;         /* where the bold text at bold_at ends; 0: none is near the front */
    uint32_t number;     /* line of the body, from 0 */
    uint32_t details;    /* which <details> it stands in, from 1; 0 outside */
    uint32_t cue;        /* which cue it is a line of, from 1; 0 in Markdown */
    uint8_t indent;      /* the number of lists around its own */
    uint8_t heading;     /* level 1 to 6; 0: it is none */
    uint8_t bold_at;     /* at most LINE_MOST_LEAD: a time may stand before a bold name */
    uint8_t before;      /* enum line_break */
    bool is_behind_rule; /* a line across the page stands before it */
    bool is_other;       /* of a cue: a dash stood before it, so another speaker begins */
};

/* One <details>: the original of a turn. */
struct details {
    char language[4]; /* ISO 639-1, from its summary; empty where that does not say */
    bool is_closed;   /* it has its end tag */
};

/* A stretch of bold text, anywhere in a line. */
struct span {
    size_t text; /* offset into lines.text */
    size_t len;
};

/* A link whose address has a time in it: `[0:23](https://youtu.be/…?t=23)`. */
struct timed_link {
    size_t text; /* where it begins, as an offset into lines.text */
    uint32_t at; /* of lines.addresses */
    uint32_t len;
};

struct lines {
    struct line *at;   /* owned */
    struct span *bold; /* in the order of the text; owned */
    size_t bold_count, bold_cap;
    struct timed_link *links; /* in the order of the text; owned */
    size_t link_count, link_cap;
    struct buf addresses;    /* owned */
    struct details *details; /* number n is details[n - 1]; owned */
    size_t details_count, details_cap;
    size_t count;
    size_t cap;
    struct buf text; /* of all lines, UTF-8; owned */

    struct cue *cues; /* of captions: their texts and speakers stand in `text`; owned */
    size_t cue_count;
    bool have_speakers; /* the format names somebody */
    bool have_dashes;   /* one at the front of a line begins what somebody else says */
};

static inline struct slice line_text(const struct lines *lines, const struct line *line)
{
    return line->len ? (struct slice){lines->text.data + line->text, line->len} : (struct slice){0};
}

/* The cue that a line belongs to; NULL in Markdown. */
static inline const struct cue *line_cue(const struct lines *lines, const struct line *line)
{
    return line->cue ? &lines->cues[line->cue - 1] : NULL;
}

/* The speaker that the format itself names; empty if it names none. */
static inline struct slice line_speaker(const struct lines *lines, const struct line *line)
{
    const struct cue *cue = line_cue(lines, line);
    return cue && cue->speaker_len
               ? (struct slice){lines->text.data + cue->speaker, cue->speaker_len}
               : (struct slice){0};
}

#endif
