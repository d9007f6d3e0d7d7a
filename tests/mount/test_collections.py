"""Folders as people have them: a year of meetings, a downloaded channel, a run of Whisper; looked at as people look."""

import datetime
import json

import pytest

from tools import run_ok, shell

SAID = ["Let us begin with the list.", "The lamp on the bridge is dark.", "I can look at it on Thursday.", "Thank you, that helps."]


def clock(seconds, fraction="000", separator="."):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{fraction}"


def webvtt(lines, language=None):
    head = f"WEBVTT\nKind: captions\nLanguage: {language}\n\n" if language else "WEBVTT\n\n"
    return head + "".join(f"{i + 1}\n{clock(4 * i)} --> {clock(4 * i + 3, '500')}\n{line}\n\n" for i, line in enumerate(lines))


def meetings():
    people = ["Ana Lopez", "Bob Reed (he/him)", "@carla / Carla Ruiz", "Dmitri’s iPhone"]
    for i in range(60):
        day = datetime.date(2024, 1, 3) + datetime.timedelta(7 * i)
        stem = f"{day} 09.30.11 Weekly sync/GMT{day:%Y%m%d}-083011_Recording"
        words = webvtt([f"{people[(k // 2 + i) % 4]}: {SAID[k % 4]}" for k in range(12)])
        yield stem + ".transcript.vtt", words.replace("\n", "\r\n") if i % 2 else words
        yield stem + ".txt", "00:12:05\t From  Ana Lopez : a link\n"
        yield stem + ".m4a", ""


def test_sixty_meetings(mount):
    mounted = mount(dict(meetings()))
    assert shell("ls episodes | wc -l; ls episodes/* | grep -c transcript$; ls by-voice", mounted.path).splitlines() == [
        "60", "60", "@carla %2F Carla Ruiz", "Ana Lopez", "Bob Reed", "Dmitri’s iPhone"]
    assert run_ok("cat", mounted / "by-date/2024/01/10/2024-01-10--Weekly_sync--2024-01-10 09.30.11 Weekly sync--"
                  "GMT20240110-083011_Recording.transcript/meta/title") == "Weekly sync\n"
    assert shell("tail -n +2 index/episodes.tsv | cut -f 2 | sort -u", mounted.path) == "Weekly sync\n"
    assert shell("grep -rl 'lamp on the bridge' text | wc -l", mounted.path) == "60\n"
    assert (mounted / ".transcriptfs/problems.tsv").read_text().count("\n") == 1


def rolling(lines):
    """Captions as YouTube writes them: built up word by word, repeated, carried over."""
    text, before = "WEBVTT\nKind: captions\nLanguage: en\n\n", " "
    for i, line in enumerate(lines):
        first, *words = line.lower().strip(".").split()
        said = " ".join([first, *words])
        stamped = "".join(f"<{clock(4 * i, f'{200 + 200 * k:03}')}><c> {word}</c>" for k, word in enumerate(words))
        text += (f"{clock(4 * i)} --> {clock(4 * i + 3, '990')} align:start position:0%\n{before}\n{first}{stamped}\n\n"
                 f"{clock(4 * i + 3, '990')} --> {clock(4 * i + 4)} align:start position:0%\n{said}\n \n\n")
        before = said
    return text


def channel():
    english = ["Welcome aboard.", "The lake is on the left.", "We reach the bridge before midnight.", "Good night."]
    german = ["Willkommen an Bord.", "Der See liegt links.", "Vor Mitternacht sind wir an der Brücke.", "Gute Nacht."]
    for i in range(50):
        day = datetime.date(2023, 2, 1) + datetime.timedelta(9 * i)
        title, video = f"Night trains of the north, part {i + 1}", f"dQw4w9Wg{i:03}"
        stem = f"Rails/{title} [{video}]"
        yield f"{stem}.en.vtt", rolling(english) if i % 2 else webvtt(english, "en")
        yield f"{stem}.de.vtt", webvtt(german, "de")
        yield f"{stem}.webm", ""
        yield f"{stem}.info.json", json.dumps({
            "id": video, "title": title, "channel": "Rails", "upload_date": f"{day:%Y%m%d}", "language": "en", "duration": 16,
            "tags": ["rail", "night"], "categories": ["Travel"], "webpage_url": f"https://www.youtube.com/watch?v={video}",
            "chapters": [{"start_time": 0, "end_time": 16, "title": "The lake"}], "formats": [{"url": "https://example.org"}],
            "series": None, "_type": "video"})
    yield "Rails/Rails - Videos [UCabc].info.json", json.dumps({"_type": "playlist", "title": "Rails - Videos", "entries": []})
    yield f"Rails/Night trains of the north, part 1 [dQw4w9Wg000].live_chat.json", '{"x": 1}\n{"x": 2}\n'


