"""The tree follows the content: what changes there is seen in the mount, all of it and nothing else.

To know that a change was followed a test changes one more file behind it, the sentinel, and waits until the mount
shows that: the kernel tells of changes in their order.
"""

import contextlib
import ctypes
import errno
import itertools
import json
import mmap
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from tools import (Folder, TIMEOUT, dump_line, dump_of_content, dump_of_mount, files_below, is_sanitized, read, run,
                   run_ok, write_content)

SENTINEL = "zz-sentinel"
counter = itertools.count(1)


def talk(title="Talk", date="2024-01-02", tags=("one",), turns=(("Ann", "Good evening."), ("Bo", "Good night.")), more=""):
    front = f"---\ntitle: {title}\ndate: {date}\ntags: [{', '.join(tags)}]\n{more}---\n"
    return front + "".join(f"**{name}:** {words}\n\n" for name, words in turns)


def wait_until(true, what):
    """There is no event to wait for: what is changed through a mount's back is told to nobody."""
    end = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.002)


def write_by_rename(path, text):
    """As editors do."""
    other = path.with_name(f".{path.name}.new")
    other.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.replace(other, path)


def settle(mounted):
    """Waits until all that was changed before is followed."""
    mark = f"mark {next(counter)}"
    write_by_rename(mounted.content / f"{SENTINEL}.md", talk(title=mark))
    title = mounted / "episodes" / SENTINEL / "meta/title"
    # A look takes the time of a folder before its names: it may see a new name, and the time in the next look.
    changed = mounted.content.stat().st_ctime_ns

    def shows():
        assert mounted.process.poll() is None, mounted.end()
        try:
            return (title.read_text() == mark + "\n" and not status(mounted)["scanning"]
                    and (mounted / "episodes").stat().st_ctime_ns >= changed)
        except OSError:
            return False
    wait_until(shows, "the sentinel is not followed")


def name_in(line):
    return line.split(b" ", 6 if line[:1] != b"f" else 7)[-1].split(b" -> ")[0]


def assert_same_from_below(mounted, expected):
    """Each node by its own path, the deepest first: to list a folder brings news of what is in it, and would hide
    that nobody was told of them."""
    nodes = {name_in(line).rstrip(b"/") or b"/": line for line in expected}
    listings = {}
    for name in nodes:
        if name != b"/":
            listings.setdefault(os.path.dirname(name), []).append(os.path.basename(name))
    root = os.fsencode(mounted.path)
    for name in sorted(nodes, key=lambda name: -name.count(b"/")):
        line = dump_line(name, root + (b"" if name == b"/" else name))
        assert line == nodes[name], (line, nodes[name])
        if line.startswith(b"d"):
            assert sorted(os.listdir(root + name)) == sorted(listings.get(name, [])), name


def assert_same_dump(mounted):
    expected = dump_of_content(mounted.content).splitlines()
    assert_same_from_below(mounted, expected)
    found = dump_of_mount(mounted.path).splitlines()
    different = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    assert not different, (len(different), different[0])
    assert len(found) == len(expected)


def status(mounted):
    """Opened anew where the worker died between the open and the read: the next one does not know what it said."""
    for _ in range(3):
        with contextlib.suppress(OSError):
            return json.loads((mounted / ".transcriptfs/status.json").read_text())
    return json.loads((mounted / ".transcriptfs/status.json").read_text())


@pytest.fixture
def live(mount):
    """Three talks in two folders; everything has been looked at, so that the kernel remembers all of it."""
    mounted = mount({"a.md": talk(), "sub/b.md": talk("Second", tags=("one", "two")),
                     "sub/deep/c.md": talk("Third", date="2023", tags=("two",))})
    settle(mounted)
    assert_same_dump(mounted)
    yield mounted
    settle(mounted)
    assert_same_dump(mounted)


# --- each kind of change: the fixture compares all of the tree behind it ----------------------------------


def test_a_file_is_added(live):
    assert not (live / "episodes/sub/new").exists(), "and that is remembered"
    assert not (live / "by-tag/fresh").exists()
    (live.content / "sub/new.md").write_text(talk("New", tags=("fresh", "one")))
    settle(live)
    assert (live / "episodes/sub/new/turns/001.txt").read_text() == "Ann: Good evening.\n"
    assert os.listdir(live / "by-tag/fresh") == ["2024-01-02--New--sub--new"]
    assert "new.txt" in os.listdir(live / "text/sub")


def test_a_body_is_edited(live):
    assert (live / "episodes/a/turns/002.txt").read_text() == "Bo: Good night.\n"
    assert not (live / "episodes/a/turns/003.txt").exists()
    write_by_rename(live.content / "a.md", talk(turns=[("Ann", "Hello."), ("Bo", "Bye."), ("Ann", "Bye then.")]))
    settle(live)
    assert [read(live / f"episodes/a/turns/00{n}.txt") for n in (1, 2, 3)] == [
        b"Ann: Hello.\n", b"Bo: Bye.\n", b"Ann: Bye then.\n"]
    assert (live / "text/a.txt").read_text().splitlines()[2] == "Ann: Bye then."


def test_a_file_is_truncated_and_written(live):
    (live.content / "a.md").write_text(talk(turns=[("Ann", "In place.")]))
    settle(live)
    assert os.listdir(live / "episodes/a/turns") == ["001.txt"]


def test_tags_are_edited(live):
    assert os.listdir(live / "by-tag") == ["one", "two"]
    write_by_rename(live.content / "a.md", talk(tags=("three",)))
    write_by_rename(live.content / "sub/b.md", talk("Second", tags=("Two",)))
    settle(live)
    assert set(os.listdir(live / "by-tag")) == {"one", "three", "Two"}, "only the sentinel has `one` now"
    assert "2024-01-02--Talk--a" in os.listdir(live / "by-tag/three")
    assert "2024-01-02--Talk--a" not in os.listdir(live / "by-tag/one")


def test_a_view_comes_and_goes(live):
    assert not (live / "by-person").exists() and not (live / "index/by-person.tsv").exists()
    write_by_rename(live.content / "a.md", talk(more="people: [Ada]\n"))
    settle(live)
    assert os.listdir(live / "by-person/Ada") == ["2024-01-02--Talk--a"]
    assert (live / "index/by-person.tsv").exists(), "it was absent, and that was remembered"
    assert "by-person.tsv" in os.listdir(live / "index")
    write_by_rename(live.content / "a.md", talk())
    settle(live)
    assert "by-person" not in os.listdir(live.path) and not (live / "by-person/Ada").exists()


