/*
 * The names of episodes in their folder and in the views. A name in a folder depends on the present
 * files of that folder, not on earlier ones.
 */
#ifndef CORPUS_NAMING_H
#define CORPUS_NAMING_H

#include "base/arena.h"
#include "base/slice.h"
#include "values/date.h"

struct naming {
    struct slice path; /* of the content file */
    struct slice base; /* the result: its name in episodes/<folder> */
};

/*
 * Names the files of one folder; `files` is sorted by path, `folders` are the names of its folders.
 * A file gets its own name without the extension; if a folder, a `.md` of that name or a file in
 * text/ has that, with the extension; if another has that too, with a hash. Names live in `arena`.
 * 0 or -ENOMEM.
 */
int naming_in_folder(struct arena *arena, const struct slice *folders, size_t folder_count,
                     struct naming *files, size_t file_count);

/*
 * Appends the name of an episode in the views: "2025-10-23--<title>--<name>". White space in the
 * title becomes one `_`, a slash in `name` becomes `--`. It omits an unknown part with its dashes,
 * and truncates the title if the name is too long.
 */
void naming_entry(struct buf *out, const struct date *date, struct slice title, struct slice name);

/* "2025-10-23", or "2025-10" if the day is unknown. */
void naming_date(struct buf *out, const struct date *date);

#endif
