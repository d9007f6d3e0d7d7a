"""References: what a turn is cited by, through edits, renames and remounts."""

import os
import re

import pytest

from test_formats import json_lines, ref_of
from test_live import wait_until
from tools import Mount, shell, write_content

TALK = ("**Ana:** Where is the boat?\n\n**Bo:** Under the *bridge*.\n\n**Ana:** Yes.\n\n"
        "**Bo:** And the oars?\n\n**Ana:** Yes.\n")
BRIDGE = ref_of("Bo", "Under the bridge.")


def words_of(path):
    """What a reference leads to, or None."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return None


def refs_of(episode):
    return [record["ref"] for record in json_lines(episode / "turns.jsonl")]


def test_a_reference_leads_to_its_turn(mount):
    mounted = mount({"talk.md": TALK})
    talk = mounted / "episodes/talk"
    refs = refs_of(talk)
    assert len(set(refs)) == 5 and refs[1] == BRIDGE
    assert all(re.fullmatch("[a-z2-7]{13}", ref) for ref in refs)
    for number, ref in enumerate(refs, 1):
        assert os.readlink(talk / "ref" / ref) == f"../turns/{number:03}.txt"
        assert (talk / "ref" / ref).read_text() == (talk / f"turns/{number:03}.txt").read_text()


def test_references_are_found_and_not_listed(mount):
    mounted = mount({"talk.md": TALK, "still.md": "---\ntitle: x\n---\n"})
    talk = mounted / "episodes/talk"
    assert "ref" not in os.listdir(talk) and os.listdir(talk / "ref") == []
    for wrong in ("a", BRIDGE.upper(), BRIDGE[:-1], BRIDGE + "a", "001.txt", "a" * 13):
        assert not os.path.lexists(talk / "ref" / wrong)
    assert not (mounted / "episodes/still/ref").exists()


def test_the_page_has_an_anchor_for_it(mount):
    page = (mount({"talk.md": TALK}) / "episodes/talk/transcript.html").read_text()
    assert f'<div class="turn" id="turn-2">\n<p class="who" id="{BRIDGE}">' in page
    assert f'href="#{BRIDGE}">2</a>' in page


def links_of(folder):
    return {name: os.readlink(folder / name) for name in os.listdir(folder)}


def test_all_episodes_that_have_it(mount):
    mounted = mount({"talk.md": TALK, "sub/again.md": "**Chi:** So?\n\n" + TALK,
                     "other.md": f"---\nrefs: {{{BRIDGE}: {ref_of('Bo', 'Under the tree.')}}}\n---\n"
                                 + TALK.replace("bridge", "tree")})
    assert "ref" not in os.listdir(mounted.path) and os.listdir(mounted / "ref") == []
    assert links_of(mounted / "ref" / BRIDGE) == {
        "talk": "../../episodes/talk/turns/002.txt", "sub--again": "../../episodes/sub/again/turns/003.txt",
        "other": "../../episodes/other/turns/002.txt"}
    assert (mounted / "ref" / BRIDGE / "other").read_text() == "Bo: Under the tree.\n"
    assert os.listdir(mounted / "ref" / ref_of("Chi", "So?")) == ["sub--again"]
    for name in ("a" * 13, "talk", BRIDGE.upper(), "."):
        assert name == "." or not os.path.lexists(mounted / "ref" / name)
    assert "no such" not in shell(f"ls -l ref/{BRIDGE}/; cat ref/{BRIDGE}/*", cwd=mounted.path)
    inode = os.stat(mounted / "ref" / BRIDGE).st_ino
    assert inode == os.stat(mount(mounted.content) / "ref" / BRIDGE).st_ino


def test_without_turns_there_is_nothing_to_lead_to(mount):
    mounted = mount({"talk.md": TALK}, "-o", "formats=meta.json")
    assert not (mounted / "ref").exists()
    mounted = mount({"talk.md": "---\ntitle: x\n---\n"})
    assert not (mounted / "ref").exists()


@pytest.fixture
def live(fuse, tmp_path, place):
    folder = write_content(tmp_path / "content", {"talk.md": TALK})
    with Mount(folder, place) as mounted:
        mounted.folder = folder
        yield mounted


def change(live, act):
    """Returns when the mount has what was changed."""
    generation = live / ".transcriptfs/generation"
    before = int(generation.read_text())
    act()
    wait_until(lambda: int(generation.read_text()) > before, "the change is not followed")


def replace(live, text):
    change(live, lambda: write_content(live.folder, {"talk.md": text}))


def test_an_edit_above_does_not_move_it(live):
    link = live / "episodes/talk/ref" / BRIDGE
    assert words_of(link) == "Bo: Under the bridge.\n"
    replace(live, "**Chi:** It rains.\n\n" + TALK.replace("*bridge*", "**bridge**").replace("Under ", "Under\n"))
    assert os.readlink(link) == "../turns/003.txt"
    assert words_of(link) == "Bo: Under the bridge.\n"


def test_what_has_gone_is_nothing(live):
    link = live / "episodes/talk/ref" / BRIDGE
    assert words_of(link)
    replace(live, TALK.replace("bridge", "tree"))
    assert words_of(link) is None
    assert words_of(live / "episodes/talk/ref" / ref_of("Bo", "Under the tree.")) == "Bo: Under the tree.\n"
    replace(live, TALK)
    assert words_of(link) == "Bo: Under the bridge.\n"


def test_a_correction_keeps_the_citation(live):
    link, tree = live / "episodes/talk/ref" / BRIDGE, ref_of("Bo", "Under the tree.")
    corrected = TALK.replace("bridge", "tree")
    replace(live, f"---\nrefs: {{{BRIDGE}: aaaaaaaaaaaaa, aaaaaaaaaaaaa: {tree}}}\n---\n" + corrected)
    assert words_of(link) == "Bo: Under the tree.\n"
    replace(live, f"---\nrefs: {{{BRIDGE}: aaaaaaaaaaaaa, aaaaaaaaaaaaa: {BRIDGE}}}\n---\n" + corrected)
    assert words_of(link) is None, "a circle"
    assert "by-refs" not in os.listdir(live.path)


def test_a_file_may_be_renamed_and_moved(live):
    os.makedirs(live.folder / "sub")
    change(live, lambda: os.rename(live.folder / "talk.md", live.folder / "sub/new.md"))
    assert words_of(live / "episodes/sub/new/ref" / BRIDGE) == "Bo: Under the bridge.\n"


def test_another_upload_shows_and_goes(live):
    place = live / "ref" / BRIDGE
    assert links_of(place) == {"talk": "../../episodes/talk/turns/002.txt"}
    change(live, lambda: write_content(live.folder, {"a.md": "**Chi:** Rain.\n\n" + TALK}))
    assert links_of(place) == {"a": "../../episodes/a/turns/003.txt", "talk": "../../episodes/talk/turns/002.txt"}
    change(live, lambda: os.remove(live.folder / "talk.md"))
    assert links_of(place) == {"a": "../../episodes/a/turns/003.txt"}
    change(live, lambda: os.remove(live.folder / "a.md"))
    assert not place.exists() and not (live / "ref").exists()
