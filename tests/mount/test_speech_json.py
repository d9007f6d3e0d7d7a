"""JSON of speech recognition as it is mounted: files of each dialect, and all the other JSON that lies about."""

import json
import os

from test_formats import json_lines
from test_live import settle, write_by_rename
from test_values import problems
from tools import TRANSCRIPTFS, dump_of_content, dump_of_mount, read, run

WHISPER = {"text": " All aboard, please. Mind the gap.", "segments": [
    {"id": 0, "start": 0.0, "end": 2.5, "text": " All aboard, please.", "tokens": [50364, 1057], "temperature": 0.0},
    {"id": 1, "start": 2.5, "end": 4.0, "text": " Mind the gap.", "tokens": []}], "language": "en"}
WHISPERX = {"segments": [
    {"start": 0.0, "end": 2.5, "text": " Who takes the night train?", "speaker": "SPEAKER_00",
     "words": [{"word": "Who", "start": 0.0, "end": 0.4, "score": float("nan")}]},
    {"start": 2.5, "end": 4.0, "text": " I do, each week.", "speaker": "SPEAKER_01"},
    {"start": 4.0, "end": 6.0, "text": " And I read.", "speaker": "SPEAKER_01"}], "word_segments": []}
PODCAST = {"version": "1.0.0", "segments": [
    {"speaker": "Mira Holt", "startTime": 0.5, "endTime": 1, "body": "Welcome"},
    {"speaker": "Mira Holt", "startTime": 1, "endTime": 1.5, "body": "back."},
    {"speaker": "Jun Arai", "startTime": 2, "endTime": 3, "body": "Thank"},
    {"speaker": "Jun Arai", "startTime": 3, "endTime": 4, "body": "you!"}]}
WHISPER_CPP = {"result": {"language": "en"}, "transcription": [
    {"timestamps": {"from": "00:00:01,000", "to": "00:00:02,500"}, "offsets": {"from": 1000, "to": 2500},
     "text": " All aboard, please."}]}
PIPELINE = [{"text": " All aboard, please.", "timestamp": [1.0, 2.5]}, {"text": " Mind the gap.", "timestamp": [2.5, None]}]
DEEPGRAM = {"metadata": {"duration": 9}, "results": {"channels": [], "utterances": [
    {"start": 1.0, "end": 2.0, "transcript": "Mind the gap.", "speaker": 0, "words": []},
    {"start": 2.0, "end": 3.0, "transcript": "Which one?", "speaker": 1, "words": []}]}}
ASSEMBLYAI = {"id": "x", "audio_duration": 9, "utterances": [
    {"speaker": "A", "start": 1000, "end": 2000, "text": "Mind the gap.", "words": []},
    {"speaker": "B", "start": 2000, "end": 3000, "text": "Which one?", "words": []}]}
AWS = {"jobName": "x", "results": {
    "transcripts": [{"transcript": "Mind it. What?"}],
    "speaker_labels": {"segments": [{"start_time": "1.0", "end_time": "2.0", "speaker_label": "spk_0"},
                                    {"start_time": "2.0", "end_time": "3.0", "speaker_label": "spk_1"}]},
    "items": [{"start_time": "1.0", "end_time": "1.5", "type": "pronunciation", "alternatives": [{"content": "Mind"}]},
              {"start_time": "1.5", "end_time": "2.0", "type": "pronunciation", "alternatives": [{"content": "it"}]},
              {"start_time": "1.7", "end_time": "1.8", "type": "pronunciation", "alternatives": [{"content": ".NET"}]},
              {"type": "punctuation", "alternatives": [{"content": "."}]},
              {"start_time": "2.0", "end_time": "3.0", "type": "pronunciation", "alternatives": [{"content": "What"}]},
              {"type": "punctuation", "alternatives": [{"content": "?"}]}]}}
CHANNELS = {"metadata": {"channels": 2}, "results": {"channels": [
    {"alternatives": [{"transcript": "Mind the gap. Both.", "words": [
        {"word": "mind", "punctuated_word": "Mind", "start": 1.0, "end": 1.2},
        {"word": "the", "punctuated_word": "the", "start": 1.2, "end": 1.4},
        {"word": "gap", "punctuated_word": "gap.", "start": 1.4, "end": 1.6},
        {"word": "both", "punctuated_word": "Both.", "start": 4.0, "end": 4.5}]}]},
    {"alternatives": [{"transcript": "Which one?", "words": [
        {"word": "which", "punctuated_word": "Which", "start": 2.0, "end": 2.2},
        {"word": "one", "punctuated_word": "one?", "start": 2.2, "end": 2.5}]}]}]}}
