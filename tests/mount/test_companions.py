"""What belongs together is one episode: captions in several forms and languages, and what stands beside them."""

import json
import os
import signal
import time

import pytest

from test_live import settle
from tools import TIMEOUT, run_ok

VIDEO = "dQw4w9WgXcQ"
LINES = {"en": [("Ana", "Welcome to the night train."), ("Bob", "Thank you. It is late."), ("Ana", "Then let us sleep.")],
         "de": [("Ana", "Willkommen im Nachtzug."), ("Bob", "Danke. Es ist spät."), ("Ana", "Dann schlafen wir.")]}


def clock(seconds):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def vtt(lines, language=None, late=0, apart=4):
    head = f"WEBVTT\nKind: captions\nLanguage: {language}\n\n" if language else "WEBVTT\n\n"
    return head + "".join(f"{clock(late + apart * i)} --> {clock(late + apart * (i + 1))}\n<v {name}>{words}\n\n"
                          for i, (name, words) in enumerate(lines))


def info(**more):
    return json.dumps({"id": VIDEO, "title": "Night trains", "upload_date": "20241104", "channel": "Rails",
                       "tags": ["rail", "night"], "categories": ["Travel"], "cast": ["Ana Maria"], "language": "en",
                       "webpage_url": f"https://www.youtube.com/watch?v={VIDEO}", "duration": 12, "_type": "video",
                       "formats": [{"url": "https://example.org", "title": "none"}],
                       "chapters": [{"start_time": 0, "end_time": 8, "title": "Boarding"},
                                    {"start_time": 8, "end_time": 12, "title": "Sleep"}]} | more)


def pair(stem="talk"):
    return {f"{stem}.en.vtt": vtt(LINES["en"], "en"), f"{stem}.de.vtt": vtt(LINES["de"], "de"),
            f"{stem}.info.json": info()}


def listing(path):
    return sorted(os.listdir(path))


def eventually(shows, what):
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            if shows():
                return
        except OSError:
            pass
        assert time.monotonic() < end, what
        time.sleep(0.002)


def problems(mounted):
    return [line.split("\t") for line in (mounted / ".transcriptfs/problems.tsv").read_text().splitlines()[1:]]


def test_a_download_of_a_channel(mount):
    content = {}
    for i in range(10):
        stem = f"Night trains {i} [dQw4w9WgXc{i}]"
        content |= {f"Rails/{stem}.{language}.vtt": vtt(LINES[language], language) for language in ("en", "de")}
        content[f"Rails/{stem}.info.json"] = info(title=f"Night trains {i}", upload_date=f"202411{i + 1:02}",
                                                  webpage_url=f"https://www.youtube.com/watch?v=dQw4w9WgXc{i}")
    mounted = mount(content)
    episodes = listing(mounted / "episodes/Rails")
    assert len(episodes) == 20 and all(name.endswith((".en", ".de")) for name in episodes)
    assert len(listing(mounted / "by-date/2024/11/07")) == 2
    assert listing(mounted / "by-language") == ["de", "en"] and len(listing(mounted / "by-language/de")) == 10
    assert listing(mounted / "by-channel") == ["Rails"] and listing(mounted / "by-tag") == ["night", "rail"]
    assert len(listing(mounted / "by-person/Ana Maria")) == 20
    one = mounted / "episodes/Rails/Night trains 3 [dQw4w9WgXc3].de"
    assert (one / "meta/title").read_text() == "Night trains 3\n"
    assert (one / "meta/url").read_text() == "https://www.youtube.com/watch?v=dQw4w9WgXc3\n"
    assert (one / "meta/language").read_text() == "de\n" and (one / "meta/date").read_text() == "2024-11-04\n"
    assert "formats" not in listing(one / "meta")
    assert json.loads((one / "source.info.json").read_text())["title"] == "Night trains 3"
    assert listing(one / "sections") == ["01-Boarding", "02-Sleep"]
    assert listing(one / "sections/02-Sleep") == ["003.txt"]
    assert (one / "original/002.txt").read_text() == "Bob: Thank you. It is late.\n"
    record = [json.loads(line) for line in (one / "turns.jsonl").read_text().splitlines()][1]
    assert record["text"] == "Danke. Es ist spät." and record["original"] == "Thank you. It is late."
    assert not os.path.exists(mounted / "episodes/Rails/Night trains 3 [dQw4w9WgXc3].en/original")
    assert problems(mounted) == []
    assert run_ok("grep", "-rlc", "Nachtzug", mounted / "text").count("\n") == 10


