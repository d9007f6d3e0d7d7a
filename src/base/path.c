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

bool path_is_below(struct slice path, struct slice folder)
{
    return folder.len == 0 ||
           (path.len > folder.len && slice_starts(path, folder) && path.data[folder.len] == '/');
}

void path_decode_octal(char *field)
{
    char *to = field;
    for (const char *at = field; *at; to++) {
        bool is_escaped = *at == '\\' && strspn(at + 1, "01234567") >= 3;
        *to = (char)(is_escaped ? (at[1] - '0') * 64 + (at[2] - '0') * 8 + at[3] - '0' : *at);
        at += is_escaped ? 4 : 1;
    }
    *to = '\0';
}

void path_add_quoted(struct buf *out, struct slice path)
{
    buf_add_byte(out, '\'');
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_byte(out, path.data[i]);
    }
    buf_add_byte(out, '\'');
}
