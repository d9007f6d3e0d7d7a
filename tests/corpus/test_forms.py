"""The words of real captions, written anew in every other form that is read: none is lost, added or changed."""

import html
import json
import os
import re
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mount"))
from tools import CORPUS, TRANSCRIPTFS, run_ok  # noqa: E402

CALLS = CORPUS.parent / "collections" / "ethereum-pm" / "calls"
FILES = 6

TIMES = re.compile(r"(\d+):(\d+):(\d+)\.(\d+) --> (\d+):(\d+):(\d+)\.(\d+)")


def cues_of(text):
    """(start, end, words) of each cue, in milliseconds; without the label of who speaks, which is another test's."""
    for block in re.split(r"\n\n+", text.replace("\r\n", "\n")):
        times = TIMES.search(block)
        if times:
            h, m, s, f, *end = (int(number) for number in times.groups())
            words = html.unescape(block[times.end():].strip())
            words = re.sub(r"^[^:]{1,60}: ", "", words)
            yield ((h * 60 + m) * 60 + s) * 1000 + f, ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3], words


def words_of(cues):
    """The same word by word."""
    for start, end, text in cues:
        words = text.split()
        for i, word in enumerate(words):
            yield start + (end - start) * i // len(words), start + (end - start) * (i + 1) // len(words), word


def clock(ms, point="."):
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def lines(cues, form, times, point=".", escape=str):
    return "".join(form.format(i, times.format(clock(start, point), clock(end, point)), escape(words))
                   for i, (start, end, words) in enumerate(cues, 1))


def each(cues, **keys):
    """A record a cue: each key is what a function makes of its start, end and words."""
    return [{name: make(*cue) for name, make in keys.items()} for cue in cues]


