#define FUSE_USE_VERSION 314

#include "fuse/requests.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fuse/prefetch.h"
#include "fuse/server.h"

/* The timeout, in seconds, of replies that the kernel may cache until their invalidation: it
 * computes with the value, so infinity is not allowed. */
static const double no_timeout = 1e9;

/* The timeout, in seconds, of what nobody may ever tell the kernel to drop: a negative dentry for
 * Linux 6.19 and newer, which do not drop one on an invalidation (fuse/kernel.h), and what is made
 * of a file with hard links. */
static const double short_timeout = 1;

enum {
    MOST_LISTED = 1024 * 1024, /* bytes of one readdir reply */
    LONGEST_WAIT = 1000,       /* milliseconds, for the next generation */
    LONGEST_WAITS = 2000, /* … and for all together, while a process keeps writing to a file */
};

static const char *const request_names[] = {
    [REQUEST_LOOKUP] = "lookup",       [REQUEST_GETATTR] = "getattr",
    [REQUEST_READLINK] = "readlink",   [REQUEST_OPEN] = "open",
    [REQUEST_READ] = "read",           [REQUEST_OPENDIR] = "opendir",
    [REQUEST_READDIR] = "readdir",     [REQUEST_READDIRPLUS] = "readdirplus",
    [REQUEST_STATFS] = "statfs",       [REQUEST_GETXATTR] = "getxattr",
    [REQUEST_LISTXATTR] = "listxattr", [STORED_AHEAD] = "stored",
};

void requests_name_counts(struct server *server)
{
    for (int i = 0; i < REQUESTS; i++)
        server->counts[i].name = request_names[i];
}

static struct server *server_of(fuse_req_t req)
{
    return fuse_req_userdata(req);
}

static void count(fuse_req_t req, enum request kind)
{
    __atomic_add_fetch(&server_of(req)->counts[kind].count, 1, __ATOMIC_RELAXED);
}

static void enter(enum request kind, struct call call)
{
    count(call.req, kind);
    gate_enter(&server_of(call.req)->gate, &call);
}

/*
 * A request whose reply the kernel caches holds the newest generation until the reply is sent. The
 * notifier waits for the holders of older generations before it invalidates, so no reply of an old
 * generation reaches a cache after the invalidation.
 *
 * A read needs no hold: the id of a file pins its version, so its bytes never become invalid.
 */
struct held_generation {
    struct tree *tree;
    struct generation *generation;
    struct timespec end; /* of waiting for a newer one; 0: it has not waited */
};

static struct held_generation get_generation(fuse_req_t req)
{
    struct tree *tree = server_of(req)->tree;
    return (struct held_generation){.tree = tree, .generation = tree_get_generation(tree)};
}

static void put_generation(const struct held_generation *held)
{
    tree_put_generation(held->tree, held->generation);
}

#define cleanup_generation __attribute__((cleanup(put_generation), unused))

/* --- replies ---------------------------------------------------------------------------------- */

static struct stat stat_of(const struct tree_attr *attr)
{
    const struct timespec mtime = timespec_of(attr->stamps.mtime);
    return (struct stat){
        .st_ino = attr->ino,
        .st_mode = attr->mode,
        .st_nlink = attr->nlink,
        .st_uid = attr->uid,
        .st_gid = attr->gid,
        .st_size = (off_t)attr->size,
        .st_blocks = (blkcnt_t)((attr->size + 511) / 512),
        .st_blksize = 4096,
        .st_atim = mtime,
        .st_mtim = mtime,
        .st_ctim = timespec_of(attr->stamps.ctime),
    };
}

static double attr_timeout(const struct tree_attr *attr)
{
    return attr->no_attr_cache ? 0 : attr->is_linked ? short_timeout : no_timeout;
}

