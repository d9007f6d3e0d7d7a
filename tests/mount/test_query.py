"""Queries: what they find, against a slow evaluator that reads turns.jsonl; and what --query says."""

import calendar
import concurrent.futures
import contextlib
import errno
import itertools
import json
import os
import random
import re
import signal
import subprocess
import threading
import time
import unicodedata

import pytest

from test_live import wait_until
from tools import EXAMPLE, TRANSCRIPTFS, Mount, run, write_content

WORDS = ["tide", "lamp", "Night train", "船", "O’Brien", "co-op", "a (b)", "10:30", "straße"]
VOICES = ["Ana Lima", "Bo", "林岚"]
TAGS = ["sea", "railways", "Sea, wind", "ÉTÉ", "x*"]
DATES = [None, "2024-01-02", "2024-02", "2023-12-31", "2025-05-18"]
FOLDERS = ["podcast", "podcast/2024", "talks"]


def fold(text):
    text = text.replace("’", "'")
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


# --- content, and what is known of it ----------------------------------------------------------------------


def made_episode(rng, number):
    facts = {"date": rng.choice(DATES), "tags": rng.sample(TAGS, rng.randrange(3)), "title": f"{rng.choice(WORDS)} {number}",
             "folder": rng.choice(FOLDERS)}
    lines = ["---", f"title: {json.dumps(facts['title'], ensure_ascii=False)}",
             f"tags: {json.dumps(facts['tags'], ensure_ascii=False)}"]
    lines += [f"date: {facts['date']}"] if facts["date"] else []
    lines += ["---", ""]
    for _ in range(rng.randrange(9)):
        if rng.random() < 0.2:
            lines += [f"## On {rng.choice(WORDS[:4])}", ""]
        voice = rng.choice(VOICES)
        words = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 4)))
        # A paragraph of the same turn, which a phrase reaches across.
        more = rng.choice(WORDS) if rng.random() < 0.3 else None
        lines += [f"**{voice}:** {words}", ""] + ([more, ""] if more else [])
    return facts, "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    rng = random.Random(20)
    episodes, files = {}, {}
    for number in range(40):
        facts, text = made_episode(rng, number)
        path = f"{facts['folder']}/e{number:02}.md"
        episodes[path[:-3]] = facts
        files[path] = text
    content = write_content(tmp_path_factory.mktemp("query") / "content", files)
    for facts in episodes.values():
        facts["turns"] = []
    for line in ask(content, "has:voice OR no:voice", "turns.jsonl"):
        record = json.loads(line)
        episodes[record["episode"]]["turns"].append(record)
    return episodes, content


# --- a slow evaluator --------------------------------------------------------------------------------------


def days(date):
    """The first and the last day that a date may be, as text that sorts."""
    first, last = date + "-01-01"[len(date) - 4:], date + ("-12" if len(date) == 4 else "")
    year, month = int(last[:4]), int(last[5:7])
    return first, last if len(last) == 10 else f"{last}-{calendar.monthrange(year, month)[1]}"


def in_range(date, value):
    if not date:
        return False
    begin, dots, end = value.partition("..")
    low = days(begin)[0] if begin else ""
    high = (days(end)[1] if end else "9999-12-31") if dots else days(begin)[1]
    return low <= days(date)[0] and days(date)[1] <= high


TERMS = {
    "tag": lambda e, t, v: v in map(fold, e["tags"]),
    "title": lambda e, t, v: v in fold(e["title"]),
    "folder": lambda e, t, v: (e["folder"] + "/").startswith(v + "/"),
    "date": lambda e, t, v: in_range(e["date"], v),
    "voice": lambda e, t, v: v in (fold(t["voice"] or ""), fold(t["speaker"] or "")),
    "heading": lambda e, t, v: v in fold(t["heading"] or ""),
    "word": lambda e, t, v: v in fold(t["text"]),
    "has": lambda e, t, v: bool({"tag": e["tags"], "date": e["date"], "heading": t and t["heading"], "voice": t and t["voice"]}[v]),
}
OF_TURNS = {"voice", "heading", "word"}


def holds(node, episode, turn):
    kind, *rest = node
    if kind == "all":
        return all(holds(part, episode, turn) for part in rest)
    if kind == "any":
        return any(holds(part, episode, turn) for part in rest)
    if kind == "not":
        return not holds(rest[0], episode, turn)
    if kind == "with":
        return any(holds(rest[0], episode, other) for other in episode["turns"])
    return any(TERMS[kind](episode, turn, fold(value)) for value in rest)


# --- queries at random, and their spellings ----------------------------------------------------------------


def random_node(rng, depth):
    kind = rng.choice(["all", "any", "not", "with", "term", "term"]) if depth else "term"
    if kind in ("all", "any"):
        return (kind, *(random_node(rng, depth - 1) for _ in range(rng.randrange(2, 4))))
    if kind in ("not", "with"):
        return kind, random_node(rng, depth - 1)
    kind = rng.choice(list(TERMS))
    values = {"tag": TAGS, "title": WORDS, "folder": FOLDERS + ["talk"], "voice": VOICES + ["Nobody"], "heading": ["on", "tide"],
              "date": ["2024", "2024-01", "2024-02", "2024..", "..2023", "2023-12..2024-01-02", "2024-02-01..2024-02-28",
                       "2024-02-01..2024-02-29"],
              "has": ["tag", "date", "heading", "voice"],
              "word": WORDS + ["tide lamp", "id", "-"]}[kind]
    return (kind, *rng.sample(values, 1 if kind == "word" else rng.randrange(1, 3)))


