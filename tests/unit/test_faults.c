/*
 * Memory that ends: each allocation fails once, in turn, while a small corpus is read, walked,
 * changed and followed; and from each on all of them do. Every answer is an error or the right one,
 * nothing leaks, and what failed works when there is memory again.
 *
 * The allocator is this program's own, in place of libc's for all libraries in it. It counts what
 * is handed out, so a leak is told with the number of the allocation that failed.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "corpus/build.h"
#include "source/content.h"
#include "source/content_scan.h"
#include "tree/tree.h"

/* --- the allocator ---------------------------------------------------------------------------- */

/* With a sanitizer, which is slow, each seventh allocation fails: without one each does. */
#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
enum { STEP = 7 };
#else
#define REAL(name) __libc_##name
enum { STEP = 1 };
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void REAL(free)(void *memory);

/* The sanitizer's own first allocations come before it is ready for what it instruments. */
#define BARE __attribute__((no_sanitize("address", "undefined")))

enum { NEVER = -1 };
static atomic_long count_down = NEVER; /* so many more succeed */
static atomic_bool for_good;           /* all behind the one that fails do too */
static atomic_long asked, held, failed;

/* Whether this one is to fail. */
BARE static bool fails(void)
{
    atomic_fetch_add(&asked, 1);
    long left = atomic_load(&count_down);
    if (left == NEVER)
        return false;
    if (left == 0) {
        atomic_fetch_add(&failed, 1);
        if (!for_good)
            atomic_store(&count_down, NEVER);
        errno = ENOMEM;
        return true;
    }
    atomic_store(&count_down, left - 1);
    return false;
}

BARE static void *counted(void *memory)
{
    if (memory)
        atomic_fetch_add(&held, 1);
    return memory;
}

BARE void *malloc(size_t size)
{
    return fails() ? NULL : counted(REAL(malloc)(size));
}

BARE void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(REAL(calloc)(count, size));
}

BARE void *realloc(void *memory, size_t size)
{
    if (fails())
        return NULL;
    void *moved = REAL(realloc)(memory, size);
    return memory ? moved : counted(moved);
}

BARE void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, bytes);
}

BARE void free(void *memory)
{
    if (memory)
        atomic_fetch_sub(&held, 1);
    REAL(free)(memory);
}

static void fail_at(long n, bool and_behind)
{
    atomic_store(&failed, 0);
    for_good = and_behind;
    atomic_store(&count_down, n);
}

/* Whether any failed. */
static bool stop_failing(void)
{
    atomic_store(&count_down, NEVER);
    return atomic_load(&failed) > 0;
}

/* --- the content ------------------------------------------------------------------------------ */

static char root[] = "/tmp/transcriptfs-faults-XXXXXX";

static const struct file {
    const char *path, *text;
} first_state[] = {
    {"a.md",
     "---\ntitle: The first\ndate: 2024-01-02\ntags: [Sea, sand, sea]\npeople: [Ann, 'Bo/Co']\n"
     "nested: {a: [1, 2.5, {b: c}], d: true}\nURL: https://example.org/x\nTÏTLE: [[x]]\n"
     "Guests: ['[[Bo|B]], [[Cy]]', {Näme: x, name: D’or}, [[Eve]], [f, g]]\nTitle: Twice\n---\n"
     "# Part *one*\n\n**Ann:** \\[00:01\\] Good **evening** &amp; [more](x).\n\n"
     "<details><summary>Original English</summary>\n<p>Good &eacute;vening</p>\n</details>\n\n"
     "**Bo:** \\[00:05\\] **term**（Original: definition） words\n\n1. one\n2. "
     "two\n\n```\ncode\n```\n"},
    {"f/b.md", "---\ntitle: Broken\ndate: soon\npeople: Ann\ntags: [SEA\n---\n"
               "Ann: 00:00:01\n\nWords.\n\nBo: 00:00:03\n\nOther [^1] words\xFF.\n"},
    {"gone.md", "---\ntitle: It goes\ntags: [once]\n---\nWords.\n"},
};

