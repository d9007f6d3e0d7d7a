/*
 * transcriptfs-dump: prints the tree of a content folder without mounting it. It knows nothing of
 * FUSE; what it prints is what the mount shows.
 *
 * A line a node: type, mode, links, size, path; " -> target" behind a link. With --full also the
 * inode number, the time, and the XXH3 (64 bits) of a file's bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/parallel.h"
#include "corpus/build.h"
#include "process/sandbox.h"
#include "source/content.h"
#include "source/content_scan.h"
#include "tree/tree.h"

/* A folder that is still to be printed. */
struct pending {
    uint64_t id;
    char *path; /* "/by-tag", "" for the root; owned */
};

struct dump {
    struct tree *tree;
    bool is_full;
    const char *path; /* of the folder being printed */
    struct pending *pending;
    size_t count, cap;
    int err;
};

static int print_file(struct dump *dump, const struct tree_attr *attr)
{
    cleanup_buf struct buf all = {0};
    struct tree_text text;

    while (all.len < attr->size) {
        int err = tree_read(dump->tree, attr->id, all.len, 65536, &text);
        if (err)
            return err;
        buf_add_slice(&all, text.bytes);
        bool is_over = text.bytes.len == 0;
        tree_text_free(dump->tree, &text);
        if (is_over || all.failed)
            return -EIO;
    }
    printf(" %016llx", (unsigned long long)hash64(buf_slice(&all), 0));
    return 0;
}

static int print_node(struct dump *dump, const struct tree_attr *attr, const char *path)
{
    char type = S_ISDIR(attr->mode) ? 'd' : S_ISLNK(attr->mode) ? 'l' : 'f';
    int err = 0;

    printf("%c %04o %u %llu", type, attr->mode & 07777, attr->nlink,
           (unsigned long long)attr->size);
    if (dump->is_full)
        printf(" %llu %lld", (unsigned long long)attr->ino,
               (long long)instant_bits(attr->stamps.mtime));
    if (dump->is_full && type == 'f')
        err = print_file(dump, attr);
    printf(" %s%s", *path ? path : "/", type == 'd' && *path ? "/" : "");
    if (type == 'l') {
        cleanup_buf struct buf target = {0};
        err = tree_readlink(dump->tree, attr->id, &target);
        printf(" -> %s", target.data ? target.data : "");
    }
    putchar('\n');
    return err;
}

static bool print_entry(void *dump_, uint64_t next, const struct tree_entry *entry)
{
    struct dump *dump = dump_;
    struct tree_attr attr = entry->attr;
    char *path;
    (void)next;

    if (!entry->has_attr)
        dump->err = tree_getattr(dump->tree, entry->attr.id, &attr);
    if (dump->err)
        return false;
    if (asprintf(&path, "%s/%.*s", dump->path, (int)entry->name.len, entry->name.data) < 0) {
        dump->err = -ENOMEM;
        return false;
    }
    if (!S_ISDIR(attr.mode)) {
        dump->err = print_node(dump, &attr, path);
        free(path);
    } else if (array_reserve(&dump->pending, dump->count, &dump->cap, sizeof *dump->pending)) {
        dump->pending[dump->count++] = (struct pending){attr.id, path};
    } else {
        free(path);
        dump->err = -ENOMEM;
    }
    return dump->err == 0;
}

/* Prints a folder and puts its sub-folders before all that waits, in their order. */
static int print_folder(struct dump *dump, struct pending folder)
{
    struct tree_attr attr;
    size_t before = dump->count;

    int err = tree_getattr(dump->tree, folder.id, &attr);
    if (!err)
        err = print_node(dump, &attr, folder.path);
    dump->path = folder.path;
    if (!err)
        err = tree_list(dump->tree, folder.id, 0, print_entry, dump);
    for (size_t low = before, high = dump->count; low + 1 < high; low++, high--) {
        struct pending swapped = dump->pending[low];
        dump->pending[low] = dump->pending[high - 1];
        dump->pending[high - 1] = swapped;
    }
    return err ? err : dump->err;
}

static int print_tree(struct tree *tree, bool is_full)
{
    struct dump dump = {.tree = tree, .is_full = is_full};
    struct pending folder = {TREE_ROOT, strdup("")};
    int err = folder.path ? 0 : -ENOMEM;

    while (!err) {
        err = print_folder(&dump, folder);
        free(folder.path);
        folder.path = NULL;
        if (dump.count == 0)
            break;
        folder = dump.pending[--dump.count];
    }
    free(folder.path);
    while (dump.count)
        free(dump.pending[--dump.count].path);
    free(dump.pending);
    return err;
}

static int load(struct content_folder *folder, struct builder *builder, struct corpus **corpus)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    int err = content_configure(folder, &diags);
    arena_free(&arena);
    return err ? err : content_scan_first(folder, builder, NULL, corpus);
}

static int dump_content(const char *path, const struct corpus_options *corpus_options, bool is_full)
{
    struct content_folder folder;
    struct builder *builder = builder_new(corpus_options);
    struct corpus *corpus = NULL;
    struct cache *cache = NULL;
    struct tree *tree = NULL;

    int err = content_open(path, corpus_options->limits, &folder);
    if (!err) {
        sandbox_enter(folder.fd, &(struct confinement){0});
        err = builder ? load(&folder, builder, &corpus) : -ENOMEM;
    }
    if (!err) {
        const struct content reader = content_reader(&folder);
        const struct tree_options options = {.version = TRANSCRIPTFS_VERSION};
        cache = cache_new(&reader, 64 << 20, corpus_options->limits);
        tree = cache ? tree_new(corpus, cache, &options) : NULL;
        err = tree ? print_tree(tree, is_full) : -ENOMEM;
    }
    tree_free(tree);
    cache_free(cache);
    builder_free(builder);
    content_close(&folder);
    if (err)
        fprintf(stderr, "transcriptfs-dump: \"%s\": %s\n", path, strerror(-err));
    return err ? 1 : 0;
}

/* "max_file=1M,max_turns=100" */
static bool set_limits(struct limits *limits, const char *list)
{
    struct slice rest = slice_of(list), option;
    while (slice_take(&rest, ',', &option)) {
        char text[64];
        const char *value = memchr(option.data, '=', option.len);
        size_t name = value ? (size_t)(value - option.data) : option.len;
        enum limit limit = limit_find(slice_head(option, name));
        if (!value || limit == LIMIT_COUNT || option.len >= sizeof text)
            return false;
        memcpy(text, option.data, option.len);
        text[option.len] = '\0';
        if (!limit_set(limits, limit, text + name + 1))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct limits limits = limits_default();
    struct corpus_options options = {.limits = &limits};
    bool is_full = false, is_right = true;
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--full") == 0)
            is_full = true;
        else if (strcmp(argv[i], "--entries=name") == 0)
            options.bare_entries = true;
        else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            is_right &= set_limits(&limits, argv[++i]);
        else
            break;
    }
    if (!is_right || i != argc - 1 || argv[i][0] == '-') {
        fprintf(stderr,
                "usage: transcriptfs-dump [--full] [--entries=name] [-o LIMIT=N,…] CONTENT\n");
        return 2;
    }
    return dump_content(argv[i], &options, is_full);
}
