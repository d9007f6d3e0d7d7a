/* What a confined process may do, and what not. Each case is a process of its own. As root, and
 * called with the word `list`, it prints the table of tests/README.md. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "process/sandbox.h"
#include "source/content.h"
#include "unit.h"

static char content[] = "/tmp/transcriptfs-sandbox-XXXXXX";
static char outside[100]; /* a file that everybody may write */
static pid_t parent;      /* of the process; no system call tells it in the sandbox */
static int pair[2];       /* the process holds an end; another one could listen at the other */

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
    return result_of(fcntl(folder, F_SETOWN, parent));
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
    return limit(parent);
}

static int limit_itself(int folder)
{
    (void)folder;
    return limit(0);
}

static int signal_parent(int folder)
{
    (void)folder;
    return result_of(tgkill(parent, parent, 0));
}

static int list_elsewhere(int folder)
{
    (void)folder;
    return result_of(open("/etc", O_RDONLY | O_DIRECTORY));
}

static int write_elsewhere(int folder)
{
    (void)folder;
    return result_of(open(outside, O_WRONLY));
}

static int empty_content(int folder)
{
    return result_of(openat(folder, "empty.md", O_WRONLY | O_TRUNC));
}

static int write_memory_of_parent(int folder)
{
    char path[64];
    (void)folder;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)parent);
    return result_of(open(path, O_RDWR));
}

static int read_memory_of_parent(int folder)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {content, 1};
    (void)folder;
    return result_of(process_vm_readv(parent, &here, 1, &there, 1, 0));
}

static int read_memory_file_of_parent(int folder)
{
    char path[64];
    (void)folder;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)parent);
    return result_of(open(path, O_RDONLY));
}

static int read_environment_of_parent(int folder)
{
    char path[64];
    (void)folder;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)parent);
    return result_of(open(path, O_RDONLY));
}

static int hold_parent(int folder)
{
    (void)folder;
    return result_of(syscall(SYS_pidfd_open, parent, 0));
}

static int kill_parent(int folder)
{
    (void)folder;
    return result_of(kill(parent, 0));
}

static int be_traced(int folder)
{
    (void)folder;
    return result_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int connect_to_network(int folder)
{
    (void)folder;
    return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_folder(int folder)
{
    return result_of(mkdirat(folder, "new", 0700));
}

static int make_link(int folder)
{
    return result_of(symlinkat("/etc", folder, "link"));
}

static int make_hard_link(int folder)
{
    return result_of(linkat(folder, "file.md", folder, "hard.md", 0));
}

static int rename_file(int folder)
{
    return result_of(
        (long)syscall(SYS_renameat2, folder, "file.md", folder, "empty.md", 2 /* exchanged */));
}

static int change_mode(int folder)
{
    return result_of(fchmodat(folder, "file.md", 0666, 0));
}

static int change_times(int folder)
{
    return result_of(utimensat(folder, "file.md", NULL, 0));
}

static int lock_content(int folder)
{
    int fd = openat(folder, "file.md", O_RDONLY);
    return fd < 0 ? errno : result_of(flock(fd, LOCK_EX | LOCK_NB));
}

static int read_link(int folder)
{
    char target[64];
    (void)folder;
    return result_of(readlink("/proc/self/exe", target, sizeof target));
}

static int make_file_in_memory(int folder)
{
    (void)folder;
    return result_of(memfd_create("file", 0));
}

static int share_memory(int folder)
{
    (void)folder;
    int id = shmget(IPC_PRIVATE, 4096, 0600 | IPC_CREAT);
    return id < 0 ? errno : result_of(shmctl(id, IPC_RMID, NULL));
}

static int make_namespace(int folder)
{
    (void)folder;
    return result_of(unshare(CLONE_NEWUSER));
}

static int change_personality(int folder)
{
    (void)folder;
    return result_of(personality(0xFFFFFFFF));
}

static int change_priority(int folder)
{
    (void)folder;
    return result_of(setpriority(PRIO_PROCESS, 0, 10));
}

static int send_descriptor(int folder)
{
    int ends[2] = {pair[0], pair[1]};
    char byte = 0;
    struct iovec part = {&byte, 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
                            .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS}};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = control.bytes,
                                   .msg_controllen = sizeof control.bytes};
    memcpy(CMSG_DATA(&control.header), &folder, sizeof folder);
    return result_of(sendmsg(ends[0], &message, MSG_DONTWAIT));
}

static int write_to_what_it_holds(int folder)
{
    (void)folder;
    return result_of(send(pair[0], "x", 1, MSG_DONTWAIT));
}

