#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "query/keys.h"
#include "query/parse.h"
#include "query/select.h"
#include "render/renderers.h"
#include "render/tables.h"
#include "report.h"

/* Episodes that are asked at once: what they say is kept until those before them were printed. */
enum { BATCH = 256 };

/* What one episode has to say. */
struct answer {
    struct buf text;
    bool is_found;
    int err;
};

struct asking {
    const struct corpus *corpus;
    struct cache *cache;
    const struct query_bound *bound;
    const struct answer_format *format;
    uint32_t first; /* of the batch */
    struct answer answers[BATCH];
    bool is_found;              /* something is; set by many threads */
    struct term_counts *counts; /* for the case that nothing is; NULL: nobody wants to know */
    struct progress progress;
    size_t done;
};

static int add_episode_name(const struct material *material, struct buf *out)
{
    buf_add_slice(out, material->episode->name);
    buf_add_byte(out, '\n');
    return 0;
}

static int add_episode_json(const struct material *material, struct buf *out)
{
    return tables_add_episode(material, true, out);
}

static int add_episode_tsv(const struct material *material, struct buf *out)
{
    return tables_add_episode(material, false, out);
}

static int add_counts(const struct material *material, struct buf *out)
{
    tables_add_body_counts(material, out);
    return 0;
}

/* The tables are those of index/ in a selection. */
static const struct answer_format {
    const char *name;
    void (*begin)(struct buf *out); /* NULL: it has no header line */
    int (*add)(const struct material *material, struct buf *out);
    unsigned needs;
} formats[] = {{"quotes", NULL, quotes_render, NEEDS_FRONT | NEEDS_BODY},
               {"turns.jsonl", NULL, tables_add_turns_json, NEEDS_FRONT | NEEDS_BODY},
               {"turns.tsv", tables_begin_turns, tables_add_turns_tsv, NEEDS_FRONT | NEEDS_BODY},
               {"episodes", NULL, add_episode_name, NEEDS_NOTHING},
               {"episodes.jsonl", NULL, add_episode_json, NEEDS_FRONT},
               {"episodes.tsv", tables_begin_episodes, add_episode_tsv, NEEDS_FRONT},
               {"counts.tsv", tables_begin_body_counts, add_counts, NEEDS_BODY},
               {"voices.tsv", tables_begin_voices, tables_add_voices, NEEDS_BODY}};

enum { FORMATS = sizeof formats / sizeof *formats };

/* --- one episode ------------------------------------------------------------------------------ */

static int render_answer(struct asking *a, struct answer *answer, struct material *material,
                         uint32_t number)
{
    struct cache_entry *front = NULL;
    int err = a->format->needs & NEEDS_FRONT
                  ? cache_get(a->cache, number, material->episode, CACHE_FRONT, &front)
                  : 0;
    if (!err) {
        material->front = front ? front->front.map : NULL;
        err = a->format->add(material, &answer->text);
    }
    cache_put(a->cache, front);
    return err;
}

/* The body is read for the question or for what is printed. */
static int answer_of(struct asking *a, struct answer *answer, const struct episode *episode,
                     uint32_t number)
{
    struct selected selected;
    struct material material = {.episode = episode, .selected = &selected};
    struct cache_entry *entry;
    int err = 0;
    answer->is_found = selection_ask(a->bound, a->cache, number, &entry, &selected, &err);
    if (answer->is_found)
        __atomic_store_n(&a->is_found, true, __ATOMIC_RELAXED);
    else if (entry && a->counts && !__atomic_load_n(&a->is_found, __ATOMIC_RELAXED))
        term_counts_add(a->counts, number, entry);
    if (answer->is_found && a->format->needs & NEEDS_BODY && !entry)
        err = cache_get(a->cache, number, episode, CACHE_BODY, &entry);
    if (!err && answer->is_found) {
        material.body = entry ? &entry->body : NULL;
        err = render_answer(a, answer, &material, number);
    }
    free(selected.turns);
    cache_put(a->cache, entry);
    return err;
}

