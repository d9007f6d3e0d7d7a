/*
 * The names of episodes: in a folder, each a function of what stands in that folder and of nothing
 * that was there before; and in the views.
 */
#ifndef CORPUS_NAMING_H
#define CORPUS_NAMING_H

#include "base/arena.h"
#include "base/slice.h"
#include "transcript/date.h"

struct naming {
    struct slice path; /* of the content file */
    struct slice base; /* to be found: its name in episodes/<folder> */
};

/*
 * Names the files of one folder; `files` is in the order of their paths, `folders` are the names of
 * the folders in it. A name is that of the file without its extension; where that is taken (by a
 * folder, by a `.md` of that name, or in text/) with it; where that is too, with a hash. Names live
 * in `arena`. 0 or -ENOMEM.
 */
int naming_in_folder(struct arena *arena, const struct slice *folders, size_t folder_count,
                     struct naming *files, size_t file_count);

/*
 * Appends the name under which an episode stands in the views:
 * "2025-10-23--<title>--<name>", white space in the title as one `_`, the folders in
 * `name` joined with `--`. A part that is unknown is left out with its dashes. Where it is
 * too long the title is cut.
 */
void naming_entry(struct buf *out, const struct date *date, struct slice title, struct slice name);

/* "2025-10-23", or "2025-10" where no day is known. */
void naming_date(struct buf *out, const struct date *date);

#endif
