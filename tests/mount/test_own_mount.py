"""A mount does to itself what it does, and to no other: not to one on it, not to one that has its numbers."""

import ctypes
import fcntl
import os
import signal
import subprocess
import time

import pytest

from tools import TIMEOUT, TRANSCRIPTFS, Mount, is_mounted, mounts, run, run_ok, unmount, write_content

TALK = "---\ntitle: T\n---\n**Ann:** Words.\n"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts on what is mounted")


def wait_until(true):
    end = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def content(tmp_path):
    return write_content(tmp_path / "content", {"it.md": TALK})


@pytest.fixture
def begin(fuse, content):
    """Mounts the content; whatever becomes of it, nothing stays behind."""
    begun = []

    def start(place):
        begun.append(Mount(content, place))
        return begun[-1].start()
    yield start
    for mounted in begun:
        mounted.clear()


def test_of_two_starts_at_once_one_fails(fuse, content, place):
    for _ in range(5):
        begun = [subprocess.Popen([TRANSCRIPTFS, "-q", content, place], stderr=subprocess.PIPE, text=True) for _ in range(2)]
        told = [process.communicate(timeout=TIMEOUT)[1] for process in begun]
        stacked = 0
        while is_mounted(place):
            stacked += 1
            run_ok("fusermount3", "-u", place)
        assert stacked == 1 and sorted(process.returncode for process in begun) == [0, 1], told
        text, = filter(None, told)
        assert "another transcriptfs is about to mount there" in text or "is in use" in text


def test_who_begins_to_mount_there_has_the_place(fuse, content, place):
    held = os.open(place, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    result = run(TRANSCRIPTFS, "-q", content, place)
    os.close(held)
    assert result.returncode == 1 and not is_mounted(place)
    assert f'mount point "{place}": another transcriptfs is about to mount there' in result.stderr
    with Mount(content, place):
        # Who has mounted holds nothing: the folder below is as free as before.
        assert (place / "episodes/it").is_dir()


@as_root
@pytest.mark.parametrize("where", ["", "episodes"])
def test_what_is_mounted_on_it_stays(begin, place, where):
    mounted = begin(place)
    on_it = place / where
    run_ok("mount", "-t", "tmpfs", "none", on_it)
    try:
        (on_it / "file").write_text("kept\n")
        told = mounted.signal(signal.SIGTERM)
        assert mounts()[os.fsencode(os.path.realpath(on_it))][0] == b"tmpfs"
        assert where or (on_it / "file").read_text() == "kept\n"
        assert f'something is mounted on "{place}", which is dead from now on' in told, told
    finally:
        run_ok("umount", "-l", on_it)
        run("fusermount3", "-uz", place)


def test_one_that_was_moved_is_unmounted_where_it_is(begin, tmp_path):
    (tmp_path / "a/m").mkdir(parents=True)
    mounted = begin(tmp_path / "a/m")
    os.rename(tmp_path / "a", tmp_path / "b")
    mounted.path = tmp_path / "b/m"
    assert mounted.signal(signal.SIGTERM) == "" and mounted.process.returncode == 0
    assert not is_mounted(tmp_path / "b/m")


def test_one_that_was_moved_into_its_content_does_not_read_itself(begin, content, tmp_path):
    (tmp_path / "a/m").mkdir(parents=True)
    mounted = begin(tmp_path / "a/m")
    os.rename(tmp_path / "a", content / "a")
    mounted.path = content / "a/m"
    (content / "a/new.md").write_text(TALK)
    wait_until((mounted / "episodes/a/new").exists)
    assert sorted(os.listdir(mounted / "episodes")) == ["a", "it"]
    assert os.listdir(mounted / "episodes/a") == ["new"]
    problems = (mounted / ".transcriptfs/problems.tsv").read_text().splitlines()[1:]
    assert [line.split("\t")[::3] for line in problems] == [["a/m", "the folder is this mount itself"]], problems
    assert mounted.signal(signal.SIGTERM) == "" and mounted.process.returncode == 0
    assert not is_mounted(content / "a/m")


@as_root
def test_it_is_served_as_long_as_another_namespace_has_it(begin, place):
    mounted = begin(place)
    other = subprocess.Popen(["unshare", "--mount", "sh", "-c", "echo; read go; cat text/it.txt"], cwd=place,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout.readline() == b"\n"
    run_ok("fusermount3", "-uz", place)
    assert not is_mounted(place) and other.communicate(b"go\n", timeout=TIMEOUT)[0] == b"Ann: Words.\n"
    assert mounted.end() == "" and mounted.process.returncode == 0


SWAP = r"""
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

/* Just before it is mounted, a link stands where the folder stood. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
    rename(PLACE, PLACE ".was");
    symlink(PLACE ".victim", PLACE);
    return ((int (*)(const char *, const char *, const char *, unsigned long, const void *))dlsym(RTLD_NEXT, "mount"))(
        source, target, type, flags, data);
}
"""


@as_root
def test_it_is_mounted_on_the_folder_that_was_looked_at(fuse, content, tmp_path, with_library):
    """Whoever owns the folder above may put a link to another's folder there meanwhile."""
    place, victim, was = tmp_path / "m", tmp_path / "m.victim", tmp_path / "m.was"
    place.mkdir()
    victim.mkdir()
    mounted = Mount(content, was, prefix=with_library(f'#define PLACE "{place}"\n' + SWAP))
    mounted.command[-1] = place
    try:
        was.mkdir()  # rename() replaces an empty folder
        mounted.start()
        assert os.listdir(victim) == [] and not is_mounted(victim)
        assert (was / "text/it.txt").read_text() == "Ann: Words.\n"
        assert mounted.signal(signal.SIGTERM) == "" and mounted.process.returncode == 0
        assert not is_mounted(was)
    finally:
        mounted.clear()
        unmount(victim)


def number_of(place):
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        lines = [line.split() for line in table]
    return [line[2] for line in lines if line[4] == os.path.realpath(place)][-1]


@as_root
def test_the_end_by_force_of_one_that_is_gone_leaves_the_next_alone(begin, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    first = begin(tmp_path / "1")
    was = number_of(tmp_path / "1")
    os.kill(first.worker, signal.SIGSTOP)
    # umount(8) would ask who is stopped.
    assert ctypes.CDLL(None).umount2(os.fsencode(tmp_path / "1"), 0) == 0
    second = begin(tmp_path / "2")
    if number_of(tmp_path / "2") != was:
        pytest.skip("the kernel gave it another number")
    first.process.send_signal(signal.SIGTERM)
    first.signal(signal.SIGINT)
    assert (second / "text/it.txt").read_text() == "Ann: Words.\n"
    second.stop()