def test_the_commonest_spelling_changes(live):
    for name in ("a", "sub/b"):
        write_by_rename(live.content / f"{name}.md", talk(tags=("sea ice",)))
    settle(live)
    assert "sea ice" in os.listdir(live / "by-tag") and os.readlink(live / "by-tag/Sea Ice") == "sea ice"
    for name in ("n1", "n2", "n3"):
        (live.content / f"{name}.md").write_text(talk(tags=("Sea Ice",)))
    settle(live)
    assert "Sea Ice" in os.listdir(live / "by-tag") and os.readlink(live / "by-tag/sea ice") == "Sea Ice"
    assert len(os.listdir(live / "by-tag/Sea Ice")) == 5


def test_titles_and_dates_are_edited(live):
    entry = "by-date/2024/01/02/2024-01-02--Talk--a"
    assert (live / entry).is_dir()
    write_by_rename(live.content / "a.md", talk("Other talk", date="2031-05"))
    settle(live)
    assert not (live / entry).exists()
    assert os.listdir(live / "by-date/2031/05/XX") == ["2031-05--Other_talk--a"]


def test_files_are_renamed_and_moved(live):
    os.rename(live.content / "a.md", live.content / "sub/deep/moved.md")
    settle(live)
    assert not (live / "episodes/a").exists() and "a" not in os.listdir(live / "episodes")
    assert (live / "episodes/sub/deep/moved/turns/001.txt").exists()


def test_files_are_deleted(live):
    os.remove(live.content / "sub/deep/c.md")
    settle(live)
    assert not (live / "episodes/sub/deep").exists() and "deep" not in os.listdir(live / "text/sub")
    assert not (live / "by-date/2023").exists()


def test_a_folder_is_made_moved_replaced_and_removed(live):
    write_content(live.content / "more/folders", {"d.md": talk("Fourth"), "e/f.md": talk("Fifth")})
    settle(live)
    assert (live / "episodes/more/folders/e/f/source.md").exists()
    os.rename(live.content / "more/folders", live.content / "sub/moved")
    settle(live)
    assert not (live / "episodes/more").exists() and (live / "episodes/sub/moved/e/f/source.md").exists()
    write_by_rename(live.content / "sub/moved/e/f.md", talk("Changed where it is now"))
    settle(live)
    assert (live / "episodes/sub/moved/e/f/meta/title").read_text() == "Changed where it is now\n"
    shutil.rmtree(live.content / "sub/moved")
    write_content(live.content / "sub/moved", {"g.md": talk("Sixth")})
    settle(live)
    assert os.listdir(live / "episodes/sub/moved") == ["g"]
    shutil.rmtree(live.content / "sub")
    settle(live)
    assert not (live / "episodes/sub").exists()


def test_a_file_is_replaced_by_a_folder_of_its_name(live):
    os.remove(live.content / "a.md")
    write_content(live.content / "a.md", {"inside.md": talk("Inside")})
    settle(live)
    assert (live / "episodes/a.md/inside/source.md").exists()
    shutil.rmtree(live.content / "a.md")
    (live.content / "a.md").write_text(talk())
    settle(live)


def test_names_make_way_for_each_other(live):
    write_content(live.content, {"a/x.md": talk(), "n.markdown": talk(), "p--q.md": talk(), "p/q.md": talk()})
    settle(live)
    assert {"a", "a.md", "n"} <= set(os.listdir(live / "episodes"))
    (live.content / "n.md").write_text(talk())
    os.remove(live.content / "p/q.md")
    shutil.rmtree(live.content / "a")
    settle(live)
    assert {"a", "n", "n.markdown"} <= set(os.listdir(live / "episodes"))


def test_entries_are_alike_and_no_more(live):
    """Each of them has the name that it has in a mount that begins now; the dumps are compared."""
    alike = ["x/y/z.md", "x--y/z.md", "x/y--z.md", "x--y--z.md"]
    for name in alike:
        write_content(live.content, {name: talk()})
        settle(live)
        assert_same_dump(live)
    taken = next(name for name in os.listdir(live / "by-tag/one") if "~" in name)
    write_content(live.content, {taken.removeprefix("2024-01-02--Talk--") + ".md": talk()})
    (live.content / "a.md").write_text(talk("Other"))
    settle(live)
    assert_same_dump(live)
    for name in alike:
        write_content(live.content, {name: talk(turns=[("Ann", name)])})
        settle(live)
        assert_same_dump(live)
        (live.content / name).unlink()
        settle(live)
        assert_same_dump(live)
    assert not any("~" in name and "x" not in name for name in os.listdir(live / "by-tag/one"))


def test_only_the_time_changes(live):
    os.utime(live.content / "a.md", ns=(0, 1_500_000_000_123_456_789))
    settle(live)
    assert (live / "episodes/a/turns/001.txt").stat().st_mtime_ns == 1_500_000_000_123_456_789
    assert (live / "by-date/2024/01/02/2024-01-02--Talk--a").lstat().st_mtime_ns == 1_500_000_000_123_456_789


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read what nobody may; an ordinary user runs this")
def test_a_file_may_not_be_read_and_may_again(live):
    os.chmod(live.content / "a.md", 0)
    settle(live)
    assert os.listdir(live / "episodes/a") == ["source.md"]
    os.chmod(live.content / "a.md", 0o644)
    settle(live)
    assert (live / "episodes/a/turns/001.txt").exists()


def test_modes_change_and_nothing_else(live):
    os.chmod(live.content / "a.md", 0o600)
    settle(live)
    assert (live / "episodes/a/turns/001.txt").read_text() == "Ann: Good evening.\n"


def test_by_voice_follows(live):
    assert set(os.listdir(live / "by-voice")) == {"Ann", "Bo"}
    write_by_rename(live.content / "a.md", talk(turns=[("Cleo", "It is I."), ("Ann", "Who?"), ("Cleo", "Cleo.")]))
    settle(live)
    assert set(os.listdir(live / "by-voice")) == {"Ann", "Bo", "Cleo"}
    assert os.listdir(live / "by-voice/Cleo") == ["2024-01-02--Talk--a"]
    assert "2024-01-02--Talk--a" not in os.listdir(live / "by-voice/Bo")


ORIGINAL = "\n<details><summary>Original English</summary>\n\nYes.\n\n</details>\n"


def test_originals_come_and_go(live):
    assert not (live / "original").exists() and not (live / "episodes/a/original").exists()
    write_by_rename(live.content / "a.md", talk() + ORIGINAL)
    settle(live)
    assert (live / "original/a.txt").read_text() == "\nBo: Yes.\n"
    assert os.listdir(live / "episodes/a/original") == ["002.txt"]
    write_by_rename(live.content / "a.md", talk())
    settle(live)
    assert not (live / "original").exists()


