"""What fails for a moment, or goes on for long, in the content: a file that another program has locked away is read once
it is let go, and nobody waits for as long as a file is written to."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from test_live import wait_until
from tools import TIMEOUT, Mount, run, write_content

TALK = "---\ntitle: Kept\ntags: [lent]\n---\n**Ann:** Good evening.\n\n**Bo:** Good night.\n"


@pytest.fixture
def leased(tmp_path):
    """A file whose writer has a lease on it, as Samba takes for its clients: to open it fails until that is given up."""
    content = write_content(tmp_path / "content", {"kept.md": TALK, "other.md": "**Ann:** Hello.\n"})
    before = signal.signal(signal.SIGIO, lambda *_: None)
    with open(content / "kept.md", "r+b") as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield content, file
    signal.signal(signal.SIGIO, before)


def test_a_file_that_was_leased_at_the_start_is_read_later(fuse, leased, tmp_path):
    content, file = leased
    (tmp_path / "mount").mkdir()
    with Mount(content, tmp_path / "mount") as mount:
        title = mount / "episodes/kept/meta/title"
        problems = mount / ".transcriptfs/problems.tsv"
        assert "kept.md" in problems.read_text()
        assert not title.exists()
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        wait_until(title.exists, "it is not tried again")
        assert title.read_text() == "Kept\n"
        assert os.listdir(mount / "by-tag") == ["lent"]
        assert (mount / "text/kept.txt").read_text()
        assert "kept.md" not in problems.read_text()


WRITE_ON = """
import sys
with open(sys.argv[1], "ab", 0) as file:
    while True:
        file.write(b".")
"""


def test_nobody_waits_as_long_as_a_file_is_written_to(fuse, tmp_path):
    """It is long, so that it changes while it is read."""
    content = write_content(tmp_path / "content",
                            {"grows.md": ("**Ann:** " + "Good evening, all. " * 5000 + "\n\n") * 200})
    (tmp_path / "mount").mkdir()
    size = os.stat(content / "grows.md").st_size
    words = tmp_path / "mount/episodes/grows/transcript.txt"
    with Mount(content, tmp_path / "mount"), \
         subprocess.Popen([sys.executable, "-c", WRITE_ON, content / "grows.md"]) as writer:
        try:
            wait_until(lambda: os.stat(content / "grows.md").st_size > size + 1000, "nobody writes")
            try:
                run("stat", words, timeout=TIMEOUT / 4)
            except subprocess.TimeoutExpired:
                pytest.fail("it waits for the writer")
        finally:
            writer.kill()
        wait_until(words.exists, "it is not read when it is at rest")
