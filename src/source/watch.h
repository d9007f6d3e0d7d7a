/*
 * Watching the content folder with inotify. It reports the paths that may have changed; the caller
 * scans them.
 *
 * The caller watches a folder before it lists it, and so finds a file that appears in between twice
 * rather than never.
 */
#ifndef SOURCE_WATCH_H
#define SOURCE_WATCH_H

#include "source/content.h"

struct watch; /* borrows the folder */

/* Creates a watch without folders. 0 or a negative errno. */
int watch_new(const struct content_folder *folder, struct watch **watch);
void watch_free(struct watch *watch);

/* A descriptor that is readable when events are pending; the watch owns it. */
int watch_fd(const struct watch *watch);

/* Adds a folder, "" for the content folder itself. 0; -ENOSPC if the system has no watches left;
 * another negative errno. Any thread. */
int watch_folder(struct watch *watch, struct slice path);

/*
 * Reads all pending events and calls `changed` for each path that may have changed; `is_written`:
 * its content was written. False if events were lost, so that a full scan is due.
 */
bool watch_drain(struct watch *watch,
                 void (*changed)(void *context, struct slice path, bool is_written), void *context);

#endif