static void answer_episode(void *asking_, unsigned worker, size_t i)
{
    struct asking *a = asking_;
    struct answer *answer = &a->answers[i];
    uint32_t number = a->corpus->by_path[a->first + i];

    *answer = (struct answer){0};
    answer->err = answer_of(a, answer, a->corpus->episodes[number], number);
    size_t done = __atomic_add_fetch(&a->done, 1, __ATOMIC_RELAXED);
    if (worker == 0)
        progress_step(&a->progress, done, a->corpus->episode_count);
}

/* --- all of them ------------------------------------------------------------------------------ */

struct found {
    uint32_t episodes, unread;
};

/* The header line of a table stands before what is found first. */
static void print_answer(const struct asking *a, struct slice text, bool is_first)
{
    cleanup_buf struct buf header = {0};
    if (is_first && a->format->begin)
        a->format->begin(&header);
    if (header.len)
        (void)fwrite(header.data, 1, header.len, stdout);
    (void)fwrite(text.data, 1, text.len, stdout);
}

static void take_answer(struct asking *a, size_t i, struct found *found)
{
    struct answer *answer = &a->answers[i];
    if (answer->text.len) {
        progress_end(&a->progress);
        print_answer(a, buf_slice(&answer->text), found->episodes == 0);
    }
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
static int explain(struct term_counts *counts)
{
    int err = term_counts_end(counts);
    fprintf(stderr, "nothing is found; alone its terms find:\n");
    for (uint32_t i = 0; i < counts->count && !err; i++) {
        const struct term_found *found = &counts->terms[i];
        struct slice canonical = found->term->canonical;
        fprintf(stderr, "  %.*s: ", (int)canonical.len, canonical.data);
        if (found->term->speaks_of_turns)
            fprintf(stderr, "%llu turn%s in ", (unsigned long long)found->turns,
                    plural((size_t)found->turns));
        fprintf(stderr, "%u episode%s\n", found->episodes, plural(found->episodes));
    }
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

/* NULL: it is none. */
static const struct answer_format *find_format(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (!name || strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}

bool ask_has_format(const struct options *options)
{
    cleanup_buf struct buf names = {0};
    if (find_format(options->format))
        return true;
    for (size_t i = 0; i < FORMATS; i++)
        buf_printf(&names, "%s%s", i == 0 ? "" : i + 1 < FORMATS ? ", " : " or ", formats[i].name);
    report("--format is %.*s", (int)names.len, names.data);
    return false;
}

static int ask_query(const struct corpus *corpus, struct cache *cache,
                     const struct query_bound *bound, const struct options *options,
                     struct term_counts *counts)
{
    struct asking a = {.corpus = corpus,
                       .cache = cache,
                       .bound = bound,
                       .counts = counts,
                       .format = find_format(options->format),
                       .progress = progress_begin("asking", options->quiet)};
    const struct found found = ask_all(&a);
    if (fflush(stdout) || ferror(stdout)) {
        report("cannot write what was found");
        return EXIT_NO_ANSWER;
    }
    if (found.unread)
        return EXIT_NO_ANSWER;
    if (found.episodes)
        return EXIT_FOUND;
    int err = counts ? explain(counts) : 0;
    if (err)
        report("%s", strerror(-err));
    return EXIT_NOT_FOUND;
}

int ask(const struct corpus *corpus, struct cache *cache, const struct options *options)
{
    const struct query_keys keys = query_keys_of(corpus);
    struct arena arena = {0};
    struct query query;
    struct query_mistake mistake;
    struct query_bound bound = {0};
    struct term_counts counts;

    int status = EXIT_NO_ANSWER;
    int err = query_parse(&arena, slice_of(options->query), &keys, &query, &mistake);
    if (err == -EINVAL)
        print_mistake(slice_of(options->query), &mistake);
    if (!err)
        err = query_bind(&query, corpus, NULL, &bound);
    if (!err && !options->quiet)
        err = term_counts_begin(&bound, cache, &arena, &counts);
    if (!err)
        status = ask_query(corpus, cache, &bound, options, options->quiet ? NULL : &counts);
    else if (err != -EINVAL)
        report("%s", strerror(-err));
    query_bound_free(&bound);
    arena_free(&arena);
    return status;
}
