"""Keys and values of front matter as people write them, and records that every reader splits alike."""

import csv
import json
import os
import re
import subprocess

import pytest

from test_formats import json_lines, table
from tools import TRANSCRIPTFS, run, run_ok, write_content

ZERO_WIDTH, NO_BREAK, SOFT_HYPHEN, SELECTOR = "\u200b", "\u00a0", "\u00ad", "\ufe0f"


def page(front, body="Words.\n"):
    return f"---\n{front}\n---\n{body}"


def problems(mounted):
    """(file, line, problem, done) of problems.tsv."""
    rows = table(mounted / ".transcriptfs/problems.tsv")
    return [(row["file"], int(row["line"]), row["problem"], row["done"]) for row in rows]


def views(mounted):
    return sorted(name for name in os.listdir(mounted.path) if name.startswith("by-") and name != "by-voice")


def entries(mounted, view):
    """{value: episodes}"""
    return {value: sorted(os.path.basename(os.path.realpath(mounted / view / value / entry))
                          for entry in os.listdir(mounted / view / value))
            for value in os.listdir(mounted / view)}


# --- keys in any case -----------------------------------------------------------------------------------


def test_keys_are_found_in_any_case(mount):
    mounted = mount({
        "upper.md": page("Title: The first\nDate: 2024-05-06\nTags: [sea]\nPeople: [Ann Ode]\n"
                         "SOURCE: https://example.org/a\nLanguage: de\nAuthor: Cy\nSeries: S"),
        "lower.md": page("title: The second\ndate: 2024-05-07\ntags: [sea]\npeople: [Ann Ode]\n"
                         "source: https://example.org/b\nlanguage: de\nauthor: Cy\nseries: S"),
    }, "-o", "xattr")
    assert problems(mounted) == []
    assert views(mounted) == ["by-author", "by-date", "by-language", "by-person", "by-series", "by-tag"]
    for view, value in (("by-tag", "sea"), ("by-person", "Ann Ode"), ("by-author", "Cy"), ("by-series", "S"),
                        ("by-language", "de")):
        assert entries(mounted, view) == {value: ["lower", "upper"]}
    assert os.listdir(mounted / "by-date/2024/05/06") == ["2024-05-06--The_first--upper"]
    (turn,) = json_lines(mounted / "episodes/upper/turns.jsonl")
    assert turn["url"] == "https://example.org/a"
    folder = mounted / "episodes/upper"
    assert os.getxattr(folder, "user.xdg.language") == b"de"
    assert os.getxattr(folder, "user.dublincore.creator") == b"Cy"
    assert "The first" in (folder / "transcript.html").read_text()


def test_meta_keeps_the_key_as_it_was_written(mount):
    mounted = mount({"it.md": page("Guest Name: Ann\nTITLE: T\nTags: [a]\ntags: [b]")})
    assert sorted(os.listdir(mounted / "episodes/it/meta")) == ["Guest Name", "TITLE", "Tags", "tags"]
    meta = json.loads((mounted / "episodes/it/meta.json").read_text())
    assert meta == {"Guest Name": "Ann", "TITLE": "T", "Tags": ["a"], "tags": ["b"]}
    assert entries(mounted, "by-tag") == {"a": ["it"], "b": ["it"]}, "two spellings of a key add up"
    assert problems(mounted) == []


def test_a_key_of_no_table_is_one_view_in_any_spelling(mount):
    mounted = mount({"a.md": page("Moods: [x]"), "b.md": page("moods: [x]"), "c.md": page("Guest Name: [Ann]"),
                     "d.md": page("guest-name: [Ann]"), "e.md": page("guest_name: [Ann]")})
    assert views(mounted) == ["by-guest_name", "by-moods"]
    assert entries(mounted, "by-moods") == {"x": ["a", "b"]}
    assert entries(mounted, "by-guest_name") == {"Ann": ["c", "d", "e"]}
    assert sorted(set(os.listdir(mounted / "index")) - {"README.md"})[:2] == ["by-guest_name.tsv", "by-moods.tsv"]


def test_the_configuration_speaks_of_keys_in_any_case(mount):
    mounted = mount({".transcriptfs.yaml": "Views:\n  Guest Name: by-guest\n  TAGS: false\n",
                     "a.md": page("guest-name: Ann\ntags: [x]"), "b.md": page("guest: ann\nTags: [x]")})
    assert views(mounted) == ["by-guest"]
    assert entries(mounted, "by-guest") == {"Ann": ["a", "b"]}


