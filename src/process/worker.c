#include "process/worker.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool say(int socket, char word, int flags)
{
    ssize_t sent;
    while ((sent = send(socket, &word, 1, MSG_NOSIGNAL | flags)) < 0 && errno == EINTR)
        ;
    return sent == 1;
}

/* One byte, and a descriptor with it. */
union descriptor_message {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
};

int worker_give_mount(int socket, int fd)
{
    union descriptor_message control = {0};
    char byte = MSG_LOADED;
    struct iovec part = {&byte, 1};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = control.bytes,
                                   .msg_controllen = sizeof control.bytes};
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 0 : -errno;
}

bool worker_order(int socket, enum supervise_order order)
{
    return say(socket, (char)order, MSG_DONTWAIT);
}

/* Receives an order, and the descriptor with it; -1: there is none. */
static ssize_t receive_order(int socket, char *byte, int *fd)
{
    union descriptor_message control = {0};
    struct iovec part = {byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    *fd = -1;
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return got;
}

int worker_take_mount(struct worker *worker)
{
    char byte = 0;
    ssize_t got;
    int fd;

    say(worker->socket, MSG_LOADED, 0);
    /* Skips orders to rescan: the worker has just loaded the content. */
    do
        got = receive_order(worker->socket, &byte, &fd);
    while ((got < 0 && errno == EINTR) || (got == 1 && byte == ORDER_RESCAN));
    return fd >= 0 ? fd : got < 0 ? -errno : -ECANCELED;
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) && errno == EINTR)
        ;
}

static void *witness(void *witness_)
{
    struct witness *w = witness_;
    unsigned life = (unsigned)w->life;
    bool is_alone = unshare(CLONE_FILES) == 0;
    if (is_alone) {
        close_range(0, life - 1, 0);
        close_range(life + 1, UINT_MAX, 0);
    }
    sem_post(&w->has_begun);
    if (is_alone)
        wait_for(&w->is_over);
    return NULL;
}

/* If the thread cannot start, the pipe closes here, and the supervisor looks at the worker at
 * intervals. */
static void start_witness(struct witness *w)
{
    sigset_t all, before;
    sem_init(&w->has_begun, 0, 0);
    sem_init(&w->is_over, 0, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->is_there = pthread_create(&w->thread, NULL, witness, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (w->is_there)
        wait_for(&w->has_begun);
    close(w->life);
}

void worker_end_witness(struct witness *w)
{
    if (!w->is_there)
        return;
    sem_post(&w->is_over);
    pthread_join(w->thread, NULL);
}

void worker_say_ready(struct worker *worker)
{
    start_witness(worker->witness);
    say(worker->socket, MSG_READY, 0);
}

enum supervise_order worker_take_order(int socket)
{
    char order;
    ssize_t got = read(socket, &order, 1);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? ORDER_NONE : ORDER_END;
    return got == 0 || order == ORDER_END ? ORDER_END : ORDER_RESCAN;
}

void worker_log(void *worker_, const char *message)
{
    const struct worker *worker = worker_;
    char text[MOST_LOGGED];
    int len = snprintf(text, sizeof text, "%c%s", MSG_LOG, message);
    size_t sent = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    /* A worker does not wait for a busy supervisor. */
    ssize_t told = send(worker->socket, text, sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)told;
}
