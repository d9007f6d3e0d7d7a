#include "source/updater.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "corpus/build.h"
#include "source/content_scan.h"
#include "source/unread.h"
#include "source/watch.h"

enum {
    RETRY = 1,           /* seconds from a failed scan, which lost its targets, to a full scan */
    MOST_UNNOTIFIED = 8, /* unnotified generations at which the publisher waits */
    MOST_TARGETS = 4096  /* more changes at once need a full scan */
};

struct updater {
    struct updater_options options;
    struct watch *watch; /* NULL: it polls */
    const char *mode, *why;
    int wake; /* an eventfd that ends the drain */
    pthread_t drainer, publisher, notifier;
    unsigned threads; /* how many of these run */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct target *targets; /* owns the paths */
    size_t count, cap;
    struct map target_index; /* by path */
    bool is_full_scan_requested;
    bool is_ending;
    bool is_stop_ordered;     /* by the supervisor */
    bool must_notify;         /* tree_notify() is due */
    bool has_publisher_ended; /* no further generation comes */
    pthread_cond_t publisher_state_changed;
    bool has_no_watches;  /* the system has none left, so the updater polls */
    struct buf answering; /* folders that were hung and answer again; a NUL byte behind each */

    /* The publisher's own. */
    struct unread unread;
    bool must_reread;    /* a new configuration is in force; the last scan used the old one */
    bool has_failed;     /* the last scan failed */
    bool has_bad_config; /* problems.tsv lists mistakes of the configuration */
};

/* --- targets ---------------------------------------------------------------------------------- */

/* With the lock held. */
static void request_full_scan(struct updater *updater)
{
    updater->is_full_scan_requested = true;
    pthread_cond_signal(&updater->changed);
}

/* With the lock held. */
static bool add_target(struct updater *updater, struct slice path, bool is_written)
{
    uint32_t at = map_get(&updater->target_index, path);
    if (at != UINT32_MAX) {
        updater->targets[at].is_written |= is_written;
        return true;
    }
    if (updater->count == MOST_TARGETS ||
        !array_reserve(&updater->targets, updater->count, &updater->cap, sizeof *updater->targets))
        return false;
    char *copy = strndup(path.data, path.len);
    struct slice kept = {copy, path.len};
    struct map_slot *slot = copy ? map_put(&updater->target_index, kept) : NULL;
    if (!slot) {
        free(copy);
        return false;
    }
    slot->value = (uint32_t)updater->count;
    updater->targets[updater->count++] = (struct target){kept, is_written};
    return true;
}

static void note_change(void *updater_, struct slice path, bool is_written)
{
    struct updater *updater = updater_;
    pthread_mutex_lock(&updater->lock);
    if (!add_target(updater, path, is_written))
        updater->is_full_scan_requested = true;
    pthread_cond_signal(&updater->changed);
    pthread_mutex_unlock(&updater->lock);
}

static void free_targets(struct target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)targets[i].path.data);
    free(targets);
}

/* --- draining --------------------------------------------------------------------------------- */

/* True if the order is to stop. */
static bool take_order(struct updater *updater)
{
    enum updater_order order = updater->options.take_order(updater->options.orders);
    if (order != UPDATER_RESCAN)
        return order == UPDATER_STOP;
    pthread_mutex_lock(&updater->lock);
    request_full_scan(updater);
    pthread_mutex_unlock(&updater->lock);
    return false;
}

/* A notification under way needs requests answered, so the notifier stops the serving when it has
 * finished. */
static void stop_in_order(struct updater *updater)
{
    pthread_mutex_lock(&updater->lock);
    updater->is_ending = updater->is_stop_ordered = true;
    pthread_cond_signal(&updater->changed);
    pthread_mutex_unlock(&updater->lock);
}

static void drain_events(struct updater *updater)
{
    if (watch_drain(updater->watch, note_change, updater))
        return;
    tree_note_overflow(updater->options.tree);
    updater->options.log("inotify queue overflow; rescanning everything");
    pthread_mutex_lock(&updater->lock);
    request_full_scan(updater);
    pthread_mutex_unlock(&updater->lock);
}

