#include "tree/tree.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "corpus/history.h"
#include "nodes/state.h"
#include "tree/numbers.h"

/* Restores a record of the previous worker's tree. */
static int restore(struct tree *tree, const struct journal_record *record)
{
    uint32_t number;
    switch (record->kind) {
    case HISTORY_VOICE:
    case HISTORY_VOICE_INDEX:
        return generations_restore(&tree->generations, record);
    case HISTORY_DIR_COOKIE:
        return dir_cookies_enter(&tree->dir_cookies, record->bytes, &number) ? 0 : -ENOMEM;
    case HISTORY_SELECTION:
        return known_queries_restore(&tree->selections.queries, record);
    case HISTORY_TURNS:
        return exposed_turns_restore(&tree->exposed_turns, record);
    case HISTORY_SERIAL:
        snapshots_restore(&tree->snapshots, record);
        return 0;
    default:
        return 0;
    }
}

/* Sets the journal last, so that the tree does not log restored records again. */
static int resume(struct tree *tree)
{
    struct journal *journal = tree->options.journal;
    struct journal_record record;
    int err = 0;
    for (size_t cursor = 0; !err && journal_next(journal, &cursor, &record);)
        err = restore(tree, &record);
    generations_set_journal(&tree->generations, journal);
    tree->dir_cookies.names.journal = tree->selections.queries.journal = journal;
    tree->exposed_turns.journal = tree->snapshots.journal = journal;
    return err;
}

struct tree *tree_new(struct corpus *corpus, struct cache *cache,
                      const struct tree_options *options)
{
    const struct generations_options generations_options = {cache, options->progress,
                                                            options->progress_context};
    size_t episodes = corpus->episode_cap;
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree) {
        corpus_free_last(corpus);
        return NULL;
    }
    pthread_mutex_init(&tree->linked_numbers.lock, NULL);
    tree->cache = cache;
    tree->options = *options;
    status_init(&tree->status, corpus->generation);
    snapshots_init(&tree->snapshots);
    dir_cookies_init(&tree->dir_cookies);
    whole_tables_init(&tree->whole_tables);
    int err = selections_init(&tree->selections, options->index_size);
    if (generations_init(&tree->generations, corpus, &generations_options) || err ||
        tree_reserve(tree, episodes) || resume(tree)) {
        tree_free(tree);
        return NULL;
    }
    numbers_follow(tree, NULL, corpus);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    generations_free(&tree->generations);
    status_free(&tree->status);
    snapshots_free(&tree->snapshots);
    exposed_turns_free(&tree->exposed_turns);
    dir_cookies_free(&tree->dir_cookies);
    whole_tables_free(&tree->whole_tables);
    selections_free(&tree->selections);
    number_set_free(&tree->linked_numbers.set);
    pthread_mutex_destroy(&tree->linked_numbers.lock);
    free(tree);
}

/* --- generations ------------------------------------------------------------------------------ */

struct generation *tree_get_generation(struct tree *tree)
{
    return generations_get(&tree->generations);
}

void tree_put_generation(struct tree *tree, struct generation *generation)
{
    generations_put(&tree->generations, generation);
}

int tree_reserve(struct tree *tree, size_t episodes)
{
    int err = exposed_turns_reserve(&tree->exposed_turns, episodes);
    if (!err)
        err = numbers_reserve(tree, episodes);
    return err ? err : generations_reserve(&tree->generations);
}

void tree_publish(struct tree *tree, struct corpus *next)
{
    status_note_published(&tree->status, next->generation);
    numbers_follow(tree, tree->generations.newest->corpus, next);
    generations_publish(&tree->generations, next);
}

bool tree_wait_for_newer(struct tree *tree, uint64_t generation, unsigned milliseconds)
{
    return generations_wait_for_newer(&tree->generations, generation, milliseconds);
}

bool tree_wait_until_notified(struct tree *tree, unsigned lag, unsigned milliseconds)
{
    return generations_wait_until_notified(&tree->generations, lag, milliseconds);
}

void tree_set_watch(struct tree *tree, const char *watch, const char *why)
{
    status_set_watch(&tree->status, watch, why);
}

void tree_set_scanning(struct tree *tree, bool is_scanning)
{
    status_set_scanning(&tree->status, is_scanning);
}

void tree_note_overflow(struct tree *tree)
{
    status_note_overflow(&tree->status);
}

void tree_set_hung(struct tree *tree, struct slice folder, bool is_hung)
{
    status_set_hung(&tree->status, folder, is_hung);
}

void tree_set_request_counts(struct tree *tree, const struct request_count *counts)
{
    tree->status.requests = counts;
}

void tree_statfs(struct tree *tree, struct tree_statfs *statfs)
{
    struct generation *generation = generations_get(&tree->generations);
    const struct corpus *corpus = generation->corpus;
    statfs->bytes = corpus->bytes;
    statfs->files = corpus_shown_count(corpus) + corpus->shown_folder_count + corpus->dated_count +
                    corpus->views.view_count + corpus->views.facet_count +
                    corpus->views.entry_count;
    generations_put(&tree->generations, generation);
}
