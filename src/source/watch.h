/*
 * Watching the content folder with inotify: what may have changed, by path. It reads no content
 * and decides nothing; a path it names has to be looked at.
 *
 * A folder is watched before it is listed, so that what comes into it meanwhile is seen twice
 * rather than not at all.
 */
#ifndef SOURCE_WATCH_H
#define SOURCE_WATCH_H

#include "source/content.h"

struct watch; /* owned by who made it; borrows the folder */

/* Begins to watch nothing yet. 0 or a negative errno. */
int watch_new(const struct content_folder *folder, struct watch **watch);
void watch_free(struct watch *watch);

/* Readable when there is something to drain. */
int watch_fd(const struct watch *watch);

/* Watches a folder of the content, "" for itself. 0; -ENOSPC where the system has no watches left;
 * another negative errno. Any thread. */
int watch_folder(struct watch *watch, struct slice path);

/*
 * Reads all events there are and calls `changed` for each path that may have changed; `is_written`
 * says that it is another content. True; false where events were lost, and all has to be looked at.
 */
bool watch_drain(struct watch *watch,
                 void (*changed)(void *context, struct slice path, bool is_written), void *context);

#endif