def spell_value(rng, value):
    if re.fullmatch(r"[\w.-]+", value) and not value.startswith("-") and rng.random() < 0.5:
        return rng.choice([value, value.upper()])
    open_, close = rng.choice(['""', "“”", "„“", "＂＂"])
    return open_ + value + close


def spell(rng, node):
    kind, *rest = node
    if kind == "all":
        return "(" + rng.choice([" ", "  ", " AND "]).join(spell(rng, part) for part in rest) + ")"
    if kind == "any":
        return "(" + " OR ".join(spell(rng, part) for part in rest) + ")"
    if kind == "not":
        inner = spell(rng, rest[0])
        return rng.choice(["-", "NOT "]) + (inner if inner[0] not in "-N" else f"({inner})")
    if kind == "with":
        return f"with:({spell(rng, rest[0])})"
    if kind == "word":
        return spell_value(rng, rest[0])
    return rng.choice([kind, kind.title()]) + rng.choice(":：") + ",".join(spell_value(rng, value) for value in rest)


def ask(content, query, form):
    result = run(TRANSCRIPTFS, "-q", "--query", query, "--format", form, content)
    assert result.returncode in (0, 1) and not result.stderr, (query, result.stderr)
    assert (result.returncode == 0) == bool(result.stdout), query
    return result.stdout.splitlines()


def speaks_of_turns(node):
    kind, *rest = node
    if kind in ("all", "any", "not"):
        return any(map(speaks_of_turns, rest))
    return kind in OF_TURNS or kind == "with" or (kind == "has" and bool({"heading", "voice"} & set(rest)))


@pytest.mark.parametrize("seed", range(8))
def test_queries_find_what_a_slow_evaluator_finds(made, seed):
    episodes, content = made
    rng = random.Random(seed)
    found_any = 0
    for _ in range(25):
        node = random_node(rng, 3)
        query = spell(rng, node)
        expected = [f"{name}#{i + 1}" for name in sorted(episodes) for i, turn in enumerate(episodes[name]["turns"])
                    if holds(node, episodes[name], turn)]
        if rng.random() < 0.5:
            found = [json.loads(line)["id"] for line in ask(content, query, "turns.jsonl")]
            assert found == expected, query
        else:
            whole = [] if speaks_of_turns(node) else [name for name in episodes if holds(node, episodes[name], None)]
            assert ask(content, query, "episodes") == sorted({name.partition("#")[0] for name in expected} | set(whole)), query
        found_any += bool(expected)
    assert found_any > 5


# --- the program -------------------------------------------------------------------------------------------


def test_quotes_are_printed_and_grep_s_status_is_given():
    found = run(TRANSCRIPTFS, "--query", 'voice:ingrid "lost count"', EXAMPLE)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("“") and "— Ingrid, The last keeper of Skerry Rock, 2024-03-09" in found.stdout
    none = run(TRANSCRIPTFS, "--query", "zebra Ingrid", EXAMPLE)
    assert (none.returncode, none.stdout) == (1, "")
    assert "zebra: 0 turns in 0 episodes" in none.stderr
    header, *rows = run(TRANSCRIPTFS, "--query", "the", "--format", "turns.tsv", EXAMPLE).stdout.splitlines()
    assert header.startswith("id\t") and len(rows) > 5 and not any(row.startswith("id\t") for row in rows)


PARSED = r"""
#include <dlfcn.h>
#include <unistd.h>

void cmark_parser_feed(void *parser, const char *text, size_t len)
{
    void (*real)(void *, const char *, size_t) = (void (*)(void *, const char *, size_t))dlsym(RTLD_NEXT, "cmark_parser_feed");
    write(2, "parsed\n", 7);
    real(parser, text, len);
}
"""


@pytest.mark.parametrize("query, told, parsed", [
    ("zebra", "zebra: 0 turns in 0 episodes", 40),
    ("zebra tide", "tide: 40 turns in 40 episodes", 40),
    ("tag:t0 zebra", "tag:t0: 1 episode", 40),  # one is read for the question, the others for what zebra finds alone
    ("-tide", "tide: 40 turns in 40 episodes", 40),
])
def test_what_finds_nothing_reads_each_body_once(with_library, tmp_path, query, told, parsed):
    content = write_content(tmp_path / "content", {f"e{n:02}.md": f"---\ntags: [t{n}]\n---\n\n**Ana:** A tide.\n" for n in range(40)})
    result = run(*with_library(PARSED), TRANSCRIPTFS, "-o", "cache_size=0", "--query", query, content)
    assert result.returncode == 1 and told in result.stderr
    assert result.stderr.count("parsed") == parsed