static const struct file second_state[] = {
    {"a.md", "---\ntitle: Another first\ndate: 2023-05\ntags: [sand, new]\nk: [v]\n---\n"
             "**Cy:** Good night.\n\n## Two\n\n**Ann:** Yes.\n"},
    {"f/g/new.md", "---\ntitle: It came\nseries: S\nspeaker: Cy\n---\n**Cy:** Here I am.\n"},
};

static void write_file(int folder, const struct file *file, int time)
{
    const struct timespec times[2] = {{.tv_sec = 1500000000}, {.tv_sec = 1500000000 + time}};
    int fd = openat(folder, file->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, file->text, strlen(file->text)), (ssize_t)strlen(file->text));
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void write_state(bool is_second)
{
    int folder = open(root, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    mkdirat(folder, "f", 0700);
    unlinkat(folder, "f/g/new.md", 0);
    unlinkat(folder, "f/g", AT_REMOVEDIR);
    for (size_t i = 0; i < sizeof first_state / sizeof *first_state; i++)
        write_file(folder, &first_state[i], (int)i);
    if (is_second) {
        mkdirat(folder, "f/g", 0700);
        unlinkat(folder, "gone.md", 0);
        for (size_t i = 0; i < sizeof second_state / sizeof *second_state; i++)
            write_file(folder, &second_state[i], 100 + (int)i);
    }
    close(folder);
}

static void remove_all(void)
{
    write_state(false);
    int folder = open(root, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < sizeof first_state / sizeof *first_state; i++)
        unlinkat(folder, first_state[i].path, 0);
    unlinkat(folder, "f", AT_REMOVEDIR);
    close(folder);
    rmdir(root);
}

/* --- a corpus and its tree -------------------------------------------------------------------- */

struct program {
    struct content_folder folder;
    struct builder *builder;
    struct corpus *corpus;
    struct cache *cache;
    struct tree *tree;
};

static struct limits limits;

static int start(struct program *p)
{
    const struct corpus_options corpus_options = {.limits = &limits};
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options look_options = {.threads = 1};
    const struct tree_options tree_options = {.version = "test"};
    struct diags diags = {0};
    struct content_scan scan = {0};

    *p = (struct program){.folder.fd = -1};
    int err = content_open(root, &limits, &p->folder);
    if (!err)
        err = content_configure(&p->folder, &diags);
    if (!err && !(p->builder = builder_new(&corpus_options)))
        err = -ENOMEM;
    const struct configuration taken = content_configuration(&p->folder);
    if (!err)
        err = builder_configure(p->builder, &taken);
    if (!err)
        err = content_scan(&p->folder, all, 1, NULL, &look_options, &scan);
    if (!err)
        err = corpus_next(p->builder, NULL, scan.changes, scan.count, &p->corpus);
    content_scan_free(&scan);
    if (err)
        return err;
    const struct content reader = content_reader(&p->folder);
    p->cache = cache_new(&reader, 64 << 20, &limits);
    if (!p->cache)
        return -ENOMEM;
    struct corpus *corpus = p->corpus;
    p->corpus = NULL; /* it goes with the tree, also where there is none */
    p->tree = tree_new(corpus, p->cache, &tree_options);
    if (!p->tree)
        return -ENOMEM;
    p->corpus = corpus;
    return 0;
}

static void stop(struct program *p)
{
    if (p->tree)
        tree_free(p->tree);
    else
        corpus_free_last(p->corpus);
    cache_free(p->cache);
    builder_free(p->builder);
    content_close(&p->folder);
}

static void forget_it(void *context, enum invalidate_kind what, uint64_t id, const char *name)
{
    (void)context, (void)what, (void)id, (void)name;
}

/* What the thread that follows changes does. */
static int follow(struct program *p)
{
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options options = {.threads = 1};
    struct corpus *next;
    struct content_scan scan = {0};

    int err = content_scan(&p->folder, all, 1, p->corpus, &options, &scan);
    if (!err)
        err = tree_reserve(p->tree, p->corpus->episode_cap + scan.count);
    if (!err && scan.count) {
        err = corpus_next(p->builder, p->corpus, scan.changes, scan.count, &next);
        if (!err) {
            p->corpus = next;
            tree_publish(p->tree, next);
        }
    }
    content_scan_free(&scan);
    return err ? err : tree_notify(p->tree, forget_it, NULL);
}

/* --- every node, as it should be -------------------------------------------------------------- */

struct known {
    uint64_t parent;
    struct slice name;
    struct tree_attr attr;
    struct buf
        bytes; /* of a file; where a link leads; the names of a folder's children, with ids */
    struct buf xattrs;
};

/* In the order of a walk: a parent before its children. */
struct all_known {
    struct known *at;
    size_t count, cap;
    struct arena arena;
};

struct listing {
    struct buf *out;
    struct all_known *all; /* NULL: only listed */
    uint64_t folder;
};

static void learn(struct all_known *all, uint64_t parent, struct slice name, uint64_t id)
{
    assert_true(array_reserve(&all->at, all->count, &all->cap, sizeof *all->at));
    all->at[all->count++] = (struct known){
        .parent = parent, .name = arena_copy(&all->arena, name), .attr.id = id};
}

static bool on_entry(void *listing_, uint64_t next, const struct tree_entry *entry)
{
    struct listing *listing = listing_;
    (void)next;
    buf_add_slice(listing->out, entry->name);
    buf_printf(listing->out, " %llx\n", (unsigned long long)entry->attr.id);
    if (listing->all)
        learn(listing->all, listing->folder, entry->name, entry->attr.id);
    return !listing->out->failed;
}

static int read_file(struct tree *tree, const struct tree_attr *attr, struct buf *out)
{
    while (out->len < attr->size) {
        struct tree_text text;
        int err = tree_read(tree, attr->id, out->len, 4096, &text);
        if (err)
            return err;
        size_t got = text.bytes.len;
        buf_add_slice(out, text.bytes);
        tree_text_free(tree, &text);
        if (out->failed)
            return -ENOMEM;
        if (got == 0)
            return -EPROTO;
    }
    return 0;
}

/* What a node holds. */
static int read_node(struct tree *tree, const struct tree_attr *attr, struct buf *out,
                     struct all_known *all)
{
    struct listing listing = {out, all, attr->id};
    int err = S_ISDIR(attr->mode)   ? tree_list(tree, attr->id, 0, on_entry, &listing)
              : S_ISLNK(attr->mode) ? tree_readlink(tree, attr->id, out)
                                    : read_file(tree, attr, out);
    return !err && out->failed ? -ENOMEM : err;
}

static void learn_all(struct tree *tree, struct all_known *all)
{
    *all = (struct all_known){0};
    learn(all, TREE_ROOT, SLICE(""), TREE_ROOT);
    for (size_t i = 0; i < all->count; i++) {
        struct buf bytes = {0}, xattrs = {0};
        struct tree_attr attr;
        assert_int_equal(tree_getattr(tree, all->at[i].attr.id, &attr), 0);
        assert_int_equal(read_node(tree, &attr, &bytes, all), 0);
        assert_int_equal(tree_listxattr(tree, attr.id, &xattrs), 0);
        all->at[i].attr = attr;
        all->at[i].bytes = bytes;
        all->at[i].xattrs = xattrs;
    }
}

static void unlearn(struct all_known *all)
{
    for (size_t i = 0; i < all->count; i++) {
        buf_free(&all->at[i].bytes);
        buf_free(&all->at[i].xattrs);
    }
    free(all->at);
    arena_free(&all->arena);
}

/* Errors that memory may have for an answer; that nothing is there is none of them. */
static void assert_honest(int err, const struct known *known, const char *what, long n)
{
    if (err != -ENOMEM && err != -EFBIG && err != -EIO)
        fail_msg("%s of \"%.*s\" gave \"%s\" when allocation %ld failed", what,
                 (int)known->name.len, known->name.data, strerror(-err), n);
}

static void assert_same(bool is_same, const struct known *known, const char *what, long n)
{
    if (!is_same)
        fail_msg("%s of \"%.*s\" was wrong when allocation %ld failed", what, (int)known->name.len,
                 known->name.data, n);
}

/* The content is written anew for each run, so times that write_file() did not set are others. */
static bool time_equal(struct instant a, struct instant b)
{
    const struct instant now = {.seconds = 1600000000};
    return instant_equal(a, b) || (instant_is_before(now, a) && instant_is_before(now, b));
}

static bool attr_equal(const struct tree_attr *a, const struct tree_attr *b)
{
    return a->id == b->id && a->ino == b->ino && a->mode == b->mode && a->nlink == b->nlink &&
           a->size == b->size && time_equal(a->stamps.mtime, b->stamps.mtime);
}

static bool next_sibling(void *seen, uint64_t id, struct slice bytes)
{
    (void)id;
    *(size_t *)seen += bytes.len;
    return true;
}

/* Asks all there is to ask of a node. How often there was an error. */
static int check_node(struct tree *tree, const struct known *known, long n)
{
    struct tree_attr attr;
    cleanup_buf struct buf bytes = {0}, xattrs = {0};
    size_t seen = 0;
    int errors = 0;

    int err = known->name.len ? tree_lookup(tree, known->parent, known->name.data, &attr) : 0;
    if (err)
        assert_honest(err, known, "looking up", n);
    else if (known->name.len)
        assert_same(attr_equal(&attr, &known->attr), known, "looking up", n);
    errors += err != 0;
    err = tree_getattr(tree, known->attr.id, &attr);
    if (err)
        assert_honest(err, known, "getattr", n);
    else
        assert_same(attr_equal(&attr, &known->attr), known, "getattr", n);
    errors += err != 0;
    err = err ? err : read_node(tree, &attr, &bytes, NULL);
    if (err)
        assert_honest(err, known, "reading", n);
    else
        assert_same(slice_equal(buf_slice(&bytes), buf_slice(&known->bytes)), known, "reading", n);
    errors += err != 0;
    err = tree_listxattr(tree, known->attr.id, &xattrs);
    if (err)
        assert_honest(err, known, "listxattr", n);
    else
        assert_same(slice_equal(buf_slice(&xattrs), buf_slice(&known->xattrs)), known,
                    "the attributes", n);
    errors += err != 0;
    if (tree_siblings(known->attr.id)) {
        err = tree_read_siblings(tree, known->attr.id, next_sibling, &seen);
        if (err)
            assert_honest(err, known, "the siblings", n);
        errors += err != 0;
    }
    return errors;
}

/* What stands in .transcriptfs is written when it is looked up, and is another each time. */
static int check_control(struct tree *tree, long n)
{
    static const char *const names[] = {"status.json", "problems.tsv", "generation", "version"};
    struct known folder = {.name = SLICE(".transcriptfs")};
    int errors = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct known file = {.name = slice_of(names[i])};
        cleanup_buf struct buf bytes = {0};
        int err = tree_lookup(tree, TREE_ROOT, folder.name.data, &folder.attr);
        if (!err)
            err = tree_lookup(tree, folder.attr.id, names[i], &file.attr);
        if (!err)
            err = read_file(tree, &file.attr, &bytes);
        if (err)
            assert_honest(err, &file, "reading", n);
        else
            assert_same(bytes.len && bytes.data[bytes.len - 1] == '\n', &file, "reading", n);
        errors += err != 0;
    }
    return errors;
}

