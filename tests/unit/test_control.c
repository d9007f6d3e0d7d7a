/* tree/tree: what is in .transcriptfs/, where there is much to tell. */
#include "unit.h"

#include <stdlib.h>

#include "base/arena.h"
#include "corpus/build.h"
#include "nodes/state.h"
#include "tree/tree.h"

enum { PATH = 4000, FEW = 2000, MANY = 4000, MOST = 8 << 20 /* bytes of problems.tsv */ };

struct world {
    struct limits limits;
    struct arena arena;
    struct builder *builder;
    struct corpus *corpus;
    struct cache *cache;
    struct tree *tree;
    uint64_t control;
};

static int read_nothing(const void *context, const struct source *source, uint64_t offset,
                        uint64_t len, struct buf *out)
{
    (void)context, (void)source, (void)offset, (void)len, (void)out;
    return 0;
}

static void forget_it(void *context, enum invalidate_kind what, uint64_t id, const char *name)
{
    (void)context, (void)what, (void)id, (void)name;
}

/* Links from `first` on, whose paths are as long as paths can be. */
static void add_links(struct world *w, unsigned first, unsigned count)
{
    static struct diag diag = {.problem = SLICE("a symbolic link"), .action = SLICE("left out")};
    struct scanned *links = calloc(count, sizeof *links);
    assert_non_null(links);
    for (unsigned i = 0; i < count; i++) {
        char path[PATH + 1];
        memset(path, 'p', sizeof path);
        snprintf(path + PATH - 9, 10, "%06u.md", first + i);
        links[i] = (struct scanned){.path = arena_copy(&w->arena, (struct slice){path, PATH}),
                                    .id.access.mode = 0444,
                                    .problems = &diag,
                                    .is_stray = true};
    }
    struct corpus *next;
    if (w->tree)
        assert_int_equal(tree_reserve(w->tree, 0), 0);
    assert_int_equal(corpus_next(w->builder, w->corpus, links, count, &next), 0);
    if (w->tree) {
        tree_publish(w->tree, next);
        assert_int_equal(tree_notify(w->tree, forget_it, NULL), 0);
    }
    w->corpus = next;
    free(links);
}

static void begin(struct world *w, unsigned links)
{
    const struct content content = {.read = read_nothing};
    const struct tree_options options = {.version = "test"};
    struct tree_attr attr;

    *w = (struct world){.limits = limits_default()};
    const struct corpus_options corpus_options = {.limits = &w->limits};
    w->builder = builder_new(&corpus_options);
    assert_non_null(w->builder);
    add_links(w, 0, links);
    w->cache = cache_new(&content, 1 << 20, &w->limits);
    w->tree = tree_new(w->corpus, w->cache, &options);
    assert_non_null(w->tree);
    assert_int_equal(tree_lookup(w->tree, TREE_ROOT, ".transcriptfs", &attr), 0);
    w->control = attr.id;
}

static void finish(struct world *w)
{
    tree_free(w->tree);
    cache_free(w->cache);
    builder_free(w->builder);
    arena_free(&w->arena);
}

static struct tree_attr look_up(struct world *w, const char *name)
{
    struct tree_attr attr;
    assert_int_equal(tree_lookup(w->tree, w->control, name, &attr), 0);
    return attr;
}

/* Of a file of megabytes each read would else copy all. */
static void test_a_read_copies_what_was_asked_for(void **state)
{
    (void)state;
    struct world w;
    struct tree_text text;
    begin(&w, FEW);
    const struct tree_attr attr = look_up(&w, "problems.tsv");
    assert_in_range(attr.size, FEW * PATH, MOST);
    for (uint64_t at = 0; at < attr.size; at += attr.size / 4) {
        assert_int_equal(tree_read(w.tree, attr.id, at, 100, &text), 0);
        assert_int_equal(text.bytes.len, attr.size - at < 100 ? attr.size - at : 100);
        assert_in_range(text.own.cap, 0, 1000);
        tree_text_free(w.tree, &text);
    }
    finish(&w);
}