@pytest.mark.parametrize("arguments, says", [
    (["--query", "tide (lamp"], "never closed\n  tide (lamp\n       ^\n"),
    (["--query", "colour:red"], "there is no key colour"),
    (["--query", "a", "--format", "xml"], "--format is"),
    (["--query"], "missing"),
    (["--query", "a", "gone"], "gone"),
    (["--query", "a", "--format", "xml", "gone"], "--format is quotes, turns.jsonl"),  # before all of the content is read
    (["--check", "--query", "a"], "--check and --query"),
    (["--check", "--format", "turns.tsv"], "--format is for --query"),
    (["--format", "turns.tsv", "/"], "--format is for --query"),
])
def test_mistakes_end_with_2(arguments, says):
    paths = [] if "gone" in arguments else [EXAMPLE]
    result = run(TRANSCRIPTFS, *arguments, *paths)
    assert result.returncode == 2 and says in result.stderr and not result.stdout


@pytest.mark.parametrize("option", ["--query", "--format", "-o", "-qo"])
def test_an_option_without_its_value_is_named(option):
    result = run(TRANSCRIPTFS, EXAMPLE, option)
    assert (result.returncode, result.stderr.splitlines()[0]) == (2, f'transcriptfs: "{option}" needs a value')


# --- search/ in a mount ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mounted(fuse, made, tmp_path_factory):
    with Mount(made[1], tmp_path_factory.mktemp("search")) as mount:
        yield mount


def in_name(query):
    return query.replace("/", "%2F")


def linked_episodes(mounted, folder):
    return sorted(os.path.relpath(path.resolve(), mounted.path / "episodes") for path in folder.iterdir())


@pytest.mark.parametrize("seed", range(4))
def test_a_folder_has_what_the_program_prints(made, mounted, seed):
    episodes, content = made
    rng = random.Random(100 + seed)
    for _ in range(10):
        node = random_node(rng, 2)
        query = spell(rng, node)
        folder = mounted / "search" / in_name(query)
        printed = {form: ask(content, query, form) for form in ("quotes", "turns.jsonl", "turns.tsv", "episodes")}
        found = printed["episodes"]
        ids = [json.loads(line)["id"] for line in printed["turns.jsonl"]]
        assert f"\nepisodes\t{len(found)}\n" in (folder / "query.txt").read_text()
        assert ("\nturns\t" in (folder / "query.txt").read_text()) == (speaks_of_turns(node) and bool(found)), query
        if not found:
            assert os.listdir(folder) == ["query.txt"], query
            continue
        if speaks_of_turns(node):
            assert f"\nturns\t{len(ids)}\n" in (folder / "query.txt").read_text()
        names = ["query.txt", "quotes.txt", "turns.jsonl", "turns.tsv", "turns", "episodes", "index", "by-voice"]
        names += ["by-date"] * any(episodes[name]["date"] for name in found) + ["by-tag"] * any(episodes[name]["tags"] for name in found)
        assert sorted(os.listdir(folder)) == sorted(names), query
        assert linked_episodes(mounted, folder / "episodes") == found
        for name, form in (("quotes.txt", "quotes"), ("turns.jsonl", "turns.jsonl"), ("turns.tsv", "turns.tsv")):
            lines = (folder / name).read_text().splitlines()
            assert (lines if ids or name != "turns.tsv" else lines[1:]) == printed[form]
            assert (folder / name).stat().st_size == len((folder / name).read_bytes())
        turns = {os.path.relpath(path.resolve(), mounted.path / "episodes") for path in (folder / "turns").iterdir()}
        assert turns == {f"{name}/turns/{int(number):03}.txt" for name, number in (turn.split("#") for turn in ids)}
        assert all(path.lstat().st_size == len(os.readlink(path)) for path in (folder / "turns").iterdir())


# --- the views of a selection, and its tables ---------------------------------------------------------------


def rows(path):
    header, *lines = path.read_text().splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"))) for line in lines]


@pytest.mark.parametrize("seed", range(3))
def test_views_are_those_of_what_is_found_and_lead_to_less(made, mounted, seed):
    """Each value of a view is a link to what the query and the value find."""
    episodes, content = made
    rng = random.Random(200 + seed)
    values_seen = 0
    for _ in range(8):
        query = spell(rng, random_node(rng, 2))
        folder = mounted / "search" / in_name(query)
        found = ask(content, query, "episodes")
        turns = [json.loads(line) for line in ask(content, query, "turns.jsonl")]
        if not found:
            continue
        expected = {"tag": {tag: [name for name in found if tag in episodes[name]["tags"]] for tag in TAGS},
                    "voice": {voice: sorted({turn["episode"] for turn in turns if turn["voice"] == voice}) for voice in VOICES},
                    "date": {year: [name for name in found if (episodes[name]["date"] or "").startswith(year)]
                             for year in ("2023", "2024", "2025")}}
        for key, values in expected.items():
            view = folder / f"by-{key}"
            shown = {value for value, names in values.items() if names}
            assert set(os.listdir(view) if view.exists() else []) == shown, (query, key)
            for value in shown:
                assert linked_episodes(mounted, view / value) == values[value], (query, key, value)
                assert values[value] == ask(content, f'({query}) {key}:"{value}"', "episodes")
                values_seen += 1
            if key != "date" and shown:
                counted = {row["value"]: int(row["count"]) for row in rows(folder / f"index/by-{key}.tsv")}
                assert counted == {value: len(values[value]) for value in shown}
        assert ("by-tag.tsv" in os.listdir(folder / "index")) == any(expected["tag"].values())
        counts = {row["episode"]: int(row["turns"]) for row in rows(folder / "index/counts.tsv")}
        assert counts == {name: sum(turn["episode"] == name for turn in turns) for name in found}
        assert [row["episode"] for row in rows(folder / "index/episodes.tsv")] == found
        by_voice = {(row["voice"], row["episode"]): int(row["turns"]) for row in rows(folder / "index/voices.tsv")}
        assert sum(by_voice.values()) == sum(turn["voice"] is not None for turn in turns)
    assert values_seen > 20