def test_the_configuration_is_followed(live):
    config = live.content / ".transcriptfs.yaml"
    config.write_text("views:\n  tags: by-topic\nexclude:\n- deep/\n")
    settle(live)
    assert "by-tag" not in os.listdir(live.path) and set(os.listdir(live / "by-topic")) == {"one", "two"}
    assert not (live / "episodes/sub/deep").exists()
    config.write_text("views: nonsense\n")
    settle(live)
    assert "by-topic" in os.listdir(live.path), "a broken one keeps the old"
    problems = (live / ".transcriptfs/problems.tsv").read_text()
    assert ".transcriptfs.yaml\t1\t8\tviews: a mapping" in problems and "the previous configuration stays in force" in problems
    config.write_text("views:\n  date: by-day\n")
    settle(live)
    assert "by-day" in os.listdir(live.path) and "by-date" not in os.listdir(live.path)
    assert ".transcriptfs.yaml" not in (live / ".transcriptfs/problems.tsv").read_text()
    config.unlink()
    settle(live)
    assert "by-tag" in os.listdir(live.path)


def test_a_configuration_that_is_touched_changes_nothing(live):
    """As git checkout and rsync leave it: another time, or another file, and the same text."""
    config = live.content / ".transcriptfs.yaml"
    config.write_text("views:\n  tags: by-topic\n")
    settle(live)

    def misses():
        """How many texts were made in all, once those of the three talks are there."""
        for name in ("a", "sub/b", "sub/deep/c"):
            assert (live / "text" / f"{name}.txt").read_bytes()
        return status(live)["cache"]["misses"]
    grown = []
    for touch in (lambda: None, config.touch, lambda: write_by_rename(config, config.read_text())):
        before = misses()
        touch()
        settle(live)
        grown.append(misses() - before)
    assert grown == grown[:1] * 3, "as many as where nothing was touched"
    config.write_text("views: nonsense\n")
    settle(live)
    assert ".transcriptfs.yaml" in (live / ".transcriptfs/problems.tsv").read_text()
    config.write_text("views:\n  tags: by-topic\n")
    settle(live)
    assert ".transcriptfs.yaml" not in (live / ".transcriptfs/problems.tsv").read_text(), "corrected to what it was"


def test_problems_are_those_of_now(live):
    write_by_rename(live.content / "a.md", "---\ntitle: half wri")
    settle(live)
    assert "a.md\t" in (live / ".transcriptfs/problems.tsv").read_text(), "an unfinished front matter, for this moment"
    write_by_rename(live.content / "a.md", talk())
    os.symlink("a.md", live.content / "link.md")
    settle(live)
    problems = (live / ".transcriptfs/problems.tsv").read_text()
    assert "\na.md\t" not in problems and "link.md\t0\t0\ta symbolic link" in problems
    os.remove(live.content / "link.md")
    settle(live)
    assert "link.md" not in (live / ".transcriptfs/problems.tsv").read_text()


def test_what_is_no_transcript_makes_no_generation(mount):
    """But that a name comes or goes moves its folder's time."""
    live = mount({"a.md": talk(), "sub/picture.png": "x", ".hidden.md": "x", "README.md": "x"})
    settle(live)
    before = status(live)["generation"]
    for name in ("sub/picture.png", ".hidden.md", "README.md"):
        (live.content / name).write_text("other")
    settle(live)
    assert status(live)["generation"] == before + 1, "that of the sentinel"


# --- times ---------------------------------------------------------------------------------------------------


LISTED = ("", "index", "episodes", "episodes/sub", "text/sub", "by-tag", "by-tag/one", "by-date", "by-date/2024/01",
          "by-voice", "by-voice/ann")


def times_of(mounted):
    def times(name):
        found = (mounted / name).stat()
        return found.st_mtime_ns, found.st_ctime_ns
    return {name: times(name) for name in LISTED if (mounted / name).exists()}


