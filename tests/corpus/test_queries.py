"""Twenty questions over real transcripts: what --query finds, turn for turn, against a script over the records."""

import json
import os
import sys
import unicodedata
from collections import Counter

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mount"))
from tools import CORPUS, TRANSCRIPTFS, run, run_ok  # noqa: E402

FOLDERS = [CORPUS / name for name in ("bitcoin", "changelog", "thought-foundry")] + \
          [CORPUS.parent / "collections" / name for name in ("ethereum-pm", "w3ctag")]


def fold(text):
    """What the manual says of spellings, by Python's Unicode; of no invisible characters but these."""
    table = {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("„"): '"', 0x2010: "-", 0x2011: "-", 0x200B: None,
             0x200C: None, 0x200D: None, 0xFEFF: None, 0xAD: None, 0xFE0F: None, 0x200E: None, 0x200F: None, 0x2060: None}
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(table)).casefold())
    return " ".join(folded.translate(table).split())


def records(folder, form):
    return [json.loads(line) for line in
            run_ok(TRANSCRIPTFS, "-q", "--query", "has:title OR no:title", "--format", form, folder).splitlines()]


def listed(value):
    return value if isinstance(value, list) else [value] if value else []


class World:
    """The records of a folder, folded once."""

    def __init__(self, folder):
        self.episodes = {record["episode"]: record for record in records(folder, "episodes.jsonl")}
        self.turns = records(folder, "turns.jsonl")
        for episode in self.episodes.values():
            episode["tags"] = {fold(str(tag)) for tag in listed((episode["meta"] or {}).get("tags"))}
            episode["folded"] = fold(episode["title"] or "")
            episode["voices"] = set()
        for turn in self.turns:
            turn["words"], turn["of"] = fold(turn["text"]), self.episodes[turn["episode"]]
            turn["names"] = {fold(name) for name in (turn["voice"], turn["speaker"]) if name}
            turn["over"] = fold(turn["heading"] or "")
            turn["of"]["voices"] |= turn["names"]

    def pick(self):
        """Words, voices, tags, headings and a year that occur: some often, some seldom."""
        words = Counter(word for turn in self.turns[::7] for word in set(turn["words"].split()) if word.isalpha() and len(word) > 3)
        voices = Counter(fold(turn["voice"]) for turn in self.turns if turn["voice"])
        tags = Counter(tag for episode in self.episodes.values() for tag in episode["tags"])
        heads = Counter(turn["over"] for turn in self.turns if turn["over"])
        years = Counter((episode["date"] or "")[:4] for episode in self.episodes.values() if episode["date"])
        ranked = [word for word, _ in words.most_common()]
        return {"common": ranked[10], "middle": ranked[len(ranked) // 20], "rare": ranked[-1],
                "a": voices.most_common()[0][0] if voices else "nobody", "b": voices.most_common()[len(voices) // 10][0] if voices else "none",
                "tag": tags.most_common()[0][0] if tags else "none", "other": tags.most_common()[len(tags) // 3][0] if tags else "none",
                "head": heads.most_common()[0][0].split()[0] if heads else "none", "year": max(years, key=years.get) if years else "1999"}


def questions(p):
    """Queries, and what each means."""
    return [
        (f'{p["common"]}', lambda t: p["common"] in t["words"]),
        (f'{p["rare"]}', lambda t: p["rare"] in t["words"]),
        (f'{p["common"]} {p["middle"]}', lambda t: p["common"] in t["words"] and p["middle"] in t["words"]),
        (f'{p["middle"]} OR {p["rare"]}', lambda t: p["middle"] in t["words"] or p["rare"] in t["words"]),
        (f'"{p["common"]} the"', lambda t: p["common"] + " the" in t["words"]),
        (f'{p["middle"]} -{p["common"]}', lambda t: p["middle"] in t["words"] and p["common"] not in t["words"]),
        (f'voice:"{p["a"]}"', lambda t: p["a"] in t["names"]),
        (f'voice:"{p["a"]}" {p["middle"]}', lambda t: p["a"] in t["names"] and p["middle"] in t["words"]),
        (f'voice:"{p["a"]}","{p["b"]}" {p["common"]}', lambda t: {p["a"], p["b"]} & t["names"] and p["common"] in t["words"]),
        (f'with:(voice:"{p["a"]}") with:(voice:"{p["b"]}")', lambda t: {p["a"], p["b"]} <= t["of"]["voices"]),
        (f'-voice:"{p["a"]}" with:(voice:"{p["a"]}")', lambda t: p["a"] not in t["names"] and p["a"] in t["of"]["voices"]),
        (f'-with:(voice:"{p["a"]}") {p["middle"]}', lambda t: p["a"] not in t["of"]["voices"] and p["middle"] in t["words"]),
        ("no:voice", lambda t: not t["speaker"]),
        ("has:start -has:original", lambda t: t["start"] is not None and t["original"] is None),
        (f'heading:"{p["head"]}"', lambda t: p["head"] in t["over"]),
        (f'tag:"{p["tag"]}" {p["common"]}', lambda t: p["tag"] in t["of"]["tags"] and p["common"] in t["words"]),
        (f'tag:"{p["tag"]}","{p["other"]}" -{p["middle"]}', lambda t: {p["tag"], p["other"]} & t["of"]["tags"] and p["middle"] not in t["words"]),
        (f'date:{p["year"]}', lambda t: (t["of"]["date"] or "").startswith(p["year"])),
        (f'no:date {p["common"]}', lambda t: not t["of"]["date"] and p["common"] in t["words"]),
        (f'title:"{p["middle"]}" OR {p["rare"]}', lambda t: p["middle"] in t["of"]["folded"] or p["rare"] in t["words"]),
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_twenty_questions_have_the_answers_of_a_script(folder):
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}")
    world, found_any = World(folder), 0
    for query, means in questions(world.pick()):
        expected = [turn["id"] for turn in world.turns if means(turn)]
        result = run(TRANSCRIPTFS, "-q", "--query", query, "--format", "turns.jsonl", folder)
        assert result.returncode == (0 if expected else 1), (query, result.stderr)
        assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == expected, query
        found_any += bool(expected)
    assert found_any > 10
