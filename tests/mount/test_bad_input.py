"""What bad input gets: a clear message, and nothing lost."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import stat
import subprocess

import pytest

import made_corpus
from tools import (TIMEOUT, TRANSCRIPTFS, Mount, dump_of_content, dump_of_mount, is_mounted, is_sanitized,
                   is_thread_sanitized, mounts, run, run_ok, shell, walk, write_content)

GOOD = "---\ntitle: Good\ndate: 2024-01-02\ntags: [fine]\n---\n**Ann:** All is well.\n"
GOOD_TURN = "Ann: All is well.\n"


def check(content, *more, prefix=()):
    return run(*prefix, TRANSCRIPTFS, "--check", *more, content)


def problems_of(content, **options):
    """The lines of --check, which has to find some."""
    result = check(content, "-q", **options)
    assert result.returncode == 3, result
    assert result.stdout and not result.stderr, result
    return result.stdout.splitlines()


def table_of(mount):
    """The rows of problems.tsv: file, line, column, problem, done."""
    lines = (mount / ".transcriptfs" / "problems.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines[1:]]


def refused(*args, status=1, **options):
    """The message of a start that has to fail."""
    result = run(TRANSCRIPTFS, *args, **options)
    assert result.returncode == status, result
    assert result.stderr.startswith("transcriptfs: ") or status == 2, result.stderr
    return result.stderr


def turns_of(mount, episode):
    folder = mount / "episodes" / episode / "turns"
    return [(folder / name).read_text() for name in sorted(os.listdir(folder))]


def meta(mount, episode, key):
    return (mount / "episodes" / episode / "meta" / key).read_text()


@pytest.fixture
def content(tmp_path):
    return write_content(tmp_path / "good", {"good.md": GOOD})


# --- the two folders ----------------------------------------------------------------------------------


def test_content_is_missing(fuse, tmp_path, place):
    message = refused(tmp_path / "none", place)
    assert str(tmp_path / "none") in message and "No such file or directory" in message
    assert "content folder" in message


def test_mount_point_is_missing(fuse, content, tmp_path):
    message = refused(content, tmp_path / "none")
    assert str(tmp_path / "none") in message and "No such file or directory" in message
    assert "mount point" in message
    assert not (tmp_path / "none").exists()


def test_content_is_no_folder(fuse, content, place):
    message = refused(content / "good.md", place)
    assert "content folder" in message and str(content / "good.md") in message
    assert "no folder" in message


def test_mount_point_is_no_folder(fuse, content, tmp_path):
    (tmp_path / "file").write_text("")
    message = refused(content, tmp_path / "file")
    assert "mount point" in message and "no folder" in message


def test_both_are_the_same(fuse, content, tmp_path):
    (tmp_path / "link").symlink_to(content)
    for mount_point in (content, f"{content}/", f"{content}/../good", tmp_path / "link"):
        assert "the same" in refused(content, mount_point)
    assert not is_mounted(content)


def test_the_mount_point_is_inside_the_content(fuse, content, tmp_path):
    inside = content / "sub" / "mnt"
    inside.mkdir(parents=True)
    (tmp_path / "link").symlink_to(inside)
    for mount_point in (inside, tmp_path / "link"):
        message = refused(content, mount_point)
        assert "inside the content folder" in message and str(mount_point) in message
    assert not is_mounted(inside)


def test_the_content_is_inside_the_mount_point(fuse, content):
    message = refused(content, content.parent)
    assert "inside the mount point" in message and str(content) in message
    assert "inside the mount point" in refused("-o", "nonempty", content, content.parent)
    assert not is_mounted(content.parent)


def test_names_that_only_begin_alike_are_not_inside(mount, tmp_path):
    content = write_content(tmp_path / "mn", {"good.md": GOOD})
    assert turns_of(mount(content), "good") == [GOOD_TURN]


def test_the_mount_point_is_busy(mount, content):
    first = mount(content)
    message = refused(content, first.path)
    assert "in use" in message and f"fusermount3 -u {first.path}" in message
    assert turns_of(first, "good") == [GOOD_TURN], "the first mount is as it was"


def test_the_mount_point_is_not_empty(mount, content, place):
    (place / "precious").write_text("mine")
    message = refused(content, place)
    assert "not empty" in message and "precious" in message and "-o nonempty" in message
    assert not is_mounted(place)
    mounted = mount(content, "-o", "nonempty")
    assert turns_of(mounted, "good") == [GOOD_TURN]
    mounted.stop()
    assert (place / "precious").read_text() == "mine"


def test_a_dead_mount_is_told_with_the_command_that_clears_it(mount, content, tmp_path):
    dead = mount(content)
    dead.signal(signal.SIGKILL)
    assert is_mounted(dead.path)
    message = refused(content, dead.path)
    assert "dead mount" in message
    command = re.search(r"fusermount3 -uz .*", message).group()
    shell(command, cwd="/")
    assert not is_mounted(dead.path)
    assert turns_of(dead.start(), "good") == [GOOD_TURN]


def test_the_command_that_clears_works_for_a_path_with_a_space(fuse, content, tmp_path):
    place = tmp_path / "my mount's"
    place.mkdir()
    dead = Mount(content, place).start()
    try:
        dead.signal(signal.SIGKILL)
        command = re.search(r"fusermount3 -uz .*", refused(content, place)).group()
        shell(command, cwd="/")
        assert not is_mounted(place)
    finally:
        dead.clear()


def test_a_dead_mount_behind_a_link(mount, content, tmp_path):
    """An unmount follows no link, so the link's target is what is named, and cleared."""
    dead = mount(content)
    link = tmp_path / "link"
    link.symlink_to(dead.path)
    for clear in ("the command that is told", "-o replace"):
        dead.signal(signal.SIGKILL)
        assert is_mounted(dead.path)
        if clear == "-o replace":
            run_ok(TRANSCRIPTFS, "-o", "replace", content, link)
            assert turns_of(dead.path, "good") == [GOOD_TURN]
            run_ok("fusermount3", "-u", dead.path)
        else:
            shell(re.search(r"fusermount3 -uz .*", refused(content, link)).group(), cwd="/")
            dead.start()


def test_a_configuration_that_is_mounted_there(fuse, content, tmp_path):
    """As containers have it: a file of another file system, bound over an empty one."""
    if os.geteuid() != 0 or run("unshare", "-m", "true").returncode != 0:
        pytest.skip("needs a mount namespace")
    config = tmp_path / "configuration"
    config.write_text("views:\n  nonsense\n")
    (content / ".transcriptfs.yaml").touch()
    bind = "mount -t tmpfs none /mnt && cp {0} /mnt/ && mount --bind /mnt/configuration {1}/.transcriptfs.yaml && {2} --check {1}"
    told = run("unshare", "-m", "sh", "-c", bind.format(config, content, TRANSCRIPTFS))
    assert ".transcriptfs.yaml:2:3: views" in told.stderr, told


