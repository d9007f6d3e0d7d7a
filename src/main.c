/* transcriptfs: arguments, start, stop. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/parallel.h"
#include "corpus/build.h"
#include "corpus/history.h"
#include "corpus/resume.h"
#include "fuse/kernel.h"
#include "fuse/mountpoint.h"
#include "fuse/prefetch.h"
#include "fuse/serve.h"
#include "index/problems.h"
#include "process/background.h"
#include "process/notify.h"
#include "process/place.h"
#include "process/recent.h"
#include "process/sandbox.h"
#include "process/supervise.h"
#include "syntax/source_form.h"
#include "source/content.h"
#include "source/content_scan.h"
#include "source/following.h"
#include "source/updater.h"
#include "ask.h"
#include "check.h"
#include "options.h"
#include "report.h"

enum { GATHER = 50 /* milliseconds for which changes are gathered */ };

/* Memory that the supervisor and all workers share: the state that one worker leaves to the next.
 */
struct shared_state {
    struct init_request init;
    struct quarantine quarantine;
    dev_t device; /* of the mount; 0: not known */
    struct content_place place;
    struct recent recent;
    char journal[];
};

/* The address space for the journal, halved until mmap() would grant four times as much: the rest
 * of what the process may have is for everything else. Only pages that are written take memory. */
static const size_t max_shared_state = SIZE_MAX / 2 < UINT64_C(1) << 32
                                           ? (size_t)1 << 28
                                           : (size_t)(UINT64_C(1) << 32);
static const size_t min_shared_state = (size_t)1 << 24;

/* The state of the process. The supervisor owns the mount, a worker everything else. */
struct program {
    struct options options;
    struct mount_options mount_options;
    struct mount *mount;
    struct mounted mounted; /* what the kernel calls it */
    struct mountpoint mountpoint;
    struct shared_state *shared; /* NULL: nothing is served */
    size_t shared_size;
    struct journal journal;
    struct worker *worker;
    struct content_folder folder;
    struct builder *builder;
    struct corpus *corpus; /* the first: the tree's, once there is one */
    struct corpora seen;   /* the generations after it, which clients may have seen */
    uint64_t resumed;      /* the number of the last of these; 0: this is the first worker */
    struct cache *cache;
    struct tree *tree;
    struct updater *updater;
    struct confinement confinement;
    char *content_path;
    struct progress listening; /* while all bodies are read for by-voice */
    struct place *place;       /* every worker reopens the folder through it; NULL: by its path */
    int null;                  /* /dev/null, which the sandbox would not let it open later */
    int ready_fd; /* a pipe to the parent, which waits until the mount answers; -1: none */
};

static void program_free(struct program *program)
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

/* --- reading the content ---------------------------------------------------------------------- */

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

static bool is_first(const struct program *program)
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

static int load(struct program *program)
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
    if (options->sandbox)
        sandbox_enter(program->folder.fd, &program->confinement);
    err = configure(program);
    if (err && is_first(program))
        return err;
    /* A later worker serves without a configuration; the first scan reports the mistake. */
    program->folder.is_configured &= !err;
    err = make_corpus(program);
    malloc_trim(0); /* what reading all front matter took is not needed again */
    if (err == -ESTALE)
        return err;
    if (err) {
        report("cannot read content folder \"%s\": %s", options->content, strerror(-err));
        return err;
    }
    struct content reader = content_reader(&program->folder);
    reader.has_client_left = serve_has_client_left;
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
    program->cache = cache_new(&reader, options->cache_size, &options->limits);
    struct corpus *corpus = program->corpus;
    program->tree = program->cache ? tree_new(corpus, program->cache, &tree_options) : NULL;
    if (program->cache && !program->tree)
        program->corpus = NULL; /* it went with the tree */
    if (!program->tree)
        return -ENOMEM;
    return publish_seen(program);
}

static void report_known_problems(const struct program *program)
{
    struct arena arena = {0};
    struct problems all;
    if (problems_gather(program->corpus, program->cache, &arena, &all) == 0)
        report_problems(stderr, &all);
    arena_free(&arena);
}

static void summarise(const struct program *program)
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
        report("%u file%s less readable than the content folder; %s only under episodes/",
               corpus->private_count, corpus->private_count == 1 ? " is" : "s are",
               corpus->private_count == 1 ? "it appears" : "they appear");
    if (corpus->problem_count && !program->options.verbose)
        report(
            "%u problem%s in files and front matter: see .transcriptfs/problems.tsv in the mount; "
            "'transcriptfs --check' reads the words too",
            corpus->problem_count, plural(corpus->problem_count));
}

