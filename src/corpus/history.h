/*
 * The history: the records that a worker leaves its successor in a journal. They have the numbers
 * of all names, the version of each episode, and the head of each file. From them the successor
 * builds the same corpus with the same ids before it reads any file; its first scan then finds
 * later changes.
 *
 * A generation is logged before it becomes visible, its notification afterwards: the last ones may
 * be visible but unnotified.
 */
#ifndef CORPUS_HISTORY_H
#define CORPUS_HISTORY_H

#include "base/journal.h"
#include "corpus/episode.h"

/* The kinds of records. */
enum history {
    /* Names: the n-th of a kind has the number n. */
    HISTORY_PATH = 1, /* an episode's */
    HISTORY_FOLDER,
    HISTORY_SPELLING, /* view, NUL byte, text */
    HISTORY_VOICE,    /* the same, of by-voice */
    HISTORY_DIR_COOKIE,

    /* States: the last one counts. */
    HISTORY_FILE,        /* a scanned path: struct scanned and its texts */
    HISTORY_VERSION,     /* key: an episode; its version */
    HISTORY_TURNS,       /* key: an episode; how many names of its turns the kernel may know */
    HISTORY_SELECTION,   /* key: a slot; the number of a query, and its text unless forgotten */
    HISTORY_SERIAL,      /* key: a serial number; neither it nor a later one was used */
    HISTORY_VOICE_INDEX, /* a request has built the voice index */
    HISTORY_CONFIG,      /* the configuration of the files after it */
    HISTORY_PUBLISHED,   /* key: the generation that the files and versions before it make */
    HISTORY_NOTIFIED,    /* key: the generation that clients were notified of */
};

/* Whether each record is one that a worker could have written, as far as its numbers go: a worker
 * that crashed, or was taken over, may have written anywhere. Nobody resumes from another journal.
 */
bool history_is_sound(const struct journal *journal);

/* Log the scanned state of a path, the new version of an episode, a new configuration. */
void history_note_file(struct journal *journal, const struct scanned *file);
void history_note_version(struct journal *journal, uint32_t episode, uint32_t version);
void history_note_configuration(struct journal *journal, const struct configuration *configuration);

/* Reads a record of history_note_file(). Texts point into the journal, lists live in the arena.
 * False if it is another record, or memory runs out. */
bool history_read_file(const struct journal_record *record, struct arena *arena,
                       struct scanned *file);

/* Reads a record of history_note_configuration(). Texts point into the journal. */
bool history_read_configuration(const struct journal_record *record,
                                struct configuration *configuration);

/* The configuration of the newest generation, or the first one in the journal if that has no
 * generation. False if it has no configuration. */
bool history_configuration(const struct journal *journal, struct configuration *configuration);

/* The newest generation that clients were notified of. Returns the cursor behind its records; 0 if
 * the journal has none. */
size_t history_find_notified(const struct journal *journal, uint32_t *generation);

/* Compacts the journal: drops records that later ones replace. Only the thread that logs
 * generations may call it; others may log names meanwhile. */
void history_compact(struct journal *journal);

/* Drops the records of an incomplete generation at the end. */
void history_drop_tail(struct journal *journal);

/* Drops everything but the configuration, for a worker that cannot resume. */
void history_begin_anew(struct journal *journal);

#endif
