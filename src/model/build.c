#include "model/builder.h"

#include <errno.h>

int keep_text(struct arena *arena, struct buf *buf, struct slice *kept)
{
    *kept = buf->failed ? (struct slice){0} : arena_copy(arena, buf_slice(buf));
    buf_free(buf);
    return kept->data ? 0 : -ENOMEM;
}

static void builder_free(struct builder *b)
{
    for (uint32_t i = 0; i < b->corpus->facet_count && b->facets; i++) {
        free(b->facets[i].episodes);
        free(b->facets[i].spellings);
    }
    free(b->facets);
    free(b->spelling);
    map_free(&b->taken);
    map_free(&b->paths);
    map_free(&b->views);
    map_free(&b->spellings);
    arena_free(&b->scratch);
}

static int keep_problems(struct corpus *corpus, const struct scanned *files, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        for (const struct diag *diag = files[i].problems; diag; diag = diag->next)
            all++;
    }
    corpus->problems = ARENA_NEW(&corpus->arena, struct problem, all);
    if (!corpus->problems)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct slice path = arena_copy(&corpus->arena, files[i].path);
        for (const struct diag *diag = files[i].problems; diag; diag = diag->next) {
            struct problem *problem = &corpus->problems[corpus->problem_count++];
            *problem = (struct problem){path, diag->line, diag->column,
                                        arena_copy(&corpus->arena, diag->problem),
                                        arena_copy(&corpus->arena, diag->action)};
            if (!path.data || !problem->what.data || !problem->action.data)
                return -ENOMEM;
        }
    }
    return 0;
}

static int add_episode(struct corpus *corpus, const struct scanned *file)
{
    struct episode *episode = &corpus->episodes[corpus->episode_count++];
    const int64_t state[] = {file->id.size, file->id.mtime};

    *episode = (struct episode){
        .path = arena_copy(&corpus->arena, file->path),
        .title = arena_copy(&corpus->arena, file->title),
        .date = file->date,
        .id = file->id,
        .hash = hash64(file->path, 0),
        .body = file->body,
        .body_line = file->body_line,
        .has_front = file->has_front,
        .has_values = file->has_values,
        .has_body = file->has_body,
    };
    corpus->silent_count += !file->has_body;
    corpus->has_originals |= file->has_originals;
    corpus->bytes += (uint64_t)file->id.size;
    corpus->mtime = file->id.mtime > corpus->mtime ? file->id.mtime : corpus->mtime;
    corpus->hash ^= hash64((struct slice){(const char *)state, sizeof state}, episode->hash);
    return episode->path.data && episode->title.data ? 0 : -ENOMEM;
}

/* Episodes first, so that a file and its episode have the same number. */
static int by_path(const void *a, const void *b)
{
    const struct scanned *x = a, *y = b;
    if (x->is_stray != y->is_stray)
        return x->is_stray ? 1 : -1;
    return slice_compare(x->path, y->path);
}

static int build(struct builder *b, size_t count, const struct config *config,
                 const struct corpus_options *options)
{
    struct corpus *corpus = b->corpus;
    int err = 0;

    corpus->episodes = ARENA_NEW(&corpus->arena, struct episode, count);
    if (!corpus->episodes)
        return -ENOMEM;
    for (size_t i = 0; i < count && !b->files[i].is_stray && !err; i++)
        err = add_episode(corpus, &b->files[i]);
    if (!err)
        err = keep_problems(corpus, b->files, count);
    if (!err)
        err = build_folders(b);
    if (!err)
        err = build_entries(b, options);
    if (!err)
        err = build_views(b);
    return err ? err : build_dates(b, config);
}

int corpus_build(struct scanned *files, size_t count, const struct config *config,
                 const struct corpus_options *options, struct corpus **corpus)
{
    *corpus = NULL;
    if (count >= CORPUS_MAX_EPISODES)
        return -E2BIG;
    if (count)
        qsort(files, count, sizeof *files, by_path);

    struct builder b = {.files = files, .corpus = calloc(1, sizeof *b.corpus)};
    if (!b.corpus)
        return -ENOMEM;
    int err = build(&b, count, config, options);
    builder_free(&b);
    if (err)
        corpus_free(b.corpus);
    else
        *corpus = b.corpus;
    return err;
}

int corpus_build_heard(const struct corpus *corpus, const struct scanned *facts,
                       struct corpus **heard)
{
    struct builder b = {
        .files = facts, .keeps_spellings = true, .corpus = calloc(1, sizeof *b.corpus)};

    *heard = NULL;
    if (!b.corpus)
        return -ENOMEM;
    b.corpus->episodes = corpus->episodes;
    b.corpus->episode_count = corpus->episode_count;
    b.corpus->by_entry = corpus->by_entry;
    b.corpus->mtime = corpus->mtime;
    int err = build_views(&b);
    builder_free(&b);
    if (err)
        corpus_free(b.corpus);
    else
        *heard = b.corpus;
    return err;
}
