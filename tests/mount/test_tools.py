"""A real mount, read with the tools people have."""

import errno
import json
import os
import re
import random
import shutil
import stat
import subprocess
import sys
import unicodedata
from collections import defaultdict

import pytest

import made_corpus
from made_corpus import BILINGUAL, EPISODES, LONG, LONG_EPISODE
from tools import (DUMP, TIMEOUT, TRANSCRIPTFS, Folder, Mount, dump_of_mount, files_below, is_mounted, mounts, read, run,
                   run_ok, shell, walk)


def nodes_in_dump(content):
    return run_ok(DUMP, content).splitlines()


# --- listing and finding ------------------------------------------------------------------------------


def test_ls_lists_all_of_it(mounted):
    listed = shell("ls -lR --time-style=full-iso .", cwd=mounted.path)
    entries = [line for line in listed.splitlines() if line.startswith(("dr", "lr", "-r"))]
    # .ignore is not shown without -a, and the root is nobody's entry.
    assert len(entries) == len(nodes_in_dump(mounted.content)) - 2


def test_find_meets_each_node_of_the_dump_once(mounted):
    found = shell("find . -printf '%P\\n'", cwd=mounted.path).splitlines()
    dumped = [line.split(" ", 4)[4].split(" -> ")[0].strip("/")
              for line in nodes_in_dump(mounted.content)]
    assert sorted(found) == sorted(dumped)


def test_find_ends_where_it_follows_links(mounted):
    assert shell("find -L . -type f | wc -l", cwd=mounted.path) != "0\n"
    assert shell("find -L . -type l", cwd=mounted.path) == "", "links that lead nowhere"


def test_find_by_type_counts_what_the_dump_counts(mounted):
    dumped = [line[0] for line in nodes_in_dump(mounted.content)]
    for kind in "dfl":
        assert len(shell(f"find . -type {kind}", cwd=mounted.path).splitlines()) == dumped.count(kind)


def test_turn_files_are_as_many_as_the_turns_and_hold_them(made):
    for episode in EPISODES:
        turns = made / "episodes" / episode.name / "turns"
        width = 4 if len(episode.turns) > 999 else 3
        names = [f"{i + 1:0{width}}.txt" for i in range(len(episode.turns))]
        assert os.listdir(turns) == names
        for name, turn in zip(names, episode.turns):
            assert (turns / name).read_text() == turn.text()


def test_line_n_of_the_transcript_is_turn_n(made):
    for episode in EPISODES:
        lines = (made / "text" / f"{episode.name}.txt").read_text().splitlines()
        assert len(lines) == len(episode.turns)
        for line, turn in zip(lines, episode.turns):
            assert line.split() == turn.text().split()


def test_2300_turns_sort_as_they_were_said(made):
    turns = made / "episodes" / LONG_EPISODE.name / "turns"
    listed = run_ok("ls", turns).split()
    assert len(listed) == LONG == 2300
    assert (listed[0], listed[-1]) == ("0001.txt", "2300.txt")
    assert (turns / listed[-1]).read_text() == LONG_EPISODE.turns[-1].text()


def test_du_counts_hard_links_once(mounted):
    sizes = {os.lstat(path).st_ino: os.lstat(path).st_size for _, path in walk(mounted.path)}
    total = shell("du -s --apparent-size -B1 .", cwd=mounted.path).split()[0]
    assert int(total) == sum(sizes.values())


# The files of an episode in which each word of its turns stands, where there are no times.
WITH_WORDS = ["source.md", "transcript.txt", "transcript.html", "quotes.txt", "turns.jsonl", "turns.tsv"]


# --- searching ----------------------------------------------------------------------------------------


def test_grep_names_the_file_and_the_turn(made):
    for episode in EPISODES:
        hits = shell(f"grep -rn {episode.marker()} text", cwd=made.path).splitlines()
        expected = f"text/{episode.name}.txt:{episode.turn_with_marker()}:"
        assert len(hits) == 1 and hits[0].startswith(expected)


def test_grep_from_the_root_finds_each_place(made):
    episode = EPISODES[2]
    found = shell(f"grep -rl {episode.marker()} .", cwd=made.path).splitlines()
    folder = f"./episodes/{episode.name}"
    assert sorted(found) == sorted([f"{folder}/{name}" for name in WITH_WORDS] + [
        f"{folder}/turns/{episode.turn_with_marker():03}.txt", f"./text/{episode.name}.txt"])


