/*
 * tree/tree: what must hold for every node of a whole corpus.
 *
 *     test_tree CONTENT    exits with 77 where there is no such folder
 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/parallel.h"
#include "corpus/build.h"
#include "source/content.h"
#include "source/content_scan.h"
#include "tree/tree.h"

static const char *content_path;

struct fixture {
    struct content_folder folder;
    struct builder *builder;
    struct cache *cache;
    struct tree *tree;
    uint64_t *ids; /* of every node that can be reached, in order after reach_all() */
    size_t count, cap;
    uint64_t *refs; /* of nodes of references, some more than once */
    size_t ref_count, ref_cap;
    size_t folders;
};

static int open_with(void **state, uint64_t formats)
{
    static struct fixture f;
    struct diags diags = {0};
    static struct limits limits;
    limits = limits_default();
    const struct corpus_options corpus_options = {.limits = &limits};
    const struct tree_options tree_options = {.version = "test", .formats = formats};

    f = (struct fixture){0};
    assert_int_equal(content_open(content_path, &limits, &f.folder), 0);
    assert_int_equal(content_configure(&f.folder, &diags), 0);
    const struct target all[] = {{.path = SLICE("")}};
    const struct content_scan_options look_options = {.threads = 2};
    struct corpus *corpus;
    struct content_scan scan;
    f.builder = builder_new(&corpus_options);
    const struct configuration taken = content_configuration(&f.folder);
    assert_int_equal(builder_configure(f.builder, &taken), 0);
    assert_int_equal(content_scan(&f.folder, all, 1, NULL, &look_options, &scan), 0);
    assert_int_equal(corpus_next(f.builder, NULL, scan.changes, scan.count, &corpus), 0);
    content_scan_free(&scan);
    const struct content reader = content_reader(&f.folder);
    f.cache = cache_new(&reader, 256 << 20, &limits);
    f.tree = tree_new(corpus, f.cache, &tree_options);
    assert_non_null(f.tree);
    *state = &f;
    return 0;
}

static int open_tree(void **state)
{
    return open_with(state, 0);
}

/* Every other format: some folders, some files, and neither of the hard links' two ends is sure. */
static int open_tree_of_few(void **state)
{
    return open_with(state, UINT64_C(0x5555555555555555));
}

static int close_tree(void **state)
{
    struct fixture *f = *state;
    tree_free(f->tree);
    cache_free(f->cache);
    builder_free(f->builder);
    content_close(&f->folder);
    free(f->ids);
    free(f->refs);
    return 0;
}

static void remember(struct fixture *f, uint64_t id)
{
    assert_true(array_reserve(&f->ids, f->count, &f->cap, sizeof *f->ids));
    f->ids[f->count++] = id;
}

/* A node that is found by each of the turns that have a reference: once. */
static void remember_ref(struct fixture *f, uint64_t id)
{
    assert_true(array_reserve(&f->refs, f->ref_count, &f->ref_cap, sizeof *f->refs));
    f->refs[f->ref_count++] = id;
}

/* One folder, as listed. */
struct listed {
    struct slice name;
    struct tree_attr attr;
    uint64_t next;
};

struct listing {
    struct fixture *f;
    struct arena arena;
    struct listed *at;
    size_t count, cap;
    size_t most;
};

static bool note_entry(void *listing_, uint64_t next, const struct tree_entry *entry)
{
    struct listing *listing = listing_;
    struct tree_attr attr = entry->attr;
    if (listing->count == listing->most)
        return false;
    if (!entry->has_attr)
        assert_int_equal(tree_getattr(listing->f->tree, entry->attr.id, &attr), 0);
    assert_int_equal(attr.ino, entry->attr.ino);
    assert_int_equal(attr.mode, entry->attr.mode);
    assert_true(array_reserve(&listing->at, listing->count, &listing->cap, sizeof *listing->at));
    listing->at[listing->count++] = (struct listed){arena_copy(&listing->arena, entry->name), attr,
                                                    next};
    return true;
}