def test_the_command_that_unmounts_works_for_a_path_with_a_space(fuse, content, tmp_path):
    place = tmp_path / "my mount's"
    place.mkdir()
    with Mount(content, place) as busy:
        command = re.search(r"fusermount3 -u .*", refused(content, place)).group()
        shell(command, cwd="/")
        assert not is_mounted(place)
        busy.end()


def test_content_in_a_dead_mount(mount, content, tmp_path):
    dead = mount(content)
    dead.signal(signal.SIGKILL)
    other = tmp_path / "other"
    other.mkdir()
    message = refused(dead.path, other)
    assert "content folder" in message and "dead mount" in message


def test_a_content_folder_that_is_a_mount(mount, content, tmp_path):
    """The tree of a mount is a folder of Markdown files too: its source.md are."""
    first = mount(content)
    second = mount(first.path)
    assert turns_of(second, "episodes/good/source") == [GOOD_TURN]
    # The second keeps the first busy: it has to go before.
    second.stop()


def test_no_fuse_in_the_kernel_says_how_to_get_it(content, place):
    if os.geteuid() != 0 or run("unshare", "-m", "true").returncode != 0:
        pytest.skip("only root, with namespaces, can hide /dev/fuse")
    hide = "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && exec \"$@\""
    result = run("unshare", "-m", "sh", "-c", hide, "sh", TRANSCRIPTFS, content, place)
    assert result.returncode == 1
    assert "/dev/fuse" in result.stderr and "modprobe fuse" in result.stderr
    assert "--device /dev/fuse" in result.stderr
    checked = run("unshare", "-m", "sh", "-c", hide, "sh", TRANSCRIPTFS, "--check", content)
    assert checked.returncode == 0


def test_no_proc_says_what_is_missing(content, place):
    if os.geteuid() != 0 or run("unshare", "-m", "true").returncode != 0:
        pytest.skip("only root, with namespaces, can hide /proc")
    hide = "mount -t tmpfs none /proc && exec \"$@\""
    result = run("unshare", "-m", "sh", "-c", hide, "sh", TRANSCRIPTFS, content, place)
    assert result.returncode == 1
    assert "no /proc" in result.stderr and "mount -t proc" in result.stderr
    if not is_sanitized():  # LeakSanitizer needs /proc
        assert run("unshare", "-m", "sh", "-c", hide, "sh", TRANSCRIPTFS, "--check", content).returncode == 0


def test_an_empty_content_folder(fuse, tmp_path, place):
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run(TRANSCRIPTFS, empty, place)
    assert result.returncode == 0 and "no transcripts" in result.stderr
    assert "README.md" in os.listdir(place)
    assert os.listdir(place / "episodes") == []


# --- front matter -------------------------------------------------------------------------------------

# name: (content file, line of the problem, a word of its message)
FRONT = {
    "never closes": ("---\ntitle: Open\n\n**Ann:** All is well.\n", 1, "never closes"),
    "no mapping": ("---\n- one\n- two\n---\n**Ann:** All is well.\n", 2, "no mapping"),
    "only a word": ("---\nhello\n---\n**Ann:** All is well.\n", 2, "no mapping"),
    "repeats a key": ("---\ntitle: One\ndate: 2024-01-02\ntitle: Two\n---\n**Ann:** All is well.\n",
                      4, "stands twice"),
    "string for a list": ("---\ntitle: T\npeople: '[]'\n---\n**Ann:** All is well.\n", 3,
                          "a list is expected"),
    "tab": ("---\ntitle: T\ntags:\n\t- one\n---\n**Ann:** All is well.\n", 4, "tab"),
    "indentation": ("---\ntitle: T\ntags:\n  - one\n - two\n---\n**Ann:** All is well.\n", 5,
                    "indentation"),
    "colon in a value": ("---\ntitle: T\nnote: a: b\n---\n**Ann:** All is well.\n", 3, "quotes"),
    "no date": ("---\ntitle: T\ndate: 2024-02-30\n---\n**Ann:** All is well.\n", 3, "no date"),
    "not UTF-8": (b"---\ntitle: caf\xe9\n---\n**Ann:** All is well.\n", 2, "UTF-8"),
    "an alias": ("---\na: &a [x, x]\nb: [*a, *a]\n---\n**Ann:** All is well.\n", 3, "alias"),
    "an open quote": ('---\ntitle: T\nnote: "open\n---\n**Ann:** All is well.\n', 3, ""),
    "a mapping for a title": ("---\ntitle: {a: b}\n---\n**Ann:** All is well.\n", 2, "title"),
}


@pytest.mark.parametrize("name", FRONT)
def test_broken_front_matter_is_told_and_served(mount, name):
    text, line, word = FRONT[name]
    mounted = mount({"talks/it.md": text, "good.md": GOOD})
    source = (mounted / "episodes/talks/it/source.md").read_bytes()
    assert source == (text if isinstance(text, bytes) else text.encode())
    assert GOOD_TURN in turns_of(mounted, "talks/it")
    assert turns_of(mounted, "good") == [GOOD_TURN]

    rows = [row for row in table_of(mounted) if int(row[1]) == line]
    assert rows, table_of(mounted)
    assert rows[0][0] == "talks/it.md" and word in rows[0][3] and rows[0][4]
    assert all(row[0] == "talks/it.md" for row in table_of(mounted)), "and nothing of good.md"


@pytest.mark.parametrize("name", FRONT)
def test_check_tells_file_line_and_column(tmp_path, name):
    text, line, word = FRONT[name]
    content = write_content(tmp_path / "content", {"talks/it.md": text, "good.md": GOOD})
    told = problems_of(content)
    assert len(told) == len(set(told))
    for problem in told:
        assert re.fullmatch(r"talks/it\.md:[1-9]\d*:[1-9]\d*: \S.*", problem)
    assert any(problem.startswith(f"talks/it.md:{line}:") and word in problem for problem in told)


def test_the_later_of_two_keys_counts(mount):
    mounted = mount({"it.md": FRONT["repeats a key"][0]})
    assert meta(mounted, "it", "title") == "Two\n"
    assert "Two" in os.listdir(mounted / "by-date/2024/01/02")[0]


def test_keys_before_a_mistake_are_kept(mount):
    mounted = mount({"tab.md": FRONT["tab"][0], "indent.md": FRONT["indentation"][0]})
    assert meta(mounted, "tab", "title") == meta(mounted, "indent", "title") == "T\n"


def test_a_quoted_empty_list_names_nobody(mount):
    mounted = mount({"it.md": FRONT["string for a list"][0]})
    assert "by-person" not in os.listdir(mounted.path)


def test_a_string_for_a_list_is_one_value(mount):
    mounted = mount({"it.md": "---\npeople: Ann, Ben\n---\nHello.\n"})
    assert os.listdir(mounted / "by-person") == ["Ann, Ben"]