# Nobody speaks on the first channel; the first phrase was not understood.
SILENT_CHANNEL = {"results": {"channels": [{"alternatives": [{"transcript": "", "words": []}]}, CHANNELS["results"]["channels"][1]]}}
AZURE = {"source": "x", "durationInTicks": 90000000, "combinedRecognizedPhrases": [], "recognizedPhrases": [
    {"channel": 0, "speaker": 1, "offset": "PT1S", "offsetInTicks": 10000000.0, "durationInTicks": 5000000.0,
     "nBest": [{"lexical": "mind it", "display": "Mind it."}, {"lexical": "mine", "display": "Mine."}]},
    {"channel": 0, "speaker": 2, "offset": "PT2S", "offsetInTicks": 20000000, "durationInTicks": 5000000,
     "nBest": [{"lexical": "what", "display": "What?"}]}]}
AZURE_UNHEARD = {"recognizedPhrases": [{"recognitionStatus": "NoMatch", "offsetInTicks": 0, "durationInTicks": 1, "nBest": []},
                                       *AZURE["recognizedPhrases"]]}
# The last result has all words once more, with who says them.
GOOGLE = {"results": [
    {"languageCode": "en-us", "alternatives": [{"transcript": "Mind it.", "words": [
        {"startTime": "1s", "endTime": "1.500s", "word": "Mind"}, {"startTime": "1.500s", "endTime": "2s", "word": "it."}]}]},
    {"alternatives": [{"transcript": " What?", "words": [{"startTime": "2s", "endTime": "3s", "word": "What?"}]}]},
    {"alternatives": [{"words": [{"startTime": "1s", "endTime": "1.500s", "word": "Mind", "speakerTag": 1},
                                 {"startTime": "1.500s", "endTime": "2s", "word": "it.", "speakerTag": 1},
                                 {"startTime": "2s", "endTime": "3s", "word": "What?", "speakerTag": 2}]}]}]}
GOOGLE_2 = {"results": [{"alternatives": [{"transcript": "Mind it.", "words": [
    {"endOffset": "1.500s", "word": "Mind"}, {"startOffset": "1.500s", "endOffset": "2s", "word": "it."}]}]}]}
REV = {"monologues": [
    {"speaker": 0, "elements": [{"type": "text", "value": "Mind", "ts": 1.0, "end_ts": 1.5}, {"type": "punct", "value": " "},
                                {"type": "text", "value": "it", "ts": 1.5, "end_ts": 2.0}, {"type": "punct", "value": "."}]},
    {"speaker": 1, "elements": [{"type": "text", "value": "What", "ts": 2.0, "end_ts": 3.0}, {"type": "punct", "value": "?"}]}]}
SPEECHMATICS = {"format": "2.9", "job": {}, "metadata": {"transcription_config": {"language": "en"}}, "results": [
    {"type": "word", "start_time": 1.0, "end_time": 1.5, "alternatives": [{"content": "Mind", "speaker": "S1"}]},
    {"type": "word", "start_time": 1.5, "end_time": 2.0, "alternatives": [{"content": "it", "speaker": "S1"}]},
    {"type": "punctuation", "start_time": 2.0, "end_time": 2.0, "alternatives": [{"content": ".", "speaker": "S1"}]},
    {"type": "word", "start_time": 2.0, "end_time": 3.0, "alternatives": [{"content": "What", "speaker": "UU"}]},
    {"type": "punctuation", "start_time": 3.0, "end_time": 3.0, "alternatives": [{"content": "?", "speaker": "UU"}]}]}
NEMO = {"session_id": "x", "transcription": "mind it what", "words": [], "sentences": [
    {"speaker": "speaker_0", "start_time": 1.0, "end_time": 2.0, "text": "mind it"},
    {"speaker": "speaker_1", "start_time": 2.0, "end_time": 3.0, "text": "what"}]}
# The first event is a window, and a line end is added to what stands in it.
YOUTUBE = {"wireMagic": "pb3", "events": [
    {"tStartMs": 0, "dDurationMs": 20000, "id": 1, "wpWinPosId": 1},
    {"tStartMs": 1000, "dDurationMs": 4000, "wWinId": 1, "segs": [{"utf8": "mind"}, {"utf8": " it", "tOffsetMs": 300}]},
    {"tStartMs": 2000, "dDurationMs": 3000, "wWinId": 1, "aAppend": 1, "segs": [{"utf8": "\n"}]},
    {"tStartMs": 3000, "dDurationMs": 2000, "wWinId": 1, "segs": [{"utf8": "all"}, {"utf8": " the time", "tOffsetMs": 300}]}]}

