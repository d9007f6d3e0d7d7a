/*
 * Going on in the background, while the parent waits until there is something to go on with.
 */
#ifndef PROCESS_BACKGROUND_H
#define PROCESS_BACKGROUND_H

enum background {
    BACKGROUND_CHILD,  /* goes on, in the folder / */
    BACKGROUND_PARENT, /* exits */
};

/*
 * Forks. The child stays in the process group of its parent until it is ready: what autofs and
 * systemd mount on is closed to other groups. The parent waits until then or until the child exits,
 * and passes SIGHUP, SIGINT and SIGTERM on to it as SIGTERM.
 *
 * In the child *ready_fd is for background_tell_ready(). In the parent *status is 0 when the child
 * is ready, else with what it exited; 1 where it exited with 0 or was killed, since nothing goes on
 * then. Otherwise a negative errno.
 */
int background_enter(int *ready_fd, int *status);

/* Tells the parent, where one waits (*ready_fd is no -1), and leaves its session. Closes *ready_fd.
 */
void background_tell_ready(int *ready_fd);

#endif