static struct fuse_entry_param entry_of(const struct tree_attr *attr)
{
    return (struct fuse_entry_param){
        .ino = attr->id,
        .generation = attr->generation, /* where it is another, the kernel drops the inode it has */
        .attr = stat_of(attr),
        .attr_timeout = attr_timeout(attr),
        .entry_timeout = attr->no_entry_cache ? 0
                         : attr->is_linked    ? short_timeout
                                              : no_timeout,
    };
}

/* The error that a system call gets. -EAGAIN is internal: the file changed and was not rescanned.
 * Report ESTALE. */
static int final_error(int err)
{
    return err == -EAGAIN ? ESTALE : -err;
}

/* Replies that a name does not exist: the kernel caches an entry without a node, but no error. */
static void reply_absent(fuse_req_t req, bool is_linked)
{
    bool drops = server_of(req)->drops_negative_dentries;
    const struct fuse_entry_param nothing = {.entry_timeout = drops && !is_linked ? no_timeout
                                                                                  : short_timeout};
    fuse_reply_entry(req, &nothing);
}

/* --- operations ------------------------------------------------------------------------------- */

/* An NFS server, which has a file handle and no path, looks up "." and "..". */
static int look_up(struct tree *tree, uint64_t parent, const char *name, struct tree_attr *attr)
{
    uint64_t id;
    if (strcmp(name, ".") == 0)
        return tree_getattr(tree, parent, attr);
    if (strcmp(name, "..") != 0)
        return tree_lookup(tree, parent, name, attr);
    int err = tree_parent(tree, parent, &id);
    return err ? err : tree_getattr(tree, id, attr);
}

/* After -EAGAIN, when a file changed and was not rescanned, the next generation has the answer and
 * is about to be published. Holds that one instead and returns true. Returns false if the request
 * must report its error: also after LONGEST_WAITS, so that no client waits for as long as a process
 * keeps writing to a file. */
static bool get_next_generation(struct held_generation *held, int err)
{
    uint64_t generation = held->generation->corpus->generation;
    const struct timespec now = time_after(0);
    if (err != -EAGAIN || (held->end.tv_sec && timespec_is_before(&held->end, &now)) ||
        gate_has_client_left())
        return false;
    if (!held->end.tv_sec)
        held->end = time_after(LONGEST_WAITS);
    tree_put_generation(held->tree, held->generation);
    bool is_there = tree_wait_for_newer(held->tree, generation, LONGEST_WAIT);
    held->generation = tree_get_generation(held->tree);
    return is_there;
}

/* Before the reply, so that a client which reads the file at once is noted later. */
static void note_cached_bytes(fuse_req_t req, const struct tree_attr *attr)
{
    if (attr->has_cached_bytes)
        prefetch_note_size(server_of(req)->prefetch, attr->id, attr->size);
}

/* What was scanned last is the answer where the next generation does not have it either. */
static bool must_wait_once(const struct held_generation *held, const struct tree_attr *attr)
{
    return attr->is_outdated && !held->end.tv_sec;
}

static void answer_lookup(const struct call *call)
{
    fuse_req_t req = call->req;
    cleanup_generation struct held_generation held = get_generation(req);
    struct tree_attr attr = {0};
    int err;
    do
        err = look_up(held.tree, call->id, call->name, &attr);
    while (get_next_generation(&held, must_wait_once(&held, &attr) ? -EAGAIN : err));
    if (gate_gives_up(call))
        return;
    if (err == -ENOENT && !attr.no_entry_cache) {
        reply_absent(req, attr.is_linked);
    } else if (err) {
        fuse_reply_err(req, final_error(err));
    } else {
        struct fuse_entry_param entry = entry_of(&attr);
        note_cached_bytes(req, &attr);
        fuse_reply_entry(req, &entry);
    }
}

static void on_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    if (strlen(name) <= NAME_MAX) {
        enter(REQUEST_LOOKUP,
              (struct call){.req = req, .answer = answer_lookup, .id = parent, .name = name});
        return;
    }
    count(req, REQUEST_LOOKUP);
    fuse_reply_err(req, ENAMETOOLONG);
}