def test_the_five_forms_of_one_run_are_one_episode(mount):
    files = {"audio.vtt": vtt(LINES["en"]), "audio.srt": "1\n00:00:00,000 --> 00:00:04,000\nWelcome.\n",
             "audio.json": '{"text": "Welcome.", "segments": [{"start": 0, "end": 4, "text": "Welcome."}]}',
             "audio.tsv": "start\tend\ttext\n0\t4000\tWelcome.\n", "audio.txt": "Welcome.\n"}
    mounted = mount({f"2026-05-20_night-trains/{name}": text for name, text in files.items()})
    assert listing(mounted / "episodes/2026-05-20_night-trains") == ["audio"]
    episode = mounted / "episodes/2026-05-20_night-trains/audio"
    assert [name for name in listing(episode) if name.startswith("source.")] == [
        "source.json", "source.srt", "source.tsv", "source.txt", "source.vtt"]
    for name, text in files.items():
        assert (episode / name.replace("audio", "source")).read_text() == text
    assert (episode / "meta/title").read_text() == "night-trains\n"
    assert len(listing(mounted / "by-date/2026/05/20")) == 1


def test_the_forms_of_youtube_are_content(mount):
    sbv = "0:00:00.570,0:00:03.000\nMind the gap,\nplease.\n\n1:00:03.000,1:00:06.200\n1 or 2?\n"
    json3 = '{"wireMagic": "pb3", "events": [{"tStartMs": 570, "dDurationMs": 900, "segs": [{"utf8": "Nehmen Sie Platz."}]}]}'
    mounted = mount({"talk.en.sbv": sbv, "talk.de.json3": json3, "both.sbv": sbv, "both.json3": json3, "none.sbv": "1,2\n",
                     "index.md": "Mind.\n"})
    episodes = mounted / "episodes"
    assert listing(episodes) == ["both", "index", "none", "talk.de", "talk.en"]
    assert (episodes / "talk.en/transcript.txt").read_text() == "Mind the gap, please.\n1 or 2?\n"
    assert "01:00:03,000 --> 01:00:06,200\n1 or 2?\n" in (episodes / "talk.en/transcript.srt").read_text()
    assert (episodes / "talk.de/transcript.txt").read_text() == "Nehmen Sie Platz.\n"
    assert (episodes / "talk.en/source.sbv").read_text() == sbv and (episodes / "talk.de/source.json").read_text() == json3
    assert (episodes / "both/transcript.txt").read_text().startswith("Mind")
    assert {"source.sbv", "source.json"} < set(listing(episodes / "both"))
    assert [row[3] for row in problems(mounted)] == ["no cue in it"]
    (mounted.content / "both.sbv").unlink()
    settle(mounted)
    assert (episodes / "both/transcript.txt").read_text() == "Nehmen Sie Platz.\n"


def test_each_source_has_its_own_time_and_the_episode_that_of_the_newest(mount):
    mounted = mount(pair())
    for name, seconds in (("talk.en.vtt", 1_000_000_000), ("talk.de.vtt", 1_000_000_000), ("talk.info.json", 1_100_000_000)):
        os.utime(mounted.content / name, (seconds, seconds))
    episode = mounted / "episodes/talk.en"
    eventually(lambda: os.stat(episode / "source.info.json").st_mtime == 1_100_000_000, "the time is not followed")
    eventually(lambda: os.stat(episode / "source.vtt").st_mtime == 1_000_000_000, "the time is not followed")
    assert os.stat(episode / "turns/001.txt").st_mtime == os.stat(episode).st_mtime == 1_100_000_000


