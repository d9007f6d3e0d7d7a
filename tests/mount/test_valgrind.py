"""A mount of the example under valgrind's memcheck: what is read before it is written, and what is lost.

The sanitizers see the first only where all libraries are built for it, and the second at the end of a process alone.
"""

import errno
import os
import shutil
import subprocess
import time

import pytest

from tools import EXAMPLE, TIMEOUT, Mount, is_sanitized, read, walk

# A process under valgrind is some thirty times as slow, and the machine may be busy.
PATIENCE = 5 * TIMEOUT
MEMCHECK = ("valgrind", "--quiet", "--trace-children=yes", "--error-exitcode=9", "--leak-check=full",
            "--show-leak-kinds=definite,indirect,possible", "--errors-for-leak-kinds=definite,indirect,possible",
            # Under valgrind it would not get the rights that it needs for an ordinary user.
            "--trace-children-skip=*/fusermount3", "--fair-sched=yes")


@pytest.fixture(autouse=True)
def no_test_hangs():
    """The one of all other tests would not wait long enough; the test's own timeout counts."""


@pytest.fixture
def mounted(fuse, tmp_path, place):
    if not EXAMPLE.is_dir():
        pytest.skip(f"there is no {EXAMPLE}")
    if not shutil.which("valgrind"):
        pytest.skip("there is no valgrind")
    if is_sanitized():
        pytest.skip("a build with sanitizers does not run under valgrind")
    shutil.copytree(EXAMPLE, tmp_path / "content")
    # Apart from what the program says: valgrind warns of openat2(), which it does not know.
    memcheck = (*MEMCHECK, f"--log-file={tmp_path}/valgrind.%p")
    with Mount(tmp_path / "content", place, "-o", "xattr,sandbox=off", prefix=memcheck) as mount:
        yield mount


def read_now(path):
    """What is stale is opened anew: under valgrind the kernel is told of a change long after it is seen."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return read(path)
        except OSError as error:
            if error.errno != errno.ESTALE or time.monotonic() > end:
                raise


def read_all(mounted):
    """Every listing, attribute, target and byte, and what is not listed."""
    count = 0
    for root in (mounted.path, mounted / ".transcriptfs"):
        for _, path in walk(root):
            if os.path.islink(path):
                os.readlink(path)
            elif os.path.isfile(path):
                read_now(path)
            if not os.path.islink(path):
                for name in os.listxattr(path):
                    os.getxattr(path, name)
            count += 1
    return count


def follow(mounted, true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end and mounted.process.poll() is None, "the change is not followed"
        time.sleep(0.01)


def test_memcheck_has_nothing_to_say(mounted):
    content, episodes = mounted.content, mounted / "episodes"
    assert read_all(mounted) > 450
    # Edited, and read as it was by who has it open; gone; new; renamed; mistaken.
    edited = content / "podcast/night-trains-01.md"
    with open(episodes / "podcast/night-trains-01/transcript.txt", encoding="utf-8") as was:
        edited.write_text(edited.read_text() + "\n**Nobody:** More of it.\n")
        follow(mounted, lambda: "More of it." in (mounted / "text/podcast/night-trains-01.txt").read_text())
        assert "More of it." not in was.read()
    read_all(mounted)
    (content / "talks/maps-of-rain.md").unlink()
    (content / "new").mkdir()
    (content / "new/one.md").write_text("---\ntags: [new]\ntitle: [\n---\nWords.\n")
    os.rename(content / "interviews", content / "talks/interviews")
    follow(mounted, lambda: (episodes / "new/one").exists() and (episodes / "talks/interviews").exists()
           and not (episodes / "talks/maps-of-rain").exists())
    (content / ".transcriptfs.yaml").write_text("views: mistaken\n")
    follow(mounted, lambda: "mistaken" in (mounted / ".transcriptfs/problems.tsv").read_text()
           or "a mapping" in (mounted / ".transcriptfs/problems.tsv").read_text())
    assert read_all(mounted) > 300
    subprocess.run(["fusermount3", "-u", mounted.path], check=True, timeout=PATIENCE)
    _, errors = mounted.process.communicate(timeout=PATIENCE)
    found = "".join(path.read_text() for path in mounted.path.parent.glob("valgrind.*"))
    assert mounted.process.returncode == 0, found
    assert not errors, errors.decode()
