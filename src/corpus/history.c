#include "corpus/history.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/map.h"
#include "corpus/vocabulary.h"

/* --- records of files and configurations -------------------------------------------------------
 *
 * A number has seven bits in each byte, since most are small; a text is its length and its bytes.
 * The same functions write a record and read it, so they agree: each gets a value, writes it and
 * leaves it as it is, or replaces it by the one that it reads.
 */

struct coder {
    struct buf *out;     /* NULL: it reads */
    struct slice rest;   /* of what it reads */
    struct arena *arena; /* of the lists that it reads */
    bool failed;
};

static void write_number(struct buf *out, uint64_t number)
{
    enum { MOST_BYTES = 10 };
    if (!buf_reserve(out, MOST_BYTES))
        return;
    for (; number > 0x7F; number >>= 7)
        out->data[out->len++] = (char)(number | 0x80);
    out->data[out->len++] = (char)number;
    out->data[out->len] = '\0';
}

static uint64_t read_number(struct coder *c)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && c->rest.len; shift += 7) {
        unsigned char byte = (unsigned char)c->rest.data[0];
        c->rest = slice_skip(c->rest, 1);
        number |= (uint64_t)(byte & 0x7F) << shift;
        if (byte <= 0x7F)
            return number;
    }
    c->failed = true;
    return 0;
}

static uint64_t code(struct coder *c, uint64_t number)
{
    if (!c->out)
        return read_number(c);
    write_number(c->out, number);
    return number;
}

static void code_number(struct coder *c, uint32_t *number)
{
    *number = (uint32_t)code(c, *number);
}

static void code_text(struct coder *c, struct slice *text)
{
    uint64_t len = code(c, text->len);
    if (c->out) {
        buf_add_slice(c->out, *text);
    } else if (len <= c->rest.len) {
        *text = slice_head(c->rest, len);
        c->rest = slice_skip(c->rest, len);
    } else {
        c->failed = true;
    }
}

static void code_instant(struct coder *c, struct instant *time)
{
    time->seconds = (int64_t)code(c, (uint64_t)time->seconds);
    time->nanoseconds = (int64_t)code(c, (uint64_t)time->nanoseconds);
}

static void code_id(struct coder *c, struct file_id *id)
{
    id->device = code(c, id->device);
    id->inode = code(c, id->inode);
    id->size = (int64_t)code(c, (uint64_t)id->size);
    code_instant(c, &id->stamps.mtime);
    code_instant(c, &id->stamps.ctime);
    code_number(c, &id->access.uid);
    code_number(c, &id->access.gid);
    code_number(c, &id->access.mode);
    code_number(c, &id->links);
}

/* What compacting needs is first. */
static void code_path(struct coder *c, struct scanned *file)
{
    struct head *head = &file->head;
    bool *const flags[] = {
        &head->has_front, &head->has_values,       &head->has_body,  &head->has_originals,
        &file->is_folder, &file->is_gone,          &file->is_unread, &file->is_hung,
        &file->is_stray,  &head->is_no_transcript,
    };
    const size_t count = sizeof flags / sizeof *flags;
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= (uint64_t)*flags[i] << i;
    bits = code(c, bits);
    for (size_t i = 0; i < count; i++)
        *flags[i] = bits >> i & 1;
    code_text(c, &file->path);
}

static void code_head(struct coder *c, struct head *head)
{
    code_text(c, &head->title);
    head->date = date_of_code((uint32_t)code(c, code_of_date(&head->date)));
    head->date_source = (uint8_t)code(c, head->date_source);
    head->body = code(c, head->body);
    code_number(c, &head->body_line);
}

/* The next item of a list, which the coder makes if it reads. NULL: there is none, or memory runs
 * out. */
static void *code_next(struct coder *c, void *item, size_t size)
{
    if (!code(c, item != NULL) || item)
        return item;
    item = arena_alloc(c->arena, 1, size);
    c->failed |= !item;
    return item;
}

/* A view is empty if it is that of the value before. */
static void code_facts(struct coder *c, struct fact **at)
{
    struct slice last = {0};
    for (struct fact *fact; (fact = *at = code_next(c, *at, sizeof *fact)); at = &fact->next) {
        struct slice view = slice_equal(fact->view, last) ? SLICE("") : fact->view;
        code_number(c, &fact->line);
        code_number(c, &fact->column);
        code_text(c, &view);
        code_text(c, &fact->value);
        fact->view = last = view.len ? view : last;
    }
}