def test_grep_finds_a_phrase_across_emphasis(made):
    for episode in EPISODES[:5]:
        phrase = f"It said {episode.marker()} twice"
        assert phrase in shell(f"grep -rh '{phrase}' text", cwd=made.path)


def test_originals_do_not_leak_into_the_words(made):
    for episode in BILINGUAL:
        found = shell(f"grep -rl {episode.original_marker()} episodes text", cwd=made.path)
        assert f"episodes/{episode.name}/source.md" in found.splitlines()
        assert not [line for line in found.splitlines()
                    if "/turns/" in line or line.startswith("text/")
                    or line.endswith("transcript.txt")]


def test_rg_from_the_root_finds_each_word_once(made):
    hits = shell(r"rg -n --no-heading 'zephyrlark\d\d'", cwd=made.path).splitlines()
    places = sorted(":".join(hit.split(":")[:2]) for hit in hits)
    assert places == sorted(f"text/{e.name}.txt:{e.turn_with_marker()}" for e in EPISODES)


def test_rg_inside_a_folder_finds_what_is_there(made):
    episode = EPISODES[1]
    turn = f"turns/{episode.turn_with_marker():03}.txt"
    found = shell(f"rg -l {episode.marker()}", cwd=made / "episodes" / episode.name).splitlines()
    assert sorted(found) == sorted([*WITH_WORDS, turn])
    assert shell(f"rg -l {episode.marker()} episodes", cwd=made.path).splitlines()


def test_rg_finds_the_example_once(example):
    assert shell("rg -c paraffin", cwd=example.path) == "text/interviews/lighthouse-keeper.txt:1\n"


# --- copying ------------------------------------------------------------------------------------------


def assert_same_tree(original, copy):
    """Types, bytes, links, modes and whole seconds of time are all there."""
    originals = list(walk(original))
    assert sorted(name for name, _ in originals) == sorted(name for name, _ in walk(copy))
    for name, path in originals:
        other = os.path.join(os.fsencode(copy), name.strip(b"/"))
        a, b = os.lstat(path), os.lstat(other)
        assert a.st_mode == b.st_mode, name
        if stat.S_ISREG(a.st_mode):
            assert read(path) == read(other), name
            assert a.st_nlink == b.st_nlink, name
            assert int(a.st_mtime) == int(b.st_mtime), name
        elif stat.S_ISLNK(a.st_mode):
            assert os.readlink(path) == os.readlink(other), name


def assert_hard_links(root):
    texts = files_below(os.path.join(root, "text"))
    assert texts
    for text in texts:
        name = os.path.relpath(text, os.fsencode(root) + b"/text")[:-len(b".txt")]
        transcript = os.path.join(os.fsencode(root), b"episodes", name, b"transcript.txt")
        assert os.path.samefile(text, transcript)


def test_text_and_transcript_are_hard_links(mounted):
    assert_hard_links(mounted.path)


@pytest.mark.parametrize("command", [
    "tar c . | tar xp -C {copy}",
    "cp -a . {copy}",
    "rsync -aH ./ {copy}/",
])
def test_copies_are_whole(mounted, tmp_path, command):
    copy = tmp_path / "copy"
    copy.mkdir()
    shell(command.format(copy=copy), cwd=mounted.path)
    assert_same_tree(mounted.path, copy)
    assert_hard_links(copy)


def test_rsync_has_nothing_to_do_the_second_time(made, tmp_path):
    shell(f"rsync -aH ./ {tmp_path}/copy/", cwd=made.path)
    again = shell(f"rsync -aHci ./ {tmp_path}/copy/", cwd=made.path)
    assert again == ""


# --- sizes and bytes ----------------------------------------------------------------------------------


def test_attributes_are_true(mount, mounted):
    # Not the mount of the other tests: a read makes the kernel correct a size that was wrong.
    for name, path in walk(mount(mounted.content).path):
        st = os.lstat(path)
        if stat.S_ISREG(st.st_mode):
            assert st.st_size == len(read(path)), name
            assert st.st_blocks == (st.st_size + 511) // 512, name
            assert stat.S_IMODE(st.st_mode) == 0o444, name
        elif stat.S_ISLNK(st.st_mode):
            assert st.st_size == len(os.readlink(path)), name
        else:
            assert stat.S_IMODE(st.st_mode) == 0o555, name


