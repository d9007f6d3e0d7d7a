"""Faults of the system below a mount: no descriptors left, content that is taken away or replaced."""

import errno
import os
import resource
import select
import shutil
import signal
import time

import pytest

from test_live import settle, status, wait_until
from tools import TIMEOUT, drop_caches, dump_of_content, dump_of_mount, run, write_content

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
    mounted.stop_after("it was deleted, and the tree is empty")


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