static void answer_getattr(const struct call *call)
{
    fuse_req_t req = call->req;
    cleanup_generation struct held_generation held = get_generation(req);
    struct tree_attr attr;
    int err;
    do
        err = tree_getattr(held.tree, call->id, &attr);
    while (get_next_generation(&held, err));
    if (gate_gives_up(call))
        return;
    if (err) {
        fuse_reply_err(req, final_error(err));
    } else {
        struct stat st = stat_of(&attr);
        note_cached_bytes(req, &attr);
        fuse_reply_attr(req, &st, attr_timeout(&attr));
    }
}

static void on_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    (void)fi;
    enter(REQUEST_GETATTR, (struct call){.req = req, .answer = answer_getattr, .id = ino});
}

static void answer_readlink(const struct call *call)
{
    fuse_req_t req = call->req;
    cleanup_generation struct held_generation held = get_generation(req);
    cleanup_buf struct buf target = {0};
    int err;
    do {
        target.len = 0;
        err = tree_readlink(held.tree, call->id, &target);
    } while (get_next_generation(&held, err));
    if (gate_gives_up(call))
        return;
    if (err)
        fuse_reply_err(req, final_error(err));
    else
        fuse_reply_readlink(req, target.data);
}

static void on_readlink(fuse_req_t req, fuse_ino_t ino)
{
    enter(REQUEST_READLINK, (struct call){.req = req, .answer = answer_readlink, .id = ino});
}

/* A read does not wait after -EAGAIN: the id names the version that the file had before, and only
 * the cache, which has just missed, could have that in the next generation. */
static void answer_read(const struct call *call)
{
    fuse_req_t req = call->req;
    const struct server *server = server_of(req);
    struct tree *tree = server->tree;
    struct tree_text text;
    int err = tree_read(tree, call->id, (uint64_t)call->offset, call->size, &text);
    bool gives_up = gate_gives_up(call);
    if (!err && !gives_up)
        fuse_reply_buf(req, text.bytes.data, text.bytes.len);
    else if (!gives_up)
        fuse_reply_err(req, final_error(err));
    if (err)
        return;
    tree_text_free(tree, &text);
    if (!gives_up)
        prefetch_note_read(server->prefetch, call->id);
}

static void on_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                    struct fuse_file_info *fi)
{
    (void)fi;
    enter(REQUEST_READ,
          (struct call){
              .req = req, .answer = answer_read, .id = ino, .size = size, .offset = offset});
}

static void on_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    count(req, REQUEST_OPEN);
    (void)ino;
    if (server_of(req)->no_open) {
        fuse_reply_err(req, ENOSYS);
        return;
    }
    fi->keep_cache = 1;
    fi->noflush = 1;
    fuse_reply_open(req, fi);
}

static void on_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    count(req, REQUEST_OPENDIR);
    (void)ino;
    if (server_of(req)->no_opendir) {
        fuse_reply_err(req, ENOSYS);
        return;
    }
    fi->keep_cache = 1;
    fi->cache_readdir = 1;
    fuse_reply_open(req, fi);
}

/* --- listings --------------------------------------------------------------------------------- */

struct listing {
    fuse_req_t req;
    char *data;
    size_t size;
    size_t used;
    bool with_attr;
    bool is_full;
};

/* Adds one name; false if it does not fit. `next` is the offset of the entry after it. */
static bool add_name(struct listing *list, const char *name, const struct tree_attr *attr,
                     bool has_attr, uint64_t next)
{
    struct fuse_entry_param entry = entry_of(attr);
    char *at = list->data + list->used;
    size_t room = list->size - list->used, len;

    if (list->with_attr) {
        if (!has_attr)
            entry.ino = 0; /* the kernel sends FUSE_GETATTR when it needs the attributes */
        len = fuse_add_direntry_plus(list->req, at, room, name, &entry, (off_t)next);
    } else {
        len = fuse_add_direntry(list->req, at, room, name, &entry.attr, (off_t)next);
    }
    if (len > room) {
        list->is_full = true;
        return false;
    }
    list->used += len;
    return true;
}

