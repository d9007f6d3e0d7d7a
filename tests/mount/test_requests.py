"""What the kernel asks for: a count is the same on every machine, where a time is not.

.transcriptfs/status.json counts what was served. To read it costs two lookups, since the kernel asks first whether
what it knows is still there and then for what is there instead, and a read.
"""

import json
import os
import signal
import time

import pytest

from made_corpus import EPISODES
from test_live import write_by_rename
from tools import shell, walk

ONCE = ["getattr", "open", "opendir", "getxattr", "listxattr"]


class Counter:
    def __init__(self, mounted):
        self.mounted = mounted
        while self.status()["scanning"]:
            pass
        self.before = self.status()["requests"]

    def status(self):
        return json.loads((self.mounted / ".transcriptfs/status.json").read_text())

    def since(self):
        """What was asked for since the last time, without what asking costs."""
        now = self.status()["requests"]
        found = {name: count - self.before.get(name, 0) for name, count in now.items()}
        self.before = now
        found["lookup"] -= 2
        found["read"] -= 1
        return {name: count for name, count in found.items() if count > 0}


@pytest.fixture
def counted(mount, made_content):
    mounted = mount(made_content)
    return mounted, Counter(mounted)


@pytest.mark.parametrize("command", [
    "grep -r no-such-word . || true", "find . -type f", "tar cf /dev/null --ignore-failed-read .",
    "ls -lR .", "cat $(find text -type f | head -n 3 | tr ' ' '?') > /dev/null"])
def test_what_was_seen_is_not_asked_for_again(counted, command):
    mounted, counter = counted
    shell(f"{{ {command}; }} > /dev/null", cwd=mounted.path)
    assert sum(counter.since().values()) > 2
    # Memory may have been short for a moment; twice in a row it is not.
    again = []
    for _ in range(3):
        shell(f"{{ {command}; }} > /dev/null", cwd=mounted.path)
        again.append(counter.since())
    assert min(sum(found.values()) for found in again) <= 2, again


def test_a_cold_walk_asks_twice_a_folder(counted):
    mounted, counter = counted
    shell("find episodes -type f > /dev/null", cwd=mounted.path)
    found = counter.since()
    folders = [path for _, path in walk(mounted.path / "episodes") if os.path.isdir(path) and not os.path.islink(path)]
    more = sum(len(os.listdir(path)) // 150 for path in folders)
    assert found.pop("readdirplus") <= 2 * len(folders) + more
    assert found.pop("lookup", 0) <= 2
    assert not found.get("read") and not found.get("readlink") and not found.get("readdir")
    for name in ONCE:
        assert found.get(name, 0) <= 1, name


def test_a_cold_read_of_turns_asks_for_no_names(counted):
    mounted, counter = counted
    episode = EPISODES[1]
    shell(f"cat 'episodes/{episode.name}/turns/'*.txt > /dev/null", cwd=mounted.path)
    found = counter.since()
    assert found["read"] <= len(episode.turns)
    assert found["lookup"] <= 2 + episode.name.count("/") + 1
    assert found.get("getattr", 0) + found.get("open", 0) + found.get("opendir", 0) <= 3


def test_a_missing_name_is_asked_for_once(counted):
    mounted, counter = counted
    for place in ("", "episodes", f"episodes/{EPISODES[1].name}", "by-date", "text", "index"):
        assert not (mounted / place / "no such name").exists()
        counter.since()
        assert not (mounted / place / "no such name").exists()
        assert counter.since() == {}, place
    # rg and git ask for these in every folder.
    assert not (mounted / f"episodes/{EPISODES[1].name}/turns/.ignore").exists()
    assert not (mounted / "by-tag/.ignore").exists()
    counter.since()
    assert not (mounted / f"episodes/{EPISODES[1].name}/turns/.ignore").exists()
    assert not (mounted / "by-tag/.ignore").exists()
    assert counter.since() == {}


def test_sizes_of_what_is_parsed_come_with_the_listing(counted):
    """Those of other bodies do not: reading them for a listing would take long."""
    mounted, counter = counted
    shell("find episodes -path '*/turns/001.txt' -exec cat {} + > /dev/null", cwd=mounted.path)
    counter.since()
    shell("ls -lR text > /dev/null", cwd=mounted.path)
    assert counter.since().get("lookup", 0) <= 2


def test_links_are_read_once(counted):
    mounted, counter = counted
    for _ in range(2):
        shell("ls -l by-person/* > /dev/null", cwd=mounted.path)
        found = counter.since()
    assert "readlink" not in found


def test_an_edit_costs_what_it_changes(counted, made_content):
    """After it, what is asked for again is the episode's, and not the corpus's."""
    mounted, counter = counted
    shell("ls -lR . > /dev/null; grep -r no-such-word text || true", cwd=mounted.path)
    episode = EPISODES[1]
    path = made_content / f"{episode.name}.md"
    generation = counter.status()["generation"]
    os.utime(path)
    while counter.status()["generation"] == generation or counter.status()["scanning"]:
        pass
    counter.since()
    shell("ls -lR episodes text > /dev/null; grep -r no-such-word text || true", cwd=mounted.path)
    found = counter.since()
    assert found["read"] <= 2
    assert found["readdirplus"] <= 2 * (20 + 2 * len(episode.turns) // 100 + len(os.listdir(mounted / "episodes" /
                                                                                            episode.name / "voices")) +
                                        len(os.listdir(mounted / "episodes" / episode.name / "sections")))
    assert found["lookup"] <= 40 + len(episode.turns)


