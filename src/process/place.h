/*
 * The place of the content folder: the path that the user gave, and the folder that it leads to.
 * Each look resolves the path anew, with its links, and so finds a folder that replaced another and
 * a link that was swapped.
 *
 * inotify watches every folder and link on the path. Where it cannot, place_due() makes the caller
 * look at intervals.
 */
#ifndef PROCESS_PLACE_H
#define PROCESS_PLACE_H

#include <stdbool.h>

struct content_place;

/* The caller of place_open() owns it. A function that allows NULL takes it as a place that does not
 * change. */
struct place;

struct place_options {
    const char *path;            /* of the content folder, absolute; borrowed */
    const char *mount_path;      /* resolved; a folder in or around it is not followed; borrowed */
    struct content_place *state; /* place_look() updates it; borrowed */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/* An absolute path, with its links unresolved; the caller frees it. NULL if memory runs out. */
char *place_absolute(const char *path);

/* Opens the folder at the path, and watches the path. 0 or a negative errno. */
int place_open(const struct place_options *options, struct place **place);
void place_close(struct place *place); /* or NULL */

/* Makes a look due every `seconds` as well: inotify does not report what another machine replaces.
 */
void place_poll(struct place *place, unsigned seconds);

/* The folder to serve: a descriptor for /proc/self/fd, which the place owns. */
int place_folder(const struct place *place);

/* Closes the descriptors of the watches. A worker calls it: only the supervisor looks. Or NULL. */
void place_stop_watching(struct place *place);

/* A descriptor that is readable when something on the path changed; place_note_events() then reads
 * the events. -1: there is none; also for NULL. */
int place_events(const struct place *place);
void place_note_events(struct place *place);

/* A descriptor with POLLPRI when something was mounted or unmounted; place_note_mounts() then
 * returns true if that was below the folder. -1: there is none; also for NULL. */
int place_mounts(const struct place *place);
bool place_note_mounts(struct place *place);

/* Milliseconds until place_look() is due; -1: it is not; also for NULL. */
int place_due(const struct place *place);
void place_make_due(struct place *place); /* or NULL */

/* Resolves the path. True if it leads to another folder, which place_folder() returns from then on;
 * else the folder stays. Logs a change of the state. */
bool place_look(struct place *place);

#endif
