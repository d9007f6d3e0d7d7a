/* transcriptfs: arguments, start, stop. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "process/background.h"
#include "process/notify.h"
#include "source/following.h"
#include "ask.h"
#include "check.h"
#include "command_line.h"
#include "program.h"

/* --- the mount -------------------------------------------------------------------------------- */

static void give_up_claim(struct program *program)
{
    if (program->mountpoint.claim < 0)
        return;
    flock(program->mountpoint.claim, LOCK_UN); /* whoever else has it open */
    close(program->mountpoint.claim);
    program->mountpoint.claim = -1;
}

/* What is topmost there is ours, except where somebody has mounted on it already. */
static void note_mounted(struct program *program)
{
    struct mounted *mounted = &program->mounted;
    const char *place = mount_place(program->mount);
    if (!place || !mountpoint_find_mounted(place, mounted) ||
        strcmp(mounted->type, "fuse.transcriptfs") != 0)
        *mounted = (struct mounted){0};
    program->shared->device = makedev(mounted->major, mounted->minor);
    give_up_claim(program);
}

static int mount_tree(void *program_)
{
    struct program *program = program_;
    const struct mount_options *options = &program->mount_options;

    mount_keep_messages();
    int err = mount_new(options, &program->mount);
    if (!err) {
        note_mounted(program);
        recent_note(&program->shared->recent, RECENT_MOUNTED, (int)program->mounted.minor);
        return mount_fd(program->mount);
    }
    const char *path = program->mountpoint.path;
    if (err != -EIO) {
        report("cannot mount on \"%s\": %s", path,
               err == -ESTALE ? "another folder stands there now" : strerror(-err));
        return err;
    }
    const char *why = mount_last_message();
    report("cannot mount on \"%s\": %s", path, *why ? why : "fusermount3 refused it");
    cleanup_buf struct buf way_out = {0};
    mountpoint_explain_refusal(path, options->allow_other || options->allow_root, &way_out);
    report("%s", way_out.len ? way_out.data : strerror(-err));
    return err;
}

/* A thread of a dead worker may still hold the connection; readers would wait forever. */
static void abort_mount(const struct program *program)
{
    cleanup_fd int fd = program->mounted.id ? mountpoint_open_abort(&program->mounted) : -1;
    /* What was opened is ours where we have the connection behind that, too. */
    ssize_t told = fd >= 0 && mount_is_alive(program->mount) ? write(fd, "1", 1) : -1;
    recent_note(&program->shared->recent, RECENT_CUT_OFF, (int)told);
    (void)told; /* without fusectl root aborts it when it unmounts; nobody else can */
}

/* A mount that stands still was not unmounted: somebody has cut its connection off, or nobody knows
 * what did. */
static void tell_if_cut_off(const struct program *program)
{
    bool is_covered;
    cleanup_free char *place = mountpoint_place_of(&program->mounted, &is_covered);
    /* Elsewhere it is another one, which has got the number meanwhile. */
    if (!place || strcmp(place, program->mountpoint.path) != 0)
        return;
    report("the connection of \"%s\" to the kernel was cut off; what was done before:", place);
    recent_log(&program->shared->recent, report);
}

/* Unmounts ours, wherever it stands, and no other. */
static void unmount_tree(void *program_, bool by_force)
{
    struct program *program = program_;
    bool is_covered = false;
    if (!program->mount)
        return;
    bool is_alive = mount_is_alive(program->mount);
    recent_note(&program->shared->recent, RECENT_UNMOUNTS, by_force);
    if (!is_alive)
        tell_if_cut_off(program);
    cleanup_free char *place = is_alive ? mountpoint_place_of(&program->mounted, &is_covered)
                                        : NULL;
    if (by_force)
        abort_mount(program);
    mount_free(program->mount);
    program->mount = NULL;
    if (is_covered)
        report(
            "something is mounted on \"%s\", which is dead from now on; to clear it, unmount that, "
            "and then: fusermount3 -uz %s",
            place ? place : program->mountpoint.path, place ? place : program->mountpoint.path);
    else if (place && mountpoint_unmount(place, by_force))
        report("cannot unmount \"%s\"", place);
}

static void reset_shared_state(void *program_)
{
    const struct program *program = program_;
    program->shared->init.len = 0; /* a worker without a FUSE_INIT drops what does not count then */
}

static void tell_ready(void *program_)
{
    struct program *program = program_;
    program_detach(program);
    notify_service_manager("READY=1");
    background_tell_ready(&program->ready_fd);
}

/* The address space for the journal, halved until mmap() would grant four times as much: the rest
 * of what the process may have is for everything else. Only pages that are written take memory. */
