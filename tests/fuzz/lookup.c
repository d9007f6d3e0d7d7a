/*
 * Paths and node ids, over content that changes. The input is a script; what stands before its
 * first command is the file talks/first.md:
 *
 *     %%% put PATH        the lines that follow are this file
 *     %%% drop PATH       it is gone
 *     %%% publish         the tree follows
 *     %%% find PATH       is looked up, step by step
 *     %%% id HEXADECIMAL  is taken for a node
 */
#include "fuzz.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/map.h"
#include "memory.h"

enum {
    MOST_NODES = 4000, /* that one walk looks at */
    MADE_UP_IDS = 200,
};

/* An entry as the last walk found it. */
struct seen {
    size_t parent; /* which of these its folder is; IN_ROOT */
    const char *name;
    struct tree_attr attr;
    uint64_t hash;    /* of the bytes of a file, of a link's target */
    uint64_t listing; /* of a folder: hash of names and ids */
    bool is_kept;     /* a client that forgets what it is told to forget has it still */
};

#define IN_ROOT SIZE_MAX

/* What a client was told to forget. */
struct told {
    enum invalidate_kind what;
    uint64_t id;
    const char *name;
};

struct walk {
    struct memory memory;
    struct tree *tree;
    struct seen *seen; /* in the order of the walk: folders before what is in them */
    size_t count, cap;
    uint64_t root_listing;
    struct told *told; /* since then */
    size_t told_count, told_cap;
    struct arena names;
    uint64_t seed;
};

/* xorshift64: the same for the same input. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static bool same_attr(const struct tree_attr *a, const struct tree_attr *b)
{
    return a->id == b->id && a->ino == b->ino && a->mode == b->mode && a->nlink == b->nlink &&
           a->size == b->size && stamps_equal(&a->stamps, &b->stamps) &&
           a->no_entry_cache == b->no_entry_cache;
}

/* --- files and links -------------------------------------------------------------------------- */

/* The size is that of the bytes, and a part is a part of the whole. Their hash. */
static uint64_t check_file(struct walk *w, uint64_t id, uint64_t size)
{
    struct tree_text all, part;
    CHECK(tree_read(w->tree, id, 0, SIZE_MAX / 2, &all) == 0);
    CHECK(all.bytes.len == size);
    for (int i = 0; i < 3; i++) {
        uint64_t offset = next_random(&w->seed) % (size + 2);
        size_t len = (size_t)(next_random(&w->seed) % (size + 2));
        struct slice wanted = offset < size ? slice_head(slice_skip(all.bytes, offset), len)
                                            : (struct slice){0};
        CHECK(tree_read(w->tree, id, offset, len, &part) == 0);
        CHECK(slice_equal(part.bytes, wanted));
        tree_text_free(w->tree, &part);
    }
    uint64_t hash = hash64(all.bytes, 0);
    tree_text_free(w->tree, &all);
    return hash;
}