def test_front_matter_that_is_no_mapping_stays_in_the_words(mount):
    mounted = mount({"it.md": FRONT["no mapping"][0]})
    assert "one" in (mounted / "text/it.txt").read_text()


@pytest.mark.parametrize("name, text", [
    ("CRLF", GOOD.replace("\n", "\r\n").encode()),
    ("BOM", b"\xef\xbb\xbf" + GOOD.encode()),
    ("BOM and CRLF", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()),
    ("no line end at the end", GOOD.rstrip().encode()),
])
def test_harmless_variants_are_read_like_the_plain_file(mount, name, text):
    mounted = mount({"it.md": text})
    assert table_of(mounted) == []
    assert check(mounted.content).returncode == 0
    assert meta(mounted, "it", "title") == "Good\n"
    assert turns_of(mounted, "it") == [GOOD_TURN]
    assert os.listdir(mounted / "by-tag") == ["fine"]
    assert (mounted / "episodes/it/source.md").read_bytes() == text
    assert json.loads((mounted / "episodes/it/meta.json").read_text())["title"] == "Good"


def test_carriage_returns_alone_lose_nothing(mount):
    text = GOOD.replace("\n", "\r").encode()
    mounted = mount({"it.md": text})
    assert (mounted / "episodes/it/source.md").read_bytes() == text
    assert "All is well." in (mounted / "text/it.txt").read_text()


def views_of(mounted):
    """The views of the front matter; by-voice stands wherever there are words."""
    return sorted(name for name in os.listdir(mounted.path)
                  if name.startswith("by-") and name != "by-voice")


def test_no_front_matter_at_all(mount):
    mounted = mount({"it.md": "**Ann:** All is well.\n"})
    assert turns_of(mounted, "it") == [GOOD_TURN]
    assert "meta" not in os.listdir(mounted / "episodes/it")
    assert "meta.json" not in os.listdir(mounted / "episodes/it")
    assert views_of(mounted) == []


@pytest.mark.parametrize("text", ["", "\n\n \n", "---\n---\n", "---", "---\n", "# A heading\n"])
def test_a_file_without_words(mount, text):
    mounted = mount({"it.md": text, "good.md": GOOD})
    listed = os.listdir(mounted / "episodes/it")
    assert "source.md" in listed
    assert (mounted / "episodes/it/source.md").read_text() == text
    # Absent beats empty.
    assert not {"turns", "meta", "meta.json"} & set(listed)
    for name in listed:
        assert name == "source.md" or (mounted / "episodes/it" / name).stat().st_size > 0
    assert sorted(os.listdir(mounted / "text")) == ["good.txt"]


def test_an_empty_file_alone(mount):
    mounted = mount({"it.md": ""})
    assert os.listdir(mounted / "episodes") == ["it"]
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


def test_keys_without_values_make_no_empty_folders(mount):
    mounted = mount({"it.md": '---\ntitle: ""\ndate:\ntags: []\n---\nHello.\n'})
    folders = [path for _, path in walk(mounted / "episodes/it") if os.path.isdir(path)]
    assert [folder for folder in folders if not os.listdir(folder)] == []
    assert views_of(mounted) == []


def test_an_original_that_never_closes_hides_no_words_unsaid(tmp_path):
    """Either the words are there, or somebody is told that they are not."""
    text = "**Ann:** One.\n\n<details>\n<summary>Original English</summary>\n\n**Ann:** Two.\n"
    content = write_content(tmp_path / "content", {"it.md": text})
    result = check(content)
    assert result.returncode == 3 and re.match(r"it\.md:3:\d+: ", result.stdout), result


# --- bytes that are not UTF-8 -------------------------------------------------------------------------


def test_bytes_that_are_not_utf8_become_replacement_characters(mount):
    text = b"---\ntitle: caf\xe9 noir\ntags: [\xff]\n---\n**Ann:** Good \xc3( morning \xed\xa0\x80.\n"
    mounted = mount({"it.md": text})
    assert meta(mounted, "it", "title") == "caf\ufffd noir\n"
    said = turns_of(mounted, "it")[0]
    assert said.startswith("Ann: Good \ufffd( morning \ufffd") and said.endswith(".\n")
    assert (mounted / "episodes/it/source.md").read_bytes() == text
    for name, path in walk(mounted.path):
        name.decode()
        if os.path.isfile(path) and not path.endswith(b"source.md"):
            with open(path, "rb") as file:
                file.read().decode()


def test_a_body_that_is_not_utf8_is_told(tmp_path):
    content = write_content(tmp_path / "content", {"it.md": b"---\ntitle: T\n---\n\n**A:** \xff\n"})
    assert any("UTF-8" in line for line in problems_of(content))
    assert all(re.match(r"it\.md:5:\d+: ", line) for line in problems_of(content))


def test_nul_bytes_lose_nothing(mount):
    text = b"---\ntitle: T\n---\n**Ann:** before\0after\n"
    mounted = mount({"it.md": text})
    said = turns_of(mounted, "it")[0]
    assert said.startswith("Ann: before") and said.endswith("after\n")
    assert (mounted / "episodes/it/source.md").read_bytes() == text


# --- values as names ----------------------------------------------------------------------------------

# value in YAML: name of its folder
NAMES = {
    "a/b": "a%2Fb",
    "60/40 portfolio": "60%2F40 portfolio",
    ".env": "%2Eenv",
    '"."': "%2E",
    '".."': "%2E.",
    "100%": "100%25",
    '"%2F"': "%252F",
    '"bell\\x07"': "bell%07",
    '"line\\nbreak"': "line%0Abreak",
    '"tab\\there"': "tab%09here",
    '"del\\x7f"': "del%7F",
    "-rf": "-rf",
    '"*"': "*",
    "'it''s'": "it's",
    "河边": "河边",
    '"back\\\\slash"': "back\\slash",
}


def test_values_become_names_that_can_be_undone(mount):
    tags = "".join(f"- {value}\n" for value in NAMES)
    mounted = mount({"it.md": f"---\ntitle: T\ntags:\n{tags}---\nHello.\n"})
    assert sorted(os.listdir(mounted / "by-tag")) == sorted(NAMES.values())
    for name in NAMES.values():
        assert os.listdir(mounted / "by-tag" / name) == ["T--it"]
        assert os.path.samefile(mounted / "by-tag" / name / "T--it", mounted / "episodes/it")


def test_values_of_300_bytes(mount):
    long, wide = "x" * 300, "河" * 100
    mounted = mount({"it.md": f"---\ntags: [{long}a, {long}b, {wide}]\n---\nHello.\n"})
    names = os.listdir(mounted / "by-tag")
    assert len(names) == 3
    for name in names:
        assert len(os.fsencode(name)) <= 255
        assert re.fullmatch(r"(x+|河+)~[0-9a-f]{8}", name)
        assert os.listdir(mounted / "by-tag" / name) == ["it"]
    assert meta(mounted, "it", "tags") == f"{long}a\n{long}b\n{wide}\n"


