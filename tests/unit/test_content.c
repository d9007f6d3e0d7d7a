/* Opening what is in the content folder, and nothing else: as the kernel sees to it, and where it
 * has no openat2(). */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "source/content.h"
#include "unit.h"

enum { STAT_IS_WRONG = 99 };

static char root[] = "/tmp/transcriptfs-content-XXXXXX";

static const struct {
    const char *path;
    int error; /* 0: it can be opened */
} cases[] = {
    {"file.md", 0},
    {"sub/deep/file.md", 0},
    {"gone.md", -ENOENT},
    {"sub", -EACCES}, /* no regular file */
    {"fifo.md", -EACCES},
    {"link.md", -EACCES},        /* to a file beside it */
    {"linked/file.md", -EACCES}, /* through a link to a folder beside it */
    {"out.md", -EACCES},         /* to a file outside */
    {"../outside.md", -EACCES},
    {"sub/../file.md", -EACCES},
    {"sub/../../outside.md", -EACCES},
    {"/etc/passwd", -EACCES},
};

static void make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int make_content(void **state)
{
    (void)state;
    if (!mkdtemp(root) || chdir(root))
        return -1;
    mkdir("content", 0700);
    mkdir("content/sub", 0700);
    mkdir("content/sub/deep", 0700);
    make_file("outside.md");
    make_file("content/file.md");
    make_file("content/sub/deep/file.md");
    return mkfifo("content/fifo.md", 0600) || symlink("file.md", "content/link.md") ||
           symlink("sub/deep", "content/linked") || symlink("../outside.md", "content/out.md");
}

static int remove_content(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", root);
    return chdir("/") || system(command);
}

/* What is said of a file is said of one below the folder: not of what a link leads to. */
static bool check_stat(const struct content_folder *folder)
{
    struct stat st;
    return content_stat(folder, "sub/deep/file.md", &st) == 0 && S_ISREG(st.st_mode) &&
           content_stat(folder, "out.md", &st) == 0 && S_ISLNK(st.st_mode) &&
           content_stat(folder, "linked/file.md", &st) == -ENOTDIR &&
           content_stat(folder, "gone.md", &st) == -ENOENT;
}

/* The first case that is not as it should be, from 1; 0: none. */
static int check_cases(const struct content_folder *folder, bool is_beneath_checked)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cleanup_(content_close_file) struct content_file file;
        int opened = content_open_file(folder, cases[i].path, &file);
        /* The kernel lets ".." be where it stays below. */
        if (is_beneath_checked && strcmp(cases[i].path, "sub/../file.md") == 0)
            continue;
        /* A link is no folder, to a kernel that is asked for one. */
        int err = opened == -ENOTDIR ? -EACCES : opened;
        if (err != cases[i].error)
            return (int)i + 1;
    }
    return check_stat(folder) ? 0 : STAT_IS_WRONG;
}

static int check_folder(bool is_beneath_checked)
{
    int fd = open("content", O_RDONLY | O_DIRECTORY);
    const struct content_folder folder = {.fd = fd, .disk = disk_new(fd)};
    int wrong = check_cases(&folder, is_beneath_checked);
    disk_free(folder.disk);
    close(fd);
    return wrong;
}

static void test_with_openat2(void **state)
{
    (void)state;
    int bad = check_folder(true);
    assert_int_not_equal(bad, STAT_IS_WRONG);
    if (bad)
        fail_msg("%s", cases[bad - 1].path);
}

static bool take_openat2_away(int as_errno)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool is_gone = filter && seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)as_errno),
                                              SCMP_SYS(openat2), 0) == 0;
    return is_gone && seccomp_load(filter) == 0 &&
           syscall(SYS_openat2, AT_FDCWD, ".", &(struct open_how){0}, sizeof(struct open_how)) < 0;
}

static void test_without_openat2(void **state)
{
    (void)state;
    static const int errors[] = {ENOSYS, EPERM};
    for (size_t i = 0; i < 2; i++) {
        int status;
        pid_t child = fork();
        if (child == 0)
            _exit(take_openat2_away(errors[i]) ? check_folder(false) : 100);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 100)
            skip();
        assert_int_not_equal(WEXITSTATUS(status), STAT_IS_WRONG);
        if (WEXITSTATUS(status))
            fail_msg("%s", cases[WEXITSTATUS(status) - 1].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_openat2),
        cmocka_unit_test(test_without_openat2),
    };
    return cmocka_run_group_tests(tests, make_content, remove_content);
}