@pytest.mark.parametrize("size", [1, 511, 512, 513, 1024, 4095, 4096, 4097, 131072, 1048577])
def test_sizes_at_the_borders_of_blocks(mount, size):
    mounted = mount({"it.md": "x" * size})
    source = mounted / "episodes/it/source.md"
    assert source.stat().st_size == size
    assert source.stat().st_blocks == (size + 511) // 512
    assert source.read_text() == "x" * size


def test_folders_count_their_links(mounted):
    for name, path in walk(mounted.path):
        if os.path.isdir(path) and not os.path.islink(path):
            folders = [entry for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)]
            # To count the folders of an episode would cost its body, and those of by-voice and
            # original/ all bodies; 1 says "not counted".
            is_episode = any(entry.startswith(b"source.") for entry in os.listdir(path))
            is_uncounted = is_episode or name == b"/by-voice" or name.startswith(b"/original")
            assert os.stat(path).st_nlink == (1 if is_uncounted else 2 + len(folders)), name


def test_times_are_those_of_the_content(mounted):
    for folder, _, names in os.walk(mounted.path / "episodes"):
        if "source.md" in names:
            name = os.path.relpath(folder, mounted.path / "episodes")
            expected = os.stat(f"{mounted.content}/{name}.md").st_mtime_ns
            for entry in os.scandir(folder):
                assert entry.stat().st_mtime_ns == expected, entry.path


def test_source_is_the_content_file(mounted):
    content = [path for path in mounted.content.rglob("*.md")]
    assert content
    for path in content:
        name = path.relative_to(mounted.content).with_suffix("")
        assert (mounted / "episodes" / name / "source.md").read_bytes() == path.read_bytes()


def test_wc_counts_what_is_read(mounted):
    counted = shell("find . -type f -print0 | sort -z | xargs -0 cat | wc -lc", cwd=mounted.path)
    by_wc = shell("find . -type f -print0 | wc -lc --files0-from=- | tail -n 1", cwd=mounted.path)
    contents = [read(path) for path in files_below(mounted.path)]
    expected = [sum(text.count(b"\n") for text in contents), sum(map(len, contents))]
    assert [int(n) for n in counted.split()] == expected
    assert [int(n) for n in by_wc.split()[:2]] == expected


def test_reads_in_odd_chunks_give_the_whole(mounted):
    rng = random.Random(1)
    for path in files_below(mounted.path):
        whole = read(path)
        fd = os.open(path, os.O_RDONLY)
        try:
            for _ in range(8):
                offset = rng.randrange(len(whole) + 3)
                length = rng.choice([1, 2, 3, 7, 511, 4095, 4097, 70001])
                assert os.pread(fd, length, offset) == whole[offset:offset + length], path
            assert os.pread(fd, 10, len(whole)) == b""
            assert os.pread(fd, 10, len(whole) + 5000) == b""
        finally:
            os.close(fd)


def test_reads_past_the_page_cache_are_right(mounted):
    """dd with O_DIRECT asks the file system itself, for blocks that are not the kernel's pages."""
    for path in files_below(mounted.path / "text"):
        result = run("dd", f"if={os.fsdecode(path)}", "bs=512", "iflag=direct", text=False)
        assert result.returncode == 0, result.stderr
        assert result.stdout == read(path)


READ_MAPPED = """
import mmap, os, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        whole = file.read()
        if whole:
            with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
                assert mapped[:] == whole, path
                assert mapped[len(whole) // 2] == whole[len(whole) // 2], path
print(len(sys.argv) - 1)
"""