def test_a_channel(mount):
    mounted = mount(dict(channel()))
    assert shell("ls episodes/Rails | wc -l; ls by-language/en | wc -l; ls by-channel by-tag by-category", mounted.path) == (
        "100\n50\nby-category:\nTravel\n\nby-channel:\nRails\n\nby-tag:\nnight\nrail\n")
    assert shell("jq -r 'select(.language == \"de\").date' episodes/*/*/meta.json | sort | sed -n '1p;$p'", mounted.path) == (
        "2023-02-01\n2024-04-17\n")
    spoken = mounted / "episodes/Rails/Night trains of the north, part 2 [dQw4w9Wg001].en"
    assert (spoken / "turns/001.txt").read_text() == (
        "welcome aboard the lake is on the left we reach the bridge before midnight good night\n")
    german = mounted / "episodes/Rails/Night trains of the north, part 2 [dQw4w9Wg001].de"
    assert "midnight" in (german / "original/001.txt").read_text()
    assert shell("grep -rl Mitternacht text | wc -l", mounted.path) == "50\n"
    assert (mounted / ".transcriptfs/problems.tsv").read_text().count("\n") == 1
    times(german / "transcript.vtt", ["0.000", "4.000", "8.000", "12.000"])


def times(path, wanted):
    """A player reads the captions, and shows them then."""
    if run_ok("bash", "-c", "command -v ffprobe || true"):
        shown = run_ok("ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path)
        assert [line.rstrip(",")[:-3] for line in shown.split()] == wanted


@pytest.mark.parametrize("name", ["2025-03-01_bridges/audio", "bridges"])
def test_a_run_of_whisper(mount, name):
    ends = [(3000 * i, 3000 * i + 2500) for i in range(len(SAID))]
    segments = [{"id": i, "start": start / 1000, "end": end / 1000, "text": " " + words, "tokens": [1]}
                for i, ((start, end), words) in enumerate(zip(ends, SAID))]
    rows = [(start // 1000, end // 1000, words) for (start, end), words in zip(ends, SAID)]
    mounted = mount({
        f"{name}.json": json.dumps({"text": " ".join(SAID), "segments": segments, "language": "en"}),
        f"{name}.vtt": "WEBVTT\n\n" + "".join(f"{clock(a)[3:]} --> {clock(b, '500')[3:]}\n{words}\n\n" for a, b, words in rows),
        f"{name}.srt": "".join(f"{i}\n{clock(a, separator=',')} --> {clock(b, '500', ',')}\n{words}\n\n"
                               for i, (a, b, words) in enumerate(rows, 1)),
        f"{name}.tsv": "start\tend\ttext\n" + "".join(f"{a}\t{b}\t{words}\n" for (a, b), words in zip(ends, SAID)),
        f"{name}.txt": "".join(words + "\n" for words in SAID), f"{name}.mp3": ""})
    episode = mounted / "episodes" / name
    assert shell("ls -d source.* && cat turns/*", episode) == (
        "source.json\nsource.srt\nsource.tsv\nsource.txt\nsource.vtt\n" + " ".join(SAID) + "\n")
    assert shell("tail -n +2 index/episodes.tsv | wc -l", mounted.path) == "1\n"
    assert shell("jq -c '[.start, .source]' turns.jsonl", episode) == f'[0,"{name}.vtt:3-13"]\n'
    for form in ("transcript.vtt", "transcript.srt"):
        times(episode / form, ["0.000", "3.000", "6.000", "9.000"])