/* --- the worker ------------------------------------------------------------------------------- */

static enum updater_order take_order(int socket)
{
    enum supervise_order order = worker_take_order(socket);
    return order == ORDER_END      ? UPDATER_STOP
           : order == ORDER_RESCAN ? UPDATER_RESCAN
                                   : UPDATER_CONTINUE;
}

/* What is gone in a moment, or with another limit. */
static bool lacks_room(int err)
{
    return err == -ENOMEM || err == -EAGAIN;
}

#define ROOM_ADVICE                                                                     \
    " (too little memory, or too few threads: see ulimit -v, ulimit -u, and MemoryMax " \
    "and TasksMax of systemd)"

static int follow_content(struct program *program, struct server *server)
{
    const struct options *options = &program->options;
    const struct updater_options updater_options = {
        .folder = &program->folder,
        .builder = program->builder,
        .corpus = program->corpus,
        .tree = program->tree,
        .threads = parallel_threads(),
        .gather = GATHER,
        .poll = options->poll,
        .notify = serve_notify,
        .stop = serve_stop,
        .context = server,
        .orders = program->worker->socket,
        .take_order = take_order,
        .log = report,
    };
    int err = updater_start(&updater_options, &program->updater);
    if (err)
        report("cannot follow changes of the content folder: %s%s", strerror(-err),
               lacks_room(err) ? ROOM_ADVICE : "");
    return err;
}

static void stop_following(void *program_)
{
    struct program *program = program_;
    updater_free(program->updater);
    program->updater = NULL;
}

/* In the background nobody reads standard error once the mount answers: messages go to syslog, by
 * way of the supervisor. */
static void detach(struct program *program)
{
    if (program->options.foreground)
        return;
    if (program->worker)
        report_through(worker_log, program->worker);
    else
        report_through(report_to_log, NULL);
    for (int fd = 0; fd < 3; fd++)
        dup2(program->null, fd);
}

static void *do_nothing(void *unused)
{
    return unused;
}

/* Whether there is room for a thread that serves: without the first one libfuse ends at once. */
static int try_thread(void)
{
    pthread_t thread;
    int err = pthread_create(&thread, NULL, do_nothing, NULL);
    if (!err)
        pthread_join(thread, NULL);
    if (err)
        report("cannot serve: %s%s", strerror(err), ROOM_ADVICE);
    return -err;
}

static int begin_serving(void *program_, struct server *server)
{
    struct program *program = program_;
    int err = follow_content(program, server);
    if (!err)
        err = try_thread();
    if (err)
        return err;
    recent_note(&program->shared->recent, RECENT_BEGAN_TO_SERVE, (int)program->worker->restarts);
    if (is_first(program))
        summarise(program);
    worker_say_ready(program->worker);
    detach(program);
    return 0;
}

/* Called before the sandbox forbids uname(). */
static bool does_kernel_drop_negative_dentries(void)
{
    struct utsname name;
    return uname(&name) == 0 && kernel_drops_negative_dentries(name.release);
}

static int serve_content(struct program *program)
{
    const struct options *options = &program->options;
    struct serve_options serve_options = {
        .mount = &program->mount_options,
        .init = &program->shared->init,
        .threads = options->threads,
        .xattr = options->xattr,
        .no_prefetch = options->no_prefetch,
        .memory = prefetch_open_memory(),
        .drops_negative_dentries = does_kernel_drop_negative_dentries(),
        .ready = begin_serving,
        .ended = stop_following,
        .context = program,
    };
    int err = load(program);
    if (err)
        return err == -ESTALE    ? WORKER_CANNOT_RESUME
               : lacks_room(err) ? WORKER_LACKS_ROOM
                                 : WORKER_FAILED;
    serve_options.fd = worker_take_mount(program->worker);
    if (serve_options.fd < 0)
        return WORKER_FAILED; /* the supervisor has said why */
    err = serve(program->tree, &serve_options);
    recent_note(&program->shared->recent, RECENT_ENDED_SERVING, err);
    if (err == -EINVAL)
        return WORKER_CANNOT_RESUME;
    if (lacks_room(err))
        return WORKER_LACKS_ROOM;
    if (err)
        report("cannot serve the mount: %s", strerror(-err));
    return err ? WORKER_FAILED : WORKER_ENDED;
}

