/*
 * Cues: the words of a file of captions, or of the output of speech recognition, from one time to
 * another. Every reader of such a form fills this, and later stages do not know which reader it
 * was.
 *
 * The text of a cue is plain UTF-8: tags, entities and the labels that only the format knows are
 * resolved. Its lines have white space at neither end and one space at a time between words; none
 * is empty. A label in the words (`Ana: yes`, `>> yes`, `- yes`) stays there: the room `speakers`
 * decides over the whole file whether it names a speaker.
 *
 * `speaker` is the speaker that the format itself names: <v Ana>, "speaker": "Ana". A reader whose
 * format lets a speaker last until the next one is named fills it in for the cues between.
 */
#ifndef CUES_CUES_H
#define CUES_CUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "values/diag.h"
#include "values/timestamp.h"

struct cue {
    int64_t start, end; /* milliseconds; NO_TIME: not known. An end is never before its start */
    uint32_t text, len; /* in cues.text; lines end in '\n', the last one without it; never empty */
    uint32_t speaker;   /* in cues.text */
    uint32_t speaker_len; /* 0: the format names no speaker */
    uint32_t line; /* where it begins in its file, 1-based: in captions the line of its times */
    uint32_t last_line;    /* … and where its words end */
    bool goes_on;          /* the same caption as the cue before it, where another voice begins */
    bool begins_paragraph; /* the format says so; without speakers that begins a turn */
};

/* A part of the recording, as the file itself divides it. */
struct cue_chapter {
    int64_t start;             /* later than that of the one before */
    uint32_t title, title_len; /* in cues.titles; one line, never empty */
};

struct cues {
    struct cue *at; /* in the order of the file; owned */
    size_t count, cap;
    struct buf text;              /* of all; owned */
    struct cue_chapter *chapters; /* owned */
    size_t chapter_count, chapter_cap;
    struct buf titles; /* of these; owned */
    size_t most;       /* more than so many are refused; 0: as many as there is memory */
    char language[36]; /* as the file says it: en, zh-Hans; empty where it does not */
};

/*
 * Appends a cue whose words the caller has added to cues->text from offset `from` on, with any
 * white space. Without words it appends nothing. `cue` gives all but text and len; an end before
 * its start becomes NO_TIME.
 *
 * 0; -E2BIG if there are too many; -ENOMEM.
 */
int cues_add_written(struct cues *cues, const struct cue *cue, size_t from);

/* Copies the text and the speaker (empty: none) into cues->text, and appends a cue of them. */
int cues_add(struct cues *cues, const struct cue *cue, struct slice speaker, struct slice text);

/* Stores a speaker's name for the cue that is added next; the same name again is not copied. Line
 * ends in it become spaces. */
void cues_name(struct cues *cues, struct cue *cue, struct slice speaker);

/* Replaces broken UTF-8 and NUL by U+FFFD, in a copy that `own` holds, and reports broken UTF-8. 0
 * or -ENOMEM. */
int cues_repair(struct slice *text, struct buf *own, struct diags *diags);

/* Whether the words end a sentence: closing quotes and brackets may follow its mark. */
bool cue_ends_sentence(struct slice words);

/* Reports starts that go back. Recordings go forward; a time that does not was mistyped, or begins
 * a second part. */
void cues_report_backward(const struct cues *cues, struct diags *diags);

void cues_free(struct cues *cues);

static inline struct slice cue_text(const struct cues *cues, const struct cue *cue)
{
    return cue->len ? (struct slice){cues->text.data + cue->text, cue->len} : (struct slice){0};
}

static inline struct slice cue_speaker(const struct cues *cues, const struct cue *cue)
{
    return cue->speaker_len ? (struct slice){cues->text.data + cue->speaker, cue->speaker_len}
                            : (struct slice){0};
}

#define cleanup_cues __attribute__((cleanup(cues_free)))

#endif