def test_views_are_combined_by_typing_on(made, mounted):
    episodes, content = made
    for path, query in (("by-tag/sea/by-tag/ÉTÉ", "tag:sea tag:été"),
                        ("by-tag/sea/by-voice/Ana Lima/by-tag/ÉTÉ", 'tag:sea voice:"Ana Lima" tag:ÉTÉ'),
                        ("by-voice/Bo/by-date/2024", "voice:Bo date:2024"), ("by-date/2024/by-tag/sea", "date:2024 tag:sea"),
                        ("by-date/2024/01/02/by-voice/Bo", "date:2024-01-02 voice:Bo"),
                        ("search/tide/by-tag/sea/by-date/2024", "tide tag:sea date:2024")):
        found = ask(content, query, "episodes")
        assert found and linked_episodes(mounted, mounted / path) == found, path
    # A table of no value is neither listed nor found.
    assert os.listdir(mounted / "search/no:tag/episodes") and not os.path.lexists(mounted / "search/no:tag/index/by-tag.tsv")
    # Found, and not listed; and there is no such view.
    assert not any(name.startswith("by-") for name in os.listdir(mounted / "by-tag/sea"))
    assert not os.path.lexists(mounted / "by-tag/sea/by-colour") and not os.path.lexists(mounted / "by-date/2024/01/XX/by-tag")


def test_a_combination_too_long_for_a_name_says_so(mount):
    mounted = mount({"a.md": "---\ntags: [" + "x" * 130 + ", " + "y" * 130 + "]\n---\n\n" + TALK.format("tide").partition("---\n\n")[2]})
    folder = mounted / "search" / ("tag:" + "x" * 130) / "by-tag"
    assert os.listdir(folder) == ["x" * 130]
    with pytest.raises(OSError) as failed:
        os.readlink(folder / ("y" * 130))
    assert failed.value.errno == errno.ENAMETOOLONG


def test_what_a_view_lists_can_be_looked_up(mount):
    """A link that would lead to no query is not there."""
    long, tags = "rain " * 48 + "snow", "by-tag"
    mounted = mount({"a.md": f'---\ntitle: A\ndate: 2024-05-06\ntags: [all, "?!", "a\\0b", "{long}"]\n---\n\n**Ana:** It rains.\n'})
    assert len(os.listdir(mounted / tags)) == 4
    assert set(os.listdir(mounted / "search/tag:all rains" / tags)) == {"all", "?!"}
    for query in ("tag:all", "rains OR " + " OR ".join(["snow"] * 5), "rains OR " + " OR ".join(f"snow{n:02}" for n in range(23))):
        for view in (tags, "by-voice", "by-date"):
            folder = mounted / "search" / query / view
            assert all(os.stat(folder / name) for name in os.listdir(folder)), (query, view)


def test_another_spelling_is_a_link(mounted):
    folder = mounted / "search"
    assert os.readlink(folder / "TIDE  Lamp") == "lamp tide"
    assert not (folder / "lamp tide").is_symlink()
    assert os.stat(folder / "lamp AND tide").st_ino == os.stat(folder / "lamp tide").st_ino
    assert sorted(os.listdir(folder)) == ["README.md"]


def test_mistakes_are_invalid_and_probes_are_not_there(mounted):
    for name in ("f(x)", "colour:red", "(a", "a OR", "(" * 255):
        with pytest.raises(OSError) as raised:
            os.stat(mounted / "search" / name)
        assert raised.value.errno == errno.EINVAL, name
    for name in (".git", "Thumbs.db", "desktop.ini", "favicon.ico"):
        assert not os.path.lexists(mounted / "search" / name)
    assert os.path.isdir(mounted / "search" / '"robots.txt"')


def test_examples_of_the_readme_find_something(mounted):
    text = (mounted / "search/README.md").read_text()
    examples = re.findall(r"^ {4}(\S.*)$", text, re.M)
    assert len(examples) >= 2
    for query in examples:
        assert (mounted / "search" / query / "episodes").is_dir(), query


TALK = "---\ntitle: {0}\n---\n**Ana:** The {0} is here.\n\n**Bo:** So it is.\n\n**Ana:** Good.\n"


def test_a_selection_follows_the_content(mount):
    mounted = mount({"a.md": TALK.format("tide"), "b.md": TALK.format("lamp")})
    quotes = mounted / "search/tide/quotes.txt"
    assert quotes.read_text().count("\n") == 1
    with open(quotes, encoding="utf-8") as held:
        write_content(mounted.content, {"c.md": TALK.format("tide")})
        wait_until(lambda: quotes.read_text().count("\n") == 2, "the new one is found")
        assert held.read().count("\n") == 1
    (mounted.content / "a.md").unlink()
    (mounted.content / "c.md").unlink()
    wait_until(lambda: os.listdir(mounted / "search/tide") == ["query.txt"], "nothing is found any more")
    assert "alone\ttide\tepisodes 0, turns 0\n" in (mounted / "search/tide/query.txt").read_text()


