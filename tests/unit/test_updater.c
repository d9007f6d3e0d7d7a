/* Following the content where whoever is told of it is slow. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "corpus/build.h"
#include "nodes/node.h"
#include "source/content_scan.h"
#include "source/updater.h"
#include "unit.h"

enum { EDITS = 40, MOST_UNTOLD = 8 + 1 /* and the one that is being published */ };

/* The time of day that is read is an hour ahead of the one by which a wait ends, as if somebody set
 * it back in between. This takes the place of libc's. */
static bool is_set_back;

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int err = (int)syscall(SYS_clock_gettime, clock, time);
    if (!err && clock == CLOCK_REALTIME && is_set_back)
        time->tv_sec += 3600;
    return err;
}

struct fixture {
    char root[64];
    struct limits limits;
    struct content_folder folder;
    struct builder *builder;
    struct cache *cache;
    struct tree *tree;
    struct updater *updater;
    int orders[2];
    pthread_mutex_t gate; /* held: whoever tells waits */
};

static void write_file(const struct fixture *f, int number)
{
    char path[128], other[128];
    snprintf(path, sizeof path, "%s/it.md", f->root);
    snprintf(other, sizeof other, "%s/.new", f->root);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fprintf(file, "---\ntitle: %d\n---\n**Ann:** %d\n", number, number);
    fclose(file);
    assert_int_equal(rename(other, path), 0);
}

static void tell_slowly(void *fixture_, enum invalidate_kind what, uint64_t id, const char *name)
{
    struct fixture *f = fixture_;
    (void)what, (void)id, (void)name;
    pthread_mutex_lock(&f->gate);
    pthread_mutex_unlock(&f->gate);
}

static void stop_nothing(void *fixture_)
{
    (void)fixture_;
}

static void say_nothing(const char *format, ...)
{
    (void)format;
}

static void set_up(struct fixture *f)
{
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options look_options = {.threads = 1};
    struct content_scan scan;
    struct corpus *corpus;

    *f = (struct fixture){.root = "/tmp/transcriptfs-live-XXXXXX", .limits = limits_default()};
    const struct corpus_options options = {.limits = &f->limits};
    pthread_mutex_init(&f->gate, NULL);
    assert_non_null(mkdtemp(f->root));
    write_file(f, 0);
    assert_int_equal(content_open(f->root, &f->limits, &f->folder), 0);
    f->builder = builder_new(&options);
    assert_non_null(f->builder);
    assert_int_equal(content_scan(&f->folder, all, 1, NULL, &look_options, &scan), 0);
    assert_int_equal(corpus_next(f->builder, NULL, scan.changes, scan.count, &corpus), 0);
    content_scan_free(&scan);
    const struct content reader = content_reader(&f->folder);
    const struct tree_options tree_options = {.version = "0"};
    f->cache = cache_new(&reader, 1 << 20, &f->limits);
    f->tree = tree_new(corpus, f->cache, &tree_options);
    assert_non_null(f->tree);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, f->orders), 0);
    const struct updater_options updater_options = {
        .folder = &f->folder,
        .builder = f->builder,
        .corpus = corpus,
        .tree = f->tree,
        .threads = 1,
        .gather = 5,
        .orders = f->orders[0],
        .notify = tell_slowly,
        .stop = stop_nothing,
        .context = f,
        .log = say_nothing,
    };
    assert_int_equal(updater_start(&updater_options, &f->updater), 0);
}

static void tear_down(struct fixture *f)
{
    char path[128];
    updater_free(f->updater);
    tree_free(f->tree);
    cache_free(f->cache);
    builder_free(f->builder);
    content_close(&f->folder);
    close(f->orders[0]);
    close(f->orders[1]);
    snprintf(path, sizeof path, "%s/it.md", f->root);
    unlink(path);
    rmdir(f->root);
    pthread_mutex_destroy(&f->gate);
}

static uint64_t newest(const struct fixture *f)
{
    struct generation *held = tree_get_generation(f->tree);
    uint64_t generation = held->corpus->generation;
    tree_put_generation(f->tree, held);
    return generation;
}

