"""scripts/corpus-report over the corpora: every word of a source is in one turn, heading, label, original or value, once.

And timed labels (`Name: 00:12:34`): as many turns of each name as an independent reading finds such lines.
"""

import os
import re
import runpy
import subprocess
from collections import Counter

import pytest

import independent_count as independent
from test_plain_labels import CORPUS, PRINT_TURNS, REPOSITORY, speakers

TIME = r"[\[(]?\d{1,3}:\d\d(?::\d\d)?(?:\.\d+)?[\])]?:?\s*$"
TIMED = re.compile(rf"^(?:\*\*)?\[?(?P<name>[^\W\da-z][^\[\]\n:*<>#.]{{0,60}}?)\]?(?:\*\*)?\s*(?:[:–-]|\s)\s*(?:\*\*)?\s*{TIME}", re.M)
PLAIN = re.compile(rf"^(?P<name>[^\[\]\n:*<>#]{{1,60}}):(?!\s*{TIME})(?=\s)", re.M)


@pytest.fixture(params=["thought-foundry", "changelog", "bitcoin"])
def corpus(request):
    folder = os.path.join(CORPUS, request.param)
    if not os.path.isdir(folder):
        pytest.skip("there is no folder %s" % folder)
    if not os.path.exists(PRINT_TURNS):
        pytest.skip("%s is not built" % PRINT_TURNS)
    return folder


FOLDERS = {
    "example": os.path.join(REPOSITORY, "mnt-example", "content"),
    "gold": os.path.join(REPOSITORY, "tests", "gold"),
    **{name: os.path.join(CORPUS, name) for name in ("thought-foundry", "changelog", "bitcoin")},
    **{name: os.path.join(CORPUS, os.pardir, "collections", name) for name in ("ethereum-pm", "w3ctag")},
}


@pytest.mark.parametrize("name", FOLDERS)
def test_every_word_is_in_one_place(name):
    if not os.path.isdir(FOLDERS[name]):
        pytest.skip("there is no folder %s" % FOLDERS[name])
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")
    build = os.path.dirname(os.path.dirname(PRINT_TURNS))
    report = subprocess.run(
        [os.path.join(REPOSITORY, "scripts", "corpus-report"), FOLDERS[name]], capture_output=True,
        timeout=300, env=dict(os.environ, TRANSCRIPTFS_BUILD=os.path.abspath(build)))
    assert report.stdout.decode().splitlines()[1:] == [], "words are lost or doubled"
    assert report.returncode == 0, report.stderr.decode()


def test_it_says_who_is_missing_and_where_dates_are(tmp_path):
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")
    content = tmp_path / "content"
    content.mkdir()
    (content / "2024-05-06-a.md").write_text("Nobody says this.\n\n" + "**Ana:** One two.\n\n**People:** Three.\n\n" * 2)
    (content / "b.md").write_text("Nobody is named here at all.\n")
    build = os.path.dirname(os.path.dirname(PRINT_TURNS))
    report = subprocess.run([os.path.join(REPOSITORY, "scripts", "corpus-report"), content], capture_output=True,
                            timeout=60, env=dict(os.environ, TRANSCRIPTFS_BUILD=os.path.abspath(build)))
    said = report.stderr.decode()
    assert report.returncode == 0 and "words without a speaker, of 1 files that name anybody: 3 of 9 (33.33 %)" in said
    assert "turns of a voice that looks like nobody: 2 of 4 (50.00 %): People×2" in said
    assert "dates: nowhere 1, name 1" in said or "dates: name 1, nowhere 1" in said, said


def test_it_tells_the_words_of_the_editor_from_those_that_miss_a_speaker(tmp_path):
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")
    content = tmp_path / "content"
    content.mkdir()
    said = "**Ana:** One two.\n\n**Bo:** Three.\n\n"
    (content / "a.md").write_text(
        "# Meeting 7\n\nPresent: Ana, Bo\n\n- one point\n\n| Nine | ten |\n|---|---|\n\n[laughing at length]\n\nNobody says this.\n\n## 1. Decisions Made / Action items\n\nThis is done.\n\n"
        f"## Roads\n\n{said}## Rails\n\n{said}## Ships\n\n{said}"
        f"### Kites\n\nAll flew well.\n\n## Bells\n\nOf whom?\n\n{said}### Attendees\n\nBo and others came.\n")
    build = os.path.dirname(os.path.dirname(PRINT_TURNS))
    report = subprocess.run([os.path.join(REPOSITORY, "scripts", "corpus-report"), content], capture_output=True,
                            timeout=60, env=dict(os.environ, TRANSCRIPTFS_BUILD=os.path.abspath(build)))
    assert ("words without a speaker, of 1 files that name anybody: 5 of 17 (29.41 %); the editor's beside these: "
            "part 7, head 5, aside 3, section 3, table 2") in report.stderr.decode(), report.stderr.decode()


def test_each_element_of_html_is_markup(tmp_path):
    """They are in a table that has to be sorted."""
    report = runpy.run_path(os.path.join(REPOSITORY, "scripts", "corpus-report"))
    path = tmp_path / "elements.md"
    within = sorted(report["ELEMENTS"] - {"details", "summary", "script", "style", "svg"})
    path.write_text("**Ana:** Words\n\n" + "".join(f"word <{name}>word</{name.upper()}>\n\n" for name in within))
    shown = subprocess.run([PRINT_TURNS, path], capture_output=True, check=True).stdout.decode()
    assert "<" not in shown and shown.count("word") == 2 * len(within)


def transcripts(folder):
    for path, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith(".md") and not name.startswith(("README", "LICENSE", "_index", ".")):
                yield os.path.join(path, name)


def test_timed_labels_are_turns(corpus):
    files, wrong = 0, []
    for path in transcripts(corpus):
        with open(path, encoding="utf-8", errors="replace") as file:
            source = file.read()
        _, body, _ = independent.split(source)
        shown = independent.visible(body)
        expected = Counter(match["name"].strip() for match in TIMED.finditer(shown))
        plain = Counter(match["name"].strip() for match in PLAIN.finditer(shown))
        if sum(expected.values()) < 3:
            continue
        files += 1
        # Whoever goes on behind a heading has no label there.
        lines = source.split("\n")
        found = Counter(speaker for line, speaker in speakers(path).items() if speaker in lines[line - 1])
        # Whoever has a time beside his name may stand without one elsewhere.
        different = {name: (count, found[name]) for name, count in expected.items()
                     if not count <= found[name] <= count + plain[name]}
        if different:
            wrong.append((os.path.relpath(path, corpus), different))
    print(files, "files with timed labels; differing:", *wrong, sep="\n    ")
    assert len(wrong) <= 0.005 * files