def test_an_edit_elsewhere_leaves_a_selection_to_the_kernel(mount):
    """What a query finds has a version of its own: it is asked for again only where an edit changed it."""
    files = {"tide.md": "**Ana:** The tide.\n\n**Bo:** Which tide?\n", "lamp.md": "---\ntitle: Lamp\n---\n**Ana:** The lamp.\n",
             "notes.md": "**Cy:** Nothing yet.\n"}
    mounted = mount({f"talks/{name}": text for name, text in files.items()})
    counter = Counter(mounted)
    look = ("ls -lR {0}; cat {0}/query.txt {0}/turns.tsv {0}/turns.jsonl {0}/index/episodes.tsv; cat {0}/turns/*; ls -lL {0}/by-*")

    def look_into(query):
        return shell(look.format(f"'search/{query}'"), cwd=mounted.path)

    def edit(name, text):
        generation = counter.status()["generation"]
        write_by_rename(mounted.content / "talks" / name, text)
        while counter.status()["generation"] == generation or counter.status()["scanning"]:
            pass
        counter.since()

    queries = ["tide", "voice:ana", "title:lamp", "-voice:ana"]
    before = {query: look_into(query) for query in queries for _ in range(2)}
    edit("notes.md", "**Cy:** Nothing still.\n")
    for query in ["tide", "voice:ana", "title:lamp"]:
        assert look_into(query) == before[query]
    assert sum(counter.since().values()) <= 2 + len(queries), "combined views alone are asked for"
    assert "Nothing still." in look_into("-voice:ana")

    counter.since()
    edit("notes.md", "**Ana:** High tide.\n")
    for query in ["tide", "voice:ana"]:
        assert look_into(query).count("High tide.") == 3, query
    assert "notes" not in look_into("-voice:ana")
    counter.since()
    assert look_into("title:lamp") == before["title:lamp"]
    assert sum(counter.since().values()) <= 2
    edit("notes.md", files["notes.md"])
    for query in ["tide", "voice:ana"]:
        assert "High tide." not in look_into(query)
        assert (mounted / f"search/{query}/turns.tsv").read_text() in before[query]


def test_a_query_is_left_to_the_kernel_again_after_a_death(mount):
    mounted = mount({"talks/tide.md": "**Ana:** The tide.\n"})
    assert os.listdir(mounted / "search/tide/turns")
    os.kill(mounted.worker, signal.SIGKILL)
    counter = Counter(mounted)
    look = "ls -l search/tide/episodes search/tide/index"  # which nobody saw before
    for _ in range(2):
        assert "tide" in shell(look, cwd=mounted.path)
    counter.since()
    shell(look, cwd=mounted.path)
    assert counter.since() == {}
    mounted.stop_after("restarting it")


def test_turns_are_stored_ahead_of_their_readers(mount, made_content):
    """From the second read in a folder on the rest of it comes without being asked for."""
    episode = EPISODES[5]
    mounted = mount(made_content)
    counter = Counter(mounted)
    folder = mounted / "episodes" / episode.name / "turns"
    names = os.listdir(folder)
    counter.since()
    for name in names[:2]:
        (folder / name).read_bytes()
    end = len(names) - 2
    while counter.status()["requests"].get("stored", 0) < end:
        pass
    counter.since()
    for name, turn in zip(names, episode.turns):
        assert (folder / name).read_text() == turn.text()
    assert counter.since().get("read", 0) <= len(names) // 50, "all but what memory was short for"


def test_one_read_and_a_listing_store_nothing(mount, made_content):
    mounted = mount(made_content)
    counter = Counter(mounted)
    folder = mounted / "episodes" / EPISODES[1].name / "turns"
    shell("ls -R . > /dev/null; ls -l episodes/*", cwd=mounted.path)
    (folder / "001.txt").read_bytes()
    assert "stored" not in counter.status()["requests"]


# More files than wait for their reader; each text is one read.
MANY = 100
WAITING = 64


@pytest.fixture
def many(mount):
    return lambda *options: mount({f"{i:03}.md": EPISODES[1].markdown() for i in range(MANY)}, *options)


@pytest.mark.parametrize("name", ["turns.jsonl", "transcript.txt"])
def test_a_text_that_was_made_for_its_size_is_not_made_again(many, name):
    """… nor asked for: it is stored when many others were made after it."""
    mounted = many()
    counter = Counter(mounted)
    files = [mounted / f"episodes/{i:03}" / name for i in range(MANY)]
    sizes = [path.stat().st_size for path in files]
    while counter.status()["requests"].get("stored", 0) < MANY - WAITING:
        pass
    counter.since()
    texts = [path.read_bytes() for path in files]
    assert counter.since().get("read", 0) <= WAITING + MANY // 50, "all but what memory was short for"
    assert [len(text) for text in texts] == sizes
    other = many("-o", "no_ahead")
    assert texts == [(other / f"episodes/{i:03}" / name).read_bytes() for i in range(MANY)]


