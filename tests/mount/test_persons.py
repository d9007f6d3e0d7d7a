"""One person, one voice: the label stays as it was written, and what it leads to is the person."""

import os

import pytest

from test_formats import json_lines, table
from test_live import settle
from tools import TRANSCRIPTFS, run, run_ok

MINUTES = """
## Attendees

| Name        | Abbreviation | Organization |
| ----------- | ------------ | ------------ |
| Kora Gibbel | KG           | Well Society |
| Omar Rossi  | OR           | Hedge Trust  |

## Water

KG: The well is dry.

OR: I have a cart.

Kora Gibbel: And a horse?

OR: No.

KG: Then we walk.

Kora: We all do.
"""


def test_a_record_has_label_and_person(mount):
    mounted = mount({"minutes.md": MINUTES})
    expected = [("KG", "Kora Gibbel"), ("OR", "Omar Rossi"), ("Kora Gibbel", "Kora Gibbel"), ("OR", "Omar Rossi"),
                ("KG", "Kora Gibbel"), ("Kora", "Kora Gibbel")]
    records = json_lines(mounted / "episodes/minutes/turns.jsonl")
    assert [(record["speaker"], record["voice"]) for record in records if record["speaker"]] == expected
    rows = table(mounted / "episodes/minutes/turns.tsv")
    assert [(row["speaker"], row["voice"]) for row in rows if row["speaker"]] == expected
    assert list(rows[0])[-2:] == ["times", "ref"]


def test_voices_are_persons(mount):
    mounted = mount({"minutes.md": MINUTES, "more.md": "**KORA GIBBEL:** One.\n\n**Bo:** Two.\n\n" * 2})
    episode = mounted / "episodes/minutes"
    assert sorted(os.listdir(episode / "voices")) == ["Kora Gibbel", "Omar Rossi"]
    assert [(row["voice"], row["turns"]) for row in table(episode / "voices.tsv")] == [("Kora Gibbel", "4"), ("Omar Rossi", "2")]
    assert sorted(os.listdir(mounted / "by-voice")) == ["Bo", "KORA GIBBEL", "Omar Rossi"]
    said = run_ok("sh", "-c", "cat by-voice/'Kora Gibbel'/*minutes/*.txt", cwd=mounted.path)
    assert said == ("KG: The well is dry.\nKora Gibbel: And a horse?\nKG: Then we walk.\nKora: We all do.\n")


def test_a_voice_is_found_in_no_other_file(mount):
    """KG is Kora Gibbel in the minutes that say so, and KG elsewhere."""
    mounted = mount({"minutes.md": MINUTES, "other.md": "**KG:** One.\n\n**Bo:** Two.\n\n" * 2})
    assert sorted(os.listdir(mounted / "by-voice")) == ["Bo", "KG", "Kora Gibbel", "Omar Rossi"]


# --- who somebody is, by the configuration and by front matter ------------------------------------------


TALK = "**KG:** One.\n\n**Bo:** Two.\n\n" * 2


def voices(mounted, episode):
    return sorted(os.listdir(mounted / "episodes" / episode / "voices"))


def test_the_configuration_says_who_a_label_is(mount):
    mounted = mount({".transcriptfs.yaml": "voices: {kg: Kora Gibbel, Bo: Bo Sand}\n", "a.md": TALK, "b.md": TALK,
                     "c.md": "---\nvoices:\n  KG: Karl Grau\n---\n" + TALK,
                     "d.md": "**KG (she/her):** One.\n\n**Ana:** Two.\n\n" * 2})
    assert voices(mounted, "a") == ["Bo Sand", "Kora Gibbel"]
    assert voices(mounted, "c") == ["Bo Sand", "Karl Grau"]
    assert voices(mounted, "d") == ["Ana", "Kora Gibbel"]
    assert sorted(os.listdir(mounted / "by-voice")) == ["Ana", "Bo Sand", "Karl Grau", "Kora Gibbel"]
    assert {record["speaker"] for record in json_lines(mounted / "episodes/a/turns.jsonl")} == {"KG", "Bo"}