# Vosk prints an object for each stretch of speech.
VOSK = "\n".join(json.dumps(said, indent=2) for said in (
    {"text": ""}, {"result": [{"conf": 1.0, "start": 1.0, "end": 1.5, "word": "mind"}, {"conf": 1.0, "start": 1.5, "end": 2.0, "word": "it"}],
                   "text": "mind it"}, {"result": [{"conf": 1.0, "start": 2.5, "end": 3.0, "word": "what"}], "text": "what"}))
SCRIBE = {"language_code": "eng", "text": "Mind it. What?", "words": [
    {"text": "Mind", "start": 1.0, "end": 1.5, "type": "word", "speaker_id": "speaker_0"},
    {"text": " ", "start": 1.5, "end": 1.6, "type": "spacing", "speaker_id": "speaker_0"},
    {"text": "it.", "start": 1.6, "end": 2.0, "type": "word", "speaker_id": "speaker_0"},
    {"text": " ", "start": 2.0, "end": 2.0, "type": "spacing", "speaker_id": "speaker_0"},
    {"text": "What?", "start": 2.0, "end": 3.0, "type": "word", "speaker_id": "speaker_1"}]}
AZURE_FAST = {"durationMilliseconds": 9000, "combinedPhrases": [{"text": "Mind it. What?"}], "phrases": [
    {"offsetMilliseconds": 1000, "durationMilliseconds": 900, "text": "Mind it.", "speaker": 1, "locale": "en-US"},
    {"offsetMilliseconds": 2000, "durationMilliseconds": 900, "text": "What?", "speaker": 2, "locale": "en-US"}]}
GOOGLE_TEXT = {"results": [{"alternatives": [{"transcript": "mind it"}], "resultEndTime": "2s"},
                           {"alternatives": [{"transcript": " what"}], "resultEndTime": "3.500s"}]}
SEGMENTS = [{"start": 0.0, "end": 2.5, "text": " Mind it.", "speaker": "Mira Holt"},
            {"start": 2.5, "end": 4.0, "text": " What?", "speaker": "SPEAKER_01"}]
TURNS = [("Mira Holt", 1, "Mind it."), ("Jun Arai", 62, "What?")]
FIREFLIES = {"id": "x", "title": "Gaps", "sentences": [
    {"index": 0, "speaker_name": None, "speaker_id": 2, "raw_text": "hm", "text": "Hm.", "start_time": 0.5, "end_time": 0.9},
    {"index": 1, "speaker_name": "Mira Holt", "speaker_id": 0, "raw_text": "mind it", "text": "Mind it.", "start_time": 1.0, "end_time": 2.0},
    {"index": 2, "speaker_name": "Jun Arai", "speaker_id": 1, "raw_text": "what", "text": "What?", "start_time": 2.0, "end_time": 3.0}]}
SNIPPETS = [{"text": "mind it", "start": 1.0, "duration": 4.0}, {"text": "what", "start": 2.5, "duration": 3.0}]