def test_a_title_of_300_bytes(mount):
    mounted = mount({"one.md": f"---\ntitle: {'题' * 100}\ndate: 2024-01-02\n---\nHello.\n",
                     "two.md": f"---\ntitle: {'题' * 100}!\ndate: 2024-01-02\n---\nHello.\n"})
    names = os.listdir(mounted / "by-date/2024/01/02")
    assert len(set(names)) == 2
    for name in names:
        assert len(os.fsencode(name)) <= 255
        assert name.startswith("2024-01-02--题") and name.endswith(("--one", "--two"))
    assert meta(mounted, "one", "title") == "题" * 100 + "\n"


def test_a_title_that_could_be_a_path(mount):
    mounted = mount({"it.md": '---\ntitle: "../../etc/passwd"\ntags: [a]\n---\nHello.\n'})
    (name,) = os.listdir(mounted / "by-tag/a")
    assert name == "%2E.%2F..%2Fetc%2Fpasswd--it"


def test_keys_that_could_be_paths(mount):
    mounted = mount({"it.md": '---\n"../x": [a]\n".hidden": [b]\n"a/b": c\n"": d\n---\nHello.\n'})
    listed = os.listdir(mounted / "episodes/it/meta")
    assert "%2E.%2Fx" in listed and "a%2Fb" in listed and "%2Ehidden" in listed
    assert all(os.path.isfile(mounted / "episodes/it/meta" / name) for name in listed)
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


def test_values_that_differ_only_by_case(mount):
    page = "---\ntags: [{}]\n---\nHello.\n"
    mounted = mount({"a.md": page.format("Machine Learning"), "b.md": page.format("machine learning"),
                     "c.md": page.format("machine learning"), "d.md": page.format("ML")})
    tags = mounted / "by-tag"
    assert sorted(os.listdir(tags)) == ["ML", "machine learning"]
    assert sorted(os.listdir(tags / "machine learning")) == ["a", "b", "c"]
    assert (tags / "Machine Learning").is_symlink()
    assert os.path.samefile(tags / "Machine Learning", tags / "machine learning")


def test_one_file_with_both_spellings_stands_there_once(mount):
    mounted = mount({"it.md": "---\ntags: [Sleep, sleep, Sleep]\n---\nHello.\n"})
    assert os.listdir(mounted / "by-tag") == ["Sleep"]
    assert os.listdir(mounted / "by-tag/Sleep") == ["it"]


def test_titles_and_files_that_differ_only_by_case(mount):
    page = "---\ntitle: {}\ndate: 2024-01-02\ntags: [t]\n---\nHello.\n"
    mounted = mount({"one.md": page.format("A Night"), "two.md": page.format("a night"),
                     "ONE.md": page.format("A NIGHT")})
    assert sorted(os.listdir(mounted / "episodes")) == ["ONE", "one", "two"]
    assert sorted(os.listdir(mounted / "by-tag/t")) == [
        "2024-01-02--A_NIGHT--ONE", "2024-01-02--A_Night--one", "2024-01-02--a_night--two"]


def test_equal_titles_stay_apart(mount):
    page = "---\ntitle: Same\ntags: [t]\n---\nHello from {}.\n"
    mounted = mount({f"{i}.md": page.format(i) for i in range(3)})
    assert sorted(os.listdir(mounted / "by-tag/t")) == ["Same--0", "Same--1", "Same--2"]


# --- names of files -----------------------------------------------------------------------------------


def test_a_name_that_is_taken_keeps_its_extension(mount):
    mounted = mount({"foo.md": GOOD, "foo/inner.md": GOOD, "bar.md": GOOD, "bar.markdown": GOOD,
                     "both.md": GOOD, "both.markdown": GOOD, "both/x.md": GOOD})
    listed = sorted(os.listdir(mounted / "episodes"))
    assert "foo.md" in listed and "foo" in listed
    assert os.listdir(mounted / "episodes/foo") == ["inner"]
    assert turns_of(mounted, "foo.md") == turns_of(mounted, "foo/inner") == [GOOD_TURN]
    assert {"both.md", "both.markdown", "both"} <= set(listed)
    assert len([name for name in listed if name.startswith("bar")]) == 2
    assert "bar.markdown" in listed
    assert len(os.listdir(mounted / "by-tag/fine")) == 7
    assert shell("cat text/*.txt text/*/*.txt | wc -l", cwd=mounted.path).strip() == "7"
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


def test_a_folder_without_transcripts_takes_no_name(mount):
    mounted = mount({"foo.md": GOOD, "foo/picture.png": b"\x89PNG"})
    assert os.listdir(mounted / "episodes") == ["foo"]


def test_a_folder_that_is_named_like_a_file(mount):
    mounted = mount({"notes.md/it.md": GOOD})
    assert turns_of(mounted, "notes.md/it") == [GOOD_TURN]


def test_file_names_of_every_kind(mount):
    names = [b"a b", b"a%b", b"new\nline", b"tab\t", b"-dash", b"it's \"quoted\"", b"back\\slash",
             b"bad\xffbyte", "夜谈".encode(), b"two.dots", b"x" * 252, b"$(touch gone)", b"a--b",
             b"~", b"UPPER", b"transcriptfs", b"turns", b"source.md", b"*"]
    mounted = mount({name + b".md": GOOD for name in names})
    listed = os.listdir(os.fsencode(mounted / "episodes"))
    assert len(listed) == len(names)
    for name in listed:
        folder = os.fsencode(mounted / "episodes") + b"/" + name
        assert os.listdir(folder + b"/turns") == [b"001.txt"]
    assert {b"a b", "夜谈".encode(), b"two.dots", b"UPPER"} <= set(listed)
    for name in os.listdir(mounted / "by-tag/fine"):
        assert os.path.samefile(mounted / "by-tag/fine" / name / "..", mounted / "episodes"), name
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)
    shell("find . -print0 | xargs -0 ls -d >/dev/null && tar c . >/dev/null", cwd=mounted.path)


def test_each_problem_is_one_line_whatever_the_file_is_called(tmp_path, mount):
    content = write_content(tmp_path / "content", {b"new\nline\t\x1b[31m.md": FRONT["tab"][0]})
    told = problems_of(content)
    assert len(told) == 1 and told[0].isprintable()
    mounted = mount(content)
    name, line, column, *_ = table_of(mounted)[0]
    assert name == r"new\nline\t\u001b[31m.md"
    assert told[0].startswith(f"new\\x0aline\\x09\\x1b[31m.md:{line}:{column}:")
    assert all(row.isprintable() for row in "".join(table_of(mounted)[0]))


