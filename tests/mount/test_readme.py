"""What README.md and the manual pages show is real: each command with its output is run on the example, and each
option, key, file and field that they name is one that the program has, and no other."""

import json
import os
import re
import shutil
import subprocess

import pytest

from tools import BUILD, EXAMPLE, REPOSITORY, TRANSCRIPTFS, Mount, run, run_ok

MAN = REPOSITORY / "man"
PAGES = ["transcriptfs.1", "transcriptfs-dump.1", "transcriptfs.yaml.5", "transcriptfs-tree.7", "transcriptfs-query.7", "mount.transcriptfs.8"]


def page(name):
    return (MAN / f"{name}.scd").read_text(encoding="utf-8")


def plain(text):
    """Without scdoc's marks: a backslash stands before a character that is meant."""
    return re.sub(r"\\(.)|[*_](?=\S)|(?<=\S)[*_]", lambda mark: mark[1] or "", text)


def commands_of(blocks):
    """(command, what it shows) of each block that begins with a prompt."""
    for block in blocks:
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, shown = part.split("\n", 1)
            yield command, shown


def shown_in_readme():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    return list(commands_of(re.findall(r"^```console\n(.*?)^```", text, re.S | re.M)))


def shown_in(name):
    blocks = re.findall(r"^```\n(.*?)^```", page(name), re.S | re.M)
    return [(re.sub(r"\\(.)", r"\1", command), re.sub(r"\\(.)", r"\1", shown))
            for command, shown in commands_of(blocks)]


def is_of_another_program(look):
    """… that not everybody has: test_tables.py runs these."""
    return look[0].split()[0] in ("duckdb", "python3", "Rscript")


@pytest.fixture(scope="module")
def with_attributes(fuse, tmp_path_factory):
    with Mount(EXAMPLE, tmp_path_factory.mktemp("tour"), "-o", "xattr") as mounted:
        yield mounted


@pytest.mark.parametrize("command, shown", shown_in_readme()
                         + [look for look in shown_in("transcriptfs-tree.7") if not is_of_another_program(look)]
                         + [look for look in shown_in("transcriptfs-query.7") if "search/" in look[0]])
def test_a_look_at_the_mount_shows_what_happens(with_attributes, command, shown):
    output = run_ok("sh", "-c", command, cwd=with_attributes.path)
    # ls prints columns to a terminal and lines to a pipe: the words count, not the gaps.
    assert output.split() == shown.split()