/* 256 of them are kept, and most stay for long. */
static void test_a_text_takes_no_more_memory_than_it_has_bytes(void **state)
{
    (void)state;
    struct world w;
    begin(&w, FEW);
    (void)look_up(&w, "status.json");
    (void)look_up(&w, "problems.tsv");
    for (enum kind kind = KIND_STATUS; kind <= KIND_PROBLEMS; kind++) {
        const struct snapshot *newest = w.tree->snapshots.newest[kind];
        assert_true(!newest || newest->text.cap == newest->text.len + 1);
    }
    finish(&w);
}

static void test_problems_end_at_a_limit(void **state)
{
    (void)state;
    struct world w;
    struct tree_text text;
    struct slice line, last = SLICE("");
    unsigned long lines = 0, left_out = 0;
    begin(&w, MANY);
    const struct tree_attr attr = look_up(&w, "problems.tsv");
    assert_in_range(attr.size, MOST - 2 * PATH, MOST + 200);
    assert_int_equal(tree_read(w.tree, attr.id, 0, SIZE_MAX, &text), 0);
    assert_int_equal(text.bytes.data[text.bytes.len - 1], '\n');
    for (struct slice rest = text.bytes; rest.len && slice_take(&rest, '\n', &line); lines++) {
        unsigned tabs = 0;
        for (size_t i = 0; i < line.len; i++)
            tabs += line.data[i] == '\t';
        assert_int_equal(tabs, 4);
        last = line;
    }
    static const char head[] = "\t0\t0\tproblems that are not in this table: ";
    assert_slice(slice_head(last, sizeof head - 1), head);
    left_out = strtoul(last.data + sizeof head - 1, NULL, 10);
    assert_int_equal(lines - 2 + left_out, MANY);
    tree_text_free(w.tree, &text);
    finish(&w);
}

/* Whoever reads a long table is not disturbed by whoever looks at what changes all the time. */
static void test_the_newest_of_a_kind_stays(void **state)
{
    (void)state;
    struct world w;
    struct tree_text text;
    begin(&w, FEW);
    const struct tree_attr held = look_up(&w, "problems.tsv");
    uint64_t before = look_up(&w, "generation").id, first = before;
    for (unsigned i = 0; i < 600; i++) {
        add_links(&w, FEW + i, 1);
        uint64_t id = look_up(&w, "generation").id;
        assert_int_not_equal(id, before);
        assert_int_not_equal(id, held.id);
        before = id;
    }
    assert_int_equal(tree_read(w.tree, held.id, held.size - 10, 100, &text), 0);
    assert_int_equal(text.bytes.len, 10);
    tree_text_free(w.tree, &text);
    assert_int_equal(tree_read(w.tree, first, 0, 100, &text), -ESTALE);
    finish(&w);
}

/* Of a long table several versions are kept, and not all. */
static void test_old_versions_go(void **state)
{
    (void)state;
    struct world w;
    struct tree_attr attr;
    uint64_t ids[8];
    unsigned kept = 0;
    begin(&w, FEW / 2);
    for (unsigned i = 0; i < 8; i++) {
        ids[i] = look_up(&w, "problems.tsv").id;
        add_links(&w, FEW + i, 1);
        look_up(&w, "status.json");
    }
    for (unsigned i = 0; i < 8; i++)
        kept += tree_getattr(w.tree, ids[i], &attr) == 0;
    assert_in_range(kept, 2, 6);
    assert_int_equal(tree_getattr(w.tree, ids[7], &attr), 0);
    finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_copies_what_was_asked_for),
        cmocka_unit_test(test_a_text_takes_no_more_memory_than_it_has_bytes),
        cmocka_unit_test(test_problems_end_at_a_limit),
        cmocka_unit_test(test_the_newest_of_a_kind_stays),
        cmocka_unit_test(test_old_versions_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