def test_files_that_are_left_out(mount):
    mounted = mount({"README.md": GOOD, "LICENSE.md": GOOD, "CONTRIBUTING.md": GOOD, "it.md": GOOD,
                     "_index.md": GOOD, ".hidden.md": GOOD, ".git/x.md": GOOD, "notes.txt": "x",
                     "sub/_index.zh.md": GOOD, "IT2.MD": GOOD, ".md": GOOD})
    assert sorted(os.listdir(mounted / "episodes")) == ["IT2", "it"]


# --- files that cannot be read, and what is no file ---------------------------------------------------


def without_override():
    """Root may read everything; without these two rights it is as anybody else."""
    if os.geteuid() != 0:
        return []
    rights = "-dac_override,-dac_read_search"
    prefix = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    if run(*prefix, "true").returncode != 0:
        pytest.skip("setpriv cannot take root's right to read everything")
    return prefix


def test_an_unreadable_file_is_told_and_still_there(mount, tmp_path):
    content = write_content(tmp_path / "content", {"good.md": GOOD, "locked.md": GOOD})
    (content / "locked.md").chmod(0)
    mounted = mount(content, prefix=without_override())
    assert sorted(os.listdir(mounted / "episodes")) == ["good", "locked"]
    assert os.listdir(mounted / "episodes/locked") == ["source.md"]
    assert (mounted / "episodes/locked/source.md").stat().st_size == len(GOOD)
    with pytest.raises(PermissionError):
        (mounted / "episodes/locked/source.md").read_bytes()
    assert turns_of(mounted, "good") == [GOOD_TURN]
    rows = table_of(mounted)
    assert [row[0] for row in rows] == ["locked.md"] and "Permission denied" in rows[0][3]


def test_check_tells_an_unreadable_file_once(tmp_path):
    content = write_content(tmp_path / "content", {"good.md": GOOD, "locked.md": GOOD})
    (content / "locked.md").chmod(0)
    told = problems_of(content, prefix=without_override())
    assert len(told) == 1 and told[0].startswith("locked.md:") and "Permission denied" in told[0]


def test_an_unreadable_folder_is_told(mount, tmp_path):
    content = write_content(tmp_path / "content", {"good.md": GOOD, "locked/it.md": GOOD})
    (content / "locked").chmod(0)
    try:
        mounted = mount(content, prefix=without_override())
        assert turns_of(mounted, "good") == [GOOD_TURN]
        assert [row[0] for row in table_of(mounted)] == ["locked"]
    finally:
        (content / "locked").chmod(0o755)


def make_link(path):
    path.symlink_to("/etc/passwd")


def make_link_to_sibling(path):
    path.symlink_to("good.md")


def make_dangling_link(path):
    path.symlink_to("nothing.md")


def make_fifo(path):
    os.mkfifo(path)


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


def make_device(path):
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # as /dev/zero: it never ends
    except PermissionError:
        pytest.skip("only root makes devices")


NO_FILES = {
    "link": (make_link, "symbolic link"),
    "link to a sibling": (make_link_to_sibling, "symbolic link"),
    "dangling link": (make_dangling_link, "symbolic link"),
    "fifo": (make_fifo, "FIFO"),
    "socket": (make_socket, "socket"),
    "device": (make_device, "device"),
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_told_and_never_opened(mount, tmp_path, kind):
    make, word = NO_FILES[kind]
    content = write_content(tmp_path / "content", {"good.md": GOOD})
    make(content / "x.md")
    mounted = mount(content)
    assert os.listdir(mounted / "episodes") == ["good"]
    assert os.listdir(mounted / "text") == ["good.txt"]
    rows = table_of(mounted)
    assert [row[0] for row in rows] == ["x.md"] and word in rows[0][3] and rows[0][4]
    told = problems_of(content)
    assert len(told) == 1 and told[0].startswith("x.md:") and word in told[0]


def test_a_link_to_a_folder_is_told_and_not_followed(mount, tmp_path):
    write_content(tmp_path / "outside", {"secret.md": GOOD})
    content = write_content(tmp_path / "content", {"good.md": GOOD})
    (content / "folder").symlink_to(tmp_path / "outside")
    (content / "round").symlink_to(".")
    mounted = mount(content)
    assert os.listdir(mounted / "episodes") == ["good"]
    assert sorted(row[0] for row in table_of(mounted)) == ["folder", "round"]


def test_a_file_that_becomes_a_link_is_not_followed(mount, tmp_path):
    (tmp_path / "secret").write_text("secret")
    mounted = mount({"it.md": GOOD})
    (mounted.content / "it.md").unlink()
    (mounted.content / "it.md").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError):
        (mounted / "episodes/it/source.md").read_bytes()


def test_a_file_that_is_cut_while_mounted_shows_no_mixture(mount):
    mounted = mount({"it.md": GOOD, "good.md": GOOD})
    with open(mounted.content / "it.md", "r+") as file:
        file.truncate(20)
    # Whoever looks up what is made of the words, before anybody has looked at the file, waits until that is done.
    assert GOOD_TURN not in (mounted / "text/it.txt").read_text()
    assert (mounted / "episodes/it/source.md").read_bytes() == GOOD.encode()[:20]
    assert turns_of(mounted, "good") == [GOOD_TURN], "the others are as they were"


def test_2300_turns_in_one_file(mount):
    episode = made_corpus.LONG_EPISODE
    mounted = mount({"it.md": episode.markdown()})
    names = os.listdir(mounted / "episodes/it/turns")
    assert names == [f"{i + 1:04}.txt" for i in range(2300)]
    assert turns_of(mounted, "it") == [turn.text() for turn in episode.turns]


def test_more_turns_than_can_be_numbered(mount):
    text = "---\ntitle: T\n---\n" + "".join(f"Word {i}.\n\n" for i in range(70_000))
    mounted = mount({"it.md": text, "good.md": GOOD})
    assert (mounted / "episodes/it/source.md").read_text() == text
    shell("find . >/dev/null; tar c episodes/good >/dev/null", cwd=mounted.path)
    shell("ls -lR . >/dev/null && tar c . >/dev/null", cwd=mounted.path)
    assert any("turns" in line and line.startswith("it.md:") for line in problems_of(mounted.content))


def test_a_huge_file_is_told_and_served_as_it_is(mount, tmp_path):
    content = write_content(tmp_path / "content", {"good.md": GOOD, "huge.md": GOOD})
    os.truncate(content / "huge.md", 65 << 20)
    mounted = mount(content)
    source = mounted / "episodes/huge/source.md"
    assert source.stat().st_size == 65 << 20
    with open(source, "rb") as file:
        assert file.read(len(GOOD)).decode() == GOOD
    assert [row[0] for row in table_of(mounted)] == ["huge.md"]
    assert turns_of(mounted, "good") == [GOOD_TURN]


