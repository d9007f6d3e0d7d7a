"""The limits of what is read: at each, one over it, and where it is changed by its option."""

import contextlib
import json
import os
import re

import pytest

from test_live import settle, wait_until
from tools import (DUMP, REPOSITORY, TRANSCRIPTFS, dump_of_content, dump_of_mount,
                   is_thread_sanitized, run, run_ok, write_content)

GOOD = "---\ntitle: Good\ntags: [fine]\n---\n**Ann:** All is well.\n"
GOOD_TURN = "Ann: All is well.\n"
HEAD = "---\ntitle: T\n---\n"


def front_of(size):
    """A file whose front matter, with the lines around it, has so many bytes."""
    text = "---\ntitle: T\nx: "
    return text + "y" * (size - len(text) - 5) + "\n---\nWords.\n"


def body_of(size):
    """A file of so many bytes, with few turns and long lines."""
    text = HEAD + "**Ann:** "
    return text + "words " * ((size - len(text)) // 6) + "x" * ((size - len(text)) % 6)


def keys(count):
    return "---\n" + "".join(f"k{i}: v\n" for i in range(count)) + "---\nWords.\n"


def views(count):
    return {f"f{i:03}.md": f"---\nk{i:03}: [v]\n---\nWords.\n" for i in range(count)}


def value(size):
    return f"---\ntitle: T\ntags: [{'v' * size}]\n---\nWords.\n"


def title(size):
    return f"---\ntitle: {'t' * size}\n---\nWords.\n"


def events(count):
    """Front matter of so many events: a stream and a document, a mapping and a list begin, there is
    a key, and all but the stream end."""
    return f"---\ntags: [{','.join(['a'] * (count - 8))}]\n---\nWords.\n"


# What each limit counts: how to make a file that has so much of it.
MAKE = {
    "max_file": body_of,
    "max_front": front_of,
    "max_yaml_depth": lambda n: f"---\na: {'[' * (n - 1)}x{']' * (n - 1)}\n---\nWords.\n",
    "max_yaml_events": events,
    "max_yaml_keys": keys,
    "max_value": value,
    "max_nesting": lambda n: HEAD + "- " * n + "Words.\n",
    "max_images": lambda n: HEAD + "![a](b) " * n + "\n",
    "max_turns": lambda n: HEAD + "Word.\n\n" * n,
    "max_sections": lambda n: HEAD + "# One\n\n" * n + "Words.\n",
}
# The default; another that is tried; how a message has the two; the line of the problem, or None.
LIMITS = {
    "max_file": (64 << 20, "100K", 100 << 10, "64 MiB", "100 KiB", 0),
    "max_front": (256 << 10, "1000", 1000, "256 KiB", "1,000 bytes", 1),
    "max_yaml_depth": (16, "3", 3, "16 deep", "3 deep", 2),
    "max_yaml_events": (100_000, "50", 50, "100,000 YAML events", "50 YAML events", 3),
    "max_yaml_keys": (1000, "4", 4, "1,000 keys", "4 keys", None),
    "max_value": (4096, "20", 20, "4 KiB", "20 bytes", 3),
    "max_nesting": (32, "5", 5, "32 deep", "5 deep", 4),
    "max_images": (1000, "2", 2, "1,000 images", "2 images", 4),
    "max_turns": (65_535, "7", 7, "65,535 turns", "7 turns", None),
    "max_sections": (65_535, "3", 3, "65,535 headings", "3 headings", None),
}
# These stand in their view or in meta/ as far as they were understood; the words are there.
OF_FRONT = {"max_front", "max_yaml_depth", "max_yaml_events", "max_yaml_keys", "max_value"}

CASES = [(name, None, row[0], row[3], row[5]) for name, row in LIMITS.items()]
CASES += [(name, row[1], row[2], row[4], row[5]) for name, row in LIMITS.items()]


def options(name, text):
    return ("-o", f"{name}={text}") if text else ()


def check(content, *more):
    result = run(TRANSCRIPTFS, "--check", "-q", *more, content)
    assert result.returncode in (0, 3) and not result.stderr, result
    return result.stdout.splitlines()


def table_of(mount):
    """The rows of problems.tsv: file, line, column, problem, done."""
    lines = (mount / ".transcriptfs/problems.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines[1:]]


@pytest.mark.parametrize("name, text, most, told_as, line", CASES)
def test_at_the_limit_nothing_is_said(tmp_path, name, text, most, told_as, line):
    content = write_content(tmp_path / "content", {"it.md": MAKE[name](most)})
    if name == "max_file":
        assert (content / "it.md").stat().st_size == most
    assert check(content, *options(name, text)) == []


@pytest.mark.parametrize("name, text, most, told_as, line", CASES)
def test_one_over_the_limit_is_told_and_served(mount, name, text, most, told_as, line):
    source = MAKE[name](most + 1)
    mounted = mount({"it.md": source, "good.md": GOOD}, *options(name, text))
    episode = mounted / "episodes/it"
    assert (episode / "source.md").read_text() == source
    transcript = episode / "transcript.txt"
    words = transcript.read_text() if transcript.exists() else ""
    assert bool(words) == (name in OF_FRONT), "the words of a body over a limit are in source.md alone"
    assert (mounted / "episodes/good/turns/001.txt").read_text() == GOOD_TURN
    assert (mounted / "by-tag/fine/Good--good/source.md").read_text() == GOOD

    rows = [row for row in table_of(mounted) if f"(-o {name})" in row[3]]
    assert len(rows) == 1 and rows[0][0] == "it.md" and rows[0][4], table_of(mounted)
    assert told_as in rows[0][3]
    assert line is None or int(rows[0][1]) == line
    told = check(mounted.content, *options(name, text))
    assert len(told) == 1 and told[0].startswith("it.md:") and rows[0][3] in told[0]


@pytest.mark.parametrize("name", LIMITS)
def test_the_tree_is_sound_over_the_limit(mount, name):
    text, most = LIMITS[name][1:3]
    mounted = mount({"it.md": MAKE[name](most + 1), "good.md": GOOD}, *options(name, text))
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content, *options(name, text))


@pytest.mark.parametrize("name", LIMITS)
def test_a_file_that_comes_back_under_the_limit_is_whole_again(mount, name):
    text, most = LIMITS[name][1:3]
    mounted = mount({"it.md": MAKE[name](most + 1), "good.md": GOOD}, *options(name, text))
    with contextlib.suppress(FileNotFoundError):
        (mounted / "episodes/it/transcript.txt").read_bytes()
    assert any(f"(-o {name})" in row[3] for row in table_of(mounted))
    write_content(mounted.content, {"it.md": MAKE[name](most)})
    settle(mounted)
    assert (mounted / "episodes/it/transcript.txt").read_text()
    assert not any(f"(-o {name})" in row[3] for row in table_of(mounted))


def test_titles_are_values(mount):
    mounted = mount({"at.md": title(4096), "over.md": title(4097)})
    assert (mounted / "episodes/at/meta/title").read_text() == "t" * 4096 + "\n"
    assert (mounted / "episodes/over/meta/title").read_text() == "t" * 4097 + "\n"
    assert [row[:4] for row in table_of(mounted)] == [
        ["over.md", "2", "8", "title: a value of more than 4 KiB (-o max_value)"]]
    assert "over" in os.listdir(mounted / "episodes")


@pytest.mark.parametrize("most", [256, 3])
def test_views(mount, most):
    content = views(most)
    good = options("max_views", str(most)) if most != 256 else ()
    mounted = mount(content, *good)
    assert len([name for name in os.listdir(mounted.path) if name.startswith("by-k")]) == most
    assert table_of(mounted) == []
    write_content(mounted.content, {"g.md": "---\na-new-key: [v, w]\n---\nWords.\n"})
    wait_until((mounted / "episodes/g").exists, "the file that is one too many does not come")
    assert (mounted / "episodes/g/turns/001.txt").read_text() == "Words.\n"
    assert table_of(mounted) == [
        ["g.md", "2", "13", f"by-a_new_key: more than {most} views (-o max_views)",
         "there is no such view"]]
    assert not (mounted / "by-a_new_key").exists()
    assert (mounted / "episodes/g/meta/a-new-key").read_text() == "v\nw\n"


# A letter takes a byte; what it needs to be read takes hundreds.
HUNGRY = HEAD + "[" * 3000 + "\n"


def test_memory_of_a_body(mount):
    mounted = mount({"it.md": HUNGRY, "good.md": GOOD}, "-o", "max_markdown=256K")
    assert (mounted / "episodes/it/source.md").read_text() == HUNGRY
    assert not (mounted / "episodes/it/transcript.txt").exists()
    assert [row[3] for row in table_of(mounted)] == [
        "words that take more than 256 KiB of memory to read (-o max_markdown)"]
    assert (mounted / "episodes/good/turns/001.txt").read_text() == GOOD_TURN
    assert check(mounted.content, "-o", "max_markdown=2M") == []


def code(lines):
    return "```\n" + "a\n" * lines + "```\n"


ALL_LINES = 512 * 1024 // 2 // 40  # that there may be where there are 512K of memory


@pytest.mark.parametrize("text", ["<div>\n" + "a\n" * 20000, code(20000), code(ALL_LINES) + "\n#\n\n" + code(20000),
                                  "<details>\n\n" + code(20000) + "\n</details>\n"],
                         ids=["HTML", "code", "an empty heading", "details"])
def test_lines_take_memory_too(tmp_path, text):
    """Those of code or HTML cost cmark nothing."""
    content = write_content(tmp_path / "content", {"it.md": HEAD + text})
    told = check(content, "-o", "max_markdown=512K")
    assert len(told) == 1 and "more than 512 KiB of memory" in told[0], told
    assert not any("memory" in problem for problem in check(content))


@pytest.mark.skipif(is_thread_sanitized(), reason="ThreadSanitizer takes several times the memory")
def test_memory_of_a_body_is_bounded(tmp_path):
    """Without a limit this file would take 5 GB."""
    content = write_content(tmp_path / "content", {"it.md": HEAD + "[" * (20 << 20)})
    peak = run_ok("/usr/bin/python3", "-c", "import os, resource, subprocess, sys\n"
                  "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                  TRANSCRIPTFS, "--check", "-q", "-o", "max_markdown=64M", content)
    assert int(peak) < 300 << 10


@pytest.mark.parametrize("text", ["- " * 20 + "x\n" + "\n" * 50 + "y\n", "* " * 200 + "\n",
                                  "- - - - - - - - - - - - - - - -\n", " " * 200 + "- Ann\n",
                                  "a\n\n" + (" " * 90 + "- Ann\n\nb\n\n") * 50])
def test_what_only_looks_deep_is_read(tmp_path, text):
    content = write_content(tmp_path / "content", {"it.md": HEAD + "**Ann:** a\n\n" + text})
    assert check(content) == []


@pytest.mark.parametrize("deep", ["- " * 40 + "x\n", "> " * 40 + "x\n", ">\t" * 40 + "x\n", "1. " * 40 + "x\n",
                                  "".join("  " * i + "- x\n" for i in range(40)),
                                  "".join("\t" * i + "1) x\n\n" for i in range(40)),
                                  "a\r" + "- " * 40 + "x\n"])
def test_what_is_deep_is_told(tmp_path, deep):
    content = write_content(tmp_path / "content", {"it.md": HEAD + deep})
    assert len(check(content)) == 1
    assert check(content, "-o", "max_nesting=128") == []


def test_aliases_are_not_expanded(mount):
    mounted = mount({"it.md": "---\na: &a [x]\ntags: [b, *a]\n---\nWords.\n"})
    assert [row[1:4] for row in table_of(mounted)] == [["3", "11", 'YAML alias "*a"']]
    assert os.listdir(mounted / "by-tag") == ["b"]


def test_the_content_cannot_change_limits(tmp_path):
    content = write_content(tmp_path / "content", {
        ".transcriptfs.yaml": "max_turns: 1\n", "it.md": GOOD})
    result = run(TRANSCRIPTFS, "--check", content)
    assert result.returncode == 1 and 'unknown key "max_turns"' in result.stderr


def test_a_configuration_of_more_than_a_mebibyte(tmp_path):
    line = "#" * 1023 + "\n"
    content = write_content(tmp_path / "content", {".transcriptfs.yaml": line * 1024, "it.md": GOOD})
    assert check(content) == []
    write_content(content, {".transcriptfs.yaml": line * 1024 + "\n"})
    result = run(TRANSCRIPTFS, "--check", content)
    assert result.returncode == 1 and "more than 1 MiB" in result.stderr


@pytest.mark.parametrize("most", [["a*" * 31 + "b"] * 128, [f"episode {i}.md" for i in range(8192)],
                                  ["*"] * 2048 + ["name"] * 4096], ids=["patterns", "names", "both"])
def test_patterns(tmp_path, most):
    def written(patterns):
        return ".transcriptfs.yaml", f"exclude: {json.dumps(patterns)}\n"
    content = write_content(tmp_path / "content", dict([written(most), ("it.md", GOOD)]))
    assert check(content) == []
    write_content(content, dict([written(most + ["x"])]))
    result = run(TRANSCRIPTFS, "--check", content)
    assert result.returncode == 1 and ".transcriptfs.yaml:1:" in result.stderr, result
    assert "patterns of more than 8 KiB in all" in result.stderr and len(result.stderr.splitlines()) == 1, result


def test_names_are_patterns_of_themselves_alone(tmp_path):
    content = write_content(tmp_path / "content", {
        ".transcriptfs.yaml": "exclude: [one.md, /two.md, sub/three.md, 'fo\\ur.md', away/]\n",
        **{f"{folder}{name}.md": GOOD for folder in ("", "sub/", "sub/sub/", "away/", "far/away/")
           for name in ("one", "two", "three", "four", "one.md")}})
    there = {line.split(" ")[-1] for line in run_ok(DUMP, content).splitlines() if line.endswith("/source.md")}
    assert {name.removeprefix("/episodes/").removesuffix("/source.md") for name in there} == {
        "one.md", "three", "sub/one.md", "sub/two", "sub/sub/one.md", "sub/sub/two", "sub/sub/three"}


# --- options ------------------------------------------------------------------------------------------


def help_rows():
    """Each limit that --help has: name, least, most, default."""
    return re.findall(r"^      (max_\w+)=\w+ .*: (\w+) to (\w+) \(default (\w+)\)$",
                      run_ok(TRANSCRIPTFS, "--help"), re.M)


def test_help_and_the_manual_have_each_limit():
    rows = help_rows()
    assert set(LIMITS) | {"max_views", "max_markdown"} == {row[0] for row in rows}
    table = re.findall(r"^\|  (max_\w+)\n:  (\w+)\n:  (\w+)\n",
                       (REPOSITORY / "man/transcriptfs.1.scd").read_text(), re.M)
    assert table == [(name, default, most) for name, _, most, default in rows]


@pytest.mark.parametrize("row", help_rows(), ids=lambda row: row[0])
def test_limits_have_bounds(tmp_path, row):
    name, least, most, _ = row
    content = write_content(tmp_path / "content", {"it.md": "Words.\n"})
    for value in (least, most):
        assert run(TRANSCRIPTFS, "--check", "-q", "-o", f"{name}={value}", content).returncode in (0, 3)
        assert run(DUMP, "-o", f"{name}={value}", content).returncode == 0
    over = str(int(re.match(r"\d+", most)[0]) + 1) + most.lstrip("0123456789")
    for value in (over, "x", "-1", "", "1x", "99999999999999999999"):
        result = run(TRANSCRIPTFS, "--check", "-o", f"{name}={value}", content)
        assert result.returncode == 2 and f"from {least} to {most}" in result.stderr, value
        assert run(DUMP, "-o", f"{name}={value}", content).returncode == 2


def test_a_limit_without_a_value(tmp_path):
    result = run(TRANSCRIPTFS, "--check", "-o", "max_turns", tmp_path)
    assert result.returncode == 2 and "from 1 to 65535" in result.stderr


def test_units(tmp_path):
    content = write_content(tmp_path / "content", {"it.md": "x" * 2048})
    for value in ("2048", "2K", "2k", "2KB"):
        assert check(content, "-o", f"max_file={value}") == []
        assert check(content, "-o", f"max_file=2047,max_file={value}") == []
    assert len(check(content, "-o", "max_file=2047")) == 1
