"""Chosen input slows nothing down: twice as much of it takes less than 2.5 times the instructions.

They are counted, by valgrind, so that it does not matter what else the machine does. A row makes so much of one thing, and
does with the mount what would be slow.
"""

import os
import re
import shutil
import time
from base64 import b32encode

import pytest

from tools import TIMEOUT, Mount, is_sanitized, write_content

PATIENCE = 5 * TIMEOUT
OTHERS = 2000
FRONT = "---\ntitle: T\n---\n"


needs_valgrind = pytest.mark.skipif(not shutil.which("valgrind") or is_sanitized(),
                                    reason="no valgrind, or a build with sanitizers, which does not run under it")


@pytest.fixture(autouse=True)
def no_test_hangs():
    """The one of all other tests would not wait long enough; the test's own timeout counts."""


def wait_until(true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def look_up(folder, names):
    """By name, without a listing, which tells the kernel of all."""
    for name in names:
        os.stat(folder / name)


def come(mounted, _):
    (mounted.content / "new.md").write_text(FRONT + "Words.\n")
    wait_until((mounted / "episodes/new").exists)


# --- what there is much of ------------------------------------------------------------------------------


def values(n):
    return {"it.md": f"---\ntags: [{','.join(f't{i}' for i in range(n))}]\n---\nWords.\n"}


def edit_values(mounted, n):
    write_content(mounted.content, {"it.md": values(n)["it.md"].replace("tags:", "title: Other\ntags:")})
    wait_until(lambda: "Other" in os.listdir(mounted / "by-tag/t0")[0])


def links(n):
    return {"it.md": FRONT, **{f"link{i}.md": None for i in range(n)}}


def headings(n):
    return {"it.md": FRONT + "".join(f"# {i}\n\nWords.\n\n" for i in range(n))}


def look_up_sections(mounted, n):
    width = max(2, len(str(n)))
    look_up(mounted / "episodes/it/sections", [f"{i + 1:0{width}}-{i}" for i in range(n)])


def name_of(i):
    return "Ann " + "".join(chr(97 + i // 26 ** k % 26) for k in range(4)).capitalize()


def voices(n):
    times = [f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}" for i in range(n)]
    cues = [f"{time}.000 --> {time}.900\n<v {name_of(i)}>Word {i}." for i, time in enumerate(times)]
    return {"it.vtt": "WEBVTT\n\n" + "\n\n".join(cues) + "\n"}


def look_up_voices(mounted, n):
    look_up(mounted / "episodes/it/voices", [name_of(i) for i in range(n)])


def read_links(mounted, n):
    for i in range(n):
        os.readlink(mounted / f"by-voice/{name_of(i)}/it")


def alike(n):
    return {f"{'a/' * (i % 2)}{'a--' * (1 - i % 2)}{i // 2}.md": FRONT for i in range(n)}


def corrected(n):
    """Corrections of which none leads to a turn, and thirty times as many turns."""
    names = [b32encode(i.to_bytes(8, "big")).decode().lower().rstrip("=") for i in range(n + 1)]
    refs = "".join(f"  {names[i]}: {names[i + 1]}\n" for i in range(n))
    return {"it.md": f"---\ntitle: T\nrefs:\n{refs}---\n" + "".join(f"Say {i}.\n\n" for i in range(30 * n))}


def read_turns(mounted, _):
    (mounted / "episodes/it/turns.jsonl").read_bytes()


def come_and_go(mounted, _):
    for i in range(10):
        (mounted.content / f"{i}-other.md").write_text(FRONT + "Words.\n")
        wait_until((mounted / f"episodes/{i}-other").exists)


ROWS = {
    "values of a file": (values, 8000, lambda *_: None),
    "values of a file that is edited": (values, 4000, edit_values),
    "links that are no episodes": (links, 2000, come),
    "look-ups of sections": (headings, 800, look_up_sections),
    "look-ups of voices": (voices, 800, look_up_voices),
    "links to voices": (voices, 2000, read_links),
    "entries alike": (alike, 1000, come),
    "corrections": (corrected, 400, read_turns),
}


def count(tmp_path, files, act, n):
    """The instructions of a mount in which something is done."""
    place = tmp_path / f"m{n}"
    place.mkdir()
    content = write_content(tmp_path / f"c{n}", {name: text for name, text in files(n).items() if text is not None})
    for name, text in files(n).items():
        if text is None:
            os.symlink("nowhere", content / name)
    tool = ("valgrind", "--tool=callgrind", "--trace-children=yes", "--trace-children-skip=*/fusermount3",
            "--fair-sched=yes", f"--callgrind-out-file={tmp_path}/count.{n}.%p", f"--log-file={tmp_path}/log.{n}.%p")
    with Mount(content, place, "-o", "sandbox=off", prefix=tool) as mounted:
        act(mounted, n)
    counted = "".join(path.read_text() for path in tmp_path.glob(f"count.{n}.*"))
    return sum(int(number) for number in re.findall(r"^totals: (\d+)", counted, re.M))


@needs_valgrind
@pytest.mark.parametrize("row", ROWS)
def test_twice_as_much_takes_twice_as_long(fuse, tmp_path, row):
    files, n, act = ROWS[row]
    none, some, more = (count(tmp_path, files, act, m) for m in (1, n, 2 * n))
    print(f"{row}: {some - none:,} instructions, and {more - none:,}: {(more - none) / (some - none):.2f}")
    assert more - none < 2.5 * (some - none)


@needs_valgrind
def test_two_entries_alike_make_no_edit_slower(fuse, tmp_path):
    def files(n):
        second = "a--b.md" if n > OTHERS else "c.md"
        return {"a/b.md": FRONT, second: FRONT, **{f"other{i}.md": FRONT for i in range(OTHERS)}}
    apart, alike_ones = (count(tmp_path, files, come_and_go, n) for n in (OTHERS, OTHERS + 1))
    print(f"{apart:,} instructions, and {alike_ones:,}: {alike_ones / apart:.2f}")
    assert alike_ones < 1.2 * apart
