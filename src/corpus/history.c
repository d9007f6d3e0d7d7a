#include "corpus/history.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/map.h"
#include "corpus/vocabulary.h"

/* --- a file, as a record -----------------------------------------------------------------------
 *
 * struct scanned as it is, then its texts: path, title, the facts and the problems, each list with
 * an end, and the companions. The same program writes and reads it, so the raw bytes are enough.
 */

static void put(struct buf *out, struct slice text)
{
    buf_add(out, &text.len, sizeof text.len);
    buf_add_slice(out, text);
    buf_add_byte(out, '\0'); /* open() takes a path */
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

static void put_companions(struct buf *out, const struct companions *companions)
{
    for (uint32_t i = 0; i < companions->count; i++) {
        buf_add(out, &companions->at[i], sizeof *companions->at);
        put(out, companions->at[i].path);
    }
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
    put_companions(&bytes, &file->companions);
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
    put(&bytes, configuration->own.aliases);
    put(&bytes, configuration->own.link_keys);
    put(&bytes, configuration->own.view_keys);
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

static bool take_companions(struct slice *rest, struct arena *arena, struct companions *companions)
{
    if (!companions->count)
        return true;
    struct companion *at = companions->at = ARENA_NEW(arena, struct companion, companions->count);
    for (uint32_t i = 0; at && i < companions->count; i++) {
        if (!take(rest, &at[i], sizeof at[i]) || !take_text(rest, &at[i].path))
            return false;
    }
    return at;
}

bool history_read_file(const struct journal_record *record, struct arena *arena,
                       struct scanned *file)
{
    struct slice rest = record->bytes;
    return record->kind == HISTORY_FILE && take(&rest, file, sizeof *file) &&
           take_text(&rest, &file->path) && take_text(&rest, &file->head.title) &&
           take_facts(&rest, arena, &file->facts) && take_problems(&rest, arena, &file->problems) &&
           take_companions(&rest, arena, &file->companions);
}

bool history_read_configuration(const struct journal_record *record,
                                struct configuration *configuration)
{
    struct slice rest = record->bytes;
    return record->kind == HISTORY_CONFIG &&
           take(&rest, &configuration->id, sizeof configuration->id) &&
           take_text(&rest, &configuration->text) && take_text(&rest, &configuration->date_view) &&
           take_text(&rest, &configuration->own.aliases) &&
           take_text(&rest, &configuration->own.link_keys) &&
           take_text(&rest, &configuration->own.view_keys);
}

/* The positions of the records that matter in a journal. */
struct summary {
    uint32_t configuration; /* that history_configuration() reads; NO_INDEX: none */
    uint32_t published;     /* the last generation; 0: none */
    uint32_t notified_end;  /* behind the generation that clients were notified of; 0: none */
    uint32_t notified;      /* the number of that generation */
    size_t notified_cursor; /* the cursor behind it */
};

static struct summary summarise(const struct journal *journal)
{
    struct summary s = {.configuration = NO_INDEX};
    struct journal_record record;
    uint32_t first = NO_INDEX, last = NO_INDEX;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        if (record.kind == HISTORY_CONFIG)
            last = record.at;
        if (first == NO_INDEX)
            first = last;
        if (record.kind == HISTORY_PUBLISHED) {
            s.configuration = last;
            s.published = record.at;
        }
        if (record.kind == HISTORY_NOTIFIED)
            s.notified = record.key;
    }
    if (s.configuration == NO_INDEX)
        s.configuration = first;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        if (record.kind != HISTORY_PUBLISHED || record.key != s.notified)
            continue;
        s.notified_end = record.at + 1;
        s.notified_cursor = cursor;
    }
    return s;
}

size_t history_find_notified(const struct journal *journal, uint32_t *generation)
{
    const struct summary s = summarise(journal);
    *generation = s.notified;
    return s.notified_cursor;
}

