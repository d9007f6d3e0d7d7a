/* Reads the content, at the start and in each worker. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cues/source_form.h"
#include "fuse/gate.h"
#include "index/problems.h"
#include "source/content_scan.h"
#include "program.h"

static int read_configuration(struct program *program)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    int err = content_configure(&program->folder, &diags);

    for (const struct diag *diag = diags.first; diag; diag = diag->next)
        report_problem(stderr, SLICE(".transcriptfs.yaml"), diag->line, diag->column, diag->problem,
                       SLICE(""));
    if (err && !diags.first)
        report("%s/.transcriptfs.yaml: %s", program->options.content, strerror(-err));
    arena_free(&arena);
    return err;
}

/* Puts the configuration of the previous worker in force; the first scan finds a newer one like any
 * other change. The first worker reads the file. */
static int configure(struct program *program)
{
    struct configuration before;
    if (history_configuration(&program->journal, &before))
        return content_take_configuration(&program->folder, &before);
    return read_configuration(program);
}

static struct builder *new_builder(struct program *program)
{
    const struct corpus_options options = {
        .limits = &program->options.limits,
        .bare_entries = program->options.bare_entries,
        .access = program->options.access,
        .journal = &program->journal,
    };
    return builder_new(&options);
}

static void report_track(struct slice path)
{
    report_problem(stderr, path, 0, 0, SLICE("chapters or pictures, and no transcript"),
                   SLICE("it is left out"));
}

static int scan(struct program *program)
{
    struct progress progress = progress_begin("reading", program->options.quiet);
    const struct content_scan_progress steps = {progress_step, &progress,
                                                program->options.verbose ? report_track : NULL};
    int err = content_scan_first(&program->folder, program->builder, &steps, &program->corpus);
    progress_end(&progress);
    return err;
}

static int resume(struct program *program)
{
    int err = corpus_resume(program->builder, &program->corpus, &program->seen);
    if (!err)
        program->resumed = program->corpus->generation + program->seen.count;
    return err;
}

/* Builds the first corpus: from a scan, or from the journal of the previous worker. -ESTALE if that
 * one left no usable journal: ids that the kernel knows would then name other nodes. */
static int make_corpus(struct program *program)
{
    bool is_successor = program->shared && program->shared->init.len;
    if (!is_successor)
        history_begin_anew(&program->journal);
    program->builder = new_builder(program);
    if (!program->builder)
        return -ENOMEM;
    return is_successor ? resume(program) : scan(program);
}

/* Without memory the process exits without freeing: the generations share too much to be freed in
 * part. */
static int publish_seen(struct program *program)
{
    int err = 0;
    for (size_t i = 0; i < program->seen.count && !err; i++) {
        err = tree_reserve(program->tree, program->seen.at[i]->episode_cap);
        if (!err)
            tree_publish(program->tree, program->seen.at[i]);
        program->corpus = program->seen.at[i];
    }
    if (err) {
        program->tree = NULL;
        program->corpus = NULL;
    }
    return err;
}

bool program_is_first(const struct program *program)
{
    return !program->worker || program->worker->cause == WORKER_IS_FIRST;
}

static void use_quarantine(struct program *program)
{
    enum worker_cause cause = program->worker ? program->worker->cause : WORKER_IS_FIRST;
    program->folder.quarantine = &program->shared->quarantine;
    if (cause == WORKER_AFTER_HAND_OVER)
        quarantine_note_end(program->folder.quarantine);
    else
        quarantine_note_death(program->folder.quarantine, cause == WORKER_AFTER_KILL);
}

static int open_content(struct program *program)
{
    const struct options *options = &program->options;
    char by_number[64];
    if (program->place)
        snprintf(by_number, sizeof by_number, "/proc/self/fd/%d", place_folder(program->place));
    int err = content_open(program->place ? by_number : options->content, &options->limits,
                           &program->folder);
    if (err) {
        report("content folder \"%s\": %s", options->content, strerror(-err));
        return err;
    }
    program->folder.forms = program->folder.config.forms = options->inputs;
    if (program->shared) {
        program->folder.own_device = &program->shared->device;
        use_quarantine(program);
    }
    return 0;
}

