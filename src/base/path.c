#include "base/path.h"

struct slice path_base(struct slice path)
{
    const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;
    return slash ? slice_skip(path, (size_t)(slash - path.data) + 1) : path;
}

struct slice path_parent(struct slice path)
{
    size_t base = path_base(path).len;
    return slice_head(path, path.len > base ? path.len - base - 1 : 0);
}

struct slice path_join(struct arena *arena, struct slice folder, struct slice base)
{
    cleanup_buf struct buf joined = {0};
    buf_add_slice(&joined, folder);
    if (folder.len)
        buf_add_byte(&joined, '/');
    buf_add_slice(&joined, base);
    return arena_copy_buf(arena, &joined);
}