def test_who_stands_in_a_selection_stays_there_when_the_worker_dies(mount):
    mounted = mount({"a.md": TALK.format("tide"), "b.md": TALK.format("lamp")})
    assert (mounted / "search/lamp/quotes.txt").exists()
    folder = os.open(mounted / "search/tide", os.O_RDONLY | os.O_DIRECTORY)
    number = os.fstat(folder).st_ino
    os.kill(mounted.worker, signal.SIGKILL)
    try:
        assert "turns.tsv" in os.listdir(folder)
        assert os.stat("turns/", dir_fd=folder).st_nlink and os.stat(mounted / "search/tide").st_ino == number
    finally:
        os.close(folder)
    mounted.process.send_signal(signal.SIGTERM)
    assert "died of signal 9" in mounted.end()


def test_keys_of_one_s_own_are_keys_of_queries(mount):
    """Also those that no episode has yet, and until the configuration takes them back."""
    config = "views:\n  mood: by-feeling\n"
    mounted = mount({".transcriptfs.yaml": config, "a.md": TALK.format("tide")})
    assert os.listdir(mounted / "search/mood:calm") == os.listdir(mounted / "search/feeling:calm") == ["query.txt"]
    write_content(mounted.content, {"b.md": "---\nmood: calm\n---\n\n**Ana:** Words.\n"})
    wait_until(lambda: (mounted / "search/mood:calm/episodes/b").exists(), "the new one is found")
    assert os.path.exists(mounted / "by-feeling/calm/by-voice") and os.listdir(mounted / "search/feeling:calm/by-feeling") == ["calm"]
    write_content(mounted.content, {".transcriptfs.yaml": "views:\n  mood: false\n"})
    wait_until(lambda: not (mounted / "by-feeling").exists(), "the view is gone")
    with pytest.raises(OSError) as failed:
        os.stat(mounted / "search/feeling:sad")
    assert failed.value.errno == errno.EINVAL
    os.kill(mounted.worker, signal.SIGKILL)
    write_content(mounted.content, {".transcriptfs.yaml": config})
    wait_until(lambda: (mounted / "by-feeling").exists(), "it is there again")
    assert os.listdir(mounted / "search/feeling:sad") == ["query.txt"]
    mounted.process.send_signal(signal.SIGTERM)
    assert "died of signal 9" in mounted.end()


def requests(mounted):
    return sum(json.loads((mounted / ".transcriptfs/status.json").read_text())["requests"].values())


def test_the_same_query_again_is_answered_by_the_kernel(mount):
    mounted = mount({"a.md": "---\ntags: [sea]\n---\n\n**Ana:** The tide.\n", "b.md": TALK.format("lamp")})

    def look():
        return [sorted(os.listdir(mounted / "search/tide" / name)) for name in ("", "turns", "episodes", "by-tag", "index")] + \
            [(mounted / "search/tide/quotes.txt").read_text(), os.readlink(mounted / "search/TIDE"), os.readlink(mounted / "search/tide/by-tag/sea")]
    first = look()
    before = requests(mounted)
    alone = requests(mounted) - before
    before = requests(mounted)
    assert look() == first and requests(mounted) - before <= alone, "nothing is asked"
    write_content(mounted.content, {"c.md": "---\ntags: [harbour]\n---\n\n**Ana:** Another tide.\n"})
    wait_until(lambda: (mounted / "search/tide/episodes/c").exists(), "the change is followed")
    assert sorted(os.listdir(mounted / "search/tide/by-tag")) == ["harbour", "sea"]
    assert (mounted / "search/tide/quotes.txt").read_text().count("\n") == 2


def test_who_stands_in_a_selection_sees_what_is_new(mount):
    """In each folder of it, time and again; also where a worker dies meanwhile."""
    mounted = mount({"a.md": "---\ntags: [sea]\ndate: 2024-01-01\n---\n\n**Ana:** The tide.\n"})
    names = ["", "turns", "episodes", "by-tag", "by-voice", "by-date", "index"]
    folders = [os.open(mounted / "search/tide" / name, os.O_RDONLY | os.O_DIRECTORY) for name in names]
    numbers = [os.fstat(folder).st_ino for folder in folders]
    try:
        before = [sorted(os.listdir(folder)) for folder in folders]
        for n in range(6):
            if n == 3:
                os.kill(mounted.worker, signal.SIGKILL)
            write_content(mounted.content, {f"n{n}.md": f"---\ntags: [t{n}]\nkeys: [k{n}]\ndate: 20{n}5-01-01\n---\n\n**Bo {n}:** A tide.\n"})
            wait_until(lambda n=n: any(f"n{n}" in name for name in os.listdir(folders[2])), "it is there")
            for name, folder, was in list(zip(names, folders, before))[1:-1]:
                wait_until(lambda folder=folder, was=was, n=n: len(os.listdir(folder)) == len(was) + n + 1, f"{name} has {n + 2}")
            assert os.stat(f"by-voice/Bo {n}", dir_fd=folders[0]).st_ino
        assert [os.fstat(folder).st_ino for folder in folders] == numbers
        assert [os.stat(mounted / "search/tide" / name).st_ino for name in names] == numbers
    finally:
        for folder in folders:
            os.close(folder)
    mounted.process.send_signal(signal.SIGTERM)
    assert "died of signal 9" in mounted.end()