def test_a_change_of_the_configuration_is_followed(mount):
    mounted = mount({"a.md": TALK})
    settle(mounted)
    assert voices(mounted, "a") == ["Bo", "KG"] and (mounted / "by-voice/KG").exists()
    (mounted.content / ".transcriptfs.yaml").write_text("voices: {KG: Kora Gibbel}\n")
    settle(mounted)
    assert voices(mounted, "a") == ["Bo", "Kora Gibbel"]
    assert not (mounted / "by-voice/KG").exists() and (mounted / "by-voice/Kora Gibbel").exists()
    (mounted.content / ".transcriptfs.yaml").write_text("voices: {KG: Karl Grau}\n")
    settle(mounted)
    assert voices(mounted, "a") == ["Bo", "Karl Grau"]
    (mounted.content / ".transcriptfs.yaml").unlink()
    settle(mounted)
    assert voices(mounted, "a") == ["Bo", "KG"]


def test_what_machines_heard_is_named_in_its_own_file(mount):
    heard = "**SPEAKER_00:** One.\n\n**SPEAKER_01:** Two.\n\n**Speaker C:** Three.\n\n**spk_3:** Four.\n\n" * 2
    mounted = mount({"a.md": "---\nvoices:\n  SPEAKER_00: Jane Doe\n  speaker c: Ana Lima\n---\n" + heard, "b.md": heard})
    assert voices(mounted, "a") == ["Ana Lima", "Jane Doe", "SPEAKER_01", "spk_3"]
    assert voices(mounted, "b") == ["SPEAKER_00", "SPEAKER_01", "Speaker C", "spk_3"]
    assert sorted(os.listdir(mounted / "by-voice")) == ["Ana Lima", "Jane Doe"]


@pytest.mark.parametrize("label", ["SPEAKER_00", "spk_0", "Speaker A", "A"])
def test_the_configuration_names_no_label_of_machines(tmp_path, label):
    (tmp_path / ".transcriptfs.yaml").write_text(f"voices:\n  {label}: Jane Doe\n")
    result = run(TRANSCRIPTFS, "--check", tmp_path)
    assert result.returncode == 1
    assert f'.transcriptfs.yaml:2:3: voices: "{label}" is somebody else in each recording' in result.stdout + result.stderr


# --- keys of one's own ----------------------------------------------------------------------------------


def test_keys_of_ones_own_for_date_and_link(mount):
    front = ("---\ntitle: A\nsent: 2024-05-06\ndate: 2020-01-01\npage: https://example.org/page\n"
             "url: https://example.org/url\n---\n")
    mounted = mount({".transcriptfs.yaml": "date: Sent\nlink: [mirror, page]\n", "a.md": front + TALK,
                     "b.md": front.replace("sent:", "other:").replace("page:", "more:") + TALK})
    rows = {row["episode"]: row for row in table(mounted / "index/episodes.tsv")}
    assert [(rows[name]["date"], rows[name]["url"]) for name in "ab"] == [
        ("2024-05-06", "https://example.org/page"), ("2020-01-01", "https://example.org/url")]
    assert json_lines(mounted / "episodes/a/turns.jsonl")[0]["url"] == "https://example.org/page"
    settle(mounted)
    (mounted.content / ".transcriptfs.yaml").write_text("link: url\n")
    settle(mounted)
    assert json_lines(mounted / "episodes/a/turns.jsonl")[0]["url"] == "https://example.org/url"
    assert [row["date"] for row in table(mounted / "index/episodes.tsv") if row["episode"] == "a"] == ["2020-01-01"]


# --- names of one person in other files ------------------------------------------------------------------


def translated(*turns):
    """Turns, each with an original that has a label of its own."""
    return "".join(f"**{name}:** 词语。\n\n<details><summary>Original English</summary>\n\n**{original}:** Words.\n\n</details>\n\n"
                   for name, original in turns)


