"""Faults of the system below a mount: no descriptors left, content that is taken away or replaced."""

import contextlib
import ctypes
import errno
import os
import resource
import select
import shutil
import signal
import struct
import threading
import time

import pytest

from test_live import settle, status, wait_until
from tools import (TIMEOUT, TRANSCRIPTFS, Mount, drop_caches, dump_of_content, dump_of_mount, is_sanitized, run,
                   write_content)

GOOD = "---\ntitle: Good\ndate: 2024-01-02\ntags: [fine]\n---\n**Ann:** All is well.\n"
MANY = {f"f/{i:02}.md": GOOD.replace("well", f"well {i}") for i in range(20)}


def limit_descriptors(mounted, most):
    """Sets the soft limit of the running process; what it was."""
    return resource.prlimit(mounted.worker, resource.RLIMIT_NOFILE,
                            (most, resource.prlimit(mounted.worker, resource.RLIMIT_NOFILE)[1]))


def processor_time(mounted):
    with open(f"/proc/{mounted.worker}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_no_descriptors_left(mount):
    mounted = mount(MANY)
    before = limit_descriptors(mounted, 3)
    for path in ("text/f/07.txt", "episodes/f/07/source.md", "episodes/f/07/turns/001.txt"):
        with pytest.raises(OSError) as error:
            (mounted / path).read_bytes()
        assert error.value.errno == errno.EMFILE, "that it is not there would be a wrong answer"
    with pytest.raises(OSError):
        os.listdir(mounted / "by-voice")
    write_content(mounted.content, {"f/new.md": GOOD})
    limit_descriptors(mounted, before[0])
    assert os.listdir(mounted / "by-voice") == ["Ann"]
    assert (mounted / "text/f/07.txt").read_text() == "Ann: All is well 7.\n"
    wait_until((mounted / "text/f/new.txt").exists, "the change is lost")
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)
    assert run("fusermount3", "-u", mounted.path).returncode == 0
    told = mounted.end().splitlines()
    assert told in ([], ["transcriptfs: cannot update from the content folder: Too many open files"])


def with_address_space(kilobytes):
    """What stands before a command so that it has no more than that."""
    return ("bash", "-c", f'ulimit -v {kilobytes}; exec "$0" "$@"')


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer takes terabytes of address space")
@pytest.mark.parametrize("kilobytes", [200_000, 300_000, 1_000_000])
def test_little_memory_is_enough(mount, kilobytes):
    mounted = mount(MANY, prefix=with_address_space(kilobytes))
    assert status(mounted)["watch"]["mode"] == "inotify"
    assert os.listdir(mounted / "by-voice") == ["Ann"]
    write_content(mounted.content, {"f/new.md": GOOD})
    wait_until((mounted / "text/f/new.txt").exists, "changes are not followed")


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer takes terabytes of address space")
def test_too_little_memory_is_told(fuse, tmp_path, place):
    content = write_content(tmp_path / "content", MANY)
    ended = []
    for kilobytes in range(20_000, 140_000, 10_000):
        started = run(*with_address_space(kilobytes), TRANSCRIPTFS, content, place)
        if started.returncode == 0:
            assert os.listdir(place / "by-voice") == ["Ann"], "it has begun, and serves"
            assert run("fusermount3", "-u", place).returncode == 0
            break
        ended.append(started)
    assert ended and all(one.returncode == 1 for one in ended if one.returncode != 127), ended
    assert "ulimit -v" in ended[-1].stderr, ended


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer takes terabytes of address space")
def test_a_worker_without_memory_is_tried_again(mount):
    mounted = mount(MANY)
    with open(f"/proc/{mounted.process.pid}/statm", encoding="ascii") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    before = resource.prlimit(mounted.process.pid, resource.RLIMIT_AS)
    resource.prlimit(mounted.process.pid, resource.RLIMIT_AS, (size + (20 << 20), before[1]))
    workers = {mounted.worker}
    os.kill(mounted.worker, signal.SIGKILL)

    def has_tried():
        workers.add(mounted.worker)
        return len(workers) > 7  # more often than a worker may die

    wait_until(has_tried, "it is not tried again")
    resource.prlimit(mounted.process.pid, resource.RLIMIT_AS, before)
    assert (mounted / "text/f/07.txt").read_text() == "Ann: All is well 7.\n"
    write_content(mounted.content, {"f/new.md": GOOD})
    wait_until((mounted / "text/f/new.txt").exists, "changes are not followed")
    mounted.stop_after("signal 9", "the worker lacks memory or threads; trying again", "ulimit -v")