def search_status(mounted):
    status = json.loads((mounted / ".transcriptfs/status.json").read_text())
    return status["search"]["queries"], status["memory"]["used_bytes"]


def look_up(mounted, numbers):
    for number in numbers:
        assert os.stat(mounted / f"search/tag:t{number}").st_ino


def test_any_number_of_queries_is_answered_and_the_oldest_are_forgotten(mount):
    """Who has something of a forgotten one open is told so; everybody else finds it again by its name."""
    mounted = mount({f"e{n}.md": f"---\ntags: [t{n}]\n---\n\n**Ana:** The tide.\n" for n in range(10)}, "-o", "threads=1")
    names = [sorted(os.listdir(mounted / f"search/tag:t{n}/episodes")) for n in range(10)]
    folder = os.open(mounted / "search/tag:t3/episodes", os.O_RDONLY | os.O_DIRECTORY)
    try:
        look_up(mounted, range(10_000))
        assert os.readlink(mounted / "search/TAG:T7") == "tag:t7"
        wait_until(lambda: search_status(mounted)[0] <= 1000, "those that are too many are forgotten")
        memory = search_status(mounted)[1]
        look_up(mounted, range(10_000, 20_000))
        wait_until(lambda: search_status(mounted)[0] <= 1000, "and those, too")
        assert search_status(mounted)[1] < memory + 400_000
        with pytest.raises(OSError) as failed:
            os.listdir(folder)
        assert failed.value.errno == errno.ESTALE
        assert [sorted(os.listdir(mounted / f"search/tag:t{n}/episodes")) for n in range(10)] == names
        assert os.listdir(mounted / "search/TAG:T7/episodes") == names[7]
        write_content(mounted.content, {"new.md": "---\ntags: [t7]\n---\n\n**Ana:** Another tide.\n"})
        wait_until(lambda: len(os.listdir(mounted / "search/tag:t7/episodes")) == 2, "a forgotten one is followed again")
    finally:
        os.close(folder)


def list_query(mounted, query):
    """Where it was forgotten between look-up and listing, on a busy machine, it is looked up again."""
    try:
        return os.listdir(mounted / "search" / query)
    except OSError as error:
        assert error.errno == errno.ESTALE
        return os.listdir(mounted / "search" / query)


def test_many_who_list_new_queries_at_once_are_all_answered(mount):
    """Faster than clients can be made to drop the oldest ones."""
    mounted = mount({f"e{n}.md": f"---\ntags: [t{n}]\n---\n\n**Ana:** The tide {n}.\n" for n in range(10)})
    folder = os.open(mounted / "search/tide", os.O_RDONLY | os.O_DIRECTORY)
    try:
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            listed = list(pool.map(lambda n: list_query(mounted, f"tide {n}"), range(20_000)))
        assert [len(names) > 1 for names in listed[:11]] == [True] * 10 + [False]
        wait_until(lambda: search_status(mounted)[0] <= 1000, "those that are too many are forgotten")
        with pytest.raises(OSError) as failed:
            os.listdir(folder)
        assert failed.value.errno == errno.ESTALE
    finally:
        os.close(folder)


def test_the_number_of_a_forgotten_query_is_given_to_no_other(mount):
    """Not by the next worker, and not where the same place in memory is used again."""
    mounted = mount({f"e{n}.md": f"---\ntags: [t{n}]\n---\n\n**Ana:** The tide.\n" for n in range(4)})
    folders = [os.open(mounted / f"search/tag:t{n}", os.O_RDONLY | os.O_DIRECTORY) for n in range(2)]
    try:
        look_up(mounted, range(2, 1500))
        wait_until(lambda: search_status(mounted)[0] <= 1000, "those that are too many are forgotten")
        os.kill(mounted.worker, signal.SIGKILL)
        assert os.stat(mounted / "search/tag:t1400").st_ino
        assert 900 < search_status(mounted)[0] <= 1001, "the others are known to the next worker"
        look_up(mounted, range(2000, 11_000))
        for folder in folders:
            with pytest.raises(OSError) as failed:
                os.listdir(folder)
            assert failed.value.errno == errno.ESTALE
    finally:
        for folder in folders:
            os.close(folder)
    mounted.process.send_signal(signal.SIGTERM)
    assert "died of signal 9" in mounted.end()


