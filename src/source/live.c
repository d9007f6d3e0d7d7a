#include "source/live.h"

#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "corpus/build.h"
#include "source/look.h"
#include "source/watch.h"

enum {
    NETWORK_POLL = 10, /* seconds between looks at a network folder */
    RETRY = 1,         /* … after a look that failed: what there was to look at is lost */
    AUDIT = 300,       /* … where inotify watches: it misses what is written through a mapping */
    MOST_UNTOLD = 8,   /* generations of which the kernel was not told: more changes are gathered */
    MOST_TARGETS = 4096 /* more changes at once are found by looking at everything */
};

struct live {
    struct live_options options;
    struct watch *watch; /* NULL: it is polled */
    const char *mode, *why;
    int wake; /* an eventfd: the drain is to end */
    pthread_t drainer, publisher, teller;
    unsigned threads; /* of these that run */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct target *targets; /* paths are owned */
    size_t count, cap;
    struct map known; /* paths that are among them */
    bool look_at_all;
    bool is_ending;
    bool is_asked_to;   /* by an order */
    bool has_published; /* the kernel is to be told */
    bool is_published;  /* nothing more will be */
    pthread_cond_t news;
    bool has_no_watches; /* the system has none left: from now on it is polled */

    bool must_reread; /* the publisher's: another configuration holds, and not all was read by it */
    bool has_failed;  /* … the last look, which is to be tried again soon */
    bool has_bad_config; /* … problems.tsv tells of the configuration */
};

/* --- what is to be looked at ---------------------------------------------------------------------
 */

/* With the lock held. */
static void want_all(struct live *live)
{
    live->look_at_all = true;
    pthread_cond_signal(&live->changed);
}

/* With the lock held. */
static bool add_target(struct live *live, struct slice path, bool is_written)
{
    uint32_t at = map_get(&live->known, path);
    if (at != UINT32_MAX) {
        live->targets[at].is_written |= is_written;
        return true;
    }
    if (live->count == MOST_TARGETS ||
        !array_reserve(&live->targets, live->count, &live->cap, sizeof *live->targets))
        return false;
    char *copy = strndup(path.data, path.len);
    struct slice kept = {copy, path.len};
    struct map_slot *slot = copy ? map_put(&live->known, kept) : NULL;
    if (!slot) {
        free(copy);
        return false;
    }
    slot->value = (uint32_t)live->count;
    live->targets[live->count++] = (struct target){kept, is_written};
    return true;
}

static void note_change(void *live_, struct slice path, bool is_written)
{
    struct live *live = live_;
    pthread_mutex_lock(&live->lock);
    if (!add_target(live, path, is_written))
        live->look_at_all = true;
    pthread_cond_signal(&live->changed);
    pthread_mutex_unlock(&live->lock);
}

static void free_targets(struct target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)targets[i].path.data);
    free(targets);
}

/* --- draining
 * ------------------------------------------------------------------------------------- */

/* True where the serving is to end. */
static bool take_order(struct live *live)
{
    enum live_order order = live->options.take_order(live->options.orders);
    if (order != LIVE_RESCAN)
        return order == LIVE_END;
    pthread_mutex_lock(&live->lock);
    want_all(live);
    pthread_mutex_unlock(&live->lock);
    return false;
}

/* What is being told to the kernel needs requests answered: it is let finish. */
static void end_in_peace(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->is_ending = live->is_asked_to = true;
    pthread_cond_signal(&live->changed);
    pthread_mutex_unlock(&live->lock);
}

static void drain_events(struct live *live)
{
    if (watch_drain(live->watch, note_change, live))
        return;
    tree_tell_overflow(live->options.tree);
    live->options.log("more changed at once than the kernel tells of: looking at all of it");
    pthread_mutex_lock(&live->lock);
    want_all(live);
    pthread_mutex_unlock(&live->lock);
}