def test_a_file_becomes_a_folder_and_a_file_again(mount):
    mounted = mount({"it.md": GOOD, "other.md": GOOD})
    file = mounted.content / "it.md"
    for _ in range(3):
        file.unlink()
        file.mkdir()
        write_content(file, {"in.md": GOOD})
        settle(mounted)
        assert (mounted / "episodes/it.md/in/source.md").read_text() == GOOD
        shutil.rmtree(file)
        file.write_text(GOOD)
        settle(mounted)
        assert (mounted / "episodes/it/source.md").read_text() == GOOD
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


def test_times_that_go_back(mount):
    mounted = mount({"it.md": GOOD})
    file = mounted.content / "it.md"
    for i, then in enumerate((2_000_000_000, 1_000_000_000, 1_000_000_000, 1)):
        file.write_text(GOOD.replace("well", f"wel{i}"))  # as long as before
        os.utime(file, (then, then))
        settle(mounted)
        assert (mounted / "text/it.txt").read_text() == f"Ann: All is wel{i}.\n"
        assert (mounted / "text/it.txt").stat().st_mtime == then


def idle_share(mounted, seconds=1.0):
    """The share of a processor that it takes while nobody asks for anything."""
    before, start = processor_time(mounted), time.monotonic()
    time.sleep(seconds)
    return (processor_time(mounted) - before) / (time.monotonic() - start)


def assert_calm_and_honest(mounted):
    with pytest.raises(OSError) as error:
        (mounted / "episodes/f/03/source.md").read_bytes()
    assert error.value.errno in (errno.ENOENT, errno.ESTALE, errno.EIO, errno.EAGAIN, errno.ENOTCONN)
    os.listdir(mounted.path)
    (mounted / ".transcriptfs/status.json").read_text()
    assert idle_share(mounted) < 0.3


def test_the_content_is_deleted(mount):
    mounted = mount(MANY)
    assert (mounted / "text/f/07.txt").read_text() == "Ann: All is well 7.\n"
    shutil.rmtree(mounted.content)
    wait_until(lambda: not (mounted / "episodes/f/03").exists(), "it is still shown")
    wait_until(lambda: status(mounted)["content_folder"]["state"] == "deleted", "it is not told")
    assert_calm_and_honest(mounted)
    mounted.stop_after("was deleted; the mount is empty")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a tmpfs")
def test_the_content_is_unmounted(mount, tmp_path):
    place = tmp_path / "tmpfs"
    place.mkdir()
    assert run("mount", "-t", "tmpfs", "none", place).returncode == 0
    try:
        write_content(place / "content", MANY)
        mounted = mount(place / "content")
        assert (mounted / "text/f/07.txt").read_text() == "Ann: All is well 7.\n"
    finally:
        assert run("umount", "-l", place).returncode == 0
    # The folder is still open: a lazy unmount takes its name away, and nothing else.
    assert (mounted / "text/f/07.txt").read_text() == "Ann: All is well 7.\n"
    assert (mounted / "text/f/08.txt").read_text() == "Ann: All is well 8.\n"
    assert idle_share(mounted) < 0.3
    mounted.signal(signal.SIGTERM)


def names_in(mounted):
    return [sorted(os.listdir(mounted / folder)) for folder in ("episodes", "by-tag/fine", "text/a", "text/b")]


def test_the_disk_fails(mount):
    """The content is another mount, and what serves that dies: all that asks it gets an error."""
    if not drop_caches():
        pytest.skip("the kernel's caches cannot be dropped here")
    disk = mount({"a.md": GOOD, "b.md": GOOD.replace("well", "better")})
    mounted = mount(disk.path / "episodes", "-o", "poll=1")
    (mounted / "text/a/source.txt").read_bytes()
    names = names_in(mounted)
    disk.signal(signal.SIGKILL)
    drop_caches()  # else the kernel knows all of the disk that is looked at
    said, _, _ = select.select([mounted.process.stderr], [], [], TIMEOUT / 2)
    assert said, "that it cannot follow is not told"
    with pytest.raises(OSError) as error:
        (mounted / "text/b/source.txt").read_bytes()
    assert error.value.errno in (errno.ENOTCONN, errno.EIO, errno.ESTALE)
    assert names_in(mounted) == names, "that a disk fails does not take files away"
    assert idle_share(mounted) < 0.3
    assert run("fusermount3", "-u", mounted.path).returncode == 0
    assert "cannot update from the content folder" in mounted.end()


# --- a server that does not answer ----------------------------------------------------------------------------