/* `.` and `..` stand before the children: a child's cookie is its offset less two. */
enum { DOTS = 2 };

static bool add_child(void *list_, uint64_t next, const struct tree_entry *entry)
{
    char name[NAME_MAX + 1];
    if (entry->name.len > NAME_MAX)
        return true; /* the kernel would refuse the whole reply */
    memcpy(name, entry->name.data, entry->name.len);
    name[entry->name.len] = '\0';
    return add_name(list_, name, &entry->attr, entry->has_attr, next + DOTS);
}

static int add_dots(struct tree *tree, uint64_t folder, uint64_t from, struct listing *list)
{
    struct tree_attr attr;
    uint64_t id = folder;
    int err = 0;

    for (uint64_t dot = from; dot < DOTS && !err && !list->is_full; dot++) {
        if (dot == 1)
            err = tree_parent(tree, folder, &id);
        if (!err)
            err = tree_getattr(tree, id, &attr);
        if (!err)
            add_name(list, dot ? ".." : ".", &attr, false, dot + 1);
    }
    return err;
}

static int fill(struct tree *tree, uint64_t folder, uint64_t from, struct listing *list)
{
    list->used = 0;
    list->is_full = false;
    int err = add_dots(tree, folder, from, list);
    if (!err && !list->is_full)
        err = tree_list(tree, folder, from > DOTS ? from - DOTS : 0, add_child, list);
    return err;
}

static void list_folder(const struct call *call, bool with_attr)
{
    fuse_req_t req = call->req;
    cleanup_generation struct held_generation held = get_generation(req);
    size_t size = call->size < MOST_LISTED ? call->size : MOST_LISTED;

    if (call->offset == 0)
        prefetch_note_listing(server_of(req)->prefetch, call->id);
    cleanup_free char *data = malloc(size);
    struct listing list = {.req = req, .data = data, .size = size, .with_attr = with_attr};
    int err = -ENOMEM;
    if (data) {
        do
            err = fill(held.tree, call->id, (uint64_t)call->offset, &list);
        while (list.used == 0 && get_next_generation(&held, err));
    }
    if (gate_gives_up(call))
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyzer ignores cleanup attributes */
        return;
    /* Reply the entries before the error; the next call reports the error. */
    if (err && list.used == 0)
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the analyzer ignores cleanup attributes */
        fuse_reply_err(req, final_error(err));
    else
        fuse_reply_buf(req, list.data, list.used);
}

static void answer_readdir(const struct call *call)
{
    list_folder(call, false);
}

static void answer_readdirplus(const struct call *call)
{
    list_folder(call, true);
}

static void on_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                       struct fuse_file_info *fi)
{
    (void)fi;
    enter(REQUEST_READDIR,
          (struct call){
              .req = req, .answer = answer_readdir, .id = ino, .size = size, .offset = offset});
}

static void on_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                           struct fuse_file_info *fi)
{
    (void)fi;
    enter(REQUEST_READDIRPLUS,
          (struct call){
              .req = req, .answer = answer_readdirplus, .id = ino, .size = size, .offset = offset});
}

/* A size of 0 asks for the size of the value. */
static void reply_xattr(const struct call *call, int err, const struct buf *bytes)
{
    fuse_req_t req = call->req;
    if (gate_gives_up(call))
        return;
    if (err)
        fuse_reply_err(req, final_error(err));
    else if (call->size == 0)
        fuse_reply_xattr(req, bytes->len);
    else if (call->size < bytes->len)
        fuse_reply_err(req, ERANGE);
    else
        fuse_reply_buf(req, bytes->data, bytes->len);
}

/* Without the option the first reply is ENOSYS, and the kernel never asks again; otherwise ls -l
 * would cause a request for each file. */