/* It leads to a node, and never out of the mount. The hash of its target. */
static uint64_t check_link(struct walk *w, uint64_t folder, uint64_t id, uint64_t size)
{
    cleanup_buf struct buf target = {0};
    struct tree_attr found = {.id = folder};
    char *rest = NULL;
    CHECK(tree_readlink(w->tree, id, &target) == 0);
    CHECK(target.len == size && size > 0 && target.data[0] != '/');
    uint64_t hash = hash64(buf_slice(&target), 0);
    for (char *part = strtok_r(target.data, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (strcmp(part, "..") == 0) {
            CHECK(found.id != TREE_ROOT);
            CHECK(tree_parent(w->tree, found.id, &found.id) == 0);
        } else {
            CHECK(tree_lookup(w->tree, found.id, part, &found) == 0);
        }
    }
    CHECK(!S_ISLNK(found.mode));
    return hash;
}

/* --- folders ---------------------------------------------------------------------------------- */

struct listing {
    struct walk *walk;
    size_t parent;
    uint64_t folder;
    uint32_t folders;
    struct map names;
};

/* A name that the kernel takes, and that was not there before. A copy. */
static const char *check_name(struct listing *listing, struct slice name)
{
    CHECK(name.len > 0 && name.len <= 255);
    CHECK(!memchr(name.data, '/', name.len) && !memchr(name.data, '\0', name.len));
    CHECK(!slice_equal(name, SLICE(".")) && !slice_equal(name, SLICE("..")));
    CHECK(utf8_is_valid(name));
    struct slice copy = arena_copy(&listing->walk->names, name);
    struct map_slot *slot = map_put(&listing->names, copy);
    CHECK(slot && slot->value == UINT32_MAX);
    slot->value = 1;
    return copy.data;
}

static bool check_entry(void *listing_, uint64_t next, const struct tree_entry *entry)
{
    struct listing *listing = listing_;
    struct walk *w = listing->walk;
    struct seen seen = {.parent = listing->parent, .name = check_name(listing, entry->name)};
    struct tree_attr attr, *found = &seen.attr;
    (void)next;

    CHECK(tree_lookup(w->tree, listing->folder, seen.name, found) == 0);
    CHECK(tree_getattr(w->tree, found->id, &attr) == 0 && same_attr(&attr, found));
    CHECK(attr.no_entry_cache || (attr.id == entry->attr.id && attr.ino == entry->attr.ino));
    CHECK(attr.mode == entry->attr.mode);
    CHECK(!entry->has_attr || same_attr(&attr, &entry->attr));
    if (S_ISDIR(attr.mode)) {
        uint64_t parent;
        CHECK(tree_parent(w->tree, attr.id, &parent) == 0 && parent == listing->folder);
        listing->folders++;
    } else if (S_ISREG(attr.mode)) {
        seen.hash = check_file(w, attr.id, attr.size);
    } else {
        seen.hash = check_link(w, listing->folder, attr.id, attr.size);
    }
    CHECK(array_reserve(&w->seen, w->count, &w->cap, sizeof *w->seen));
    w->seen[w->count++] = seen;
    return w->count < MOST_NODES;
}

static bool add_to_hash(void *hash, uint64_t next, const struct tree_entry *entry)
{
    (void)next;
    *(uint64_t *)hash = hash64(entry->name, *(uint64_t *)hash) ^ entry->attr.id;
    return true;
}

static uint64_t hash_listing(struct walk *w, uint64_t folder)
{
    uint64_t hash = 0;
    CHECK(tree_list(w->tree, folder, 0, add_to_hash, &hash) == 0);
    return hash;
}

/* search/ lists no query, and has every one. */
static void check_queries(struct listing *listing)
{
    static const char *const queries[] = {"words", "voice:ana", "-\"the others\"", "tag:tea",
                                          "has:original OR title:two"};
    uint32_t folders = listing->folders;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct tree_entry entry = {.name = slice_of(queries[i])};
        CHECK(tree_lookup(listing->walk->tree, listing->folder, queries[i], &entry.attr) == 0);
        check_entry(listing, 0, &entry);
    }
    listing->folders = folders;
}

static void check_folder(struct walk *w, uint64_t folder, size_t number)
{
    struct listing listing = {.walk = w, .folder = folder, .parent = number};
    struct tree_attr attr, missing;
    CHECK(tree_list(w->tree, folder, 0, check_entry, &listing) == 0);
    if (number != IN_ROOT && w->seen[number].parent == IN_ROOT &&
        strcmp(w->seen[number].name, "search") == 0)
        check_queries(&listing);
    CHECK(tree_getattr(w->tree, folder, &attr) == 0);
    CHECK(w->count == MOST_NODES || attr.nlink == 1 || attr.nlink == 2 + listing.folders);
    CHECK(tree_lookup(w->tree, folder, ".%", &missing) == -ENOENT); /* no name begins so */
    *(number == IN_ROOT ? &w->root_listing : &w->seen[number].listing) = hash_listing(w, folder);
    map_free(&listing.names);
}

static void check_all(struct walk *w)
{
    static const char *const unlisted[] = {"version", "status.json", "generation", "problems.tsv"};
    struct tree_attr control, file;
    w->count = w->told_count = 0;
    arena_free(&w->names);
    check_folder(w, TREE_ROOT, IN_ROOT);
    for (size_t i = 0; i < w->count && w->count < MOST_NODES; i++) {
        if (S_ISDIR(w->seen[i].attr.mode))
            check_folder(w, w->seen[i].attr.id, i);
    }
    CHECK(tree_lookup(w->tree, TREE_ROOT, ".transcriptfs", &control) == 0);
    for (size_t i = 0; i < sizeof unlisted / sizeof *unlisted; i++) {
        CHECK(tree_lookup(w->tree, control.id, unlisted[i], &file) == 0);
        check_file(w, file.id, file.size);
    }
}

/* --- ids that nobody gave out ----------------------------------------------------------------- */

static bool go_on(void *context, uint64_t next, const struct tree_entry *entry)
{
    (void)context;
    (void)next;
    return entry->name.len > 0;
}