def test_in_another_generation_only_what_changed_is_asked(mount):
    """By a query that every episode answers: of the others what was found is found again."""
    mounted = mount({f"e{number:02}.md": TALK.format("tide") for number in range(64)})

    def look():
        cache = json.loads((mounted / ".transcriptfs/status.json").read_text())["cache"]
        found = len(os.listdir(mounted / "search/tide/episodes")), sum(1 for _ in os.scandir(mounted / "search/so is it"))
        after = json.loads((mounted / ".transcriptfs/status.json").read_text())["cache"]
        return found, sum(after[part] - cache[part] for part in ("hits", "misses"))
    assert look()[1] >= 64
    for change, count in (({"e07.md": TALK.format("lamp")}, 63), ({"new.md": TALK.format("tide")}, 64), ({"e07.md": TALK.format("tide")}, 65)):
        generation = (mounted / ".transcriptfs/generation").read_text()
        write_content(mounted.content, change)
        wait_until(lambda generation=generation: (mounted / ".transcriptfs/generation").read_text() != generation, "it is not followed")
        (found, _), asked = look()
        assert found == count and asked < 16
    (mounted.content / "e01.md").unlink()
    wait_until(lambda: not (mounted / "episodes/e01").exists(), "it is gone")
    assert not any("e01" in name for name in os.listdir(mounted / "search/tide/turns")) and look()[0][0] == 64


def test_forty_queries_are_asked_of_what_changed_alone(mount):
    mounted = mount({f"e{number:02}.md": TALK.format("tide") for number in range(64)}, "-o", "index_size=0,cache_size=0")

    def look():
        before = misses(mounted)
        found = {len(os.listdir(mounted / f"search/tide OR word{number}/episodes")) for number in range(40)}
        return found, misses(mounted) - before
    assert look()[0] == {64}
    generation = (mounted / ".transcriptfs/generation").read_text()
    write_content(mounted.content, {"e07.md": TALK.format("lamp")})
    wait_until(lambda: (mounted / ".transcriptfs/generation").read_text() != generation, "it is not followed")
    found, parsed = look()
    assert found == {63} and parsed <= 40 * 2, f"{parsed} bodies were parsed"


