#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "query/keys.h"
#include "query/parse.h"
#include "query/select.h"
#include "render/format.h"
#include "report.h"

/* Episodes that are asked at once: what they say is kept until those before them were printed. */
enum { BATCH = 256 };

/* What one episode has to say. */
struct answer {
    struct buf text;
    uint32_t turns;
    bool is_found;
    int err;
};

struct asking {
    const struct corpus *corpus;
    struct cache *cache;
    const struct query_bound *bound;
    int (*render)(const struct material *material, struct buf *out); /* NULL: names of episodes */
    uint32_t first;                                                  /* of the batch */
    struct answer answers[BATCH];
    struct progress progress;
    size_t done;
};

static const struct {
    const char *name;
    int (*render)(const struct material *material, struct buf *out);
} formats[] = {{"quotes", quotes_render},
               {"turns.jsonl", turns_jsonl_render},
               {"turns.tsv", turns_tsv_render},
               {"episodes", NULL}};

/* --- one episode ------------------------------------------------------------------------------ */

static int render_answer(struct asking *a, struct answer *answer, const struct episode *episode,
                         uint32_t number, const struct body *body, const bool *chosen)
{
    struct material material = {.episode = episode, .body = body, .chosen = chosen};
    struct cache_entry *front = NULL;
    if (!a->render) {
        buf_add_slice(&answer->text, episode->name);
        buf_add_byte(&answer->text, '\n');
        return 0;
    }
    int err = cache_get(a->cache, number, episode, CACHE_FRONT, &front);
    if (!err) {
        material.front = front->front.map;
        err = a->render(&material, &answer->text);
    }
    cache_put(a->cache, front);
    return err;
}

static uint32_t count_chosen(const bool *chosen, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += chosen[i];
    return found;
}

/* An episode that the query, which may speak of turns, is asked of. */
static int answer_with_body(struct asking *a, struct answer *answer, const struct episode *episode,
                            uint32_t number)
{
    struct cache_entry *entry = NULL;
    int err = cache_get(a->cache, number, episode, CACHE_BODY, &entry);
    const struct body *body = err ? NULL : &entry->body;
    cleanup_free bool *chosen = body ? calloc(body->count + 1, sizeof *chosen) : NULL;
    if (!err)
        err = chosen ? query_match(a->bound, a->bound->query->root, episode, body, chosen)
                     : -ENOMEM;
    if (!err) {
        bool is_whole = !a->bound->query->speaks_of_turns && chosen[0];
        if (is_whole)
            memset(chosen, true, body->count);
        answer->turns = count_chosen(chosen, body->count);
        answer->is_found = answer->turns || is_whole;
        if (answer->is_found)
            err = render_answer(a, answer, episode, number, body, chosen);
    }
    cache_put(a->cache, entry);
    return err;
}

static void answer_episode(void *asking_, unsigned worker, size_t i)
{
    struct asking *a = asking_;
    struct answer *answer = &a->answers[i];
    uint32_t number = a->corpus->by_path[a->first + i];
    const struct episode *episode = a->corpus->episodes[number];
    bool needs_body = a->render || a->bound->query->speaks_of_turns;
    bool holds = true;

    *answer = (struct answer){0};
    if (!a->bound->query->speaks_of_turns)
        answer->err = query_match(a->bound, a->bound->query->root, episode, NULL, &holds);
    if (!answer->err && holds && needs_body)
        answer->err = answer_with_body(a, answer, episode, number);
    else if (!answer->err && holds) {
        answer->is_found = true;
        answer->err = render_answer(a, answer, episode, number, NULL, NULL);
    }
    size_t done = __atomic_add_fetch(&a->done, 1, __ATOMIC_RELAXED);
    if (worker == 0)
        progress_step(&a->progress, done, a->corpus->episode_count);
}

/* --- all of them ------------------------------------------------------------------------------ */

struct found {
    uint64_t turns;
    uint32_t episodes, unread;
};

/* The header line of a table is there once. */
static void print_answer(const struct asking *a, struct slice text, bool is_first)
{
    struct slice line;
    if (a->render == turns_tsv_render && !is_first)
        (void)slice_take(&text, '\n', &line);
    (void)fwrite(text.data, 1, text.len, stdout);
}