static void answer_getxattr(const struct call *call)
{
    cleanup_generation struct held_generation held = get_generation(call->req);
    cleanup_buf struct buf value = {0};
    bool is_on = server_of(call->req)->xattr;
    int err;
    do {
        value.len = 0;
        err = is_on ? tree_getxattr(held.tree, call->id, call->name, &value) : -ENOSYS;
    } while (get_next_generation(&held, err));
    reply_xattr(call, err, &value);
}

static void on_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
    enter(REQUEST_GETXATTR,
          (struct call){
              .req = req, .answer = answer_getxattr, .id = ino, .name = name, .size = size});
}

/* Whether the kernel would let the caller read this node: it checks the mode for each operation but
 * listxattr. A caller who has access by a supplementary group alone gets an empty list, since those
 * groups are unknown here. */
static bool may_read(fuse_req_t req, const struct tree_attr *attr)
{
    const struct fuse_ctx *who = fuse_req_ctx(req);
    mode_t reads = who->uid == attr->uid ? S_IRUSR : who->gid == attr->gid ? S_IRGRP : S_IROTH;
    return who->uid == 0 || (attr->mode & reads);
}

static int list_attributes(fuse_req_t req, struct tree *tree, fuse_ino_t ino, struct buf *names)
{
    struct tree_attr attr;
    if (!server_of(req)->xattr)
        return -ENOSYS;
    int err = tree_getattr(tree, ino, &attr);
    return err || !may_read(req, &attr) ? err : tree_listxattr(tree, ino, names);
}

static void answer_listxattr(const struct call *call)
{
    cleanup_generation struct held_generation held = get_generation(call->req);
    cleanup_buf struct buf names = {0};
    int err;
    do {
        names.len = 0;
        err = list_attributes(call->req, held.tree, call->id, &names);
    } while (get_next_generation(&held, err));
    reply_xattr(call, err, &names);
}

static void on_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
    enter(REQUEST_LISTXATTR,
          (struct call){.req = req, .answer = answer_listxattr, .id = ino, .size = size});
}

static void on_statfs(fuse_req_t req, fuse_ino_t ino)
{
    count(req, REQUEST_STATFS);
    struct tree_statfs tree;
    (void)ino;
    tree_statfs(server_of(req)->tree, &tree);
    const struct statvfs st = {
        .f_bsize = 4096,
        .f_frsize = 512,
        .f_blocks = (tree.bytes + 511) / 512,
        .f_files = tree.files,
        .f_namemax = NAME_MAX,
    };
    fuse_reply_statfs(req, &st);
}

static void on_init(void *userdata, struct fuse_conn_info *conn)
{
    struct server *server = userdata;

    conn->want |= conn->capable &
                  (FUSE_CAP_CACHE_SYMLINKS | FUSE_CAP_EXPORT_SUPPORT | FUSE_CAP_READDIRPLUS);
    conn->want &= ~(unsigned)(FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_SPLICE_READ |
                              FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
    /* With the default of 12 the kernel shrinks the reads of parallel readers to a page each. */
    conn->max_background = 128;
    conn->congestion_threshold = 96;
    conn->time_gran = 1;
    server->no_open = conn->capable & FUSE_CAP_NO_OPEN_SUPPORT;
    server->no_opendir = conn->capable & FUSE_CAP_NO_OPENDIR_SUPPORT;
}

/* libfuse replies ENOSYS to any other request, and the kernel never sends it again. */
const struct fuse_lowlevel_ops requests_operations = {
    .init = on_init,
    .lookup = on_lookup,
    .getattr = on_getattr,
    .readlink = on_readlink,
    .open = on_open,
    .read = on_read,
    .opendir = on_opendir,
    .readdir = on_readdir,
    .readdirplus = on_readdirplus,
    .statfs = on_statfs,
    .getxattr = on_getxattr,
    .listxattr = on_listxattr,
};