/* What a worker does; its exit status. */
static int work(void *program_, struct worker *worker)
{
    struct program *program = program_;
    if (program->ready_fd >= 0)
        close(program->ready_fd);
    if (program->mountpoint.claim >= 0)
        close(program->mountpoint.claim);
    program->worker = worker;
    /* No terminal stops it. */
    if (!program->options.foreground)
        setsid();
    if (!is_first(program) && !program->options.foreground)
        report_through(worker_log, worker);
    /* Memory for as many threads as can run: libc would keep some for eight times as many. */
    mallopt(M_ARENA_MAX, (int)parallel_threads());
    journal_open(&program->journal, program->shared->journal,
                 program->shared_size - offsetof(struct shared_state, journal));
    int status = serve_content(program);
    program_free(program);
    return status;
}

/* --- the supervisor --------------------------------------------------------------------------- */

static void give_up_claim(struct program *program)
{
    if (program->mountpoint.claim < 0)
        return;
    flock(program->mountpoint.claim, LOCK_UN); /* whoever else has it open */
    close(program->mountpoint.claim);
    program->mountpoint.claim = -1;
}

/* What is topmost there is ours, except where somebody has mounted on it already. */
static void note_mounted(struct program *program)
{
    struct mounted *mounted = &program->mounted;
    const char *place = mount_place(program->mount);
    if (!place || !mountpoint_find_mounted(place, mounted) ||
        strcmp(mounted->type, "fuse.transcriptfs") != 0)
        *mounted = (struct mounted){0};
    program->shared->device = makedev(mounted->major, mounted->minor);
    give_up_claim(program);
}

static int mount_tree(void *program_)
{
    struct program *program = program_;
    const struct mount_options *options = &program->mount_options;

    mount_keep_messages();
    int err = mount_new(options, &program->mount);
    if (!err) {
        note_mounted(program);
        recent_note(&program->shared->recent, RECENT_MOUNTED, (int)program->mounted.minor);
        return mount_fd(program->mount);
    }
    const char *path = program->mountpoint.path;
    if (err != -EIO) {
        report("cannot mount on \"%s\": %s", path,
               err == -ESTALE ? "another folder stands there now" : strerror(-err));
        return err;
    }
    const char *why = mount_last_message();
    report("cannot mount on \"%s\": %s", path, *why ? why : "fusermount3 refused it");
    cleanup_buf struct buf way_out = {0};
    mountpoint_explain_refusal(path, options->allow_other || options->allow_root, &way_out);
    report("%s", way_out.len ? way_out.data : strerror(-err));
    return err;
}

/* A thread of a dead worker may still hold the connection; readers would wait forever. */
static void abort_mount(const struct program *program)
{
    cleanup_fd int fd = program->mounted.id ? mountpoint_open_abort(&program->mounted) : -1;
    /* What was opened is ours where we have the connection behind that, too. */
    ssize_t told = fd >= 0 && mount_is_alive(program->mount) ? write(fd, "1", 1) : -1;
    recent_note(&program->shared->recent, RECENT_CUT_OFF, (int)told);
    (void)told; /* without fusectl root aborts it when it unmounts; nobody else can */
}

/* A mount that stands still was not unmounted: somebody has cut its connection off, or nobody knows
 * what did. */
static void tell_if_cut_off(const struct program *program)
{
    bool is_covered;
    cleanup_free char *place = mountpoint_place_of(&program->mounted, &is_covered);
    /* Elsewhere it is another one, which has got the number meanwhile. */
    if (!place || strcmp(place, program->mountpoint.path) != 0)
        return;
    report("the connection of \"%s\" to the kernel was cut off; what was done before:", place);
    recent_log(&program->shared->recent, report);
}

/* Unmounts ours, wherever it stands, and no other. */
static void unmount_tree(void *program_, bool by_force)
{
    struct program *program = program_;
    bool is_covered = false;
    if (!program->mount)
        return;
    bool is_alive = mount_is_alive(program->mount);
    recent_note(&program->shared->recent, RECENT_UNMOUNTS, by_force);
    if (!is_alive)
        tell_if_cut_off(program);
    cleanup_free char *place = is_alive ? mountpoint_place_of(&program->mounted, &is_covered)
                                        : NULL;
    if (by_force)
        abort_mount(program);
    mount_free(program->mount);
    program->mount = NULL;
    if (is_covered)
        report(
            "something is mounted on \"%s\", which is dead from now on; to clear it, unmount that, "
            "and then: fusermount3 -uz %s",
            place ? place : program->mountpoint.path, place ? place : program->mountpoint.path);
    else if (place && mountpoint_unmount(place, by_force))
        report("cannot unmount \"%s\"", place);
}

static void reset_shared_state(void *program_)
{
    const struct program *program = program_;
    program->shared->init.len = 0; /* a worker without a FUSE_INIT drops what does not count then */
}