def test_originals_say_who_is_who_in_all_files(mount):
    mounted = mount({"a.md": translated(("林岚", "Lan Lin"), ("安娜", "Ana Lima"), ("林岚", "Lan Lin"), ("安娜", "Ana Lima")),
                     "b.md": "**Lan Lin:** One.\n\n**Bo:** Two.\n\n" * 2})
    assert sorted(os.listdir(mounted / "by-voice")) == ["Bo", "安娜", "林岚"]
    assert os.readlink(mounted / "by-voice/Lan Lin") == "林岚" and os.readlink(mounted / "by-voice/ANA LIMA") == "安娜"
    assert sorted(os.readlink(entry) for entry in (mounted / "by-voice/林岚").iterdir()) == [
        "../../episodes/a/voices/林岚", "../../episodes/b/voices/Lan Lin"]
    assert {record["voice"] for record in json_lines(mounted / "episodes/b/turns.jsonl")} == {"Bo", "Lan Lin"}
    # And so it is where views are combined, and in a selection.
    assert sorted(os.listdir(mounted / "by-voice/林岚/by-voice")) == ["林岚"]
    assert len(os.listdir(mounted / "search/voice:*/by-voice/林岚")) == 2


def test_two_that_fit_are_nobody(mount):
    mounted = mount({"a.md": translated(("林岚", "Lan Lin"), ("安娜", "Ana Lima"), ("林岚", "Lan Lin"), ("安娜", "Ana Lima")),
                     "b.md": translated(("林岚", "Lara Lin"), ("波", "Bo"), ("林岚", "Lara Lin"), ("波", "Bo")),
                     "c.md": translated(("Cleo", "Dora"), ("Dora", "Cleo"), ("Cleo", "Dora"), ("Dora", "Cleo"))})
    assert sorted(os.listdir(mounted / "by-voice")) == sorted(["Cleo", "Dora", "安娜", "林岚", "波"])
    assert not (mounted / "by-voice/Lan Lin").exists() and not (mounted / "by-voice/Lara Lin").exists()
    assert os.readlink(mounted / "by-voice/Bo") == "波"


def test_what_originals_say_is_followed(mount):
    pair = translated(("林岚", "Lan Lin"), ("安娜", "Ana Lima"), ("林岚", "Lan Lin"), ("安娜", "Ana Lima"))
    english = "**Lan Lin:** One.\n\n**Bo:** Two.\n\n" * 2
    mounted = mount({"b.md": english})
    settle(mounted)
    assert sorted(os.listdir(mounted / "by-voice")) == ["Ann", "Bo", "Lan Lin"]
    (mounted.content / "a.md").write_text(pair)
    settle(mounted)
    assert sorted(os.listdir(mounted / "by-voice")) == sorted(["Ann", "Bo", "安娜", "林岚"])
    assert os.readlink(mounted / "by-voice/Lan Lin") == "林岚" and os.readlink(mounted / "by-voice/Ana Lima") == "安娜"
    assert sorted(entry.name for entry in (mounted / "by-voice/林岚").iterdir()) == ["a", "b"]
    (mounted.content / "c.md").write_text(translated(("林岚", "Lara Lin"), ("波", "Po"), ("林岚", "Lara Lin"), ("波", "Po")))
    settle(mounted)
    assert "Lan Lin" in os.listdir(mounted / "by-voice") and os.path.isdir(mounted / "by-voice/Lan Lin")
    assert not os.path.islink(mounted / "by-voice/Lan Lin")
    assert [entry.name for entry in (mounted / "by-voice/Lan Lin").iterdir()] == ["b"]
    (mounted.content / "c.md").unlink()
    (mounted.content / "a.md").unlink()
    settle(mounted)
    assert sorted(os.listdir(mounted / "by-voice")) == ["Ann", "Bo", "Lan Lin"]
    assert not os.path.lexists(mounted / "by-voice/Ana Lima")
