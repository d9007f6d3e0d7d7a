"""Many ask at once, and whoever has nothing to wait for does not wait for them."""

import os
import subprocess

from test_live import settle, wait_until
from tools import TIMEOUT

SLOW = "---\ntitle: {0}\ndate: 2024-01-01\ntags: [t{0}]\n---\n\n**Ana:** A slow body and more, {0}.\n"
QUICK = SLOW.replace("slow ", "")
SOON = 20  # seconds: on a busy machine too


def start(*command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def says_soon(*command):
    """What a program says, which cannot be ended while it waits for an answer."""
    return start(*command).communicate(timeout=SOON)[0]


def test_who_looks_up_waits_for_no_other_name_of_the_folder(mount, slow_bodies):
    with slow_bodies() as (prefix, go_on):
        mounted = mount({"a.md": SLOW.format(1), "b.md": QUICK.format(2)}, prefix=prefix)
        settle(mounted)
        waiting = start("stat", "-c%s", mounted / "text/a.txt")
        try:
            def asks():
                with open(f"/proc/{waiting.pid}/wchan", encoding="ascii") as place:
                    return place.read() == "request_wait_answer"
            if os.geteuid() == 0:
                wait_until(asks, "it does not ask")
            assert says_soon("cat", mounted / "text/b.txt") == "Ana: A body and more, 2.\n"
            assert says_soon("ls", mounted / "text") .startswith("a.txt\nb.txt\n")
            assert waiting.poll() is None
        finally:
            go_on.write(b"x")
        assert waiting.communicate(timeout=TIMEOUT)[0] == "30\n"
