"""Much of everything: right answers, and memory that stays within bounds."""

import os
import random
import threading

import pytest

from tools import is_sanitized, run_ok, shell

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
