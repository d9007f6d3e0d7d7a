"""The tour in README.md is real output: each of its commands is run on the example."""

import os
import re

import pytest

from tools import EXAMPLE, run_ok

README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")


def tour():
    with open(README, encoding="utf-8") as file:
        block = re.search(r"```console\n(.*?)```", file.read(), re.S)[1]
    return [tuple(part.split("\n", 1)) for part in re.split(r"^\$ ", block, flags=re.M)[1:]]


@pytest.mark.parametrize("command, shown", tour(), ids=[command for command, _ in tour()])
def test_the_tour_shows_what_happens(example, command, shown):
    output = run_ok("sh", "-c", command, cwd=example.path)
    # ls prints columns to a terminal and lines to a pipe: the words count, not the gaps.
    assert output.split() == shown.split()


def test_the_example_holds_no_more_than_it_shows():
    assert 6 <= sum(name.endswith(".md") for _, _, names in os.walk(EXAMPLE) for name in names) <= 10