static int check_all(struct tree *tree, const struct all_known *all, long n)
{
    int errors = 0;
    for (size_t i = 0; i < all->count; i++)
        errors += check_node(tree, &all->at[i], n);
    return errors + check_control(tree, n);
}

/* --- tests ------------------------------------------------------------------------------------ */

static struct all_known first, second;

static int learn_both(void **state)
{
    struct program p;
    cpu_set_t one;
    (void)state;
    /* One processor, one thread: allocations come in the same order each time. */
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    limits = limits_default();
    assert_non_null(mkdtemp(root));
    write_state(false);
    assert_int_equal(start(&p), 0);
    learn_all(p.tree, &first);
    write_state(true);
    assert_int_equal(follow(&p), 0);
    learn_all(p.tree, &second);
    stop(&p);
    print_message("  %zu and %zu nodes\n", first.count, second.count);
    assert_true(first.count > 100 && second.count > 100);
    return 0;
}

static int forget_both(void **state)
{
    (void)state;
    unlearn(&first);
    unlearn(&second);
    remove_all();
    return 0;
}

/* A sanitizer tells leaks itself, and gets memory past this allocator. */
static void assert_no_leak(long before, long n)
{
#ifdef __SANITIZE_ADDRESS__
    before = held;
#endif
    if (held != before)
        fail_msg("%ld pieces of memory leaked when allocation %ld failed", held - before, n);
}

