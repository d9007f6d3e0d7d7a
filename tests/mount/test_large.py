"""Much of everything: right answers, and memory that stays within bounds."""

import json
import os
import random
import re
import threading
import time

import pytest

from tools import TIMEOUT, Mount, is_sanitized, run_ok, shell, write_content

MB = 1_000_000


def resident(mounted, what="VmHWM"):
    """MB of the process that serves; at most so far."""
    with open(f"/proc/{mounted.worker}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what + ":")) / 1024


def episode(turns, words):
    return "---\ntitle: Large\ntags: [large]\n---\n" + "".join(
        f"**{'Ann' if n % 2 else 'Bo'}:** turn {n} {words}\n\n" for n in range(1, turns + 1))


def test_ten_thousand_turns(mount):
    mounted = mount({"it.md": episode(10_000, "of many")})
    turns = mounted / "episodes/it/turns"
    assert sorted(os.listdir(turns)) == [f"{n:05}.txt" for n in range(1, 10_001)]
    assert (turns / "09999.txt").read_text() == "Ann: turn 9999 of many\n"
    assert shell("wc -l < text/it.txt", mounted.path).strip() == "10000"
    assert len(os.listdir(mounted / "episodes/it/voices/Bo")) == 5_000


@pytest.mark.parametrize("cache", ["64M", "1M", "0"])
def test_an_episode_of_fifty_megabytes(mount, cache):
    """Also where the cache is smaller than it is."""
    turns, words = 10_000, "and so on " * 500
    mounted = mount({"it.md": episode(turns, words.strip()), "small.md": episode(3, "here")}, "-o", f"cache_size={cache}")
    assert os.stat(mounted.content / "it.md").st_size > 50 * MB
    folder = mounted / "episodes/it"
    line = f"Bo: turn 5000 {words.strip()}\n"
    assert (folder / "turns/05000.txt").read_text() == line
    assert run_ok("sed", "-n", "5000p", folder / "transcript.txt") == line
    assert run_ok("cmp", folder / "source.md", mounted.content / "it.md") == ""
    assert (mounted / "episodes/small/turns/003.txt").read_text() == "Ann: turn 3 here\n"
    if not is_sanitized():
        # The file, what Markdown is made of it, and the text.
        assert resident(mounted) < 64 + 16 + 8 * 50


def test_a_hundred_thousand_episodes_in_one_folder(mount, tmp_path):
    """… with fifty thousand values in one view."""
    count = 10_000 if is_sanitized() else 100_000
    content = tmp_path / "many"
    content.mkdir()
    for n in range(count):
        file = os.open(f"{content}/e{n:06}.md", os.O_WRONLY | os.O_CREAT)
        os.write(file, f"---\ntitle: T{n}\ntags: [tag {n // 2}]\n---\n**Ann:** word{n}\n".encode())
        os.close(file)
    mounted = mount(content)
    most, rest = resident(mounted), resident(mounted, "VmRSS")
    if not is_sanitized():
        # 1 KB an episode and 4 MB; half as much more while the start reads them.
        assert rest < count / 1024 + 4
        assert most < rest * 1.5 + 4
    assert len(os.listdir(mounted / "episodes")) == count
    assert len(os.listdir(mounted / "by-tag")) == count // 2
    assert sorted(os.readlink(entry) for entry in os.scandir(mounted / "by-tag/tag 777")) == [
        "../../episodes/e001554", "../../episodes/e001555"]
    assert (mounted / f"episodes/e{count - 1:06}/turns/001.txt").read_text() == f"Ann: word{count - 1}\n"
    assert len(os.listdir(mounted / "text")) == count
    assert shell("wc -l < index/by-tag.tsv", mounted.path).strip() == str(count // 2 + 1)
    if not is_sanitized():
        # 4 KB an episode, what listings ask for, and 16 MB.
        assert resident(mounted) < count * 4 / 1024 + 64 + 16


def test_a_start_in_steps_makes_what_one_change_makes(mount, tmp_path):
    """More files than a step of the start builds at once, with two of the same entry at either end."""
    files = {f"a.{n:04}.md": f"---\ntitle: T\ntags: [t{n % 7}]\n---\nAnn: word{n}\n" for n in range(9000)}
    files |= {"a--b.md": "---\ntitle: Same\ntags: [t0]\n---\nAnn: A\n", "a/b.md": "---\ntitle: Same\ntags: [t0]\n---\nAnn: B\n",
              "stray.md/x.txt": "", "b.md": "---\ntitle: [\n---\n"}
    content = write_content(tmp_path / "all", files)
    in_steps, grown = mount(content), mount({"b.md": files["b.md"]})
    run_ok("cp", "-a", f"{content}/.", grown.content)
    lists = ("episodes", "episodes/a", "text", "text/a", "by-tag", "by-tag/t0", "by-tag/t6")
    wanted = {name: run_ok("ls", "-i", in_steps / name) for name in lists}
    assert wanted["by-tag/t0"].count("Same") == 2
    end = time.monotonic() + TIMEOUT
    while len(os.listdir(grown / "episodes")) < len(os.listdir(in_steps / "episodes")) and time.monotonic() < end:
        time.sleep(0.05)
    assert {name: run_ok("ls", "-i", grown / name) for name in lists} == wanted
    problems = ".transcriptfs/problems.tsv"
    assert (grown / problems).read_text() == (in_steps / problems).read_text() != ""


def test_two_hundred_threads_reading(mount):
    mounted = mount({f"e{n:02}.md": episode(100, f"in {n}") for n in range(50)}, "-o", "cache_size=1M")
    wrong = []

    def read(seed):
        chance = random.Random(seed)
        for _ in range(30):
            number, turn = chance.randrange(50), chance.randrange(1, 101)
            path = mounted / f"episodes/e{number:02}/turns/{turn:03}.txt"
            if path.read_text() != f"{'Ann' if turn % 2 else 'Bo'}: turn {turn} in {number}\n":
                wrong.append(path)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- what is thousands of times as long as its source ---------------------------------------------------


def repeating(turns):
    """Each record repeats the address and a heading."""
    return (f"---\ntitle: T\nurl: https://example.org/{'u' * 2000}\n---\n# {'h' * 1000}\n\n" +
            "".join("**A:** w\n\n" if n != turns // 2 else "### Middle\n\n#### Deep\n\n**B:** w\n\n"
                    for n in range(turns)))


def test_memory_and_others_while_long_texts_are_read(mount):
    """Eleven megabytes of content are five gigabytes of records; who asks for something else does not wait for them."""
    if is_sanitized():
        pytest.skip("a sanitizer takes several times the memory")
    folder = "/".join(letter * 240 for letter in "abc")
    mounted = mount({f"{folder}/e{n:02}.md": repeating(44_000) for n in range(22)})
    done, longest = [], 0

    def read(number):
        with open(mounted / f"episodes/{folder}/e{number:02}/turns.jsonl", "rb") as file:
            done.append(len(file.read(1 << 20)))

    readers = [threading.Thread(target=read, args=(n,)) for n in range(22)]
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        begin = time.monotonic()
        assert "turns.jsonl" not in run_ok("ls", mounted / "index")
        longest = max(longest, time.monotonic() - begin)
        readers[len(done) % 22].join(0.1)
    assert done == [1 << 20] * 22
    assert resident(mounted) < 700
    assert longest < 4  # it is a tenth of that where nobody else uses the machine


@pytest.fixture(scope="module")
def long_text(fuse, tmp_path_factory):
    content = write_content(tmp_path_factory.mktemp("long"), {"it.md": repeating(2_000), "other.md": episode(3, "here")})
    with Mount(content, tmp_path_factory.mktemp("mnt")) as mounted:
        yield mounted


def test_the_records_of_a_long_text(long_text):
    records = [json.loads(line) for line in open(long_text / "episodes/it/turns.jsonl", encoding="utf-8")]
    assert [record["turn"] for record in records] == list(range(1, 2_001))
    assert {record["heading"] for record in records} == {"h" * 1000, "Deep"}
    assert len({record["ref"] for record in records}) == 2_000
    with open(long_text / "episodes/it/turns.tsv", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    assert rows[0][:3] == ["id", "episode", "turn"]
    assert [row[rows[0].index("ref")] for row in rows[1:]] == [record["ref"] for record in records]
    with open(long_text / "episodes/it/quotes.txt", encoding="utf-8") as file:
        assert [line.split(", ")[-1].strip() for line in file] == [record["ref"] for record in records]
    whole = [json.loads(line) for line in open(long_text / "index/turns.jsonl", encoding="utf-8")]
    assert whole[:2_000] == [record | {"title": "T", "date": None} for record in records]
    assert [record["id"] for record in whole[2_000:]] == ["other#1", "other#2", "other#3"]


def test_the_page_of_a_long_text(mount):
    """One over a mebibyte has the same parts as a short one, each once."""
    mounted = mount({"long.md": repeating(12_000), "short.md": repeating(120)})

    def parts(name):
        page = (mounted / f"episodes/{name}/transcript.html").read_text()
        return len(page), re.sub(r'(<div class="turn".*?</div>\n)+', "turns\n", page, flags=re.S), re.findall(r'id="turn-(\d+)"', page)

    size, frame, turns = parts("long")
    assert size > 1 << 20 and turns == [str(n) for n in range(1, 12_001)]
    assert frame == parts("short")[1]


@pytest.mark.parametrize("name", ["episodes/it/turns.jsonl", "episodes/it/quotes.txt", "index/turns.tsv"])
def test_any_range_of_a_long_text(mount, long_text, name):
    whole = (long_text / name).read_bytes()
    assert len(whole) == os.stat(long_text / name).st_size > 4 * MB
    again = mount(long_text.content, "-o", "cache_size=1M") / name
    chance = random.Random(1)
    with open(again, "rb", buffering=0) as file:
        for _ in range(40):
            at, size = chance.randrange(len(whole) + 1000), chance.choice([1, 4096, 100_000, 3_000_000])
            assert os.pread(file.fileno(), size, at) == whole[at:at + size]