bool history_configuration(const struct journal *journal, struct configuration *configuration)
{
    struct journal_record record;
    uint32_t wanted = summarise(journal).configuration;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        if (record.at == wanted)
            return history_read_configuration(&record, configuration);
    }
    return false;
}

/* --- compacting ------------------------------------------------------------------------------- */

/* The positions, up to `end`, of the last record of each state. */
struct lasts {
    struct map files;   /* by path */
    struct map folders; /* by path; a file may have been at the same path */
    uint32_t *versions; /* by episode */
    uint32_t *turns;    /* by episode */
    uint32_t *queries;  /* by slot */
    size_t version_cap, turn_cap, query_cap;
    uint32_t of_kind[HISTORY_NOTIFIED + 1];
    uint32_t end;
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

static bool set_last(uint32_t **lasts, size_t *cap, const struct journal_record *record)
{
    while (record->key >= *cap) {
        if (!array_reserve(lasts, *cap, cap, sizeof **lasts))
            return false;
    }
    (*lasts)[record->key] = record->at;
    return true;
}

static void note_last(struct lasts *lasts, const struct journal_record *record)
{
    lasts->of_kind[record->kind] = record->at;
    if (record->kind == HISTORY_FILE) {
        struct map_slot *slot = map_put(map_of(lasts, record), path_of_file(record));
        lasts->failed |= !slot;
        if (slot)
            slot->value = record->at;
    } else if (record->kind == HISTORY_VERSION) {
        lasts->failed |= !set_last(&lasts->versions, &lasts->version_cap, record);
    } else if (record->kind == HISTORY_TURNS) {
        lasts->failed |= !set_last(&lasts->turns, &lasts->turn_cap, record);
    } else if (record->kind == HISTORY_SELECTION) {
        lasts->failed |= !set_last(&lasts->queries, &lasts->query_cap, record);
    }
}

static bool is_last(void *lasts_, const struct journal_record *record)
{
    struct lasts *lasts = lasts_;
    if (record->at >= lasts->end)
        return true; /* of a generation that may be visible but is unnotified */
    switch (record->kind) {
    case HISTORY_FILE:
        return map_get(map_of(lasts, record), path_of_file(record)) == record->at &&
               !is_gone_file(record);
    case HISTORY_VERSION:
        return lasts->versions[record->key] == record->at;
    case HISTORY_TURNS:
        return lasts->turns[record->key] == record->at;
    case HISTORY_SELECTION:
        return lasts->queries[record->key] == record->at;
    case HISTORY_SERIAL:
    case HISTORY_VOICE_INDEX:
    case HISTORY_CONFIG:
    case HISTORY_PUBLISHED:
    case HISTORY_NOTIFIED:
        return lasts->of_kind[record->kind] == record->at;
    default:
        return true;
    }
}

void history_compact(struct journal *journal)
{
    struct lasts lasts = {.end = summarise(journal).notified_end};
    struct journal_record record;

    for (size_t cursor = 0; journal_next(journal, &cursor, &record) && record.at < lasts.end;)
        note_last(&lasts, &record);
    if (!lasts.failed)
        journal_compact(journal, is_last, &lasts);
    map_free(&lasts.files);
    map_free(&lasts.folders);
    free(lasts.versions);
    free(lasts.turns);
    free(lasts.queries);
}

static bool is_before_tail(void *published, const struct journal_record *record)
{
    bool is_of_generation = record->kind == HISTORY_FILE || record->kind == HISTORY_VERSION ||
                            record->kind == HISTORY_CONFIG;
    return record->at < *(const uint32_t *)published || !is_of_generation;
}

void history_drop_tail(struct journal *journal)
{
    uint32_t published = summarise(journal).published;
    journal_compact(journal, is_before_tail, &published);
}

static bool is_at(void *position, const struct journal_record *record)
{
    return record->at == *(const uint32_t *)position;
}

void history_begin_anew(struct journal *journal)
{
    uint32_t configuration = summarise(journal).configuration;
    journal_mend(journal);
    journal_compact(journal, is_at, &configuration);
}
