"""Captions, mounted: what becomes of a file of them, good or bad."""

import json
import os
import time

import pytest

VTT = "WEBVTT\n\n"
GOOD = VTT + "00:01.000 --> 00:02.000\n<v Ana>Yes.\n\n00:02.500 --> 00:03.000\n<v Bo>No.\n"


def table_of_problems(mount):
    """The rows of problems.tsv: file, line, column, problem, done."""
    lines = (mount / ".transcriptfs" / "problems.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines[1:]]


def wait_until(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.005)


def turns_of(mounted, episode):
    path = mounted.path / "episodes" / episode / "turns.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def words_of(mounted, episode):
    return [(turn["speaker"], turn["text"]) for turn in turns_of(mounted, episode)]


def problems_of(mounted, name):
    """(line, problem) of a file whose body was read."""
    return [(int(row[1] or 0), row[3]) for row in table_of_problems(mounted.path) if row[0] == name]


def test_captions_are_episodes(mount):
    mounted = mount({"talks/a.vtt": GOOD, "b.SRT": "1\n00:00:01,000 --> 00:00:02,000\nHi.\n", "c.md": "**Ana:** Yes.\n"})
    episodes = mounted.path / "episodes"
    assert words_of(mounted, "talks/a") == [("Ana", "Yes."), ("Bo", "No.")]
    assert [(turn["start"], turn["source"]) for turn in turns_of(mounted, "talks/a")] == [
        (1, "talks/a.vtt:3-4"), (2.5, "talks/a.vtt:6-7")]
    assert (episodes / "talks/a/source.vtt").read_text() == GOOD
    assert not (episodes / "talks/a/source.md").exists()
    assert (episodes / "b/source.srt").exists() and not (episodes / "b/source.vtt").exists()
    assert (mounted.path / "by-voice/Bo").is_dir()
    rows = [line.split("\t") for line in (mounted.path / "index/episodes.tsv").read_text().splitlines()]
    assert rows[0][-1] == "form" and {row[0]: row[-1] for row in rows[1:]} == {
        "talks/a": "webvtt", "b": "subrip", "c": "markdown"}


def test_captions_come_and_go(mount):
    mounted = mount({"a.vtt": GOOD})
    (mounted.content / "b.vtt").write_text(GOOD.replace("Yes", "Well"))
    wait_until(lambda: (mounted.path / "episodes/b/turns/001.txt").exists())
    assert words_of(mounted, "b")[0] == ("Ana", "Well.")
    (mounted.content / "a.vtt").unlink()
    wait_until(lambda: not (mounted.path / "episodes/a").exists())


def test_the_last_turn_has_its_seconds(mount):
    mounted = mount({"a.vtt": GOOD})
    rows = [line.split("\t") for line in (mounted.path / "episodes/a/voices.tsv").read_text().splitlines()]
    assert [row[-2] for row in rows] == ["seconds", "1.000", "0.500"]


def test_captions_come_out_cue_by_cue(mount):
    mounted = mount({"a.srt": "1\n00:00:01,000 --> 00:00:01,000\nA & b,\n\n2\n00:00:03,000 --> 00:00:07,000\n- Two\n- more\n"})
    episode = mounted.path / "episodes/a"
    assert (episode / "transcript.vtt").read_text() == (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:01.001\nA &amp; b,\n\n2\n00:00:03.000 --> 00:00:04.714\nTwo\n\n"
        "3\n00:00:04.714 --> 00:00:07.000\nmore\n\n")
    segments = json.loads((episode / "transcript.json").read_text())["segments"]
    assert [(one["startTime"], one["endTime"], one["body"]) for one in segments] == [
        (1, 1, "A & b,"), (3, 7, "Two"), (3, 7, "more")]
    assert [turn["start"] for turn in turns_of(mounted, "a")] == [1, 3, 3]


@pytest.mark.parametrize("text, words, problems", [
    ("", [], [(0, "no cue in it")]),
    ("WEBVTT", [], [(0, "no cue in it")]),
    ("WEBVTT\n\nNOTE nothing\n", [], [(0, "no cue in it")]),
    ("Words and no times.\n", [], [(0, "no cue in it")]),
    ("00:01.000 --> 00:02.000\nYes.\n", [(None, "Yes.")], [(1, "no WEBVTT at its head")]),
    (VTT + "0.860 --> 7.380\nYes.\n", [(None, "Yes.")], [(0, "times that are not written as WebVTT has them")]),
    (VTT + "00:01.000 --> 00:02.000\nYes.\n\n00:0x.000 --> 00:03.000\nLost.\n\n00:04.000 --> 00:05.000\nNo.\n",
     [(None, "Yes."), (None, "No.")], [(6, "a cue whose times cannot be read")]),
    (VTT + "00:05.000 --> 00:04.000\nYes.\n\n00:05.000 --> 00:06.000\nNo.\n", [(None, "Yes. No.")], []),
    (VTT + "01:00.000 --> 01:01.000\nYes.\n\n00:06.000 --> 00:07.000\nNo.\n", [(None, "Yes. No.")],
     [(6, "it begins 54.000 s before the cue before it")]),
    (VTT + "00:01.000 --> 00:02.000\nYes.\n\nMore of it.\n\nNOTE a comment\n\n7\n00:04.000 --> 00:05.000\nNo.\n",
     [(None, "Yes."), (None, "No.")], [(6, "words in no cue")]),
    ("WEBVTT - a title\nKind: captions\n\nBefore.\n\n00:01.000 --> 00:02.000\nYes.\n\nBehind.\nAnd more.\n",
     [(None, "Yes.")], [(4, "words in no cue, here and in 1 more places")]),
    (VTT + "00:01.000 --> 00:02.000\nA\0b.\n", [(None, "A\ufffdb.")], []),
])
def test_bad_captions(mount, text, words, problems):
    mounted = mount({"a.vtt": text, "good.vtt": GOOD})
    if words:
        assert words_of(mounted, "a") == words
    else:
        assert sorted(path.name for path in (mounted.path / "episodes/a").iterdir()) == ["source.vtt"]
    assert (mounted.path / "episodes/a/source.vtt").read_text() == text
    assert problems_of(mounted, "a.vtt") == problems
    assert words_of(mounted, "good") == [("Ana", "Yes."), ("Bo", "No.")]


@pytest.mark.parametrize("times", [
    "00:00:0{}:500 --> 00:00:0{}:900", "00:00:0{};12 --> 00:00:0{};20", "00:00:0{},500 -> 00:00:0{},900",
    "00:00:0{},500 —> 00:00:0{},900", "00:00:0{},500 --&gt; 00:00:0{},900", "00:00:0{}.500–>00:00:0{}.900"])
def test_times_as_other_programs_leave_them(mount, times):
    words = ["At 10:30:00 we met.", "2 -> 3 is a step.", "10:30 -> 11:00 too."]
    mounted = mount({"a.srt": "".join(f"{i}\n{times.format(i, i)}\n{text}\n\n" for i, text in enumerate(words, 1))})
    assert words_of(mounted, "a") == [(None, " ".join(words))]
    assert turns_of(mounted, "a")[0]["start"] == pytest.approx(1.3, abs=0.21)
    assert problems_of(mounted, "a.srt") == []


def test_bytes_that_are_not_utf8(mount):
    mounted = mount({"a.vtt": VTT.encode() + b"00:01.000 --> 00:02.000\n<v Jos\xe9>\xff yes\n"})
    assert words_of(mounted, "a") == [("Jos\ufffd", "\ufffd yes")]
    assert [line for line, _ in problems_of(mounted, "a.vtt")] == [4]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_with_a_mark(mount, encoding):
    mounted = mount({"a.vtt": GOOD.replace("\n", "\r\n").encode(encoding)})
    assert words_of(mounted, "a") == [("Ana", "Yes."), ("Bo", "No.")]
    assert not problems_of(mounted, "a.vtt")


@pytest.mark.parametrize("text", [
    VTT + "00:00.000 --> 00:10.000\nsprite.jpg#xywh=0,0,160,90\n\n00:10.000 --> 00:20.000\nsprite.jpg#xywh=160,0,160,90\n",
    "WEBVTT\nKind: chapters\n\n00:00.000 --> 00:10.000\nThe beginning\n",
])
def test_tracks_that_are_no_transcripts(mount, text):
    mounted = mount({"a.vtt": text, "good.vtt": GOOD})
    assert [path.name for path in (mounted.path / "episodes").iterdir()] == ["good"]
    assert not table_of_problems(mounted.path)
    (mounted.content / "a.vtt").write_text(GOOD)
    wait_until(lambda: (mounted.path / "episodes/a/turns/001.txt").exists())


@pytest.mark.parametrize("words", [
    "<i>" * 100_000 + "Yes." + "</i>" * 100_000,
    "<v Ana>" * 100_000 + "Yes.",
    "<" * 1_000_000, "&" * 1_000_000, "{\\" * 500_000, "Yes. " * 200_000, "a\n" * 500_000,
], ids=["tags", "voices", "brackets", "entities", "styles", "words", "lines"])
def test_a_cue_of_a_megabyte(mount, words):
    mounted = mount({"a.vtt": VTT + "00:01.000 --> 00:02.000\n" + words + "\n",
                     "b.srt": "00:01,000 --> 00:02,000\n" + words + "\n", "good.vtt": GOOD})
    begun = time.monotonic()
    for episode in ("a", "b"):
        assert turns_of(mounted, episode)
    assert time.monotonic() - begun < 10
    assert words_of(mounted, "good") == [("Ana", "Yes."), ("Bo", "No.")]


def test_ten_million_cues(mount):
    mounted = mount({"a.srt": b"0:1 --> 0:2\nx\n\n" * 10_000_000, "good.vtt": GOOD}, "-o", "max_file=256M")
    assert not list((mounted.path / "episodes/a/turns").iterdir())
    assert any("memory" in problem for _, problem in problems_of(mounted, "a.srt"))
    assert words_of(mounted, "good") == [("Ana", "Yes."), ("Bo", "No.")]


def srt(*texts):
    """SubRip of these texts, two seconds each."""
    return "".join(f"{i + 1}\n00:00:{2 * i:02},000 --> 00:00:{2 * i + 2:02},000\n{text}\n\n" for i, text in enumerate(texts))


@pytest.mark.parametrize("texts, said", [
    # WhisperX: in brackets, on each cue or on all but those nobody was found for.
    (["[SPEAKER_00]: Is it on?", "[SPEAKER_00]: It is.", "[SPEAKER_01]: Good."],
     [("SPEAKER_00", "Is it on? It is."), ("SPEAKER_01", "Good.")]),
    (["[SPEAKER_00]: Is it on?", "[SPEAKER_01]: It is.", "and off."],
     [("SPEAKER_00", "Is it on?"), ("SPEAKER_01", "It is. and off.")]),
    # Descript.
    (["[Ana]: Is it on?", "[Bo]: It is.", "[Ana]: Good."], [("Ana", "Is it on?"), ("Bo", "It is."), ("Ana", "Good.")]),
    # A time behind the name.
    (["Speaker 1 (00:00): Is it on?", "Speaker 2 (00:02): It is.", "and off.", "Speaker 1 (00:06):\nGood."],
     [("Speaker 1", "Is it on?"), ("Speaker 2", "It is. and off."), ("Speaker 1", "Good.")]),
    (["We meet at noon (12:00): be there.", "At 10:30: no.", "Fine."],
     [(None, "We meet at noon (12:00): be there. At 10:30: no. Fine.")]),
    # A dash without a space, where the file shows what it means.
    (["-Is it on?\n-It is.", "Good.", "–And off?\n–It is."],
     [(None, "Is it on?"), (None, "It is. Good."), (None, "And off?"), (None, "It is.")]),
    (["It was\n-5 degrees.", "-Once.", "-A\n-B", "What a day."], [(None, "It was -5 degrees. -Once. -A -B What a day.")]),
    # Aegisub.
    ([r"{\i1}He said nothing.{\i0}\NNot a word.", r"And then\hhe left C:\temp."],
     [(None, r"He said nothing. Not a word. And then he left C:\temp.")]),
])
def test_labels_as_tools_write_them(mount, texts, said):
    mounted = mount({"a.srt": srt(*texts)})
    assert words_of(mounted, "a") == said
    assert not any("SPEAKER" in name or "[" in name for name in os.listdir(mounted.path / "by-voice"))


def test_a_language_that_is_no_text_is_none(mount):
    mounted = mount({"a.vtt": GOOD.encode().replace(b"\n", b"\nLanguage: e\xff\n", 1)})
    assert len(turns_of(mounted, "a")) == 2
    assert not (mounted / "episodes/a/meta").exists()
