#include "process/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "process/place.h"
#include "process/recent.h"

enum {
    MOST_DEATHS = 5,      /* one more within DEATHS_WITHIN: the supervisor gives up */
    DEATHS_WITHIN = 60,   /* seconds */
    STOP_TIMEOUT = 10,    /* seconds until SIGKILL */
    RESTART_DELAY = 2,    /* seconds between a failed start and the next one */
    LOG_BURST = 100,      /* messages of a worker that are logged at once */
    LOG_RATE = 2,         /* messages a second after that */
    GLANCE_INTERVAL = 300 /* milliseconds between two looks at a worker that may be half dead */
};

struct supervisor {
    const struct supervise_options *options;
    int signals;
    sigset_t before; /* the signal mask of the caller */
    int socket;      /* to the worker; -1: the worker has closed its end */
    int life;        /* a pipe that closes with the witness of the worker; -1: it has closed */
    pid_t worker;
    bool is_half_dead;    /* at the last poll, is_dead_but_for_a_thread() */
    bool has_mount;       /* the worker has the descriptor of the mount */
    bool is_serving;      /* the worker serves */
    bool is_handing_over; /* the worker has ORDER_END, and the next one serves another folder */
    bool was_ended;       /* the worker did not end within STOP_TIMEOUT: SIGKILL */
    uint32_t log_left;    /* messages that the worker may log now */
    uint32_t unlogged;    /* messages left out since the last one logged */
    time_t logged;        /* when log_left was computed */
    bool lacks_room;      /* the last worker exited with WORKER_LACKS_ROOM; it has been logged */
    uint32_t restarts;
    time_t deaths[MOST_DEATHS]; /* a ring */
    int mount;                  /* -1: not mounted */
    bool is_ready;              /* the mount has answered */
    bool has_ended_well;        /* the last worker */
    enum worker_cause cause;    /* of the next worker */
    bool is_ending;             /* a signal asked for it */
    time_t end;                 /* when SIGKILL follows ORDER_END */
};

static time_t seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static void note(const struct supervisor *s, enum recent_act act, int32_t number)
{
    recent_note(s->options->recent, act, number);
}

/* Runs in the child. It ignores the signals that the supervisor handles: a terminal sends them to
 * both. */