def test_who_gives_up_frees_his_thread(mount, slow_bodies):
    """However many ask at once; who stays is answered, and what was read so far is not read again."""
    count = 300 + 8 * os.cpu_count()
    with slow_bodies() as (prefix, go_on):
        mounted = mount({f"e{n}.md": f"---\ntitle: {n}\ndate: 2024-01-01\n---\n\n**Ana:** A slow body{' and more' * 2000}, {n}.\n" for n in range(count)}, prefix=prefix)

        def asked():
            requests = json.loads((mounted / ".transcriptfs/status.json").read_text())["requests"]
            return requests.get("readdir", 0) + requests.get("readdirplus", 0)
        before = asked()
        readers = [subprocess.Popen(["ls", mounted / f"search/word{n}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for n in range(20)]
        wait_until(lambda: asked() >= before + 20, "all ask, and no thread is left of those that it begins with")
        for reader in readers[1:]:
            reader.kill()
        assert (mounted / "episodes/e7/source.md").read_text().endswith(", 7.\n"), "a cheap request is answered"
        fed = 0
        while any(reader.poll() is None for reader in readers[1:]):
            fed += go_on.write(b"x")
            assert fed < count - 100, "they end when they have all that they asked for"
            with contextlib.suppress(subprocess.TimeoutExpired):
                next(reader for reader in readers[1:] if reader.returncode is None).wait(timeout=0.1)
        assert readers[0].poll() is None
        go_on.write(b"x" * (count - fed))
        assert readers[0].wait(timeout=60) == 0
        assert len(os.listdir(mounted / "search/slow/episodes")) == count, "nothing is read twice"


def misses(mounted):
    return json.loads((mounted / ".transcriptfs/status.json").read_text())["cache"]["misses"]


@pytest.mark.parametrize("size", ["64M", "20K", "0"])
def test_later_queries_leave_out_what_cannot_have_the_words(mount, size):
    """With little room the index is coarser; without any nothing is left out. What is found is the same."""
    words = ["tide", "lantern", "harbour", "kelp", "mooring", "gull", "anchor", "breakwater"]
    files = {f"e{number:02}.md": TALK.format(words[number % 8]) + f"\n**Bo:** {'and so on ' * 200}\n" for number in range(64)}
    mounted = mount(files, "-o", f"index_size={size},cache_size=0")
    status = json.loads((mounted / ".transcriptfs/status.json").read_text())["search"]
    assert len(os.listdir(mounted / "search/kelp/episodes")) == 8
    before = misses(mounted)
    assert os.listdir(mounted / "search/xylophone") == ["query.txt"]
    assert len(os.listdir(mounted / "search/mooring OR gull/episodes")) == 16
    read = misses(mounted) - before
    # Each of the two passes may meet the last body of the one before it, which the cache keeps whatever its limit.
    assert read >= 2 * 64 - 2 if size == "0" else read < 64, f"{read} bodies were read"
    before = misses(mounted)
    assert (mounted / "search/kelp xylophone/query.txt").read_text().endswith("alone\tkelp\tepisodes 8, turns 8\nalone\txylophone\tepisodes 0, turns 0\n")
    read = misses(mounted) - before
    assert (read >= 2 * 64 - 2) == (size == "0") and (read < 32 or size != "64M"), f"{read} bodies were read"
    assert len(os.listdir(mounted / "search/-mooring/episodes")) == 64
    write_content(mounted.content, {"e00.md": TALK.format("xylophone")})
    wait_until(lambda: os.path.exists(mounted / "search/xylophone/episodes"), "what was written is found")
    used = json.loads((mounted / ".transcriptfs/status.json").read_text())["search"]
    assert status["queries"] == 0 and used["queries"] == 5 and used["index_used_bytes"] <= used["index_limit_bytes"]
    assert (used["index_used_bytes"] > 0) == (size != "0")


def test_bodies_are_not_read_where_the_episode_says_no(mount):
    mounted = mount({f"e{number}.md": f"---\ntags: [{'odd' if number % 2 else 'even'}]\n---\n\n**Ana:** Words.\n\n**Bo:** Yes.\n"
                     for number in range(20)}, "-o", "cache_size=0")
    assert "turns" not in (mounted / "search/tag:odd/query.txt").read_text()
    before = misses(mounted)
    assert "by-tag" in os.listdir(mounted / "search/tag:odd") and len(os.listdir(mounted / "search/tag:odd/episodes")) == 10
    assert misses(mounted) == before
    assert len(os.listdir(mounted / "search/tag:odd words/episodes")) == 10 and misses(mounted) == before + 10


def test_a_query_that_finds_everything_is_a_folder_as_any_other(mount):
    mounted = mount({f"f{number % 7}/e{number:04}.md": TALK.format(f"tide {number}") for number in range(1500)})
    folder = mounted / "search/has:voice"
    assert len(os.listdir(folder / "turns")) == 4500 and len(os.listdir(folder / "episodes")) == 1500
    assert (folder / "turns.tsv").read_text().count("\n") == 4501 == len((folder / "turns.jsonl").read_text().splitlines()) + 1
    assert sorted(os.listdir(folder / "by-voice")) == ["Ana", "Bo"]
    assert os.listdir(mounted / "search/has:voice -voice:Ana -voice:Bo") == ["query.txt"]
    query = " OR ".join(f"w{number}" for number in range(1000))
    assert run(TRANSCRIPTFS, "-q", "--query", query, mounted.content).returncode == 1
    assert "more than 1000 terms" in run(TRANSCRIPTFS, "-q", "--query", query + " OR more", mounted.content).stderr


def test_queries_are_answered_while_everything_changes(mount):
    mounted = mount({f"e{number:03}.md": TALK.format(f"tide {number}") for number in range(100)})
    done = threading.Event()

    def edit():
        for number in itertools.cycle(range(100)):
            write_content(mounted.content, {f"e{number:03}.md": TALK.format(f"tide {number}") + f"\n**Bo:** Again {time.monotonic()}.\n"})
            if done.wait(0.002):
                return
    editor = threading.Thread(target=edit)
    editor.start()
    begin = time.monotonic()
    try:
        for number in range(30):
            folder = mounted / f"search/tide OR w{number}"
            assert len(os.listdir(folder / "episodes")) > 90
            # A text of a version that has gone is found no more, as elsewhere.
            with contextlib.suppress(OSError):
                assert (folder / "turns.tsv").read_text().count("tide") > 90
            assert (mounted / "search/w1/query.txt").read_text().startswith("query\tw1\nepisodes\t0\n")
    finally:
        done.set()
        editor.join()
    assert time.monotonic() - begin < 60


def test_private_episodes_are_not_found(mount):
    if os.geteuid() != 0:
        pytest.skip("only root can mount for others")
    mounted = mount({"a.md": TALK.format("tide"), "b.md": TALK.format("tide")}, "-o", "allow_other")
    os.chmod(mounted.content / "b.md", 0o600)
    wait_until(lambda: (mounted / "search/tide/turns.jsonl").read_text().count("\n") == 1, "one is private")
    assert (mounted / "search/tide/quotes.txt").read_text().count("\n") == 1


def test_a_long_entry_is_cut_before_the_number(mount):
    mounted = mount({"a.md": TALK.format("tide " * 80), "b.md": TALK.format("tide")})
    turns = mounted / "search/tide/turns"
    names = sorted(os.listdir(turns))
    assert len(names) == 2 and max(len(name.encode()) for name in names) > 250
    for name in names:
        assert (turns / name).read_text().startswith("Ana: The tide")
        for other in (name.replace("--001.txt", "--002.txt"), name + "x", "x" + name, name[:-4]):
            assert not os.path.lexists(turns / other), other


def test_the_last_of_many_that_come_at_once_is_found(mount, tmp_path):
    """Too many to try each query on each of them."""
    mounted = mount({"a.md": TALK.format("tide")})
    assert len(os.listdir(mounted / "search/tide/episodes")) == 1
    many = {f"e{number:03}.md": TALK.format("tide" if number == 199 else "lamp") for number in range(200)}
    os.rename(write_content(tmp_path / "many", many), mounted.content / "many")
    wait_until(lambda: len(os.listdir(mounted / "search/tide/episodes")) == 2, "the last one is not found")


def test_times_in_a_selection_move_with_what_it_finds(mount):
    mounted = mount({"a.md": TALK.format("tide")})
    paths = [mounted / "search/tide", mounted / "search/tide/turns", mounted / "search/tide/query.txt"]

    def times():
        return [path.stat().st_ctime_ns for path in paths]

    before = times()
    write_content(mounted.content, {"b.md": TALK.format("lamp")})
    wait_until((mounted / "episodes/b").exists, "the new one is there")
    assert times() == before
    write_content(mounted.content, {"c.md": TALK.format("tide")})
    wait_until(lambda: all(now > time for now, time in zip(times(), before)), "times move")