/* Reading the content and building the corpus. */
static void starting(bool and_behind)
{
    long n = 0, before = 0;
    write_state(false);
    for (bool was_hit = true; was_hit; n += STEP) {
        struct program p;
        before = held;
        fail_at(n, and_behind);
        int err = start(&p);
        was_hit = stop_failing();
        if (err)
            assert_true(was_hit && err == -ENOMEM);
        else if (n % 16 == 0 || !was_hit)
            assert_int_equal(check_all(p.tree, &first, n), 0);
        stop(&p);
        assert_no_leak(before, n);
    }
    print_message("  %ld allocations failed\n", n - 1);
}

static void starting_survives(void **state)
{
    (void)state;
    starting(false);
    starting(true);
}

static int check_nth(struct tree *tree, size_t i, long n)
{
    return i < first.count ? check_node(tree, &first.at[i], n) : check_control(tree, n);
}

/* Each request of each node, with nothing in the cache. */
static void walking(bool and_behind)
{
    long hits = 0, nodes = 0;
    write_state(false);
    for (size_t i = 0; i <= first.count; i++, nodes++) {
        bool was_hit = true;
        for (long n = 0; was_hit; n += STEP, hits++) {
            struct program p;
            long before = held;
            assert_int_equal(start(&p), 0);
            fail_at(n, and_behind);
            check_nth(p.tree, i, n);
            was_hit = stop_failing();
            assert_int_equal(check_nth(p.tree, i, n), 0);
            stop(&p);
            assert_no_leak(before, n);
        }
    }
    print_message("  %ld nodes, %ld allocations failed\n", nodes, hits - nodes);
}

