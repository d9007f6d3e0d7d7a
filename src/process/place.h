/*
 * The place of the content folder: which folder stands under the path that was given. The path is
 * kept as it was, and its links are followed anew at each look: so a folder that somebody put in
 * the place of another is found, and a link that was swapped.
 *
 * inotify watches what is on the path. Where it cannot, the caller is told to look from time to
 * time.
 */
#ifndef PROCESS_PLACE_H
#define PROCESS_PLACE_H

#include <stdbool.h>

struct content_place;

struct place; /* owned by who made it; NULL, below, is a place at which nobody looks */

struct place_options {
    const char *path;            /* of the content folder, absolute; borrowed */
    const char *mount_path;      /* resolved: no folder in it or around it is followed; borrowed */
    struct content_place *state; /* kept up to date; borrowed */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/* A path as it is from any folder, with its links; the caller frees it. NULL without memory. */
char *place_absolute(const char *path);

/* Opens the folder that stands there. 0 or a negative errno. */
int place_open(const struct place_options *options, struct place **place);
void place_close(struct place *place);

/* Has it looked at every so many seconds as well: where others may replace it, inotify hears
 * nothing. */
void place_poll(struct place *place, unsigned seconds);

/* The folder to be served: a descriptor for /proc/self/fd. */
int place_folder(const struct place *place);

/* Ends the watching: in a worker, which does not look. */
void place_stop_watching(struct place *place);

/* Readable when something happened along the path; place_note_events() then reads it. -1: never. */
int place_events(const struct place *place);
void place_note_events(struct place *place);

/* POLLPRI when something was mounted or unmounted; place_note_mounts() then looks where, and
 * returns true if it was in the folder. -1: never. */
int place_mounts(const struct place *place);
bool place_note_mounts(struct place *place);

/* Milliseconds until place_look() is due; -1: it is not. */
int place_due(const struct place *place);
void place_make_due(struct place *place);

/* Looks what stands there. True if it is another folder, which place_folder() is from now on; else
 * that one stays. Logs what is new. */
bool place_look(struct place *place);

#endif
