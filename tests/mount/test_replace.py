"""The content folder is replaced: what stands under its path is followed, whoever reads meanwhile."""

import ctypes
import errno
import itertools
import os
import re
import shutil
import signal
import threading
import time

import pytest

from test_live import assert_same_dump, settle, status, talk, wait_until, write_by_rename
from tools import CAP_SYS_ADMIN, Mount, can_have, is_mounted, read, run, run_ok, unmount, write_content


def place_of(mounted):
    return status(mounted)["content_folder"]


def files(word, count=8):
    """The same names each time, and other words in each."""
    return {f"sub/t{n}.md": talk(f"{word} {n}", tags=(word,), turns=(("Ann", f"{word} {n} " * 50),)) for n in range(count)}


def shows(mounted, word):
    return lambda: (mounted / "by-tag" / word).is_dir()


def test_another_folder_is_moved_there(mount, tmp_path):
    mounted = mount({"a.md": talk(), "sub/b.md": talk("Second")})
    settle(mounted)
    sandbox = status(mounted)["process"]["sandbox"]
    other = write_content(tmp_path / "new", {"a.md": talk(tags=("other",)), "c.md": talk("Third")})
    shutil.copystat(mounted.content / "a.md", other / "a.md")
    os.rename(mounted.content, tmp_path / "old")
    os.rename(other, mounted.content)
    wait_until(shows(mounted, "other"), "it is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    assert status(mounted)["process"]["restarts"] == 0
    assert place_of(mounted) == {"state": "there", "replaced": 1}
    assert status(mounted)["process"]["sandbox"] == sandbox
    mounted.stop_after("another content folder stands at")


def rename_over(content, other, old):
    os.rename(content, old)
    os.rename(other, content)


def remove_and_copy(content, other, old):
    del old
    shutil.rmtree(content)
    shutil.copytree(other, content)


def exchange(content, other, old):
    """At once: nothing is ever missing."""
    del old
    assert ctypes.CDLL(None).renameat2(-100, os.fsencode(content), -100, os.fsencode(other), 2) == 0  # RENAME_EXCHANGE


def swap_link(content, other, old):
    """As a deployment does; `content` is a link."""
    new = old.with_name("new-link")
    os.symlink(other, new)
    os.replace(new, content)


def replace_parent(content, other, old):
    """The folder above it goes, and another has one of the name in it."""
    parent = other.with_name(other.name + "-parent")
    parent.mkdir()
    os.rename(other, parent / content.name)
    os.rename(content.parent, old)
    os.rename(parent, content.parent)


WAYS = [rename_over, remove_and_copy, exchange, swap_link, replace_parent]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def replaceable(request, mount, tmp_path):
    """A mount, and what replaces its content by files."""
    above = tmp_path / "above"
    content = above / "content"
    first = write_content(tmp_path / "first" if request.param is swap_link else content, files("word0"))
    if request.param is swap_link:
        above.mkdir()
        content.symlink_to(first)
    mounted = mount(content)
    settle(mounted)
    numbers = itertools.count(1)

    def replace(new):
        number = next(numbers)
        other = write_content(tmp_path / f"other{number}", new)
        request.param(content, other, tmp_path / f"old{number}")

    return mounted, replace


def test_it_is_replaced(replaceable):
    mounted, replace = replaceable
    for number in range(1, 4):
        word = f"word{number}"
        replace(files(word, 8 - number))
        wait_until(shows(mounted, word), "it is not followed")
        settle(mounted)
        assert_same_dump(mounted)
    now = status(mounted)
    assert now["content_folder"]["state"] == "there" and now["content_folder"]["replaced"] >= 3
    assert now["process"]["restarts"] == 0
    mounted.stop_after("content folder")


def test_nothing_stands_there_for_a_while(mount, tmp_path):
    mounted = mount(files("word"))
    settle(mounted)
    text = read(mounted / "text/sub/t1.txt")
    os.rename(mounted.content, tmp_path / "away")
    wait_until(lambda: place_of(mounted)["state"] == "moved away", "it is not seen")
    write_by_rename(tmp_path / "away/sub/t2.md", talk(tags=("edited",)))
    wait_until(shows(mounted, "edited"), "what was moved away is not followed")
    assert read(mounted / "text/sub/t1.txt") == text
    shutil.rmtree(tmp_path / "away")
    wait_until(lambda: os.listdir(mounted / "episodes") == [], "what is gone is still there")
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: place_of(mounted)["state"] == "deleted", "it is not seen")
    write_content(mounted.content, files("new"))
    wait_until(shows(mounted, "new"), "what is made there is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    assert place_of(mounted) == {"state": "there", "replaced": 1}
    mounted.stop_after("was moved away", "was deleted", "another content folder")


def test_a_folder_that_is_deleted(mount):
    mounted = mount(files("word"))
    settle(mounted)
    shutil.rmtree(mounted.content)
    wait_until(lambda: place_of(mounted)["state"] == "deleted", "it is not seen")
    wait_until(lambda: os.listdir(mounted / "episodes") == [], "what is gone is still there")
    mounted.stop_after("was deleted; the mount is empty")


def test_a_folder_of_another_owner_is_not_followed(mount, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    mounted = mount(files("word"))
    settle(mounted)
    other = write_content(tmp_path / "other", files("foreign"))
    os.chown(other, 12345, 12345)
    os.rename(mounted.content, tmp_path / "away")
    os.rename(other, mounted.content)
    wait_until(lambda: place_of(mounted)["state"] == "of another owner", "it is not seen")
    assert os.listdir(mounted / "by-tag") == ["one", "word"] or shows(mounted, "word")()
    os.chown(mounted.content, 0, 0)
    wait_until(shows(mounted, "foreign"), "it is not followed once it is ours")
    mounted.stop_after("belongs to user 12345 now", "another content folder stands at")


@pytest.mark.parametrize("what", ["mnt", "mnt/episodes", "."])
def test_what_would_contain_itself_is_not_followed(mount, tmp_path, what):
    first = write_content(tmp_path / "first", files("word"))
    content = tmp_path / "link"
    content.symlink_to(first)
    mounted = mount(content)
    settle(mounted)
    swap_link(content, tmp_path / what, tmp_path / "unused")
    wait_until(lambda: place_of(mounted)["state"] == "in or around the mount", "it is not seen")
    assert shows(mounted, "word")()
    swap_link(content, first, tmp_path / "unused")
    wait_until(lambda: place_of(mounted) == {"state": "there", "replaced": 0}, "it is not back")
    mounted.stop_after("in or around the mount", "is back")


def test_it_is_replaced_while_the_worker_is_dead(mount, tmp_path):
    mounted = mount(files("word"))
    settle(mounted)
    worker = mounted.worker
    mounted.process.send_signal(signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    rename_over(mounted.content, write_content(tmp_path / "other", files("other")), tmp_path / "old")
    mounted.process.send_signal(signal.SIGCONT)
    wait_until(shows(mounted, "other"), "it is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    assert status(mounted)["process"]["restarts"] == 1
    mounted.stop_after("restarting it", "another content folder")


class Readers:
    """They read from end to end again and again: each text is one that was written."""

    def __init__(self, mounted, is_right):
        self.mounted, self.is_right = mounted, is_right
        self.errors, self.done, self.read = [], threading.Event(), 0
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(3)]

    def run(self, which):
        while not self.done.is_set():
            for n in range(which, 8):
                path = self.mounted / f"text/sub/t{n}.txt"
                try:
                    text = read(path)
                except OSError as error:
                    if error.errno not in (errno.ENOENT, errno.ESTALE):
                        self.errors.append(error)
                    continue
                self.read += 1
                if not self.is_right(n, text):
                    self.errors.append((path, text))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()
        assert not self.errors, self.errors[:3]


def test_a_hundred_times_beside_readers(replaceable):
    """In five ways, twenty times each."""
    mounted, replace = replaceable

    def is_right(n, text):
        found = re.match(rb"Ann: (word\d+) ", text)
        return found and text == b"Ann: " + b" ".join([found[1] + b" %d" % n] * 50) + b"\n"

    with Readers(mounted, is_right) as readers:
        for number in range(1, 21):
            replace(files(f"word{number}"))
            wait_until(shows(mounted, f"word{number}"), "it is not followed")
    assert readers.read > 0
    settle(mounted)
    assert_same_dump(mounted)
    assert status(mounted)["process"]["restarts"] == 0
    mounted.stop_after("content folder")


# --- mounts ---------------------------------------------------------------------------------------------


@pytest.fixture
def mount_there():
    """Mounts another folder over one, as often as it is called; takes all away at the end."""
    if os.geteuid() != 0 or not can_have(CAP_SYS_ADMIN):
        pytest.skip("only root can mount a folder over another")
    there = []

    def bind(what, place):
        if run("mount", "--bind", what, place).returncode:
            pytest.skip("nothing can be mounted over a folder here")
        there.append(place)

    yield bind
    for place in there:
        run("umount", "-l", place)


def at_once(true, what):
    """And not only at the next look at everything, after minutes."""
    end_of_it = time.monotonic() + 10
    wait_until(true, what)
    assert time.monotonic() < end_of_it


@pytest.mark.parametrize("options", [(), ("-l",)], ids=["umount", "umount -l"])
def test_a_file_system_is_mounted_in_it_and_taken_away(mount, mount_there, tmp_path, options):
    mounted = mount({"a.md": talk(), "it is/here/b.md": talk(tags=("covered",))})
    settle(mounted)
    other = write_content(tmp_path / "other", {"c.md": talk(tags=("mounted",)), "sub/d.md": talk()})
    place = mounted.content / "it is/here"
    for _ in range(2):
        mount_there(other, place)
        at_once(shows(mounted, "mounted"), "what is mounted is not seen")
        settle(mounted)
        assert not shows(mounted, "covered")()
        assert_same_dump(mounted)
        write_by_rename(place / "e.md", talk(tags=("edited",)))
        at_once(shows(mounted, "edited"), "what is mounted is not followed")
        (place / "e.md").unlink()
        # Busy for as long as the worker has one of its folders open to look into it.
        at_once(lambda: run("umount", *options, place).returncode == 0, "it cannot be unmounted")
        at_once(shows(mounted, "covered"), "what is there again is not seen")
        settle(mounted)
        assert not shows(mounted, "mounted")()
        assert_same_dump(mounted)
    assert status(mounted)["content_folder"]["replaced"] == 0


def test_a_file_system_is_mounted_over_it_and_taken_away(mount, mount_there, tmp_path):
    mounted = mount(files("covered"))
    settle(mounted)
    mount_there(write_content(tmp_path / "other", files("mounted")), mounted.content)
    at_once(shows(mounted, "mounted"), "what is mounted is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    run_ok("umount", "-l", mounted.content)
    at_once(shows(mounted, "covered"), "what is there again is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    mounted.stop_after("another content folder stands at")


OLD_KERNEL = r"""
#include <dlfcn.h>
#include <errno.h>
#include <linux/fuse.h>
#include <unistd.h>

/* Before Linux 6.9: it does not ask again (FUSE_NOTIFY_RESEND). */
ssize_t write(int fd, const void *bytes, size_t len)
{
    const struct fuse_out_header *header = bytes;
    if (len == sizeof *header && header->error == 7 && header->unique == 0) {
        errno = EINVAL;
        return -1;
    }
    return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, bytes, len);
}
"""


def test_a_kernel_that_does_not_ask_again(mount, with_library, tmp_path):
    """What the one before read and did not answer would wait for ever: it is mounted anew, and that is no death."""
    mounted = mount(files("word"), prefix=with_library(OLD_KERNEL))
    settle(mounted)
    rename_over(mounted.content, write_content(tmp_path / "other", files("other")), tmp_path / "old")
    wait_until(lambda: os.path.isdir(mounted / "by-tag/other"), "it is not followed")
    settle(mounted)
    assert_same_dump(mounted)
    assert status(mounted)["process"]["restarts"] == 0
    mounted.stop_after("another content folder stands at", "remounting")


def test_it_is_not_mounted_anew_where_a_link_leads(fuse, with_library, tmp_path):
    """Who owns the folder above the mount point moves it, and puts a link to another's folder there."""
    content, other = write_content(tmp_path / "content", files("word")), write_content(tmp_path / "other", files("other"))
    place, victim = tmp_path / "above/mnt", tmp_path / "victim"
    place.mkdir(parents=True)
    victim.mkdir()
    mounted = Mount(content, place, prefix=with_library(OLD_KERNEL)).start()
    try:
        settle(mounted)
        os.rename(tmp_path / "above", tmp_path / "moved")
        place.parent.mkdir()
        place.symlink_to(victim)
        rename_over(content, other, tmp_path / "old")
        told = mounted.end()
        assert f'cannot mount on "{place}": another folder stands there now' in told, told
        assert mounted.process.returncode == 1
        assert not any(is_mounted(path) for path in (victim, tmp_path / "moved/mnt"))
    finally:
        mounted.clear()
        unmount(tmp_path / "moved/mnt")


# --- without events -------------------------------------------------------------------------------------

DEAF = r"""
#include <errno.h>

int inotify_init1(int flags)
{
    errno = EMFILE;
    return -1;
}
"""


def test_without_events_it_is_looked_at(mount, with_library, tmp_path):
    """As often as it is polled."""
    mounted = mount(files("word"), "-o", "poll=1", prefix=with_library(DEAF))
    settle(mounted)
    rename_over(mounted.content, write_content(tmp_path / "other", files("other")), tmp_path / "old")
    begun = time.monotonic()
    wait_until(shows(mounted, "other"), "it is not followed")
    assert time.monotonic() - begun < 8
    settle(mounted)
    assert_same_dump(mounted)
    mounted.stop_after("another content folder stands at")