def test_mapped_files_hold_what_is_read(mounted):
    # In a process of its own: a page fault that hangs would hang this one with all its threads.
    files = [os.fsdecode(path) for path in files_below(mounted.path)]
    long = max(files, key=os.path.getsize)
    some = [long] + files[::max(1, len(files) // 300)]
    assert run_ok(sys.executable, "-c", READ_MAPPED, *some).strip() == str(len(some))


def test_a_mapping_beyond_the_first_read_is_right(fuse, made_content, tmp_path):
    """No byte of it was read before: the page faults are the first to ask."""
    with Mount(made_content, tmp_path) as fresh:
        path = f"{fresh.path}/episodes/{LONG_EPISODE.name}/transcript.txt"
        code = ("import mmap, sys, hashlib\n"
                "with open(sys.argv[1], 'rb') as f:\n"
                "    m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)\n"
                "    print(hashlib.sha256(m[:]).hexdigest())\n")
        mapped = run_ok(sys.executable, "-c", code, path).split()[0]
        assert mapped == run_ok("sha256sum", path).split()[0]


def test_sixteen_readers_at_once_read_the_same(fuse, made_content, made, tmp_path):
    command = "find . -type f -print0 | sort -z | xargs -0 cat | sha256sum"
    expected = shell(command, cwd=made.path)
    with Mount(made_content, tmp_path) as fresh:
        readers = [subprocess.Popen(["bash", "-c", command], cwd=fresh.path, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(16)]
        for reader in readers:
            out, errors = reader.communicate(timeout=TIMEOUT)
            assert (out, errors) == (expected, "")


# --- links and names ----------------------------------------------------------------------------------


def test_links_are_relative_and_lead_to_folders_inside(mounted):
    links = [path for _, path in walk(mounted.path) if os.path.islink(path)]
    assert links
    inside = os.path.realpath(os.fsencode(mounted.path)) + b"/"
    for link in links:
        assert not os.readlink(link).startswith(b"/"), link
        is_turn = os.path.dirname(os.path.dirname(link)).endswith((b"/sections", b"/voices"))
        assert os.path.isfile(link) if is_turn else os.path.isdir(link), link
        assert os.path.realpath(link).startswith(inside), link


def test_links_stand_only_in_the_views(mounted):
    links = {name for name, path in walk(mounted.path) if os.path.islink(path)}
    below_views = {name for name, path in walk(mounted.path)
                   if re.match(b"/by-|/episodes/.*/(sections|voices)/.*/", name)
                   and not stat.S_ISDIR(os.lstat(path).st_mode)}
    assert links == below_views


def test_views_hold_the_episodes_that_say_so(made):
    def episodes_in(folder):
        return {os.path.relpath(os.path.realpath(folder / entry), made / "episodes")
                for entry in os.listdir(folder)}

    for tag in made_corpus.TAGS:
        name = tag.replace("%", "%25").replace("/", "%2F").replace(".plan", "%2Eplan")
        assert episodes_in(made / "by-tag" / name) == {e.name for e in EPISODES if tag in e.tags}
    for person in made_corpus.PEOPLE:
        assert (episodes_in(made / "by-person" / person) ==
                {e.name for e in EPISODES if person in e.people})
    for episode in EPISODES:
        assert episode.name in episodes_in(made / "by-date" / episode.date.replace("-", "/"))


def test_entries_are_named_for_people(made):
    episode = EPISODES[7]
    title = episode.title.replace(" ", "_")
    flat = episode.name.replace("/", "--")
    assert f"{episode.date}--{title}--{flat}" in os.listdir(made / "by-person" / episode.people[0])


def test_another_spelling_is_found_and_not_listed(made):
    tags = made / "by-tag"
    assert [name for name in os.listdir(tags) if name.lower() == "tidal power"] == ["Tidal Power"]
    assert len(os.listdir(tags / "Tidal Power")) == len(EPISODES)
    for other in ("tidal power", "TIDAL power"):
        assert (tags / other).is_symlink()
        assert not os.readlink(tags / other).startswith("/")
        assert os.path.samefile(tags / other, tags / "Tidal Power")


def test_another_unicode_form_is_found_and_not_listed(made):
    people = made / "by-person"
    name = "Élodie Marchand"
    other = unicodedata.normalize("NFD", name)
    assert name in os.listdir(people) and other not in os.listdir(people)
    assert os.path.samefile(people / other, people / name)


def test_no_inode_is_shared_but_by_hard_links(mounted):
    paths = defaultdict(list)
    for name, path in walk(mounted.path):
        paths[os.lstat(path).st_ino].append((name, os.lstat(path)))
    for shared in paths.values():
        if len(shared) > 1:
            assert {st.st_nlink for _, st in shared} == {len(shared)}, shared
            assert not any(stat.S_ISDIR(st.st_mode) for _, st in shared), shared


def test_listed_inodes_are_those_of_stat(mounted):
    for _, folder in walk(mounted.path):
        if os.path.isdir(folder) and not os.path.islink(folder):
            with os.scandir(folder) as entries:
                for entry in entries:
                    st = os.lstat(entry.path)
                    assert entry.inode() == st.st_ino, entry.path
                    assert entry.is_dir(follow_symlinks=False) == stat.S_ISDIR(st.st_mode)
                    assert entry.is_symlink() == stat.S_ISLNK(st.st_mode)


def test_dots_lead_where_they_should(made):
    deep = made / "by-date" / EPISODES[3].date.replace("-", "/")
    assert os.path.samefile(deep / "..", deep.parent)
    listed = run_ok("ls", "-ia", deep).split()
    assert int(listed[listed.index(".") - 1]) == os.stat(deep).st_ino
    assert int(listed[listed.index("..") - 1]) == os.stat(deep.parent).st_ino


# --- listing in small pieces --------------------------------------------------------------------------


def big_folders(mounted):
    folders = [path for _, path in walk(mounted.path)
               if os.path.isdir(path) and not os.path.islink(path)]
    return sorted(folders, key=lambda path: len(os.listdir(path)))[-8:] + [
        os.fsencode(mounted.path)]


def test_tiny_buffers_list_each_name_once(mounted):
    for path in big_folders(mounted):
        expected = sorted(os.listdir(path) + [b".", b".."])
        with Folder(path) as folder:
            assert sorted(name for name, _ in folder.rest()) == expected
            folder.go_to(0)
            assert sorted(name for name, _ in folder.rest(4096)) == expected


def test_a_listing_goes_on_from_any_place(fuse, made_content, tmp_path):
    with Mount(made_content, tmp_path) as fresh:
        for path in big_folders(fresh):
            with Folder(path) as folder:
                names = folder.rest()
                for i in list(range(0, len(names), max(1, len(names) // 40))) + [len(names) - 1]:
                    folder.go_to(names[i][1])
                    assert folder.some() == names[i + 1:i + 1 + len(folder_page(names, i))]


def folder_page(names, i):
    """As many entries as fit into 300 bytes behind place i: each has a head of 19 and ends in NUL."""
    page, used = [], 0
    for name, place in names[i + 1:]:
        used += (19 + len(name) + 1 + 7) // 8 * 8
        if used > 300:
            break
        page.append((name, place))
    return page


def test_a_half_read_listing_is_not_disturbed_by_another(made):
    path = made / "episodes" / LONG_EPISODE.name / "turns"
    with Folder(path) as one, Folder(path) as other:
        first = one.some()
        assert len(other.rest()) == LONG + 2
        assert len(first + one.rest()) == LONG + 2


# --- the mount itself ---------------------------------------------------------------------------------


def test_the_mount_has_a_name_and_a_type(mounted):
    kind, source, options = mounts()[os.path.realpath(os.fsencode(mounted.path))]
    assert kind == b"fuse.transcriptfs"
    assert source == os.path.abspath(os.fsencode(mounted.content))
    assert {b"ro", b"nosuid", b"nodev", b"noexec"} <= set(options.split(b","))
    shown = [line for line in run_ok("mount").splitlines() if f" on {mounted.path} " in line]
    assert len(shown) == 1 and "type fuse.transcriptfs" in shown[0]
    assert "default_permissions" in shown[0]


def test_df_tells_type_and_size(mounted):
    line = run_ok("df", "-T", "-B1", mounted.path).splitlines()[1].split()
    assert line[:2] == [os.path.realpath(mounted.content), "fuse.transcriptfs"]
    content = sum(path.stat().st_size for path in mounted.content.rglob("*.md"))
    assert content <= int(line[2]) < content + 4096
    assert line[4] == "0"


def test_statfs_is_sane(mounted):
    st = os.statvfs(mounted.path)
    assert st.f_namemax == 255
    assert st.f_bfree == st.f_bavail == st.f_ffree == 0
    assert st.f_files >= len(list(mounted.content.rglob("*.md")))
    assert st.f_flag & os.ST_RDONLY and st.f_flag & os.ST_NOSUID


def errno_of(call, *args, **options):
    with pytest.raises(OSError) as caught:
        call(*args, **options)
    return caught.value.errno


@pytest.mark.parametrize("path", [
    "nothing", "episodes/nothing", "episodes/nothing/turns", "text/nothing.txt", "by-nothing",
    "by-tag/nothing", "by-tag/nothing/nothing", "by-date/1802", "by-date/2010/13", "by-date/20",
    ".transcriptfs/nothing", "EPISODES", "episodes/evening-01", "by-person/Ada", "text/coast.txt",
    "x" * 255,
])
def test_paths_that_do_not_exist(made, path):
    for _ in range(2):
        assert errno_of(os.lstat, made / path) == errno.ENOENT
        assert errno_of(open, made / path) == errno.ENOENT
    assert os.path.basename(path) not in os.listdir(made.path)


@pytest.mark.parametrize("name", ["0.txt", "1.txt", "001.txt", "0000.txt", "00001.txt", "2301.txt",
                                  "0001", "0001.txt.txt", "+001.txt", " 001.txt", "-001.txt",
                                  "18446744073709551617.txt", "0x01.txt", "000١.txt"])
def test_numbers_that_are_no_turn(made, name):
    assert errno_of(os.lstat, made / "episodes" / LONG_EPISODE.name / "turns" / name) == errno.ENOENT


def test_wrong_kinds_of_path(made):
    assert errno_of(os.listdir, made / "README.md") == errno.ENOTDIR
    assert errno_of(os.lstat, made / "README.md" / "x") == errno.ENOTDIR
    assert errno_of(open, made / "episodes") == errno.EISDIR
    assert errno_of(os.readlink, made / "README.md") == errno.EINVAL
    assert errno_of(os.lstat, made / ("x" * 256)) in (errno.ENOENT, errno.ENAMETOOLONG)


WRITES = {
    "open to write": lambda m: open(m / "README.md", "r+"),
    "truncate": lambda m: os.truncate(m / "README.md", 0),
    "create": lambda m: open(m / "new", "x"),
    "create in an episode": lambda m: open(m / "episodes" / EPISODES[1].name / "new", "w"),
    "mkdir": lambda m: os.mkdir(m / "by-tag" / "new"),
    "rmdir": lambda m: os.rmdir(m / "by-tag"),
    "unlink": lambda m: os.unlink(m / "text" / f"{EPISODES[1].name}.txt"),
    "rename": lambda m: os.rename(m / "README.md", m / "other"),
    "chmod": lambda m: os.chmod(m / "README.md", 0o644),
    "chown": lambda m: os.chown(m / "README.md", os.getuid(), os.getgid()),
    "utime": lambda m: os.utime(m / "README.md"),
    "symlink": lambda m: os.symlink("x", m / "link"),
    "link": lambda m: os.link(m / "README.md", m / "link"),
    "setxattr": lambda m: os.setxattr(m / "README.md", "user.x", b"1"),
    "mkfifo": lambda m: os.mkfifo(m / "fifo"),
}


@pytest.mark.parametrize("what", WRITES)
def test_nothing_can_be_written(made, what):
    assert errno_of(WRITES[what], made) == errno.EROFS


def test_the_control_folder_is_found_and_not_listed(mounted):
    assert ".transcriptfs" not in os.listdir(mounted.path)
    control = mounted / ".transcriptfs"
    assert control.is_dir()
    assert sorted(os.listdir(control)) == ["generation", "problems.tsv", "status.json", "version"]


def test_status_is_json_with_true_counts(mounted):
    status = mounted / ".transcriptfs" / "status.json"
    episodes = len([path for path in mounted.content.rglob("*") if path.suffix in (".md", ".vtt")])
    assert run_ok("jq", "-e", ".episodes", status) == f"{episodes}\n"
    read_status = json.loads(status.read_text())
    assert read_status["generation"] >= 1


def test_control_files_are_whole_however_often_they_are_read(mounted):
    """They change between two looks; what one look found has to stay whole."""
    for name in ("status.json", "problems.tsv", "version"):
        path = mounted / ".transcriptfs" / name
        for _ in range(50):
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                text = file.read()
            assert len(text) == size > 0
            assert text.endswith(b"\n")


def test_a_held_status_stays_readable(made):
    """What was opened is read to its end, however many looks come in between."""
    path = made / ".transcriptfs" / "status.json"
    with open(path, "rb", buffering=0) as held:
        before = held.read(10)
        for _ in range(20):
            path.read_bytes()
        json.loads(before + held.read())


def test_problems_are_a_table(example):
    lines = (example / ".transcriptfs" / "problems.tsv").read_text().splitlines()
    assert lines[0].split("\t") == ["file", "line", "column", "problem", "done"]
    assert len(lines) > 1, "the example is meant to have problems"
    for line in lines[1:]:
        file, row, column, problem, done = line.split("\t")
        assert (example.content / file).is_file()
        assert int(row) >= 1 and int(column) >= 1
        assert problem and done


def test_made_corpus_has_no_problems(made):
    assert len((made / ".transcriptfs" / "problems.tsv").read_text().splitlines()) == 1


def test_version_is_the_programs(mounted):
    version = (mounted / ".transcriptfs" / "version").read_text().strip()
    assert run_ok(TRANSCRIPTFS, "-V").strip() == f"transcriptfs {version}"


def test_meta_json_is_the_front_matter(made):
    for episode in EPISODES:
        meta = json.loads((made / "episodes" / episode.name / "meta.json").read_text())
        assert meta["title"] == episode.title and meta["tags"] == episode.tags
        values = (made / "episodes" / episode.name / "meta" / "tags").read_text()
        assert values == "".join(tag + "\n" for tag in episode.tags)


def test_the_commands_of_the_readme_work(mounted):
    text = (mounted / "README.md").read_text()
    commands = text.split("```sh\n")[1].split("```")[0].splitlines()
    assert commands
    for command in commands:
        assert run_ok("bash", "-c", command, cwd=mounted.path) or "'?'" in command, command


# --- again ----------------------------------------------------------------------------------------------


def test_a_remount_shows_the_same(mount, made_content):
    first = mount(made_content)
    before = dump_of_mount(first.path)
    first.stop()
    assert not is_mounted(first.path)
    assert dump_of_mount(mount(made_content).path) == before


def test_a_copy_of_the_content_shows_the_same(mount, made_content, made, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(made_content, copy)
    for path in copy.rglob("*.md"):
        assert path.stat().st_mtime_ns == (made_content / path.relative_to(copy)).stat().st_mtime_ns


    def without_times_of_folders(mounted):
        """Nor those of what is of all content. A copy has other ctimes, which nobody can set."""
        lines = [(line, line.split(b" ")) for line in dump_of_mount(mounted.path).splitlines()]
        return [parts if line[:1] == b"l" or (line[:1] == b"f" and b" /episodes/" in line) else parts[:5] + parts[6:]
                for line, parts in lines]
    found, expected = without_times_of_folders(mount(copy)), without_times_of_folders(made)
    different = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    assert not different and len(found) == len(expected), different[:3]


def test_the_order_of_walking_changes_nothing(mount, made_content, made):
    """Bodies are read when they are first asked for: backwards must show what forwards shows."""
    fresh = mount(made_content)
    for name, path in reversed(list(walk(made.path))):
        ours = os.fsencode(fresh.path) + name
        a, b = os.lstat(path), os.lstat(ours)
        assert (a.st_ino, a.st_size, a.st_mode, a.st_nlink, a.st_mtime_ns) == (
            b.st_ino, b.st_size, b.st_mode, b.st_nlink, b.st_mtime_ns), name
    assert dump_of_mount(fresh.path) == dump_of_mount(made.path)


def test_listing_the_views_reads_no_body(mount, made_content):
    fresh = mount(made_content)
    shell("ls -l . by-tag by-person episodes && ls text && find $(ls -d by-* | grep -v by-voice)", cwd=fresh.path)
    cache = json.loads((fresh / ".transcriptfs" / "status.json").read_text())["cache"]
    assert (cache["misses"], cache["used_bytes"]) == (0, 0)
    (fresh / "text" / f"{EPISODES[1].name}.txt").read_bytes()
    cache = json.loads((fresh / ".transcriptfs" / "status.json").read_text())["cache"]
    assert cache["misses"] == 1 and cache["used_bytes"] > 0
