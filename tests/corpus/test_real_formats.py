"""Every format of every real transcript, given to a real reader of it."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mount"))
from tools import CORPUS, Mount, run_ok  # noqa: E402

ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
BOOKS = 12  # pandoc takes a second a page


@pytest.fixture(scope="module", params=["thought-foundry", "changelog", "bitcoin"])
def mounted(request, tmp_path_factory):
    if not (CORPUS / request.param).is_dir():
        pytest.skip(f"there is no {CORPUS / request.param} (TRANSCRIPTFS_CORPUS names another folder)")
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")
    with Mount(CORPUS / request.param, tmp_path_factory.mktemp("formats")) as mount:
        yield mount


def need(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed (scripts/install-needs consumers)")


def files(mounted, pattern):
    return sorted((mounted.path / "episodes").rglob(pattern))


def records(path):
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def unescape(field):
    """What a field of a TSV says."""
    return re.sub(r"\\(?:u([0-9a-f]{4})|(.))", lambda found: chr(int(found[1], 16)) if found[1] else ESCAPES[found[2]],
                  field)


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n"))
    return [[unescape(field) for field in line] for line in lines]


def line(label, words):
    return ((label + ": " if label else "") + words).replace("\n", " ") + "\n"


def test_records_rebuild_the_texts(mounted):
    paths = files(mounted, "turns.jsonl")
    assert len(paths) > 100
    for path in paths:
        turns = records(path)
        rebuilt = "".join(line(turn["speaker"], turn["text"]) for turn in turns)
        assert rebuilt == path.with_name("transcript.txt").read_text(), path
        originals = "".join(line(turn["original_speaker"], turn["original"] or "") for turn in turns)
        is_there = path.with_name("original.txt").exists()
        assert originals == path.with_name("original.txt").read_text() if is_there else not originals.strip(), path


def test_tsv_has_the_fields_of_jsonl(mounted):
    for path in files(mounted, "turns.tsv"):
        header, *lines = rows(path)
        turns = records(path.with_name("turns.jsonl"))
        assert len(turns) == len(lines)
        for turn, fields in zip(turns, lines):
            if turn["start"] is not None:
                turn["start"] = f"{turn['start']:.3f}"
            row = dict(zip(header, fields, strict=True))
            times = row.pop("times") # a number has its three places in JSON, and loses them in Python
            assert (json.loads(times) if times else None) == turn.pop("times"), path
            assert list(row.values()) == ["" if turn[key] is None else str(turn[key]) for key in row], path


def test_every_table_has_as_many_fields_in_each_line(mounted):
    for path in files(mounted, "*.tsv") + sorted((mounted.path / "index").glob("*.tsv")):
        lines = rows(path)
        assert {len(fields) for fields in lines} == {len(lines[0])}, path


def test_jq_reads_all_json(mounted):
    lines = files(mounted, "turns.jsonl") + [mounted.path / "index/episodes.jsonl"]
    whole = files(mounted, "*.json")
    count = sum(path.read_bytes().count(b"\n") for path in lines) + len(whole)
    assert len(run_ok("jq", "-c", "keys | length", *lines, *whole).split()) == count


def test_sqlite_imports_every_turn(mounted):
    need("sqlite3")
    paths = files(mounted, "turns.jsonl")
    script = "CREATE TABLE lines(line);\n.mode ascii\n.separator \"\\001\" \"\\n\"\n"
    script += "".join(f".import {str(path)!r} lines\n" for path in paths)
    script += "SELECT count(*), count(json_extract(line, '$.text')) FROM lines;\n"
    result = subprocess.run(["sqlite3", ":memory:"], input=script, text=True, capture_output=True, timeout=120)
    count = sum(len(records(path)) for path in paths)
    assert (result.stderr, re.split(r"\W", result.stdout.strip())) == ("", [str(count)] * 2)


def test_tidy_has_nothing_to_say_to_any_page(mounted):
    need("tidy")
    for path in files(mounted, "transcript.html"):
        with open(path, "rb") as file:
            result = subprocess.run(["tidy", "-qe", "-utf8"], stdin=file, capture_output=True, timeout=60)
        assert (result.returncode, result.stderr) == (0, b""), path


def test_ffprobe_reads_every_caption(mounted):
    need("ffprobe")
    for path in files(mounted, "transcript.[vs]*t"):
        shown = run_ok("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of",
                       "csv=p=0", path)
        assert int(shown.split()[0]) == path.read_text().count(" --> "), path


def test_pandoc_makes_books(mounted, tmp_path):
    need("pandoc")
    pages = files(mounted, "transcript.html")
    for page in pages[::max(1, len(pages) // BOOKS)]:
        # Most say no language, and pandoc warns of that.
        run_ok("pandoc", "-M", "lang=en", page, "-o", tmp_path / "book.epub")
        assert (tmp_path / "book.epub").stat().st_size > 1000