@pytest.fixture
def remote(mount, tmp_path):
    """A content in which another mount stands, and what serves that. Its caches are dropped: to look there is to ask."""
    if not drop_caches():
        pytest.skip("the kernel's caches cannot be dropped here")
    content = write_content(tmp_path / "content", {"near/a.md": GOOD, "z.md": GOOD})
    (content / "far").mkdir()
    long = GOOD.replace("fine", "fine, " + ", ".join(f"tag {n}" for n in range(5000)))
    far = Mount(write_content(tmp_path / "far", {"b.md": GOOD, "c.md": long}), content / "far")
    with far:
        mounted = mount(content, "-o", "cache_size=0")
        for name in "bc":
            assert (mounted / f"episodes/far/episodes/{name}/source/transcript.txt").read_text() == "Ann: All is well.\n"
        assert len((mounted / "episodes/far/episodes/c/source/meta/tags").read_text().splitlines()) == 5001
        yield mounted, far
        go_on(far)


def signal_all(mount, number):
    for process in (mount.process.pid, mount.worker):
        os.kill(process, number)


def stop(mount):
    signal_all(mount, signal.SIGSTOP)
    drop_caches()


def go_on(mount):
    signal_all(mount, signal.SIGCONT)


def test_a_folder_that_hangs_keeps_nothing_else_from_being_followed(remote):
    mounted, far = remote
    names = sorted(os.listdir(mounted / "episodes/far/episodes"))
    assert status(mounted)["hung_folders"] == []
    stop(far)
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: status(mounted)["hung_folders"] == ["far"], "it is not told")
    for n in range(3):
        (mounted.content / f"near/new{n}.md").write_text(GOOD)
        wait_until((mounted / f"episodes/near/new{n}/transcript.txt").exists, "the rest is not followed")
    assert sorted(os.listdir(mounted / "episodes/far/episodes")) == names, "what was known stays"
    assert "far\t0\t0\tthe folder does not answer\twhat was known in it stays" in (
        mounted / ".transcriptfs/problems.tsv").read_text()
    go_on(far)
    wait_until(lambda: status(mounted)["hung_folders"] == [], "it answers again, and is not told")
    wait_until(lambda: "far\t" not in (mounted / ".transcriptfs/problems.tsv").read_text(), "its problem stays")
    (far.content / "new.md").write_text(GOOD)
    wait_until(lambda: (far / "episodes/new").exists(), "the other mount does not follow")
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: (mounted / "episodes/far/episodes/new").exists(), "it is not followed again")
    mounted.stop_after('folder "far" in the content does not answer', 'folder "far" in the content answers again')


class SilentServer:
    """A FUSE file system whose server reads what it is asked, and answers nothing: whoever asks can not even be killed."""

    def __init__(self, path):
        self.path = path
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0"
        if ctypes.CDLL(None).mount(b"silent", os.fsencode(path), b"fuse", 0, options.encode()):
            pytest.skip("only root can mount without a helper")
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        with contextlib.suppress(OSError):  # it is unmounted
            while True:
                _, opcode, unique = struct.unpack_from("=IIQ", os.read(self.device, 1 << 17))
                if opcode == 26:  # FUSE_INIT
                    init = struct.pack("=IIIIHHII36x", 7, 31, 4096, 0, 12, 9, 4096, 1)
                    os.write(self.device, struct.pack("=IiQ", 16 + len(init), 0, unique) + init)

    def end(self):
        assert run("umount", "-f", "-l", self.path).returncode == 0
        self.thread.join()
        os.close(self.device)


@pytest.fixture
def silent(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount without a helper")
    content = write_content(tmp_path / "content0", {"near/a.md": GOOD, "far/covered.md": GOOD})
    server = SilentServer(content / "far")
    yield content
    server.end()


@pytest.mark.parametrize("how", ["unmount", "terminate", "kill the worker"])
def test_a_folder_hangs_from_the_start(silent, mount, how):
    """… and with what hangs there in the kernel the program still ends."""
    if how == "unmount" and is_sanitized():
        pytest.skip("LeakSanitizer stops all threads at the end, and one of them waits in the kernel")
    mounted = mount(silent)
    wait_until(lambda: status(mounted)["hung_folders"] == ["far"], "it is not told")
    assert (mounted / "text/near/a.txt").read_text() == "Ann: All is well.\n"
    (silent / "near/b.md").write_text(GOOD)
    wait_until((mounted / "text/near/b.txt").exists, "the rest is not followed")
    if how == "kill the worker":
        os.kill(mounted.worker, signal.SIGKILL)
        assert (mounted / "text/near/b.txt").read_text() == "Ann: All is well.\n"
        (silent / "near/c.md").write_text(GOOD)
        wait_until((mounted / "text/near/c.txt").exists, "the next one does not follow")
    if how == "unmount":
        mounted.stop_after('folder "far"', "the worker died of signal 9")
    else:
        mounted.signal(signal.SIGTERM)
        assert mounted.process.returncode == 0