# What is said: (speaker, start, words) of each turn.
TALKS = {
    "whisper": (WHISPER, [(None, 0, "All aboard, please. Mind the gap.")]),
    "whisperx": (WHISPERX, [("SPEAKER_00", 0, "Who takes the night train?"),
                            ("SPEAKER_01", 2.5, "I do, each week. And I read.")]),
    "podcast": (PODCAST, [("Mira Holt", 0.5, "Welcome back."), ("Jun Arai", 2, "Thank you!")]),
    "whisper-cpp": (WHISPER_CPP, [(None, 1, "All aboard, please.")]),
    "pipeline": (PIPELINE, [(None, 1, "All aboard, please. Mind the gap.")]),
    "deepgram": (DEEPGRAM, [("Speaker 0", 1, "Mind the gap."), ("Speaker 1", 2, "Which one?")]),
    "assemblyai": (ASSEMBLYAI, [("A", 1, "Mind the gap."), ("B", 2, "Which one?")]),
    "channels": (CHANNELS, [("Speaker 0", 1, "Mind the gap."), ("Speaker 1", 2, "Which one?"), ("Speaker 0", 4, "Both.")]),
    "silent": (SILENT_CHANNEL, [(None, 2, "Which one?")]),
    "azure-unheard": (AZURE_UNHEARD, [("Speaker 1", 1, "Mind it."), ("Speaker 2", 2, "What?")]),
    "azure": (AZURE, [("Speaker 1", 1, "Mind it."), ("Speaker 2", 2, "What?")]),
    "google": (GOOGLE, [("Speaker 1", 1, "Mind it."), ("Speaker 2", 2, "What?")]),
    "google-2": (GOOGLE_2, [(None, 0, "Mind it.")]),
    "rev": (REV, [("Speaker 0", 1, "Mind it."), ("Speaker 1", 2, "What?")]),
    "speechmatics": (SPEECHMATICS, [("S1", 1, "Mind it."), (None, 2, "What?")]),
    "youtube": (YOUTUBE, [(None, 1, "mind it all the time")]),
    "nemo": (NEMO, [("speaker_0", 1, "mind it"), ("speaker_1", 2, "what")]),
    "vosk": (VOSK, [(None, 1, "mind it what")]),
    "scribe": (SCRIBE, [("speaker_0", 1, "Mind it."), ("speaker_1", 2, "What?")]),
    "azure-fast": (AZURE_FAST, [("Speaker 1", 1, "Mind it."), ("Speaker 2", 2, "What?")]),
    "google-text": (GOOGLE_TEXT, [(None, 0, "mind it what")]),
    "segments": (SEGMENTS, [("Mira Holt", 0, "Mind it."), ("SPEAKER_01", 2.5, "What?")]),
    "fireflies": (FIREFLIES, [(None, 0.5, "Hm."), ("Mira Holt", 1, "Mind it."), ("Jun Arai", 2, "What?")]),
    "turns": ({"title": "Gaps", "transcript": [
        {"speaker": speaker, "timestamp": f"0:{start // 60:02}:{start % 60:02}", "text": text} for speaker, start, text in TURNS]}, TURNS),
    "turns-in-minutes": ({"transcript": [
        {"speaker": speaker, "timestamp": f"{start // 60}:{start % 60:02}", "text": text} for speaker, start, text in TURNS]}, TURNS),
    "turns-start-time": ({"transcript": [
        {"speaker": speaker, "start_time": start, "end_time": start + 2.5, "text": text} for speaker, start, text in TURNS]}, TURNS),
    "turns-start": ({"transcript": [
        {"text": text, "start": start, "end": start + 2, "speaker": speaker} for speaker, start, text in TURNS]}, TURNS),
    "fireflies-api": ({"data": {"transcript": FIREFLIES}}, [(None, 0.5, "Hm."), ("Mira Holt", 1, "Mind it."), ("Jun Arai", 2, "What?")]),
    "snippets": (SNIPPETS, [(None, 1, "mind it what")]),
    "aws": (AWS, [("spk_0", 1, "Mind it .NET."), ("spk_1", 2, "What?")]),
}

