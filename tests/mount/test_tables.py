"""The programs that take the tables of index/ with one command each: those of the manual, run on the example, whose output
it shows, and on cells that look like something else."""

import csv
import json
import os
import re
import shlex

import pytest

from test_formats import json_lines, need, unescape
from test_readme import is_of_another_program, shown_in
from tools import Mount, run, run_ok, write_content

# What the command line of DuckDB does with "-csv -noheader -c SQL".
DUCKDB = """
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run(`copy (${process.argv[5]}) to '/dev/stdout' (format csv, header false)`);
})();
"""

# Words, labels and titles that are read as nothing, as numbers or as days where nobody says that they are text.
ODD = ["null", "NA", "NaN", "None", "TRUE", "007", "1e5", "2024-01-05", "# no comment", "\"quoted", "it's", "a\\tb \\\\ c",
       "'", "50 %", "-", "写", "\\N", "a,b;c|d"]
HARD = {
    # More records of few types than a program looks at before it decides.
    **{f"first{i}.md": "**Ana:** 1\n\n**Bo:** 2\n\n" * 8_500 for i in range(2)},
    "one.md": "---\ntitle: '1984'\ndate: 2024-05\nSeries: A\nGuest: {Name: Ana}\n---\n"
              + "".join(f"**{'NA' if i % 2 else '007'}:** {words}\n\n" for i, words in enumerate(ODD)),
    "sub/\"two\".md": "---\ntitle: 'NA'\ndate: 2024-05-06\nseries: b\nguest: {name: Bo}\n---\n"
                      + "".join(f"**Ana:** [0:{i:02}.5] {words}\n\n**Bo:** {words}\n\n" for i, words in enumerate(ODD)),
    "three.md": "Nobody says\n\nwho speaks.\n",
}


@pytest.fixture(scope="module")
def hard(fuse, tmp_path_factory):
    with Mount(write_content(tmp_path_factory.mktemp("hard"), HARD), tmp_path_factory.mktemp("hard-mount")) as mounted:
        mounted.records = json_lines(mounted / "index/turns.jsonl")
        yield mounted


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory):
    """A folder with the program: Debian has none, npm has a library."""
    need("npm")
    folder = tmp_path_factory.mktemp("duckdb")
    (folder / "duckdb.js").write_text(DUCKDB)
    made = run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--fetch-retries=0", "--prefer-offline",
               "@duckdb/node-api@latest")
    if made.returncode:
        pytest.skip("npm does not get @duckdb/node-api: " + made.stderr.split("\n")[0])
    (folder / "duckdb").write_text(f"#!/bin/sh\nexec node {shlex.quote(os.fspath(folder))}/duckdb.js \"$@\"\n")
    (folder / "duckdb").chmod(0o755)
    return folder


@pytest.fixture
def ask(request):
    """Runs a command of the manual in a folder; what it prints."""
    def asked(command, cwd):
        path = os.environ["PATH"]
        if command.startswith("duckdb "):
            path = f"{request.getfixturevalue('duckdb')}:{path}"
        elif command.startswith("python3 "):
            path = f"/usr/bin:{path}"  # Debian's, whose packages are Debian's too
            if "pandas" in command and run("/usr/bin/python3", "-c", "import pandas").returncode:
                pytest.skip("pandas is not installed (scripts/install-needs consumers)")
        else:
            need(command.split()[0])
        return run_ok("sh", "-c", command, cwd=cwd, env={**os.environ, "PATH": path})

    return asked


@pytest.mark.parametrize("command, shown", [look for look in shown_in("transcriptfs-tree.7") if is_of_another_program(look)])
def test_a_command_shows_what_the_manual_says(example, ask, command, shown):
    assert ask(command, example.path) == shown.rstrip("\n") + "\n" * (not command.startswith("Rscript"))


def commands(*programs):
    """Those of the manual that count the turns."""
    found = [command for command, shown in shown_in("transcriptfs-tree.7") if re.fullmatch(r"43\W17\W286(\.0)?\n*", shown)]
    assert len(found) == 7
    return [command for command in found if not programs or command.split()[0] in programs]


@pytest.mark.parametrize("command", commands())
def test_all_count_the_same(hard, ask, command):
    records = hard.records
    assert {record["text"] for record in records} >= {"null", "007", "# no comment", "\"quoted"}
    counted = ask(command, hard.path)
    assert [float(number) for number in re.split(r"[\s,]+", counted.strip())] == [
        len(records), len({record["voice"] for record in records} - {None}), max(record["start"] or 0 for record in records)]


@pytest.mark.parametrize("command", commands("duckdb", "python3"))
def test_types_and_words_are_right(hard, ask, command):
    """What the program made of the table, as JSON."""
    if command.startswith("duckdb"):
        reads = re.search(r"from (read_.*\))\"$", command)[1]
        made = ask(f"duckdb -csv -noheader -c \"select to_json(t) from {reads} t\"", hard.path)
        made = [json.loads(row[0]) for row in csv.reader(made.splitlines())]
    else:
        reads = re.search(r"pandas[.]read_.*?(?=; print)", command)[0]
        made = ask(f"python3 -c \"import pandas; print({reads}.to_json(orient='records', lines=True), end='')\"", hard.path)
        made = [json.loads(line) for line in made.splitlines()]
    if ".tsv" in command:
        made = [{name: unescape(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in made]
    names = ("episode", "turn", "start", "voice", "text", "title", "date", "ref")
    assert [[row[name] for name in names] for row in made] == [
        [row[name] for name in names] for row in hard.records]


def test_front_matter_may_have_names_that_differ_by_case(hard, ask):
    command, = [command for command, _ in shown_in("transcriptfs-tree.7") if "meta: 'JSON'" in command]
    assert ask(command, hard.path) == "b,1\n"
