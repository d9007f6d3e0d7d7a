#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "index/problems.h"
#include "options.h"
#include "report.h"
#include "cues/source_form.h"

struct checking {
    const struct corpus *corpus;
    struct cache *cache;
    struct progress progress;
    size_t done;
    int *errors; /* what reading each body gave */
};

static void check_body(void *checking_, unsigned worker, size_t i)
{
    struct checking *checking = checking_;
    const struct corpus *corpus = checking->corpus;
    uint32_t number = corpus->by_path[i];
    struct cache_entry *entry;

    checking->errors[i] = cache_get(checking->cache, number, corpus->episodes[number], CACHE_BODY,
                                    &entry);
    cache_put(checking->cache, entry);
    size_t done = __atomic_add_fetch(&checking->done, 1, __ATOMIC_RELAXED);
    if (worker == 0)
        progress_step(&checking->progress, done, corpus->episode_count);
}

/* In order of files, whatever order they were read in. */
static int print_check(const struct checking *checking, bool is_quiet)
{
    const struct corpus *corpus = checking->corpus;
    struct arena arena = {0};
    struct problems all;
    uint32_t unread = 0;

    int err = problems_gather(corpus, checking->cache, &arena, &all);
    if (err) {
        report("%s", strerror(-err));
        arena_free(&arena);
        return EXIT_FAILED;
    }
    report_problems(stdout, &all);
    uint32_t count = all.count;
    for (uint32_t i = 0; i < corpus->episode_count; i++) {
        if (!checking->errors[i])
            continue;
        report_problem(stdout, corpus->episodes[corpus->by_path[i]]->path, 0, 0,
                       slice_of(strerror(-checking->errors[i])), SLICE("its words were not read"));
        unread++;
    }
    arena_free(&arena);
    count += unread;
    if (!is_quiet) {
        fprintf(stderr, "%u file%s, %u problem%s", corpus->episode_count,
                plural(corpus->episode_count), count, plural(count));
        /* A mount counts the former from the start, as its README.md does. */
        if (count)
            fprintf(stderr, ": %u in files and front matter, %u in words", corpus->problem_count,
                    count - corpus->problem_count);
        fputc('\n', stderr);
        if (corpus->episode_count == 0)
            fprintf(stderr, "there are no transcripts (%s); " SOURCE_FORM_ADVICE "\n",
                    source_form_endings());
    }
    return count > 0 ? EXIT_PROBLEMS : EXIT_OK;
}

int check(const struct corpus *corpus, struct cache *cache, bool is_quiet)
{
    uint32_t count = corpus->episode_count;
    cleanup_free int *errors = calloc(count ? count : 1, sizeof *errors);
    struct checking checking = {
        .corpus = corpus,
        .cache = cache,
        .progress = progress_begin("checking", is_quiet),
        .errors = errors,
    };
    if (!errors) {
        report("%s", strerror(ENOMEM));
        return EXIT_FAILED;
    }
    parallel_for(count, parallel_threads(), check_body, &checking);
    progress_end(&checking.progress);
    return print_check(&checking, is_quiet);
}