static int take_memory(int folder)
{
    (void)folder;
    const size_t much = (size_t)64 * 1024 * 1024;
    char *bytes = mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        return errno;
    memset(bytes, 1, much);
    return bytes[much - 1] != 1;
}

/* What forbids it. Something else may where nothing confines: that is not sure. */
enum { BY_SECCOMP, BY_LANDLOCK, BY_CHROOT, NOT_SURE = 8 };

static const struct {
    const char *what;
    int (*act)(int folder);
    bool is_allowed;
    unsigned by;
} cases[] = {
    {"read a content file", read_content, true, BY_SECCOMP},
    {"list the content", list_content, true, BY_SECCOMP},
    {"start a thread", start_thread, true, BY_SECCOMP},
    {"end a thread", cancel_thread, true, BY_SECCOMP},
    {"watch the content", watch_content, true, BY_SECCOMP},
    {"read another file", read_elsewhere, false, BY_LANDLOCK},
    {"read the folder above", read_above, false, BY_LANDLOCK},
    {"write a content file", write_content, false, BY_SECCOMP},
    {"make a file", make_file, false, BY_SECCOMP},
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
    {"write to the descriptors that it holds", write_to_what_it_holds, true, BY_SECCOMP},
    {"take memory", take_memory, true, BY_SECCOMP},
    {"list another folder", list_elsewhere, false, BY_LANDLOCK},
    {"write another file", write_elsewhere, false, BY_SECCOMP},
    {"empty a content file", empty_content, false, BY_SECCOMP},
    {"write the memory of another process by its file", write_memory_of_parent, false,
     BY_SECCOMP | NOT_SURE},
    {"read the memory of another process by its file", read_memory_file_of_parent, false,
     BY_LANDLOCK | NOT_SURE},
    {"read the environment of another process", read_environment_of_parent, false,
     BY_LANDLOCK | NOT_SURE},
    {"read the memory of another process by a call", read_memory_of_parent, false,
     BY_SECCOMP | NOT_SURE},
    {"get hold of another process", hold_parent, false, BY_SECCOMP},
    {"kill another process", kill_parent, false, BY_SECCOMP},
    {"be traced", be_traced, false, BY_SECCOMP | NOT_SURE},
    {"reach the network", connect_to_network, false, BY_SECCOMP},
    {"send a descriptor to the supervisor", send_descriptor, false, BY_SECCOMP},
    {"make a folder", make_folder, false, BY_SECCOMP},
    {"make a symbolic link", make_link, false, BY_SECCOMP},
    {"make a hard link", make_hard_link, false, BY_SECCOMP},
    {"rename a file", rename_file, false, BY_SECCOMP},
    {"change a mode", change_mode, false, BY_SECCOMP},
    {"change the times of a file", change_times, false, BY_SECCOMP},
    {"lock a content file", lock_content, false, BY_SECCOMP},
    {"read a link", read_link, false, BY_SECCOMP},
    {"make a file in memory, to run it", make_file_in_memory, false, BY_SECCOMP},
    {"share memory with other processes", share_memory, false, BY_SECCOMP | NOT_SURE},
    {"make a user namespace", make_namespace, false, BY_SECCOMP | NOT_SURE},
    {"set its personality", change_personality, false, BY_SECCOMP},
    {"set its priority", change_priority, false, BY_SECCOMP},
};

/* How a case is tried. */
struct trial {
    bool is_confined;
    bool as_user;          /* root becomes an ordinary one */
    bool without_landlock; /* as on a kernel that has none */
};

static bool take_landlock_away(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    return filter &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) ==
               0 &&
           seccomp_load(filter) == 0;
}

