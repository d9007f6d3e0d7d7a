"""The tour in README.md is real output: each of its commands is run on the example."""

import os
import re

import pytest

from tools import EXAMPLE, Mount, run_ok

README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")


def readme():
    with open(README, encoding="utf-8") as file:
        return file.read()


def tour():
    block = "\n".join(re.findall(r"```console\n(.*?)```", readme(), re.S))
    return [tuple(part.split("\n", 1)) for part in re.split(r"^\$ ", block, flags=re.M)[1:]]


@pytest.mark.parametrize("command, shown", tour(), ids=[command for command, _ in tour()])
def test_the_tour_shows_what_happens(with_attributes, command, shown):
    output = run_ok("sh", "-c", command, cwd=with_attributes.path)
    # ls prints columns to a terminal and lines to a pipe: the words count, not the gaps.
    assert output.split() == shown.split()


@pytest.fixture(scope="module")
def with_attributes(fuse, tmp_path_factory):
    with Mount(EXAMPLE, tmp_path_factory.mktemp("tour"), "-o", "xattr") as mounted:
        yield mounted


def test_the_table_of_formats_is_whole_and_its_lines_are_real(example):
    rows = re.findall(r"^\| `([\w./]+)` \| [^|]* \| `(.*)`… \|$|^\| `([\w./]+)` \| [^|]* \| `(.*)` \|$",
                      readme().split("### Formats")[1].split("### What becomes")[0], re.M)
    rows = [(name or other, line or shown) for name, line, other, shown in rows]
    folders = [path.parent for path in (example.path / "episodes").rglob("source.md")]
    shown = {name.split("/")[0] for name, _ in rows}
    assert shown | {"sections", "voices"} == {name for folder in folders for name in os.listdir(folder)}
    for name, line in rows:
        texts = [(folder / name).read_text() for folder in folders if (folder / name).exists()]
        assert any(line.replace("→", "\t") in text for text in texts), name


def test_the_example_holds_no_more_than_it_shows():
    assert 6 <= sum(name.endswith(".md") for _, _, names in os.walk(EXAMPLE) for name in names) <= 10