/* Else each edit would leave a generation, for as long as readers keep the kernel busy. */
static void test_generations_do_not_pile_up(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    pthread_mutex_lock(&f.gate);
    uint64_t first = newest(&f);
    for (int i = 1; i <= EDITS; i++) {
        write_file(&f, i);
        tree_wait_for_newer(f.tree, newest(&f), 60);
    }
    assert_in_range(newest(&f) - first, 2, MOST_UNTOLD);
    pthread_mutex_unlock(&f.gate);
    /* What was gathered meanwhile comes, and all is told. */
    for (uint64_t seen = 0; seen != newest(&f);) {
        seen = newest(&f);
        tree_wait_for_newer(f.tree, seen, 300);
    }
    assert_true(tree_wait_until_notified(f.tree, 0, 5000));
    struct generation *held = tree_get_generation(f.tree);
    assert_slice(held->corpus->episodes[0]->head.title, "40");
    tree_put_generation(f.tree, held);
    tear_down(&f);
}

static void test_no_wait_is_by_the_time_of_day(void **state)
{
    struct fixture f;
    (void)state;
    set_up(&f);
    assert_true(tree_wait_until_notified(f.tree, 0, 5000));
    is_set_back = true;
    alarm(20); /* a wait of an hour ends the test */
    assert_false(tree_wait_for_newer(f.tree, newest(&f) + 1, 50));
    pthread_mutex_lock(&f.gate);
    uint64_t before = newest(&f);
    write_file(&f, 1);
    assert_true(tree_wait_for_newer(f.tree, before, 5000));
    assert_false(tree_wait_until_notified(f.tree, 0, 50));
    pthread_mutex_unlock(&f.gate);
    assert_true(tree_wait_until_notified(f.tree, 0, 5000));
    alarm(0);
    is_set_back = false;
    tear_down(&f);
}

/* Publishes an edit without the updater. */
static struct corpus *publish(struct fixture *f, struct corpus *corpus, struct scanned *changes,
                              size_t count)
{
    struct corpus *next;
    assert_int_equal(corpus_next(f->builder, corpus, changes, count, &next), 0);
    assert_int_equal(tree_reserve(f->tree, next->episode_cap), 0);
    tree_publish(f->tree, next);
    assert_int_equal(tree_notify(f->tree, tell_slowly, f), 0);
    return next;
}

/* The id of a turn has 16 bits of the version: after 65,536 edits there is one that was there
 * before, and the kernel may hold that with its old size and pages. */
static void test_an_id_that_comes_again_has_another_generation(void **state)
{
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options look_options = {.threads = 1};
    struct content_scan scan;
    struct fixture f;
    struct tree_attr before, now;
    (void)state;
    set_up(&f);
    assert_true(tree_wait_until_notified(f.tree, 0, 5000));
    updater_free(f.updater);
    f.updater = NULL;
    struct generation *held = tree_get_generation(f.tree);
    struct corpus *corpus = (struct corpus *)(uintptr_t)held->corpus;
    tree_put_generation(f.tree, held);
    const struct node turns = {.kind = KIND_TURNS, .i = corpus->by_path[0]};
    assert_int_equal(tree_lookup(f.tree, node_id(&turns), "001.txt", &before), 0);
    for (uint32_t i = 1; i < 1 << 16; i++) {
        struct scanned edited = {.path = SLICE("it.md"), .id.size = i, .head.has_body = true};
        corpus = publish(&f, corpus, &edited, 1);
    }
    assert_int_equal(content_scan(&f.folder, all, 1, NULL, &look_options, &scan), 0);
    publish(&f, corpus, scan.changes, scan.count);
    content_scan_free(&scan);
    assert_int_equal(tree_lookup(f.tree, node_id(&turns), "001.txt", &now), 0);
    assert_true(now.id == before.id);
    assert_true(now.generation != before.generation);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generations_do_not_pile_up),
        cmocka_unit_test(test_no_wait_is_by_the_time_of_day),
        cmocka_unit_test(test_an_id_that_comes_again_has_another_generation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