def test_two_views_for_one_key_are_a_mistake(tmp_path):
    content = write_content(tmp_path / "content", {
        ".transcriptfs.yaml": "views:\n  guest_name: by-guest\n  Guest Name: by-name\n", "it.md": "Words.\n"})
    result = run(TRANSCRIPTFS, "--check", content)
    assert result.returncode == 1
    assert ".transcriptfs.yaml:3:15: views: another spelling of this key has another view" in result.stderr


def test_of_two_titles_the_first_counts_and_the_second_is_told(mount):
    mounted = mount({"it.md": page("Title: One\ntitle: Two\nDATE: 2024-05-06\ndate: 2023-01-02")})
    assert os.listdir(mounted / "by-date/2024/05/06") == ["2024-05-06--One--it"]
    assert problems(mounted) == [
        ("it.md", 3, "title: it stands on line 2 too, as Title", "the first one counts"),
        ("it.md", 5, "date: it stands on line 4 too, as DATE", "the first one counts")]


def test_a_name_under_any_spelling_of_a_key_is_evidence_of_who_speaks(mount):
    body = "Ann Ode: Good morning to all of you.\n"
    fronts = ["people: [Ann Ode]", "People: [Ann Ode]", "Hosts: [{name: Ann Ode}]", 'guest: "[[People/Ann Ode|Ann]]"',
              "interviewer: [[Ann Ode]]", f'host: "Ann Ode{ZERO_WIDTH}"']
    mounted = mount({f"{i}.md": page(front, body) for i, front in enumerate(fronts)})
    for i in range(len(fronts)):
        assert os.listdir(mounted / f"episodes/{i}/voices") == ["Ann Ode"], fronts[i]


# --- values one level down ------------------------------------------------------------------------------


@pytest.mark.parametrize("front, values", [
    ("guests: [[Ana Maria]]", ["Ana Maria"]),
    ("guests:\n- [[Bob Smith]]\n- Cy", ["Bob Smith", "Cy"]),
    ('guests:\n- "[[Carl Jung]]"', ["Carl Jung"]),
    ('guests:\n- "[[Carl Jung|Jung]]"', ["Carl Jung"]),
    ('guests:\n- "[[People/Carl Jung#Life|Jung]]"', ["Carl Jung"]),
    ('guests: "[[Ana]], [[Bob]]"', ["Ana", "Bob"]),
    ('guest: "[[Ana]]"', ["Ana"]),
    ("guests: [{name: Dora, role: host}, {Title: Eve}, {label: Flo}]", ["Dora", "Eve", "Flo"]),
    ("guest: {name: Dora, role: host}", ["Dora"]),
])
def test_values_one_level_down_are_taken(mount, front, values):
    mounted = mount({"it.md": page(front)})
    assert entries(mounted, "by-guest") == {value: ["it"] for value in values}
    assert problems(mounted) == []


def test_what_cannot_be_taken_is_told(mount):
    mounted = mount({"it.md": page("guests:\n- {role: host}\n- [[Lima, Ana]]\n- [[[deep]]]\nauthors: {first: Ann}\n"
                                   "tags: [a, null, '', {}]")})
    nameless = "a mapping without a name, a title or a label"
    one_by_one, only_whole = "its values are taken one by one", "it is in meta.json only"
    assert problems(mounted) == [
        ("it.md", 3, f"guests: {nameless}", only_whole),
        ("it.md", 4, "guests: a list in a list", one_by_one),
        ("it.md", 5, "guests: a list in a list", one_by_one),
        ("it.md", 5, "guests: a list or a mapping that stands too deep for a value", only_whole),
        ("it.md", 6, f"authors: {nameless}", only_whole)]
    assert entries(mounted, "by-guest") == {"Lima": ["it"], "Ana": ["it"]}
    assert json.loads((mounted / "episodes/it/meta.json").read_text())["guests"][0] == {"role": "host"}


def test_records_under_a_key_of_no_table_are_data(mount):
    mounted = mount({"it.md": page("resources:\n- {title: One, url: u}\nmatrix: [[1, 2], [3, 4]]")})
    assert views(mounted) == [] and problems(mounted) == []


def test_titles_and_dates_may_be_links(mount):
    mounted = mount({"it.md": page('title: "[[Talks/The sea|sea]]"\ndate: "[[2024-05-06]]"\nauthors: [{name: Ann}]',
                                   "**Ann:** Words.\n")}, "-o", "xattr")
    assert os.listdir(mounted / "by-date/2024/05/06") == ["2024-05-06--The_sea--it"]
    assert os.getxattr(mounted / "episodes/it", "user.dublincore.creator") == b"Ann"
    header = re.search("<header>.*?</header>", (mounted / "episodes/it/transcript.html").read_text(), re.S)[0]
    assert "Ann" in header and "name" not in header