SECONDS = {"start": lambda a, b, w: a / 1000, "end": lambda a, b, w: b / 1000}
FORMS = {
    "plain.srt": lambda c: lines(c, "{0}\n{1}\n{2}\n\n", "{0} --> {1}", ","),
    "dense.srt": lambda c: lines(c, "{0}\n{1}\n{2}\n", "{0} --> {1}", ","),
    "nameless.srt": lambda c: lines(c, "{1}\n\n{2}\n\n", "{0}—>{1}", ":"),
    "crlf.srt": lambda c: lines(c, "{0}\r\n{1}\r\n{2}\r\n\r\n", "{0} --> {1}", ","),
    "dense.vtt": lambda c: "\ufeffWEBVTT\n\n" + lines(c, "{1}\n{2}\n", "{0} --> {1} align:start", escape=html.escape),
    "tagged.vtt": lambda c: "WEBVTT\n\n" + lines(c, "id {0}\n{1}\n<v Ana>{2}</v>\n\n", "{0} --> {1}", escape=html.escape),
    "youtube.sbv": lambda c: lines(c, "{1}\n{2}\n\n", "{0},{1}"),
    "whisper.json": lambda c: {"segments": each(c, **SECONDS, text=lambda a, b, w: " " + w), "text": "", "language": "en"},
    "podcast.json": lambda c: {"version": "1.0.0", "segments": each(
        c, startTime=lambda a, b, w: a / 1000, endTime=lambda a, b, w: b / 1000, body=lambda a, b, w: w)},
    "cpp.json": lambda c: {"transcription": each(c, offsets=lambda a, b, w: {"from": a, "to": b}, text=lambda a, b, w: w)},
    "chunks.json": lambda c: {"chunks": each(c, timestamp=lambda a, b, w: [a / 1000, b / 1000], text=lambda a, b, w: w)},
    "deepgram.json": lambda c: {"results": {"utterances": each(c, **SECONDS, transcript=lambda a, b, w: w,
                                                               speaker=lambda a, b, w: 0)}},
    "deepgram-words.json": lambda c: {"results": {"channels": [{"alternatives": [{"transcript": "", "words": each(
        words_of(c), **SECONDS, word=lambda a, b, w: w.lower(), punctuated_word=lambda a, b, w: w)}]}]}},
    "assemblyai-words.json": lambda c: {"audio_duration": 1, "words": each(
        words_of(c), start=lambda a, b, w: a, end=lambda a, b, w: b, text=lambda a, b, w: w)},
    "aws.json": lambda c: {"results": {"items": each(
        words_of(c), type=lambda *_: "pronunciation", start_time=lambda a, b, w: str(a / 1000),
        end_time=lambda a, b, w: str(b / 1000), alternatives=lambda a, b, w: [{"content": w}])}},
    "azure.json": lambda c: {"recognizedPhrases": each(
        c, offsetInTicks=lambda a, b, w: a * 10000, durationInTicks=lambda a, b, w: (b - a) * 10000,
        nBest=lambda a, b, w: [{"display": w}])},
    "google.json": lambda c: {"results": [{"alternatives": [{"transcript": cue[2], "words": each(
        words_of([cue]), startTime=lambda a, b, w: f"{a / 1000}s", endTime=lambda a, b, w: f"{b / 1000}s",
        word=lambda a, b, w: w)}]} for cue in c if cue[2]]},
    "speechmatics.json": lambda c: {"format": "2.9", "results": each(
        words_of(c), type=lambda *_: "word", start_time=lambda a, b, w: a / 1000, end_time=lambda a, b, w: b / 1000,
        alternatives=lambda a, b, w: [{"content": w}])},
    "nemo.json": lambda c: {"sentences": each(c, start_time=lambda a, b, w: a / 1000, end_time=lambda a, b, w: b / 1000,
                                              text=lambda a, b, w: w, speaker=lambda *_: "speaker_0")},
    "vosk.json": lambda c: "\n".join(json.dumps({"result": each(
        words_of([cue]), **SECONDS, word=lambda a, b, w: w, conf=lambda *_: 1.0), "text": cue[2]}, indent=2) for cue in c if cue[2]),
    "scribe.json": lambda c: {"language_code": "en", "words": [piece for a, b, w in words_of(c) for piece in (
        {"text": w, "start": a / 1000, "end": b / 1000, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "start": b / 1000, "end": b / 1000, "type": "spacing"})]},
    "fast.json": lambda c: {"phrases": each(c, offsetMilliseconds=lambda a, b, w: a, durationMilliseconds=lambda a, b, w: b - a,
                                            text=lambda a, b, w: w, speaker=lambda *_: 1)},
    "google-text.json": lambda c: {"results": each(c, alternatives=lambda a, b, w: [{"transcript": w}],
                                                   resultEndTime=lambda a, b, w: f"{b / 1000}s")},
    "list.json": lambda c: each(c, **SECONDS, text=lambda a, b, w: w),
    "lines.jsonl": lambda c: "\n".join(map(json.dumps, each(c, **SECONDS, text=lambda a, b, w: w))),
    "api.json": lambda c: each(c, text=lambda a, b, w: w, start=lambda a, b, w: a / 1000, duration=lambda a, b, w: (b - a) / 1000),
    "youtube.json3": lambda c: {"events": each(c, tStartMs=lambda a, b, w: a, dDurationMs=lambda a, b, w: b - a,
                                               segs=lambda a, b, w: [{"utf8": w}])},
}


def words(text):
    """Without marks: those that stand alone belong to the word before, and a dash at the head is who speaks."""
    return [word for word in (re.sub(r"^\W+|\W+$", "", word) for word in text.split()) if word]


def test_each_form_says_the_same_words(tmp_path):
    if not CALLS.exists():
        pytest.skip(f"there is no {CALLS} (TRANSCRIPTFS_CORPUS names another folder)")
    said = {}
    for number, path in enumerate(sorted(CALLS.rglob("*.vtt"))[:FILES]):
        cues = list(cues_of(path.read_text(encoding="utf-8-sig")))
        for name, write in FORMS.items():
            made = write(cues)
            text = made if isinstance(made, str) else json.dumps(made, ensure_ascii=number % 2 == 0)
            name = f"{number}-{name.replace('.', '-')}.{name.split('.')[1]}"  # no two have one stem
            with open(tmp_path / name, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            said[name] = words(" ".join(text for _, _, text in cues))
    found = {name: [] for name in said}
    for line in run_ok(TRANSCRIPTFS, "-q", "--query", "has:title OR no:title", "--format", "turns.jsonl", tmp_path).splitlines():
        record = json.loads(line)
        found[record["source"].rsplit(":", 1)[0]] += words(record["text"])
    assert sum(map(len, said.values())) > 500_000
    assert {name for name in said if found[name] != said[name]} == set()
