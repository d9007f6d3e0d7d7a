/*
 * The state of a body under assembly, line by line, which text_lines.h, cue_turns.h and originals.h
 * share. Each adds words to the last turn, or begins another.
 */
#ifndef TRANSCRIPT_ASSEMBLY_H
#define TRANSCRIPT_ASSEMBLY_H

#include "base/buf.h"
#include "speakers/speaker_stats.h"
#include "syntax/lines.h"
#include "transcript/turns.h"
#include "values/diag.h"
#include "values/limits.h"

struct assembly {
    struct body *body;
    size_t turn_cap, section_cap, term_cap, cue_cap, time_cap;
    const struct lines *lines;
    struct speaker_stats stats;
    struct buf text; /* of the turns */
    struct buf originals;
    struct buf notes;
    struct span *bold; /* in the text of the last turn */
    size_t bold_count, bold_cap;
    bool failed;      /* memory ran out where no error could be returned */
    struct buf early; /* an original before the first turn … */
    struct line early_first, early_last;
    bool early_has_label;
    uint32_t early_speaker; /* as of a turn */
    struct diags *diags;
    const struct limits *limits;
    uint32_t first_line;
    uint32_t section;
    size_t next_bold;            /* of lines->bold */
    size_t next_link;            /* of lines->links */
    size_t head;                 /* of the last turn, in lines->text: there its label began */
    size_t pending_head;         /* … and there `pending` */
    bool in_original;            /* the last turn's original can grow */
    int64_t reached;             /* the last time that was read */
    enum line_break owed;        /* by a line that was nothing but a time */
    struct slice lone_time;      /* the time at the head of the last turn, as written */
    struct slice label_line;     /* the line on which the last turn begins */
    struct slice speaker;        /* of the last label, in lines->text */
    int64_t pending;             /* of a line that was nothing but a time, for what follows */
    uint8_t appendix;            /* level of the heading of a section without speech; 0 outside */
    bool is_behind_heading;      /* the section has no words yet */
    bool in_turn;                /* the last turn can grow */
    bool takes_more;             /* … and takes the paragraphs that follow */
    bool is_alone;               /* its label has a line of its own, without a colon */
    bool is_list;                /* … and its words are items of a list */
    uint32_t details;            /* that of the last line */
    uint32_t abandoned;          /* one that is not closed, and whose original is over */
    size_t paragraph;            /* of the last turn begins here, in `text`; of cues alone */
    const struct cue *cue;       /* the last one that was taken */
    const struct cue *label_cue; /* that in which the last turn begins */
};

/* Whether memory ran out: the body is useless then. */
static inline bool assembly_has_failed(const struct assembly *a)
{
    return a->failed || a->text.failed || a->originals.failed || a->notes.failed || a->early.failed;
}

static inline struct turn *assembly_last_turn(struct assembly *a)
{
    return &a->body->turns[a->body->count - 1];
}

static inline uint32_t assembly_line_number(const struct assembly *a, const struct line *line)
{
    return a->first_line + line->number;
}

static inline bool assembly_is_wordless(struct assembly *a)
{
    struct turn *turn = assembly_last_turn(a);
    return a->text.len == turn->text + turn->speaker + (turn->speaker ? 1 : 0);
}

/* Whether the last turn has nothing but its start. */
static inline bool assembly_is_lone_time(struct assembly *a)
{
    return assembly_is_wordless(a) && !assembly_last_turn(a)->speaker &&
           assembly_last_turn(a)->start != NO_TIME;
}

static inline struct part_of assembly_add_note(struct assembly *a, struct slice text)
{
    struct part_of part = {(uint32_t)a->notes.len, (uint32_t)text.len};
    buf_add_slice(&a->notes, text);
    return part;
}

/* The last character of the text so far; -1: there is none. */
int32_t assembly_last_code(const struct buf *text);

/* Appends what stands for a line end before `next`: a space, or nothing between wide characters. */
void assembly_add_soft_break(struct buf *text, struct slice next);
void assembly_add_break(struct buf *text, enum line_break kind, struct slice next);

/* Reports that the file exceeds a limit, and returns -E2BIG. */
int assembly_refuse(struct assembly *a, const struct line *line, enum limit limit);

/* Begins a turn without words, of the label's speaker if it has one. 0, -ENOMEM or -E2BIG. */
int assembly_begin_turn(struct assembly *a, const struct line *line, const struct label *label);

/* Ends the last turn, if one is open, and drops it if it has no words. */
void assembly_end_turn(struct assembly *a);

/*
 * Begins the original of the last turn. Without a label of its own it takes the turn's; `speaker`
 * is the length of the name at the front of the text that follows.
 */
void assembly_begin_original(struct assembly *a, const struct line *line, bool has_label,
                             uint32_t speaker);
void assembly_extend_original(struct assembly *a, const struct line *line);
void assembly_end_original(struct assembly *a);

/* Records the offsets of a line's bold stretches in the turn's text: `words` is the part of the
 * line that was added at `at`. 0 or -ENOMEM. */
int assembly_note_bold(struct assembly *a, struct slice words, size_t at);

/* Notes that the text from `at` on is a cue's. 0 or -ENOMEM. */
int assembly_note_cue(struct assembly *a, const struct cue *cue, size_t at);

#endif
