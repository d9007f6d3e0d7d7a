#include "corpus/history.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/map.h"
#include "corpus/vocabulary.h"

/* --- a file, as a record -----------------------------------------------------------------------
 *
 * struct scanned as it is, then its texts: path, title, a count and the facts, a count and the
 * problems. Written and read by the same program, so that bytes are enough.
 */

static void put(struct buf *out, struct slice text)
{
    buf_add(out, &text.len, sizeof text.len);
    buf_add_slice(out, text);
    buf_add_byte(out, '\0'); /* paths are opened */
}

static void put_facts(struct buf *out, const struct fact *facts)
{
    const char more = 1, end = 0;
    for (const struct fact *fact = facts; fact; fact = fact->next) {
        const uint32_t index[] = {fact->line, fact->column};
        buf_add_byte(out, more);
        buf_add(out, index, sizeof index);
        put(out, fact->view);
        put(out, fact->value);
    }
    buf_add_byte(out, end);
}

static void put_problems(struct buf *out, const struct diag *problems)
{
    const char more = 1, end = 0;
    for (const struct diag *diag = problems; diag; diag = diag->next) {
        const uint32_t index[] = {diag->line, diag->column};
        buf_add_byte(out, more);
        buf_add(out, index, sizeof index);
        put(out, diag->problem);
        put(out, diag->action);
    }
    buf_add_byte(out, end);
}

static void add_record(struct journal *journal, enum history kind, const struct buf *bytes)
{
    if (bytes->failed)
        journal_give_up(journal);
    else
        journal_add(journal, kind, 0, buf_slice(bytes));
}

void history_note_file(struct journal *journal, const struct scanned *file)
{
    cleanup_buf struct buf bytes = {0};
    if (!journal)
        return;
    buf_add(&bytes, file, sizeof *file);
    put(&bytes, file->path);
    put(&bytes, file->head.title);
    put_facts(&bytes, file->facts);
    put_problems(&bytes, file->problems);
    add_record(journal, HISTORY_FILE, &bytes);
}

void history_note_version(struct journal *journal, uint32_t episode, uint32_t version)
{
    const struct slice bytes = {(const char *)&version, sizeof version};
    journal_add(journal, HISTORY_VERSION, episode, bytes);
}

void history_note_configuration(struct journal *journal, const struct configuration *configuration)
{
    cleanup_buf struct buf bytes = {0};
    if (!journal)
        return;
    buf_add(&bytes, &configuration->id, sizeof configuration->id);
    put(&bytes, configuration->text);
    put(&bytes, configuration->date_view);
    add_record(journal, HISTORY_CONFIG, &bytes);
}

static bool take(struct slice *rest, void *to, size_t len)
{
    if (rest->len < len)
        return false;
    memcpy(to, rest->data, len);
    *rest = slice_skip(*rest, len);
    return true;
}

static bool take_text(struct slice *rest, struct slice *text)
{
    size_t len;
    if (!take(rest, &len, sizeof len) || rest->len <= len)
        return false;
    *text = slice_head(*rest, len);
    *rest = slice_skip(*rest, len + 1);
    return true;
}

static bool take_facts(struct slice *rest, struct arena *arena, struct fact **facts)
{
    char more;
    for (*facts = NULL; take(rest, &more, 1); facts = &(*facts)->next) {
        if (!more)
            return true;
        *facts = ARENA_NEW(arena, struct fact, 1);
        struct fact *fact = *facts;
        if (!fact || !take(rest, &fact->line, sizeof fact->line) ||
            !take(rest, &fact->column, sizeof fact->column) || !take_text(rest, &fact->view) ||
            !take_text(rest, &fact->value))
            return false;
    }
    return false;
}

static bool take_problems(struct slice *rest, struct arena *arena, struct diag **problems)
{
    char more;
    for (*problems = NULL; take(rest, &more, 1); problems = &(*problems)->next) {
        if (!more)
            return true;
        struct diag *diag = *problems = ARENA_NEW(arena, struct diag, 1);
        if (!diag || !take(rest, &diag->line, sizeof diag->line) ||
            !take(rest, &diag->column, sizeof diag->column) || !take_text(rest, &diag->problem) ||
            !take_text(rest, &diag->action))
            return false;
    }
    return false;
}

bool history_read_file(const struct journal_record *record, struct arena *arena,
                       struct scanned *file)
{
    struct slice rest = record->bytes;
    return record->kind == HISTORY_FILE && take(&rest, file, sizeof *file) &&
           take_text(&rest, &file->path) && take_text(&rest, &file->head.title) &&
           take_facts(&rest, arena, &file->facts) && take_problems(&rest, arena, &file->problems);
}

bool history_read_configuration(const struct journal_record *record,
                                struct configuration *configuration)
{
    struct slice rest = record->bytes;
    return record->kind == HISTORY_CONFIG &&
           take(&rest, &configuration->id, sizeof configuration->id) &&
           take_text(&rest, &configuration->text) && take_text(&rest, &configuration->date_view);
}

/* Which record it is that history_configuration() reads; NO_INDEX: there is none. */
static uint32_t find_configuration(const struct journal *journal)
{
    struct journal_record record;
    uint32_t index = 0, first = NO_INDEX, last = NO_INDEX, published = NO_INDEX;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record); index++) {
        if (record.kind == HISTORY_CONFIG)
            last = index;
        if (first == NO_INDEX)
            first = last;
        if (record.kind == HISTORY_PUBLISHED)
            published = last;
    }
    return published == NO_INDEX ? first : published;
}