@pytest.mark.parametrize("name", ["transcriptfs.1", "transcriptfs-dump.1", "transcriptfs-query.7", "transcriptfs.yaml.5"])
def test_a_command_line_shows_what_happens(tmp_path, name):
    """One after the other, beside a copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path / "content")
    commands = [look for look in shown_in(name) if "search/" not in look[0]]
    assert commands
    for command, shown in commands:
        output = subprocess.run(["sh", "-c", command], cwd=tmp_path, text=True, stdin=subprocess.DEVNULL, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                                env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}).stdout
        assert sorted(output.splitlines()) == sorted(shown.splitlines()), command


def test_an_analyst_s_questions_are_one_pipeline_without_a_mount_too():
    """Those of the manual, with --query in place of the file."""
    questions = page("transcriptfs-query.7").split("# QUESTIONS OF AN ANALYST")[1]
    asked = 0
    for command, shown in re.findall(r"^```\n\$ (.+)\n((?:.+\n)+)```", questions, re.M):
        command = command.replace("\\\\", "\\")
        assert len(command) <= 160, command
        file = re.search(r"'search/(.+?)/(?:index/)?(turns\.jsonl|episodes\.jsonl|voices\.tsv|episodes)'", command)
        query = f"transcriptfs -q --query '{file[1]}' --format {file[2]} {EXAMPLE} | "
        output = run_ok("sh", "-c", query + command.replace(file[0], "").replace("ls  |", "cat |"),
                        env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})
        assert output.split() == shown.split(), command
        asked += 1
    assert asked == 8


def test_the_readme_is_a_front_page():
    text = (REPOSITORY / "README.md").read_bytes()
    assert len(text) <= 10_000
    for path in re.findall(r"\]\(([\w./-]+)\)", text.decode()):
        assert (REPOSITORY / path).exists(), path


def test_the_files_that_contributing_names_are_there():
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:src|tests|man|scripts|mnt-example|\.ci)/[\w./-]*)`", text)
    assert len(paths) > 20
    for path in paths:
        assert (REPOSITORY / path).exists(), path


# --- the manual is whole ------------------------------------------------------------------------------------


def heads_of(text):
    """The lines above what is indented."""
    return "\n".join(re.findall(r"^(\*.+)\n\t", text, re.M))


def test_each_option_of_help_is_in_the_manual_and_no_other():
    text = run_ok(TRANSCRIPTFS, "--help")
    flags = set(re.findall(r"^ +(-\w)\b|(?<=[ ,])(--\w[\w-]*)", text.split("tree.\n")[1], re.M))
    lines = [re.split(r"\s{2,}", line.strip())[0] for line in text.splitlines() if re.match(r" {6}\w", line)]
    names = {name.split("=")[0] for line in lines for name in line.split(", ")}
    options, rest = page("transcriptfs.1").split("\n# OPTIONS\n")[1].split("## Options of the mount\n")
    mount, limits = rest.split("\n# EXIT STATUS")[0].split("## Limits\n")
    assert set(re.findall(r"(?<=\*)(?:(-\w)|(--[\w-]+))(?=\*)", heads_of(options))) == flags
    found = set(re.findall(r"\*([a-z_]+)(?=[=*])", heads_of(mount)))
    assert found | set(re.findall(r"^\|  (\w+)$", limits, re.M)) == names


def test_the_bounds_of_options_are_in_the_manual():
    """As the messages after a mistake tell them."""
    wanted = re.findall(r'^    \{"(\w+)", .*\.wanted = "[^"]*from (\d+) to (\d+)', (REPOSITORY / "src/option_list.c").read_text(), re.M)
    assert {name for name, _, _ in wanted} == {"poll", "threads"}
    for name, least, most in wanted:
        entry = re.search(rf"^\*{name}=\*.*\n((?:\t.*\n)+)", page("transcriptfs.1"), re.M)[1]
        assert f"from {least} to {most}" in entry, name


def test_the_exit_status_of_a_query_is_told_beside_that_of_a_mount():
    told = page("transcriptfs.1").split("\n# EXIT STATUS\n")[1].split("\n# ")[0]
    assert "*--query*" in told and "*transcriptfs-query*(7)" in told


def test_each_option_of_the_dump_is_in_its_page():
    usage = run(BUILD / "transcriptfs-dump").stderr
    options = page("transcriptfs-dump.1").split("\n# OPTIONS\n")[1].split("\n# ")[0]
    found = re.findall(r"^\*(--?[\w=-]+)\*", options, re.M)
    assert sorted(found) == sorted(re.findall(r"\[(--?[\w-]+(?:=name)?)", usage))


def test_each_key_of_the_configuration_is_in_the_manual():
    source = (REPOSITORY / "src/metadata/config.c").read_text()
    text = page("transcriptfs.yaml.5")
    rows = dict(re.findall(r'^    \{"(\w+)", "(by-[\w-]+)", \w+\}', source, re.M))
    table = re.findall(r"^\|  ([\w, ]+)\n:  (by-[\w-]+)$", text, re.M)
    assert rows and {key: view for keys, view in table for key in keys.split(", ")} == rows
    never = re.search(r"keys_without_view\[\] = \{(.*?)\};", source, re.S)[1]
    shown = text.split("These keys are no views")[1].split("\n\n")[0].split(":", 1)[1]
    assert re.findall(r"\*(\w+)\*", shown) == re.findall(r'"(\w+)"', never)
    known = set(re.findall(r'SLICE\("(\w+)"\)\)\)\n\s+err = read_', source))
    keys = text.split("\n# KEYS\n")[1].split("\n# ")[0]
    assert known == set(re.findall(r"\*(\w+)\*", " ".join(re.findall(r"^\*.*\*$", keys, re.M))))
    patterns = re.findall(r'"([^"]+)"', re.search(r"default_excludes\[\] = \{(.*?)\};", source, re.S)[1])
    stood = plain(keys.split("These patterns come before yours:")[1].replace("\\*", "@")).replace("@", "*")
    assert all(pattern in stood for pattern in patterns)


def formats_of_the_manual():
    """Each name with the line that is shown below it, or None."""
    text = page("transcriptfs-tree.7").split("\n# FORMATS\n")[1].split("\n# RECORDS\n")[0]
    heads = list(re.finditer(r"^\*([\w./-]+)\*(?:_\w+_\*/\*)?$", text, re.M))
    for head, end in zip(heads, [*(head.start() for head in heads[1:]), len(text)]):
        line = re.search(r"^\t```\n\t(.*)\n\t```$", text[head.end():end], re.M)
        yield head[1], line and re.sub(r"\\(.)", r"\1", line[1]).removesuffix("…").replace("→", "\t")


def test_the_formats_of_the_manual_are_whole_and_their_lines_are_real(example):
    rows = list(formats_of_the_manual())
    folders = [path.parent for path in (example.path / "episodes").rglob("source.*")]
    assert {name.split("/")[0] for name, _ in rows} == {name for folder in folders for name in os.listdir(folder)}
    for name, line in rows:
        if name.split("/")[0] in ("sections", "voices"):
            continue
        texts = [(folder / name).read_text() for folder in folders if (folder / name).exists()]
        assert line and any(line in text for text in texts), name


def test_each_format_of_help_is_in_the_manual():
    """Of many sources the example has none."""
    told = re.search(r"formats are: ((?:.|\n)*?)\n   and", run_ok(TRANSCRIPTFS, "--help"))[1]
    text = page("transcriptfs-tree.7").split("\n# FORMATS\n")[1].split("\n# RECORDS\n")[0]
    named = set(re.findall(r"[*_]([a-z][a-z.]+[a-z])(?=[*_/])", text))
    assert set(re.split(r",\s+", told)) - named == set()


def test_each_form_of_a_source_is_in_the_manual():
    source = (REPOSITORY / "src/cues/source_form.c").read_text()
    forms = re.findall(r'"(\w+)"', re.search(r"names\[SOURCE_FORMS\] = \{(.*?)\};", source, re.S)[1])
    tables = page("transcriptfs-tree.7").split("\n# TABLES\n")[1]
    assert re.findall(r"_(\w+)_", re.search(r"_form_ \((.*?)\)", tables, re.S)[1]) == forms[1:]


def test_the_fields_in_the_manual_are_those_of_the_tables(example):
    text = page("transcriptfs-tree.7")
    episode = example / "episodes/interviews/tea-mountain"
    records = text.split("\n# RECORDS\n")[1].split("\n# ")[0]
    fields = [name for line in re.findall(r"^\*\w+\*(?:, \*\w+\*)*$", records, re.M) for name in re.findall(r"\w+", line)]
    record = json.loads((episode / "turns.jsonl").read_text().splitlines()[0])
    assert fields == list(record) == (episode / "turns.tsv").read_text().splitlines()[0].split("\t")
    for table in [*episode.glob("*s.tsv"), episode / "glossary.tsv", example / "index/glossary.tsv",
                  example / "index/episodes.tsv", example / "index/counts.tsv",
                  example / "index/voices.tsv", example / "index/by-tag.tsv"]:
        if table.name == "turns.tsv":
            continue
        part = "TABLES" if table.parent.name == "index" else "FORMATS"
        entry = re.search(rf"^\*{table.name}\*.*\n((?:\t.*\n)+)", text.split(f"\n# {part}\n")[1], re.M)[1]
        named = [re.sub(r"\\", "", name) for name in re.findall(r"(?<!\w)_([\w\\]+?)_(?!\w)", entry)]
        head = table.read_text().splitlines()[0].split("\t")
        assert [name for name in named if name in head] == head, table


@pytest.mark.parametrize("name", PAGES)
def test_programs_that_read_manual_pages_find_nothing_wrong(name):
    """But for what scdoc writes: it makes a paragraph before each indented part, and does not break lines."""
    made = BUILD / "man" / name
    if not made.exists():
        pytest.skip("the manual is not built: there is no scdoc")
    for program in ("man", "mandoc"):
        if not shutil.which(program):
            pytest.skip(f"there is no {program}")
    told = run("man", "--warnings=w", "-l", made, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PAGER": "cat"})
    assert told.returncode == 0 and told.stdout and not told.stderr
    lint = run("mandoc", "-T", "lint", made).stdout.splitlines()
    known = ("skipping paragraph macro: PP", "input text line longer than 80 bytes",
             "lower case character in document title")
    assert not [line for line in lint if not any(habit in line for habit in known)]
    html = run_ok("mandoc", "-T", "html", made)
    assert "<table" in html and "NAME" in html


def test_the_pages_are_installed(tmp_path):
    if not (BUILD / "man" / PAGES[0]).exists():
        pytest.skip("the manual is not built: there is no scdoc")
    run_ok("cmake", "--install", BUILD, "--prefix", tmp_path)
    for name in PAGES:
        assert (tmp_path / "share/man" / f"man{name[-1]}" / name).stat().st_size > 1000
    assert (tmp_path / "bin/transcriptfs").exists()


def test_the_example_holds_no_more_than_it_shows():
    assert 6 <= sum(name.endswith(".md") for _, _, names in os.walk(EXAMPLE) for name in names) <= 10