static void *drain(void *live_)
{
    struct live *live = live_;
    struct pollfd fds[] = {
        {.fd = live->wake, .events = POLLIN},
        {.fd = live->options.orders, .events = POLLIN},
        {.fd = live->watch ? watch_fd(live->watch) : -1, .events = POLLIN},
    };
    for (;;) {
        if (poll(fds, 3, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        if (fds[2].revents & POLLIN)
            drain_events(live);
        if (fds[1].revents && take_order(live)) {
            end_in_peace(live);
            fds[1].fd = -1;
        }
    }
    return NULL;
}

/* --- looking, building, telling
 * -------------------------------------------------------------------- */

static void enter_folder(void *live_, struct slice path)
{
    struct live *live = live_;
    int err = live->watch ? watch_folder(live->watch, path) : 0;
    if (err != -ENOSPC && err != -ENOMEM)
        return; /* a folder that went is told by its parent */
    pthread_mutex_lock(&live->lock);
    bool is_new = !live->has_no_watches;
    live->has_no_watches = true;
    pthread_mutex_unlock(&live->lock);
    if (!is_new)
        return;
    live->options.log("the system has no inotify watches left (fs.inotify.max_user_watches): "
                      "looking at all of it every %d seconds",
                      NETWORK_POLL);
    live->mode = "poll";
    live->why = "fs.inotify.max_user_watches is too low";
    tree_tell_watch(live->options.tree, live->mode, live->why);
}

/* A configuration that is not understood leaves the one before. */
static void configure(struct live *live, struct diags *diags, bool *is_told)
{
    int err = content_configure(live->options.folder, diags);
    if (err == 1)
        return;
    bool was_bad = live->has_bad_config;
    live->has_bad_config = err != 0;
    if (err && !diags->first) {
        /* It cannot be read, which is told once. */
        if (was_bad)
            return;
        diags_add(diags, 0, 0, "", "%s", strerror(-err));
    }
    for (struct diag *diag = diags->first; diag; diag = diag->next)
        diag->action = SLICE("what held before still holds");
    *is_told = diags->first || was_bad;
    if (err)
        return;
    const struct configuration taken = content_configuration(live->options.folder);
    if (builder_configure(live->options.builder, &taken))
        live->options.folder->is_configured = false; /* without memory: with the next look */
    live->must_reread = true;
}

/* Whatever is said of them, some may be as they were: then there is no other generation. */
static bool is_nothing(const struct look *look, const struct corpus *corpus)
{
    for (size_t i = 0; i < look->count; i++) {
        const struct scanned *change = &look->changes[i];
        bool is_known = corpus_find_path(corpus, change->path) != NO_INDEX ||
                        corpus_find_stray(corpus, change->path);
        /* A folder without episodes is none of the corpus's. */
        if (change->is_folder ? corpus_find_folder_path(corpus, change->path) != NO_INDEX
                              : !change->is_gone || is_known)
            return false;
    }
    return true;
}

static int publish(struct live *live, struct look *look)
{
    struct corpus *next;
    int err = tree_reserve(live->options.tree, live->options.corpus->episode_cap + look->count);
    if (!err)
        err = corpus_next(live->options.builder, live->options.corpus, look->changes, look->count,
                          &next);
    if (err)
        return err;
    live->options.corpus = next;
    builder_tidy(live->options.builder);
    tree_publish(live->options.tree, next);
    pthread_mutex_lock(&live->lock);
    live->has_published = true;
    pthread_cond_signal(&live->news);
    pthread_mutex_unlock(&live->lock);
    return 0;
}

/* Looks at the targets, and at everything where `is_all` says so, and publishes what is other
 * there. */
static int follow(struct live *live, const struct target *targets, size_t count, bool is_all)
{
    cleanup_free struct target *wanted = calloc(count + 1, sizeof *wanted);
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct look look = {0};
    bool is_told = false, has_config = is_all;

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        wanted[i] = targets[i];
        has_config |= slice_equal(targets[i].path, SLICE(CONTENT_CONFIG));
    }
    if (has_config)
        configure(live, &diags, &is_told);
    /* With another configuration what a file says is another thing. */
    if (is_all || live->must_reread)
        wanted[count++] = (struct target){.path = SLICE(""), .is_written = live->must_reread};
    const struct look_options options = {
        .threads = live->options.threads, .enter_folder = enter_folder, .context = live};
    tree_tell_scanning(live->options.tree, true);
    int err = look_at_content(live->options.folder, wanted, count, live->options.corpus, &options,
                              &look);
    if (!err && is_told)
        err = look_add_config(&look, live->options.folder, &diags);
    if (!err && !is_nothing(&look, live->options.corpus))
        err = publish(live, &look);
    tree_tell_scanning(live->options.tree, false);
    if (err && is_told)
        live->has_bad_config = false; /* so that it is told with the next look */
    if (!err)
        live->must_reread = false;
    look_free(&look);
    arena_free(&arena);
    return err;
}

static unsigned seconds_between_looks(const struct live *live)
{
    if (live->has_failed)
        return RETRY;
    if (live->options.poll)
        return live->options.poll;
    return live->watch && !live->has_no_watches ? AUDIT : NETWORK_POLL;
}

/* With the lock held: waits until something is to be looked at, then for what comes with it. False
 * where it is to end. */
static bool wait_for_changes(struct live *live)
{
    struct timespec look = time_after(CLOCK_MONOTONIC, seconds_between_looks(live) * 1000);
    int err = 0;
    while (!live->is_ending && !live->look_at_all && live->count == 0 && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&live->changed, &live->lock, &look);
    if (err == ETIMEDOUT)
        live->look_at_all = true;
    struct timespec gathered = time_after(CLOCK_MONOTONIC, live->options.gather);
    while (!live->is_ending && live->count &&
           pthread_cond_timedwait(&live->changed, &live->lock, &gathered) != ETIMEDOUT)
        ;
    /* The kernel is told slower than files are written where many read: else generations pile up.
     */
    while (!live->is_ending) {
        pthread_mutex_unlock(&live->lock);
        bool is_told = tree_wait_until_told(live->options.tree, MOST_UNTOLD, live->options.gather);
        pthread_mutex_lock(&live->lock);
        if (is_told)
            break;
    }
    return !live->is_ending;
}

static void *publish_changes(void *live_)
{
    struct live *live = live_;
    int failed = 0;

    pthread_mutex_lock(&live->lock);
    while (wait_for_changes(live)) {
        struct target *targets = steal_pointer(&live->targets);
        size_t count = live->count;
        bool is_all = live->look_at_all;
        map_free(&live->known);
        live->count = live->cap = 0;
        live->look_at_all = false;
        pthread_mutex_unlock(&live->lock);

        int err = follow(live, targets, count, is_all);
        if (err && err != failed)
            live->options.log("the content cannot be followed: %s", strerror(-err));
        failed = err;
        free_targets(targets, count);

        pthread_mutex_lock(&live->lock);
        live->has_failed = err != 0;
    }
    live->is_published = true;
    pthread_cond_signal(&live->news);
    pthread_mutex_unlock(&live->lock);
    return NULL;
}

/* --- telling -------------------------------------------------------------------------------------
 *
 * The kernel makes whoever tells it wait for requests under way, and one of these may wait for a
 * generation that is still to be published: so nobody publishes here.
 */

static void *tell_changes(void *live_)
{
    struct live *live = live_;

    pthread_mutex_lock(&live->lock);
    for (;;) {
        while (!live->has_published && !live->is_published)
            pthread_cond_wait(&live->news, &live->lock);
        if (!live->has_published)
            break;
        live->has_published = false;
        pthread_mutex_unlock(&live->lock);
        int err = tree_tell(live->options.tree, live->options.tell, live->options.context);
        if (err)
            live->options.log("by-voice cannot follow the content: %s", strerror(-err));
        pthread_mutex_lock(&live->lock);
    }
    bool is_asked_to = live->is_asked_to;
    pthread_mutex_unlock(&live->lock);
    /* Only now: what was being told needed requests answered. */
    if (is_asked_to)
        live->options.stop(live->options.context);
    return NULL;
}

/* --- beginning and ending
 * --------------------------------------------------------------------------- */

/* What lies on another machine changes there, and inotify hears nothing of it. */
static const char *network_name(int fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs))
        return NULL;
    switch ((unsigned long)fs.f_type) {
    case NFS_SUPER_MAGIC:
        return "the content is on NFS";
    case SMB_SUPER_MAGIC:
    case 0xFF534D42: /* CIFS */
    case 0xFE534D42: /* SMB 2 */
        return "the content is on SMB";
    case 0x00C36400:
        return "the content is on CephFS";
    case V9FS_MAGIC:
        return "the content is on 9P";
    case AFS_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
        return "the content is on a network file system";
    case FUSE_SUPER_MAGIC:
        return "the content is on a FUSE file system, such as SSHFS";
    default:
        return NULL;
    }
}