/* Either it stands for nothing, or all that is asked of it is answered. */
static void ask(struct walk *w, uint64_t id)
{
    cleanup_buf struct buf text = {0};
    struct tree_attr attr, found;
    struct tree_text bytes;
    uint64_t parent;

    int err = tree_getattr(w->tree, id, &attr);
    int listed = tree_list(w->tree, id, 0, go_on, NULL);
    int looked_up = tree_lookup(w->tree, id, "turns", &found);
    int above = tree_parent(w->tree, id, &parent);
    int linked = tree_readlink(w->tree, id, &text);
    int read = tree_read(w->tree, id, 1, 10, &bytes);
    if (read == 0)
        tree_text_free(w->tree, &bytes);
    int attributes = tree_listxattr(w->tree, id, &text);
    if (err == -EINVAL || err == -ENAMETOOLONG) { /* of a selection, to one that cannot be */
        CHECK(linked == err && read == -EINVAL && listed == -ENOTDIR && attributes == 0);
        return;
    }
    CHECK(attributes == err);
    if (err) {
        CHECK(err == -ESTALE);
        CHECK(listed == -ESTALE && looked_up == -ESTALE && above == -ESTALE && linked == -ESTALE);
        CHECK(read == 0 || read == -ESTALE); /* another version may be remembered */
        return;
    }
    CHECK(attr.id == id && attr.ino > 0 && attr.ino < UINT64_C(1) << 63);
    CHECK(listed == (S_ISDIR(attr.mode) ? 0 : -ENOTDIR));
    CHECK(above == listed);
    CHECK(linked == (S_ISLNK(attr.mode) ? 0 : -EINVAL));
    if (S_ISREG(attr.mode))
        check_file(w, id, attr.size);
    else
        CHECK(read == (S_ISDIR(attr.mode) ? -EISDIR : -EINVAL));
}

/* Real ids with a bit or a byte changed, and small ones of every kind. */
static void ask_of_made_up(struct walk *w)
{
    for (int i = 0; i < MADE_UP_IDS; i++) {
        uint64_t id = next_random(&w->seed);
        if (i % 4 == 0)
            id = (id & 0xFFF) << 8 | (id >> 56) % 40;
        else if (i % 4 < 3 && w->count)
            id = w->seen[id % w->count].attr.id ^
                 (i % 4 == 1 ? UINT64_C(1) << (id >> 40) % 64 : (id & 0xFF) << (id >> 40) % 57);
        ask(w, id);
    }
}

/* --- what is remembered ----------------------------------------------------------------------- */

/* What was seen before is as it was, or it is nothing any more: never another version's bytes. */
static void check_bytes(struct walk *w, const struct seen *seen)
{
    struct tree_text text;
    int err = tree_read(w->tree, seen->attr.id, 0, SIZE_MAX / 2, &text);
    CHECK(err == 0 || err == -ESTALE);
    CHECK(err || hash64(text.bytes, 0) == seen->hash);
    if (!err)
        tree_text_free(w->tree, &text);
}

static void forget(void *walk_, enum invalidate_kind what, uint64_t id, const char *name)
{
    struct walk *w = walk_;
    CHECK(id != 0 && (what == INVALIDATE_ENTRY) == (name != NULL));
    CHECK(array_reserve(&w->told, w->told_count, &w->told_cap, sizeof *w->told));
    struct told told = {what, id, name ? arena_copy(&w->names, slice_of(name)).data : NULL};
    w->told[w->told_count++] = told;
}

static bool was_told(const struct walk *w, enum invalidate_kind what, uint64_t id, const char *name)
{
    for (size_t i = 0; i < w->told_count; i++) {
        const struct told *told = &w->told[i];
        if (told->what == what && told->id == id && (!name || strcmp(told->name, name) == 0))
            return true;
    }
    return false;
}

/* A client that is looking a node up when it changes may learn of the old one after it was told of
 * the new one: what waits for look-ups in the node's folder comes first. */
static void check_order(const struct walk *w, uint64_t folder, uint64_t id)
{
    bool has_waited = false;
    for (size_t i = 0; i < w->told_count; i++) {
        const struct told *told = &w->told[i];
        bool waits = told->what != INVALIDATE_ATTR && told->what != INVALIDATE_STAMPS;
        has_waited |= waits && told->id == folder;
        CHECK(has_waited || told->id != id || told->what == INVALIDATE_ENTRY ||
              told->what == INVALIDATE_WAIT);
    }
}