static void code_problems(struct coder *c, struct diag **at)
{
    for (struct diag *diag; (diag = *at = code_next(c, *at, sizeof *diag)); at = &diag->next) {
        code_number(c, &diag->line);
        code_number(c, &diag->column);
        code_text(c, &diag->problem);
        code_text(c, &diag->action);
    }
}

static void code_companions(struct coder *c, struct companions *companions)
{
    code_number(c, &companions->count);
    if (!c->out)
        companions->at = ARENA_NEW(c->arena, struct companion, companions->count);
    c->failed |= companions->count && !companions->at;
    for (uint32_t i = 0; i < companions->count && !c->failed; i++) {
        struct companion *companion = &companions->at[i];
        code_text(c, &companion->path);
        code_id(c, &companion->id);
        companion->role = (uint8_t)code(c, companion->role);
    }
}

static void code_file(struct coder *c, struct scanned *file)
{
    code_path(c, file);
    code_id(c, &file->id);
    code_head(c, &file->head);
    code_facts(c, &file->facts);
    code_problems(c, &file->problems);
    code_companions(c, &file->companions);
}

static void code_configuration(struct coder *c, struct configuration *configuration)
{
    code_id(c, &configuration->id);
    code_text(c, &configuration->text);
    code_text(c, &configuration->date_view);
    code_text(c, &configuration->own.aliases);
    code_text(c, &configuration->own.link_keys);
    code_text(c, &configuration->own.view_keys);
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
    struct coder coder = {.out = &bytes};
    struct scanned copy = *file;
    if (!journal)
        return;
    code_file(&coder, &copy);
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
    struct coder coder = {.out = &bytes};
    struct configuration copy = *configuration;
    if (!journal)
        return;
    code_configuration(&coder, &copy);
    add_record(journal, HISTORY_CONFIG, &bytes);
}

bool history_read_file(const struct journal_record *record, struct arena *arena,
                       struct scanned *file)
{
    struct coder coder = {.rest = record->bytes, .arena = arena};
    *file = (struct scanned){0};
    if (record->kind == HISTORY_FILE)
        code_file(&coder, file);
    return record->kind == HISTORY_FILE && !coder.failed;
}

bool history_read_configuration(const struct journal_record *record,
                                struct configuration *configuration)
{
    struct coder coder = {.rest = record->bytes};
    *configuration = (struct configuration){0};
    if (record->kind == HISTORY_CONFIG)
        code_configuration(&coder, configuration);
    return record->kind == HISTORY_CONFIG && !coder.failed;
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

static bool is_possible(const struct journal_record *record)
{
    switch (record->kind) {
    case HISTORY_VERSION:
    case HISTORY_TURNS:
        return record->key < CORPUS_MAX_EPISODES && record->bytes.len == sizeof(uint32_t);
    case HISTORY_SELECTION:
        return record->key < CORPUS_MAX_EPISODES; /* there are fewer slots */
    default:
        return record->kind > 0 && record->kind <= HISTORY_NOTIFIED;
    }
}

bool history_is_sound(const struct journal *journal)
{
    struct journal_record record;
    for (size_t cursor = 0; journal_next(journal, &cursor, &record);) {
        if (!is_possible(&record))
            return false;
    }
    return true;
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

/* The path and the flags of a file; empty if the record is broken. */
static struct scanned named_in(const struct journal_record *record)
{
    struct coder coder = {.rest = record->bytes};
    struct scanned file = {0};
    code_path(&coder, &file);
    return file;
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
        const struct scanned file = named_in(record);
        struct map_slot *slot = map_put(file.is_folder ? &lasts->folders : &lasts->files,
                                        file.path);
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

static bool is_last_file(const struct lasts *lasts, const struct journal_record *record)
{
    const struct scanned file = named_in(record);
    const struct map *map = file.is_folder ? &lasts->folders : &lasts->files;
    return map_get(map, file.path) == record->at && !file.is_gone;
}

static bool is_last(void *lasts_, const struct journal_record *record)
{
    const struct lasts *lasts = lasts_;
    if (record->at >= lasts->end)
        return true; /* of a generation that may be visible but is unnotified */
    switch (record->kind) {
    case HISTORY_FILE:
        return is_last_file(lasts, record);
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
