#define FUSE_USE_VERSION 314

#include "fuse/init_replay.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NOTIFY_RESEND = 7 };

/*
 * The kernel copies requests and replies from and to our memory. If a page is not resident while
 * the process is being killed, the kernel cannot fault it in: the copy fails, and the request ends
 * with EIO (fs/fuse/dev.c, fuse_dev_do_read() and fuse_dev_do_write(); the kernel resends only a
 * request that it copied whole). So touch each page first.
 */
enum { PAGE = 4096, LONGEST_ASKED = 2 * PAGE /* a header, a name or two */ };

static void bring_for_writing(void *buffer, size_t size)
{
    volatile char *bytes = buffer;
    for (size_t at = 0; at < size && at <= LONGEST_ASKED; at += PAGE)
        bytes[at] = 0;
}

static void bring_for_reading(const struct iovec *part)
{
    const volatile char *bytes = part->iov_base;
    for (size_t at = 0; at < part->iov_len; at += PAGE)
        (void)bytes[at];
    if (part->iov_len)
        (void)bytes[part->iov_len - 1];
}

/*
 * An aborted connection returns ENODEV, and ECONNABORTED to a thread that was about to take a
 * request (fs/fuse/dev.c, fuse_dev_do_read()) or asked for that error. libfuse 3.14 ends on the
 * first and takes the second for a failure.
 */
static ssize_t read_device(int fd, void *buffer, size_t size)
{
    ssize_t got = read(fd, buffer, size);
    if (got < 0 && errno == ECONNABORTED)
        errno = ENODEV;
    return got;
}

static ssize_t read_request(int fd, void *buffer, size_t size, void *init_state_)
{
    struct init_state *init_state = init_state_;
    struct init_request *init = init_state->init;

    bring_for_writing(buffer, size);
    if (init_state->is_done)
        return read_device(fd, buffer, size);
    if (init->len && init->len <= size) {
        memcpy(buffer, init->bytes, init->len);
        init_state->is_replaying = true;
        return (ssize_t)init->len;
    }
    ssize_t got = read_device(fd, buffer, size);
    if (got > 0 && (size_t)got <= sizeof init->bytes) {
        memcpy(init->bytes, buffer, (size_t)got);
        __atomic_store_n(&init->len, (uint32_t)got, __ATOMIC_RELEASE);
    }
    return got;
}

/* Else the kernel asks for one name or listing of a folder at a time, and all wait for the slowest.
 * libfuse before 3.16.2 drops this flag from the reply to FUSE_INIT, newer ones do not set it. */
static void ask_for_names_at_once(const struct init_request *init, const struct iovec *parts,
                                  int count)
{
    struct fuse_init_in asked;
    struct fuse_init_out *reply = count == 2 ? parts[1].iov_base : NULL;
    if (!reply || parts[1].iov_len < offsetof(struct fuse_init_out, flags) + sizeof reply->flags)
        return;
    memcpy(&asked, init->bytes + sizeof(struct fuse_in_header), sizeof asked);
    reply->flags |= asked.flags & FUSE_PARALLEL_DIROPS;
}

static ssize_t write_reply(int fd, struct iovec *parts, int count, void *init_state_)
{
    const struct init_state *init_state = init_state_;
    ssize_t len = 0;
    if (!init_state->is_done)
        ask_for_names_at_once(init_state->init, parts, count);
    for (int i = 0; i < count; i++) {
        bring_for_reading(&parts[i]);
        len += (ssize_t)parts[i].iov_len;
    }
    return init_state->is_replaying ? len : writev(fd, parts, count);
}

const struct fuse_custom_io init_replay_io = {.read = read_request, .writev = write_reply};

static int ask_again(int fd)
{
    const struct fuse_out_header header = {.len = sizeof header, .error = NOTIFY_RESEND};
    return write(fd, &header, sizeof header) == (ssize_t)sizeof header ? 0 : -errno;
}

int init_replay_handshake(struct init_state *init_state, struct fuse_session *session, int fd)
{
    struct fuse_buf request = {0};
    int got = fuse_session_receive_buf(session, &request);
    if (got > 0)
        fuse_session_process_buf(session, &request);
    free(request.mem);
    init_state->is_done = true;
    if (got <= 0)
        return got < 0 ? got : -ENODEV;
    int err = init_state->is_replaying ? ask_again(fd) : 0;
    init_state->is_replaying = false;
    return err;
}
