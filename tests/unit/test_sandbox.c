/* What a confined process may do, and what not. Each case is a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "process/sandbox.h"
#include "source/content.h"
#include "unit.h"

static char content[] = "/tmp/transcriptfs-sandbox-XXXXXX";

/* Each returns 0 where it could do what it tries, else the errno. */

static int result_of(long result)
{
    return result < 0 ? errno : 0;
}

static int read_content(int folder)
{
    return result_of(openat(folder, "file.md", O_RDONLY));
}

static int list_content(int folder)
{
    int fd = content_open_folder(&(struct content_folder){.fd = folder}, "");
    return fd < 0 ? -fd : 0;
}

static int read_elsewhere(int folder)
{
    (void)folder;
    return result_of(open("/etc/passwd", O_RDONLY));
}

/* Above its root a process finds the root itself. */
static int read_above(int folder)
{
    struct stat here, above;
    int fd = openat(folder, "..", O_RDONLY | O_DIRECTORY);
    if (fd < 0 || fstat(folder, &here) || fstat(fd, &above))
        return errno;
    return here.st_ino == above.st_ino ? EACCES : 0;
}

static int write_content(int folder)
{
    return result_of(openat(folder, "file.md", O_WRONLY));
}

static int make_file(int folder)
{
    return result_of(openat(folder, "new.md", O_WRONLY | O_CREAT, 0600));
}

static int remove_file(int folder)
{
    return result_of(unlinkat(folder, "file.md", 0));
}

