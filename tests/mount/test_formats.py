"""What other programs read: each format of an episode, given to a real reader of it."""

import csv
import hashlib
import html.parser
import json
import os
import re
import shutil
import subprocess
import zipfile
from base64 import b32encode, b64encode

import pytest
import xxhash

from made_corpus import BILINGUAL, EPISODES
from tools import Mount, run, run_ok, shell, walk, write_content

ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def need(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed (scripts/install-needs consumers)")


def episodes_of(mounted):
    for folder, folders, names in os.walk(mounted.path / "episodes"):
        if any(name.startswith("source.") for name in names):
            folders.clear()
            yield mounted.path / "episodes" / folder


def json_lines(path):
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def unescape(field):
    """What a field of a TSV says."""
    return re.sub(r"\\(?:u([0-9a-f]{4})|(.))", lambda found: chr(int(found[1], 16)) if found[1] else ESCAPES[found[2]],
                  field)


def table(path):
    """The rows of a TSV, a dict each, read with Python's csv and unescaped as README says."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n"))
    unescaped = [[unescape(field) for field in row] for row in rows]
    assert {len(row) for row in rows} == {len(rows[0])}, path
    return [dict(zip(unescaped[0], row)) for row in unescaped[1:]]


def ref_of(speaker, words):
    """What the manual says a turn is cited by."""
    digest = xxhash.xxh3_64_digest("\0".join("".join(text.split()) for text in (speaker, words)).encode())
    return b32encode(digest).decode().lower().rstrip("=")


def one_line(label, words):
    return ((label + ": " if label else "") + words).replace("\n", " ") + "\n"


# --- turns.jsonl and turns.tsv --------------------------------------------------------------------------


FIELDS = ["id", "episode", "turn", "speaker", "section", "heading", "text", "original_speaker", "original",
          "original_language", "start", "url", "source", "voice", "times", "ref"]


def test_a_record_says_what_the_source_says(mount):
    mounted = mount({"sub/talk.md": (
        "---\ntitle: Bread\nsource: https://www.youtube.com/watch?v=abc\n---\nBefore.\n\n## Dough\n\n"
        "**Ann:** \\[12:34.5\\] Knead **it**.\n\nTwice.\n\n<details><summary>Original English</summary>\n\n"
        "**Anna:** Knead.\n\n</details>\n")})
    nothing, dough = json_lines(mounted / "episodes/sub/talk/turns.jsonl")
    assert list(dough) == FIELDS
    assert dough == {
        "id": "sub/talk#2", "episode": "sub/talk", "turn": 2, "speaker": "Ann", "section": 1, "heading": "Dough",
        "text": "Knead it.\n\nTwice.", "original_speaker": "Anna", "original": "Knead.", "original_language": "en",
        "start": 754.5, "url": "https://www.youtube.com/watch?v=abc&t=754s", "source": "sub/talk.md:9-15",
        "voice": "Ann", "times": None, "ref": ref_of("Ann", "Knead it. Twice.")}
    absent = ["speaker", "section", "heading", "original_speaker", "original", "original_language", "start",
              "voice", "times"]
    assert [key for key, value in nothing.items() if value is None] == absent


def test_two_languages_in_turn(mount):
    said = [("Where is number %d of the boats tonight?" % n, "今晚第%d条船在哪里？" % n) for n in range(12)]
    text = "\n\n".join(f"**Ana:** {english}\n\n**安娜：** {chinese}" for english, chinese in said)
    mounted = mount({"both.md": text + "\n", "english.md": "---\nlanguage: en\n---\n" + text + "\n"})
    records = json_lines(mounted / "episodes/both/turns.jsonl")
    assert [(r["speaker"], r["text"]) for r in records] == [("安娜", chinese) for _, chinese in said]
    assert [(r["original_speaker"], r["original"]) for r in records] == [("Ana", english) for english, _ in said]
    assert records[0]["original_language"] == "en"
    assert records[1]["source"] == "both.md:5-7"
    assert (mounted / "original").is_dir()
    assert (mounted / "episodes/both/original/001.txt").read_text() == "Ana: " + said[0][0] + "\n"
    records = json_lines(mounted / "episodes/english/turns.jsonl")
    assert [(r["text"], r["original"], r["original_language"]) for r in records] == [
        (english, chinese, "zh") for english, chinese in said]


def test_links_of_captions_lead_to_their_own_times(mount):
    cues = "\n\n".join(f"00:{n:02d}.000 --> 00:{n + 1:02d}.000\n<v {'AB'[n % 2]}na>Number {n}." for n in range(5, 9))
    mounted = mount({"talk [dQw4w9WgXcQ].vtt": "WEBVTT\n\n" + cues + "\n"})
    (episode,) = (mounted / "episodes").iterdir()
    records = json_lines(episode / "turns.jsonl")
    assert [record["start"] for record in records] == [5, 6, 7, 8]
    assert [record["url"].rsplit("t=")[-1] for record in records] == ["5s", "6s", "7s", "8s"]


def test_seconds_are_those_of_turns_with_two_ends(mount):
    """Two minutes of Ann's four turns are known: her other words may have taken as long or not."""
    mounted = mount({"it.md": "".join(f"**{who}:** {time} Words of {who}, number {n}.\n\n" for n, (who, time) in enumerate([
        ("Ann", "\\[00:00\\]"), ("Bo", "\\[02:00\\]"), ("Ann", ""), ("Bo", ""), ("Ann", "\\[50:00\\]"), ("Bo", ""),
        ("Ann", "\\[60:00\\]"), ("Chi", "")]))})
    rows = table(mounted / "episodes/it/voices.tsv")
    assert [(row["voice"], row["turns"], row["seconds"], row["timed_turns"]) for row in rows] == [
        ("Ann", "4", "120.000", "1"), ("Bo", "3", "", "0"), ("Chi", "1", "", "0")]


def test_the_time_of_day_of_a_chat_ends_no_turn(mount):
    """The meeting counts from its beginning, and what was written beside it is at a quarter past three."""
    mounted = mount({"it.md": "".join(f"**{who}** {time}\n\nWords of {who}, number {n}.\n\n" for n, (who, time) in enumerate([
        ("Ann", "00:05"), ("Bo", "02:05"), ("Ann", "03:00"), ("Bo", "50:00")])) +
        "".join(f"15:15:{n} From {who} to Everyone:\n\nWritten by {who}.\n\n" for n, who in ((20, "Chi"), (30, "Dee"), (45, "Chi")))})
    rows = table(mounted / "episodes/it/voices.tsv")
    assert [(row["voice"], row["turns"], row["seconds"], row["timed_turns"]) for row in rows] == [
        ("Ann", "2", "2940.000", "2"), ("Bo", "2", "55.000", "1"), ("Chi", "2", "10.000", "1"), ("Dee", "1", "15.000", "1")]
    assert table(mounted / "index/voices.tsv")[1]["seconds"] == "55.000"


def test_times_among_the_words(mount):
    mounted = mount({"it.md": (
        "---\nsource: https://example.org/a\n---\nFirst.\n\n"
        "**Ann:** \\[00:05\\] Né \\[00:07.25\\], so (00:00:09) on.\n\n\\[00:11\\]\n\n"
        "**Bob:** Yes?\n\n**Ann:** \\[00:20\\] No.\n")})
    episode = mounted / "episodes/it"
    records = json_lines(episode / "turns.jsonl")
    assert [record["text"] for record in records] == ["First.", "Né, so on.", "Yes?", "No."]
    assert [record["times"] for record in records] == [None, [[2, 7.25], [6, 9]], None, None]
    assert [record["start"] for record in records] == [None, 5, 11, 20]
    assert [row["times"] for row in table(episode / "turns.tsv")][1] == "[[2,7.250],[6,9.000]]"
    links = ["https://example.org/a" + mark for mark in ("", "#t=5", "#t=11", "#t=20")]
    assert [record["url"] for record in records] == links
    assert [line.split(", ")[-2] for line in (episode / "quotes.txt").read_text().splitlines()] == links


def test_the_link_of_a_turn_is_the_one_at_its_time(mount):
    mounted = mount({"it.md": (
        "---\nsource: https://example.org/a\n---\n**Ann** [0:05](https://example.org/part/1?t=5): First.\n\n"
        "**Bob:** [Second](https://example.org/part/2#t=9) and [more](https://example.org/part/2#t=11).\n\n"
        "**Ann** [0:15](https://example.org/page): Third.\n\n"
        "[0:20](https://example.org/part/3?start=20)\n**Bob:** Fourth.\n")})
    episode = mounted / "episodes/it"
    links = ["https://example.org/part/1?t=5", "https://example.org/part/2#t=9", "https://example.org/a#t=15",
             "https://example.org/part/3?start=20"]
    assert [record["url"] for record in json_lines(episode / "turns.jsonl")] == links
    assert [line.split(", ")[-2] for line in (episode / "quotes.txt").read_text().splitlines()] == links
    assert all(f'href="{link}"' in (episode / "transcript.html").read_text() for link in links if "#t=9" not in link)


@pytest.mark.parametrize("url, linked", [
    ("https://youtu.be/abc", "https://youtu.be/abc?t=5s"),
    ("https://WWW.YouTube.com/watch?v=abc", "https://WWW.YouTube.com/watch?v=abc&t=5s"),
    ("https://youtube.com.example.org/x", "https://youtube.com.example.org/x#t=5"),
    ("http://example.org/a?b=c", "http://example.org/a?b=c#t=5"),
    ("https://example.org/a#part", "https://example.org/a#part"),
    ("javascript:alert(1)", None),
    ("https://example.org/a b", None),
    ('https://example.org/"x"', None),
])
def test_a_link_leads_to_the_time(mount, url, linked):
    mounted = mount({"it.md": f"---\nsource: '{url}'\n---\n**Ann:** \\[00:05\\] Yes.\n"})
    assert json_lines(mounted / "episodes/it/turns.jsonl")[0]["url"] == linked


def test_records_rebuild_transcript_and_originals(mounted):
    count = 0
    for episode in episodes_of(mounted):
        records = json_lines(episode / "turns.jsonl")
        assert [record["turn"] for record in records] == list(range(1, len(records) + 1))
        rebuilt = "".join(one_line(record["speaker"], record["text"]) for record in records)
        assert rebuilt == (episode / "transcript.txt").read_text()
        if (episode / "original.txt").exists():
            originals = "".join(one_line(record["original_speaker"], record["original"] or "") for record in records)
            assert originals == (episode / "original.txt").read_text()
            count += 1
        else:
            assert not any(record["original"] for record in records)
    assert count


def test_tsv_and_jsonl_have_the_same_fields(mounted):
    for episode in episodes_of(mounted):
        rows, records = table(episode / "turns.tsv"), json_lines(episode / "turns.jsonl")
        assert len(rows) == len(records)
        for row, record in zip(rows, records):
            assert list(row) == list(record) == FIELDS
            start = record.pop("start")
            assert float(row.pop("start") or -1) == (-1 if start is None else start)
            assert json.loads(row.pop("times") or "null") == record.pop("times")
            assert row | {"start": ""} == {key: "" if value is None else str(value)
                                            for key, value in record.items()} | {"start": ""}


def test_jq_reads_every_line(mounted):
    for episode in episodes_of(mounted):
        shown = shell("jq -r '.id' turns.jsonl | wc -l", cwd=episode)
        assert int(shown) == len(os.listdir(episode / "turns"))
    run_ok("jq", "-c", ".meta.title", mounted / "index/episodes.jsonl")


def test_sqlite_imports_both(mounted, tmp_path):
    need("sqlite3")
    for episode in episodes_of(mounted):
        script = ('.mode ascii\n.separator "\\t" "\\n"\n'
                  f'.import {str(episode / "turns.tsv")!r} turns\n'
                  "CREATE TABLE lines(line);\n"
                  '.separator "\\001" "\\n"\n'
                  f'.import {str(episode / "turns.jsonl")!r} lines\n'
                  ".mode list\n"
                  "SELECT count(*), sum(turn) FROM turns;\n"
                  "SELECT count(*), sum(json_extract(line, '$.turn')) FROM lines;\n")
        result = subprocess.run(["sqlite3", ":memory:"], input=script, text=True, capture_output=True, timeout=60)
        assert not result.stderr, result.stderr
        count = len(os.listdir(episode / "turns"))
        assert result.stdout.split() == [f"{count}|{count * (count + 1) // 2}"] * 2


def test_original_txt_keeps_the_numbers_of_the_turns(made):
    for episode in BILINGUAL:
        lines = (made / "original" / f"{episode.name}.txt").read_text().split("\n")[:-1]
        assert lines == [f"{turn.speaker}: {turn.original}" for turn in episode.turns]
    assert not (made / "original" / f"{next(e for e in EPISODES if e not in BILINGUAL).name}.txt").exists()


def test_original_holds_no_folder_without_one(mount):
    details = "\n<details><summary>Original English</summary>\n\nYes.\n\n</details>\n"
    mounted = mount({"with/deep/it.md": f"**安:** 好。\n{details}", "without/it.md": "**Ann:** Yes.\n",
                     "both/a.md": "**Ann:** Yes.\n", "both/b.md": f"**安:** 好。\n\n**安:** 再见。\n{details}"})
    found = shell("find original -type f", cwd=mounted.path).split()
    assert sorted(found) == ["original/both/b.txt", "original/with/deep/it.txt"]
    assert sorted(os.listdir(mounted / "original")) == ["both", "with"]
    assert not (mounted / "original/without").exists()
    assert (mounted / "original/both/b.txt").read_text() == "\n安: Yes.\n"
    assert os.path.samefile(mounted / "original/both/b.txt", mounted / "episodes/both/b/original.txt")


def test_a_mount_without_originals_has_no_such_folder(mount):
    mounted = mount({"it.md": "**Ann:** Yes.\n"})
    assert "original" not in os.listdir(mounted.path)
    assert not (mounted / "original").exists()


# --- captions -------------------------------------------------------------------------------------------

TIMED = ("**Ann:** \\[00:01\\] One.\n\nAnd a half.\n\n**Bo:** \\[00:03.25\\] Two.\n\n"
         "**Ann:** \\[00:03.25\\] Three.\n\n**Bo:** \\[1:02:03\\] Four.\n")


def test_captions_end_where_the_next_begins(mount):
    it = mount({"it.md": TIMED}) / "episodes/it"
    times = ["00:00:01.000 --> 00:00:03.250", "00:00:03.250 --> 01:02:03.000", "00:00:03.250 --> 01:02:03.000",
             "01:02:03.000 --> 01:02:05.000"]
    vtt = (it / "transcript.vtt").read_text()
    assert vtt.startswith("WEBVTT\n\n")
    assert re.findall(r".* --> .*", vtt) == times
    assert "\n<v Ann>One.\nAnd a half.\n\n" in vtt
    srt = (it / "transcript.srt").read_text()
    assert srt.startswith("1\n00:00:01,000 --> 00:00:03,250\nAnn: One.\nAnd a half.\n\n2\n")
    assert re.findall(r".* --> .*", srt) == [time.replace(".", ",") for time in times]
    podcast = json.loads((it / "transcript.json").read_text())
    assert podcast["version"] == "1.0.0"
    assert [(s["startTime"], s.get("endTime")) for s in podcast["segments"]] == [
        (1, 3.25), (3.25, 3723), (3.25, 3723), (3723, None)]
    assert podcast["segments"][0] == {"speaker": "Ann", "startTime": 1, "endTime": 3.25, "body": "One.\n\nAnd a half."}


@pytest.mark.parametrize("text", [
    TIMED.replace("\\[1:02:03\\] ", ""),             # one turn without a time
    TIMED.replace("1:02:03", "00:02"),               # one that goes back
])
def test_captions_need_every_time_in_order(mount, text):
    names = os.listdir(mount({"it.md": text}) / "episodes/it")
    assert "turns.jsonl" in names
    assert not {"transcript.vtt", "transcript.srt", "transcript.json"} & set(names)


def captions_of(mounted):
    return [path for episode in episodes_of(mounted) for path in sorted(episode.glob("transcript.[vs]*t"))]


def test_ffprobe_reads_as_many_cues(mounted, mount):
    need("ffprobe")
    timed = mount({"it.md": TIMED})
    paths = captions_of(mounted) + captions_of(timed)
    assert paths
    for path in paths:
        shown = run_ok("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets",
                       "-of", "csv=p=0", path)
        assert int(shown.split()[0]) == path.read_text().count(" --> "), path


# --- transcript.html ------------------------------------------------------------------------------------


def tidy(path):
    """Tidy wants to write to what it reads, so it gets the bytes."""
    with open(path, "rb") as file:
        return subprocess.run(["tidy", "-qe", "-utf8"], stdin=file, capture_output=True, timeout=60)


def test_tidy_has_nothing_to_say(mounted):
    need("tidy")
    for episode in episodes_of(mounted):
        result = tidy(episode / "transcript.html")
        assert (result.returncode, result.stderr) == (0, b""), episode


class Page(html.parser.HTMLParser):
    """What a browser would make of it: the text of each turn, the links, the elements."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.attributes, self.turns, self.open = [], [], {}, None
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += attributes
        name = dict(attributes).get("id") or ""
        if name.startswith("turn-"):
            self.open = self.turns[int(name[5:])] = []

    def handle_endtag(self, tag):
        if tag == "div":
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open.append(data)


def test_the_page_holds_every_turn(mounted):
    for episode in episodes_of(mounted):
        page = Page(episode / "transcript.html")
        for record in json_lines(episode / "turns.jsonl"):
            text = "".join("".join(page.turns[record["turn"]]).split())
            for part in (record["speaker"], record["text"], record["original"]):
                assert "".join((part or "").split()) in text, (episode, record["turn"])
        assert len(page.turns) == len(os.listdir(episode / "turns"))
        assert page.elements.count("details") == sum(bool(r["original"]) for r in json_lines(episode / "turns.jsonl"))


def test_the_page_allows_its_own_style_and_nothing_else(example):
    page = (example / "episodes/interviews/tea-mountain/transcript.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def chromium(page, folder, *options):
    need("chromium")
    result = run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--enable-logging=stderr", f"--user-data-dir={folder}", *options, f"file://{page}")
    assert result.returncode == 0, result.stderr
    # The browser speaks of many things; of the page it speaks as CONSOLE.
    assert "CONSOLE" not in result.stderr, result.stderr
    return result.stdout


def test_chromium_shows_the_page_with_its_style(example, tmp_path):
    """A page that were denied its style would say so on the console."""
    shown = chromium(example / "episodes/interviews/tea-mountain/transcript.html", tmp_path, "--dump-dom")
    assert 'id="turn-5"' in shown and "山上的茶" in shown


def test_pandoc_makes_a_book_of_it(example, tmp_path):
    need("pandoc")
    book = tmp_path / "tea.epub"
    # Without a language it warns; the tea mountain has one.
    run_ok("pandoc", example / "episodes/interviews/tea-mountain/transcript.html", "-o", book)
    with zipfile.ZipFile(book) as file:
        text = "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xhtml"))
    assert "我父亲从来不看钟" in text and "My father never looked at a clock" in text


def test_sections_are_numbered_down_without_gaps(mount):
    page = (mount({"it.md": "# A\n\nx\n\n### B\n\ny\n\n###### C\n\n## D\n\nz\n"}) /
            "episodes/it/transcript.html").read_text()
    assert re.findall(r"<(h\d) id=\"section-\d\">(.)", page) == [("h2", "A"), ("h3", "B"), ("h4", "C"), ("h3", "D")]
    assert re.findall(r'class="(level-\d)"', page) == ["level-1", "level-2", "level-3", "level-2"]


# --- quotes.txt -----------------------------------------------------------------------------------------


def test_a_quote_says_whose_and_where(example, mount):
    lines = (example / "episodes/podcast/night-trains-02/quotes.txt").read_text().splitlines()
    assert lines[3] == ("“That is not platform nine. Nine has the loose tile.” — Oskar Brandt, Night Trains, episode two, "
                        "2023-11-16, https://example.org/night-trains/2#t=62, "
                        + ref_of("Oskar Brandt", "That is not platform nine. Nine has the loose tile."))
    bare = mount({"it.md": "Words of nobody.\n"})
    assert (bare / "episodes/it/quotes.txt").read_text() == f"“Words of nobody.” — it, {ref_of('', 'Words of nobody.')}\n"


# --- index/ ---------------------------------------------------------------------------------------------


def test_how_much_there_is(mounted):
    counts = {row["episode"]: row for row in table(mounted / "index/counts.tsv")}
    voices = table(mounted / "index/voices.tsv")
    assert [row["episode"] for row in table(mounted / "index/episodes.tsv")] == list(counts)
    assert not {"counts.tsv", "voices.tsv"} & set(os.listdir(mounted / "index"))
    for episode in episodes_of(mounted):
        row = counts[str(episode.relative_to(mounted / "episodes"))]
        records = json_lines(episode / "turns.jsonl") if (episode / "turns.jsonl").exists() else []
        heard = table(episode / "voices.tsv") if (episode / "voices.tsv").exists() else []
        assert (int(row["turns"]), int(row["voices"])) == (len(records), len(heard))
        assert int(row["originals"]) == sum(bool(record["original"]) for record in records)
        same = ("voice", "turns", "seconds", "timed_turns")
        assert [[one[key] for key in same] for one in heard] == [
            [one[key] for key in same] for one in voices if one["episode"] == row["episode"]]


def test_words_are_counted_in_each_script(mount):
    rows = table(mount({"a.md": "**Ana:** One, two\nthree-four.\n\nFive\n\n**林岚：** 潮汐来了，对。 OK好\n\n**Ana:** ”\n"})
                 / "index/voices.tsv")
    assert [(row["voice"], row["words"]) for row in rows] == [("Ana", "5"), ("林岚", "7")]


def test_each_view_is_counted(mounted):
    views = sorted(name for name in os.listdir(mounted.path) if name.startswith("by-"))
    tables = sorted(name for name in os.listdir(mounted / "index") if name.startswith("by-"))
    assert tables == [f"{view}.tsv" for view in views]
    for view in views:
        rows = table(mounted / "index" / f"{view}.tsv")
        assert [int(row["count"]) for row in rows] == sorted((int(row["count"]) for row in rows), reverse=True)
        for row in rows:
            assert len(os.listdir(mounted / row["path"])) == int(row["count"]), row
        depth = 3 if view == "by-date" else 1
        folders = run_ok("find", mounted / view, "-mindepth", str(depth), "-maxdepth", str(depth), "-type", "d")
        assert len(folders.splitlines()) == len(rows)


def test_the_index_of_episodes(mounted):
    rows, records = table(mounted / "index/episodes.tsv"), json_lines(mounted / "index/episodes.jsonl")
    folders = sorted(os.path.relpath(episode, mounted.path) for episode in episodes_of(mounted))
    assert sorted(row["path"] for row in rows) == folders
    for row, record in zip(rows, records):
        episode = mounted / row["path"]
        meta = record.pop("meta")
        front = episode / "meta.json"
        assert meta == (json.loads(front.read_text()) if front.exists() else None)
        assert row == {key: value or "" for key, value in record.items()}
        assert (mounted.content / row["source"]).read_bytes() == next(episode.glob("source.*")).read_bytes()


def test_the_glossary_of_all(mount):
    mounted = mount({"b.md": "**An:** **茶青**（Fresh leaf: 未加工的茶叶）好。\n",
                     "a.md": "**An:** 一。\n\n**Bo:** **锅** (Pan: 铁锅)，**盖**（Lid: 锅盖）。\n"})
    rows = [tuple(row.values()) for row in table(mounted / "index/glossary.tsv")]
    assert rows == [("锅", "Pan", "铁锅", "a", "2"), ("盖", "Lid", "锅盖", "a", "2"), ("茶青", "Fresh leaf", "未加工的茶叶", "b", "1")]


def test_listing_the_index_reads_no_body(mount, made_content):
    mounted = mount(made_content)
    assert "glossary.tsv" in os.listdir(mounted / "index")
    status = json.loads((mounted / ".transcriptfs/status.json").read_text())
    assert status["cache"]["misses"] == 0


def test_the_commands_in_the_readme_of_the_mount_work(mounted):
    block = re.search(r"```sh\n(.*?)```", (mounted / "README.md").read_text(), re.S)[1]
    commands = block.replace("'?'", "'the'").splitlines()
    assert len(commands) > 8
    for command in commands:
        assert shell(command, cwd=mounted.path), command


# --- which of them: -o formats --------------------------------------------------------------------------


def names_in(mounted, episode):
    return sorted(os.listdir(mounted / "episodes" / episode))


def test_formats_are_chosen(mount):
    content = {"it.md": "---\ntitle: It\n---\n" + TIMED}
    for option in ("formats=turns,meta,xattr,entries=name", "entries=name,formats=turns:meta"):
        assert names_in(mount(content, "-o", option), "it") == ["meta", "turns"]
    mounted = mount(content, "-o", "formats=voices")
    assert names_in(mounted, "it") == ["turns", "voices"], "links lead from voices to turns"
    assert "by-voice" in os.listdir(mounted.path)


def test_what_is_not_chosen_is_not_there(mount):
    mounted = mount({"it.md": TIMED}, "-o", "formats=turns,transcript.html")
    for name in ("transcript.txt", "source.md", "meta", "voices"):
        assert not (mounted / "episodes/it" / name).exists()
    assert "by-voice" not in os.listdir(mounted.path) and not (mounted / "by-voice").exists()
    text = mounted / "text/it.txt"
    assert text.stat().st_nlink == 1 and "One." in text.read_text()


def test_grep_meets_each_word_once_where_few_are_chosen(mount, made_content):
    mounted = mount(made_content, "-o", "formats=turns,meta")
    for episode in EPISODES[:5]:
        hits = shell(f"grep -rl {episode.marker()} episodes", cwd=mounted.path).splitlines()
        assert hits == [f"episodes/{episode.name}/turns/{episode.turn_with_marker():03}.txt"]


def test_a_walk_over_few_formats_agrees_with_the_dump(mount, made_content):
    mounted = mount(made_content, "-o", "formats=transcript.txt,turns")
    for _, path in walk(mounted.path):
        st = os.lstat(path)
        if path.endswith(b"/transcript.txt"):
            assert st.st_nlink == 2


@pytest.mark.parametrize("option, said", [
    ("formats=turn", 'there is no "turn"; there are turns, original'),
    ("formats=", 'there is no ""'),
    ("formats", "needs a value"),
    ("formats=turns,mata", 'unknown option "mata"; did you mean "meta"?'),
])
def test_an_unknown_format_is_told(tmp_path, option, said):
    content = write_content(tmp_path / "content", {"it.md": "Words.\n"})
    (tmp_path / "mnt").mkdir()
    result = run(Mount(content, tmp_path / "mnt").command[0], "-o", option, content, tmp_path / "mnt")
    assert result.returncode == 2 and said in result.stderr


# --- extended attributes: -o xattr ----------------------------------------------------------------------


def attributes(path):
    shown = run_ok("getfattr", "-d", "--absolute-names", "-e", "text", path)
    found = re.findall(r'^(user\.[\w.]+)="(.*)"$', shown, re.M)
    # What is not ASCII stands there as octal digits.
    return {name: re.sub(rb"\\(\d{3})", lambda digits: bytes([int(digits[1], 8)]), value.encode()).decode()
            for name, value in found}


def test_attributes_of_a_turn_and_its_episode(mount):
    it = mount({"sub/it.md": (
        "---\ntitle: 茶 & Co\ndate: 2024-05\nauthors: [Ann, Bo]\nlang: zh-Hans\nmedia: https://example.org/a\n---\n"
        "**安:** \\[00:07.5\\] 好。\n\n<details><summary>Original English</summary>\n\n**Ann:** Good.\n\n</details>\n")},
        "-o", "xattr") / "episodes/sub/it"
    episode = {
        "user.dublincore.creator": "Ann, Bo", "user.dublincore.date": "2024-05", "user.dublincore.title": "茶 & Co",
        "user.transcript.episode": "sub/it", "user.transcript.source": "sub/it.md", "user.xdg.language": "zh-Hans",
        "user.xdg.origin.url": "https://example.org/a"}
    assert attributes(it) == attributes(it / "transcript.html") == attributes(it / "turns") == episode
    turn = episode | {"user.transcript.turn": "1", "user.transcript.speaker": "安", "user.transcript.start": "7.500",
                      "user.xdg.origin.url": "https://example.org/a#t=7", "user.transcript.source": "sub/it.md:8-12",
                      "user.transcript.ref": ref_of("安", "好。")}
    assert attributes(it / "turns/001.txt") == turn
    assert attributes(it / "voices/安/001.txt") == turn, "a link leads to the turn"
    assert attributes(it / "original/001.txt") == turn | {"user.transcript.speaker": "Ann", "user.xdg.language": "en"}
    assert attributes(it / "voices/安") == episode | {"user.transcript.speaker": "安"}


def test_a_copy_keeps_the_attributes(mount, tmp_path):
    it = mount({"it.md": TIMED}, "-o", "xattr") / "episodes/it"
    run_ok("cp", "--preserve=xattr", it / "turns/002.txt", tmp_path / "copy")
    assert attributes(tmp_path / "copy") == attributes(it / "turns/002.txt")


def test_attributes_say_what_went_wrong(mount):
    mounted = mount({"it.md": TIMED}, "-o", "xattr")
    turn = os.fspath(mounted / "episodes/it/turns/001.txt")
    whole = os.getxattr(turn, "user.transcript.episode")
    assert whole == b"it"
    with pytest.raises(OSError, match="No data available"):
        os.getxattr(turn, "user.dublincore.title")
    assert os.listxattr(mounted / "text") == []
    with pytest.raises(OSError, match="Read-only file system"):
        os.setxattr(turn, "user.transcript.episode", b"x")


def test_without_the_option_there_are_none(mounted):
    with pytest.raises(OSError, match="not supported"):
        os.listxattr(mounted / "episodes")


# --- what bad input gets --------------------------------------------------------------------------------

WORDS = 'bell\x07 esc\x1b[31m </script> <script>alert(1)</script> ]]> "both" \'one\' & &amp; a\tb \\n --> {x} \u202e\u2028 �end'
# As Markdown writes these words; a NUL byte and half a surrogate pair are the two U+FFFD.
MARKDOWN = (WORDS.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace("]", "\\]")
            .replace("�", "\0").encode())

NASTY = (b'---\ntitle: "T <b> ]]> </title></script> \\"q\\" \\0 \\x07 \\\\ \\t tab"\n'
         b'tags: ["a/b", "</script>", "\\0nul", "\\e[31m", ".."]\n'
         b"author: \"<i>A\\0\"\nsource: https://example.org/x?a=1&b='2'\n---\n"
         b"## H <\\script> &lt;/script&gt; \x01\n\n"
         b"**S &lt;i&gt; \"x\":** \\[00:01\\] " + MARKDOWN + b"\n\n" + MARKDOWN + b"\n\n"
         b"<details><summary>Original English</summary>\n\n" + MARKDOWN + b"\n\n</details>\n\n"
         b"**S &lt;i&gt; \"x\":** \\[00:02\\] \xed\xa0\x80 &#xD800; \xff end\n")


@pytest.fixture
def nasty(mount):
    mounted = mount({"it.md": NASTY}, "-o", "xattr")
    assert (mounted / "episodes/it/turns/001.txt").read_text() == f'S <i> "x": {WORDS}\n\n{WORDS}\n'
    return mounted / "episodes/it"


def shown_in_markup(text):
    """What HTML and captions make of control characters."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", text)


