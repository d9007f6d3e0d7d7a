#include "process/background.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t waited_for;

static const int passed_on[] = {SIGHUP, SIGINT, SIGTERM};

static void pass_on(int number)
{
    (void)number;
    kill(waited_for, SIGTERM);
}

static void pass_signals_on(pid_t child)
{
    const struct sigaction action = {.sa_handler = pass_on};
    waited_for = child;
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        sigaction(passed_on[i], &action, NULL);
}

/* A signal that arrives before the fork waits: the child to pass it on to does not exist yet. */
static void hold_signals(sigset_t *before)
{
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        sigaddset(&held, passed_on[i]);
    sigprocmask(SIG_BLOCK, &held, before);
}

static int wait_until_ready(pid_t child, int end)
{
    char byte;
    ssize_t got;
    pid_t ended;
    int result;
    while ((got = read(end, &byte, 1)) < 0 && errno == EINTR)
        ;
    close(end);
    if (got == 1)
        return EXIT_SUCCESS;
    while ((ended = waitpid(child, &result, 0)) < 0 && errno == EINTR)
        ;
    bool has_status = ended == child && WIFEXITED(result) && WEXITSTATUS(result);
    return has_status ? WEXITSTATUS(result) : EXIT_FAILURE;
}

int background_enter(int *ready_fd, int *status)
{
    int ends[2];
    sigset_t before;
    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    hold_signals(&before);
    pid_t child = fork();
    int err = child < 0 ? -errno : 0;
    if (child > 0)
        pass_signals_on(child);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (err) {
        close(ends[0]);
        close(ends[1]);
        return err;
    }
    if (child == 0) {
        close(ends[0]);
        *ready_fd = ends[1];
        return chdir("/") ? -errno : BACKGROUND_CHILD;
    }
    close(ends[1]);
    *status = wait_until_ready(child, ends[0]);
    return BACKGROUND_PARENT;
}

void background_tell_ready(int *ready_fd)
{
    if (*ready_fd < 0)
        return;
    setsid();
    ssize_t told = write(*ready_fd, "r", 1);
    (void)told; /* the parent may be gone */
    close(*ready_fd);
    *ready_fd = -1;
}