static void *drain(void *updater_)
{
    struct updater *updater = updater_;
    struct pollfd fds[] = {
        {.fd = updater->wake, .events = POLLIN},
        {.fd = updater->options.orders, .events = POLLIN},
        {.fd = updater->watch ? watch_fd(updater->watch) : -1, .events = POLLIN},
    };
    for (;;) {
        if (poll(fds, 3, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        if (fds[2].revents & POLLIN)
            drain_events(updater);
        if (fds[1].revents && take_order(updater)) {
            stop_in_order(updater);
            fds[1].fd = -1;
        }
    }
    return NULL;
}

/* --- scanning, building, publishing ----------------------------------------------------------- */

static void enter_folder(void *updater_, struct slice path)
{
    struct updater *updater = updater_;
    int err = updater->watch ? watch_folder(updater->watch, path) : 0;
    if (err != -ENOSPC && err != -ENOMEM)
        return; /* if the folder is gone, an event of its parent follows */
    pthread_mutex_lock(&updater->lock);
    bool is_new = !updater->has_no_watches;
    updater->has_no_watches = true;
    pthread_mutex_unlock(&updater->lock);
    if (!is_new)
        return;
    updater->options.log("the system has no inotify watches left (fs.inotify.max_user_watches): "
                         "rescanning every %d seconds",
                         FOLLOW_NETWORK);
    updater->mode = "poll";
    updater->why = "fs.inotify.max_user_watches is too low";
    tree_set_watch(updater->options.tree, updater->mode, updater->why);
}

/* Reads the configuration again. If it has mistakes, the previous one stays in force. */
static void configure(struct updater *updater, struct diags *diags, bool *is_reported)
{
    int err = content_configure(updater->options.folder, diags);
    if (err == 1)
        return;
    bool was_bad = updater->has_bad_config;
    updater->has_bad_config = err != 0;
    if (err && !diags->first) {
        /* The file is unreadable; report that once. */
        unread_add(&updater->unread, SLICE(CONTENT_CONFIG));
        if (was_bad)
            return;
        diags_add(diags, 0, 0, "", "%s", strerror(-err));
    }
    for (struct diag *diag = diags->first; diag; diag = diag->next)
        diag->action = SLICE("the previous configuration stays in force");
    *is_reported = diags->first || was_bad;
    if (err)
        return;
    const struct configuration taken = content_configuration(updater->options.folder);
    if (builder_configure(updater->options.builder, &taken))
        updater->options.folder->is_configured = false; /* no memory: the next scan tries again */
    updater->must_reread = true;
}

/* True if no change affects the corpus, so that it needs no new generation. */
static bool has_no_effect(const struct content_scan *scan, const struct builder *builder,
                          const struct corpus *corpus)
{
    for (size_t i = 0; i < scan->count; i++) {
        const struct scanned *change = &scan->changes[i];
        bool is_known = corpus_find_path(corpus, change->path) != NO_INDEX ||
                        corpus_find_stray(corpus, change->path);
        if (change->is_folder ? !builder_has_folder(builder, change->path, &change->id)
                              : !change->is_gone || is_known)
            return false;
    }
    return true;
}

static void notify_soon(void *updater_)
{
    struct updater *updater = updater_;
    pthread_mutex_lock(&updater->lock);
    updater->must_notify = true;
    pthread_cond_signal(&updater->publisher_state_changed);
    pthread_mutex_unlock(&updater->lock);
}

static int publish(struct updater *updater, struct content_scan *scan)
{
    struct corpus *next;
    int err = tree_reserve(updater->options.tree,
                           updater->options.corpus->episode_cap + scan->count);
    if (!err)
        err = corpus_next(updater->options.builder, updater->options.corpus, scan->changes,
                          scan->count, &next);
    if (err)
        return err;
    updater->options.corpus = next;
    tree_publish(updater->options.tree, next);
    notify_soon(updater);
    return 0;
}

/* Scans the targets, or everything if `is_all`, and publishes a generation if something changed. */
static int scan_and_publish(struct updater *updater, const struct target *targets, size_t count,
                            bool is_all)
{
    cleanup_free struct target *wanted = calloc(count + 1, sizeof *wanted);
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct content_scan scan = {0};
    bool is_reported = false, has_config = is_all;

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        wanted[i] = targets[i];
        has_config |= slice_equal(targets[i].path, SLICE(CONTENT_CONFIG));
    }
    if (has_config)
        configure(updater, &diags, &is_reported);
    /* A new configuration may change the head of every file. */
    if (is_all || updater->must_reread)
        wanted[count++] = (struct target){.path = SLICE(""), .is_written = updater->must_reread};
    const struct content_scan_options options = {.threads = updater->options.threads,
                                                 .builder = updater->options.builder,
                                                 .enter_folder = enter_folder,
                                                 .context = updater};
    tree_set_scanning(updater->options.tree, true);
    builder_tidy(updater->options.builder); /* even without changes: queries fill the journal too */
    int err = content_scan(updater->options.folder, wanted, count, updater->options.corpus,
                           &options, &scan);
    if (!err && is_reported)
        err = content_scan_add_config(&scan, updater->options.folder, &diags);
    if (!err && !has_no_effect(&scan, updater->options.builder, updater->options.corpus))
        err = publish(updater, &scan);
    tree_set_scanning(updater->options.tree, false);
    if (err && is_reported)
        updater->has_bad_config = false; /* report it with the next scan */
    for (size_t i = 0; i < scan.unread_count && !err; i++)
        unread_add(&updater->unread, scan.unread[i]);
    err = err ? err : scan.unlisted;
    if (!err)
        updater->must_reread = false;
    content_scan_free(&scan);
    arena_free(&arena);
    return err;
}

static unsigned seconds_between_scans(const struct updater *updater)
{
    if (updater->has_failed)
        return RETRY;
    if (updater->options.poll)
        return updater->options.poll;
    return updater->watch && !updater->has_no_watches ? updater->options.folder->following.seconds
                                                      : FOLLOW_NETWORK;
}

/* With the lock held. */
static void try_again(void *updater_, struct slice path)
{
    struct updater *updater = updater_;
    if (!add_target(updater, path, true))
        updater->is_full_scan_requested = true;
}

/* With the lock held. Waits until there is a target or a full scan is due. */
static void wait_for_first_change(struct updater *updater)
{
    const struct timespec scan = time_after(seconds_between_scans(updater) * 1000);
    struct timespec retry, next = scan;
    bool is_scan = !unread_next(&updater->unread, &retry) || timespec_is_before(&scan, &retry);
    int err = 0;
    if (!is_scan)
        next = retry;
    while (!updater->is_ending && !updater->is_full_scan_requested && updater->count == 0 &&
           err != ETIMEDOUT)
        err = pthread_cond_timedwait(&updater->changed, &updater->lock, &next);
    if (err == ETIMEDOUT && is_scan)
        updater->is_full_scan_requested = true;
    unread_begin_try(&updater->unread, try_again, updater);
}

/* With the lock held. Waits for the first change, then gathers those that come with it. False if
 * the updater ends. */
static bool wait_for_changes(struct updater *updater)
{
    wait_for_first_change(updater);
    struct timespec gathered = time_after(updater->options.gather);
    while (!updater->is_ending && updater->count &&
           pthread_cond_timedwait(&updater->changed, &updater->lock, &gathered) != ETIMEDOUT)
        ;
    /* With many readers a notification takes longer than a write: without this wait generations
     * would pile up. */
    while (!updater->is_ending) {
        pthread_mutex_unlock(&updater->lock);
        bool is_reported = tree_wait_until_notified(updater->options.tree, MOST_UNNOTIFIED,
                                                    updater->options.gather);
        pthread_mutex_lock(&updater->lock);
        if (is_reported)
            break;
    }
    return !updater->is_ending;
}

/* With the lock held. */
static void log_answering(struct updater *updater)
{
    struct slice rest = buf_slice(&updater->answering), path;
    while (slice_take(&rest, '\0', &path) && path.len)
        updater->options.log("folder \"%s\" in the content answers again", path.data);
    buf_free(&updater->answering);
}

static void *publish_changes(void *updater_)
{
    struct updater *updater = updater_;
    int failed = 0;

    pthread_mutex_lock(&updater->lock);
    while (wait_for_changes(updater)) {
        log_answering(updater);
        struct target *targets = steal_pointer(&updater->targets);
        size_t count = updater->count;
        bool is_all = updater->is_full_scan_requested;
        map_free(&updater->target_index);
        updater->count = updater->cap = 0;
        updater->is_full_scan_requested = false;
        pthread_mutex_unlock(&updater->lock);

        int err = scan_and_publish(updater, targets, count, is_all);
        if (err && err != failed)
            updater->options.log("cannot update from the content folder: %s", strerror(-err));
        failed = err;
        free_targets(targets, count);
        unread_end_try(&updater->unread); /* after a failure a full scan follows */

        pthread_mutex_lock(&updater->lock);
        updater->has_failed = err != 0;
    }
    updater->has_publisher_ended = true;
    pthread_cond_signal(&updater->publisher_state_changed);
    pthread_mutex_unlock(&updater->lock);
    return NULL;
}

/* --- notifying -----------------------------------------------------------------------------------
 *
 * A notification may block until requests under way have their replies, and one of these may wait
 * for the next generation: so the thread that notifies does not publish.
 */

static void *notify_changes(void *updater_)
{
    struct updater *updater = updater_;

    pthread_mutex_lock(&updater->lock);
    for (;;) {
        while (!updater->must_notify && !updater->has_publisher_ended)
            pthread_cond_wait(&updater->publisher_state_changed, &updater->lock);
        if (!updater->must_notify)
            break;
        updater->must_notify = false;
        pthread_mutex_unlock(&updater->lock);
        int err = tree_notify(updater->options.tree, updater->options.notify,
                              updater->options.context);
        if (err)
            updater->options.log("cannot update by-voice: %s", strerror(-err));
        pthread_mutex_lock(&updater->lock);
    }
    bool is_stop_ordered = updater->is_stop_ordered;
    pthread_mutex_unlock(&updater->lock);
    /* Not earlier: notifications under way wait for replies. */
    if (is_stop_ordered)
        updater->options.stop(updater->options.context);
    return NULL;
}

/* When the folder answers again, it becomes a target. The publisher logs that, since the thread
 * that waited for the folder has closed its descriptors. */
static void note_hung(void *updater_, struct slice path, bool is_hung)
{
    struct updater *updater = updater_;
    tree_set_hung(updater->options.tree, path, is_hung);
    if (is_hung) {
        updater->options.log("folder \"%s\" in the content does not answer; serving what is "
                             "known of it, and following the rest",
                             path.data);
        return;
    }
    pthread_mutex_lock(&updater->lock);
    buf_add(&updater->answering, path.data, path.len + 1);
    pthread_mutex_unlock(&updater->lock);
    note_change(updater, path, false);
}

/* --- beginning and ending --------------------------------------------------------------------- */

static int choose_mode(struct updater *updater)
{
    const struct following *following = &updater->options.folder->following;
    updater->mode = "poll";
    updater->why = updater->options.poll ? "-o poll" : following->why;
    if (updater->options.poll || !following->has_events)
        return 0;
    int err = watch_new(updater->options.folder, &updater->watch);
    if (err == -EMFILE || err == -ENFILE) {
        updater->why = "fs.inotify.max_user_instances is too low";
        return 0;
    }
    updater->mode = "inotify";
    return err;
}

static int start_threads(struct updater *updater)
{
    const struct {
        pthread_t *thread;
        void *(*run)(void *updater);
    } threads[] = {
        {&updater->notifier, notify_changes},
        {&updater->publisher, publish_changes},
        {&updater->drainer, drain},
    };
    updater->wake = eventfd(0, EFD_CLOEXEC);
    if (updater->wake < 0)
        return -errno;
    for (; updater->threads < sizeof threads / sizeof *threads; updater->threads++) {
        int err = pthread_create(threads[updater->threads].thread, NULL,
                                 threads[updater->threads].run, updater);
        if (err)
            return -err;
    }
    return 0;
}

/* Joins the threads in the order in which they end. */
static void join_threads(struct updater *updater)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&updater->lock);
    updater->is_ending = true;
    updater->has_publisher_ended |= updater->threads < 2;
    pthread_cond_signal(&updater->changed);
    pthread_cond_signal(&updater->publisher_state_changed);
    pthread_mutex_unlock(&updater->lock);
    if (updater->threads > 2) {
        ssize_t woken = write(updater->wake, &one, sizeof one);
        (void)woken;
        pthread_join(updater->drainer, NULL);
    }
    if (updater->threads > 1)
        pthread_join(updater->publisher, NULL);
    if (updater->threads > 0)
        pthread_join(updater->notifier, NULL);
}

