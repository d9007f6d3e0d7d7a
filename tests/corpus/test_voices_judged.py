"""Voices of real transcripts that were judged by hand: is the voice of a turn a person, and the right one?

judged-voices.tsv has what was judged, a turn a line, chosen with a fixed seed: the folder, the file, the line on which
the turn begins, the judgement (`person`, or `nobody`), and a hash of the voice as it was then, so that a turn which has
another voice now counts as wrong until somebody judges it. None of the text is there.

    test_voices_judged.py FOLDER COUNT    prints a new sample, to be judged: line, speaker, voice, words
"""

import csv
import hashlib
import os
import random
import re
import subprocess
import sys
import unicodedata
from collections import defaultdict

import pytest

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(os.environ.get("TRANSCRIPTFS_BUILD") or os.path.join(REPOSITORY, "build"))
PRINT_TURNS = os.path.join(BUILD, "tests", "print_turns")
SHARED = os.path.join(REPOSITORY, "..", "shared")
JUDGED = os.path.join(os.path.dirname(__file__), "judged-voices.tsv")
TURN = re.compile(r'^turn \d+, lines (\d+)-\d+(?:, section \d+)?, speaker "(.*?)"(?:, voice "(.*?)")?(?:, \w.*)?$')
MOST_WRONG = 0.005


def voices(path):
    """{line: (speaker, voice, words)} of the turns that have a voice."""
    shown = subprocess.run([PRINT_TURNS, path], capture_output=True, check=True).stdout.decode("utf-8", "replace")
    lines, found = shown.split("\n"), {}
    for line, words in zip(lines, lines[1:]):
        if match := TURN.match(line):
            found[int(match[1])] = match[2], match[3] or match[2], words.strip()
    return found


def hash_of(voice):
    folded = unicodedata.normalize("NFKC", " ".join(voice.split())).casefold()
    return hashlib.sha256(folded.encode()).hexdigest()[:8]


def judged():
    samples = defaultdict(list)
    with open(JUDGED, encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            samples[row[0]].append((row[1], int(row[2]), row[3], row[4]))
    return samples


def count(folder):
    """(turns that have a voice, those whose voice is wrong, those without one now) of a sample."""
    by_path = defaultdict(list)
    for path, line, judgement, was in judged()[folder]:
        by_path[path].append((line, judgement, was))
    turns, wrong, without = 0, [], []
    for path, rows in by_path.items():
        now = voices(os.path.join(SHARED, folder, path))
        for line, judgement, was in rows:
            if line not in now:
                without.append((path, line))
                continue
            turns += 1
            if judgement != "person" or hash_of(now[line][1]) != was:
                wrong.append((path, line))
    return turns, wrong, without


def is_there(folder):
    return os.path.isdir(os.path.join(SHARED, folder))


@pytest.mark.parametrize("folder", [folder for folder in judged() if folder.startswith("collections/")])
def test_few_voices_are_nobody(folder):
    if not is_there(folder):
        pytest.skip("there is no folder %s" % folder)
    turns, wrong, without = count(folder)
    print(f"{folder}: {turns} turns, wrong: {wrong}, without a voice now: {without}")
    assert turns >= 190
    assert len(wrong) <= max(1, MOST_WRONG * turns)


def test_few_voices_are_nobody_in_all():
    folders = [folder for folder in judged() if is_there(folder)]
    if len(folders) < len(judged()):
        pytest.skip("some of %s are not there" % ", ".join(judged()))
    counts = [count(folder) for folder in folders]
    turns, wrong = sum(turns for turns, _, _ in counts), [place for _, places, _ in counts for place in places]
    print(f"{turns} turns, wrong: {wrong}")
    assert len(wrong) <= MOST_WRONG * turns


def sample(folder, size):
    paths = sorted(os.path.relpath(os.path.join(here, name), folder) for here, _, names in os.walk(folder)
                   for name in names if name.endswith(".md") and not name.startswith(("README", "LICENSE", "CONTRIBUTING", "_index", ".")))
    turns = [(path, line, *found) for path in paths for line, found in voices(os.path.join(folder, path)).items()]
    return sorted(random.Random(17).sample(turns, size))


if __name__ == "__main__":
    for path, line, speaker, voice, words in sample(sys.argv[1], int(sys.argv[2])):
        print(path, line, "person", hash_of(voice), speaker, voice, words[:80], sep="\t")
