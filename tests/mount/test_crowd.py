"""Many ask at once, and whoever has nothing to wait for does not wait for them."""

import contextlib
import os
import signal
import subprocess
import threading

import pytest

from test_live import settle, wait_until
from tools import TIMEOUT

SLOW = "---\ntitle: {0}\ndate: 2024-01-01\ntags: [t{0}]\n---\n\n**Ana:** A slow body and more, {0}.\n"
QUICK = SLOW.replace("slow ", "")
SOON = 20  # seconds: on a busy machine too


def start(*command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_until_asks(process):
    """Until the kernel waits for an answer on its behalf; only root is told."""
    def asks():
        with open(f"/proc/{process.pid}/wchan", encoding="ascii") as place:
            return place.read() == "request_wait_answer"
    if os.geteuid() == 0:
        wait_until(asks, "it does not ask")


def says_soon(*command):
    """What a program says, which cannot be ended while it waits for an answer."""
    return start(*command).communicate(timeout=SOON)[0]


def test_who_looks_up_waits_for_no_other_name_of_the_folder(mount, slow_bodies):
    with slow_bodies() as (prefix, go_on):
        mounted = mount({"a.md": SLOW.format(1), "b.md": QUICK.format(2)}, prefix=prefix)
        settle(mounted)
        waiting = start("stat", "-c%s", mounted / "text/a.txt")
        try:
            wait_until_asks(waiting)
            assert says_soon("cat", mounted / "text/b.txt") == "Ana: A body and more, 2.\n"
            assert says_soon("ls", mounted / "text") .startswith("a.txt\nb.txt\n")
            assert waiting.poll() is None
        finally:
            go_on.write(b"x")
        assert waiting.communicate(timeout=TIMEOUT)[0] == "30\n"


MANY = 200  # more than may wait (serve.c)
WAITING = 100  # threads: fewer than may wait, and more than anything else takes

# Each in a way of its own: the kernel asks for one name once, however many wait for it.
ASK = {
    "bodies": lambda mounted, n: ["stat", "-c%F", mounted / f"text/e{n:03}.txt"],
    "listings": lambda mounted, n: ["ls", mounted / f"episodes/e{n:03}/turns"],
    "by-voice": lambda mounted, n: ["ls", mounted / "by-voice"],
    "queries": lambda mounted, n: ["ls", mounted / f"search/body {n}/episodes"],
    "whole tables": lambda mounted, n: ["stat", "-c%F", mounted / f"search/body {n}/turns.jsonl"],
}


def is_answer(told, what, n):
    lines = told.splitlines()
    if what == "queries":
        return f"2024-01-01--{n}--e{n:03}" in lines
    return lines == {"listings": ["001.txt"], "by-voice": ["Ana", "Ann", "Bo"]}.get(what, ["regular file"])


@pytest.fixture
def slow(mount, slow_bodies):
    """A mount of bodies that are parsed when a byte is written, and what writes enough of them."""
    with slow_bodies() as (prefix, go_on):
        mounted = mount({f"e{n:03}.md": SLOW.format(n) for n in range(MANY)}, prefix=prefix)
        settle(mounted)
        done = threading.Event()

        def feed():
            os.set_blocking(go_on.fileno(), False)
            while not done.wait(0.01):
                with contextlib.suppress(BlockingIOError):
                    go_on.write(b"x" * 100)
        feeder = threading.Thread(target=feed)
        yield mounted, feeder.start
        done.set()
        if feeder.ident:
            feeder.join()


def wait_for_crowd(mounted):
    wait_until(lambda: len(os.listdir(f"/proc/{mounted.worker}/task")) > WAITING, "they do not wait")


@pytest.mark.parametrize("what", ASK)
def test_who_needs_no_body_is_answered(slow, what):
    mounted, go_on = slow
    crowd = [start(*ASK[what](mounted, n)) for n in range(MANY)]
    try:
        wait_for_crowd(mounted)
        for n in (3, 150):
            assert says_soon("stat", "-c%F", mounted / f"episodes/e{n:03}", mounted / f"by-tag/t{n}").count("directory") == 2
            assert says_soon("cat", mounted / f"episodes/e{n:03}/source.md").endswith(f"more, {n}.\n")
        assert f"e{MANY - 1}\n" in says_soon("ls", mounted / "episodes")
        assert all(asking.poll() is None for asking in crowd)
    finally:
        go_on()
    told = [asking.communicate(timeout=TIMEOUT)[0] for asking in crowd]
    assert [asking.returncode for asking in crowd] == [0] * MANY
    assert all(is_answer(told[n], what, n) for n in range(MANY)), set(told)


def test_who_gives_up_in_the_crowd_is_let_go(slow):
    """Who waits for a body is when that is there, the others at once."""
    mounted, go_on = slow
    crowd = [start("stat", mounted / f"text/e{n:03}.txt") for n in range(MANY)]
    try:
        wait_for_crowd(mounted)
        for asking in crowd:
            asking.kill()
        wait_until(lambda: sum(asking.poll() is not None for asking in crowd) >= MANY - 140, "nobody is let go")
        assert says_soon("stat", "-c%F", mounted / "episodes/e007") == "directory\n"
    finally:
        go_on()
    assert {asking.wait(TIMEOUT) for asking in crowd} == {-signal.SIGKILL}
    assert says_soon("cat", mounted / "text/e150.txt").endswith("more, 150.\n")


@pytest.mark.parametrize(("command", "query", "count", "let_go"), [
    ("ls", "by-voice", 4, 3),  # one builds the index
    ("stat", "search/tag:t{}/turns.jsonl", 20, 4),  # 16 tables are counted at once
])
def test_who_waits_for_what_another_makes_is_let_go(slow, command, query, count, let_go):
    mounted, go_on = slow
    crowd = [start(command, mounted / query.format(n)) for n in range(count)]
    try:
        for asking in crowd:
            wait_until_asks(asking)
        for asking in crowd:
            asking.send_signal(signal.SIGINT)
        wait_until(lambda: sum(asking.poll() is not None for asking in crowd) >= let_go, "nobody is let go")
    finally:
        go_on()
    assert {asking.wait(TIMEOUT) for asking in crowd} == {-signal.SIGINT}
    assert says_soon("ls", mounted / "by-voice") == "Ana\nAnn\nBo\n"


def test_a_crowd_waits_on_where_the_worker_dies(slow):
    mounted, go_on = slow
    crowd = [start("cat", mounted / f"text/e{n:03}.txt") for n in range(MANY)]
    try:
        wait_for_crowd(mounted)
        was = mounted.worker
        os.kill(was, signal.SIGKILL)
        wait_until(lambda: mounted.worker != was, "nobody goes on")
        wait_for_crowd(mounted)
    finally:
        go_on()
    assert [asking.communicate(timeout=TIMEOUT)[0] for asking in crowd] == [f"Ana: A slow body and more, {n}.\n" for n in range(MANY)]
    mounted.stop_after("restarting it")
