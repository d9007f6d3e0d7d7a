"""Plain text and Whisper's tables, where somebody asks for them."""

import os

import pytest

from test_formats import json_lines
from test_live import settle, write_by_rename
from test_values import problems
from tools import TRANSCRIPTFS, run, write_content

ASKED = 'inputs: ["*.txt", "*.tsv"]\n'
OTTER = "Mira Holt  0:00  \nWho rides the night train?\nAnd why?\n\nJun  0:12  \nI do, each week.\n\nMira Holt  0:20  \nWell.\n"

FILES = {
    # Times and names that last: (speaker, start, words) of each turn.
    "timed.txt": ("00:00:06 All aboard, please.\n00:00:09 Mind the gap.\n00:01:00 We arrive.\n",
                  [(None, 6, "All aboard, please. Mind the gap. We arrive.")]),
    "named.txt": ("0:00:13.8 **Mira Holt** Who rides it?\n\n0:00:36.2 **Jun Arai** I do.\n\n0:00:37 Each week.\n",
                  [("Mira Holt", 13.8, "Who rides it?"), ("Jun Arai", 36.2, "I do. Each week.")]),
    "chevrons.txt": ("0:01 Who rides it?\n0:02 >> I do.\n0:03 Each week.\n",
                     [(None, 1, "Who rides it?"), (None, 2, "I do. Each week.")]),
    "otter.txt": (OTTER, [("Mira Holt", 0, "Who rides the night train?\nAnd why?"), ("Jun", 12, "I do, each week."),
                          ("Mira Holt", 20, "Well.")]),
    "whisperx.txt": ("[SPEAKER_00]: Who rides it?\n[SPEAKER_01]: I do.\n[SPEAKER_00]: Well.\n",
                     [("SPEAKER_00", None, "Who rides it?"), ("SPEAKER_01", None, "I do."), ("SPEAKER_00", None, "Well.")]),
    "names.txt": ("Mira: Who rides it?\n\nJun: I do.\n\nMira: Well.\n\nJun: Each week.\n",
                  [("Mira", None, "Who rides it?"), ("Jun", None, "I do."), ("Mira", None, "Well."),
                   ("Jun", None, "Each week.")]),
    "paragraphs.txt": ("# 1. *All* aboard\n<b>now</b>\n\nMind_the_gap.\n",
                       [(None, None, "# 1. *All* aboard\n<b>now</b>"), (None, None, "Mind_the_gap.")]),
    "whisper.tsv": ("start\tend\ttext\n0\t2500\tAll aboard, please.\n2500\t4000\tMind the gap.\n",
                    [(None, 0, "All aboard, please. Mind the gap.")]),
}


def turns(mounted, name):
    return [(turn["speaker"], turn["start"], turn["text"]) for turn in json_lines(mounted / f"episodes/{name}/turns.jsonl")]


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_for_is_read(mount, name):
    text, said = FILES[name]
    stem, ending = os.path.splitext(name)
    mounted = mount({name: text, ".transcriptfs.yaml": ASKED})
    assert turns(mounted, stem) == said
    assert (mounted / f"episodes/{stem}/source{ending}").read_text() == text
    assert problems(mounted) == []


def test_what_google_meet_writes_above_the_words_is_front_matter(mount):
    said = "Ana Lima: Good morning.\nTom Reed: Shall we begin?\nAna Lima: Yes.\n"
    mounted = mount({
        "old.txt": "Meeting title\nRiver club (2024-03-05 at 06:00 GMT-8)\nAttendees\nAna Lima, Tom Reed\nTranscript\n"
                   f"This editable transcript was computer generated and might contain errors.\n\n{said}Meeting ended after 00:32:05\n",
        "new.txt": f"Mar 6, 2024\nRiver club - Transcript\n00:00:00\n \n{said}\nTranscription ended after 00:32:05\n\nThis editable …\n",
        "other.txt": f"Minutes\nAttendees\nWe were few.\nTranscript\n{said}",
        ".transcriptfs.yaml": ASKED})
    episodes = mounted / "episodes"
    assert (episodes / "old/transcript.txt").read_text() == said
    assert turns(mounted, "old")[1][0] == "Tom Reed" and turns(mounted, "new")[0][1] == 0
    assert "".join(text for _, _, text in turns(mounted, "new")).count("Transcri") == 0
    assert sorted(os.listdir(mounted / "by-person")) == ["Ana Lima", "Tom Reed"]
    assert os.listdir(mounted / "by-date/2024/03/05") == ["2024-03-05--River_club--old"]
    assert (episodes / "new/meta/title").read_text() == "River club\n"
    assert (episodes / "new/meta/date").read_text() == "2024-03-06\n"
    assert (episodes / "other/transcript.txt").read_text().startswith("Minutes Attendees We were few. Transcript")
    assert not (episodes / "other/meta").exists() and problems(mounted) == []


def test_nothing_else_is_read(mount):
    mounted = mount({**{name: text for name, (text, _) in FILES.items()}, "a.md": "Words.\n"})
    assert os.listdir(mounted / "episodes") == ["a"]
    write_by_rename(mounted.content / ".transcriptfs.yaml", ASKED)
    settle(mounted)
    assert {"timed", "whisper"} < set(os.listdir(mounted / "episodes"))
    write_by_rename(mounted.content / "ages.tsv", "name\tage\nJun\t30\n")
    write_by_rename(mounted.content / "late.txt", "Words.\n")
    settle(mounted)
    assert "late" in os.listdir(mounted / "episodes") and "ages" not in os.listdir(mounted / "episodes")
    os.remove(mounted.content / ".transcriptfs.yaml")
    settle(mounted)
    assert sorted(os.listdir(mounted / "episodes")) == ["a", "zz-sentinel"]
    assert problems(mounted) == []


def test_json_that_is_no_transcript_hides_no_text(mount):
    mounted = mount({"a.txt": "Words.\n", "a.json": "{}", ".transcriptfs.yaml": ASKED})
    assert [words for _, _, words in turns(mounted, "a")] == ["Words."]
    assert {"source.txt", "source.json"} < set(os.listdir(mounted / "episodes/a"))
    write_by_rename(mounted.content / "a.json", '{"segments": [{"start": 0, "end": 1, "text": "Other words."}]}')
    settle(mounted)
    assert [words for _, _, words in turns(mounted, "a")] == ["Other words."]
    assert {"source.txt", "source.json"} < set(os.listdir(mounted / "episodes/a"))


def test_the_command_line_says_which_files_are_read(mount):
    files = {"a.md": "Words.\n", "b.txt": "Words.\n", "c.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nWords.\n", "d.tsv": "x\n"}
    assert sorted(os.listdir(mount(files, "-o", "inputs=txt:vtt") / "episodes")) == ["b", "c"]
    mounted = mount({**files, ".transcriptfs.yaml": ASKED}, "-o", "inputs=md")
    assert os.listdir(mounted / "episodes") == ["a"]
    told = run(TRANSCRIPTFS, "-o", "inputs=md:mp3", mounted.content, mounted.path)
    assert told.returncode == 2 and "md:vtt" in told.stderr


def test_a_folder_of_nothing_else_says_how(mount, tmp_path):
    files = {"a.txt": "Words.\n", "b.tsv": FILES["whisper.tsv"][0]}
    advice = 'has inputs: ["*.txt"]'
    assert advice in (mount(files) / "README.md").read_text()
    content = write_content(tmp_path / "other", files)
    told = run(TRANSCRIPTFS, "--check", content)
    assert told.returncode == 0 and advice in told.stderr
    assert advice not in (mount({**files, ".transcriptfs.yaml": ASKED}) / "README.md").read_text()
