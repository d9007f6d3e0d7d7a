"""Real captions, and the web platform's tests of WebVTT, read by others too: W3C's parser, and Python's srt and webvtt."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "mount"))
from tools import BUILD, CORPUS, Mount  # noqa: E402

SUITE = CORPUS.parent / "webvtt-suite"
CALLS = CORPUS.parent / "collections" / "ethereum-pm" / "calls"

# What is read in another way than W3C's parser does, which is to lose nothing of what somebody said.
OTHERWISE = {
    "entities.vtt": "an entity needs its semicolon",
    "tags.vtt": "a bracket that opens no tag is a word",
    "timestamps.vtt": "a bracket that opens no time is a word",
    "timings-garbage.vtt": "its one cue is read leniently, where the specification has none",
    "whitespace-chars.vtt": "a vertical tab is white space",
}


def need(path):
    if not path.exists():
        pytest.skip(f"there is no {path} (TRANSCRIPTFS_CORPUS names another folder)")


def module(name):
    return pytest.importorskip(name, reason=f"there is no python3-{name} (scripts/install-needs test)")


def plain(text):
    return " ".join(text.split())


def cues_of(path):
    """(start, end, words) of each cue as transcriptfs reads it."""
    out = subprocess.run([BUILD / "tests" / "print_cues", path], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.split("\n")[:-1]]
    return [(int(start), int(end), plain(words)) for start, end, _, words in rows]


def w3c_cues_of(paths):
    if not shutil.which("node"):
        pytest.skip("there is no node")
    out = subprocess.run(["node", os.path.join(HERE, "w3c_cues.js"), SUITE / "parser.js", *paths],
                         capture_output=True, text=True, check=True).stdout
    for path, line in zip(paths, out.split("\n")):
        rows = [(round(start * 1000), round(end * 1000), plain(words)) for start, end, words in json.loads(line)]
        yield path, [(start, end if end >= start else -1, words) for start, end, words in rows]


def test_the_suite_of_the_web_platform():
    need(SUITE)
    paths = sorted(SUITE.glob("test/wpt-*/*.vtt"))
    differing = {path.name for path, cues in w3c_cues_of(paths) if cues != cues_of(path)}
    assert len(paths) > 40 and differing == set(OTHERWISE)


def test_real_captions_are_read_as_w3c_reads_them():
    need(CALLS)
    need(SUITE)
    for path, cues in w3c_cues_of(sorted(CALLS.rglob("*.vtt"))):
        assert cues and cues == cues_of(path), path


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    need(CALLS)
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")
    with Mount(CALLS, tmp_path_factory.mktemp("captions")) as mounted:
        yield mounted


def milliseconds(delta):
    return round(delta.total_seconds() * 1000)


def webvtt_time(text):
    hours, minutes, seconds = text.split(":")
    return round((int(hours) * 60 + int(minutes)) * 60000 + float(seconds) * 1000)


def test_captions_come_out_cue_by_cue(calls):
    """Each cue has its times, its speaker and its words, as two other programs read what went in and what came out."""
    srt, webvtt = module("srt"), module("webvtt")
    paths = sorted(CALLS.rglob("*.vtt"))
    for path in paths:
        episode = calls.path / "episodes" / path.relative_to(CALLS).with_suffix("")
        came_out = [(milliseconds(cue.start), milliseconds(cue.end), plain(cue.content))
                    for cue in srt.parse((episode / "transcript.srt").read_text())]
        went_in = [(webvtt_time(cue.start), webvtt_time(cue.end), plain(cue.text)) for cue in webvtt.read(str(path))]
        went_in = [(start, max(end, start + 1), words) for start, end, words in went_in if words]
        assert [(start, end, words.replace(" :", ":")) for start, end, words in went_in] == \
            [(start, end, words.replace(" :", ":")) for start, end, words in came_out], path
        again = [cue.voice + ": " + cue.text for cue in webvtt.read(str(episode / "transcript.vtt"))
                 if hasattr(cue, "voice") and cue.voice]
        assert len(again) in (0, len(came_out))
    assert paths


def test_no_word_is_lost_or_doubled(calls):
    for path in sorted(CALLS.rglob("*.vtt")):
        episode = calls.path / "episodes" / path.relative_to(CALLS).with_suffix("")
        records = [json.loads(line) for line in (episode / "turns.jsonl").read_text().split("\n")[:-1]]
        came_out = re.findall(r"\w+", " ".join(record["text"] for record in records))
        heads = [words.split(": ", 1) for _, _, words in cues_of(path)]
        assert came_out == re.findall(r"\w+", " ".join(words for _, words in heads)), path
        assert {record["speaker"] for record in records} == {speaker.strip() for speaker, _ in heads}, path
        assert all(record["start"] is not None for record in records)