def test_who_reads_nothing_fills_no_more_than_a_part_of_the_memory(mount, with_library):
    """An eighth, of a machine with 2.5 MiB here: until somebody reads a text that is not there."""
    small = with_library("#include <sys/sysinfo.h>\n#include <unistd.h>\n"
                         "long get_phys_pages(void) { return (2560 << 10) / sysconf(_SC_PAGESIZE); }\n")
    mounted = mount({f"{i:03}.md": EPISODES[1].markdown() for i in range(MANY)}, prefix=small)
    counter = Counter(mounted)

    def stored():
        return counter.status()["requests"].get("stored", 0)

    def look(name):
        files = [mounted / f"episodes/{i:03}/{name}" for i in range(MANY)]
        return files, [path.stat().st_size for path in files]

    files, sizes = look("turns.jsonl")
    most = (320 << 10) // sizes[0]
    assert 5 < most < MANY - WAITING - 5
    while stored() < most:
        pass
    look("turns.tsv")
    assert stored() == most
    files[-1].read_bytes()
    look("transcript.html")
    while stored() == most:
        pass


def test_what_is_read_after_its_size_is_not_stored(many):
    mounted = many()
    for i in range(MANY):
        path = mounted / f"episodes/{i:03}/turns.jsonl"
        path.stat()
        path.read_bytes()
    assert "stored" not in Counter(mounted).status()["requests"]


def test_nothing_is_stored_where_nobody_wants_it(mount, made_content):
    mounted = mount(made_content, "-o", "no_ahead")
    shell(f"cat 'episodes/{EPISODES[1].name}/turns/'*.txt > /dev/null", cwd=mounted.path)
    requests = Counter(mounted).status()["requests"]
    assert "stored" not in requests and requests["read"] >= len(EPISODES[1].turns)


def test_many_readers_of_what_is_stored_get_what_is_there(mount, made_content):
    """Reads and stores of the same pages at once, on one serving thread too."""
    for options in ((), ("-s",), ("-o", "cache_size=0")):
        mounted = mount(made_content, *options)
        command = "for i in 1 2 3 4; do find episodes -path '*/turns/*' -print0 | sort -z | xargs -0 cat | sha256sum & done; wait"
        assert len(set(shell(command, cwd=mounted.path, timeout=300).split()[::2])) == 1
        found = shell("find episodes -path '*/turns/*' -print0 | sort -z | xargs -0 cat | sha256sum", cwd=mounted.path)
        fresh = mount(made_content, "-o", "no_ahead")
        assert found == shell("find episodes -path '*/turns/*' -print0 | sort -z | xargs -0 cat | sha256sum", cwd=fresh.path)


def ask_size(folder):
    os.stat(folder / "turns.jsonl")


# What is done with each episode, and how many parts the cache makes ahead for it.
WALKS = {"sizes": (ask_size, 2), "listings": (os.listdir, 1)}
FURTHEST = 32


def made(mounted):
    """Parts that the cache has made."""
    return json.loads((mounted / ".transcriptfs/status.json").read_text())["cache"]["misses"]


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_parsed_ahead_of(many, walk):
    """What comes next is ready, a few episodes of it, and nothing is made twice."""
    act, ahead = WALKS[walk]
    mounted = many()
    folders = [mounted / f"episodes/{i:03}" for i in range(MANY)]
    act(folders[0])
    each = made(mounted)
    for folder in folders[1:10]:
        act(folder)
    while made(mounted) < 10 * each + FURTHEST * ahead:
        pass
    for folder in folders[10:]:
        act(folder)
    assert made(mounted) == MANY * each


@pytest.mark.parametrize("order", [range(49, -1, -1), [37 * i % MANY for i in range(50)]], ids=["backward", "random"])
@pytest.mark.parametrize("walk", WALKS)
def test_nothing_is_parsed_ahead_of_other_requests(many, walk, order):
    act, _ = WALKS[walk]
    mounted = many()
    for i in order:
        act(mounted / f"episodes/{i:03}")
        if i == order[0]:
            each = made(mounted)
    assert made(mounted) == 50 * each


SAYS_RELEASE = r"""
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *name)
{
    memset(name, 0, sizeof *name);
    snprintf(name->release, sizeof name->release, "%s", "RELEASE");
    return 0;
}
"""


@pytest.mark.parametrize("release, asked", [("6.18.44", 0), ("6.19.0-rc1", 1)])
def test_an_absent_name_is_asked_for_again_where_the_kernel_does_not_forget_it(mount, with_library, release, asked):
    mounted = mount({"t.md": EPISODES[1].markdown()}, prefix=with_library(SAYS_RELEASE.replace("RELEASE", release)))
    counter = Counter(mounted)
    assert not os.path.exists(mounted / "absent")
    assert counter.since().get("lookup") == 1
    time.sleep(1.5)  # what the kernel may remember is over by then
    assert not os.path.exists(mounted / "absent")
    assert counter.since().get("lookup", 0) == asked
