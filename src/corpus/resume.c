#include "corpus/resume.h"

#include <errno.h>

#include "base/array.h"
#include "corpus/build.h"
#include "corpus/history.h"

struct resuming {
    struct builder *builder;
    struct journal *journal;
    struct arena arena;
    uint32_t notified;   /* generation */
    size_t notified_end; /* where its records end */
    struct scanned *files;
    size_t count, cap;
    uint32_t *versions; /* by episode: the newest */
};

/* --- names ------------------------------------------------------------------------------------ */

static int reenter_name(struct builder *b, const struct journal_record *record)
{
    uint32_t number;
    switch (record->kind) {
    case HISTORY_PATH:
        return builder_find_number(b, record->bytes, &number);
    case HISTORY_FOLDER:
        return builder_find_folder(b, record->bytes, &number);
    case HISTORY_SPELLING:
        return vocabulary_restore(&b->vocabulary, record->bytes);
    default:
        return 0;
    }
}

static int read_names(struct resuming *r)
{
    struct journal_record record;
    int err = 0;
    for (size_t cursor = 0; !err && journal_next(r->journal, &cursor, &record);)
        err = reenter_name(r->builder, &record);
    return err;
}

/* --- states ----------------------------------------------------------------------------------- */

static int take_configuration(struct resuming *r, const struct journal_record *record)
{
    struct configuration configuration;
    return history_read_configuration(record, &configuration)
               ? builder_configure(r->builder, &configuration)
               : -ESTALE;
}

static int take_file(struct resuming *r, const struct journal_record *record)
{
    if (!array_reserve(&r->files, r->count, &r->cap, sizeof *r->files) ||
        !history_read_file(record, &r->arena, &r->files[r->count]))
        return -ENOMEM;
    r->count++;
    return 0;
}

/* Reads the records in a range of the journal. The last one of a path counts, as for corpus_next().
 */
static int read_states(struct resuming *r, size_t from, size_t to)
{
    struct journal_record record;
    int err = 0;
    r->count = 0;
    while (!err && from < to && journal_next(r->journal, &from, &record)) {
        if (record.kind == HISTORY_FILE)
            err = take_file(r, &record);
        else if (record.kind == HISTORY_CONFIG)
            err = take_configuration(r, &record);
        else if (record.kind == HISTORY_VERSION && record.key < r->builder->paths.count)
            memcpy(&r->versions[record.key], record.bytes.data, sizeof(uint32_t));
    }
    return err;
}

static int build(struct resuming *r, struct corpus *old, uint32_t generation, struct corpus **next)
{
    struct builder *b = r->builder;
    memcpy(b->versions, r->versions, b->paths.count * sizeof *b->versions);
    b->generation = generation - 1;
    int err = corpus_next(b, old, r->files, r->count, next);
    /* Files that are gone may come back, so they count too. */
    for (size_t i = 0; i < b->paths.count; i++)
        b->versions[i] = r->versions[i] + 1;
    return err;
}

/* Builds the generations after the notified one. Skips none: clients may know a name that came with
 * one and went with the next. */
static int build_seen(struct resuming *r, struct corpus *notified, struct corpora *seen)
{
    struct journal_record record;
    struct corpus *last = notified;
    size_t from = r->notified_end;
    int err = 0;
    for (size_t cursor = from; !err && journal_next(r->journal, &cursor, &record);) {
        if (record.kind != HISTORY_PUBLISHED)
            continue;
        err = seen->count == CORPORA_MOST ? -ESTALE : read_states(r, from, cursor);
        if (!err)
            err = build(r, last, record.key, &seen->at[seen->count]);
        if (!err)
            last = seen->at[seen->count++];
        from = cursor;
    }
    return err;
}

static int resume(struct resuming *r, struct corpus **notified, struct corpora *seen)
{
    int err = read_names(r);
    r->notified_end = history_find_notified(r->journal, &r->notified);
    if (!err && !r->notified_end)
        err = -ESTALE;
    r->versions = calloc(r->builder->paths.count + 1, sizeof *r->versions);
    if (!err && !r->versions)
        err = -ENOMEM;
    if (!err)
        err = read_states(r, 0, r->notified_end);
    if (!err)
        err = build(r, NULL, r->notified, notified);
    return err ? err : build_seen(r, *notified, seen);
}

int corpus_resume(struct builder *builder, struct corpus **notified, struct corpora *seen)
{
    struct resuming r = {.builder = builder, .journal = builder->journal};
    *notified = NULL;
    seen->count = 0;
    if (!journal_is_whole(r.journal) || !history_is_sound(r.journal))
        return -ESTALE;
    /* The journal has these records already. */
    builder_set_journal(builder, NULL);
    history_drop_tail(r.journal);
    int err = resume(&r, notified, seen);
    builder_set_journal(builder, r.journal);
    arena_free(&r.arena);
    free(r.files);
    free(r.versions);
    return err;
}