def test_nasty_json(nasty):
    first, second = json_lines(nasty / "turns.jsonl")
    assert (first["speaker"], first["text"]) == ('S <i> "x"', f"{WORDS}\n\n{WORDS}")
    assert first["original"] == WORDS
    assert set(second["text"]) == set("� end")
    meta = json.loads((nasty / "meta.json").read_text())
    assert meta["title"] == 'T <b> ]]> </title></script> "q" \0 \x07 \\ \t tab'
    assert meta["tags"] == ["a/b", "</script>", "\0nul", "\x1b[31m", ".."]
    assert run_ok("jq", "-r", ".text", nasty / "turns.jsonl").startswith(WORDS)
    podcast = json.loads((nasty / "transcript.json").read_text())
    assert podcast["segments"][0]["body"] == f"{WORDS}\n\n{WORDS}"


def test_nasty_tsv(nasty):
    first, _ = table(nasty / "turns.tsv")
    assert (first["speaker"], first["text"]) == ('S <i> "x"', f"{WORDS}\n\n{WORDS}")
    assert (nasty / "turns.tsv").read_bytes().count(b"\n") == 3
    index = nasty.parent.parent / "index"
    assert [row["value"] for row in table(index / "by-tag.tsv")] == ["\0nul", "\x1b[31m", "..", "</script>", "a/b"]
    for row in table(index / "by-tag.tsv"):
        assert len(os.listdir(nasty.parent.parent / row["path"])) == 1
    assert table(index / "episodes.tsv")[0]["title"] == 'T <b> ]]> </title></script> "q" \0 \x07 \\ \t tab'