def test_an_alias_bomb_is_told_and_ends_soon(mount):
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    mounted = mount({"it.md": f"---\ntitle: T\na0: &a0 [x]\n{levels}---\nHello.\n"})
    assert turns_of(mounted, "it") == ["Hello.\n"]
    assert any("alias" in row[3] for row in table_of(mounted))
    assert (mounted / "episodes/it/meta.json").stat().st_size < 1 << 20


def test_deeply_nested_input_is_told_and_ends_soon(mount):
    mounted = mount({"yaml.md": f"---\ntitle: T\ndeep: {'[' * 5000}{']' * 5000}\n---\nHello.\n",
                     "quote.md": "> " * 20_000 + "deep\n", "list.md": "- " * 5000 + "deep\n",
                     "link.md": "[" * 50_000 + "\n", "emphasis.md": "*a **a " * 20_000 + "\n"})
    assert turns_of(mounted, "yaml") == ["Hello.\n"]
    assert [row[0] for row in table_of(mounted)][:1] == ["yaml.md"]
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


# --- the command line ---------------------------------------------------------------------------------


@pytest.mark.parametrize("option, nearest", [
    ("cache_sise=1M", "cache_size"), ("allow_others", "allow_other"), ("entry=name", "entries"),
    ("thread=2", "threads"), ("non_empty", "nonempty"), ("debgu", "debug"),
])
def test_unknown_mount_options_are_refused_with_the_nearest(fuse, content, place, option, nearest):
    message = refused("-o", option, content, place, status=2)
    assert f'unknown option "{option.split("=")[0]}"' in message
    assert f'did you mean "{nearest}"?' in message
    assert not is_mounted(place)


@pytest.mark.parametrize("option, nearest", [
    ("--forground", "--foreground"), ("--chek", "--check"), ("--verbos3", "--verbose"),
    ("--single_thread", "--single-thread"), ("--hlep", "--help"),
])
def test_unknown_long_options_are_refused_with_the_nearest(fuse, content, place, option, nearest):
    message = refused(option, content, place, status=2)
    assert option in message and nearest in message.replace("transcriptfs --help", "")
    assert not is_mounted(place)


def test_an_option_like_no_other_is_refused_without_a_guess(content, place):
    message = refused("-o", "supercalifragilistic", content, place, status=2)
    assert "supercalifragilistic" in message and "did you mean" not in message


def test_an_unknown_option_behind_known_ones_is_refused(content, place):
    assert "bogus_thing" in refused("-o", "ro,cache_size=1M,bogus_thing", content, place, status=2)
    assert not is_mounted(place)


@pytest.mark.parametrize("args", [
    [], ["-x"], ["-o"], ["-o", "cache_size=much", "C", "M"], ["-o", "cache_size", "C", "M"],
    ["-o", "cache_size=-1", "C", "M"], ["-o", "cache_size=", "C", "M"], ["-o", "threads=0", "C", "M"],
    ["-o", "entries=both", "C", "M"], ["-o", "quiet=yes", "C", "M"], ["C"], ["C", "M", "X"],
    ["--check"], ["--check", "C", "M"],
])
def test_wrong_usage_exits_with_2(content, place, args):
    args = [{"C": content, "M": place}.get(arg, arg) for arg in args]
    result = run(TRANSCRIPTFS, *args)
    assert result.returncode == 2
    assert result.stderr and not result.stdout
    assert "--help" in result.stderr, "it says where to read on"
    assert not is_mounted(place)


def test_help_tells_each_option(content):
    for option in ("-h", "--help"):
        text = run_ok(TRANSCRIPTFS, option)
        assert "usage: transcriptfs [options] CONTENT MOUNTPOINT" in text
        for known in ("-f", "-d", "-s", "-q", "-v", "-o", "-V", "--check", "cache_size", "entries",
                      "allow_other", "fusermount3 -u"):
            assert known in text, known


def test_version():
    for option in ("-V", "--version"):
        assert re.fullmatch(r"transcriptfs \d+\.\d+\.\d+\n", run_ok(TRANSCRIPTFS, option))


def test_options_of_mount_and_fstab_are_taken(mount, content):
    mounted = mount(content, "-o", "ro,nosuid,nodev,noatime,_netdev,x-systemd.automount,nofail")
    assert turns_of(mounted, "good") == [GOOD_TURN]


def test_writing_stays_impossible_where_rw_is_asked(mount, content):
    mounted = mount(content, "-o", "rw,suid,dev,exec")
    options = mounts()[os.fsencode(mounted.path)][2].split(b",")
    assert {b"ro", b"nosuid", b"nodev", b"noexec"} <= set(options)


# --- check --------------------------------------------------------------------------------------------


def test_check_of_good_content(content):
    result = check(content)
    assert (result.returncode, result.stdout) == (0, "")
    assert check(content, "-q").stderr == ""


def test_check_of_a_missing_folder(tmp_path):
    result = check(tmp_path / "none")
    assert (result.returncode, result.stdout) == (1, "")
    assert "No such file or directory" in result.stderr


def test_check_names_files_below_the_folder_in_order(tmp_path):
    content = write_content(tmp_path / "content", {f"{n}/it.md": FRONT["tab"][0] for n in "cab"})
    assert [line.split(":")[0] for line in problems_of(content)] == ["a/it.md", "b/it.md", "c/it.md"]


def test_check_says_the_same_each_time(tmp_path):
    bad = b"---\ntitle: \xff\n---\n**A:** \xff\n"
    content = write_content(tmp_path / "content", {f"{i:02}.md": bad for i in range(60)})
    first = problems_of(content)
    for _ in range(5):
        assert problems_of(content) == first


def test_check_tells_what_the_mount_tells(mount):
    mounted = mount({f"{i}.md": text for i, (text, _, _) in enumerate(FRONT.values())})
    told = {tuple(line.split(":")[:2]) for line in problems_of(mounted.content)}
    assert {(row[0], row[1]) for row in table_of(mounted)} <= told


# --- the configuration --------------------------------------------------------------------------------