def test_what_stands_beside_is_followed(mount):
    mounted = mount({"talk.en.vtt": vtt(LINES["en"])})
    turn = mounted / "episodes/talk.en/turns/001.txt"
    inode, episode = os.stat(turn).st_ino, mounted / "episodes/talk.en"
    assert not (episode / "meta/title").exists() and "by-tag" not in listing(mounted.path)

    (mounted.content / "talk.info.json").write_text(info())
    eventually(lambda: (episode / "meta/title").read_text() == "Night trains\n", "it came")
    eventually(lambda: listing(mounted / "by-tag") == ["night", "rail"], "it came")
    assert listing(episode / "sections") == ["01-Boarding", "02-Sleep"]

    (mounted.content / "talk.yaml").write_text("title: Sleepers\nvoices: 2\n")
    eventually(lambda: (episode / "meta/title").read_text() == "Sleepers\n", "STEM.yaml comes first")
    assert (episode / "meta/channel").read_text() == "Rails\n"

    os.unlink(mounted.content / "talk.yaml")
    (mounted.content / "talk.info.json").write_text(info(title="Day trains", tags=["day"]))
    eventually(lambda: (episode / "meta/title").read_text() == "Day trains\n", "it changed")
    eventually(lambda: listing(mounted / "by-tag") == ["day"], "it changed")

    os.unlink(mounted.content / "talk.info.json")
    eventually(lambda: not (episode / "meta/title").exists(), "it went")
    eventually(lambda: "by-tag" not in listing(mounted.path), "it went")
    assert os.stat(turn).st_ino == inode and turn.read_text() == "Ana: Welcome to the night train.\n"


def test_another_form_comes_and_goes(mount):
    mounted = mount({"talk.srt": "1\n00:00:00,000 --> 00:00:04,000\nFrom SubRip.\n"})
    text = mounted / "text/talk.txt"
    assert text.read_text() == "From SubRip.\n"
    (mounted.content / "talk.vtt").write_text(vtt(LINES["en"]))
    eventually(lambda: text.read_text().startswith("Ana: Welcome"), "WebVTT comes first")
    assert listing(mounted / "episodes") == ["talk"] and (mounted / "episodes/talk/source.srt").exists()
    os.unlink(mounted.content / "talk.vtt")
    eventually(lambda: text.read_text() == "From SubRip.\n", "WebVTT went")
    assert listing(mounted / "episodes") == ["talk"]


def test_markdown_without_words_describes_captions(mount):
    front = "---\ntitle: On trains\ntags: [rail]\n---\n"
    mounted = mount({"talk.md": front, "talk.vtt": vtt(LINES["en"]), "alone.md": front})
    assert listing(mounted / "episodes") == ["alone", "talk"]
    assert (mounted / "episodes/talk/meta/title").read_text() == "On trains\n"
    assert (mounted / "episodes/talk/source.md").read_text() == front
    assert (mounted / "text/talk.txt").read_text().startswith("Ana: Welcome")
    (mounted.content / "talk.md").write_text(front + "**Eve:** Words of its own.\n")
    eventually(lambda: (mounted / "text/talk.txt").read_text().startswith("Eve: Words"), "it has words now")
    assert (mounted / "episodes/talk/source.vtt").exists()


@pytest.mark.parametrize("text, problem", [
    ('{"title": "A"', "it is no whole object of JSON"), (info(_type="playlist"), "it is a playlist's, and no video's"),
    ("[" * 100_000, "it is no whole object of JSON"), ('{"title": "A", "x": "' + "y" * (8 << 20) + '"}', "more than 8 MiB")],
                         ids=["broken", "playlist", "deep", "huge"])