bool history_configuration(const struct journal *journal, struct configuration *configuration)
{
    struct journal_record record;
    uint32_t wanted = find_configuration(journal), index = 0;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record); index++) {
        if (index == wanted)
            return history_read_configuration(&record, configuration);
    }
    return false;
}

/* --- compacting --------------------------------------------------------------------------------
 */

/* Which records are the last of what they say, by their place among all. */
struct lasts {
    struct map files;   /* path -> place */
    struct map folders; /* the same, for they may have been at one path */
    uint32_t *versions; /* by episode: place */
    uint32_t *turns;    /* … */
    size_t version_cap, turn_cap;
    uint32_t of_kind[HISTORY_NOTIFIED + 1];
    uint32_t count, next;
    bool failed;
};

static struct slice path_of_file(const struct journal_record *record)
{
    struct scanned file;
    struct slice rest = record->bytes, path = {0};
    if (!take(&rest, &file, sizeof file) || !take_text(&rest, &path))
        return (struct slice){0};
    return path;
}

static struct map *map_of(struct lasts *lasts, const struct journal_record *record)
{
    struct scanned file;
    struct slice rest = record->bytes;
    return take(&rest, &file, sizeof file) && file.is_folder ? &lasts->folders : &lasts->files;
}

static bool is_gone_file(const struct journal_record *record)
{
    struct scanned file;
    struct slice rest = record->bytes;
    return take(&rest, &file, sizeof file) && file.is_gone;
}

static bool set_index(uint32_t **indexes, size_t *cap, uint32_t key, uint32_t index)
{
    while (key >= *cap) {
        if (!array_reserve(indexes, *cap, cap, sizeof **indexes))
            return false;
    }
    (*indexes)[key] = index;
    return true;
}

static void note_last(struct lasts *lasts, const struct journal_record *record)
{
    uint32_t index = lasts->count++;
    lasts->of_kind[record->kind] = index;
    if (record->kind == HISTORY_FILE) {
        struct map_slot *slot = map_put(map_of(lasts, record), path_of_file(record));
        lasts->failed |= !slot;
        if (slot)
            slot->value = index;
    } else if (record->kind == HISTORY_VERSION) {
        lasts->failed |= !set_index(&lasts->versions, &lasts->version_cap, record->key, index);
    } else if (record->kind == HISTORY_TURNS) {
        lasts->failed |= !set_index(&lasts->turns, &lasts->turn_cap, record->key, index);
    }
}

static bool is_last(void *lasts_, const struct journal_record *record)
{
    struct lasts *lasts = lasts_;
    uint32_t index = lasts->next++;
    if (index >= lasts->count)
        return true; /* clients may have seen what comes of it, and were not told */
    switch (record->kind) {
    case HISTORY_FILE:
        return map_get(map_of(lasts, record), path_of_file(record)) == index &&
               !is_gone_file(record);
    case HISTORY_VERSION:
        return lasts->versions[record->key] == index;
    case HISTORY_TURNS:
        return lasts->turns[record->key] == index;
    case HISTORY_SERIAL:
    case HISTORY_VOICE_INDEX:
    case HISTORY_CONFIG:
    case HISTORY_PUBLISHED:
    case HISTORY_NOTIFIED:
        return lasts->of_kind[record->kind] == index;
    default:
        return true;
    }
}

/* How many records there are up to the generation that clients were told of, it included; 0: none.
 */
static uint32_t count_notified(const struct journal *journal)
{
    struct journal_record record;
    uint32_t notified = 0, index = 0, count = 0;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        if (record.kind == HISTORY_NOTIFIED)
            notified = record.key;
    }
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        index++;
        if (record.kind == HISTORY_PUBLISHED && record.key == notified)
            count = index;
    }
    return count;
}

void history_compact(struct journal *journal)
{
    struct lasts lasts = {0};
    struct journal_record record;
    uint32_t count = count_notified(journal);

    for (size_t cursor = 0; lasts.count < count && journal_next(journal, &cursor, &record);)
        note_last(&lasts, &record);
    if (!lasts.failed)
        journal_compact(journal, is_last, &lasts);
    map_free(&lasts.files);
    map_free(&lasts.folders);
    free(lasts.versions);
    free(lasts.turns);
}

struct tail {
    uint32_t next, published;
};

static bool is_before_tail(void *tail_, const struct journal_record *record)
{
    struct tail *tail = tail_;
    bool is_of_generation = record->kind == HISTORY_FILE || record->kind == HISTORY_VERSION ||
                            record->kind == HISTORY_CONFIG;
    return tail->next++ < tail->published || !is_of_generation;
}

void history_drop_tail(struct journal *journal)
{
    struct tail tail = {0};
    struct journal_record record;
    uint32_t index = 0;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record); index++) {
        if (record.kind == HISTORY_PUBLISHED)
            tail.published = index;
    }
    journal_compact(journal, is_before_tail, &tail);
}

struct only {
    uint32_t index, next;
};

static bool is_only(void *only_, const struct journal_record *record)
{
    struct only *only = only_;
    (void)record;
    return only->next++ == only->index;
}

void history_begin_anew(struct journal *journal)
{
    struct only only = {.index = find_configuration(journal)};
    journal_mend(journal);
    journal_compact(journal, is_only, &only);
}