static struct listing list(struct fixture *f, uint64_t folder, uint64_t place, size_t most)
{
    struct listing listing = {.f = f, .most = most};
    assert_int_equal(tree_list(f->tree, folder, place, note_entry, &listing), 0);
    return listing;
}

static void listing_free(struct listing *listing)
{
    arena_free(&listing->arena);
    free(listing->at);
}

/* Calls `visit` for every folder and what is in it, breadth first. */
static void walk(struct fixture *f,
                 void (*visit)(struct fixture *f, uint64_t folder, const struct tree_attr *attr,
                               const struct listing *listing))
{
    uint64_t *folders = NULL;
    size_t count = 0, cap = 0;
    assert_true(array_reserve(&folders, count, &cap, sizeof *folders));
    folders[count++] = TREE_ROOT;
    for (size_t i = 0; i < count; i++) {
        struct tree_attr attr;
        struct listing listing = list(f, folders[i], 0, SIZE_MAX);
        assert_int_equal(tree_getattr(f->tree, folders[i], &attr), 0);
        visit(f, folders[i], &attr, &listing);
        for (size_t j = 0; j < listing.count; j++) {
            if (!S_ISDIR(listing.at[j].attr.mode))
                continue;
            assert_true(array_reserve(&folders, count, &cap, sizeof *folders));
            folders[count++] = listing.at[j].attr.id;
        }
        listing_free(&listing);
    }
    f->folders = count;
    free(folders);
}

/* --- names, lookup, links, places ------------------------------------------------------------- */