/* The tree takes the corpus, also where there is no memory for it. */
static int make_tree(struct program *program)
{
    const struct options *options = &program->options;
    struct content reader = content_reader(&program->folder);
    reader.has_client_left = gate_has_client_left;
    reader.must_not_wait = gate_must_not_wait;
    program->cache = cache_new(&reader, options->cache_size, &options->limits);
    if (!program->cache)
        return -ENOMEM;
    program->listening = progress_begin("listening to", options->quiet || !options->foreground);
    const struct tree_options tree_options = {
        .version = TRANSCRIPTFS_VERSION,
        .confinement = program->confinement,
        .restarts = program->worker ? program->worker->restarts : 0,
        .resumed = program->resumed,
        .place = program->shared ? &program->shared->place : NULL,
        .journal = &program->journal,
        .index_size = options->index_size,
        .formats = options->formats,
        .progress = progress_step,
        .progress_context = &program->listening,
    };
    program->tree = tree_new(program->corpus, program->cache, &tree_options);
    if (!program->tree) {
        program->corpus = NULL;
        return -ENOMEM;
    }
    return publish_seen(program);
}

int program_load(struct program *program)
{
    const struct options *options = &program->options;
    int err = open_content(program);
    if (err)
        return err;
    if (options->sandbox)
        sandbox_enter(program->folder.fd, &program->confinement);
    err = configure(program);
    if (err && program_is_first(program))
        return err;
    /* A later worker serves without a configuration; the first scan reports the mistake. */
    program->folder.is_configured &= !err;
    err = make_corpus(program);
    malloc_trim(0); /* what reading all front matter took is not needed again */
    if (err && err != -ESTALE)
        report("cannot read content folder \"%s\": %s", options->content, strerror(-err));
    return err ? err : make_tree(program);
}

static void report_known_problems(const struct program *program)
{
    struct arena arena = {0};
    struct problems all;
    if (problems_gather(program->corpus, program->cache, &arena, &all) == 0)
        report_problems(stderr, &all);
    arena_free(&arena);
}

void program_summarise(const struct program *program)
{
    const struct corpus *corpus = program->corpus;
    if (program->options.quiet)
        return;
    if (program->options.verbose) {
        report_known_problems(program);
        report("%u episode%s, %u folder%s, %u value%s in %u view%s", corpus->episode_count,
               plural(corpus->episode_count), corpus->folder_count, plural(corpus->folder_count),
               corpus->views.facet_count, plural(corpus->views.facet_count),
               corpus->views.view_count, plural(corpus->views.view_count));
    }
    if (corpus->episode_count == 0)
        report("there are no transcripts (%s) in \"%s\"; " SOURCE_FORM_ADVICE,
               source_form_endings(), program->options.content);
    if (corpus->private_count)
        report("%u file%s private (fewer may read %s than the content folder): %s only in "
               "episodes/, text/ and original/",
               corpus->private_count, corpus->private_count == 1 ? " is" : "s are",
               corpus->private_count == 1 ? "it" : "them",
               corpus->private_count == 1 ? "it appears" : "they appear");
    if (corpus->problem_count && !program->options.verbose)
        report(
            "%u problem%s in files and front matter: see .transcriptfs/problems.tsv in the mount; "
            "'transcriptfs --check' reads the words too",
            corpus->problem_count, plural(corpus->problem_count));
}

void program_free(struct program *program)
{
    if (program->tree)
        tree_free(program->tree);
    else
        corpus_free_last(program->corpus);
    cache_free(program->cache);
    builder_free(program->builder);
    content_close(&program->folder);
    place_close(program->place);
    free(program->content_path);
    free(program->mountpoint.path);
}