def test_nasty_html(nasty, tmp_path):
    path = nasty / "transcript.html"
    page = Page(path)
    text = "".join(page.turns[1])
    assert text.count(shown_in_markup(WORDS)) == 3
    assert "script" not in page.elements
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert ("href", "https://example.org/x?a=1&b='2'#t=1") in page.attributes
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", path.read_text())
    if shutil.which("tidy"):
        assert tidy(path).stderr == b""


def test_nasty_html_in_a_browser(nasty, tmp_path):
    shown = chromium(nasty / "transcript.html", tmp_path, "--dump-dom")
    assert "<script" not in shown and "&lt;script&gt;alert(1)" in shown


def test_nasty_captions(nasty):
    vtt, srt = (nasty / "transcript.vtt").read_text(), (nasty / "transcript.srt").read_text()
    assert vtt.count("-->") == srt.count("-->") == 2, "the times of two cues"
    assert '<v S &lt;i&gt; &quot;x&quot;>bell� esc' in vtt
    cue = vtt.split("\n\n")[2]
    assert "<" not in cue.split("\n", 2)[2].replace("<v ", "", 1)
    assert shown_in_markup(WORDS).replace("-->", "→") in srt
    if shutil.which("ffprobe"):
        for path in (nasty / "transcript.vtt", nasty / "transcript.srt"):
            shown = run_ok("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets",
                           "-of", "csv=p=0", path)
            assert int(shown.split()[0]) == 2