static void do_act(int (*act)(int folder), const struct trial *trial, int result)
{
    int folder = open(content, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct confinement confinement = {0};
    parent = getppid();
    if (trial->without_landlock && !take_landlock_away())
        _exit(2);
    if (trial->is_confined)
        sandbox_enter(folder, &confinement);
    if (write(result, &confinement, sizeof confinement) != sizeof confinement)
        _exit(3);
    _exit(act(folder) ? 1 : 0);
}

static void become_user(void)
{
    enum { NOBODY = 65534 };
    if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
        setresuid(NOBODY, NOBODY, NOBODY) || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
        _exit(4);
}

/* Its parent, on which it may act, belongs to the same user. */
static void do_as_user(int (*act)(int folder), const struct trial *trial, int result)
{
    int status;
    become_user();
    pid_t child = fork();
    if (child == 0)
        do_act(act, trial, result);
    _exit(waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 5);
}

static bool can(int (*act)(int folder), const struct trial *trial, struct confinement *holds)
{
    int ends[2], status;
    char path[100];
    snprintf(path, sizeof path, "%s/new.md", content);
    unlink(path); /* the case before may have been another user's */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        (trial->as_user ? do_as_user : do_act)(act, trial, ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(read(ends[0], holds, sizeof *holds), sizeof *holds);
    close(ends[0]);
    close(ends[1]);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
    return WEXITSTATUS(status) == 0;
}

static void check_what_is_allowed(const struct trial *trial)
{
    struct confinement holds;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool can_do = can(cases[i].act, trial, &holds);
        if (!holds.seccomp)
            skip(); /* the kernel has none, or it is a build with sanitizers */
        unsigned by = cases[i].by & ~NOT_SURE;
        if ((by == BY_LANDLOCK && !holds.landlock) || (by == BY_CHROOT && !holds.chroot))
            continue;
        if (can_do != cases[i].is_allowed)
            fail_msg("%s: %s", cases[i].what, can_do ? "it can" : "it cannot");
    }
}

static void test_what_is_allowed(void **state)
{
    (void)state;
    check_what_is_allowed(&(const struct trial){.is_confined = true});
}

static void test_what_is_allowed_without_landlock(void **state)
{
    (void)state;
    check_what_is_allowed(&(const struct trial){.is_confined = true, .without_landlock = true});
}

/* What is forbidden has to be possible else, or the cases show nothing. */
static void test_all_is_possible_without(void **state)
{
    (void)state;
    struct confinement holds;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].act == keep_core || cases[i].act == remove_file || (cases[i].by & NOT_SURE))
            continue; /* the limit may be 0 already; and others need the file */
        if (!can(cases[i].act, &(const struct trial){0}, &holds))
            fail_msg("%s: it cannot even so", cases[i].what);
    }
}

/* The same user whom the trial becomes may do all of it without a sandbox. */
static int make_file_for_all(const char *name)
{
    int fd = openat(AT_FDCWD, name, O_WRONLY | O_CREAT, 0666);
    int err = fd < 0 || fchmod(fd, 0666);
    close(fd);
    return err;
}

static int make_content(void **state)
{
    struct rlimit core;
    char path[100];
    (void)state;
    if (getrlimit(RLIMIT_CORE, &core) || !mkdtemp(content) || chmod(content, 0777) ||
        socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
        return -1;
    most_core = geteuid() == 0 ? RLIM_INFINITY : core.rlim_max;
    snprintf(outside, sizeof outside, "%s-outside", content);
    int err = make_file_for_all(outside);
    for (size_t i = 0; i < 2 && !err; i++) {
        snprintf(path, sizeof path, "%s/%s", content, i ? "empty.md" : "file.md");
        err = make_file_for_all(path);
    }
    return err;
}

static int remove_content(void **state)
{
    char command[200];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s %s", content, outside);
    return system(command);
}

/* Only what can be done somewhere: the rest is what the test above forbids. */
static int print_list(void)
{
    static const struct trial trials[] = {
        {.is_confined = true},
        {.is_confined = true, .as_user = true},
        {.is_confined = true, .without_landlock = true},
        {.is_confined = true, .as_user = true, .without_landlock = true},
    };
    enum { TRIALS = sizeof trials / sizeof *trials };
    struct confinement holds;
    if (geteuid() != 0 || make_content(NULL))
        return 1;
    printf("| it can | root | a user | root, no Landlock | a user, no Landlock "
           "|\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool can_do[TRIALS], is_shown = false;
        for (size_t j = 0; j < TRIALS; j++)
            is_shown |= can_do[j] = can(cases[i].act, &trials[j], &holds);
        if (is_shown)
            printf("| %s | %s | %s | %s | %s |\n", cases[i].what, can_do[0] ? "yes" : "",
                   can_do[1] ? "yes" : "", can_do[2] ? "yes" : "", can_do[3] ? "yes" : "");
    }
    printf("\nNowhere can it");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool can_do = false;
        for (size_t j = 0; j < TRIALS; j++)
            can_do |= can(cases[i].act, &trials[j], &holds);
        if (!can_do)
            printf(" %s;", cases[i].what);
    }
    printf("\n");
    return remove_content(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_allowed),
        cmocka_unit_test(test_what_is_allowed_without_landlock),
        cmocka_unit_test(test_all_is_possible_without),
    };
    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return print_list();
    return cmocka_run_group_tests(tests, make_content, remove_content);
}