def test_a_description_that_cannot_be_read_is_told(mount, text, problem):
    mounted = mount({"talk.en.vtt": vtt(LINES["en"]), "talk.info.json": text})
    assert [(row[0], row[3], row[4]) for row in problems(mounted)] == [
        ("talk.en.vtt", f"talk.info.json: {problem}", "its keys are left out")]
    assert not (mounted / "episodes/talk.en/meta/title").exists()
    assert (mounted / "text/talk.en.txt").read_text().startswith("Ana: Welcome")


@pytest.mark.parametrize("name", ["talk.info.json", "talk.srt"])
def test_what_fewer_may_read_gives_away_nothing(mount, tmp_path, name):
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "talk.vtt").write_text(vtt(LINES["en"]))
    (folder / name).write_text(info() if name.endswith("json") else "1\n00:00:00,000 --> 00:00:04,000\nSecret.\n")
    (folder / name).chmod(0o600)
    mounted = mount(folder)
    assert [(row[3], row[4]) for row in problems(mounted)] == [
        (f"{name}: fewer may read it than the transcript", "it is left out")]
    assert not (mounted / "episodes/talk/meta").exists()
    assert [entry for entry in listing(mounted / "episodes/talk") if entry.startswith("source.")] == ["source.vtt"]
    (folder / name).chmod(0o644)
    eventually(lambda: (mounted / "episodes/talk" / name.replace("talk", "source")).exists(), "it can be read now")
    eventually(lambda: problems(mounted) == [], "it can be read now")