def test_nasty_quotes(nasty):
    lines = (nasty / "quotes.txt").read_text().split("\n")
    assert len(lines) == 3 and lines[0].startswith(f"“{WORDS}  {WORDS}” — S <i> \"x\", T <b> ]]>")


def test_nasty_attributes(nasty):
    assert os.getxattr(nasty, "user.dublincore.title") == b'T <b> ]]> </title></script> "q" \0 \x07 \\ \t tab'
    assert os.getxattr(nasty, "user.dublincore.creator") == b"<i>A\0"


def test_half_a_surrogate_pair_in_an_escape_is_told(mount):
    mounted = mount({"it.md": '---\nfirst: "yes"\ntitle: "\\uD800"\n---\nWords.\n'})
    assert json.loads((mounted / "episodes/it/meta.json").read_text()) == {"first": "yes", "title": "\ufffd"}
    assert "it.md\t3\t" in (mounted / ".transcriptfs/problems.tsv").read_text()


def test_a_long_line_that_stands_in_every_turn_does_not_fill_the_memory(mount):
    heading, turns = "h" * 200_000, "**Ana:** x\n\n" * 20_000
    it = mount({"it.md": f"---\ntitle: {'t' * 100_000}\nsource: https://example.org/{'u' * 100_000}\n---\n"
                         f"# {heading}\n\n{turns}"}) / "episodes/it"
    for name in ("turns.jsonl", "turns.tsv", "quotes.txt", "transcript.html"):
        assert (it / name).stat().st_size < 64_000_000, name
    assert json_lines(it / "turns.jsonl")[0]["heading"] == "h" * 1000


