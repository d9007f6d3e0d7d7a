"""A mount outlives the process that serves it: another goes on, and no reader sees an error."""

import errno
import itertools
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import made_corpus
from test_live import assert_same_dump, settle, status, talk, wait_until, write_by_rename
from tools import TIMEOUT, TRANSCRIPTFS, Mount, cut_off, drop_caches, dump_of_mount, is_mounted, is_sanitized, is_thread_sanitized, mounts, run, shell, write_content

KILLS = 8


def kill_worker(mounted):
    """Ends the process that serves; returns when another does."""
    restarts = status(mounted)["process"]["restarts"]
    os.kill(mounted.worker, signal.SIGKILL)
    wait_until(lambda: status(mounted)["process"]["restarts"] == restarts + 1, "nobody goes on")


def stop_supervisor(mounted):
    mounted.process.send_signal(signal.SIGSTOP)


def go_on(mounted):
    mounted.process.send_signal(signal.SIGCONT)


def expect_deaths(mounted):
    """What is said of deaths belongs to these tests."""
    errors = mounted.end()
    assert mounted.process.returncode == 0, errors
    expected = ("restarting it", "remounting", "was moved away", "is back")
    assert all(any(words in line for words in expected) for line in errors.splitlines()), errors


@pytest.fixture
def talks(mount):
    mounted = mount({f"a/t{n:03}.md": talk(f"T {n}", tags=(f"tag{n % 5}",)) for n in range(60)})
    settle(mounted)
    yield mounted
    if mounted.process.poll() is None:
        run("fusermount3", "-u", mounted.path)
        expect_deaths(mounted)


def everything(mounted):
    return shell("find . -type f -print0 | sort -z | xargs -0 md5sum", mounted.path)