# --- twins that look the same ---------------------------------------------------------------------------

TWINS = {
    "a zero-width space": ("Ana Lima", f"Ana{ZERO_WIDTH} Lima"),
    "marks of direction": ("Ana Lima", "\u2068Ana Lima\u2069\u200f"),
    "a soft hyphen": ("interview", f"inter{SOFT_HYPHEN}view"),
    "no-break spaces": ("Ana Lima", f"{NO_BREAK}Ana{NO_BREAK}{NO_BREAK}Lima{NO_BREAK}"),
    "an ideographic space": ("林晚", "林晚\u3000"),
    "quotes": ("O'Brien", "O’Brien"),
    "full width": ("Sky News", "Ｓｋｙ\u3000Ｎｅｗｓ"),
    "a hyphen that breaks no line": ("ai-safety", "ai\u2011safety"),
    "a selector": ("❤", f"❤{SELECTOR}"),
}


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_one_value_under_the_commonest_spelling(mount, name):
    plain, twin = TWINS[name]
    quoted = json.dumps(twin, ensure_ascii=False)
    mounted = mount({"a.md": page(f"people: [{plain}]"), "b.md": page(f"people: [{plain}]"),
                     "c.md": page(f"people: [{quoted}]")})
    assert entries(mounted, "by-person") == {plain: ["a", "b", "c"]}
    for spelling in (plain, twin, plain.upper()):
        assert os.path.samefile(mounted / "by-person" / spelling, mounted / "by-person" / plain), ascii(spelling)
    assert json.loads((mounted / "episodes/c/meta.json").read_text())["people"] == [twin], "as it was written"
    assert [row["count"] for row in table(mounted / "index/by-person.tsv")] == ["3"]


def test_the_folder_has_nothing_invisible_at_its_ends(mount):
    mounted = mount({"it.md": page(f'people: ["{ZERO_WIDTH}Ana{NO_BREAK}{ZERO_WIDTH}", "❤{SELECTOR}", "{ZERO_WIDTH}"]\n'
                                   f'title: "\ufeffT{ZERO_WIDTH}"',
                                   f"**Bo{ZERO_WIDTH}:** Words.\n")})
    assert sorted(os.listdir(mounted / "by-person")) == ["Ana", f"❤{SELECTOR}"]
    assert os.listdir(mounted / "by-person/Ana") == ["T--it"]
    assert os.listdir(mounted / "by-voice") == ["Bo"] == os.listdir(mounted / "episodes/it/voices")
    assert (mounted / "by-voice/Bo/T--it/001.txt").read_text().startswith("Bo")


def test_a_voice_in_twins_is_one_voice(mount):
    mounted = mount({"it.md": "**O’Brien:** One.\n\n**Bo:** Two.\n\n**O'Brien:** Three.\n\n**Bo:** Four.\n\n"
                              "**O’Brien:** Five.\n"})
    assert os.listdir(mounted / "episodes/it/voices") == ["O’Brien", "Bo"]
    assert sorted(os.listdir(mounted / "episodes/it/voices/O’Brien")) == ["001.txt", "003.txt", "005.txt"]
    assert os.path.samefile(mounted / "by-voice/O'Brien", mounted / "by-voice/O’Brien")


def test_a_speaker_that_nobody_sees_is_served(mount):
    mounted = mount({"it.md": f"**{ZERO_WIDTH}:** One.\n\n**Bo:** Two.\n\n**Bo:** Three.\n"})
    assert "Two." in (mounted / "text/it.txt").read_text()
    assert "Bo" in os.listdir(mounted / "by-voice")


def test_words_are_searched_as_they_were_written(mount):
    words = f"It’s{NO_BREAK}here, inter{SOFT_HYPHEN}view ai\u2011safety"
    mounted = mount({"it.md": f"**Ana:** {words}\n"})
    assert (mounted / "text/it.txt").read_text() == f"Ana: {words}\n"
    assert run("grep", "-r", "It's", mounted / "text").returncode == 1
    assert run_ok("grep", "-rc", "It’s", mounted / "text").endswith(":1\n")


# --- records that every reader splits alike -------------------------------------------------------------

