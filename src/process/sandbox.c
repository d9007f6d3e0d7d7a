#include "process/sandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

/* --- capabilities ----------------------------------------------------------------------------- */

/* Keeps CAP_DAC_READ_SEARCH, if the process has it, because root often mounts content of another
 * user. Drops all others. */
static bool drop_capabilities(bool *keeps_reading)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    const uint32_t reading = UINT32_C(1) << CAP_DAC_READ_SEARCH;

    if (syscall(SYS_capget, &header, data))
        return false;
    *keeps_reading = data[0].effective & reading;
    memset(data, 0, sizeof data);
    if (*keeps_reading)
        data[0].effective = data[0].permitted = reading;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, data) == 0;
}

/* --- the root folder ---------------------------------------------------------------------------
 */

/* Landlock restricts neither stat() nor inotify. Only a privileged process can change its root; so
 * the worker of an ordinary user can stat() and watch what its user can. A descriptor of a folder
 * outside would lead out: main() has closed those of the caller. */
static bool change_root(int content_fd)
{
    return fchdir(content_fd) == 0 && chroot(".") == 0;
}

/* --- Landlock ----------------------------------------------------------------------------------
 *
 * Documentation/userspace-api/landlock.rst. A kernel refuses rights that it does not know, so the
 * ruleset names those of the version of the kernel. They are numbers here, because
 * <linux/landlock.h> may be older than the kernel.
 */

struct rights {
    uint64_t of_files, of_network, scoped;
};

static struct rights rights_of_version(int version)
{
    static const unsigned file_rights[] = {0, 13, 14, 15, 15, 16}; /* bits, by version */
    unsigned count = version < 5 ? file_rights[version] : file_rights[5];
    return (struct rights){
        .of_files = (UINT64_C(1) << count) - 1,
        .of_network = version >= 4 ? 3 : 0, /* bind and connect of TCP */
        .scoped = version >= 6 ? 3 : 0,     /* abstract sockets, and signals */
    };
}

static bool allow_below(int ruleset, int fd, uint64_t rights)
{
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* Returns the version of Landlock in force; 0: none. */
static int confine_to_folder(int content_fd)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0;
    struct rights rights = rights_of_version((int)version);
    size_t size = rights.scoped ? 24 : rights.of_network ? 16 : 8;
    cleanup_fd int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
    if (ruleset < 0 || !allow_below(ruleset, content_fd,
                                    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
        return 0;
    return syscall(SYS_landlock_restrict_self, ruleset, 0) ? 0 : (int)version;
}

/* --- seccomp ---------------------------------------------------------------------------------- */

/* The calls that serving, following the content, threads and memory need. The filter answers ENOSYS
 * to any other, as a kernel without that call does: libc then falls back to an older call, or
 * reports the error. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(lseek),
    SCMP_SYS(fchdir),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(fstatfs),
    SCMP_SYS(getdents64),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(inotify_init1),
    SCMP_SYS(inotify_add_watch),
    SCMP_SYS(inotify_rm_watch),
    SCMP_SYS(eventfd2),
    SCMP_SYS(futex),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(mincore),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static bool allow(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

/* Allows memory that is not executable; threads, also with a descriptor table of their own, but no
 * processes; signals to these threads alone; reading limits and flags but not setting them, because
 * fcntl() also sets leases and signals of descriptors; and isatty(). */
static bool allow_in_part(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp own_process = {0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0};
    const struct scmp_arg_cmp caller = {0, SCMP_CMP_EQ, 0, 0};
    const struct scmp_arg_cmp no_new_limit = {2, SCMP_CMP_EQ, 0, 0};
    /* fdopendir() makes these two calls. */
    const struct scmp_arg_cmp get_flags = {1, SCMP_CMP_EQ, F_GETFL, 0};
    const struct scmp_arg_cmp close_on_exec = {1, SCMP_CMP_EQ, F_SETFD, 0};
    const struct scmp_arg_cmp no_program = {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
    const struct scmp_arg_cmp thread = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD};
    const struct scmp_arg_cmp own_descriptors = {0, SCMP_CMP_EQ, CLONE_FILES, 0};
    const struct scmp_arg_cmp terminal = {1, SCMP_CMP_EQ, TCGETS, 0};
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_program) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_program) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(unshare), 1, own_descriptors) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own_process) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, caller, no_new_limit) ==
               0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, get_flags) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, close_on_exec) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, terminal) == 0;
}

/* Allows opening for reading. A filter does not see the flags of openat2(), so it allows that call
 * only if Landlock forbids writing. */
static bool allow_opening(scmp_filter_ctx filter, bool has_landlock)
{
    const struct scmp_arg_cmp to_read = {2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC,
                                         O_RDONLY};
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, to_read) == 0 &&
           (!has_landlock || allow(filter, SCMP_SYS(openat2)));
}

static bool filter_calls(bool has_landlock)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool holds = filter && allow_in_part(filter) && allow_opening(filter, has_landlock);
    for (size_t i = 0; holds && i < sizeof allowed / sizeof *allowed; i++)
        holds = allow(filter, allowed[i]);
    holds = holds && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
    return holds;
}

/* --- the sandbox ------------------------------------------------------------------------------ */

#ifdef TRANSCRIPTFS_SANITIZED
void sandbox_enter(int content_fd, struct confinement *confinement)
{
    (void)content_fd;
    (void)drop_capabilities;
    (void)change_root;
    (void)confine_to_folder;
    (void)filter_calls;
    *confinement = (struct confinement){0};
}
#else
void sandbox_enter(int content_fd, struct confinement *confinement)
{
    /* If core_pattern names a pipe, the kernel dumps at a limit of 0 too, but not at 1. */
    const struct rlimit none = {1, 1}, no_file = {0};
    struct confinement holds = {0};

    /* libc loads this library when a thread ends, and the sandbox would not let it. */
    (void)dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL);
    holds.no_core = setrlimit(RLIMIT_CORE, &none) == 0 || setrlimit(RLIMIT_CORE, &no_file) == 0;
    holds.no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    holds.chroot = change_root(content_fd);
    holds.no_capabilities = drop_capabilities(&holds.may_read_all);
    if (holds.no_new_privileges) {
        holds.landlock = confine_to_folder(content_fd);
        holds.seccomp = filter_calls(holds.landlock);
    }
    *confinement = holds;
}
#endif
