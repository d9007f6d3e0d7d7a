"""by-voice: who is heard in all episodes, read once, when somebody first asks."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

from tools import run_ok, write_content


def talk(*turns):
    return "".join(f"**{name}:** {words}\n\n" for name, words in turns)


def many(tmp_path, episodes=300):
    """Each episode has a voice of its own, one that all share, and one that is nobody."""
    return write_content(tmp_path / "content", {
        f"talk-{number:03}.md": talk(("Ines Moor", "Good evening."), (f"Guest of {number}", "Thank you."),
                                     ("Host", "Please."), ("Ines Moor", "And you?"), (f"Guest of {number}", "Yes."))
        for number in range(episodes)})


def status(mounted):
    return json.loads((mounted / ".transcriptfs" / "status.json").read_text())["voices"]


def test_all_who_ask_at_once_get_the_whole(mount, tmp_path):
    mounted = mount(many(tmp_path))
    assert status(mounted) == {"state": "not asked for", "done": 0, "of": 300}
    with ThreadPoolExecutor(12) as pool:
        listings = list(pool.map(lambda _: sorted(os.listdir(mounted / "by-voice")), range(24)))
    assert all(listing == listings[0] for listing in listings)
    assert listings[0] == sorted(["Ines Moor"] + [f"Guest of {number}" for number in range(300)])
    assert status(mounted) == {"state": "ready", "done": 300, "of": 300}


def test_each_body_is_read_once_for_it(mount, tmp_path):
    mounted = mount(many(tmp_path))
    for _ in range(3):
        os.listdir(mounted / "by-voice")
    cache = json.loads((mounted / ".transcriptfs" / "status.json").read_text())["cache"]
    assert cache["misses"] == 300


def test_an_entry_leads_to_the_voice_in_its_episode(mount, tmp_path):
    mounted = mount(write_content(tmp_path / "content", {
        "one.md": talk(("Ines Moor", "One."), ("Ada", "Two."), ("Ines Moor", "Three."), ("Ada", "Four.")),
        "sub/two.md": talk(("INES MOOR", "Five."), ("Ada", "Six."), ("INES MOOR", "Seven."), ("Ada", "Eight.")),
    }))
    assert sorted(os.listdir(mounted / "by-voice")) == ["Ada", "INES MOOR"]
    assert os.readlink(mounted / "by-voice/Ines Moor") == "INES MOOR"
    said = run_ok("sh", "-c", "cat by-voice/'Ines Moor'/*/*.txt", cwd=mounted.path)
    assert said == "Ines Moor: One.\nInes Moor: Three.\nINES MOOR: Five.\nINES MOOR: Seven.\n"


def test_labels_that_name_nobody_stay_in_their_episode(mount, tmp_path):
    names = ["Host", "Speaker 1", "[Speaker 2]", "主持人", "发言人A", "Audience", "Q"]
    text = "".join(f"**{name}:** words\n\n" for name in names * 2)
    mounted = mount(write_content(tmp_path / "content", {"it.md": text}))
    assert os.listdir(mounted / "by-voice") == []
    assert len(os.listdir(mounted / "episodes/it/voices")) == len(names)
