#define FUSE_USE_VERSION 314

#include "fuse/serve.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fuse/gate.h"
#include "fuse/prefetch.h"
#include "fuse/requests.h"
#include "fuse/server.h"

enum {
    WAITING_THREADS = 124, /* requests that may wait; there is a thread for each, and more */
    IDLE_THREADS = 12,     /* … and of them stay */
};

/* --- invalidation ----------------------------------------------------------------------------- */

void serve_notify(void *server_, enum invalidate_kind what, uint64_t id, const char *name)
{
    const struct server *server = server_;
    bool is_of_node = what == INVALIDATE_ATTR || what == INVALIDATE_STAMPS;
    /* Ignore errors: the kernel may not have cached it. It locks the folder to invalidate a name,
     * also one that no child has: that waits for look-ups and listings under way, which it would
     * cache otherwise. */
    if (!is_of_node)
        fuse_lowlevel_notify_inval_entry(server->session, id, name ? name : ".",
                                         name ? strlen(name) : 1);
    /* An offset of -1 keeps the listing. */
    if (is_of_node || what == INVALIDATE_FOLDER)
        fuse_lowlevel_notify_inval_inode(server->session, id, what == INVALIDATE_STAMPS ? -1 : 0,
                                         0);
}

/* A store_fn. */
static int store_file(void *server_, uint64_t id, struct slice bytes)
{
    struct server *server = server_;
    struct fuse_bufvec vector = FUSE_BUFVEC_INIT(bytes.len);
    vector.buf[0].mem = (void *)(uintptr_t)bytes.data;
    int err = fuse_lowlevel_notify_store(server->session, id, 0, &vector, 0);
    if (!err)
        __atomic_add_fetch(&server->counts[STORED_AHEAD].count, 1, __ATOMIC_RELAXED);
    return err;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void wake_up(int signal)
{
    (void)signal; /* it interrupts a blocking system call */
}

void serve_stop(void *server_)
{
    struct server *server = server_;
    if (__atomic_load_n(&server->has_ended, __ATOMIC_ACQUIRE))
        return;
    prefetch_stop(server->prefetch);
    pthread_mutex_lock(&server->lock);
    fuse_session_exit(server->session);
    /* The signal may arrive just before the system call: send it until the loop has ended. */
    while (!server->has_ended) {
        const struct timespec soon = time_after(20);
        pthread_kill(server->serving, SIGUSR1);
        pthread_cond_timedwait(&server->end_announced, &server->lock, &soon);
    }
    pthread_mutex_unlock(&server->lock);
}

static void announce_end(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    __atomic_store_n(&server->has_ended, true, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&server->end_announced);
    pthread_mutex_unlock(&server->lock);
}

static int run_loop(struct fuse_session *session, unsigned threads)
{
    if (threads <= 1)
        return fuse_session_loop(session);
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    if (!config)
        return -ENOMEM;
    /* Threads that wait for the voice index, or for room for a long text (cache.h), must not block
     * all other requests (gate.h). */
    fuse_loop_cfg_set_max_threads(config, threads + WAITING_THREADS);
    fuse_loop_cfg_set_idle_threads(config, threads + IDLE_THREADS);
    int result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
    return result;
}

/* --- serving ---------------------------------------------------------------------------------- */

static int new_session(struct server *server)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    int err = mount_arguments(server->options->mount, &args);
    if (!err)
        server->session = fuse_session_new(&args, &requests_operations, sizeof requests_operations,
                                           server);
    fuse_opt_free_args(&args);
    if (err || !server->session)
        return err ? err : -EIO;
    gate_init(&server->gate, server->session, WAITING_THREADS);
    return fuse_session_custom_io(server->session, &init_replay_io, server->options->fd);
}

static int serve_requests(struct server *server)
{
    const struct serve_options *options = server->options;
    int err = init_replay_handshake(&server->init_state, server->session, options->fd);
    if (err)
        return err == -ENODEV ? 0 : err; /* it was unmounted at once */
    /* Prefetching is optional: ignore the error. */
    if (!options->no_prefetch)
        (void)prefetch_new(server->tree, store_file, server, &options->memory, &server->prefetch);
    err = options->ready(options->context, server); /* from now on serve_stop() may be called */
    if (!err)
        err = run_loop(server->session, options->threads) < 0 ? -EIO : 0;
    announce_end(server);
    /* Its threads read content, and tell of what changed. If serve_stop() is at it, in a thread of
     * the caller's, ended() waits for that one. */
    prefetch_stop(server->prefetch);
    options->ended(options->context);
    /* Not earlier: a thread in serve_stop() may still use it. */
    prefetch_free(server->prefetch);
    return err;
}

int serve(struct tree *tree, const struct serve_options *options)
{
    struct server server = {
        .init_state = {.init = options->init},
        .tree = tree,
        .options = options,
        .xattr = options->xattr,
        .drops_negative_dentries = options->drops_negative_dentries,
        .serving = pthread_self(),
    };
    const struct sigaction wake = {.sa_handler = wake_up};

    requests_name_counts(&server);
    tree_set_request_counts(tree, server.counts);
    pthread_mutex_init(&server.lock, NULL);
    cond_init_timed(&server.end_announced);
    sigaction(SIGUSR1, &wake, NULL);
    signal(SIGPIPE, SIG_IGN);
    mount_keep_messages();
    int err = new_session(&server);
    if (!err)
        err = serve_requests(&server);
    tree_set_request_counts(tree, NULL);
    if (server.session) {
        gate_free(&server.gate);
        fuse_session_destroy(server.session);
    }
    return err;
}