def test_an_edit_that_keeps_time_and_length_moves_the_ctime(live):
    path = live.content / "a.md"
    before, was = path.stat(), (live / "text/a.txt").stat()
    path.write_text(path.read_text().replace("Good night", "Good light"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    settle(live)
    now = (live / "text/a.txt").stat()
    assert (now.st_mtime_ns, now.st_size, now.st_ino) == (was.st_mtime_ns, was.st_size, was.st_ino)
    assert now.st_ctime_ns == path.stat().st_ctime_ns > was.st_ctime_ns


@pytest.mark.parametrize("seconds", [-1.5, 0, 10_413_792_000.25])
def test_times_before_1970_and_after_2262(live, seconds):
    path = live.content / "a.md"
    os.utime(path, ns=(0, int(seconds * 1000) * 1_000_000))
    settle(live)
    assert (live / "text/a.txt").stat().st_mtime_ns == path.stat().st_mtime_ns == int(seconds * 1000) * 1_000_000
    os.utime(path, ns=(0, 10**18))


@pytest.mark.parametrize("change", ["come", "go", "rename"])
def test_an_old_file_that_comes_or_goes_moves_the_times_of_folders(mount, tmp_path, change):
    old = tmp_path / "old.md"
    old.write_text(talk("Old"))
    os.utime(old, ns=(0, 10**18))
    mounted = mount({"a.md": talk(), "sub/b.md": talk(), "sub/c.md": talk()})
    os.utime(mounted.content / "sub/c.md", ns=(0, 10**18))
    settle(mounted)
    before = times_of(mounted)
    if change == "come":
        shutil.copy2(old, mounted.content / "sub/old.md")
    elif change == "go":
        os.remove(mounted.content / "sub/c.md")
    else:
        os.rename(mounted.content / "sub/c.md", mounted.content / "sub/d.md")
    wait_until(lambda: times_of(mounted)["episodes/sub"] != before["episodes/sub"],
               "the time of the folder does not move")
    settle(mounted)
    after = times_of(mounted)
    for name in before:
        assert after[name] > before[name], name
    found = run_ok("find", mounted / "episodes/sub", "-maxdepth", "0", "-newer", mounted.content / "a.md")
    assert found, "find -newer"
    mounted.stop()
    assert times_of(mount(mounted.content)) == after, "another mount shows the same"


def test_a_folder_dated_2300_does_not_hold_the_time(mount):
    mounted = mount({"a.md": talk(), "sub/b.md": talk(), "sub/c.md": talk()})
    os.utime(mounted.content / "sub/b.md", ns=(0, 10_413_792_000 * 10**9))
    settle(mounted)
    before = (mounted / "episodes/sub").stat()
    os.remove(mounted.content / "sub/c.md")
    settle(mounted)
    after = (mounted / "episodes/sub").stat()
    assert before.st_mtime_ns == after.st_mtime_ns == 10_413_792_000 * 10**9
    assert after.st_ctime_ns > before.st_ctime_ns


# --- what status.json says ---------------------------------------------------------------------------------


def test_status_is_right_when_it_is_looked_up(live):
    before = status(live)
    assert before["watch"] == {"mode": "inotify", "why": "the content is on this machine", "overflows": 0}
    assert int((live / ".transcriptfs/generation").read_text()) == before["generation"]
    (live.content / "new.md").write_text(talk("New"))
    wait_until(lambda: status(live)["generation"] > before["generation"], "no other generation")
    now = status(live)
    assert now["episodes"] == before["episodes"] + 1
    assert now["last_change"] > (before["last_change"] or "")
    # Whoever has seen the number sees what it stands for.
    assert (live / "episodes/new/meta/title").read_text() == "New\n"


def test_hup_looks_at_everything_now(mount):
    """Nothing else would in the next hour."""
    mounted = mount({"a.md": talk()}, "-o", "poll=3600")
    wait_until(lambda: not status(mounted)["scanning"], "the first look does not end")
    (mounted.content / "b.md").write_text(talk("B"))
    assert not (mounted / "episodes/b").exists()
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: (mounted / "episodes/b").exists(), "not looked at")
    assert_same_dump(mounted)


def test_an_attribute_of_a_file_that_changed_waits_for_the_next_generation(mount):
    """Nobody but the request finds that the file changed; its answer is in the generation that comes of that."""
    mounted = mount({"a.md": talk(), "b.md": talk()}, "-o", "xattr,poll=3600")
    wait_until(lambda: not status(mounted)["scanning"], "the first look does not end")
    folders = [os.open(mounted / "episodes" / name, os.O_RDONLY) for name in ("a", "b")]
    try:
        for name in ("a.md", "b.md"):
            write_by_rename(mounted.content / name, talk(more="author: Ann\n"))
        assert os.getxattr(folders[0], "user.dublincore.creator") == b"Ann"
        assert "user.dublincore.creator" in os.listxattr(folders[1])
    finally:
        for folder in folders:
            os.close(folder)


def tells_edited(table):
    with contextlib.suppress(OSError):
        return (b"New" if table.name == "by-voice.tsv" else b"Edited") in table.read_bytes()


@pytest.mark.parametrize("table", ["episodes.jsonl", "episodes.tsv", "by-voice.tsv"])
def test_a_table_that_is_kept_no_more_is_the_same_or_none(mount, table):
    """It is made of what the files say, and nobody has looked yet at what they say now."""
    mounted = mount({f"t{n}.md": talk(f"T {n}") for n in range(5)}, "-o", "poll=3600,cache_size=0")
    path = mounted / "index" / table
    before = path.read_bytes()
    with open(path, "rb", buffering=0) as file:
        assert file.read(10) == before[:10]
        write_by_rename(mounted.content / "t3.md", talk("Edited", turns=(("New", "Words."),)))
        (mounted / "text/t0.txt").read_bytes()  # what was asked for last stays in the cache
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            assert os.pread(file.fileno(), len(before), 0) == before
        except OSError as error:
            assert error.errno == errno.ESTALE
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: (mounted / ".transcriptfs/generation").read_text() == "2\n", "it is not followed")
    wait_until(lambda: tells_edited(path), "it is not told")
    assert_same_dump(mounted)


def test_polling_follows_too(mount):
    mounted = mount({"a.md": talk()}, "-o", "poll=1")
    assert status(mounted)["watch"] == {"mode": "poll", "why": "-o poll", "overflows": 0}
    assert (mounted / "episodes/a/turns/001.txt").exists()
    (mounted.content / "b.md").write_text(talk("B"))
    os.remove(mounted.content / "a.md")
    wait_until(lambda: (mounted / "episodes/b").exists(), "not polled")
    assert not (mounted / "episodes/a").exists()
    assert_same_dump(mounted)


# --- names outside of the folder -----------------------------------------------------------------------------