def test_readers_see_no_error(talks):
    """Read from end to end again and again, with nothing cached, while who serves is killed."""
    before = everything(talks)
    errors, done = [], threading.Event()

    def read():
        while not done.is_set():
            result = run("sh", "-c", "find . -type f -print0 | sort -z | xargs -0 md5sum", cwd=talks.path)
            if result.returncode or result.stderr or result.stdout != before:
                errors.append(result.stderr or "other bytes")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(KILLS // 2):
            drop_caches(2)
            kill_worker(talks)
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert not errors, errors[:3]
    assert status(talks)["process"]["restarts"] == KILLS // 2


def test_all_is_as_it_was(talks):
    """Ids, inode numbers, versions and the generation too, after edits."""
    for n in (3, 50, 7):
        write_by_rename(talks.content / f"a/t{n:03}.md", talk(f"Edited {n}", tags=("new", f"tag{n}")))
        (talks.content / f"a/t{n + 1:03}.md").unlink()
        (talks.content / f"b{n}").mkdir()
        write_by_rename(talks.content / f"b{n}/x.md", talk(f"New {n}"))
        settle(talks)
    os.listdir(talks / "by-voice")
    before = dump_of_mount(talks.path)
    listing = shell("ls -liR", talks.path)
    generation = (talks / ".transcriptfs/generation").read_text()
    kill_worker(talks)
    assert (talks / ".transcriptfs/generation").read_text() == generation
    assert shell("ls -liR", talks.path) == listing
    drop_caches()
    assert shell("ls -liR", talks.path) == listing
    assert dump_of_mount(talks.path) == before
    assert_same_dump(talks)


def test_changes_are_followed_after_it(talks):
    """Also by what the kernel learned from the one before: names of turns, by-voice."""
    dump_of_mount(talks.path)
    kill_worker(talks)
    write_by_rename(talks.content / "a/t005.md", talk("After", tags=("later",), turns=(("Ann", "One."), ("Cy", "Two."), ("Ann", "Three."))))
    wait_until(lambda: (talks / "by-tag/later").exists(), "not followed")
    settle(talks)
    assert_same_dump(talks)


def test_what_changes_meanwhile_is_found(talks):
    dump_of_mount(talks.path)
    worker = talks.worker
    stop_supervisor(talks)
    os.kill(worker, signal.SIGKILL)
    write_by_rename(talks.content / "a/t005.md", talk("Meanwhile", tags=("meanwhile",)))
    (talks.content / "a/t006.md").unlink()
    go_on(talks)
    wait_until(lambda: (talks / "by-tag/meanwhile").exists(), "not found")
    settle(talks)
    assert not (talks / "episodes/a/t006").exists()
    assert_same_dump(talks)


def test_an_open_file_goes_on(talks):
    with open(talks / "episodes/a/t010/source.md", "rb") as file:
        first = file.read(10)
        kill_worker(talks)
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        assert file.read() == (talks.content / "a/t010.md").read_bytes()
        assert first == (talks.content / "a/t010.md").read_bytes()[:10]


def test_a_shell_that_stands_in_it_stays(talks):
    shell_there = subprocess.Popen(["bash"], cwd=talks / "episodes/a/t020/turns", stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
    try:
        kill_worker(talks)
        out, _ = shell_there.communicate("pwd; ls | head -n 1; cat 001.txt\n", timeout=20)
    finally:
        shell_there.kill()
    assert out.splitlines()[:2] == [str(talks / "episodes/a/t020/turns"), "001.txt"]


def kill_and_meanwhile(mounted, change):
    """Something is done while nobody serves."""
    restarts = status(mounted)["process"]["restarts"]
    worker = mounted.worker
    stop_supervisor(mounted)
    os.kill(worker, signal.SIGKILL)
    change()
    go_on(mounted)
    wait_until(lambda: status(mounted)["process"]["restarts"] == restarts + 1, "nobody goes on")
    settle(mounted)


def test_another_configuration_meanwhile(talks):
    """It is a change like others, and who stands in a folder stays there."""
    config = talks.content / ".transcriptfs.yaml"
    folder = os.open(talks / "episodes/a", os.O_RDONLY)
    kill_and_meanwhile(talks, lambda: config.write_text("views:\n  tags: by-topic\n  date: by-day\n"))
    wait_until(lambda: os.path.exists(talks / "by-topic"), "it does not hold")
    assert os.path.samestat(os.stat("t001", dir_fd=folder), os.stat(talks / "episodes/a/t001"))
    os.close(folder)
    assert not os.path.exists(talks / "by-tag") and os.path.exists(talks / "by-day")
    assert_same_dump(talks)
    kill_and_meanwhile(talks, config.unlink)
    wait_until(lambda: os.path.exists(talks / "by-tag"), "it still holds")
    assert_same_dump(talks)


def test_a_configuration_with_a_mistake_leaves_the_one_before(talks):
    """Also for those that serve after it was made, and until it is mended."""
    config, problems = talks.content / ".transcriptfs.yaml", talks / ".transcriptfs/problems.tsv"
    config.write_text("exclude:\n  - t00*.md\n")
    wait_until(lambda: not os.path.exists(talks / "episodes/a/t001"), "it does not hold")
    config.write_text("exclude: 7\n")
    wait_until(lambda: "previous configuration stays" in problems.read_text(), "the mistake is not told")
    for _ in range(2):
        kill_and_meanwhile(talks, lambda: None)
        assert os.listdir(talks / "episodes/a")[0] == "t010" and not os.path.exists(talks / "text/a/t001.txt")
        assert "previous configuration stays" in problems.read_text()
    kill_and_meanwhile(talks, lambda: config.write_text("exclude:\n  - t01*.md\n"))
    wait_until(lambda: os.path.exists(talks / "episodes/a/t001"), "what is mended does not hold")
    assert not os.path.exists(talks / "episodes/a/t010")
    assert ".transcriptfs.yaml" not in problems.read_text()
    assert_same_dump(talks)


def test_a_mistake_that_is_taken_away_meanwhile_is_told_no_more(talks):
    """The file is then as it was for the configuration that holds: there is none."""
    config, problems = talks.content / ".transcriptfs.yaml", talks / ".transcriptfs/problems.tsv"
    config.write_text("nonsense: 1\n")
    wait_until(lambda: "nonsense" in problems.read_text(), "the mistake is not told")
    kill_and_meanwhile(talks, config.unlink)
    wait_until(lambda: "nonsense" not in problems.read_text(), "it is still told")
    assert_same_dump(talks)


def test_what_is_only_named_anew_is_read_on(mount):
    """Its name in the views is another since a second one is called alike; what it says is the same."""
    mounted = mount({"a/b.md": talk("Same")})
    settle(mounted)
    write_by_rename(mounted.content / "a--b.md", talk("Same"))
    settle(mounted)
    with open(mounted / "episodes/a/b/turns/001.txt", "rb", buffering=0) as file:
        said = file.read()
        kill_worker(mounted)
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        assert os.pread(file.fileno(), 100, 0) == said
    finish(mounted, 1)


def waits_for_an_answer(thread):
    with open(f"/proc/self/task/{thread}/wchan", encoding="ascii") as file:
        where = file.read()
    return any(word in where for word in ("fuse", "request_wait", "folio_wait"))


@pytest.mark.parametrize("table", ["episodes.jsonl", "episodes.tsv", "by-voice.tsv"])
def test_a_table_is_the_same_or_none(talks, table):
    """It is made of what the files say, and they are others when it is made again."""
    path = talks / "index" / table
    before = path.read_bytes()
    with open(path, "rb", buffering=0) as file:
        assert file.read(10) == before[:10]
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        found = []

        def read():
            try:
                found.append(os.pread(file.fileno(), len(before), 0))
            except OSError as error:
                found.append(error.errno)

        reader = threading.Thread(target=read)
        worker = talks.worker
        stop_supervisor(talks)
        os.kill(worker, signal.SIGKILL)
        for n in range(20):
            write_by_rename(talks.content / f"a/t{n:03}.md", talk(f"Edited {n}", turns=((f"New {n}", "Words."),)))
        reader.start()
        wait_until(lambda: waits_for_an_answer(reader.native_id), "it does not ask")
        go_on(talks)
        reader.join()
    assert found in ([before], [errno.ESTALE])
    settle(talks)
    assert (b"New 7" if table == "by-voice.tsv" else b"Edited 7") in path.read_bytes()
    assert_same_dump(talks)


def test_many_deaths_in_a_row_end_it(mount):
    """Whoever reads is told, and hangs not."""
    mounted = mount({"t.md": talk("T")})
    for _ in range(5):
        kill_worker(mounted)
    os.kill(mounted.worker, signal.SIGKILL)
    errors = mounted.end()
    assert mounted.process.returncode == 1
    assert "unmounting" in errors
    assert not is_mounted(mounted.path)


def test_the_worker_takes_no_signals(talks):
    """They are the supervisor's: a terminal sends them to both."""
    worker = talks.worker
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(worker, number)
    assert everything(talks)
    assert talks.worker == worker


def test_without_the_supervisor_the_mount_is_dead_and_can_be_replaced(mount, tmp_path):
    mounted = mount({"t.md": talk("T")})
    worker = mounted.worker
    handle = os.pidfd_open(worker)
    mounted.signal(signal.SIGKILL)
    ended, _, _ = select.select([handle], [], [], 20)
    os.close(handle)
    assert ended, "the worker goes on"
    with pytest.raises(OSError):
        os.statvfs(mounted.path)
    assert is_mounted(mounted.path)
    mounted.command[-2:-2] = ["-o", "replace"]
    mounted.start()
    wait_until(lambda: os.path.exists(mounted / "episodes/t/turns/001.txt"), "not mounted anew")


def test_status_says_what_holds(mount):
    content = {"t.md": made_corpus.EPISODES[1].markdown()}
    sandbox = status(mount(content))["process"]["sandbox"]
    off = status(mount(content, "-o", "sandbox=off"))["process"]["sandbox"]
    assert not any((off["no_new_privileges"], off["landlock"], off["seccomp"], off["no_core"]))
    if sandbox["no_core"]:  # a build with sanitizers has none
        assert sandbox["no_new_privileges"] and sandbox["seccomp"]
        assert sandbox["chroot"] == (os.geteuid() == 0)


# As on a kernel that has no Landlock.
WITHOUT_LANDLOCK = """
#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);
    return argc < 2 || seccomp_load(filter) || execv(argv[1], argv + 1);
}
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may have a filter and more rights than before")
def test_without_landlock_all_is_opened_to_read(mount, tmp_path):
    source, wrapper = tmp_path / "without.c", tmp_path / "without"
    source.write_text(WITHOUT_LANDLOCK)
    if run("cc", "-o", wrapper, source, "-lseccomp").returncode:
        pytest.skip("there is no compiler, or no libseccomp")
    mounted = mount({"t.md": talk("T"), "sub/u.md": talk("U")}, prefix=(wrapper,))
    sandbox = status(mounted)["process"]["sandbox"]
    assert not sandbox["landlock"] and (sandbox["seccomp"] or is_sanitized())
    assert everything(mounted)
    write_by_rename(mounted.content / "sub/u.md", talk("Edited"))
    settle(mounted)
    assert (mounted / "episodes/sub/u/meta/title").read_text() == "Edited\n"


def test_nothing_that_the_caller_left_open_is_kept(mount, tmp_path):
    """A lock would be held, and a reader at the end of a pipe would wait, until the unmount."""
    lock = tmp_path / "lock"
    mounted = mount({"t.md": talk("T")}, prefix=["sh", "-c", 'exec 9>"$0"; exec "$@"', lock])
    for process in (mounted.process.pid, mounted.worker):
        folder = Path(f"/proc/{process}/fd")
        assert str(lock) not in [os.readlink(fd) for fd in folder.iterdir()]


def test_a_second_signal_does_not_wait(mount):
    """Not even for a worker that stands still."""
    mounted = mount({"t.md": talk("T")})
    worker = mounted.worker
    os.kill(worker, signal.SIGSTOP)
    mounted.process.send_signal(signal.SIGTERM)
    mounted.process.send_signal(signal.SIGINT)
    assert mounted.end() == "" and mounted.process.returncode == 0
    assert not is_mounted(mounted.path)


@pytest.mark.parametrize("force", [
    ["fusermount3", "-uz"],
    pytest.param(["umount", "-f"], marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root can force an unmount"))])
def test_it_is_taken_away_by_force_while_all_read(mount, force):
    mounted = mount({f"t{n}.md": talk(f"T {n}") for n in range(20)})
    readers = [subprocess.Popen(["sh", "-c", "while :; do cat episodes/*/turns/* || exit; done"], cwd=mounted.path,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(8)]
    try:
        drop_caches()
        run(*force, mounted.path)
        for one in readers:
            one.kill()
            one.wait()
        wait_until(lambda: not is_mounted(mounted.path) or run(*force, mounted.path).returncode == 0, "it stays")
    finally:
        for one in readers:
            one.kill()
            one.wait()
    told = mounted.end()
    # To force an unmount is to cut the connection off first.
    assert not told or (force[0] == "umount" and "was cut off" in told), told
    assert mounted.process.returncode == 0


# What a thread does that is told that nothing is mounted any more.
AT_THE_END = r"""
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

ssize_t read(int fd, void *buffer, size_t size)
{
    ssize_t got = ((ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read"))(fd, buffer, size);
    if (got < 0 && errno == ENODEV)
        %s;
    return got;
}
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_it_is_cut_off_while_a_request_is_taken(mount, with_library, threads):
    """The kernel has another word for it then."""
    mounted = mount({"t.md": talk("T")}, "-o", f"threads={threads}", prefix=with_library(AT_THE_END % "errno = ECONNABORTED"))
    assert (mounted / "text/t.txt").exists()
    mounted.stop()


def test_it_dies_of_its_end(mount, with_library):
    """It is told, and nobody goes on with what is not there."""
    mounted = mount({"t.md": talk("T")}, prefix=with_library(AT_THE_END % "raise(SIGSEGV)"))
    assert (mounted / "text/t.txt").exists()
    run("fusermount3", "-u", mounted.path)
    assert mounted.end() == "transcriptfs: the worker died of signal 11 (Segmentation fault)\n"
    assert mounted.process.returncode == 0


def as_nobody(script, place):
    """Where something is hidden, as a user who may not mount by himself; with a /dev/fuse for all, as most machines
    have it."""
    device = "mount -t tmpfs none /mnt && mknod -m 666 /mnt/fuse c 10 229 && mount --bind /mnt/fuse /dev/fuse\n"
    return run("unshare", "--mount", "sh", "-c", device + script + "\nexec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"",
               "sh", *place)


@pytest.fixture
def nobodys(fuse, tmp_path_factory):
    """The program, a content folder and a mount point, where nobody can reach them."""
    if os.geteuid() != 0 or run("unshare", "--mount", "true").returncode:
        pytest.skip("only root, with namespaces, can hide something")
    folder = tempfile.mkdtemp(prefix="transcriptfs-")
    os.chmod(folder, 0o755)
    write_content(folder, {"content/t.md": talk("T")})
    os.mkdir(f"{folder}/mnt")
    os.chown(f"{folder}/mnt", 65534, 65534)
    shutil.copy(TRANSCRIPTFS, folder)
    yield f"{folder}/transcriptfs", f"{folder}/content", f"{folder}/mnt"
    shutil.rmtree(folder)


def test_no_fusermount(nobodys):
    result = as_nobody("mount --bind /dev/null \"$(command -v fusermount3)\"", nobodys)
    assert result.returncode == 1
    assert "install the package fuse3" in result.stderr


def test_dev_fuse_is_refused(nobodys):
    result = as_nobody("chmod 600 /dev/fuse", nobodys)  # that of this namespace alone
    assert result.returncode == 1
    assert "/dev/fuse cannot be opened: Permission denied" in result.stderr and "chmod 666" in result.stderr


@pytest.mark.parametrize("caller", [[], ["env", "-u", "PATH"]], ids=["shell", "mount(8)"])
def test_allow_other_needs_its_line(nobodys, caller):
    result = as_nobody("mount --bind /dev/null /etc/fuse.conf", (*caller, nobodys[0], "-o", "allow_other", *nobodys[1:]))
    assert result.returncode == 1
    assert 'need the line "user_allow_other" in /etc/fuse.conf' in result.stderr


HAS_PROFILE = r"""
mount -t tmpfs none /media
mkdir -p /media/upper/apparmor.d /media/work
touch /media/upper/apparmor.d/fusermount3
echo " user_allow_other # all" > /media/upper/fuse.conf
mount -t overlay -o lowerdir=/etc,upperdir=/media/upper,workdir=/media/work overlay /etc || exit 77
mount --bind /bin/false "$(command -v fusermount3)"
"""


@pytest.mark.parametrize("options", [[], ["-o", "allow_other"]])
def test_apparmor_may_have_refused_it(nobodys, options):
    """What the profile says is tried where there is AppArmor: packaging/try-apparmor."""
    result = as_nobody(HAS_PROFILE, (nobodys[0], *options, *nobodys[1:]))
    if result.returncode == 77:
        pytest.skip("this kernel lays nothing over /etc")
    assert result.returncode == 1
    assert "AppArmor may be the reason" in result.stderr and f'umount "{nobodys[2]}/",' in result.stderr
    assert "user_allow_other" not in result.stderr


@pytest.mark.parametrize("options", [[], ["-o", "allow_other"]])
def test_a_user_mounts_where_she_may_write(nobodys, options):
    os.chown(nobodys[2], 0, 0)
    result = as_nobody("true", (nobodys[0], *options, *nobodys[1:]))
    assert result.returncode == 1
    assert "folders that she may write to" in result.stderr and "container" not in result.stderr


DEADLY = r"""
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* As a mistake in a parser would: whoever parses the word dies. */
static void die_of(const char *text, size_t len, const char *word, int signal)
{
    if (memmem(text, len, word, strlen(word)))
        raise(signal);
}

void cmark_parser_feed(void *parser, const char *text, size_t len)
{
    void (*real)(void *, const char *, size_t) = (void (*)(void *, const char *, size_t))dlsym(RTLD_NEXT, "cmark_parser_feed");
    die_of(text, len, "deadly body", SIGSEGV);
    die_of(text, len, "hungry body", SIGKILL);
    real(parser, text, len);
}

/* Between the mount and the first word that it stands; as often as there are bytes in a file. */
int close_range(unsigned first, unsigned last, int flags)
{
    return 0; /* what it reads is one of the descriptors that the caller left open */
}

int eventfd(unsigned count, int flags)
{
    char byte;
    int (*real)(unsigned, int) = (int (*)(unsigned, int))dlsym(RTLD_NEXT, "eventfd");
    if (read(9, &byte, 1) == 1)
        raise(SIGSEGV);
    return real(count, flags);
}

void yaml_parser_set_input_string(void *parser, const unsigned char *text, size_t len)
{
    void (*real)(void *, const unsigned char *, size_t) =
        (void (*)(void *, const unsigned char *, size_t))dlsym(RTLD_NEXT, "yaml_parser_set_input_string");
    die_of((const char *)text, len, "deadly front", SIGSEGV);
    real(parser, text, len);
}
"""


@pytest.fixture
def deadly(with_library, tmp_path):
    """What stands before a command so that it has parsers that die of certain words, and reads a byte of `deaths` when it
    has been mounted."""
    return ("sh", "-c", f"exec 9< {tmp_path / 'deaths'}; exec \"$@\"", "sh", *with_library(DEADLY))


@pytest.fixture
def fragile(mount, deadly, tmp_path):
    def start(files, at_the_start=0):
        (tmp_path / "deaths").write_text("x" * at_the_start)
        return mount(files, prefix=deadly)

    return start


NO_MEMORY = r"""
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

/* The first succeeds, and the two after it do not. */
pid_t fork(void)
{
    static int calls;
    calls++;
    if (calls == 2 || calls == 3) {
        errno = ENOMEM;
        return -1;
    }
    return ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
}
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's mount starts fusermount3 too: the processes are others")
def test_no_process_can_be_started_for_a_while(mount, with_library):
    """Memory ends for all of the machine when it does for who serves."""
    mounted = mount({"t.md": talk("T")}, prefix=with_library(NO_MEMORY))
    kill_worker(mounted)
    assert (mounted / "text/t.txt").read_text().count("\n") == 2
    run("fusermount3", "-u", mounted.path)
    assert mounted.end().count("cannot start a worker, retrying: Cannot allocate memory") == 1


def finish(mounted, deaths):
    assert status(mounted)["process"]["restarts"] == deaths
    run("fusermount3", "-u", mounted.path)
    expect_deaths(mounted)


def test_a_deadly_file_is_left_alone(fragile):
    """Who reads it gets the answer for a file that cannot be understood, and all others are read."""
    files = {f"t{n:02}.md": talk(f"T {n}") for n in range(30)}
    files["t07.md"] = files["t07.md"].replace("Good evening", "A deadly body" + " and more" * 1000)
    mounted = fragile(files)
    turns = shell("cat episodes/*/turns/*", mounted.path)
    assert turns.count("Good evening") == 29
    assert (mounted / "episodes/t07/source.md").read_text() == files["t07.md"]
    assert sorted(os.listdir(mounted / "by-voice/Ann")) == sorted(
        f"2024-01-02--T_{n}--t{n:02}" for n in range(30) if n != 7)
    assert "t07.md\t" in (mounted / ".transcriptfs/problems.tsv").read_text()
    assert "parsing crashed 2 times" in (mounted / ".transcriptfs/problems.tsv").read_text()
    write_by_rename(mounted.content / "t07.md", talk("Mended"))
    wait_until(lambda: os.path.exists(mounted / "by-voice/Ann/2024-01-02--Mended--t07"), "it stays under suspicion")
    finish(mounted, 2)


def test_a_deadly_file_is_found_among_many_at_once(fragile):
    """All bodies are read on every core: the others that were just read then are not to blame."""
    files = {f"t{n:02}.md": talk(f"T {n}", turns=(("Ann", "Good evening. " * 400),)) for n in range(60)}
    files["t33.md"] = files["t33.md"].replace("Good evening", "A deadly body")
    mounted = fragile(files)
    assert len(os.listdir(mounted / "by-voice/Ann")) == 59
    finish(mounted, 2)


def test_a_file_for_which_it_is_killed(fragile):
    """As the memory killer does. It may have been chance: only the fourth time is it left alone."""
    files = {f"t{n:02}.md": talk(f"T {n}") for n in range(9)}
    files["t07.md"] = files["t07.md"].replace("Good evening", "A hungry body" + " and more" * 1000)
    mounted = fragile(files)
    assert shell("cat episodes/*/turns/*", mounted.path).count("Good evening") == 8
    assert "parsing crashed 4 times" in (mounted / ".transcriptfs/problems.tsv").read_text()
    finish(mounted, 4)


DEADLY_NOW = r"""
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int close_range(unsigned first, unsigned last, int flags)
{
    return 0; /* what it reads is one of the descriptors that the caller left open */
}

/* Whoever parses the word dies, once the file says so. */
void cmark_parser_feed(void *parser, const char *text, size_t len)
{
    void (*real)(void *, const char *, size_t) = (void (*)(void *, const char *, size_t))dlsym(RTLD_NEXT, "cmark_parser_feed");
    char byte;
    if (memmem(text, len, "deadly body", 11) && pread(9, &byte, 1, 0) == 1)
        raise(SIGSEGV);
    real(parser, text, len);
}
"""


def test_a_file_that_turns_out_to_be_deadly_after_it_was_served(mount, with_library, tmp_path):
    """What was known of its turns is stale, and is no empty file of the old size."""
    (tmp_path / "deaths").write_text("")
    prefix = ("bash", "-c", 'exec 9< "$1"; shift; exec "$@"', "bash", tmp_path / "deaths", *with_library(DEADLY_NOW))
    mounted = mount({"t1.md": talk("T", turns=(("Ann", "A deadly body." + " and more" * 2000),)), "t2.md": talk("U")}, prefix=prefix)
    settle(mounted)
    turn = mounted / "episodes/t1/turns/001.txt"
    with open(turn, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        assert len(file.read()) == size > 10000
        kill_worker(mounted)  # so that nothing is remembered of what was parsed
        (tmp_path / "deaths").write_text("x")
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with pytest.raises(OSError) as error:
            os.pread(file.fileno(), size, 0)
        assert error.value.errno == errno.ESTALE
    settle(mounted)
    assert not turn.exists() and not os.path.exists(mounted / "text/t1.txt")
    assert (mounted / "episodes/t1/source.md").read_text() == (mounted.content / "t1.md").read_text()
    assert "parsing crashed 2 times" in (mounted / ".transcriptfs/problems.tsv").read_text()
    (tmp_path / "deaths").write_text("")
    write_by_rename(mounted.content / "t1.md", talk("Mended"))
    wait_until(turn.exists, "it stays under suspicion")
    finish(mounted, 3)


def test_a_file_that_is_deadly_from_the_start(fragile):
    """A short body that shows no words at first sight is read when the folder is; without it the mount stands."""
    files = {f"t{n}.md": talk(f"T {n}") for n in range(9)}
    mounted = fragile({**files, "bad.md": talk("Bad", turns=()) + "- A deadly body.\n", "t3.md": talk("A deadly front")})
    assert sorted(os.listdir(mounted / "text")) == sorted(f"t{n}.txt" for n in range(9) if n != 3)
    assert (mounted / ".transcriptfs/problems.tsv").read_text().count("parsing crashed") == 2
    assert 2 < status(mounted)["process"]["restarts"] <= 4
    run("fusermount3", "-u", mounted.path)
    expect_deaths(mounted)


def test_it_dies_when_it_is_mounted_and_not_yet_ready(fragile):
    """The kernel has said hello, and to nobody who lives: it is mounted anew."""
    mounted = fragile({"t.md": talk("T")}, at_the_start=2)
    wait_until(lambda: os.path.exists(mounted / "text/t.txt"), "it does not go on")
    assert status(mounted)["process"]["restarts"] == 2
    assert_same_dump(mounted)
    run("fusermount3", "-u", mounted.path)
    expect_deaths(mounted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_is_told_to_end_while_it_starts(fuse, deadly, tmp_path, place, number):
    """In the background: who waits for it in a terminal means all of it."""
    os.mkfifo(tmp_path / "deaths")
    where = os.path.realpath(os.fsencode(place))  # it cannot be asked for when nobody answers
    content = write_content(tmp_path / "content", {"t.md": talk("T")})
    with open(tmp_path / "deaths", "r+b", buffering=0):
        process = subprocess.Popen([*deadly, TRANSCRIPTFS, "-q", content, place], stderr=subprocess.PIPE)
        # It waits for a byte when it is mounted and does not answer yet.
        wait_until(lambda: where in mounts(), "it is not mounted")
        process.send_signal(number)
        assert process.communicate(timeout=10)[1] == b""
    assert process.returncode == 1
    assert where not in mounts()


def test_a_file_that_becomes_deadly(fragile):
    """Its front matter is read by whoever follows the content."""
    mounted = fragile({f"t{n}.md": talk(f"T {n}") for n in range(5)})
    settle(mounted)
    write_by_rename(mounted.content / "t3.md", talk("A deadly front"))
    wait_until(lambda: status(mounted)["process"]["restarts"] == 2 and not status(mounted)["scanning"], "it goes on dying")
    wait_until(lambda: "parsing crashed" in (mounted / ".transcriptfs/problems.tsv").read_text(), "nothing is told")
    assert (mounted / "episodes/t3/source.md").read_text() == talk("A deadly front")
    assert (mounted / "text/t4.txt").exists()
    finish(mounted, 2)


# --- what was seen to go wrong ----------------------------------------------------------------------------


def test_by_voice_is_right_after_an_edit_meanwhile(talks):
    """Who was heard before nobody knows any more: the kernel forgets all of it."""
    write_by_rename(talks.content / "a/t001.md", talk("With Xen", turns=(("Xen", "I was here."),)))
    settle(talks)
    assert "Xen" in os.listdir(talks / "by-voice") and os.listdir(talks / "by-voice/Xen")
    worker = talks.worker
    stop_supervisor(talks)
    os.kill(worker, signal.SIGKILL)
    write_by_rename(talks.content / "a/t001.md", talk("With Yan", turns=(("Yan", "I am here."),)))
    go_on(talks)
    settle(talks)
    wait_until(lambda: not os.path.exists(talks / "by-voice/Xen"), "who is heard no more is still there")
    assert "Yan" in os.listdir(talks / "by-voice")
    assert_same_dump(talks)


def test_a_content_folder_that_was_moved_away(talks):
    """It is served on, by whoever serves; and known when it is back."""
    other = talks.content.with_name("moved")
    os.rename(talks.content, other)
    wait_until(lambda: status(talks)["content_folder"]["state"] == "moved away", "it is not seen")
    kill_worker(talks)
    assert (talks / "episodes/a/t002/source.md").read_bytes() == (other / "a/t002.md").read_bytes()
    os.rename(other, talks.content)
    wait_until(lambda: status(talks)["content_folder"] == {"state": "there", "replaced": 0}, "it is not back")


def test_signals_while_it_starts(mount):
    """HUP is for later; nobody reads what it logs, and nobody told it to hear of its children."""
    mounted = mount({"t.md": talk("T")}, prefix=("env", "--ignore-signal=CHLD"))
    for n in range(3):
        worker = mounted.worker
        stop_supervisor(mounted)
        os.kill(worker, signal.SIGKILL)
        go_on(mounted)

        def hurry():
            """Again and again, so that some come before the next one has the mount."""
            mounted.process.send_signal(signal.SIGHUP)
            with open(f"/proc/{mounted.process.pid}/task/{mounted.process.pid}/children", encoding="ascii") as file:
                return file.read().split() not in ([], [str(worker)])

        wait_until(hurry, "no other starts")
        for _ in range(50):
            mounted.process.send_signal(signal.SIGHUP)
            time.sleep(0.0002)
        wait_until(lambda: status(mounted)["process"]["restarts"] == n + 1, "it does not go on")
    run("fusermount3", "-u", mounted.path)
    expect_deaths(mounted)


def test_many_signals_to_a_worker_that_stands_still(mount):
    mounted = mount({"t.md": talk("T")})
    worker = mounted.worker
    os.kill(worker, signal.SIGSTOP)
    for _ in range(2000):
        mounted.process.send_signal(signal.SIGHUP)
    mounted.process.send_signal(signal.SIGTERM)
    mounted.process.send_signal(signal.SIGTERM)
    mounted.end()
    assert mounted.process.returncode == 0 and not is_mounted(mounted.path)


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer needs more of it than there is memory")
def test_little_address_space(mount):
    mounted = mount({"t.md": talk("T")}, prefix=("prlimit", "--as=1000000000"))
    kill_worker(mounted)
    assert (mounted / "text/t.txt").exists()
    run("fusermount3", "-u", mounted.path)
    expect_deaths(mounted)


def waits_in_the_kernel(pid):
    """Whether a thread of a process cannot be interrupted."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
            if file.read().rsplit(")", 1)[1].split()[0] == "D":
                return True
    return False


@pytest.fixture
def connections():
    """/sys/fs/fuse/connections, by which a connection is cut off. systemd mounts it, and a container has none."""
    where = "/sys/fs/fuse/connections"
    if os.path.ismount(where):
        yield where
    elif os.geteuid() != 0 or run("mount", "-t", "fusectl", "none", where).returncode:
        pytest.skip(f"nothing is mounted on {where}, and only root can mount it: no connection can be cut off")
    else:
        yield where
        run("umount", where)


def test_what_was_done_is_told_when_the_connection_is_cut_off(mount, connections):
    mounted = mount({"t.md": talk("T")})
    worker = mounted.worker
    os.kill(worker, signal.SIGKILL)
    assert (mounted / "text/t.txt").read_text(), "another one serves"
    second = mounted.worker
    cut_off(mounted.path)
    told = mounted.end()
    assert "was cut off; what was done before" in told
    lines = [line.split(" ago process ")[1] for line in told.splitlines() if " ago process " in line]
    supervisor = mounted.process.pid
    acts = [f"{supervisor} mounted", f"{supervisor} started worker {worker}", f"{worker} began to serve",
            f"{supervisor} saw the worker end with the status 9", f"{supervisor} started worker {second}",
            f"{second} ended serving"]
    for act in acts:
        assert any(line.startswith(act) for line in lines), (act, told)
    assert connections


@pytest.mark.usefixtures("fuse")
def test_a_mount_that_gets_the_number_of_one_that_is_gone(tmp_path):
    """The kernel gives it away at once: that one is not ours, cut off."""
    def mount_and_unmount(place):
        place.mkdir()
        for _ in range(20):
            with Mount(content, place):
                pass  # its end has to be silent

    content = write_content(tmp_path / "content", {"t.md": talk("T")})
    with ThreadPoolExecutor() as pool:
        list(pool.map(mount_and_unmount, [tmp_path / f"mnt{n}" for n in range(4)]))


@pytest.mark.usefixtures("connections")
def test_who_reads_is_let_go_when_it_ends_by_force(mount):
    end_while_the_kernel_is_told(mount)


def test_root_lets_readers_go_without_the_list_of_connections(mount):
    if os.geteuid() != 0 or os.path.ismount("/sys/fs/fuse/connections"):
        pytest.skip("only root can, and only where no fusectl is mounted this is the way")
    end_while_the_kernel_is_told(mount)


def end_while_the_kernel_is_told(mount):
    """A thread of the worker waits in the kernel for an answer that it was to give itself: it cannot be killed, and
    holds on to the connection. That is cut off, or readers would wait for ever."""
    mounted = mount({f"a/t{n:03}.md": talk(f"T {n}") for n in range(300)})
    settle(mounted)
    done = threading.Event()

    def edit():
        for n in itertools.cycle(range(300)):
            write_by_rename(mounted.content / f"a/t{n:03}.md", talk(f"Edited {n}", tags=(f"g{n % 7}",)))
            if done.wait(0.002):
                return

    readers = [subprocess.Popen(["sh", "-c", "while :; do ls -lR . > /dev/null 2>&1 || exit; done"], cwd=mounted.path)
               for _ in range(6)]
    editor = threading.Thread(target=edit)
    editor.start()
    worker = mounted.worker
    try:
        for _ in range(1000):
            os.kill(worker, signal.SIGSTOP)
            time.sleep(0.005)  # no event tells that all threads have stopped where they are
            if waits_in_the_kernel(worker):
                break
            os.kill(worker, signal.SIGCONT)
            time.sleep(0.01)
        else:
            pytest.skip("the worker was never caught while it told the kernel something")
        mounted.process.send_signal(signal.SIGTERM)
        mounted.process.send_signal(signal.SIGTERM)
        for reader in readers:
            reader.wait(timeout=30)
    finally:
        done.set()
        editor.join()
        for reader in readers:
            reader.kill()
    assert mounted.end() == "" and mounted.process.returncode == 0


# --- at rest --------------------------------------------------------------------------------------------


def switches(pid):
    """How often each thread of a process has gone to sleep."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            found[task] = re.search(r"^voluntary_ctxt_switches:\t(\d+)", file.read(), re.M)[1]
    return found


@pytest.fixture
def alone(fuse, tmp_path, place):
    """A mount that nobody else's mounts are told to: it has a table of its own. Its process, and its path from here."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a table of mounts")
    content = write_content(tmp_path / "content", {"a.md": talk("A")})
    process = subprocess.Popen(["unshare", "--mount", "--propagation", "private", TRANSCRIPTFS, "-f", "-q", content, place])
    there = Path(f"/proc/{process.pid}/root{place}")
    wait_until(lambda: process.poll() is not None or (there / "README.md").exists(), "it is not mounted")
    if process.poll() is not None:
        pytest.skip("no table of mounts can be made here")
    yield process.pid, there
    process.terminate()
    assert process.wait(TIMEOUT) == 0


def test_it_does_nothing_at_rest(alone):
    """Neither process wakes while nobody asks and nothing changes."""
    if is_thread_sanitized():
        pytest.skip("ThreadSanitizer has a thread that wakes")
    process, there = alone
    assert (there / "text/a.txt").read_text()
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        worker = int(file.read())

    def all_switches():
        return switches(process), switches(worker)
    before = all_switches()
    time.sleep(0.3)
    while all_switches() != before: # what the start left to do
        before = all_switches()
        time.sleep(0.3)
    time.sleep(2.5)
    assert all_switches() == before