# text: (line, column or None, a word)
CONFIGS = {
    "unknown key": ("views:\n  a: by-a\nexcludes: [x]\n", 3, "unknown key"),
    "no mapping": ("- a\n- b\n", 1, "mapping"),
    "views is a list": ("views: [by-a]\n", 1, "mapping"),
    "a bad view name": ("views:\n  topics: topic\n", 2, "by-"),
    "a view that is a path": ("views:\n  topics: by-a/b\n", 2, "by-"),
    "exclude is a string": ("exclude: drafts\n", 1, "list"),
    "a tab": ("views:\n\ttopics: by-topic\n", 2, "tab"),
    "an open list": ("exclude: [a, b\n", 1, ""),
    "a bad indentation": ("views:\n  a: by-a\n b: by-b\n", 3, "indentation"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_wrong_configuration_is_told_before_the_mount(fuse, tmp_path, place, name):
    text, line, word = CONFIGS[name]
    content = write_content(tmp_path / "content", {".transcriptfs.yaml": text, "good.md": GOOD})
    for args in ([content, place], ["-f", content, place], ["--check", content]):
        result = run(TRANSCRIPTFS, *args)
        assert result.returncode == 1
        told = re.search(r"\.transcriptfs\.yaml:(\d+):(\d+): (.+)", result.stderr)
        assert told, result.stderr
        assert word in told[3] and int(told[2]) >= 1
        if name != "an open list":
            assert int(told[1]) == line
        assert "front matter" not in result.stderr, "it is none"
        assert not is_mounted(place)


def test_each_mistake_of_a_configuration_is_told(fuse, tmp_path, place):
    text = "views:\n  a: x\n  b: y\nother: 1\n"
    content = write_content(tmp_path / "content", {".transcriptfs.yaml": text})
    message = run(TRANSCRIPTFS, content, place).stderr
    assert [int(n) for n in re.findall(r"yaml:(\d+):", message)] == [2, 3, 4]


def test_the_configuration_renames_and_leaves_out(mount):
    config = ("views:\n  topics: by-topic\n  tags: false\n  mood: by-mood\n"
              "exclude:\n  - drafts/\n  - \"*-old.md\"\n  - \"!README.md\"\n")
    page = "---\ntopics: [a]\ntags: [b]\nmood: calm\n---\n**Ann:** All is well.\n"
    mounted = mount({".transcriptfs.yaml": config, "it.md": page, "drafts/x.md": page,
                     "it-old.md": page, "README.md": page, "sub/drafts/x.md": page})
    assert sorted(os.listdir(mounted / "episodes")) == ["README", "it"]
    assert views_of(mounted) == ["by-mood", "by-topic"]
    assert os.listdir(mounted / "by-mood") == ["calm"]
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)


def test_an_empty_configuration_changes_nothing(mount):
    mounted = mount({".transcriptfs.yaml": "# nothing yet\n", "good.md": GOOD})
    assert os.listdir(mounted / "by-tag") == ["fine"]


@pytest.mark.parametrize("kind", ["link", "fifo", "device"])
def test_a_configuration_that_is_no_file_does_not_block(fuse, tmp_path, place, kind):
    content = write_content(tmp_path / "content", {"good.md": GOOD})
    NO_FILES[kind][0](content / ".transcriptfs.yaml")
    message = refused(content, place)
    assert ".transcriptfs.yaml" in message
    assert not is_mounted(place)


# --- start and stop -----------------------------------------------------------------------------------


def test_the_mount_answers_when_the_command_returns(fuse, content, tmp_path):
    place = tmp_path / "mnt"
    place.mkdir()
    command = f"{TRANSCRIPTFS} -q {content} {place} && ls {place}/by-tag && fusermount3 -u {place}"
    for _ in range(10):
        assert shell(command, cwd="/") == "fine\n"
        assert not is_mounted(place)


def test_the_background_lets_go_of_output_and_folder(fuse, content, tmp_path, place):
    """Else a pipe behind the command would never end, and the folder would be busy."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    assert shell(f"{TRANSCRIPTFS} -q {content} {place} 2>&1 | cat", cwd=cwd) == ""
    assert is_mounted(place)
    holders = run("fuser", "-m", place) if os.path.exists("/bin/fuser") else None
    assert holders is None or not holders.stdout.strip()
    cwd.rmdir()
    assert (place / "text/good.txt").read_text() == GOOD_TURN


def test_a_failed_start_in_the_background_is_told(fuse, content, tmp_path, place):
    (content / ".transcriptfs.yaml").write_text("x: 1\n")
    result = run(TRANSCRIPTFS, content, place)
    assert result.returncode == 1 and "unknown key" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_unmounts(mount, content, number):
    mounted = mount(content)
    errors = mounted.signal(number)
    assert (mounted.process.returncode, errors) == (0, "")
    assert not is_mounted(mounted.path)
    assert os.listdir(mounted.path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_unmounts_with_one_thread(mount, content, number):
    mounted = mount(content, "-s")
    mounted.signal(number)
    assert mounted.process.returncode == 0
    assert not is_mounted(mounted.path)


def test_a_signal_unmounts_where_a_file_is_open(mount, content):
    mounted = mount(content)
    held = os.open(mounted / "text/good.txt", os.O_RDONLY)
    mounted.signal(signal.SIGTERM)
    with contextlib.suppress(OSError):  # what served it is gone
        os.close(held)
    assert mounted.process.returncode == 0
    assert not is_mounted(mounted.path)


def test_a_signal_unmounts_the_background_too(fuse, content, place):
    run_ok(TRANSCRIPTFS, "-q", content, place)
    # Its command line names the mount point, which is this test's own.
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                is_ours = file.read().split(b"\0")[-2:-1] == [os.fsencode(place)]
        except OSError:
            continue
        if is_ours:
            process = os.pidfd_open(int(pid))
            os.kill(int(pid), signal.SIGTERM)
            poll = select.poll()
            poll.register(process, select.POLLIN)
            assert poll.poll(TIMEOUT * 1000), "it did not end"
            os.close(process)
            break
    else:
        pytest.fail("there is no process in the background")
    assert not is_mounted(place)


EARLY_SIGNAL = r"""
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

/* A signal comes when the background has just begun. */
pid_t fork(void)
{
    static int calls;
    calls++;
    pid_t child = ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
    if (child > 0 && calls == 1)
        raise(SIGTERM);
    return child;
}
"""


def test_a_signal_just_when_the_background_begins(fuse, content, place, with_library):
    """It is for who goes on there too: nothing stays mounted."""
    result = run(*with_library(EARLY_SIGNAL), TRANSCRIPTFS, "-q", content, place)
    assert result.returncode == 1 and result.stderr == ""
    assert not is_mounted(place)


def test_relative_paths(fuse, tmp_path):
    write_content(tmp_path / "content", {"good.md": GOOD})
    (tmp_path / "mnt").mkdir()
    for more in (["-q"], ["-q", "-s"]):
        run_ok(TRANSCRIPTFS, *more, "content", "./mnt/../mnt/", cwd=tmp_path)
        assert (tmp_path / "mnt/text/good.txt").read_text() == GOOD_TURN
        assert mounts()[os.fsencode(tmp_path / "mnt")][1] == os.fsencode(tmp_path / "content")
        run_ok("fusermount3", "-u", tmp_path / "mnt")
    with Mount("content", "mnt", cwd=tmp_path):
        assert (tmp_path / "mnt/text/good.txt").read_text() == GOOD_TURN


@pytest.mark.parametrize("name", ["with space", "a,b=c", "渡船 的 夜", "back\\slash", "it's", "-f",
                                  "tab\there", "a\\,b", "%s%n"])
def test_paths_of_every_kind(mount, tmp_path, name):
    content = write_content(tmp_path / "c" / name, {f"{name}.md": GOOD})
    place = tmp_path / "m" / name
    place.mkdir(parents=True)
    with Mount(content, place) as mounted:
        assert (mounted / "text" / f"{name.replace('%', '%25')}.txt".replace(
            "\t", "%09")).read_text() == GOOD_TURN
        assert mounts()[os.fsencode(place)][:2] == (b"fuse.transcriptfs", os.fsencode(content))
    assert not is_mounted(place)


def test_folders_that_begin_with_a_dash(fuse, tmp_path):
    write_content(tmp_path / "-c", {"good.md": GOOD})
    (tmp_path / "-m").mkdir()
    run_ok(TRANSCRIPTFS, "-q", "--", "-c", "-m", cwd=tmp_path)
    assert (tmp_path / "-m/text/good.txt").read_text() == GOOD_TURN
    run_ok("fusermount3", "-u", tmp_path / "-m")


def test_folders_that_are_links(mount, content, tmp_path):
    (tmp_path / "c").symlink_to(content)
    (tmp_path / "m").mkdir()
    (tmp_path / "ml").symlink_to("m")
    with Mount(tmp_path / "c", tmp_path / "ml") as mounted:
        assert turns_of(mounted, "good") == [GOOD_TURN]


def test_a_slash_at_the_end(mount, content, tmp_path):
    (tmp_path / "m").mkdir()
    run_ok(TRANSCRIPTFS, "-q", f"{content}//", f"{tmp_path}/m//")
    assert (tmp_path / "m/text/good.txt").read_text() == GOOD_TURN
    run_ok("fusermount3", "-u", tmp_path / "m")


def test_entries_have_the_bare_name_where_asked(mount):
    mounted = mount({"sub/it.md": GOOD, "good.md": GOOD}, "-o", "entries=name")
    assert sorted(os.listdir(mounted / "by-tag/fine")) == ["good", "sub--it"]
    assert sorted(os.listdir(mounted / "by-date/2024/01/02")) == ["good", "sub--it"]


def test_bare_names_that_collide_stay_apart(mount):
    """a/b and a--b are both a--b in a flat view."""
    mounted = mount({"a/b.md": GOOD, "a--b.md": GOOD}, "-o", "entries=name")
    names = os.listdir(mounted / "by-tag/fine")
    assert len(set(names)) == 2
    targets = {os.path.realpath(mounted / "by-tag/fine" / name) for name in names}
    assert targets == {f"{mounted.path}/episodes/a/b", f"{mounted.path}/episodes/a--b"}


def test_answers_are_right_without_a_cache(mount):
    mounted = mount({"it.md": made_corpus.EPISODES[1].markdown()}, "-o", "cache_size=0")
    for _ in range(2):
        assert turns_of(mounted, "it") == [turn.text() for turn in made_corpus.EPISODES[1].turns]
    status = json.loads((mounted / ".transcriptfs/status.json").read_text())
    assert status["cache"]["limit_bytes"] == 0


def test_answers_are_right_with_one_thread(mount):
    mounted = mount({"it.md": made_corpus.EPISODES[1].markdown()}, "-s")
    assert turns_of(mounted, "it") == [turn.text() for turn in made_corpus.EPISODES[1].turns]
    threads = os.listdir(f"/proc/{mounted.worker}/task")
    if not is_thread_sanitized():
        assert len(threads) == 6, "one that serves, three that follow the content, one that stores ahead, a witness"


def test_debug_tells_requests_and_stays_in_the_foreground(fuse, content, place):
    process = subprocess.Popen([TRANSCRIPTFS, "-d", content, place], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if "INIT" in line:
                break
        else:
            pytest.fail("no INIT was told")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0
    finally:
        process.kill()


def test_verbose_tells_each_problem(fuse, tmp_path, place):
    content = write_content(tmp_path / "content", {"it.md": FRONT["tab"][0]})
    result = run(TRANSCRIPTFS, "-v", content, place)
    assert result.returncode == 0
    assert re.search(r"^it\.md:4:\d+: .*tab", result.stderr, re.M)
    assert "1 episode" in result.stderr


def test_verbose_tells_what_is_no_transcript(fuse, tmp_path, place):
    track = "WEBVTT\nKind: chapters\n\n00:00.000 --> 00:10.000\nThe beginning\n"
    content = write_content(tmp_path / "content", {"a/it.vtt": track, "it.json": "{}", "it.md": "Words.\n"})
    told = "a/it.vtt: chapters or pictures, and no transcript; it is left out\n"
    assert run(TRANSCRIPTFS, "--check", "-q", "-v", content).stderr.startswith(told)
    assert run(TRANSCRIPTFS, "--check", content).stderr == "1 file, 0 problems\n"
    assert run(TRANSCRIPTFS, "-v", content, place).stderr.startswith(told)


def test_problems_are_counted_in_a_word_at_the_start(fuse, tmp_path, place):
    content = write_content(tmp_path / "content", {"it.md": FRONT["tab"][0]})
    message = run(TRANSCRIPTFS, content, place).stderr
    assert "1 problem" in message and "--check" in message


def assert_each_name_once(mounted):
    """… and each leads somewhere."""
    for path, folders, files in os.walk(mounted.path):
        listed = folders + files
        assert len(set(listed)) == len(listed), path
        for name in listed:
            assert name.encode().decode() == name
            os.stat(os.path.join(path, name))


@pytest.mark.parametrize("content", [
    # Two long values of one hash: names of both are cut to the same.
    {"a.md": f"---\ntags: [{'a' * 246}0000114354, {'a' * 246}0000133295]\n---\nWords.\n"},
    # A name that is cut, and one that is written as the other is cut to.
    {f"{'看' * 80}xy看看看a.md": "Words.\n", f"{'看' * 80}xy~32961ae0.md": "Words.\n"},
    {f"{'%' * 130}/x.md": "Words.\n", f"{'%' * 82}~8cd6c6e2/x.md": "Words.\n"},
    {"a.md": f"---\n{'/' * 130}: one\n{'/' * 82}~40df5bdd: two\n---\nWords.\n"},
    # The longest name that there can be, which has to make room for an ending.
    {f"{'看' * 84}.md": "**Ann:** Words.\n", "b.md": "**Bo:** Words.\n"},
], ids=["values", "files", "folders", "keys", "longest"])
def test_names_that_are_cut_to_the_same(mount, content):
    mounted = mount(content)
    assert_each_name_once(mounted)
    assert len(shell("find episodes -name source.md", mounted.path).split()) == len(content)
    rows = [json.loads(line)["episode"] for line in (mounted / "index/episodes.jsonl").read_text().splitlines()]
    assert sorted(rows) == sorted(os.path.relpath(path, mounted.path / "episodes") for path in
                                  map(os.path.dirname, (mounted.path / "episodes").rglob("source.md")))
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)
