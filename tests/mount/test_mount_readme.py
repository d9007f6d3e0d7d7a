"""README.md in the root of a mount: what it says is so, its commands find something, and it costs no reading."""

import json
import os
import re

import pytest

from tools import TRANSCRIPTFS, run, shell

TURNS = "**Ana:** Is that so?\n\n**Bo:** It is.\n"


def text_of(mounted):
    return (mounted / "README.md").read_text(encoding="utf-8")


def commands_of(mounted):
    return re.search(r"^```sh\n(.*?)^```$", text_of(mounted), re.S | re.M)[1].splitlines()


def status(mounted):
    return json.loads((mounted / ".transcriptfs/status.json").read_text())


def test_each_command_finds_something(example):
    commands = commands_of(example)
    assert len(commands) > 9
    for command in commands:
        assert shell(command, cwd=example.path), command


def test_the_commands_are_about_every_folder(example):
    shown = "\n".join(commands_of(example))
    for folder in os.listdir(example / "episodes"):
        assert f"'episodes/{folder}/" in shown


def test_the_commands_are_about_every_folder_whatever_has_front_matter(mount):
    with_front = "---\ntitle: T\ndate: 2024-01-02\n---\n" + TURNS
    mounted = mount({**{f"aa/{i}.md": with_front for i in range(50)}, "bb/it.md": TURNS, "cc/it.md": TURNS,
                     "top.md": TURNS})
    commands = commands_of(mounted)
    for command in commands[:-1]:  # there are no problems but the line of names
        assert shell(command, cwd=mounted.path), command
    shown = "\n".join(commands)
    assert all(f"'episodes/{name}" in shown for name in ("aa/", "bb/", "cc/", "top"))


def test_it_is_short_enough_to_be_read(example, made):
    for mounted in (example, made):
        size = os.stat(mounted / "README.md").st_size
        assert size == len((mounted / "README.md").read_bytes()) <= 6000


def test_many_folders_and_long_names_leave_it_short(mount):
    mounted = mount({f"folder {i:03} {'x' * 40}/it.md": TURNS for i in range(100)})
    assert len(text_of(mounted).encode()) <= 6000
    assert "- all other folders: without a date: 88; without front matter: 88\n" in text_of(mounted)


def test_it_names_the_fields_of_a_record(example):
    records = text_of(example).split("## Records\n")[1].split("\nEvery ")[0]
    named = [name for line in re.findall(r"^- (`.*?):", records, re.M) for name in re.findall(r"`(\w+)`", line)]
    turns = example / "episodes/podcast/night-trains-02"
    assert named == list(json.loads((turns / "turns.jsonl").read_text().splitlines()[0]))


def test_without_records_it_names_no_fields(mount):
    mounted = mount({"it.md": TURNS}, "-o", "formats=turns")
    assert "## Records" not in text_of(mounted) and "turns.jsonl" not in text_of(mounted)
    assert all(shell(command, cwd=mounted.path) for command in commands_of(mounted)[:-1])


def test_what_it_says_of_turns_and_speakers_is_so(mount):
    mounted = mount({"it.md": "**Ana:** One.\n\nNote: not said by Note.\n\n**Host:** Two.\n\n**Break:** \\[25:59\\]\n\n"
                              "**Ana:** Three.\n\n## Later\n\n**Host:** Four.\n\n**Ana:** Five.\n\nSix.\n"})
    lines = (mounted / "text/it.txt").read_text().splitlines()
    assert lines == ["Ana: One.  Note: not said by Note.", "Host: Two.", "Ana: Three.", "Host: Four.", "Ana: Five.  Six."]
    assert "Break" in (mounted / "episodes/it/source.md").read_text()
    assert sorted(os.listdir(mounted / "episodes/it/voices")) == ["Ana", "Host"]
    assert os.listdir(mounted / "by-voice") == ["Ana"]


def test_it_tells_the_folders_that_lack_a_date_or_front_matter(mount):
    dated = "---\ntitle: T\ndate: 2024-01-02\n---\n" + TURNS
    mounted = mount({"a/1.md": dated, "a/2.md": "---\ntitle: T\n---\n" + TURNS, "b/1.md": TURNS, "c/1.md": dated})
    text = text_of(mounted)
    assert "Without a date: 2. Without front matter: 1." in text
    assert re.findall(r"^- `episodes/(.+)`: (.*)$", text, re.M) == [
        ("a/", "episodes: 2; without a date: 1; without front matter: 0"),
        ("b/", "episodes: 1; without a date: 1; without front matter: 1")]


def test_where_nothing_lacks_a_date_nothing_is_told(mount):
    mounted = mount({"a/1.md": "---\ntitle: T\ndate: 2024-01-02\n---\n" + TURNS})
    assert "without a date" not in text_of(mounted) and "Without a date: 0." in text_of(mounted)


def test_problems_are_counted_by_one_rule(mount):
    content = {"front.md": "---\ndate: soon\n---\n" + TURNS, "words.md": TURNS + "\n**Ana:**\n",
               "both.md": "---\ndate: later\n---\n" + TURNS + "\n**Bo:**\n"}
    mounted = mount(content)
    told = run(TRANSCRIPTFS, "--check", mounted.content).stderr
    assert told == "3 files, 4 problems: 2 in files and front matter, 2 in words\n"
    assert "Problems in files and front matter: 2.\n" in text_of(mounted)
    before = status(mounted)
    assert (before["problems"], before["problems_in_words"]) == (2, 0)
    shell("cat text/*", cwd=mounted.path)
    after = status(mounted)
    assert (after["problems"], after["problems_in_words"]) == (4, 2)
    assert len((mounted / ".transcriptfs/problems.tsv").read_text().splitlines()) == 1 + 4
    assert "Problems in files and front matter: 2.\n" in text_of(mounted)


def test_no_problem_is_no_sum(tmp_path):
    (tmp_path / "it.md").write_text(TURNS)
    assert run(TRANSCRIPTFS, "--check", tmp_path).stderr == "1 file, 0 problems\n"


@pytest.mark.parametrize("look", [lambda mounted: os.stat(mounted / "README.md").st_size, text_of,
                                  lambda mounted: shell("ls -l", cwd=mounted.path)])
def test_to_read_it_reads_no_body(mount, made_content, look):
    mounted = mount(made_content)
    assert look(mounted)
    assert status(mounted)["cache"]["misses"] == 0