/* What a client remembers, and was not told to forget, is what is there. */
static void check_kept(struct walk *w, struct seen *seen)
{
    const struct tree_attr *was = &seen->attr;
    uint64_t folder = seen->parent == IN_ROOT ? TREE_ROOT : w->seen[seen->parent].attr.id;
    bool is_reachable = seen->parent == IN_ROOT || w->seen[seen->parent].is_kept;
    struct tree_attr now;

    seen->is_kept = is_reachable && !was->no_entry_cache &&
                    !was_told(w, INVALIDATE_ENTRY, folder, seen->name);
    if (!seen->is_kept)
        return;
    check_order(w, folder, was->id);
    CHECK(tree_lookup(w->tree, folder, seen->name, &now) == 0 && now.id == was->id);
    if (was_told(w, INVALIDATE_ATTR, was->id, NULL) ||
        was_told(w, INVALIDATE_FOLDER, was->id, NULL))
        return;
    if (was_told(w, INVALIDATE_STAMPS, was->id, NULL))
        now.stamps = was->stamps;
    CHECK(same_attr(&now, was));
    if (S_ISLNK(was->mode))
        CHECK(check_link(w, folder, was->id, was->size) == seen->hash);
    if (S_ISDIR(was->mode))
        CHECK(hash_listing(w, was->id) == seen->listing);
}

static void check_memory(struct walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (S_ISREG(w->seen[i].attr.mode) && !w->seen[i].attr.no_entry_cache)
            check_bytes(w, &w->seen[i]);
        if (w->count < MOST_NODES)
            check_kept(w, &w->seen[i]);
    }
    if (w->count && w->count < MOST_NODES && !was_told(w, INVALIDATE_FOLDER, TREE_ROOT, NULL))
        CHECK(hash_listing(w, TREE_ROOT) == w->root_listing);
}

/* --- the script ------------------------------------------------------------------------------- */

static void publish(struct walk *w)
{
    memory_publish(&w->memory, forget, w);
    w->tree = w->memory.tree;
    check_memory(w);
    check_all(w);
}

static void find(struct walk *w, struct slice path)
{
    struct tree_attr attr = {.id = TREE_ROOT};
    struct slice part;
    int err = 0;
    while (!err && slice_take(&path, '/', &part)) {
        char *name = strndup(part.data, part.len);
        CHECK(name);
        err = tree_lookup(w->tree, attr.id, name, &attr);
        CHECK(err == 0 || err == -ENOENT || err == -ENOTDIR || err == -EINVAL ||
              err == -ENAMETOOLONG); /* no query, or one that cannot be */
        free(name);
    }
    if (!err)
        ask(w, attr.id);
}

static bool take_word(struct slice *line, struct slice word)
{
    if (!slice_starts(*line, word))
        return false;
    *line = slice_skip(*line, word.len);
    return true;
}

/* A command, and the lines up to the next one. */
static void run(struct walk *w, struct slice line, struct slice lines)
{
    if (take_word(&line, SLICE("put "))) {
        memory_put(&w->memory, line, lines);
    } else if (take_word(&line, SLICE("drop "))) {
        memory_drop(&w->memory, line);
    } else if (take_word(&line, SLICE("publish"))) {
        publish(w);
    } else if (w->tree && take_word(&line, SLICE("find "))) {
        find(w, line);
    } else if (w->tree && take_word(&line, SLICE("id "))) {
        char digits[17] = "";
        memcpy(digits, line.data, line.len < 16 ? line.len : 16);
        ask(w, strtoull(digits, NULL, 16));
    }
}

static void run_all(struct walk *w, struct slice script)
{
    static const char mark[] = "%%% ";
    struct slice line = SLICE("put talks/first.md");
    for (;;) {
        const char *next = script.len ? memmem(script.data, script.len, mark, 4) : NULL;
        size_t len = next ? (size_t)(next - script.data) : script.len;
        run(w, line, slice_head(script, len));
        if (!next)
            return;
        script = slice_skip(script, len + 4);
        slice_take(&script, '\n', &line);
        if (!script.data)
            script = (struct slice){line.data + line.len, 0};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = input_copy(data, size);
    struct walk w = {.seed = hash64(script, 1) | 1};
    memory_open(&w.memory);
    run_all(&w, script);
    publish(&w);
    ask_of_made_up(&w);
    memory_close(&w.memory);
    free(w.seen);
    free(w.told);
    arena_free(&w.names);
    free((void *)(uintptr_t)script.data);
    return 0;
}
