"""The three real corpora, mounted, against a count that does not use the program's code.

    TRANSCRIPTFS_BUILD=build /usr/bin/python3 -m pytest tests/corpus/test_corpus.py

TRANSCRIPTFS_BUILD    the folder with the binary (default: build in the repository)
TRANSCRIPTFS_CORPUS   the folder with the corpora (default: ../shared/corpus beside it)
"""

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import independent_count as independent  # noqa: E402

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(os.environ.get("TRANSCRIPTFS_BUILD") or os.path.join(REPOSITORY, "build"))
PROGRAM = os.path.join(BUILD, "transcriptfs")
CORPUS = os.environ.get("TRANSCRIPTFS_CORPUS") or os.path.join(REPOSITORY, "..", "shared", "corpus")
CORPORA = ("thought-foundry", "changelog", "bitcoin")
# The share of the files with bold labels whose turns and speakers must be as counted.
ENOUGH = 0.995


# ---- reading the mount -------------------------------------------------------------------
# A process of its own reads the mount: if the mount hangs, that process is killed by its
# time limit, and the test fails in place of standing still.


def escaped(name):
    """A name as it was before `/`, `%`, control characters and a leading dot were escaped."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda run: bytes.fromhex(run[0].replace("%", "")).decode(), name)


def slurp(path):
    with open(path, "rb") as file:
        return file.read()


def collect(mount, out):
    """Writes down all that the tests compare. The views first: they must not need a body."""
    os.listdir(os.path.join(mount, "by-tag")) if os.path.isdir(os.path.join(mount, "by-tag")) else None
    status = json.loads(slurp(os.path.join(mount, ".transcriptfs", "status.json")))
    seen = {"misses_after_ls": status["cache"]["misses"], "episodes": {}, "views": {}, "dangling": [], "sizes": []}

    episodes = os.path.join(mount, "episodes")
    for view in sorted(name for name in os.listdir(mount) if name.startswith("by-")):
        entries = seen["views"].setdefault(view, [])
        for here, folders, files in os.walk(os.path.join(mount, view)):
            # os.walk lists a symlink to a folder among the folders, and does not follow it.
            for name in folders + files:
                path = os.path.join(here, name)
                if not os.path.islink(path):
                    continue
                target = os.path.normpath(os.path.join(here, os.readlink(path)))
                if not os.path.isdir(target):
                    seen["dangling"].append(os.path.relpath(path, mount))
                value = os.path.relpath(here, os.path.join(mount, view))
                entries.append([escaped(value), escaped(os.path.relpath(target, episodes))])

    for here, folders, files in os.walk(episodes):
        if "source.md" not in files:
            continue
        folders.clear()
        turns_folder, turns = os.path.join(here, "turns"), []
        for name in sorted(os.listdir(turns_folder)) if os.path.isdir(turns_folder) else []:
            path = os.path.join(turns_folder, name)
            size, data = os.stat(path).st_size, slurp(path)
            if size != len(data):
                seen["sizes"].append("%s: st_size %d, bytes %d" % (os.path.relpath(path, mount), size, len(data)))
            turns.append(data.decode("utf-8"))
        meta, originals = os.path.join(here, "meta.json"), os.path.join(here, "original.txt")
        seen["episodes"][escaped(os.path.relpath(here, episodes))] = {
            "sha256": hashlib.sha256(slurp(os.path.join(here, "source.md"))).hexdigest(),
            "keys": len(json.loads(slurp(meta))) if os.path.exists(meta) else 0,
            "turns": turns,
            "originals": slurp(originals).decode("utf-8") if os.path.exists(originals) else "",
        }
    seen["problems"] = slurp(os.path.join(mount, ".transcriptfs", "problems.tsv")).decode("utf-8")
    with open(out, "w", encoding="utf-8") as file:
        json.dump(seen, file)


def unmount(mount):
    if subprocess.run(["fusermount3", "-u", mount], timeout=30, capture_output=True).returncode == 0:
        return
    # Something still holds it. Leave no mount behind in any case.
    if os.path.ismount(mount):
        subprocess.run(["fusermount3", "-u", "-z", mount], timeout=30, capture_output=True)


@functools.lru_cache(maxsize=None)
def mounted(corpus):
    """What the mount of a corpus shows, read once for all tests."""
    content = os.path.join(CORPUS, corpus)
    with tempfile.TemporaryDirectory(prefix="transcriptfs-corpus-") as scratch:
        mount, out = os.path.join(scratch, "mnt"), os.path.join(scratch, "seen.json")
        os.mkdir(mount)
        try:
            started = subprocess.run(
                [PROGRAM, content, mount], timeout=60, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            assert started.returncode == 0, "the mount failed: exit %d" % started.returncode
            reader = [sys.executable, os.path.abspath(__file__), "--collect", mount, out]
            subprocess.run(reader, timeout=300, check=True)
            with open(out, encoding="utf-8") as file:
                return json.load(file)
        finally:
            unmount(mount)


@functools.lru_cache(maxsize=None)
def counted(corpus):
    return independent.count_folder(os.path.join(CORPUS, corpus))


@pytest.fixture(params=CORPORA)
def corpus(request):
    need(request.param)
    return request.param


def need(corpus):
    if not os.path.isdir(os.path.join(CORPUS, corpus)):
        pytest.skip("no corpus %s in %s (TRANSCRIPTFS_CORPUS names another folder)" % (corpus, CORPUS))
    if not os.access(PROGRAM, os.X_OK):
        pytest.fail("no program %s: build first, or set TRANSCRIPTFS_BUILD" % PROGRAM)
    if not os.path.exists("/dev/fuse"):
        pytest.skip("no /dev/fuse here: nothing can be mounted")


def pairs(corpus):
    """(path, count, what the mount shows) of every file that both know."""
    episodes = mounted(corpus)["episodes"]
    for path, count in counted(corpus)["files"].items():
        if count["episode"] in episodes:
            yield path, count, episodes[count["episode"]]


def report(title, lines):
    """pytest shows this with -s, -rP or when the test fails."""
    if lines:
        print("%s (%d):" % (title, len(lines)))
        for line in lines:
            print("   ", line)


# ---- tests -------------------------------------------------------------------------------


def test_every_file_is_an_episode(corpus):
    expected = {count["episode"] for count in counted(corpus)["files"].values()}
    assert set(mounted(corpus)["episodes"]) == expected


def test_source_is_the_file(corpus):
    folder = os.path.join(CORPUS, corpus)
    wrong = [
        path for path, _, shown in pairs(corpus)
        if hashlib.sha256(independent.read(folder, path)).hexdigest() != shown["sha256"]
    ]  # fmt: skip
    assert wrong == []


def test_listing_a_view_reads_no_body(corpus):
    assert mounted(corpus)["misses_after_ls"] == 0


def test_sizes_are_exact(corpus):
    assert mounted(corpus)["sizes"] == []


def test_front_matter_keys(corpus):
    wrong = ["%s: %d, counted %d" % (p, s["keys"], c["keys"]) for p, c, s in pairs(corpus) if s["keys"] != c["keys"]]
    report("numbers of keys in meta.json that differ", wrong)
    assert wrong == []


def test_views(corpus):
    """Same views; in each the same values (folded), the same entries, the same episodes."""
    assert mounted(corpus)["dangling"] == []
    expected, shown = counted(corpus)["views"], dict(mounted(corpus)["views"])
    shown.pop("by-voice")  # who is heard, and no matter of the front matter
    assert sorted(shown) == sorted(expected)
    wrong = []
    for view, entries in shown.items():
        folders = {value for value, _ in entries}
        values = {}
        for value, episode in entries:
            values.setdefault(independent.fold(value), []).append(episode)
        print(view, len(values), "values,", len(entries), "entries")
        if len(folders) != len(values):
            wrong.append("%s: values that differ only by case or form have folders of their own" % view)
        if len(values) != len(expected[view]):
            wrong.append("%s: %d values, counted %d" % (view, len(values), len(expected[view])))
        counted_entries = sum(map(len, expected[view].values()))
        if len(entries) != counted_entries:
            wrong.append("%s: %d entries, counted %d" % (view, len(entries), counted_entries))
        for value in sorted(set(values) | set(expected[view])):
            # A value of more than 255 bytes has a cut name and a hash: only the counts are compared.
            if len(value.encode()) < 200 and sorted(values.get(value, [])) != sorted(expected[view].get(value, [])):
                wrong.append("%s/%s: %s, counted %s" % (view, value, values.get(value), expected[view].get(value)))
    report("views that differ", wrong)
    assert wrong == []


def test_every_file_with_words_has_turns(corpus):
    without = [path for path, count, shown in pairs(corpus) if count["has_words"] and not shown["turns"]]
    empty = [path for path, _, shown in pairs(corpus) if any(not turn.strip() for turn in shown["turns"])]
    report("files with words and without a turn", without)
    report("files with an empty turn", empty)
    assert (without, empty) == ([], [])


def test_no_turns_out_of_nothing(corpus):
    """A file without labels and originals has at most a turn a paragraph (a list may be one or many)."""
    odd = []
    for path, count, shown in pairs(corpus):
        # Labels and chevrons make a turn of a line.
        most = 2 * count.get("paragraphs", 0) + count["chevrons"] + sum(count["plain_labels"].values())
        if "paragraphs" in count and len(shown["turns"]) > most:
            odd.append("%s: %d turns, %d paragraphs" % (path, len(shown["turns"]), count["paragraphs"]))
    report("more turns than paragraphs can give", odd)
    assert odd == []


def heads(turns, speakers):
    """How many turns begin with `Speaker: ` (or, without words, are `Speaker:`), by speaker."""
    found = Counter()
    longest_first = sorted(speakers, key=len, reverse=True)
    for turn in turns:
        for speaker in longest_first:
            if turn.startswith(speaker) and re.match(r":(\s|\Z)", turn[len(speaker) :]):
                found[speaker] += 1
                break
    return found


def difference(count, turns):
    """What is wrong with the speakers of a file, or None."""
    # A lead-in with a full-width colon keeps it as text and loses it as a label. With an
    # ASCII colon both look the same, so nothing can be said about those.
    named = heads(turns, [name for name, colon in count["lead_ins"] if colon == "："])
    if named:
        return "lead-ins named as speakers: %s" % dict(named)
    expected, found, plain = count["speakers"], heads(turns, count["speakers"]), count["plain_labels"]
    # Some files mix dialects: who has a bold label here has a plain one there.
    more = count["continued"]
    details = {
        name: "%d, counted %d" % (found[name], n)
        for name, n in expected.items()
        if not n <= found[name] <= n + plain.get(name, 0) + more.get(name, 0)
    }
    if not details:
        return None
    return "%d turns with a speaker, counted %d: %s" % (sum(found.values()), count["turns_with_speaker"], details)


def test_speakers_of_bold_labels(corpus):
    labelled = different = turns = counted_turns = 0
    lines = []
    for path, count, shown in pairs(corpus):
        if not count["labels"] or count["two_languages"]:
            continue
        labelled += 1
        turns += sum(heads(shown["turns"], count["speakers"]).values())
        counted_turns += count["turns_with_speaker"]
        wrong = difference(count, shown["turns"])
        if wrong:
            different += 1
            note = " [<details> not balanced]" if count["unbalanced_originals"] else ""
            lines.append("%s%s: %s" % (path, note, wrong))
    print("%d files with bold labels, %d turns with a speaker, counted %d" % (labelled, turns, counted_turns))
    report("files whose speakers differ", lines)
    assert labelled and labelled - different >= ENOUGH * labelled


def test_what_is_there_in_two_languages(corpus):
    """Originals that no <details> holds are those of a file in which two languages take turns."""
    joined = [(path, count, shown) for path, count, shown in pairs(corpus)
              if shown["originals"].strip() and not count["originals"]]
    report("files in two languages", [path for path, _, _ in joined])
    assert [path for path, count, _ in joined if not count["two_languages"]] == []
    assert bool(joined) == (corpus == "thought-foundry")
    for path, _, shown in joined:
        originals = shown["originals"].split("\n")[:-1]
        assert len(originals) == len(shown["turns"])
        assert sum(bool(original) for original in originals) * 2 >= len(originals), path


def test_a_break_is_no_turn(corpus):
    """`**Break:** \\[25:59\\]` (DESIGN.md section 2)."""
    wrong = [path for path, _, shown in pairs(corpus) if any(turn.startswith("Break:") for turn in shown["turns"])]
    report("files with a turn of a break", wrong)
    assert wrong == []


def test_turns_carry_no_bold_marks(corpus):
    """Rule 6. Markdown does not close the bold of `**名：**词`: the program has to."""
    folder, wrong = os.path.join(CORPUS, corpus), []
    for path, _, shown in pairs(corpus):
        # In code two asterisks are two asterisks.
        if b"`" in independent.read(folder, path):
            continue
        marks = sum(len(re.findall(r"(?<![*\w])\*\*[^*\s][^*\n]*\*\*(?!\*)", turn)) for turn in shown["turns"])
        if marks:
            wrong.append("%s: %d" % (path, marks))
    report("files with bold marks in the turns", wrong)
    assert wrong == []


def test_no_words_are_lost(corpus):
    """Every plain line of the visible text stands in the turns."""
    folder, lost, lines = os.path.join(CORPUS, corpus), [], 0
    for path, count, shown in pairs(corpus):
        text = independent.read(folder, path).decode("utf-8", "replace")
        turns = letters(" ".join(shown["turns"]) + (shown["originals"] if count["two_languages"] else ""))
        missing = []
        for line in independent.plain_lines(independent.visible(independent.split(text)[1])):
            lines += 1
            if letters(line) not in turns:
                missing.append(line)
        if missing:
            lost.append("%s: %d lines, the first: %.60s" % (path, len(missing), missing[0]))
    print(lines, "lines looked for")
    report("files with lines that stand in no turn", lost)
    assert lost == []


def letters(text):
    """Only letters and digits: what is left after any rendering of Markdown or HTML."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def test_no_original_leaks_into_turns(corpus):
    folder, leaks = os.path.join(CORPUS, corpus), []
    for path, count, shown in pairs(corpus):
        if not count["originals"]:
            continue
        text = independent.read(folder, path).decode("utf-8", "replace")
        body = independent.split(text)[1]
        turns = letters(" ".join(shown["turns"]))
        outside = letters(independent.html.unescape(re.sub(r"<[^>]*>", "", independent.DETAILS.sub(" ", body))))
        for original in independent.originals(body):
            hidden = letters(independent.html.unescape(re.sub(r"<[^>]*>", "", original)))
            # Pieces, because a leak may be partial; long ones, because short ones recur by chance.
            pieces = [hidden[at : at + 50] for at in range(0, max(len(hidden) - 49, 1), 50)]
            leak = [piece for piece in pieces if len(piece) >= 30 and piece in turns and piece not in outside]
            if leak:
                leaks.append("%s: %s…" % (path, leak[0]))
    report("originals that stand in a turn", leaks)
    assert leaks == []


