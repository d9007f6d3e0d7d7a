"""Inode numbers: nobody gives his file another's, and programs that keep hard links keep the words apart."""

import os
import time

import pytest

from tools import TIMEOUT, run_ok

TIME = 1700000000

# Names of one XXH3 (64 bits, no seed): it multiplies what stands between begin and end with 0, where a name begins with
# these bytes, which are its own.
BEGIN, END = bytes.fromhex("b8fe6c3923a44bbe"), b"-same-tail-16.md"

# Names that have one number, at this time and size: found among 5,000,000,000.
SAME_NUMBER = "6ec0fb643ca1c659", "4ec3b03ef9714121"


def write(content, names):
    """Files that differ in their names and words alone. Says of a part of each name what it says."""
    content.mkdir()
    words = {}
    for part, name in names.items():
        words[part] = f"A: words of {part}".ljust(35, ".") + "\n"
        path = os.path.join(os.fsencode(content), name)
        with open(path, "w") as file:
            file.write("**A:**" + words[part][2:])
        os.utime(path, (TIME, TIME))
    return words


def wait_until(true):
    end = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def files_of(root, part):
    """The two places of a transcript."""
    name, = (name for name in os.listdir(root / "text") if part in name)
    return root / "text" / name, root / "episodes" / name.removesuffix(".txt") / "transcript.txt"


def check_copies(mounted, words, to):
    """Each program that keeps hard links keeps the words of each file."""
    run_ok("cp", "-a", mounted.path, to / "cp")
    run_ok("rsync", "-aH", f"{mounted.path}/", to / "rsync")
    run_ok("tar", "-cf", to / "tar.tar", "-C", mounted.path, ".")
    (to / "tar").mkdir()
    run_ok("tar", "-xf", to / "tar.tar", "-C", to / "tar")
    for copy in to / "cp", to / "rsync", to / "tar":
        for part, text in words.items():
            assert [path.read_text() for path in files_of(copy, part)] == [text] * 2, (copy, part)


@pytest.fixture
def copies(tmp_path):
    (tmp_path / "copies").mkdir()
    yield tmp_path / "copies"
    run_ok("chmod", "-R", "u+w", tmp_path / "copies")


def test_a_chosen_name_does_not_take_the_number_of_another(mount, tmp_path, copies):
    words = write(tmp_path / "content", {part: BEGIN + part.encode() + END for part in ("AAAAAAAA", "BBBBBBBB")})
    mounted = mount(tmp_path / "content")
    a, b = (os.stat(files_of(mounted.path, part)[0]) for part in words)
    assert a.st_ino != b.st_ino and a.st_nlink == b.st_nlink == 2
    check_copies(mounted, words, copies)


def test_two_files_of_one_number_have_no_hard_links(mount, tmp_path, copies):
    words = write(tmp_path / "content", {name: name.encode() + b".md" for name in SAME_NUMBER})
    mounted = mount(tmp_path / "content")
    a, b = (os.stat(path) for part in words for path in files_of(mounted.path, part)[:1])
    assert a.st_ino == b.st_ino, "the numbers are made in another way: look for new names"
    assert a.st_nlink == b.st_nlink == 1
    check_copies(mounted, words, copies)


def test_one_that_comes_later_gets_no_hard_link(mount, tmp_path, copies):
    first, second = SAME_NUMBER
    words = write(tmp_path / "content", {first: first.encode() + b".md"})
    words |= write(tmp_path / "apart", {second: second.encode() + b".md"})
    mounted = mount(tmp_path / "content")
    assert os.stat(files_of(mounted.path, first)[0]).st_nlink == 2
    os.rename(tmp_path / "apart" / (second + ".md"), tmp_path / "content" / (second + ".md"))
    wait_until(lambda: len(os.listdir(mounted / "text")) == 2)
    assert os.stat(files_of(mounted.path, second)[0]).st_nlink == 1
    check_copies(mounted, words, copies)


def test_numbers_have_63_bits(mounted):
    numbers = [os.lstat(path).st_ino for path in (mounted / "text").iterdir()]
    assert all(0 < number < 1 << 63 for number in numbers) and any(number >> 53 for number in numbers)