static void walking_survives(void **state)
{
    (void)state;
    walking(false);
}

static void walking_without_memory_survives(void **state)
{
    (void)state;
    walking(true);
}

/* Follows a change while allocation `n` fails. Whether it came to that. */
static bool follow_once(long n, bool and_behind)
{
    cleanup_buf struct buf names = {0};
    struct tree_attr attr;
    struct program p;

    write_state(false);
    assert_int_equal(start(&p), 0);
    assert_int_equal(tree_lookup(p.tree, TREE_ROOT, "by-voice", &attr), 0);
    assert_int_equal(read_node(p.tree, &attr, &names, NULL), 0); /* it has to be followed too */
    write_state(true);
    fail_at(n, and_behind);
    int err = follow(&p);
    bool was_hit = stop_failing();
    if (err)
        assert_true(was_hit && err == -ENOMEM);
    assert_int_equal(follow(&p), 0);
    assert_int_equal(check_all(p.tree, &second, n), 0);
    stop(&p);
    return was_hit;
}

static void following(bool and_behind)
{
    long n = 0;
    follow_once(NEVER, and_behind); /* libraries keep for good what they need first */
    for (bool was_hit = true; was_hit; n += STEP) {
        long before = held;
        was_hit = follow_once(n, and_behind);
        assert_no_leak(before, n);
    }
    print_message("  %ld allocations failed\n", n - 1);
}

static void following_survives(void **state)
{
    (void)state;
    following(false);
    following(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starting_survives),
        cmocka_unit_test(following_survives),
        cmocka_unit_test(walking_survives),
        cmocka_unit_test(walking_without_memory_survives),
    };
    return cmocka_run_group_tests(tests, learn_both, forget_both);
}
