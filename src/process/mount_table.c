#include "process/mount_table.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/path.h"

enum { READ_AT_ONCE = 64 * 1024 };

/* Adds the path of the folder in the syntax of the table: white space and backslashes as \ooo. */
static void add_path(struct buf *out, int folder)
{
    char by_number[64], path[PATH_MAX];
    snprintf(by_number, sizeof by_number, "/proc/self/fd/%d", folder);
    ssize_t len = readlink(by_number, path, sizeof path);
    for (ssize_t i = 0; i < len; i++) {
        if (strchr(" \t\n\\", path[i]))
            buf_printf(out, "\\%03o", (unsigned char)path[i]);
        else
            buf_add_byte(out, path[i]);
    }
}

static bool read_all(int fd, struct buf *out)
{
    ssize_t got = lseek(fd, 0, SEEK_SET) ? -1 : 1;
    while (got > 0) {
        if (!buf_reserve(out, READ_AT_ONCE))
            return false;
        got = read(fd, out->data + out->len, READ_AT_ONCE);
        out->len += got > 0 ? (size_t)got : 0;
    }
    return got == 0;
}

/* proc(5), mountinfo: the first five fields are the number of the mount, that of its parent, the
 * device, the root within the device, and the mount point. */
static uint64_t hash_if_below(struct slice line, struct slice folder)
{
    struct slice rest = line, place = {0};
    for (int i = 0; i < 5; i++) {
        if (!slice_take(&rest, ' ', &place))
            return 0;
    }
    if (!path_is_below(place, folder))
        return 0;
    return hash64((struct slice){line.data, (size_t)(place.data + place.len - line.data)}, 0);
}

static uint64_t hash_below(int fd, int folder, uint64_t otherwise)
{
    cleanup_buf struct buf path = {0}, table = {0};
    uint64_t hash = 0;
    add_path(&path, folder);
    if (path.failed || path.len == 0 || !read_all(fd, &table))
        return otherwise;
    struct slice rest = buf_slice(&table), line;
    while (slice_take(&rest, '\n', &line))
        hash += hash_if_below(line, buf_slice(&path));
    return hash;
}

struct mount_table mount_table_open(int folder)
{
    struct mount_table table = {.fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
    if (table.fd >= 0)
        table.below = hash_below(table.fd, folder, 0);
    return table;
}

void mount_table_close(struct mount_table *table)
{
    if (table->fd >= 0)
        close(table->fd);
    table->fd = -1;
}

bool mount_table_has_changed(struct mount_table *table, int folder)
{
    uint64_t before = table->below;
    table->below = hash_below(table->fd, folder, before);
    return table->below != before;
}
