/* What a worker that somebody has taken over can do to its supervisor. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/supervise.h"
#include "unit.h"

enum {
    MESSAGES = 20000,
    DEADLINE = 30 /* seconds; then the test is killed, and fails */
};

/* What the supervisor, a process of its own, tells the test. */
static struct told {
    int messages, lines, left_out;
} * told;

static int ends[2]; /* the worker says that it has begun */

static void announce(void)
{
    assert_int_equal(write(ends[1], "b", 1), 1);
}

static int mount_nothing(void *context)
{
    (void)context;
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static void do_nothing(void *context)
{
    (void)context;
}

static void unmount_nothing(void *context, bool by_force)
{
    (void)context;
    (void)by_force;
}

__attribute__((format(printf, 1, 2))) static void count(const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    told->messages++;
    told->lines += strchr(text, '\n') != NULL;
    told->left_out += strstr(text, "left out") != NULL;
}

/* Its status; the test sends it SIGTERM once the worker has begun. */
static int supervise_this(int (*work)(void *context, struct worker *worker))
{
    int status;
    assert_int_equal(pipe(ends), 0);
    alarm(DEADLINE);
    pid_t supervisor = fork();
    if (supervisor == 0) {
        const struct supervise_options options = {.work = work,
                                                  .mount = mount_nothing,
                                                  .unmount = unmount_nothing,
                                                  .ready = do_nothing,
                                                  .forget = do_nothing,
                                                  .log = count};
        _exit(supervise(&options));
    }
    char byte;
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    kill(supervisor, SIGTERM);
    assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
    alarm(0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Asks for the mount again and again, and takes none. */
static int ask_only(void *context, struct worker *worker)
{
    (void)context;
    for (int i = 0; i < MESSAGES && send(worker->socket, "l", 1, MSG_NOSIGNAL) == 1; i++)
        ;
    announce();
    pause();
    return WORKER_FAILED;
}

static void test_it_does_not_wait_for_a_worker(void **state)
{
    (void)state;
    assert_int_equal(supervise_this(ask_only), WORKER_ENDED);
}

static int log_only(void *context, struct worker *worker)
{
    static const char message[] = "mfirst\nJan  1 00:00:00 sshd[1]: of its own choice";
    (void)context;
    close(worker_take_mount(worker));
    worker_say_ready(worker);
    for (int i = 0; i < MESSAGES; i++)
        send(worker->socket, message, sizeof message - 1, MSG_NOSIGNAL);
    announce();
    while (worker_take_order(worker->socket) != ORDER_END)
        ;
    return WORKER_ENDED;
}

static void test_it_logs_no_more_than_a_person_reads(void **state)
{
    (void)state;
    assert_int_equal(supervise_this(log_only), WORKER_ENDED);
    assert_in_range(told->messages, 100, 300);
    assert_int_equal(told->lines, 0);
    assert_true(told->left_out > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_does_not_wait_for_a_worker),
        cmocka_unit_test(test_it_logs_no_more_than_a_person_reads),
    };
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return told == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
