/*
 * What those who serve a mount one after the other leave to each other, in a journal: which numbers
 * were given to what, which version each episode has, and what the front matter of each file said.
 * With it the next one has the same corpus under the same ids before it has read a file, and finds
 * out by looking what has changed since, as after any other change.
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
    HISTORY_FILE,        /* what was found at a path: struct scanned and its texts */
    HISTORY_VERSION,     /* key: an episode; the version that it has */
    HISTORY_TURNS,       /* key: an episode; how many names of its turns were given out */
    HISTORY_SERIAL,      /* key: a serial number of a snapshot that was not given out yet */
    HISTORY_VOICE_INDEX, /* somebody asked for by-voice */
    HISTORY_CONFIG,      /* by what files are read from then on */
    HISTORY_PUBLISHED,   /* key: the generation that the files and versions before it make */
    HISTORY_NOTIFIED,    /* key: the generation of which clients were told */
};

/* Notes a new generation: what was found, and each version that changed (in numbers and versions).
 */
void history_note_file(struct journal *journal, const struct scanned *file);
void history_note_version(struct journal *journal, uint32_t episode, uint32_t version);
void history_note_configuration(struct journal *journal, const struct configuration *configuration);

/* Reads back what history_note_file() noted; its texts stay in the journal, its lists are made in
 * the arena. False without memory, or where it is none. */
bool history_read_file(const struct journal_record *record, struct arena *arena,
                       struct scanned *file);

/* The same for one configuration; its texts stay in the journal. */
bool history_read_configuration(const struct journal_record *record,
                                struct configuration *configuration);

/* By what the files of the newest generation were read, or are where there is none. False: nothing
 * is known of it. */
bool history_configuration(const struct journal *journal, struct configuration *configuration);

/* The newest generation that clients were notified of; returns the cursor behind its records, 0
 * where the journal has none. */
size_t history_find_notified(const struct journal *journal, uint32_t *generation);

/* Drops what no longer counts. By whoever notes generations; names may be noted meanwhile. */
void history_compact(struct journal *journal);

/* Drops what belongs to a generation that was never noted to its end. */
void history_drop_tail(struct journal *journal);

/* Drops all but the configuration, for whoever has nothing else to go on with; what he notes from
 * then on counts. */
void history_begin_anew(struct journal *journal);

#endif