def test_problems_name_the_odd_files(corpus):
    listed = {line.split("\t")[0] for line in mounted(corpus)["problems"].split("\n")[1:] if line}
    odd = {path: count["odd"] for path, count in counted(corpus)["files"].items() if count["odd"]}
    report("odd files", ["%s: %s" % item for item in odd.items()])
    report("listed, and not odd by this count", sorted(listed - set(odd)))
    report("odd, and not listed", sorted(set(odd) - listed))
    assert set(odd) <= listed
    assert listed <= set(counted(corpus)["files"]), "a problem of a file that is no content"


def test_the_known_episode():
    need("thought-foundry")
    seen = mounted("thought-foundry")
    episode = "notes/gTlxCrsUcFM"
    turns = seen["episodes"][episode]["turns"]
    assert len(turns) == 119
    assert Counter(turn.split(": ")[0] for turn in turns) == {"Julian": 80, "Matt": 39}
    assert ["ai-safety", episode] in seen["views"]["by-tag"]
    assert ["Demis Hassabis", episode] in seen["views"]["by-person"]


def test_the_front_matter_with_four_dashes_is_read():
    need("thought-foundry")
    problems = mounted("thought-foundry")["problems"]
    assert re.search(r"^notes/Atw2h2qCL4o\.md\t1\t", problems, re.M)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "--collect":
        sys.exit("run it with pytest")
    collect(sys.argv[2], sys.argv[3])