static void tell_ready(void *program_)
{
    struct program *program = program_;
    detach(program);
    notify_service_manager("READY=1");
    background_tell_ready(&program->ready_fd);
}

static bool map_shared_state(struct program *program)
{
    for (size_t size = max_shared_state; size >= min_shared_state; size /= 2) {
        void *all = mmap(NULL, 4 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                         0);
        if (all == MAP_FAILED)
            continue;
        munmap(all, 4 * size);
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            continue;
        program->shared = memory;
        program->shared_size = size;
        return true;
    }
    return false;
}

static int open_place(struct program *program)
{
    const struct place_options options = {
        .path = program->content_path,
        .mount_path = program->mountpoint.path,
        .state = &program->shared->place,
        .log = report,
    };
    int err = place_open(&options, &program->place);
    if (err)
        return err;
    unsigned poll = program->options.poll;
    const struct following following = following_of(place_folder(program->place));
    place_poll(program->place, poll || following.has_events ? poll : following.seconds);
    return 0;
}

static int supervise_mount(struct program *program)
{
    const struct options *options = &program->options;
    struct supervise_options supervise_options = {
        .work = work,
        .mount = mount_tree,
        .unmount = unmount_tree,
        .ready = tell_ready,
        .forget = reset_shared_state,
        .context = program,
        .log = report,
    };
    program->mount_options = (struct mount_options){
        .mountpoint = &program->mountpoint,
        .content = program->content_path,
        .allow_other = options->allow_other,
        .allow_root = options->allow_root,
        .debug = options->debug,
    };
    if (!map_shared_state(program)) {
        report("cannot keep a journal: %s%s", strerror(ENOMEM), ROOM_ADVICE);
        return EXIT_FAILED;
    }
    int err = open_place(program);
    if (err) {
        report("content folder \"%s\": %s", program->content_path, strerror(-err));
        return EXIT_FAILED;
    }
    supervise_options.place = program->place;
    supervise_options.recent = &program->shared->recent;
    return supervise(&supervise_options);
}

/* Keeps the path of the content as it was given, with its links, so that what stands there can be
 * followed. A relative one would not survive the child's chdir. */
static bool keep_path(struct program *program)
{
    char *path = place_absolute(program->options.content);
    free(program->content_path);
    program->content_path = path;
    program->options.content = path;
    return path;
}

static int run(struct program *program)
{
    const struct options *options = &program->options;
    cleanup_buf struct buf why = {0};
    int status;

    int err = options->replace && options->mountpoint ? mountpoint_clear_dead(options->mountpoint)
                                                      : 0;
    if (err)
        report("dead mount \"%s\": %s", options->mountpoint, strerror(-err));
    err = mountpoint_check(options->content, options->mountpoint, options->nonempty,
                           &program->content_path, &program->mountpoint, &why);
    if (!err && options->mountpoint)
        err = mountpoint_check_fuse(&why);
    if (err) {
        report("%s", why.len ? why.data : strerror(-err));
        return options->query ? EXIT_NO_ANSWER : EXIT_FAILED;
    }
    if (options->check)
        return load(program) ? EXIT_FAILED : check(program->corpus, program->cache, options->quiet);
    if (options->query)
        return load(program) ? EXIT_NO_ANSWER : ask(program->corpus, program->cache, options);
    if (!keep_path(program)) {
        report("%s", strerror(ENOMEM));
        return EXIT_FAILED;
    }
    err = options->foreground ? BACKGROUND_CHILD : background_enter(&program->ready_fd, &status);
    if (err == BACKGROUND_PARENT)
        return status;
    if (err < 0)
        report("%s", strerror(-err));
    return err < 0 ? EXIT_FAILED : supervise_mount(program);
}

int main(int argc, char **argv)
{
    struct program program = {.folder.fd = -1, .ready_fd = -1, .mountpoint.claim = -1};
    int status;

    /* The parent may have set other actions: a write to a closed log must not kill us, and
     * waitpid() must report the deaths of workers. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    /* What the caller left open is not ours to keep: a lock, the end of a pipe that somebody reads,
     * a file that a worker has no business with. */
    close_range(3, UINT_MAX, 0);
    /* Descriptors 0 to 2 have to be open, or a content file could become standard error. */
    do
        program.null = open("/dev/null", O_RDWR);
    while (program.null >= 0 && program.null <= 2);
    if (options_read(argc, argv, &program.options, &status))
        status = run(&program);
    program_free(&program);
    return options_exit_status(&program.options, status);
}
