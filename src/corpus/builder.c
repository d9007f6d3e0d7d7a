#include "corpus/builder.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/filename.h"
#include "base/identity.h"
#include "base/path.h"
#include "corpus/history.h"

/* --- folders and numbers ---------------------------------------------------------------------- */

/* Names a folder in its parent; a name that another folder has gets a hash. */
static int name_folder_record(struct builder *b, struct folder_record *record)
{
    cleanup_buf struct buf plain = {0};
    struct slice above = b->folder_records[record->parent].name;
    filename_of_value(&plain, path_base(record->path));
    record->base = arena_copy_buf(&b->arena, &plain);
    for (unsigned round = 0; record->base.data; round++) {
        cleanup_buf struct buf other = {0};
        record->name = path_join(&b->arena, above, record->base);
        if (!record->name.data)
            break;
        struct map_slot *slot = map_put(&b->folder_names, record->name);
        if (!slot)
            break;
        /* No folder has this number yet: the name is new, or a call that ran out of memory left it.
         */
        if (slot->value >= b->folder_record_count) {
            slot->value = (uint32_t)b->folder_record_count;
            return 0;
        }
        filename_disambiguate(&other, buf_slice(&plain), FILENAME_MAX_BYTES, record->path, round,
                              0);
        record->base = arena_copy_buf(&b->arena, &other);
    }
    return -ENOMEM;
}

static int enter_folder_record(struct builder *b, struct slice path, uint32_t parent,
                               uint32_t *number)
{
    if (!array_reserve(&b->folder_records, b->folder_record_count, &b->folder_record_cap,
                       sizeof *b->folder_records))
        return -ENOMEM;
    struct folder_record record = {
        .path = arena_copy(&b->arena, path), .parent = parent, .stamps = stamps_none()};
    if (!record.path.data)
        return -ENOMEM;
    if (path.len) {
        int err = name_folder_record(b, &record);
        struct map_slot *slot = err ? NULL : map_put(&b->folders, record.path);
        if (!slot)
            return -ENOMEM;
        record.depth = b->folder_records[parent].depth + 1;
        slot->value = (uint32_t)b->folder_record_count;
    }
    record.identity = identity_of(IDENTITY_FOLDER, record.path);
    *number = (uint32_t)b->folder_record_count;
    b->folder_records[b->folder_record_count++] = record;
    if (path.len)
        journal_add(b->journal, HISTORY_FOLDER, 0, path);
    return 0;
}

/* No recursion: a path may have any number of parts. */
int builder_find_folder(struct builder *b, struct slice path, uint32_t *number)
{
    uint32_t parent = 0;
    struct slice rest = path, part;

    *number = path.len ? map_get(&b->folders, path) : 0;
    if (*number != NO_INDEX)
        return 0;
    while (slice_take(&rest, '/', &part)) {
        struct slice upto = {path.data, (size_t)(part.data - path.data) + part.len};
        *number = map_get(&b->folders, upto);
        int err = *number == NO_INDEX ? enter_folder_record(b, upto, parent, number) : 0;
        if (err)
            return err;
        parent = *number;
    }
    return 0;
}

static bool is_as_scanned(const struct folder_record *record, const struct file_id *id)
{
    return access_equal(&record->access, &id->access) && stamps_equal(&record->stamps, &id->stamps);
}

void builder_note_folder(struct builder *b, uint32_t number, const struct file_id *id)
{
    struct folder_record *record = &b->folder_records[number];
    record->has_changed |= !is_as_scanned(record, id);
    record->access = id->access;
    record->stamps = id->stamps;
}

bool builder_has_folder(const struct builder *b, struct slice path, const struct file_id *id)
{
    uint32_t number = path.len ? map_get(&b->folders, path) : 0;
    return number != NO_INDEX && !b->folder_records[number].has_changed &&
           is_as_scanned(&b->folder_records[number], id);
}

