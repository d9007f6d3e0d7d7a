"""Front matter in every form that people have it in: what the mount shows, and what it says."""

import json

import pytest

from test_bad_input import meta, problems_of, table_of, turns_of
from tools import write_content

YAML = "---\ntitle: Tea ☕ and 𝄞\ndate: 2024-01-02\ntags: [tea, music]\n---\n"
TOML = "+++\ntitle = \"Tea ☕ and 𝄞\"\ndate = 2024-01-02\ntags = [\n  'tea', # one\n  'music',\n]\n+++\n"
JSON = '{\n  "title": "Tea ☕ and 𝄞",\n  "date": "2024-01-02",\n  "tags": ["tea", "music"]\n}\n'
BODY = "**Ann:** A cup of ☕, please.\n\n# More\n\n**Bob:** And 𝄞.\n"

# A file, and the line on which its first turn stands.
FORMS = {
    "plain": ((YAML + BODY).encode(), 6),
    "mark": (b"\xef\xbb\xbf" + (YAML + BODY).encode(), 6),
    "returns": ((YAML + BODY).replace("\n", "\r").encode(), 6),
    "utf-16-le": (b"\xff\xfe" + (YAML + BODY).encode("utf-16-le"), 6),
    "utf-16-be": (b"\xfe\xff" + (YAML + BODY).replace("\n", "\r\n").encode("utf-16-be"), 6),
    "utf-16-bare": ((YAML + BODY).encode("utf-16-le"), 6),
    "toml": ((TOML + BODY).encode(), 9),
    "json": ((JSON + BODY).encode(), 6),
    "behind": (("\n# a comment\n" + YAML + BODY).encode(), 8),
    "html": (("<!-- a\ncomment -->\n\n" + YAML + BODY).encode(), 9),
}


@pytest.fixture(scope="module")
def forms(fuse, tmp_path_factory):
    from tools import Mount

    place = tmp_path_factory.mktemp("forms")
    content = write_content(place / "content", {f"{name}.md": data for name, (data, _) in FORMS.items()})
    (place / "mnt").mkdir()
    with Mount(content, place / "mnt") as mounted:
        yield mounted


@pytest.mark.parametrize("name", FORMS)
def test_a_form_says_what_the_plain_one_says(forms, name):
    data, line = FORMS[name]
    folder = forms / "episodes" / name
    assert turns_of(forms, name) == ["Ann: A cup of ☕, please.\n", "Bob: And 𝄞.\n"]
    assert meta(forms, name, "title") == "Tea ☕ and 𝄞\n"
    assert json.loads((folder / "meta.json").read_text()) == {
        "title": "Tea ☕ and 𝄞", "date": "2024-01-02", "tags": ["tea", "music"]}
    records = [json.loads(text) for text in (folder / "turns.jsonl").read_text().splitlines()]
    assert [record["source"] for record in records] == [
        f"{name}.md:{line}-{line}", f"{name}.md:{line + 4}-{line + 4}"]
    assert (folder / "source.md").read_bytes() == data


def test_all_forms_stand_in_the_views(forms):
    for view in ("by-tag/tea", "by-tag/music", "by-date/2024/01/02"):
        assert len(list((forms / view).iterdir())) == len(FORMS)


def test_only_what_hides_from_others_is_a_problem(forms):
    assert sorted(row[0] for row in table_of(forms)) == ["behind.md", "html.md"]


def test_one_bad_character_costs_one_value(tmp_path, mount):
    def page(value):
        return f"---\ntitle: T\nnote: {value}\ntags: [tea]\ndate: 2024-01-02\n---\nWords.\n"

    values = {
        "control": ("a\x7fb", "a\x7fb\n"),
        "pair": ('"a\\ud83d\\ude00b"', "a😀b\n"),
        "half": ('"a\\ud83db"', "a\ufffdb\n"),
        "escape": ('"C:\\path"', "C:\\path\n"),
        "separator": ("a\u2028b", None),
        "next-line": ("a\u0085b", None),
    }
    content = write_content(tmp_path / "content", {f"{name}.md": page(value) for name, (value, _) in values.items()})
    mounted = mount(content)
    for name, (value, text) in values.items():
        assert meta(mounted, name, "title") == "T\n"
        assert meta(mounted, name, "tags") == "tea\n"
        whole = json.loads((mounted / "episodes" / name / "meta.json").read_text())
        assert whole["note"] == (text[:-1] if text else value)
        if text:
            assert meta(mounted, name, "note") == text
    assert len(list((mounted / "by-date" / "2024" / "01" / "02").iterdir())) == len(values)
    assert sorted((row[0], row[1]) for row in table_of(mounted)) == sorted((f"{name}.md", "3") for name in values)


