#include "memory.h"

#include <errno.h>
#include <strings.h>

#include "base/array.h"
#include "fuzz.h"
#include "transcript/scan.h"

enum { MOST_DEPTH = 64, CACHE_BYTES = 1 << 20 };

static struct memory_file *find(const struct memory *memory, struct slice path)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (slice_equal(slice_of(memory->files[i].path), path))
            return &memory->files[i];
    }
    return NULL;
}

static int read_file(const void *memory_, const struct source *source, uint64_t offset,
                     uint64_t len, struct buf *out)
{
    const struct memory *memory = memory_;
    const struct memory_file *file = find(memory, source->path);
    if (!file || file->is_gone || !file_id_equal(&file->id, source->id))
        return -EAGAIN;
    CHECK(offset <= file->bytes.len && len <= file->bytes.len - offset);
    buf_add(out, file->bytes.data + offset, len);
    return 0;
}

void memory_open(struct memory *memory)
{
    const struct content content = {.read = read_file, .context = memory};
    *memory = (struct memory){.limits = limits_default()};
    const struct corpus_options options = {.limits = &memory->limits};
    memory->builder = builder_new(&options);
    memory->cache = cache_new(&content, CACHE_BYTES, &memory->limits);
    CHECK(memory->builder && memory->cache);
    CHECK(config_defaults(&memory->rules, &memory->config) == 0);
    const struct configuration configuration = {.date_view = SLICE("by-date"),
                                                .own = memory->config.own};
    CHECK(builder_configure(memory->builder, &configuration) == 0);
}

void memory_close(struct memory *memory)
{
    tree_free(memory->tree);
    cache_free(memory->cache);
    builder_free(memory->builder);
    arena_free(&memory->rules);
    for (size_t i = 0; i < memory->count; i++) {
        free(memory->files[i].path);
        free((void *)(uintptr_t)memory->files[i].bytes.data);
    }
    free(memory->files);
}

/* --- files ------------------------------------------------------------------------------------ */

/* What a disk could have, and the look takes for a transcript. */
static bool is_possible(struct slice path)
{
    struct slice rest = path, part = {0};
    size_t depth = 0;
    while (slice_take(&rest, '/', &part)) {
        if (part.len == 0 || part.len > 255 || memchr(part.data, '\0', part.len) ||
            slice_equal(part, SLICE(".")) || slice_equal(part, SLICE("..")) || ++depth > MOST_DEPTH)
            return false;
    }
    return part.len > 3 && strncasecmp(part.data + part.len - 3, ".md", 3) == 0;
}

static bool is_below(struct slice path, struct slice folder)
{
    return path.len > folder.len && slice_starts(path, folder) && path.data[folder.len] == '/';
}

/* No file is a folder too. */
static bool is_free(const struct memory *memory, struct slice path)
{
    for (size_t i = 0; i < memory->count; i++) {
        struct slice other = slice_of(memory->files[i].path);
        if (!memory->files[i].is_gone && (is_below(path, other) || is_below(other, path)))
            return false;
    }
    return true;
}

bool memory_put(struct memory *memory, struct slice path, struct slice bytes)
{
    if (!is_possible(path) || !is_free(memory, path))
        return false;
    struct memory_file *file = find(memory, path);
    if (!file) {
        CHECK(array_reserve(&memory->files, memory->count, &memory->cap, sizeof *memory->files));
        file = &memory->files[memory->count++];
        *file = (struct memory_file){.path = strndup(path.data, path.len)};
        CHECK(file->path);
    }
    free((void *)(uintptr_t)file->bytes.data);
    file->bytes = input_copy((const uint8_t *)bytes.data, bytes.len);
    memory->clock++;
    file->id = (struct file_id){
        .inode = (uint64_t)(file - memory->files),
        .size = (int64_t)bytes.len,
        .stamps = {{.seconds = memory->clock}, {.nanoseconds = memory->clock}}};
    file->is_changed = true;
    file->is_gone = false;
    return true;
}

bool memory_drop(struct memory *memory, struct slice path)
{
    struct memory_file *file = find(memory, path);
    if (!file || file->is_gone)
        return false;
    file->is_changed = file->is_gone = true;
    return true;
}

/* --- publishing ------------------------------------------------------------------------------- */

static struct scanned scan(struct memory *memory, const struct memory_file *file,
                           struct arena *arena)
{
    struct scanned scanned = {
        .path = slice_of(file->path), .id = file->id, .is_gone = file->is_gone};
    struct diags diags = {.arena = arena};
    struct sidecars beside = sidecars_begin(arena);
    if (!file->is_gone)
        CHECK(scan_head(arena, scanned.path, file->bytes, true, &memory->config, &memory->limits,
                        &beside, &diags, &scanned.head, &scanned.facts) == 0);
    scanned.problems = diags.first;
    return scanned;
}

static void begin(struct memory *memory, struct corpus *corpus)
{
    const struct tree_options options = {.version = "fuzz"};
    memory->corpus = corpus;
    memory->tree = tree_new(corpus, memory->cache, &options);
    CHECK(memory->tree);
}

static void follow(struct memory *memory, struct corpus *corpus, invalidate_fn *tell, void *context)
{
    memory->corpus = corpus;
    tree_publish(memory->tree, corpus);
    CHECK(tree_notify(memory->tree, tell, context) == 0);
}

void memory_publish(struct memory *memory, invalidate_fn *tell, void *context)
{
    struct arena arena = {0};
    struct scanned *changes = calloc(memory->count + 1, sizeof *changes);
    struct corpus *next;
    size_t count = 0;

    CHECK(changes);
    for (size_t i = 0; i < memory->count; i++) {
        struct memory_file *file = &memory->files[i];
        bool is_known = memory->corpus &&
                        corpus_find_path(memory->corpus, slice_of(file->path)) != NO_INDEX;
        if (file->is_changed && (is_known || !file->is_gone))
            changes[count++] = scan(memory, file, &arena);
        file->is_changed = false;
    }
    if (!memory->tree || count) {
        if (memory->tree)
            CHECK(tree_reserve(memory->tree, memory->corpus->episode_cap + count) == 0);
        CHECK(corpus_next(memory->builder, memory->corpus, changes, count, &next) == 0);
        if (memory->tree)
            follow(memory, next, tell, context);
        else
            begin(memory, next);
    }
    free(changes);
    arena_free(&arena);
}
