/* The worker: it reads the content, serves the mount and follows changes. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/parallel.h"
#include "fuse/kernel.h"
#include "fuse/prefetch.h"
#include "source/updater.h"
#include "program.h"

enum {
    GATHER = 50,         /* milliseconds for which changes are gathered */
    MOST_FREE = 4 << 20, /* bytes that libc keeps at the end of an arena */
};

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

void program_detach(struct program *program)
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
    if (program_is_first(program))
        program_summarise(program);
    worker_say_ready(program->worker);
    program_detach(program);
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
    int err = program_load(program);
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

int program_work(void *program_, struct worker *worker)
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
    if (!program_is_first(program) && !program->options.foreground)
        report_through(worker_log, worker);
    /* Memory for as many threads as can run: libc would keep some for eight times as many. */
    mallopt(M_ARENA_MAX, (int)parallel_threads());
    /* libc would keep twice the largest block that was ever freed, and no malloc_trim() would
     * return it, but in the first arena. If it kept less, each body would need new pages. */
    mallopt(M_TRIM_THRESHOLD, MOST_FREE);
    mallopt(M_MMAP_THRESHOLD, MOST_FREE);
    journal_open(&program->journal, program->shared->journal,
                 program->shared_size - offsetof(struct shared_state, journal));
    int status = serve_content(program);
    program_free(program);
    return status;
}