static int choose_mode(struct live *live)
{
    const char *network = network_name(live->options.folder->fd);
    live->mode = "poll";
    live->why = live->options.poll ? "-o poll" : network;
    if (live->why)
        return 0;
    int err = watch_new(live->options.folder, &live->watch);
    if (err == -EMFILE || err == -ENFILE) {
        live->why = "fs.inotify.max_user_instances is too low";
        return 0;
    }
    live->mode = "inotify";
    live->why = "the content is on this machine";
    return err;
}

static int start_threads(struct live *live)
{
    const struct {
        pthread_t *thread;
        void *(*run)(void *live);
    } threads[] = {
        {&live->teller, tell_changes},
        {&live->publisher, publish_changes},
        {&live->drainer, drain},
    };
    live->wake = eventfd(0, EFD_CLOEXEC);
    if (live->wake < 0)
        return -errno;
    for (; live->threads < sizeof threads / sizeof *threads; live->threads++) {
        int err = pthread_create(threads[live->threads].thread, NULL, threads[live->threads].run,
                                 live);
        if (err)
            return -err;
    }
    return 0;
}

/* In the order in which they end. */
static void join_threads(struct live *live)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&live->lock);
    live->is_ending = true;
    live->is_published |= live->threads < 2;
    pthread_cond_signal(&live->changed);
    pthread_cond_signal(&live->news);
    pthread_mutex_unlock(&live->lock);
    if (live->threads > 2) {
        ssize_t woken = write(live->wake, &one, sizeof one);
        (void)woken;
        pthread_join(live->drainer, NULL);
    }
    if (live->threads > 1)
        pthread_join(live->publisher, NULL);
    if (live->threads > 0)
        pthread_join(live->teller, NULL);
}