def test_utf_32_is_told(tmp_path, mount):
    data = "---\ntitle: T\n---\nWords.\n".encode("utf-32")
    content = write_content(tmp_path / "content", {"a.md": data, "b.md": "Words.\n"})
    mounted = mount(content)
    assert (mounted / "episodes" / "a" / "source.md").read_bytes() == data
    assert not (mounted / "episodes" / "a" / "turns").exists()
    assert [line for line in problems_of(content) if "UTF-32" in line and line.startswith("a.md")]


def test_a_configuration_in_utf_16(tmp_path, mount):
    content = write_content(tmp_path / "content", {
        ".transcriptfs.yaml": "exclude: [b.md]\n".encode("utf-16"), "a.md": "Words.\n", "b.md": "Words.\n"})
    mounted = mount(content)
    assert [path.name for path in (mounted / "episodes").iterdir()] == ["a"]


def test_halves_of_pairs_are_told_where_they_stand(tmp_path):
    data = "---\ntitle: T\ud800\n---\nOne.\n\nTwo \udc00.\n".encode("utf-16-le", "surrogatepass")
    content = write_content(tmp_path / "content", {"a.md": b"\xff\xfe" + data})
    lines = problems_of(content)
    assert [line.split(":")[1] for line in lines] == ["2", "6"]
    assert all("half a pair of UTF-16" in line for line in lines)


def test_the_title_block_of_pandoc(mount):
    mounted = mount({"talk.md": "% Tea ☕\n  and music\n% Ann Lee; Bob\n  Cleo Day\n% 5 March 2024\n\n" + BODY,
                     "no-author.md": "% Tea\n%\n% 2024-03-06\n\n" + BODY,
                     "words.md": "% of the talk is lost,\nsaid Ann.\n",
                     "comments.md": "% one\n% two\n% three\n% four\n\nWords.\n"})
    assert json.loads((mounted / "episodes/talk/meta.json").read_text()) == {
        "title": "Tea ☕ and music", "author": ["Ann Lee", "Bob", "Cleo Day"], "date": "5 March 2024"}
    assert turns_of(mounted, "talk") == turns_of(mounted, "no-author") == ["Ann: A cup of ☕, please.\n", "Bob: And 𝄞.\n"]
    assert len(list((mounted / "by-date/2024/03").iterdir())) == 2
    assert turns_of(mounted, "words") == ["% of the talk is lost, said Ann.\n"]
    assert turns_of(mounted, "comments")[0].startswith("% one")
    assert table_of(mounted) == []


def test_braces_that_are_no_front_matter(mount):
    mounted = mount({"words.md": "{\nWords in braces.\n}\n", "open.md": '{\n  "title": "T"\n\nAnn said.\n'})
    assert turns_of(mounted, "words") == ["{ Words in braces. }\n"]
    assert turns_of(mounted, "open") == ['{ "title": "T"\n', "Ann said.\n"]
    assert [row[3] for row in table_of(mounted)] == ["front matter that never closes: no brace that closes follows"]


def test_braces_within_json(mount):
    mounted = mount({"talk.md": '{\n"title": "A } in it",\n"more": {\n"a": [{}]\n}\n}\n' + BODY})
    assert meta(mounted, "talk", "title") == "A } in it\n"
    records = [json.loads(line) for line in (mounted / "episodes/talk/turns.jsonl").read_text().splitlines()]
    assert [record["source"] for record in records] == ["talk.md:7-7", "talk.md:11-11"]


def test_tables_in_which_zola_keeps_keys(mount):
    front = "+++\ntitle = 'T'\n[taxonomies]\ntags = ['fog', 'sea']\n[extra]\npeople = ['Ann Lee']\n+++\n"
    mounted = mount({"talk.md": front + BODY})
    assert sorted(path.name for path in (mounted / "by-tag").iterdir()) == ["fog", "sea"]
    assert [path.name for path in (mounted / "by-person").iterdir()] == ["Ann Lee"]