bool builder_next_folder(const struct builder *b, struct slice folder, size_t *cursor,
                         struct slice *path, struct access *access)
{
    const struct stamps none = stamps_none();
    if (*cursor == 0)
        *cursor = folder.len ? map_get(&b->folders, folder) : 1;
    for (; *cursor < b->folder_record_count; ++*cursor) {
        const struct folder_record *record = &b->folder_records[*cursor];
        if (stamps_equal(&record->stamps, &none) ||
            (!slice_equal(record->path, folder) && !path_is_below(record->path, folder)))
            continue;
        *path = record->path;
        *access = record->access;
        ++*cursor;
        return true;
    }
    return false;
}

struct builder *builder_new(const struct corpus_options *options)
{
    struct builder *b = calloc(1, sizeof *b);
    uint32_t root;
    if (!b)
        return NULL;
    b->options = *options;
    b->paths.record_kind = HISTORY_PATH;
    vocabulary_init(&b->vocabulary, (uint32_t)options->limits->at[LIMIT_VIEWS], HISTORY_SPELLING);
    builder_set_journal(b, options->journal);
    if (enter_folder_record(b, SLICE(""), 0, &root)) {
        builder_free(b);
        return NULL;
    }
    return b;
}

void builder_free(struct builder *b)
{
    if (!b)
        return;
    vocabulary_free(&b->vocabulary);
    intern_free(&b->paths);
    map_free(&b->folders);
    map_free(&b->folder_names);
    free(b->versions);
    free(b->folder_records);
    arena_free(&b->arena);
    free(b);
}

void builder_set_journal(struct builder *b, struct journal *journal)
{
    b->journal = b->paths.journal = b->vocabulary.spellings.journal = journal;
}

int builder_configure(struct builder *b, const struct configuration *configuration)
{
    struct slice date_view = arena_copy(&b->arena, configuration->date_view);
    struct own_names *own = ARENA_NEW(&b->arena, struct own_names, 1);
    if (!date_view.data || !own)
        return -ENOMEM;
    own->aliases = arena_copy(&b->arena, configuration->own.aliases);
    own->link_keys = arena_copy(&b->arena, configuration->own.link_keys);
    own->view_keys = arena_copy(&b->arena, configuration->own.view_keys);
    if (!own->aliases.data || !own->link_keys.data || !own->view_keys.data)
        return -ENOMEM;
    b->date_view = date_view;
    b->own = own;
    history_note_configuration(b->journal, configuration);
    return 0;
}

int builder_find_number(struct builder *b, struct slice path, uint32_t *number)
{
    size_t count = b->paths.count;
    *number = intern_find(&b->paths, path);
    if (*number != NO_INDEX)
        return 0;
    if (count == CORPUS_MAX_EPISODES)
        return -E2BIG;
    if (!array_reserve(&b->versions, count, &b->version_cap, sizeof *b->versions))
        return -ENOMEM;
    b->versions[count] = 0;
    *number = intern_add(&b->paths, path);
    return *number == NO_INDEX ? -ENOMEM : 0;
}

void builder_tidy(const struct builder *builder)
{
    if (journal_has_grown(builder->journal))
        history_compact(builder->journal);
}

/* --- access ----------------------------------------------------------------------------------- */

/* Whether some user may read the content folder but not all names of this folder. */
bool builder_is_private(const struct builder *b, uint32_t folder)
{
    const struct access all = access_of_gathered(&b->folder_records[0].access);
    for (; folder; folder = b->folder_records[folder].parent) {
        const struct access one = access_of_gathered(&b->folder_records[folder].access);
        if (access_is_less(&b->options.access, &one, &all))
            return true;
    }
    return false;
}

bool builder_hides(const struct builder *b, const struct access *file, uint32_t folder)
{
    const struct access all = access_of_gathered(&b->folder_records[0].access);
    return access_is_less(&b->options.access, file, &all) || builder_is_private(b, folder);
}
