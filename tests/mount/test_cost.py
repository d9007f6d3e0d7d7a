"""What it costs to parse and to render, in instructions a byte of content: the same on a busy machine.

They are counted by valgrind, of a program without a mount (tests/cost/count.c). The limits hold for the shipped build by
gcc 12; whoever makes something cheaper lowers them, so that nothing eats it up unseen.
"""

import re
import shutil

import pytest

import made_corpus
from tools import BUILD, is_sanitized, run_ok

COUNT = BUILD / "tests/count"

# Instructions a byte of the made content, of all that a size needs; with 5 % on top it is too much.
LIMITS = {
    "voices": 141,  # the parse: which voices there are
    "transcript.txt": 141,
    "turns.jsonl": 218,
    "turns.tsv": 188,
    "quotes.txt": 166,
    "transcript.html": 189,
}


def is_shipped_build():
    """… by the compiler that the limits were counted with."""
    made = (BUILD / "CMakeCache.txt").read_text()
    return (re.search(r"^CMAKE_BUILD_TYPE:STRING=(RelWithDebInfo)?$", made, re.M) and
            re.search(r"^CMAKE_C_COMPILER_AR:.*gcc-ar-12$", made, re.M))


def content():
    """One episode, of English turns and of Chinese ones with their originals."""
    return made_corpus.LONG_EPISODE.markdown() + "".join(
        turn.markdown() + "\n" for episode in made_corpus.BILINGUAL for turn in episode.turns)


def count(tmp_path, *names):
    """The instructions of a program that does no more than it is told."""
    counted = tmp_path / "counted"
    run_ok("valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={counted}", COUNT, tmp_path / "it.md", *names)
    return int(re.search(r"^totals: (\d+)", counted.read_text(), re.M)[1])


@pytest.mark.skipif(not shutil.which("valgrind") or is_sanitized() or not is_shipped_build(),
                    reason="no valgrind, or another build than the limits are of")
def test_no_file_costs_more_instructions_than_it_did(tmp_path):
    text = content().encode()
    (tmp_path / "it.md").write_bytes(text)
    nothing = count(tmp_path)
    costs = {name: (count(tmp_path, name) - nothing) / len(text) for name in LIMITS}
    print({name: round(cost, 1) for name, cost in costs.items()})
    assert {name: cost for name, cost in costs.items() if cost > 1.05 * LIMITS[name]} == {}
