"""References through a thousand random edits of real files, in a mount: each is the one that the manual's rule gives, and
leads to its words or to nothing."""

import functools
import os
import random
import re
import shutil
import sys
from base64 import b32encode
from collections import Counter, defaultdict

import pytest
import xxhash

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mount"))
from independent_count import INVISIBLE, LOOK_ALIKES  # noqa: E402
from test_formats import json_lines  # noqa: E402
from test_live import wait_until  # noqa: E402
from tools import CORPUS, Mount  # noqa: E402

FOLDERS = [CORPUS / name for name in ("bitcoin", "changelog", "thought-foundry")] + \
          [CORPUS.parent / "collections" / name for name in ("ethereum-pm", "w3ctag")]
FILES, LARGEST = 12, 50_000  # of each folder; bytes
ROUNDS, EDITS = 50, 20


# --- the rule -------------------------------------------------------------------------------------------------


@functools.cache
def squeeze(text):
    """Without what does not count."""
    return re.sub(r"[\s%s]+" % INVISIBLE, "", text.translate(LOOK_ALIKES))


def said(record):
    return squeeze(record["speaker"] or ""), squeeze(record["text"])


def hashed(text):
    return b32encode(xxhash.xxh3_64_digest(text.encode())).decode().lower().rstrip("=")


def refs_by_the_rule(records):
    """REFERENCES of transcriptfs-tree(7)."""
    times = Counter(map(said, records))
    before, count = "", Counter()
    for record in records:
        own = hashed("\0".join(said(record)))
        if times[said(record)] == 1:
            before, count = own, Counter()
            yield own
        else:
            count[own] += 1
            yield hashed(f"{own}/{before}/{count[own]}")


# --- edits ----------------------------------------------------------------------------------------------------


def blocks_of(path):
    return path.read_text(encoding="utf-8", errors="replace").split("\n\n")


class Editor:
    """Each edit is one that a person might make: of a paragraph or a cue, or of the file."""

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        self.renamed = {}  # in this round, and what was edited besides
        self.touched = set()

    def files(self):
        return sorted(path for path in self.folder.rglob("*") if path.suffix in (".md", ".vtt"))

    def edit(self):
        path = self.chance.choice(self.files())
        blocks = blocks_of(path)
        at, to = self.chance.randrange(len(blocks)), self.chance.randrange(len(blocks))
        what = self.chance.choice(["insert", "delete", "correct", "move", "repeat", "rename", "copy"])
        if what in ("rename", "copy"):
            other = self.chance.choice(self.files()).with_name(f"new {self.chance.randrange(10**9)}{path.suffix}")
            (shutil.copyfile if what == "copy" else os.rename)(path, other)
            if what == "rename":
                self.renamed[other] = self.renamed.pop(path, path)
            return
        if what == "insert":
            blocks.insert(at, self.chance.choice(blocks_of(self.chance.choice(self.files()))))
        elif what == "delete" and len(blocks) > 4:
            del blocks[at]
        elif what == "correct":
            place = self.chance.randrange(len(blocks[at]) + 1)
            blocks[at] = blocks[at][:place] + self.chance.choice(["word ", "è", "*", "\n", "“"]) + blocks[at][place:]
        elif what == "move":
            blocks.insert(to, blocks.pop(at))
        elif what == "repeat":
            blocks.insert(to, blocks[at])
        self.touched.add(path)
        path.write_text("\n\n".join(blocks), encoding="utf-8")


# --- what is checked ------------------------------------------------------------------------------------------


class Checker:
    def __init__(self, mounted, chance):
        self.mounted, self.chance = mounted, chance
        self.given = {}  # every reference that was ever there: speaker and words
        self.records = {}

    def look(self):
        """All records of the mount, by episode, whose references have to be those of the rule."""
        self.records = defaultdict(list)
        for record in json_lines(self.mounted / "index/turns.jsonl"):
            self.records[record["episode"]].append(record)
        for records in self.records.values():
            refs = [record["ref"] for record in records]
            assert refs == list(refs_by_the_rule(records))
            assert len(set(refs)) == len(refs)
            for record in records:
                assert self.given.setdefault(record["ref"], said(record)) == said(record)

    def words(self, link):
        """Of the turn that a link leads to, or None."""
        try:
            text = link.read_text()
        except FileNotFoundError:
            return None
        return squeeze(text)

    def follow(self):
        """Some of the references, also of what has gone, from the root and in their episodes."""
        where = defaultdict(set)
        for name, records in self.records.items():
            for record in records:
                where[record["ref"]].add(f"{name}/turns/{record['turn']:03}.txt")
        now, gone = sorted(where), sorted(self.given.keys() - where.keys())
        asked = self.chance.sample(now, 40) + self.chance.sample(gone, min(40, len(gone)))
        for ref in asked:
            folder = self.mounted / "ref" / ref
            links = [folder / name for name in os.listdir(folder)] if folder.exists() else []
            assert {os.path.normpath(os.readlink(link)).split("episodes/")[1] for link in links} == where.get(ref, set())
            spoken, words = self.given[ref]
            assert all(self.words(link) == (spoken and f"{spoken}:") + words for link in links)
            episodes = {path.split("/turns/")[0] for path in where.get(ref, ())}
            for name in self.chance.sample(sorted(self.records), 5) + sorted(episodes):
                found = self.words(self.mounted / "episodes" / name / "ref" / ref)
                assert found == ((spoken and f"{spoken}:") + words if name in episodes else None)
        return len(now), len(gone)


@pytest.fixture
def content(tmp_path):
    chance = random.Random(1126)
    for folder in FOLDERS:
        if not folder.exists():
            pytest.skip(f"there is no {folder} (TRANSCRIPTFS_CORPUS names another folder)")
        files = sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".vtt") and path.name != "README.md"
                       and path.stat().st_size < LARGEST)
        (tmp_path / "content" / folder.name).mkdir(parents=True)
        for path in chance.sample(files, FILES):
            shutil.copyfile(path, tmp_path / "content" / folder.name / path.name)
    return tmp_path / "content"


def test_no_reference_lies(content, tmp_path):
    chance = random.Random(2611)
    editor = Editor(content, chance)
    (tmp_path / "mount").mkdir()
    with Mount(content, tmp_path / "mount") as mounted:
        checker = Checker(mounted, chance)
        checker.look()
        for number in range(ROUNDS):
            before = {path: [record["ref"] for record in records] for path, records in checker.records.items()}
            for _ in range(EDITS):
                editor.edit()
            (content / f"round{number}.md").write_text(f"**Ana:** Round {number}.\n")
            wait_until((mounted / f"episodes/round{number}").exists, "the edits are not followed")
            checker.look()
            for now, was in editor.renamed.items():
                if not {now, was} & editor.touched:
                    name, old = (os.path.splitext(path.relative_to(content))[0] for path in (now, was))
                    if name in checker.records and old in before:
                        assert [record["ref"] for record in checker.records[name]] == before[old]
            editor.renamed, editor.touched = {}, set()
            there, gone = checker.follow()
        print(f"{ROUNDS * EDITS} edits: {there} references lead to their words, {gone} to nothing")
        assert there > 1000 and gone > 100