@pytest.fixture
def linked(mount, tmp_path):
    """A file that has another name outside of the content, where nobody tells of an edit; all of it has been looked at,
    and what was read of it is not kept."""
    content = write_content(tmp_path / "content0", {"sub/a.md": talk(), "b.md": talk("B")})
    other = tmp_path / "other.md"
    os.link(content / "sub/a.md", other)
    mounted = mount(content)
    settle(mounted)
    assert_same_dump(mounted)
    for path in files_below(mounted / "episodes/sub"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    yield mounted, other
    settle(mounted)
    assert_same_dump(mounted)


@pytest.mark.parametrize("name", ["text/sub/a.txt", "episodes/sub/a/transcript.txt", "episodes/sub/a/turns/001.txt"])
def test_an_edit_through_a_name_outside_is_seen(linked, name):
    """A name is good for a second, and nothing tells that it is over."""
    mounted, other = linked
    other.write_text(talk(turns=[("Ann", "Hello.")]))
    time.sleep(1.1)
    assert (mounted / name).read_text() == "Ann: Hello.\n"
    assert os.listdir(mounted / "episodes/sub/a/turns") == ["001.txt"]


@pytest.mark.parametrize("act", ["grep", "stat"])
def test_a_walk_after_an_edit_through_a_name_outside(linked, act):
    mounted, other = linked
    other.write_text(talk(turns=[("Ann", "Hello.")]))
    time.sleep(1.1)
    if act == "grep":
        assert run_ok("grep", "-rl", "Hello", mounted / "text", mounted / "episodes")
    else:
        assert (mounted / "text/sub/a.txt").stat().st_ctime_ns == other.stat().st_ctime_ns


def test_a_file_that_is_written_on_and_on_through_a_name_outside(linked):
    mounted, other = linked
    end = time.monotonic() + 2
    while time.monotonic() < end:
        with open(other, "a", encoding="utf-8") as file:
            file.write("and on ")
        before = time.monotonic()
        (mounted / "text/sub").stat()
        with contextlib.suppress(FileNotFoundError):
            (mounted / "text/sub/a.txt").stat()
        assert time.monotonic() - before < TIMEOUT / 4


# --- old versions ---------------------------------------------------------------------------------------------


LONG = [("Ann", "old " * 4000), ("Bo", "older " * 4000)]


def test_an_open_file_goes_on_with_the_old_text(live):
    write_by_rename(live.content / "a.md", talk(turns=LONG))
    settle(live)
    names = ("turns/001.txt", "transcript.txt", "turns.jsonl")
    for name in names:
        (live / "episodes/a" / name).stat()
    old = {name: open(live / "episodes/a" / name, "rb") for name in names}
    # A page of each is read; the rest is asked for when the file has changed.
    starts = {name: os.pread(file.fileno(), 10, 0) for name, file in old.items()}
    jsonl = read(live / "episodes/a/turns.jsonl")
    write_by_rename(live.content / "a.md", talk(turns=[("Ann", "new " * 4000)]))
    settle(live)
    for name, file in old.items():
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        data = file.read()
        assert data.startswith(starts[name]) and b"new" not in data, name
        assert len(data) == os.fstat(file.fileno()).st_size, name
        file.close()
    assert jsonl != read(live / "episodes/a/turns.jsonl")
    assert read(live / "episodes/a/turns/001.txt") == b"Ann: " + b" ".join([b"new"] * 4000) + b"\n"


def test_a_mapping_goes_on_with_the_old_text(live):
    write_by_rename(live.content / "a.md", talk(turns=LONG))
    settle(live)
    code = ("import mmap, sys\n"
            "with open(sys.argv[1], 'rb') as f:\n"
            "    m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)\n"
            "    print(m[:9].decode(), flush=True)\n"
            "    sys.stdin.readline()\n"
            "    print(m[:].count(b'old'), m[:].count(b'new'), flush=True)\n")
    reader = subprocess.Popen([sys.executable, "-c", code, live / "episodes/a/turns/001.txt"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert reader.stdout.readline() == "Ann: old \n"
    write_by_rename(live.content / "a.md", talk(turns=[("Ann", "new " * 4000)]))
    settle(live)
    out, _ = reader.communicate("\n", timeout=TIMEOUT)
    assert out == "4000 0\n"


def test_what_is_forgotten_is_stale_and_never_another_text(live):
    path = live / "episodes/a/turns/001.txt"
    with open(path, "rb") as file:
        for number in range(6):
            write_by_rename(live.content / "a.md", talk(turns=[("Ann", f"version {number}")]))
            settle(live)
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with contextlib.suppress(OSError):
            assert file.read() in (b"Ann: Good evening.\n", b"")
        with pytest.raises(OSError) as raised:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            os.pread(file.fileno(), 100, 0)
        assert raised.value.errno == errno.ESTALE


def test_a_shell_stays_where_it_stands(live):
    shell_in = subprocess.Popen(["bash"], cwd=live / "episodes/a/turns", text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)

    def ask(command):
        shell_in.stdin.write(command + "\n")
        shell_in.stdin.flush()
        return shell_in.stdout.readline()
    assert ask("cat 001.txt") == "Ann: Good evening.\n"
    write_by_rename(live.content / "a.md", talk(turns=[("Ann", "Edited.")]))
    settle(live)
    assert ask("cat 001.txt") == "Ann: Edited.\n"
    assert ask("echo *") == "001.txt\n"
    assert ask("pwd -P") == f"{live.path}/episodes/a/turns\n"
    os.remove(live.content / "a.md")
    settle(live)
    assert ask("cat 001.txt 2>&1").rstrip().endswith(("Stale file handle", "No such file or directory"))
    shell_in.communicate(timeout=TIMEOUT)
    assert os.listdir(live / "episodes")


def test_a_shell_in_meta_sees_what_is_there_now(live):
    folder = os.open(live / "episodes/a/meta", os.O_RDONLY)
    try:
        assert set(os.listdir(folder)) == {"title", "date", "tags"}
        write_by_rename(live.content / "a.md", talk("Edited", more="series: S\n"))
        settle(live)
        assert set(os.listdir(folder)) == {"title", "date", "tags", "series"}
        for edit in ("Edited", "Edited again", "And again"):
            write_by_rename(live.content / "a.md", talk(edit, more=f"{edit[:3]}: S\n"))
            settle(live)
            title = os.open("title", os.O_RDONLY, dir_fd=folder)
            assert os.read(title, 100) == edit.encode() + b"\n"
            os.close(title)
            assert set(os.listdir(folder)) == {"title", "date", "tags", edit[:3]}
    finally:
        os.close(folder)


# --- listings that go on over a change ----------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["episodes", "text", "by-tag/many", "by-tag", "index"])
def test_a_listing_has_each_name_that_stayed_once(mount, folder):
    """What comes and goes does so before, at and behind the place where the listing stands."""
    def text(n):
        return talk(f"T{n:02}", tags=("many", f"own{n:02}"), more=f"k{n:02}: [x]\n")
    mounted = mount({f"e{n:02}.md": text(n) for n in range(10, 60)})
    settle(mounted)
    listing = Folder(mounted / folder)
    seen = listing.some(400)
    assert 2 < len(seen) < 45
    for n in (10, 11, 12, 20, 21, 40, 55):
        os.remove(mounted.content / f"e{n}.md")
    for n in (1, 2, 3, 61, 62):
        (mounted.content / f"e{n:02}.md").write_text(text(n))
    for n in range(13, 20):
        os.rename(mounted.content / f"e{n}.md", mounted.content / f"e{n}-renamed.md")
    settle(mounted)
    with listing:
        names = [os.fsdecode(name) for name, _ in seen + listing.rest()]
    assert len(names) == len(set(names)), "a name twice"
    now = set(os.listdir(mounted / folder))
    if folder in ("episodes", "text"):
        stayed = {name for name in now if "renamed" not in name and name[1:3] > "12" and name[1:3] < "60"}
        stayed -= {name for name in stayed if not name.startswith("e")}
        assert len(stayed) >= 35
        assert stayed <= set(names)
    elif folder == "by-tag":
        assert {f"own{n}" for n in range(22, 40)} <= set(names)
    elif folder == "index":
        assert {f"by-k{n}.tsv" for n in range(22, 40)} <= set(names)
    else:
        assert {f"2024-01-02--T{n}--e{n}" for n in range(22, 40)} <= set(names)
    assert_same_dump(mounted)


# --- many changes ---------------------------------------------------------------------------------------------


def git(folder, *args):
    return run_ok("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", folder, *args)


def test_a_checkout_back_and_forth(mount, tmp_path):
    folder = tmp_path / "repository"
    rng = random.Random(3)
    count = 150 if is_sanitized() else 500
    write_content(folder, {f"d{n % 9}/t{n}.md": talk(f"T {n}", tags=(f"t{n % 31}", "all")) for n in range(count)})
    run_ok("git", "init", "-q", "-b", "one", folder)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    run("git", "-C", folder, "checkout", "-q", "-b", "two")
    for n in range(count):
        path = folder / f"d{n % 9}/t{n}.md"
        what = rng.randrange(4)
        if what == 0:
            path.unlink()
        elif what == 1:
            (folder / f"new{n % 5}").mkdir(exist_ok=True)
            path.rename(folder / f"new{n % 5}/m{n}.md")
        else:
            path.write_text(talk(f"Other {n}", tags=(f"t{n % 17}", "All"), turns=[("Zoe", f"Words {n}.")] * 3))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "two")
    mounted = mount(folder)
    os.listdir(mounted / "by-voice")
    for branch in ("one", "two", "one", "two"):
        dump_of_mount(mounted.path)  # so that the kernel remembers all of it
        run("git", "-C", folder, "checkout", "-q", "-f", branch)
        (folder / f"{SENTINEL}.md").unlink(missing_ok=True)
        settle(mounted)
        assert_same_dump(mounted)


def test_more_changes_than_the_kernel_tells_of(mount):
    """The queue holds fs.inotify.max_queued_events: while the process stands still they are lost."""
    mounted = mount({f"t{n:03}.md": talk(f"T {n}") for n in range(300)})
    settle(mounted)
    dump_of_mount(mounted.path)
    with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as file:
        most = int(file.read())
    worker = mounted.worker
    os.kill(worker, signal.SIGSTOP)
    try:
        for n in range(most + 200):
            # Each makes an event at least, and no two in a row are the same.
            path = mounted.content / f"t{n % 300:03}.md"
            with open(path, "r+b") as file:
                file.write(b"-")
        for n in range(300):
            write_by_rename(mounted.content / f"t{n:03}.md", talk(f"After {n}", tags=(f"tag{n % 7}",)))
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: (mounted / "by-tag/tag6").exists(), "lost events are not made good")
    settle(mounted)
    assert_same_dump(mounted)
    wait_until(lambda: status(mounted)["watch"]["overflows"] >= 1, "it was not noted")
    mounted.process.send_signal(signal.SIGTERM)
    assert "inotify queue overflow" in mounted.end()


WORDS = ["tide", "lamp", "rope", "bell", "salt", "door", "moon", "well"]


def random_talk(rng):
    return talk(title=" ".join(rng.sample(WORDS, 2)), date=f"20{rng.randrange(10, 14)}-0{rng.randrange(1, 4)}-11",
                tags=[rng.choice([word, word.upper()]) for word in rng.sample(WORDS, rng.randrange(1, 4))],
                turns=[(rng.choice(["Ann", "Bo", "ANN"]), rng.choice(WORDS) * rng.randrange(1, 50))
                       for _ in range(rng.randrange(1, 7))]) + (ORIGINAL if rng.random() < 0.2 else "")


def random_change(rng, content):
    names = [f"{folder}{stem}" for folder in ("", "x/", "x/y/", "z--x/") for stem in ("a", "b", "x--a", "a.b")]
    path = content / (rng.choice(names) + rng.choice([".md", ".md", ".markdown"]))
    existing = sorted(p for p in content.rglob("*.m*") if p.is_file() and p.name[0] != "." and SENTINEL not in p.name)
    what = rng.randrange(8)
    if what < 4 or not existing:
        path.parent.mkdir(parents=True, exist_ok=True)
        if what < 3:
            write_by_rename(path, random_talk(rng))
        else:
            path.write_text(random_talk(rng))
    elif what == 4:
        rng.choice(existing).unlink()
    elif what == 5:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.rename(rng.choice(existing), path)
    elif what == 6 and rng.random() < 0.3:
        shutil.rmtree(content / "x", ignore_errors=True)
    elif what == 7 and (content / "x").exists() and not (content / "moved").exists():
        os.rename(content / "x", content / "moved")
    elif (content / "moved").exists():
        shutil.rmtree(content / "moved")


@pytest.mark.parametrize("seed", range(4))
def test_after_random_changes_all_is_as_if_mounted_anew(mount, seed):
    """The kernel remembers everything between the comparisons: whatever it was not told to forget shows."""
    rng = random.Random(seed)
    mounted = mount({"a.md": random_talk(rng), "x/a.md": random_talk(rng), "x/y/b.md": random_talk(rng)})
    settle(mounted)
    os.listdir(mounted / "by-voice")
    for _ in range(25):
        for _ in range(rng.randrange(1, 4)):
            random_change(rng, mounted.content)
        settle(mounted)
        assert_same_dump(mounted)


def test_every_read_is_of_one_version(mount):
    """Readers all over the mount while files are replaced 2,000 times: each text is one that there was."""
    words = {n: [f"episode {n} version {v} " * (20 + 40 * (v % 7)) for v in range(200)] for n in range(10)}

    def text(n, v):
        return talk(f"E {n}", turns=[("Ann", words[n][v].strip()), ("Bo", f"v{v}")])
    mounted = mount({f"e{n}.md": text(n, 0) for n in range(10)})
    settle(mounted)
    stop, wrong, counts = threading.Event(), [], [0, 0]
    whole = {n: {f"Ann: {words[n][v].strip()}\nBo: v{v}\n" for v in range(200)} for n in range(10)}
    first = {n: {f"Ann: {words[n][v].strip()}\n" for v in range(200)} for n in range(10)}

    def reader(seed):
        rng = random.Random(seed)
        while not stop.is_set():
            n = rng.randrange(10)
            name, texts = rng.choice([("transcript.txt", whole[n]), ("turns/001.txt", first[n])])
            try:
                with open(mounted / f"episodes/e{n}" / name, "rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    data = file.read()
            except OSError as error:
                counts[1] += 1
                if error.errno not in (errno.ESTALE, errno.ENOENT):
                    wrong.append((n, name, repr(error)))
                continue
            counts[0] += 1
            if data.decode() not in texts or size != len(data):
                wrong.append((n, name, size, len(data), data[:80]))
    threads = [threading.Thread(target=reader, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    rng = random.Random(1)
    versions = [0] * 10
    try:
        for _ in range(2000 // 4):
            for _ in range(4):
                n = rng.randrange(10)
                versions[n] = (versions[n] + 1) % 200
                write_by_rename(mounted.content / f"e{n}.md", text(n, versions[n]))
            before = counts[0]
            wait_until(lambda: counts[0] > before + 2 or wrong, "nobody reads")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[:3]
    assert counts[0] > 1000
    print(f"{counts[0]} texts read, {counts[1]} were stale")
    settle(mounted)
    assert_same_dump(mounted)


@pytest.mark.skipif(any(name in os.environ.get("TRANSCRIPTFS_BUILD", "") for name in ("sanitize", "thread")),
                    reason="a sanitizer keeps what was freed")
def test_a_thousand_edits_leave_nothing_behind(mount):
    turns = [("Ann", "word " * 400)] * 20
    # What a thread of the allocator keeps for itself would count as used.
    exact = ("env", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0")
    mounted = mount({f"t{n:03}.md": talk(f"T {n}", turns=turns) for n in range(200)}, prefix=exact)

    def edit_all(times):
        for _ in range(times):
            for n in range(200):
                write_by_rename(mounted.content / f"t{n:03}.md", talk(f"T {n}", tags=(f"tag{n % 5}",), turns=turns))
            settle(mounted)
            for n in range(200):
                (mounted / f"episodes/t{n:03}/turns/001.txt").stat()

    def used():
        """What is allocated and not freed; the resident size has the steps of the allocator in it."""
        now = status(mounted)
        return now["memory"]["used_bytes"] - now["cache"]["used_bytes"]
    edit_all(10)  # until the two versions that are remembered are there
    for _ in range(256):  # and SNAPSHOTS texts of status.json (src/nodes/snapshots.h)
        status(mounted)
    sizes, kept = [used()], status(mounted)["cache"]["parts"]
    for _ in range(3):
        edit_all(5)
        sizes.append(used())
    # What leaks grows each time, 1,000 edits long. 0 to 2 bytes an edit are measured; a lost path is 75.
    grown = min(after - before for before, after in zip(sizes, sizes[1:]))
    assert grown < 5 * 1000, sizes
    assert status(mounted)["cache"]["parts"] <= kept


def test_readers_and_an_end_by_signal_while_everything_changes(mount):
    """TERM comes while the kernel is told to forget and readers ask: it ends, and in peace."""
    mounted = mount({f"t{n:03}.md": talk(f"T {n}") for n in range(100)})
    settle(mounted)
    stop = threading.Event()

    def reader():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                for name in os.listdir(mounted / "episodes"):
                    os.listdir(mounted / "episodes" / name / "turns")
    threads = [threading.Thread(target=reader) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for n in range(300):
            write_by_rename(mounted.content / f"t{n % 100:03}.md", talk(f"Again {n}"))
    finally:
        stop_error = mounted.signal(signal.SIGTERM)
        stop.set()
        for thread in threads:
            thread.join()
    assert stop_error == "" and mounted.process.returncode == 0


# A limit of one watch; that of the system counts for whatever else runs on it.
ONE_WATCH = r"""
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>

int inotify_add_watch(int fd, const char *path, uint32_t events)
{
    static int watches;
    if (watches++ == 0)
        return ((int (*)(int, const char *, uint32_t))dlsym(RTLD_NEXT, "inotify_add_watch"))(fd, path, events);
    errno = ENOSPC;
    return -1;
}
"""


# What xenix was: there is no such file system any more.
XENIX = """
#include <dlfcn.h>
#include <sys/vfs.h>

int fstatfs64(int fd, struct statfs64 *fs)
{
    int err = ((int (*)(int, struct statfs64 *))dlsym(RTLD_NEXT, "fstatfs64"))(fd, fs);
    fs->f_type = 0x012FF7B4;
    return err;
}
"""


def test_an_unknown_file_system_is_looked_through_beside_inotify(mount, with_library):
    mounted = mount({"a.md": talk()}, prefix=with_library(XENIX))
    settle(mounted)
    watch = status(mounted)["watch"]
    assert (watch["mode"], watch["why"]) == ("inotify", "the content is on an unknown file system")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount an overlay")
@pytest.mark.parametrize("lower", ["local", "remote"])
def test_an_overlay_is_polled_where_it_is_over_a_network(mount, tmp_path, lower):
    """A mount of ours is over FUSE, as SSHFS is. A path may have a comma, a colon and white space in it."""
    mounted = mount({"a.md": talk()})
    below, over, local = (tmp_path / name for name in ("lo,w:e r", "over", "local"))
    for folder in (below, over, local):
        folder.mkdir()
    run_ok("mount", "--bind", mounted.path if lower == "remote" else mounted.content, below)
    name = str(below).replace(":", "\\:").replace(",", "\\,")
    # Not by mount(8), which takes a comma for the end of an option.
    options = f"lowerdir={local}:{name}"
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.mount(b"overlay", os.fsencode(over), b"overlay", 1, options.encode())
    try:
        assert not failed, os.strerror(ctypes.get_errno())
        second = mount(over)
        settled = status(second)["watch"]
        second.stop()
    finally:
        run("umount", over)
        run("umount", below)
    assert (settled["mode"], settled["why"]) == {
        "local": ("inotify", "the content is on this machine"),
        "remote": ("poll", "the content is on an overlay over a network file system")}[lower]


def test_without_watches_it_is_polled(mount, with_library):
    mounted = mount({"a/a.md": talk(), "b/b.md": talk(), "c/c.md": talk()}, prefix=with_library(ONE_WATCH))
    wait_until(lambda: not status(mounted)["scanning"], "never looked at")
    watch = status(mounted)["watch"]
    assert (watch["mode"], watch["why"]) == ("poll", "fs.inotify.max_user_watches is too low")
    write_by_rename(mounted.content / "b/b.md", talk("Seen all the same"))
    mounted.process.send_signal(signal.SIGHUP)
    wait_until(lambda: (mounted / "episodes/b/b/meta/title").read_text() == "Seen all the same\n", "not looked at")
    mounted.process.send_signal(signal.SIGTERM)
    assert "no inotify watches left" in mounted.end()


def test_the_content_is_removed_under_the_mount(mount):
    mounted = mount({"a.md": talk(), "sub/b.md": talk()})
    settle(mounted)
    shutil.rmtree(mounted.content)
    wait_until(lambda: os.listdir(mounted / "episodes") == [], "what is gone is still there")
    assert (mounted / "README.md").read_text().startswith("# Transcripts")
    wait_until(lambda: status(mounted)["content_folder"]["state"] == "deleted", "it is not told")
    mounted.stop_after("was deleted; the mount is empty")


def test_an_excluded_folder_stays_away(live):
    config = live.content / ".transcriptfs.yaml"
    config.write_text("exclude: [sub/]\n")
    settle(live)
    (live.content / "sub/y.md").write_text(talk("Not seen"))
    settle(live)
    assert not (live / "episodes/sub").exists()
    config.unlink()
    settle(live)
    assert (live / "episodes/sub/y").exists()


def test_a_folder_and_something_else_take_turns_under_a_name(live):
    os.rename(live.content / "sub", live.content / "other")
    os.symlink("other", live.content / "sub")
    settle(live)
    assert not (live / "episodes/sub").exists()
    assert "\nsub\t0\t0\ta symbolic link" in (live / ".transcriptfs/problems.tsv").read_text()
    os.remove(live.content / "sub")
    write_content(live.content, {"sub/b.md": talk("Back")})
    settle(live)
    assert "\nsub\t" not in (live / ".transcriptfs/problems.tsv").read_text()
    write_content(live.content, {"k.md/in.md": talk("In")})
    settle(live)
    shutil.rmtree(live.content / "k.md")
    (live.content / "k.md").write_text(talk("A file"))
    settle(live)
    assert os.listdir(live / "episodes/k")
    os.remove(live.content / "k.md")
    write_content(live.content, {"k.md/in.md": talk("In again")})
    settle(live)


def test_the_date_view_is_renamed(live):
    config = live.content / ".transcriptfs.yaml"
    for name in ("by-when", "by-day"):
        assert not (live / name).exists()
        config.write_text(f"views:\n  date: {name}\n")
        settle(live)
        assert os.listdir(live / name)
        assert not (live / "by-date").exists()
    config.unlink()
    settle(live)


def test_turns_get_another_digit_while_somebody_lists(live):
    few, many = [("Ann", "One."), ("Bo", "Two.")] * 25, [("Ann", "One."), ("Bo", "Two.")] * 550
    stop = threading.Event()

    def reader():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                os.listdir(live / "episodes/a/turns")
                os.stat(live / "episodes/a/turns/001.txt")
    thread = threading.Thread(target=reader)
    thread.start()
    try:
        for _ in range(10):
            for turns in (few, many):
                write_by_rename(live.content / "a.md", talk(turns=turns))
                settle(live)
                names = os.listdir(live / "episodes/a/turns")
                assert len(names) == len(turns)
                assert (live / "episodes/a/turns/001.txt").exists() == (turns is few)
    finally:
        stop.set()
        thread.join()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere; an ordinary user runs this")
def test_a_folder_that_may_not_be_entered_keeps_nothing_else_away(live):
    os.chmod(live.content / "sub", 0o444)
    write_by_rename(live.content / "a.md", talk("Seen"))
    settle(live)
    assert (live / "episodes/a/meta/title").read_text() == "Seen\n"
    os.chmod(live.content / "sub", 0o755)


NO_LISTING = r"""
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* As where a disk or a server fails: a folder in which a file is called `broken` cannot be listed to its end. */
struct dirent64 *readdir64(DIR *dir)
{
    struct dirent64 *(*real)(DIR *) = (struct dirent64 *(*)(DIR *))dlsym(RTLD_NEXT, "readdir64");
    struct dirent64 *entry = real(dir);
    if (entry && strcmp(entry->d_name, "broken") == 0) {
        errno = EIO;
        return 0;
    }
    return entry;
}

struct dirent *readdir(DIR *dir)
{
    return (struct dirent *)readdir64(dir);
}
"""


@pytest.mark.parametrize("folder", ["sub", "."])
def test_a_folder_that_cannot_be_listed_keeps_nothing_else_away(mount, with_library, folder):
    """What was known in it stays, and it is looked at again."""
    mounted = mount({"a.md": talk(), "sub/b.md": talk(tags=("below",)), "sub/deep/c.md": talk(tags=("below",)), "other/d.md": talk()},
                    prefix=with_library(NO_LISTING))
    settle(mounted)
    broken = mounted.content / folder / "broken"
    broken.write_text("")
    mounted.process.send_signal(signal.SIGHUP)
    problems = mounted / ".transcriptfs/problems.tsv"
    if folder != ".":
        wait_until(lambda: "sub\t0\t0\tthe folder cannot be read: Input/output error\twhat was known in it stays" in problems.read_text(), "it is not told")
    write_by_rename(mounted.content / "other/d.md", talk(tags=("followed",)))
    wait_until(lambda: (mounted / "by-tag/followed").exists(), "nothing is followed any more")
    assert len(os.listdir(mounted / "by-tag/below")) == 2
    assert read(mounted / "episodes/sub/b/source.md") == read(mounted.content / "sub/b.md")
    broken.unlink()
    (mounted.content / "sub/deep/c.md").unlink()
    wait_until(lambda: len(os.listdir(mounted / "by-tag/below")) == 1, "it is not looked at again")
    wait_until(lambda: "cannot be read" not in problems.read_text(), "it is not looked at again")
    settle(mounted)
    assert_same_dump(mounted)
    if folder == ".":  # it is said where the scan for the signal came before the file was whole again
        assert run("fusermount3", "-u", mounted.path).returncode == 0
        assert all("cannot update from the content folder: Input/output error" in line for line in mounted.end().splitlines())


def test_an_old_text_that_is_parsed_last_has_no_say(mount, slow_bodies):
    """What it says of problems is of what is there no more."""
    def with_problem(words):
        return talk(turns=(("Ann", words + " and more" * 2000),)) + "**Bo:**\n\n"

    with slow_bodies() as (prefix, go_on):
        mounted = mount({"a.md": with_problem("A slow body")}, prefix=prefix)
        old = threading.Thread(target=read, args=(mounted / "text/a.txt",))
        old.start()
        wait_until(lambda: status(mounted)["cache"]["parts"] > 0, "it is not asked for")
        generation = int((mounted / ".transcriptfs/generation").read_text())
        write_by_rename(mounted.content / "a.md", "\n\n\n" + with_problem("Another"))
        (mounted.content / "b.md").write_text(talk())
        wait_until(lambda: status(mounted)["episodes"] == 2, "it is not followed")
        new = threading.Thread(target=os.listdir, args=(mounted / "by-voice",))
        new.start()
        wait_until(lambda: "a label without words" in (mounted / ".transcriptfs/problems.tsv").read_text(), "it is not parsed")
        told = (mounted / ".transcriptfs/problems.tsv").read_text()
        go_on.write(b"x")
        for thread in (old, new):
            thread.join()
        wait_until(lambda: int((mounted / ".transcriptfs/generation").read_text()) > generation, "nobody is told")
        assert (mounted / ".transcriptfs/problems.tsv").read_text() == told