int updater_start(const struct updater_options *options, struct updater **updater_)
{
    struct updater *updater = calloc(1, sizeof *updater);

    *updater_ = NULL;
    if (!updater)
        return -ENOMEM;
    updater->options = *options;
    updater->wake = -1;
    pthread_mutex_init(&updater->lock, NULL);
    cond_init_timed(&updater->changed);
    pthread_cond_init(&updater->publisher_state_changed, NULL);
    int err = choose_mode(updater);
    tree_set_notifier(options->tree, notify_soon, updater);
    tree_set_watch(options->tree, updater->mode, updater->why);
    options->folder->context = updater;
    options->folder->changed = note_change;
    disk_tell(options->folder->disk, note_hung, updater);
    /* The first scan watches every folder, and finds what changed since the corpus was built. */
    updater->is_full_scan_requested = true;
    /* The previous worker may not have notified the kernel of all generations. */
    updater->must_notify = true;
    /* The previous worker may have reported a mistake in the configuration that is corrected by
     * now, perhaps by the configuration that was in force before. */
    updater->has_bad_config = corpus_find_stray(options->corpus, SLICE(CONTENT_CONFIG)) != NULL;
    options->folder->is_configured &= !updater->has_bad_config;
    if (!err)
        err = start_threads(updater);
    if (err)
        updater_free(updater);
    else
        *updater_ = updater;
    return err;
}

void updater_free(struct updater *updater)
{
    if (!updater)
        return;
    join_threads(updater);
    updater->options.folder->changed = NULL;
    tree_set_notifier(updater->options.tree, NULL, NULL);
    disk_tell(updater->options.folder->disk, NULL, NULL);
    if (updater->wake >= 0)
        close(updater->wake);
    watch_free(updater->watch);
    free_targets(updater->targets, updater->count);
    map_free(&updater->target_index);
    unread_free(&updater->unread);
    buf_free(&updater->answering);
    pthread_mutex_destroy(&updater->lock);
    pthread_cond_destroy(&updater->changed);
    pthread_cond_destroy(&updater->publisher_state_changed);
    free(updater);
}