static const size_t max_shared_state = SIZE_MAX / 2 < UINT64_C(1) << 32
                                           ? (size_t)1 << 28
                                           : (size_t)(UINT64_C(1) << 32);
static const size_t min_shared_state = (size_t)1 << 24;

static bool map_shared_state(struct program *program)
{
    for (size_t size = max_shared_state; size >= min_shared_state; size /= 2) {
        void *all = mmap(NULL, 4 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                         0);
        if (all == MAP_FAILED)
            continue;
        munmap(all, 4 * size);
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            continue;
        program->shared = memory;
        program->shared_size = size;
        return true;
    }
    return false;
}

static int open_place(struct program *program)
{
    const struct place_options options = {
        .path = program->content_path,
        .mount_path = program->mountpoint.path,
        .state = &program->shared->place,
        .log = report,
    };
    int err = place_open(&options, &program->place);
    if (err)
        return err;
    unsigned poll = program->options.poll;
    const struct following following = following_of(place_folder(program->place));
    place_poll(program->place, poll || following.has_events ? poll : following.seconds);
    return 0;
}

static int supervise_mount(struct program *program)
{
    const struct options *options = &program->options;
    struct supervise_options supervise_options = {
        .work = program_work,
        .mount = mount_tree,
        .unmount = unmount_tree,
        .ready = tell_ready,
        .forget = reset_shared_state,
        .context = program,
        .log = report,
    };
    program->mount_options = (struct mount_options){
        .mountpoint = &program->mountpoint,
        .content = program->content_path,
        .allow_other = options->allow_other,
        .allow_root = options->allow_root,
        .debug = options->debug,
    };
    if (!map_shared_state(program)) {
        report("cannot keep a journal: %s%s", strerror(ENOMEM), ROOM_ADVICE);
        return EXIT_FAILED;
    }
    int err = open_place(program);
    if (err) {
        report("content folder \"%s\": %s", program->content_path, strerror(-err));
        return EXIT_FAILED;
    }
    supervise_options.place = program->place;
    supervise_options.recent = &program->shared->recent;
    return supervise(&supervise_options);
}

/* Keeps the path of the content as it was given, with its links, so that what stands there can be
 * followed. A relative one would not survive the child's chdir. */
static bool keep_path(struct program *program)
{
    char *path = place_absolute(program->options.content);
    free(program->content_path);
    program->content_path = path;
    program->options.content = path;
    return path;
}

static int run(struct program *program)
{
    const struct options *options = &program->options;
    cleanup_buf struct buf why = {0};
    int status;

    if (options->query && !ask_has_format(options))
        return EXIT_NO_ANSWER;
    int err = options->replace && options->mountpoint ? mountpoint_clear_dead(options->mountpoint)
                                                      : 0;
    if (err)
        report("dead mount \"%s\": %s", options->mountpoint, strerror(-err));
    err = mountpoint_check(options->content, options->mountpoint, options->nonempty,
                           &program->content_path, &program->mountpoint, &why);
    if (!err && options->mountpoint)
        err = mountpoint_check_fuse(&why);
    if (err) {
        report("%s", why.len ? why.data : strerror(-err));
        return options->query ? EXIT_NO_ANSWER : EXIT_FAILED;
    }
    if (options->check)
        return program_load(program) ? EXIT_FAILED
                                     : check(program->corpus, program->cache, options->quiet);
    if (options->query)
        return program_load(program) ? EXIT_NO_ANSWER
                                     : ask(program->corpus, program->cache, options);
    if (!keep_path(program)) {
        report("%s", strerror(ENOMEM));
        return EXIT_FAILED;
    }
    err = options->foreground ? BACKGROUND_CHILD : background_enter(&program->ready_fd, &status);
    if (err == BACKGROUND_PARENT)
        return status;
    if (err < 0)
        report("%s", strerror(-err));
    return err < 0 ? EXIT_FAILED : supervise_mount(program);
}

int main(int argc, char **argv)
{
    struct program program = {.folder.fd = -1, .ready_fd = -1, .mountpoint.claim = -1};
    int status;

    /* The parent may have set other actions: a write to a closed log must not kill us, and
     * waitpid() must report the deaths of workers. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    /* What the caller left open is not ours to keep: a lock, the end of a pipe that somebody reads,
     * a file that a worker has no business with. */
    close_range(3, UINT_MAX, 0);
    /* Descriptors 0 to 2 have to be open, or a content file could become standard error. */
    do
        program.null = open("/dev/null", O_RDWR);
    while (program.null >= 0 && program.null <= 2);
    if (options_read(argc, argv, &program.options, &status))
        status = run(&program);
    program_free(&program);
    return options_exit_status(&program.options, status);
}