__attribute__((noreturn)) static void be_worker(const struct supervisor *s, pid_t supervisor,
                                                int socket, int life)
{
    static const int taken[] = {SIGHUP, SIGINT, SIGTERM};
    struct witness w = {.life = life};
    struct worker worker = {
        .socket = socket, .witness = &w, .restarts = s->restarts, .cause = s->cause};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor)
        _exit(WORKER_FAILED);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        signal(taken[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    close(s->signals);
    place_stop_watching(s->options->place);
    int status = s->options->work(s->options->context, &worker);
    worker_end_witness(&w);
    exit(status);
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int start_worker(struct supervisor *s)
{
    int ends[2], life[2];
    pid_t supervisor = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return -errno;
    if (pipe2(life, O_CLOEXEC)) {
        int err = -errno;
        close(ends[0]);
        close(ends[1]);
        return err;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        close(life[0]);
        be_worker(s, supervisor, ends[1], life[1]);
    }
    int err = child < 0 ? -errno : 0;
    close(ends[1]);
    close(life[1]);
    s->socket = ends[0];
    s->life = life[0];
    if (err) {
        close_end(&s->socket);
        close_end(&s->life);
    } else {
        s->worker = child;
        note(s, RECENT_STARTED_WORKER, child);
    }
    s->has_mount = s->is_serving = s->is_handing_over = s->was_ended = false;
    return err;
}

/* Sends the loaded worker the mount. Closes the socket if there is no mount, or if the worker asks
 * again or does not receive it, as only a broken worker does. */
static void on_loaded(struct supervisor *s)
{
    if (s->mount < 0)
        s->mount = s->options->mount(s->options->context);
    if (s->mount < 0 || s->has_mount || worker_give_mount(s->socket, s->mount))
        close_end(&s->socket);
    s->has_mount = true;
    note(s, RECENT_GAVE_MOUNT, s->worker);
}

static void log_what_was_left_out(struct supervisor *s)
{
    if (s->unlogged)
        s->options->log("%u messages of the worker were left out", (unsigned)s->unlogged);
    s->unlogged = 0;
}

/* Limits the rate and replaces line breaks: a worker under the control of an attacker can neither
 * fill the log nor forge lines. */
static void log_message(struct supervisor *s, char *message)
{
    time_t now = seconds();
    uint64_t left = s->log_left + (uint64_t)(now - s->logged) * LOG_RATE;
    s->log_left = left < LOG_BURST ? (uint32_t)left : LOG_BURST;
    s->logged = now;
    if (s->log_left == 0) {
        s->unlogged++;
        return;
    }
    s->log_left--;
    log_what_was_left_out(s);
    for (char *end = message; (end = strchr(end, '\n'));)
        *end = ' ';
    s->options->log("%s", message);
}

/* False if there is no message. */
static bool receive_message(struct supervisor *s)
{
    char message[MOST_LOGGED];
    ssize_t got = recv(s->socket, message, sizeof message - 1, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        close_end(&s->socket); /* the worker ends */
    if (got <= 0)
        return false;
    message[got] = '\0';
    if (message[0] == MSG_LOADED)
        on_loaded(s);
    if (message[0] == MSG_LOG)
        log_message(s, message + 1);
    s->is_serving |= message[0] == MSG_READY;
    s->lacks_room &= !s->is_serving;
    if (message[0] == MSG_READY && !s->is_ready) {
        s->is_ready = true;
        s->options->ready(s->options->context);
    }
    return true;
}

/* Stops the worker: in order the first time, at once the second time. */
static void end_worker(struct supervisor *s)
{
    bool is_told = !s->is_ending && s->is_ready &&
                   (s->socket < 0 || worker_order(s->socket, ORDER_END));
    if (!is_told)
        kill(s->worker, SIGKILL);
    note(s, is_told ? RECENT_ORDERED_END : RECENT_KILLED_WORKER, s->worker);
    s->is_ending = true;
    s->end = seconds() + STOP_TIMEOUT;
}

static void rescan(const struct supervisor *s)
{
    if (s->socket >= 0)
        worker_order(s->socket, ORDER_RESCAN); /* a full socket holds such an order already */
}

/* Orders the worker to end, so that the next one serves the folder that is there now. The kernel
 * sends that one the requests which this one leaves unanswered. */
static void hand_over(struct supervisor *s)
{
    s->is_handing_over = s->socket >= 0 && worker_order(s->socket, ORDER_END);
    s->end = seconds() + STOP_TIMEOUT;
    note(s, RECENT_ORDERED_HAND_OVER, s->worker);
    if (!s->is_handing_over)
        kill(s->worker, SIGKILL); /* it takes no orders, and this counts as a death */
}

/* Not while a worker starts: each worker serves the folder that it opened first, else a folder that
 * is replaced again and again would never be served. */
static bool may_look(const struct supervisor *s)
{
    return s->is_serving && !s->is_handing_over && !s->is_ending;
}

static void follow_place(struct supervisor *s)
{
    struct place *place = s->options->place;
    if (may_look(s) && place_due(place) == 0 && place_look(place))
        hand_over(s);
}

static void take_signal(struct supervisor *s)
{
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM)
        end_worker(s);
    if (info.ssi_signo == SIGHUP) {
        rescan(s);
        place_make_due(s->options->place);
    }
}

/*
 * Whether a signal killed the process but one of its threads cannot die: the thread waits in the
 * kernel for the answer to a notification, which only the next worker can give. The supervisor
 * asks after the end of the witness.
 */
static bool is_dead_but_for_a_thread(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (got <= 0)
        return false;
    text[got] = '\0';
    const char *behind_name = strrchr(text, ')');
    return behind_name && strncmp(behind_name, ") Z", 3) == 0;
}

/* Whether the worker has ended, and its wait status. A worker looks half dead for a moment too when
 * it ends in order, so two polls in a row have to see it. */
static bool has_ended(struct supervisor *s, bool is_glance, int *status)
{
    pid_t gone;
    int other;
    while ((gone = waitpid(-1, &other, WNOHANG)) > 0) {
        if (gone == s->worker) {
            *status = other;
            return true;
        }
    }
    *status = SIGKILL;
    if (gone < 0 && errno == ECHILD)
        return true;
    bool was_half_dead = s->is_half_dead;
    if (is_glance)
        s->is_half_dead = is_dead_but_for_a_thread(s->worker);
    return is_glance && was_half_dead && s->is_half_dead;
}

/* Milliseconds that poll() may wait; -1: until an event. */
static int next_look(const struct supervisor *s)
{
    if (s->life < 0)
        return GLANCE_INTERVAL;
    if (!s->is_ending && !s->is_handing_over)
        return may_look(s) ? place_due(s->options->place) : -1;
    time_t left = s->end - seconds();
    return left > 0 ? (int)left * 1000 : GLANCE_INTERVAL;
}

/* Waits until the worker has ended. Meanwhile it handles messages, signals and changes of the
 * place. */
static int watch_worker(struct supervisor *s)
{
    int status, events = 1;
    s->is_half_dead = false;
    while (!has_ended(s, s->life < 0 && events == 0, &status)) {
        struct pollfd fds[] = {
            {.fd = s->signals, .events = POLLIN},
            {.fd = s->socket, .events = POLLIN},
            {.fd = s->life, .events = POLLIN},
            {.fd = may_look(s) ? place_events(s->options->place) : -1, .events = POLLIN},
            {.fd = may_look(s) ? place_mounts(s->options->place) : -1, .events = POLLPRI}};
        events = poll(fds, sizeof fds / sizeof *fds, next_look(s));
        if (events > 0 && fds[2].revents) {
            note(s, RECENT_SAW_LIFE_END, s->worker);
            close_end(&s->life);
        }
        if (events > 0 && fds[1].revents)
            receive_message(s);
        if (events > 0 && (fds[0].revents & POLLIN))
            take_signal(s);
        if (events > 0 && fds[3].revents)
            place_note_events(s->options->place);
        if (events > 0 && fds[4].revents && place_note_mounts(s->options->place))
            rescan(s);
        follow_place(s);
        if ((s->is_ending || s->is_handing_over) && seconds() >= s->end) {
            if (!s->was_ended)
                note(s, RECENT_KILLED_WORKER, s->worker);
            s->was_ended = true;
            kill(s->worker, SIGKILL);
        }
    }
    while (s->socket >= 0 && receive_message(s))
        ;
    note(s, RECENT_SAW_WORKER_END, status);
    log_what_was_left_out(s);
    close_end(&s->socket);
    close_end(&s->life);
    return status;
}

/* --- deaths ----------------------------------------------------------------------------------- */

/* Whether somebody has unmounted or aborted the mount. Then there is nothing to serve, and another
 * mount may have its mount point and device number by now. */
static bool is_unmounted(const struct supervisor *s)
{
    struct pollfd fd = {.fd = s->mount, .events = POLLIN};
    return s->mount >= 0 && poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

/* Logs the death of a worker, and what follows. */
static void log_death(struct supervisor *s, int status, const char *then)
{
    if (WIFSIGNALED(status))
        s->options->log("the worker died of signal %d (%s)%s", WTERMSIG(status),
                        strsignal(WTERMSIG(status)), then);
    else
        s->options->log("the worker exited with status %d%s", WEXITSTATUS(status), then);
}

/* Logs the death of a worker. True if workers die too often to start another one. */
static bool note_death(struct supervisor *s, int status)
{
    time_t now = seconds(), *oldest = &s->deaths[s->restarts % MOST_DEATHS];
    bool is_too_often = s->restarts >= MOST_DEATHS && now - *oldest < DEATHS_WITHIN;
    *oldest = now;
    s->restarts++;
    s->cause = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? WORKER_AFTER_KILL
                                                                  : WORKER_AFTER_CRASH;
    log_death(s, status, is_too_often ? "" : "; restarting it");
    if (is_too_often)
        s->options->log("the worker died %d times within %d seconds; unmounting", MOST_DEATHS + 1,
                        DEATHS_WITHIN);
    return is_too_often;
}

static void mount_anew(struct supervisor *s)
{
    s->options->log("cannot resume the previous state; remounting");
    s->options->unmount(s->options->context, true);
    s->options->forget(s->options->context);
    s->mount = -1;
}

static void wait_a_moment(struct supervisor *s)
{
    struct pollfd fd = {.fd = s->signals, .events = POLLIN};
    struct signalfd_siginfo info;
    for (time_t end = seconds() + RESTART_DELAY; !s->is_ending && seconds() < end;) {
        if (poll(&fd, 1, RESTART_DELAY * 1000) > 0 &&
            read(s->signals, &info, sizeof info) == sizeof info)
            s->is_ending = info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM;
    }
}

/* Whether the worker ended because of hand_over(). */
static bool has_handed_over(const struct supervisor *s)
{
    return s->is_handing_over && !s->is_ending && (s->has_ended_well || s->was_ended) &&
           !is_unmounted(s);
}

/* A later worker may lack memory or threads for a while; readers wait until it starts. This is no
 * death, and the next worker suspects no file. */
static bool wait_for_room(struct supervisor *s)
{
    if (!s->lacks_room)
        s->options->log("the worker lacks memory or threads; trying again every %d seconds",
                        RESTART_DELAY);
    s->lacks_room = true;
    s->cause = WORKER_AFTER_HAND_OVER;
    wait_a_moment(s);
    return !s->is_ending;
}

/* Decides what follows the end of a worker: true to start the next one, else *result is the exit
 * status of the program. */
static bool go_on(struct supervisor *s, int status, int *result)
{
    int exited_with = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    s->has_ended_well = exited_with == WORKER_ENDED;
    *result = WORKER_ENDED;
    if (has_handed_over(s)) {
        s->cause = WORKER_AFTER_HAND_OVER;
        return true;
    }
    if (s->is_ending || s->has_ended_well)
        return false;
    if (s->is_ready && exited_with == WORKER_LACKS_ROOM && !is_unmounted(s))
        return wait_for_room(s);
    if (is_unmounted(s)) {
        log_death(s, status, "");
        return false;
    }
    /* A kernel before 6.9 cannot resend requests; this is no death. */
    if (s->is_ready && s->cause == WORKER_AFTER_HAND_OVER && exited_with == WORKER_CANNOT_RESUME) {
        mount_anew(s);
        return true;
    }
    *result = WORKER_FAILED;
    if (!s->is_ready && exited_with >= 0)
        return false;
    /* A worker that died while it was starting left no state, and the requests it read are lost. */
    if (s->mount >= 0 && (!s->is_ready || exited_with == WORKER_CANNOT_RESUME))
        mount_anew(s);
    else if (!s->is_ready)
        s->options->forget(s->options->context);
    if (note_death(s, status))
        return false;
    /* The cause may be temporary. */
    if (exited_with == WORKER_FAILED)
        wait_a_moment(s);
    if (s->is_ending)
        *result = WORKER_ENDED;
    return !s->is_ending;
}

/* The first worker has to start at once. A later one may lack memory or a free process number for a
 * while; readers wait until it starts. */
static int start_next_worker(struct supervisor *s)
{
    int err, told = 0;
    while ((err = start_worker(s)) && s->is_ready && !s->is_ending) {
        if (err != told)
            s->options->log("cannot start a worker, retrying: %s", strerror(-err));
        told = err;
        wait_a_moment(s);
    }
    return err;
}

int supervise(const struct supervise_options *options)
{
    static const int taken[] = {SIGHUP, SIGINT, SIGTERM, SIGCHLD};
    struct supervisor s = {
        .options = options, .socket = -1, .life = -1, .mount = -1, .log_left = LOG_BURST};
    sigset_t set;
    int result;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, &s.before);
    s.signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (s.signals < 0) {
        options->log("cannot wait for signals: %s", strerror(errno));
        return WORKER_FAILED;
    }
    do {
        int err = start_next_worker(&s);
        if (err) {
            options->log("cannot start a worker: %s", strerror(-err));
            result = s.is_ending ? WORKER_ENDED : WORKER_FAILED;
            break;
        }
    } while (go_on(&s, watch_worker(&s), &result));
    options->unmount(options->context, !s.has_ended_well && !is_unmounted(&s));
    close(s.signals);
    return result;
}