static int open_socket(int folder)
{
    (void)folder;
    return result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int start_process(int folder)
{
    (void)folder;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return result_of(child);
}

static int run_program(int folder)
{
    (void)folder;
    return result_of(execl("/bin/true", "true", (char *)NULL));
}

static int make_program(int folder)
{
    (void)folder;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? 0 : result_of(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int trace_parent(int folder)
{
    (void)folder;
    return result_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static rlim_t most_core; /* as the test was started */

static int keep_core(int folder)
{
    (void)folder;
    struct rlimit limit;
    /* For a program that takes cores from a pipe only a limit of 1 holds; it may have been lower.
     */
    return getrlimit(RLIMIT_CORE, &limit) || limit.rlim_max != (most_core < 1 ? most_core : 1)
               ? 0
               : EPERM;
}

static void *do_nothing(void *nothing)
{
    return nothing;
}

static int start_thread(int folder)
{
    (void)folder;
    pthread_t thread;
    int err = pthread_create(&thread, NULL, do_nothing, NULL);
    return err ? err : pthread_join(thread, NULL);
}

static void *wait_for_ever(void *nothing)
{
    pause();
    return nothing;
}

/* As libfuse ends those that serve. */
static int cancel_thread(int folder)
{
    (void)folder;
    pthread_t thread;
    int err = pthread_create(&thread, NULL, wait_for_ever, NULL);
    if (!err)
        err = pthread_cancel(thread);
    return err ? err : pthread_join(thread, NULL);
}

static int watch_content(int folder)
{
    int fd = inotify_init1(IN_CLOEXEC);
    if (fd < 0 || fchdir(folder))
        return errno;
    return result_of(inotify_add_watch(fd, ".", IN_CREATE));
}

static int watch_elsewhere(int folder)
{
    (void)folder;
    int fd = inotify_init1(IN_CLOEXEC);
    return fd < 0 ? errno : result_of(inotify_add_watch(fd, "/etc", IN_CREATE));
}

static int stat_elsewhere(int folder)
{
    struct stat st;
    return result_of(fstatat(folder, "/etc/passwd", &st, 0));
}

static int lease_content(int folder)
{
    int fd = openat(folder, "file.md", O_RDONLY);
    return fd < 0 ? errno : result_of(fcntl(fd, F_SETLEASE, F_RDLCK));
}

static int get_signals_sent(int folder)
{
    return result_of(fcntl(folder, F_SETOWN, getppid()));
}

/* Sets what holds already: where it may, nothing changes. */
static int limit(pid_t process)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_NOFILE, &now)) /* the parent's is the same */
        return errno;
    return result_of(prlimit(process, RLIMIT_NOFILE, &now, NULL));
}

static int limit_parent(int folder)
{
    (void)folder;
    return limit(getppid());
}

static int limit_itself(int folder)
{
    (void)folder;
    return limit(0);
}

static int signal_parent(int folder)
{
    (void)folder;
    return result_of(tgkill(getppid(), getppid(), 0));
}

static const struct {
    const char *what;
    int (*act)(int folder);
    bool is_allowed;
    enum { BY_SECCOMP, BY_LANDLOCK, BY_CHROOT } by; /* what forbids it */
} cases[] = {
    {"read a content file", read_content, true, BY_SECCOMP},
    {"list the content", list_content, true, BY_SECCOMP},
    {"start a thread", start_thread, true, BY_SECCOMP},
    {"end a thread", cancel_thread, true, BY_SECCOMP},
    {"watch the content", watch_content, true, BY_SECCOMP},
    {"read another file", read_elsewhere, false, BY_LANDLOCK},
    {"read the folder above", read_above, false, BY_LANDLOCK},
    {"write a content file", write_content, false, BY_LANDLOCK},
    {"make a file", make_file, false, BY_LANDLOCK},
    {"watch another folder", watch_elsewhere, false, BY_CHROOT},
    {"look for another file", stat_elsewhere, false, BY_CHROOT},
    {"keep others from writing", lease_content, false, BY_SECCOMP},
    {"have the kernel signal another process", get_signals_sent, false, BY_SECCOMP},
    {"limit another process", limit_parent, false, BY_SECCOMP},
    {"set its own limits", limit_itself, false, BY_SECCOMP},
    {"signal another process", signal_parent, false, BY_SECCOMP},
    {"remove a file", remove_file, false, BY_SECCOMP},
    {"open a socket", open_socket, false, BY_SECCOMP},
    {"start a process", start_process, false, BY_SECCOMP},
    {"run a program", run_program, false, BY_SECCOMP},
    {"make memory a program", make_program, false, BY_SECCOMP},
    {"set what the process is", trace_parent, false, BY_SECCOMP},
    {"leave a core", keep_core, false, BY_SECCOMP},
};

static bool can(int (*act)(int folder), bool is_confined, struct confinement *holds)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        int folder = open(content, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct confinement confinement = {0};
        if (is_confined)
            sandbox_enter(folder, &confinement);
        if (write(ends[1], &confinement, sizeof confinement) != sizeof confinement)
            _exit(3);
        _exit(act(folder) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(read(ends[0], holds, sizeof *holds), sizeof *holds);
    close(ends[0]);
    close(ends[1]);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
    return WEXITSTATUS(status) == 0;
}

static void test_what_is_allowed(void **state)
{
    (void)state;
    struct confinement holds;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool can_do = can(cases[i].act, true, &holds);
        if (!holds.seccomp)
            skip(); /* the kernel has none, or it is a build with sanitizers */
        if ((cases[i].by == BY_LANDLOCK && !holds.landlock) ||
            (cases[i].by == BY_CHROOT && !holds.chroot))
            continue;
        if (can_do != cases[i].is_allowed)
            fail_msg("%s: %s", cases[i].what, can_do ? "it can" : "it cannot");
    }
}

/* What is forbidden has to be possible else, or the cases show nothing. */
static void test_all_is_possible_without(void **state)
{
    (void)state;
    struct confinement holds;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].act == keep_core || cases[i].act == remove_file)
            continue; /* the limit may be 0 already; and others need the file */
        if (!can(cases[i].act, false, &holds))
            fail_msg("%s: it cannot even so", cases[i].what);
    }
}

static int make_content(void **state)
{
    struct rlimit core;
    (void)state;
    if (getrlimit(RLIMIT_CORE, &core))
        return -1;
    most_core = geteuid() == 0 ? RLIM_INFINITY : core.rlim_max;
    if (!mkdtemp(content))
        return -1;
    int folder = open(content, O_RDONLY | O_DIRECTORY);
    int fd = openat(folder, "file.md", O_WRONLY | O_CREAT, 0600);
    close(fd);
    close(folder);
    return fd < 0;
}

static int remove_content(void **state)
{
    (void)state;
    int folder = open(content, O_RDONLY | O_DIRECTORY);
    unlinkat(folder, "file.md", 0);
    unlinkat(folder, "new.md", 0);
    close(folder);
    return rmdir(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_allowed),
        cmocka_unit_test(test_all_is_possible_without),
    };
    return cmocka_run_group_tests(tests, make_content, remove_content);
}