OTHERS = {
    "package.json": {"name": "site", "version": "1.0.0", "files": [], "scripts": {"test": "x"}},
    "chapters.json": {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"}]},
    "map.geojson": {"type": "FeatureCollection", "features": []},
    "roads.json": {"segments": [{"start": "A", "end": "B", "text": "a road"}]},
    "silence.json": {"text": "", "segments": [], "language": "en"},
    "search.json": {"results": [{"type": "page", "title": "x"}]},
    "words.json": {"results": [{"alternatives": [{"content": "x"}], "type": "word"}]},
    "play.json": {"monologues": [{"speaker": "Hamlet", "text": "To be"}]},
    "phrases.json": {"recognizedPhrases": ["yes", "no"]},
    "schema.json": {"format": "2.9", "results": [{"type": "word", "alternatives": [{"content": "x"}]}]},
    "log.json": {"events": [{"time": 1, "segs": [{"utf8": "x"}]}]},
    "nlp.json": {"sentences": [{"text": "A sentence.", "start": 0, "end": 11}]},
    "names.json": [{"start": 0, "end": 4, "text": "Lima", "label": "GPE"}],
    "tokens.json": {"text": "Mind it", "words": [{"text": "Mind", "type": "VERB", "start": 0, "end": 4}]},
    "messages.json": {"name": "Ana", "messages": [{"id": 1, "from": "Ana", "date": "2024-01-01T10:00:00", "text": "Hello"}]},
    "slack.json": [{"type": "message", "user": "U1", "text": "Hello", "ts": "1700000000.5"}],
    "clip.json": {"start": 0.5, "end": 2.5, "text": "A clip of a data set."},
    "prompts.jsonl": '{"text": "Hello", "label": 1}\n{"text": "Hi", "label": 0}\n',
    "list.json": [1, 2, 3],
    "word.json": "words",
}
BROKEN = {"broken.json": "{\"segments\": [", "empty.json": "", "prose.json": "No JSON at all.\n",
          "deep.json": "[" * 100_000, "many.json": "{\"a\":" * 100_000}


def written(files):
    return {name: text if isinstance(text, str) else json.dumps(text) for name, text in files.items()}


def turns(mounted, name):
    return [(turn["speaker"], turn["start"], turn["text"]) for turn in json_lines(mounted / f"episodes/{name}/turns.jsonl")]


def test_each_dialect_is_an_episode(mount):
    files = written({f"{name}.json": talk for name, (talk, _) in TALKS.items()})
    mounted = mount(files)
    assert problems(mounted) == []
    assert sorted(os.listdir(mounted / "episodes")) == sorted(TALKS)
    for name, (_, said) in TALKS.items():
        folder = mounted / "episodes" / name
        assert turns(mounted, name) == said, name
        assert (folder / "source.json").read_text() == files[f"{name}.json"]
        assert not (folder / "source.md").exists()
        for caption in ("transcript.vtt", "transcript.srt", "transcript.json"):
            assert caption in os.listdir(folder), (name, caption)
    heard = os.listdir(mounted / "by-voice")
    assert {"Jun Arai", "Mira Holt"} == set(heard)  # and no machine's


def test_any_other_json_is_no_transcript_and_no_problem(mount):
    mounted = mount({**written(OTHERS), **BROKEN, "talk.json": json.dumps(WHISPER)})
    assert os.listdir(mounted / "episodes") == ["talk"]
    assert problems(mounted) == []
    os.symlink("talk.json", mounted.content / "link.json")
    os.mkfifo(mounted.content / "fifo.json")
    settle(mounted)
    assert sorted(os.listdir(mounted / "episodes")) == ["talk", "zz-sentinel"]
    assert problems(mounted) == []
    assert run(TRANSCRIPTFS, "--check", mounted.content).stderr == "2 files, 0 problems\n"


def test_a_segment_a_line(mount):
    mounted = mount({"talk.jsonl": "".join(json.dumps(segment) + "\n" for segment in SEGMENTS)})
    assert turns(mounted, "talk") == TALKS["segments"][1]
    assert (mounted / "episodes/talk/source.json").read_bytes() == (mounted.content / "talk.jsonl").read_bytes()


def test_json_becomes_a_transcript_and_none_again(mount):
    mounted = mount({"a.json": json.dumps(OTHERS["package.json"]), "b.json": json.dumps(WHISPER), "c.md": "Words.\n"})
    assert sorted(os.listdir(mounted / "episodes")) == ["b", "c"]
    generation = json.loads((mounted / ".transcriptfs/status.json").read_text())["generation"]
    write_by_rename(mounted.content / "a.json", json.dumps({"name": "other"}))
    write_by_rename(mounted.content / "new.json", json.dumps({"name": "new"}))
    settle(mounted)
    status = json.loads((mounted / ".transcriptfs/status.json").read_text())
    assert status["generation"] == generation + 1  # that of the sentinel alone
    write_by_rename(mounted.content / "a.json", json.dumps(PODCAST))
    settle(mounted)
    assert turns(mounted, "a") == TALKS["podcast"][1]
    write_by_rename(mounted.content / "a.json", json.dumps(OTHERS["package.json"]))
    write_by_rename(mounted.content / "b.json", "{}")
    settle(mounted)
    assert sorted(os.listdir(mounted / "episodes")) == ["c", "zz-sentinel"]
    os.remove(mounted.content / "a.json")
    settle(mounted)
    assert problems(mounted) == []


def test_what_is_broken_off_is_read_up_to_there(mount):
    text = json.dumps(WHISPER, indent=1)
    mounted = mount({"cut.json": text[:text.rindex("Mind the gap.\"") + 4],
                     "latin.json": text.encode().replace(b"aboard", b"\xe0 bord"),
                     "wide.json": text.encode("utf-16")})
    assert turns(mounted, "cut") == [(None, 0, "All aboard, please.")]
    assert turns(mounted, "latin") == [(None, 0, "All \ufffd bord, please. Mind the gap.")]
    assert turns(mounted, "wide") == TALKS["whisper"][1]
    told = {(file, problem) for file, _, problem, _ in problems(mounted)}
    assert ("cut.json", "the JSON ends in the middle") in told
    assert {file for file, _ in told} == {"cut.json", "latin.json"}


def test_json_over_the_limit_of_a_file(mount):
    big = json.dumps({"a": "x" * 5000})
    long_talk = json.dumps({"segments": [{"start": i, "end": i + 1, "text": f" Word {i}."} for i in range(1000)]})
    mounted = mount({"big.json": big, "talk.json": long_talk}, "-o", "max_file=4K")
    assert os.listdir(mounted / "episodes") == ["talk"]
    assert os.listdir(mounted / "episodes/talk") == ["source.json"]
    ((file, _, problem, _),) = problems(mounted)
    assert file == "talk.json" and "4 KiB" in problem


def test_a_long_file_says_each_word_once(mount):
    """By words, over 16 KiB and a hundred captions; the reader's own account is Python's."""
    said = [f"word{i}{'.' if i % 13 == 12 else ''}" for i in range(5000)]
    talk = {"segments": [{"speaker": f"Guest {i // 700}", "startTime": i * 0.4, "endTime": i * 0.4 + 0.4, "body": word}
                         for i, word in enumerate(said)], "version": "1.0.0"}
    mounted = mount({"talk.json": json.dumps(talk)})
    records = json_lines(mounted / "episodes/talk/turns.jsonl")
    assert " ".join(turn["text"] for turn in records).split() == said
    assert [turn["speaker"] for turn in records] == sorted(turn["speaker"] for turn in records)
    assert {turn["speaker"] for turn in records} == {f"Guest {i}" for i in range(8)}
    for turn in records:
        assert turn["start"] == round(said.index(turn["text"].split()[0]) * 0.4, 3)


def test_dump_and_mount_agree_on_json(mount):
    mounted = mount(written({**{f"{name}.json": talk for name, (talk, _) in TALKS.items()}, **OTHERS}))
    assert dump_of_mount(mounted.path) == dump_of_content(mounted.content)
    assert read(mounted / "episodes/aws/turns/001.txt") == b"spk_0: Mind it .NET.\n"


def test_json_says_its_language(mount):
    mounted = mount(written({"whisper.json": WHISPER, "cpp.json": WHISPER_CPP,
                             "aws.json": {**AWS, "results": {**AWS["results"], "language_code": "en-US"}},
                             "odd.json": {**WHISPER, "language": "english, or so"}}))
    assert [(name, (mounted / f"episodes/{name}/meta/language").read_text()) for name in ("aws", "cpp", "whisper")] == [
        ("aws", "en-US\n"), ("cpp", "en\n"), ("whisper", "en\n")]
    assert not (mounted / "episodes/odd/meta/language").exists()
    assert len(os.listdir(mounted / "by-language/en")) == 2


def test_a_start_that_goes_back_is_told(mount):
    late = {**WHISPER, "segments": [{"start": 8, "end": 9, "text": "All aboard."}, {"start": 5.5, "end": 7, "text": "Mind it."}]}
    mounted = mount({"a.json": json.dumps(late), ".transcriptfs.yaml": 'inputs: ["*.txt", "*.tsv"]\n',
                     "b.tsv": "start\tend\ttext\n8000\t9000\tAll aboard.\n5500\t7000\tMind it.\n"})
    for name in ("a", "b"):
        os.listdir(mounted / "episodes" / name / "turns")
    told = [problem for problem in problems(mounted) if "begins 2.500 s before" in str(problem)]
    assert len(told) == 2


def test_chapters_of_assemblyai_are_sections(mount):
    chapters = [{"start": 0, "end": 1900, "headline": "Greetings\ncome first", "gist": "Greetings", "summary": "They greet."},
                {"start": 1900, "end": 1900, "headline": " "}, {"start": 2000, "end": 9000, "gist": "Which", "summary": "s"}]
    mounted = mount(written({"a.json": ASSEMBLYAI | {"chapters": chapters}}))
    folder = mounted / "episodes/a"
    assert [turn["section"] for turn in json_lines(folder / "turns.jsonl")] == [1, 2]
    assert sorted(os.listdir(folder / "sections")) == ["01-Greetings come first", "02-Which"]
