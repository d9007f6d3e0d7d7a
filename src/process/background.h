/*
 * Daemonizing: the child goes on in the background, and the parent waits until it is ready.
 */
#ifndef PROCESS_BACKGROUND_H
#define PROCESS_BACKGROUND_H

enum background {
    BACKGROUND_CHILD,  /* goes on; its working folder is / */
    BACKGROUND_PARENT, /* exits */
};

/*
 * Forks. The child stays in the process group of its parent until it is ready, because autofs and
 * systemd close their mount points to other groups. The parent waits until the child is ready or
 * exits, and passes SIGHUP, SIGINT and SIGTERM on to it as SIGTERM.
 *
 * Returns an enum background or a negative errno. In the child, *ready_fd is for
 * background_tell_ready(). In the parent, *status is 0 if the child is ready, else its exit status;
 * 1 if it exited with 0 or a signal killed it.
 */
int background_enter(int *ready_fd, int *status);

/* Tells a waiting parent that the child is ready, leaves its session and closes *ready_fd. Does
 * nothing if *ready_fd is -1. */
void background_tell_ready(int *ready_fd);

#endif