BREAKS = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\x7fj\x80k\\l"

@pytest.fixture
def breaking(mount):
    front = f"title: {json.dumps(BREAKS)}\ntags: [{json.dumps('x' + BREAKS)}]"
    words = BREAKS.replace("\\", "\\\\")
    return mount({"it.md": page(front, f"# Head {words}\n\n**Ana:** {words}\n\n**Bo:** {words}\n")}, "-o", "xattr")


def records_of(path):
    return path.read_bytes().count(b"\n")


def test_every_reader_finds_as_many_records(breaking):
    folder = breaking / "episodes/it"
    tables = ["turns.jsonl", "turns.tsv", "sections.tsv", "voices.tsv", "meta.json", "meta/title", "meta/tags"]
    paths = [folder / name for name in tables if (folder / name).exists()]
    paths += [breaking / "index" / name for name in os.listdir(breaking / "index")]
    assert len(paths) > 10
    for path in paths:
        text = path.read_bytes().decode()
        assert len(text.splitlines()) == records_of(path), path
    assert records_of(folder / "turns.jsonl") == 2 and records_of(folder / "turns.tsv") == 3


def test_json_and_tsv_hold_what_was_written(breaking):
    folder = breaking / "episodes/it"
    words = (folder / "turns/001.txt").read_bytes().decode().removeprefix("Ana: ").removesuffix("\n")
    assert "\u2028" in words and "\x85" in words, "the text is as it was written"
    assert [turn["text"] for turn in json_lines(folder / "turns.jsonl")] == [words, words]
    assert [turn["text"] for turn in table(folder / "turns.tsv")] == [words, words]
    meta = json.loads((folder / "meta.json").read_text())
    assert meta == {"title": BREAKS, "tags": ["x" + BREAKS]}
    assert [row["value"] for row in table(breaking / "index/by-tag.tsv")] == ["x" + BREAKS]
    assert run_ok("jq", "-j", ".title", folder / "meta.json") == BREAKS


def test_escapes_are_those_that_readme_says(breaking):
    raw = (breaking / "index/by-tag.tsv").read_text().split("\n")[1].split("\t")[1]
    assert raw == (r"xa\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei\u007fj\u0080k\\l")
    title = re.search(r'"title": "(.*)"', (breaking / "episodes/it/meta.json").read_text())[1]
    assert title.startswith(r"a\u2028b\u2029c\u0085d")


def test_problems_show_reordering_characters_as_escapes(mount):
    mounted = mount({"it.md": page("date: " + json.dumps("so\u202eon\x85."))})
    (row,) = (mounted / ".transcriptfs/problems.tsv").read_text().split("\n")[1:-1]
    assert r"so\u202eon\u0085." in row


def test_a_separator_in_a_key_is_escaped_too(mount):
    mounted = mount({"it.md": page('"k\\u2028": "v\\u2029"')})
    path = mounted / "episodes/it/meta.json"
    assert r'"k\u2028": "v\u2029"' in path.read_text()
    assert json.loads(path.read_text()) == {"k\u2028": "v\u2029"}


def test_a_long_attribute_is_cut_on_a_character(mount, tmp_path):
    names = ", ".join(f"茶{i:03}" for i in range(900))
    mounted = mount({"it.md": page(f"authors: [{names}]"), "short.md": page(f"author: {'x' * 3800}"),
                     "one.md": page(f"author: {'x' * 3801}")}, "-o", "xattr,max_value=10000")
    value = os.getxattr(mounted / "episodes/it", "user.dublincore.creator")
    assert 3790 < len(value) <= 3800
    text = value.decode()
    assert text.endswith("…") and names.startswith(text[:-1])
    assert os.getxattr(mounted / "episodes/short", "user.dublincore.creator") == b"x" * 3800
    assert os.getxattr(mounted / "episodes/one", "user.dublincore.creator") == b"x" * 3797 + "…".encode()


def test_sqlite_reads_every_row(breaking):
    folder = breaking / "episodes/it"
    script = f".mode ascii\n.separator \"\\t\" \"\\n\"\n.import {str(folder / 'turns.tsv')!r} turns\n" \
             "SELECT count(*) FROM turns;\n"
    try:
        result = subprocess.run(["sqlite3", ":memory:"], input=script, text=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("sqlite3 is not installed (scripts/install-needs consumers)")
    assert (result.stderr, result.stdout.strip()) == ("", "2")
    with open(folder / "turns.tsv", newline="", encoding="utf-8") as file:
        assert len(list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))) == 3