static bool same_attr(const struct tree_attr *a, const struct tree_attr *b)
{
    return a->id == b->id && a->ino == b->ino && a->mode == b->mode && a->nlink == b->nlink &&
           a->size == b->size && stamps_equal(&a->stamps, &b->stamps) &&
           a->no_entry_cache == b->no_entry_cache;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

static void check_folder(struct fixture *f, uint64_t folder, const struct tree_attr *attr,
                         const struct listing *listing)
{
    uint32_t folders = 0;
    struct tree_attr found;

    for (size_t i = 0; i < listing->count; i++) {
        const struct listed *child = &listing->at[i];
        /* Legal: what the kernel refuses in one entry costs the whole listing. */
        assert_true(child->name.len > 0 && child->name.len <= 255);
        assert_null(memchr(child->name.data, '/', child->name.len));
        assert_int_equal(strlen(child->name.data), child->name.len);
        assert_string_not_equal(child->name.data, ".");
        assert_string_not_equal(child->name.data, "..");
        /* Lookup and listing agree, and an id finds the same again. */
        assert_int_equal(tree_lookup(f->tree, folder, child->name.data, &found), 0);
        assert_true(same_attr(&found, &child->attr));
        assert_int_equal(tree_getattr(f->tree, child->attr.id, &found), 0);
        assert_true(same_attr(&found, &child->attr));
        if (S_ISDIR(child->attr.mode)) {
            uint64_t parent;
            assert_int_equal(tree_parent(f->tree, child->attr.id, &parent), 0);
            assert_int_equal(parent, folder);
            folders++;
        }
    }
    assert_true(attr->nlink == 2 + folders || attr->nlink == 1);
    /* A listing goes on wherever it was left. */
    for (size_t i = 0; i < listing->count; i += 1 + listing->count / 50) {
        struct listing rest = list(f, folder, listing->at[i].next, 1);
        assert_int_equal(rest.count, i + 1 < listing->count);
        if (rest.count)
            assert_int_equal(rest.at[0].attr.id, listing->at[i + 1].attr.id);
        listing_free(&rest);
    }
    qsort(listing->at, listing->count, sizeof *listing->at, by_name);
    for (size_t i = 1; i < listing->count; i++)
        assert_false(slice_equal(listing->at[i - 1].name, listing->at[i].name));
    assert_int_equal(tree_lookup(f->tree, folder, ".no such name", &found), -ENOENT);
}

static void listing_and_lookup_agree(void **state)
{
    walk(*state, check_folder);
}

/* --- files and links -------------------------------------------------------------------------- */

static void check_file(struct fixture *f, const struct tree_attr *attr)
{
    struct tree_text all, part;
    assert_int_equal(tree_read(f->tree, attr->id, 0, SIZE_MAX / 2, &all), 0);
    assert_int_equal(all.bytes.len, attr->size);
    const uint64_t offsets[] = {1, attr->size / 3, attr->size / 2 + 1, attr->size};
    for (size_t i = 0; i < 4; i++) {
        uint64_t offset = offsets[i] < attr->size ? offsets[i] : attr->size;
        for (size_t len = 1; len < 6000; len = len * 7 + 1) {
            assert_int_equal(tree_read(f->tree, attr->id, offset, len, &part), 0);
            assert_true(slice_equal(part.bytes, slice_head(slice_skip(all.bytes, offset), len)));
            tree_text_free(f->tree, &part);
        }
    }
    assert_int_equal(tree_read(f->tree, attr->id, attr->size + 10, 100, &part), 0);
    assert_int_equal(part.bytes.len, 0);
    tree_text_free(f->tree, &part);
    tree_text_free(f->tree, &all);
}

static void check_link(struct fixture *f, uint64_t folder, const struct tree_attr *attr)
{
    cleanup_buf struct buf target = {0};
    struct tree_attr found = {.id = folder};
    assert_int_equal(tree_readlink(f->tree, attr->id, &target), 0);
    assert_int_equal(target.len, attr->size);
    char *rest = NULL;
    for (char *part = strtok_r(target.data, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (strcmp(part, "..") == 0) {
            assert_int_not_equal(found.id, TREE_ROOT); /* never out of the mount */
            assert_int_equal(tree_parent(f->tree, found.id, &found.id), 0);
        } else {
            assert_int_equal(tree_lookup(f->tree, found.id, part, &found), 0);
        }
    }
    assert_false(S_ISLNK(found.mode));
}

static void check_contents(struct fixture *f, uint64_t folder, const struct tree_attr *attr,
                           const struct listing *listing)
{
    (void)attr;
    for (size_t i = 0; i < listing->count; i++) {
        if (S_ISREG(listing->at[i].attr.mode))
            check_file(f, &listing->at[i].attr);
        else if (S_ISLNK(listing->at[i].attr.mode))
            check_link(f, folder, &listing->at[i].attr);
    }
}

static void sizes_are_exact_and_links_resolve(void **state)
{
    walk(*state, check_contents);
}

/* --- transcript.txt: line N is turn N --------------------------------------------------------- */

/* In search/ any name is a query, and found. */
static bool is_episode(struct fixture *f, uint64_t folder)
{
    cleanup_buf struct buf names = {0};
    return tree_listxattr(f->tree, folder, &names) == 0 && names.len;
}

static void check_transcript(struct fixture *f, const struct tree_attr *episode)
{
    struct tree_attr turns, transcript, turn;
    struct tree_text lines, text;
    if (!is_episode(f, episode->id) || tree_lookup(f->tree, episode->id, "turns", &turns))
        return;
    assert_int_equal(tree_lookup(f->tree, episode->id, "transcript.txt", &transcript), 0);
    assert_int_equal(tree_read(f->tree, transcript.id, 0, transcript.size, &lines), 0);
    struct listing listing = list(f, turns.id, 0, SIZE_MAX);
    struct slice rest = lines.bytes, line = {0};
    for (size_t i = 0; i < listing.count; i++) {
        turn = listing.at[i].attr;
        assert_true(slice_take(&rest, '\n', &line));
        assert_int_equal(tree_read(f->tree, turn.id, 0, turn.size, &text), 0);
        assert_int_equal(line.len + 1, text.bytes.len);
        for (size_t at = 0; at < line.len; at++)
            assert_int_equal(line.data[at],
                             text.bytes.data[at] == '\n' ? ' ' : text.bytes.data[at]);
        tree_text_free(f->tree, &text);
    }
    assert_int_equal(rest.len, 0);
    listing_free(&listing);
    tree_text_free(f->tree, &lines);
}

static void check_episodes(struct fixture *f, uint64_t folder, const struct tree_attr *attr,
                           const struct listing *listing)
{
    (void)folder;
    (void)attr;
    for (size_t i = 0; i < listing->count; i++) {
        if (S_ISDIR(listing->at[i].attr.mode) && listing->at[i].attr.nlink == 1)
            check_transcript(f, &listing->at[i].attr);
    }
}

static void a_line_is_a_turn(void **state)
{
    walk(*state, check_episodes);
}

/* --- identity --------------------------------------------------------------------------------- */

/* The references of an episode's turns, each of which leads to its turn. */
static void reach_refs(struct fixture *f, uint64_t episode)
{
    struct tree_attr refs, all_refs, turns, ref;
    bool has_refs = episode == TREE_ROOT || is_episode(f, episode);
    if (!has_refs || tree_lookup(f->tree, episode, "ref", &refs))
        return;
    remember(f, refs.id);
    if (episode == TREE_ROOT)
        return;
    assert_int_equal(tree_lookup(f->tree, TREE_ROOT, "ref", &all_refs), 0);
    assert_int_equal(tree_lookup(f->tree, episode, "turns", &turns), 0);
    struct listing listing = list(f, turns.id, 0, SIZE_MAX);
    for (size_t i = 0; i < listing.count; i++) {
        cleanup_buf struct buf name = {0}, target = {0};
        struct slice turn = listing.at[i].name;
        assert_int_equal(
            tree_getxattr(f->tree, listing.at[i].attr.id, "user.transcript.ref", &name), 0);
        assert_int_equal(tree_lookup(f->tree, refs.id, name.data, &ref), 0);
        remember(f, ref.id);
        assert_int_equal(tree_readlink(f->tree, ref.id, &target), 0);
        assert_true(slice_starts(buf_slice(&target), SLICE("../turns/")));
        assert_true(slice_ends(buf_slice(&target), turn));

        assert_int_equal(tree_lookup(f->tree, all_refs.id, name.data, &ref), 0);
        remember_ref(f, ref.id);
        struct listing places = list(f, ref.id, 0, SIZE_MAX);
        assert_true(places.count > 0); /* more, where episodes say the same */
        for (size_t k = 0; k < places.count; k++)
            remember_ref(f, places.at[k].attr.id);
        listing_free(&places);
    }
    listing_free(&listing);
}

/* A node that a listing shows, or that only a name finds. */
static void reach(struct fixture *f, uint64_t folder, const struct tree_attr *attr,
                  const struct listing *listing)
{
    struct tree_attr found;
    (void)attr;
    reach_refs(f, folder);
    for (size_t i = 0; i < listing->count; i++) {
        remember(f, listing->at[i].attr.id);
        /* A value by another of its spellings: any byte can be written as an escape. */
        if (S_ISDIR(listing->at[i].attr.mode)) {
            const struct slice name = listing->at[i].name;
            char other[800];
            snprintf(other, sizeof other, "%.*s%%%02X", (int)name.len - 1, name.data,
                     (unsigned)(unsigned char)name.data[name.len - 1]);
            if (!tree_lookup(f->tree, folder, other, &found) && S_ISLNK(found.mode))
                remember(f, found.id);
        }
    }
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void reach_all(struct fixture *f)
{
    static const char *const unlisted[] = {"version", "status.json", "generation", "problems.tsv"};
    static const char *const tables[] = {"counts.tsv", "voices.tsv", "turns.jsonl", "turns.tsv"};
    struct tree_attr control, index, file;
    if (f->count)
        return;
    remember(f, TREE_ROOT);
    walk(f, reach);
    assert_int_equal(tree_lookup(f->tree, TREE_ROOT, ".transcriptfs", &control), 0);
    remember(f, control.id);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(tree_lookup(f->tree, control.id, unlisted[i], &file), 0);
        remember(f, file.id);
    }
    assert_int_equal(tree_lookup(f->tree, TREE_ROOT, "index", &index), 0);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        assert_int_equal(tree_lookup(f->tree, index.id, tables[i], &file), 0);
        remember(f, file.id);
    }
    qsort(f->refs, f->ref_count, sizeof *f->refs, by_id);
    for (size_t i = 0; i < f->ref_count; i++) {
        if (i == 0 || f->refs[i] != f->refs[i - 1])
            remember(f, f->refs[i]);
    }
    qsort(f->ids, f->count, sizeof *f->ids, by_id);
}

/* A file may stand in two places (a hard link); no other node may, and each has its inode. */
static void inode_numbers_tell_nodes_apart(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    reach_all(f);
    uint64_t *inodes = malloc(f->count * sizeof *inodes);
    assert_non_null(inodes);
    for (size_t i = 0; i < f->count; i++) {
        struct tree_attr attr;
        size_t places = 1;
        assert_int_equal(tree_getattr(f->tree, f->ids[i], &attr), 0);
        assert_true(attr.ino > 0 && attr.ino < UINT64_C(1) << 63);
        while (i + 1 < f->count && f->ids[i + 1] == f->ids[i]) {
            places++;
            i++;
        }
        if (S_ISREG(attr.mode))
            assert_int_equal(attr.nlink, places);
        else
            assert_int_equal(places, 1);
        inodes[count++] = attr.ino;
    }
    qsort(inodes, count, sizeof *inodes, by_id);
    for (size_t i = 1; i < count; i++)
        assert_int_not_equal(inodes[i - 1], inodes[i]);
    free(inodes);
}

/* xorshift64: the same ids in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Ids that never were, ids that nearly were: none crashes, and none is taken for a node. */
static void ids_are_never_trusted(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 88172645463325252;
    size_t valid = 0;
    reach_all(f);
    for (int i = 0; i < 1000000; i++) {
        struct tree_attr attr;
        uint64_t id = next_random(&seed);
        if (i % 2) /* a real one with a bit or a byte changed */
            id = f->ids[id % f->count] ^
                 (i % 4 == 1 ? UINT64_C(1) << (id >> 40) % 64 : (id & 0xFF) << (id >> 40) % 57);
        else if (i % 4 == 0) /* a small one of every kind */
            id = (id & 0xFFF) << 8 | (id >> 56) % 48;
        int err = tree_getattr(f->tree, id, &attr);
        if (err == 0) {
            valid++;
            if (!bsearch(&id, f->ids, f->count, sizeof id, by_id))
                fail_msg("id %016llx was never given out", (unsigned long long)id);
        } else {
            assert_int_equal(err, -ESTALE);
        }
    }
    assert_true(valid > 100);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listing_and_lookup_agree),
        cmocka_unit_test(sizes_are_exact_and_links_resolve),
        cmocka_unit_test(a_line_is_a_turn),
        cmocka_unit_test(inode_numbers_tell_nodes_apart),
        cmocka_unit_test(ids_are_never_trusted),
    };
    const struct CMUnitTest tests_of_few[] = {
        cmocka_unit_test(listing_and_lookup_agree),
        cmocka_unit_test(sizes_are_exact_and_links_resolve),
        cmocka_unit_test(inode_numbers_tell_nodes_apart),
    };
    struct stat st;
    content_path = argc > 1 ? argv[1] : "";
    if (stat(content_path, &st) || !S_ISDIR(st.st_mode)) {
        printf("skipped: there is no folder \"%s\"\n", content_path);
        return 77;
    }
    int failed = cmocka_run_group_tests(tests, open_tree, close_tree);
    return failed + cmocka_run_group_tests(tests_of_few, open_tree_of_few, close_tree);
}