static void take_answer(struct asking *a, size_t i, struct found *found)
{
    struct answer *answer = &a->answers[i];
    if (answer->text.len) {
        progress_end(&a->progress);
        print_answer(a, buf_slice(&answer->text), found->episodes == 0);
    }
    found->turns += answer->turns;
    found->episodes += answer->is_found;
    found->unread += answer->err != 0;
    if (answer->err) {
        struct slice path = a->corpus->episodes[a->corpus->by_path[a->first + i]]->path;
        report("%.*s: %s", (int)path.len, path.data, strerror(-answer->err));
    }
    buf_free(&answer->text);
}

static struct found ask_all(struct asking *a)
{
    struct found found = {0};
    uint32_t count = a->corpus->episode_count;
    for (a->first = 0; a->first < count; a->first += BATCH) {
        uint32_t left = count - a->first, batch = left < BATCH ? left : BATCH;
        parallel_for(batch, parallel_threads(), answer_episode, a);
        /* cppcheck-suppress knownConditionTrueFalse ; it thinks that nothing is left */
        for (uint32_t i = 0; i < batch; i++)
            take_answer(a, i, &found);
    }
    progress_end(&a->progress);
    return found;
}

/* What each term finds alone. */
static int explain(const struct query_bound *bound, struct cache *cache)
{
    struct arena arena = {0};
    struct term_found *terms;
    uint32_t count = 0;
    int err = selection_find_terms(bound, cache, &arena, &terms, &count);
    fprintf(stderr, "nothing is found; alone its terms find:\n");
    for (uint32_t i = 0; i < count && !err; i++) {
        struct slice canonical = terms[i].term->canonical;
        fprintf(stderr, "  %.*s: ", (int)canonical.len, canonical.data);
        if (terms[i].term->speaks_of_turns)
            fprintf(stderr, "%llu turn%s in ", (unsigned long long)terms[i].turns,
                    plural((size_t)terms[i].turns));
        fprintf(stderr, "%u episode%s\n", terms[i].episodes, plural(terms[i].episodes));
    }
    arena_free(&arena);
    return err;
}

/* --- the query -------------------------------------------------------------------------------- */

/* The query as it was written, on one line, and a mark below what is wrong. */
static void print_mistake(struct slice text, const struct query_mistake *mistake)
{
    cleanup_buf struct buf line = {0};
    utf8_add_visible(&line, text);
    report("query: %.*s", (int)mistake->problem.len, mistake->problem.data);
    if (text.len <= 200 && utf8_is_valid(text))
        fprintf(stderr, "  %.*s\n  %*s^\n", (int)line.len, line.data ? line.data : "",
                (int)mistake->column - 1, "");
}

static int ask_query(const struct corpus *corpus, struct cache *cache,
                     const struct query_bound *bound, const struct options *options)
{
    struct asking a = {.corpus = corpus,
                       .cache = cache,
                       .bound = bound,
                       .render = quotes_render,
                       .progress = progress_begin("asking", options->quiet)};
    size_t i = 0, count = sizeof formats / sizeof *formats;
    while (options->format && i < count && strcmp(formats[i].name, options->format) != 0)
        i++;
    if (i == count) {
        report("--format is quotes, turns.jsonl, turns.tsv or episodes");
        return EXIT_NO_ANSWER;
    }
    a.render = formats[i].render;
    const struct found found = ask_all(&a);
    if (fflush(stdout) || ferror(stdout)) {
        report("cannot write what was found");
        return EXIT_NO_ANSWER;
    }
    if (found.unread)
        return EXIT_NO_ANSWER;
    if (found.episodes)
        return EXIT_FOUND;
    int err = options->quiet ? 0 : explain(bound, cache);
    if (err)
        report("%s", strerror(-err));
    return EXIT_NOT_FOUND;
}

int ask(const struct config *config, const struct corpus *corpus, struct cache *cache,
        const struct options *options)
{
    const struct query_views views = {config->views, &corpus->views};
    const struct query_keys keys = query_keys_of(&views);
    struct arena arena = {0};
    struct query query;
    struct query_mistake mistake;
    struct query_bound bound = {0};

    int status = EXIT_NO_ANSWER;
    int err = query_parse(&arena, slice_of(options->query), &keys, &query, &mistake);
    if (err == -EINVAL)
        print_mistake(slice_of(options->query), &mistake);
    if (!err)
        err = query_bind(&query, corpus, &bound);
    if (!err)
        status = ask_query(corpus, cache, &bound, options);
    else if (err != -EINVAL)
        report("%s", strerror(-err));
    query_bound_free(&bound);
    arena_free(&arena);
    return status;
}