int live_start(const struct live_options *options, struct live **live_)
{
    struct live *live = calloc(1, sizeof *live);
    pthread_condattr_t monotonic;

    *live_ = NULL;
    if (!live)
        return -ENOMEM;
    live->options = *options;
    live->wake = -1;
    pthread_mutex_init(&live->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&live->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&live->news, NULL);
    int err = choose_mode(live);
    tree_tell_watch(options->tree, live->mode, live->why);
    options->folder->context = live;
    options->folder->changed = note_change;
    /* The first look watches every folder, and finds what changed since the corpus was built. */
    live->look_at_all = true;
    /* Whoever served before may not have told all. */
    live->has_published = true;
    /* … nor that a configuration with a mistake was put right, maybe by the one that held before.
     */
    live->has_bad_config = corpus_find_stray(options->corpus, SLICE(CONTENT_CONFIG)) != NULL;
    options->folder->is_configured &= !live->has_bad_config;
    if (!err)
        err = start_threads(live);
    if (err)
        live_free(live);
    else
        *live_ = live;
    return err;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    join_threads(live);
    live->options.folder->changed = NULL;
    if (live->wake >= 0)
        close(live->wake);
    watch_free(live->watch);
    free_targets(live->targets, live->count);
    map_free(&live->known);
    pthread_mutex_destroy(&live->lock);
    pthread_cond_destroy(&live->changed);
    pthread_cond_destroy(&live->news);
    free(live);
}
