"""What is mounted is what the dump of the content says, to the byte, the inode and the time."""

import pytest

from made_corpus import EPISODES, LONG_EPISODE
from tools import CORPUS, dump_of_content, dump_of_mount


def assert_same_dump(mount, *options):
    expected = dump_of_content(mount.content, *options).splitlines()
    found = dump_of_mount(mount.path).splitlines()
    different = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    assert not different, (len(different), "lines differ; the mount's and the dump's first",
                           different[0])
    assert len(found) == len(expected)


def test_the_mount_is_the_dump(mounted):
    assert_same_dump(mounted)


def test_the_dump_has_every_turn(made_content):
    """Two that are wrong in the same way would agree: the made corpus knows its turns."""
    # Neither the folders nor the links that lead to them.
    lines = dump_of_content(made_content).splitlines()
    turns = sum(line.startswith(b"f ") and b"/turns/" in line for line in lines)
    assert turns == sum(len(episode.turns) for episode in EPISODES)


def test_the_mount_is_the_dump_with_bare_names(mount, made_content):
    assert_same_dump(mount(made_content, "-o", "entries=name"), "--entries=name")


def ordinary_episodes():
    """All but the long one: without a cache each of its turns costs the whole."""
    return {f"{e.name}.md": e.markdown() for e in EPISODES if e is not LONG_EPISODE}


@pytest.mark.parametrize("size", ["0", "1", "64K"])
def test_the_mount_is_the_dump_with_hardly_a_cache(mount, size):
    assert_same_dump(mount(ordinary_episodes(), "-o", f"cache_size={size}"))


def test_the_mount_is_the_dump_with_one_thread(mount, made_content):
    assert_same_dump(mount(made_content, "-s"))


@pytest.mark.parametrize("name", ["thought-foundry", "changelog", "bitcoin"])
def test_the_mount_is_the_dump_for_real_transcripts(mount, name):
    if not (CORPUS / name).is_dir():
        pytest.skip(f"there is no {CORPUS / name}; TRANSCRIPTFS_CORPUS names another folder")
    assert_same_dump(mount(CORPUS / name))