def test_what_was_spoken_and_fewer_may_read_is_told_in_its_translation(mount, tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    for name, text in (pair() | {"talk.fr.vtt": vtt(LINES["de"], "fr")}).items():
        (folder / name).write_text(text)
    for secret in ("talk.en.vtt", "talk.fr.vtt"):
        (folder / secret).chmod(0o600)
    mounted = mount(folder)
    told = [row for row in problems(mounted) if row[0] == "talk.de.vtt"]
    assert [(row[3], row[4]) for row in told] == [("talk.en.vtt: fewer may read it than the transcript", "no originals")]
    assert not (mounted / "episodes/talk.de/original").exists()
    (folder / "talk.en.vtt").chmod(0o644)
    eventually(lambda: (mounted / "episodes/talk.de/original/001.txt").exists(), "it can be read now")
    eventually(lambda: not [row for row in problems(mounted) if row[0] == "talk.de.vtt"], "it can be read now")


@pytest.mark.parametrize("files", [
    {"talk.yaml": "original: en\n"}, {"talk.info.json": info()}, {".transcriptfs.yaml": "original: en\n"}])
def test_the_language_that_was_spoken_is_known(mount, files):
    mounted = mount({"talk.en.vtt": vtt(LINES["en"]), "talk.de.vtt": vtt(LINES["de"])} | files)
    assert listing(mounted / "episodes/talk.de/original") == ["001.txt", "002.txt", "003.txt"]
    assert not (mounted / "episodes/talk.en/original").exists()
    assert listing(mounted / "original") == ["talk.de.txt"]


@pytest.mark.parametrize("spoken, other", [("en-orig", "de"), ("en", "de-en")])
def test_the_name_says_what_was_spoken(mount, spoken, other):
    mounted = mount({f"talk.{spoken}.vtt": vtt(LINES["en"]), f"talk.{other}.vtt": vtt(LINES["de"])})
    assert (mounted / f"episodes/talk.{other}/original/001.txt").read_text() == "Ana: Welcome to the night train.\n"
    assert (mounted / f"episodes/talk.{other}/meta/language").read_text() == "de\n"
    assert not (mounted / f"episodes/talk.{spoken}/original").exists()


def test_captions_say_their_language(mount):
    mounted = mount({"talk.vtt": vtt(LINES["de"], "de")})
    assert (mounted / "episodes/talk/meta/language").read_text() == "de\n"
    assert listing(mounted / "by-language") == ["de"]


def test_languages_stand_side_by_side_where_nobody_says_which_was_spoken(mount):
    mounted = mount({"talk.en.vtt": vtt(LINES["en"]), "talk.de.vtt": vtt(LINES["de"])})
    assert listing(mounted / "episodes") == ["talk.de", "talk.en"] and "original" not in listing(mounted.path)
    (mounted.content / "talk.yaml").write_text("original: en\n")
    eventually(lambda: (mounted / "episodes/talk.de/original/001.txt").exists(), "it is known now")


def test_what_was_spoken_is_followed_in_its_translation(mount):
    mounted = mount(pair())
    original = mounted / "episodes/talk.de/original/001.txt"
    assert original.read_text() == "Ana: Welcome to the night train.\n"
    (mounted.content / "talk.en.vtt").write_text(vtt([("Ana", "Good evening to all.")] + LINES["en"][1:]))
    eventually(lambda: original.read_text() == "Ana: Good evening to all.\n", "it changed")
    os.unlink(mounted.content / "talk.en.vtt")
    eventually(lambda: not original.exists(), "it went")


def test_tracks_that_do_not_run_in_step_are_told(mount):
    mounted = mount(pair() | {"talk.en.vtt": vtt(LINES["en"], late=7200)})
    assert "original" not in listing(mounted / "episodes/talk.de")
    assert [(row[0], row[3], row[4]) for row in problems(mounted)] == [
        ("talk.de.vtt", "talk.en.vtt and talk.de.vtt do not run in step", "no originals")]


def test_a_successor_knows_what_belongs_together(mount):
    mounted = mount(pair() | {"talk.en.srt": "1\n00:00:00,000 --> 00:00:04,000\nWelcome.\n"})
    before = run_ok("ls", "-iR", mounted / "episodes", mounted / "by-tag")
    worker = json.loads((mounted / ".transcriptfs/status.json").read_text())["process"]["pid"]
    os.kill(worker, 9)
    eventually(lambda: json.loads((mounted / ".transcriptfs/status.json").read_text())["process"]["pid"] != worker, "another")
    assert run_ok("ls", "-iR", mounted / "episodes", mounted / "by-tag") == before
    (mounted.content / "talk.info.json").write_text(info(title="Day trains"))
    eventually(lambda: (mounted / "episodes/talk.de/meta/title").read_text() == "Day trains\n", "it changed")
    assert "restarting it" in mounted.signal(signal.SIGTERM)


def test_a_meeting_that_zoom_recorded_is_one_episode(mount):
    stem = "GMT20240124-202901_Recording"
    mounted = mount({f"{stem}.cc.vtt": vtt(LINES["en"]), f"{stem}.transcript.vtt": vtt(LINES["en"]), "b.cc.vtt": vtt(LINES["de"])})
    assert listing(mounted / "episodes") == [f"{stem}.transcript", "b.cc"]
    (mounted.content / f"{stem}.transcript.vtt").unlink()
    eventually(lambda: listing(mounted / "episodes") == [f"{stem}.cc", "b.cc"], "the captions alone")
    (mounted.content / f"{stem}.transcript.vtt").write_text(vtt(LINES["en"]))
    eventually(lambda: listing(mounted / "episodes") == [f"{stem}.transcript", "b.cc"], "the transcript again")


def test_json_of_speech_recognition_stands_beside_markdown(mount):
    segments = [{"start": 0, "end": 2.5, "text": " All aboard."}]
    mounted = mount({"a.md": "**Ana:** All aboard.\n", "a.json": json.dumps({"segments": segments}),
                     "b.md": "**Ana:** Mind the gap.\n", "b.json": json.dumps({"name": "site"})})
    assert listing(mounted / "episodes") == ["a", "b"]
    sources = {name: [file for file in listing(mounted / "episodes" / name) if file.startswith("source.")] for name in "ab"}
    assert sources == {"a": ["source.json", "source.md"], "b": ["source.md"]}
    (mounted.content / "b.json").write_text(json.dumps({"segments": segments}))
    eventually(lambda: (mounted / "episodes/b/source.json").exists(), "it is a transcript now")
    assert problems(mounted) == []
