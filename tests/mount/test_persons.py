"""One person, one voice: the label stays as it was written, and what it leads to is the person."""

import os

from test_formats import json_lines, table
from tools import run_ok

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
    assert list(rows[0])[-1] == "voice"


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