def test_a_large_text_is_rendered_once_however_it_is_read(mount):
    it = mount({"it.md": "**Ana:** " + "word " * 500_000 + "\n\n**Bo:** yes\n"}, "-o", "cache_size=1")
    assert len((it / "episodes/it/turns.jsonl").read_bytes()) > 2_500_000
    misses = json.loads((it / ".transcriptfs/status.json").read_text())["cache"]["misses"]
    assert misses < 8


@pytest.mark.parametrize("url, linked", [
    ("https://youtu.be/abc?t=10", "https://youtu.be/abc?t=5s"),
    ("https://www.youtube.com/watch?t=1h&v=abc&list=x", "https://www.youtube.com/watch?v=abc&list=x&t=5s"),
    ("HTTPS://example.org/a", "HTTPS://example.org/a#t=5"),
    ("https://", None),
    ("https:///a", None),
])
def test_odd_links(mount, url, linked):
    test_a_link_leads_to_the_time(mount, url, linked)


def test_the_last_cues_go_together(mount):
    it = mount({"it.md": f"**Ana:** \\[00:01\\] {'long ' * 100}\n\n**Bo:** \\[00:01\\] yo\n"}) / "episodes/it"
    ends = re.findall(r"--> (\S+)", (it / "transcript.vtt").read_text())
    assert ends == ["00:00:30.940", "00:00:30.940"]


def test_numbers_keep_what_they_say(mount):
    it = mount({"it.md": "---\npi: 3.141592653589793\nv: 1.1\nlist: [0.1, 2]\n---\nWords.\n"}) / "episodes/it"
    assert json.loads((it / "meta.json").read_text()) == {"pi": 3.141592653589793, "v": 1.1, "list": [0.1, 2]}


def test_without_voices_nothing_counts_them(mount):
    mounted = mount({"it.md": TIMED}, "-o", "formats=turns")
    assert "by-voice.tsv" not in os.listdir(mounted / "index")


def test_one_voice_in_two_spellings_is_one_voice(mount):
    mounted = mount({"it.md": "---\nspeakers: [Ana, ANA, ana, Bo]\n---\n"
                              "**Ana:** One.\n\n**ANA:** Two.\n\n**Bo:** Three.\n\n**ana:** Four.\n"})
    assert sorted(os.listdir(mounted / "by-voice/Ana/it")) == ["001.txt", "002.txt", "004.txt"]
    assert os.listdir(mounted / "episodes/it/voices") == ["Ana", "Bo"]
