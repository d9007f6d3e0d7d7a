"""Tables over many episodes that are too long to be kept: index/turns.jsonl, index/turns.tsv, those of a selection."""

import concurrent.futures
import errno
import json
import mmap
import os

import pytest

from test_formats import json_lines, table
from test_live import wait_until
from tools import run_ok, write_content

EPISODES, TURNS = 40, 30


def words_of(episode, turn):
    return f"**{'Ana' if turn % 2 else 'Bo'}:** Number {turn} of {episode}, \"said\"\tand 写.\n\n"


def text_of(episode):
    return f"---\ntitle: The {episode}th\ndate: 2024-01-{episode % 28 + 1:02}\n---\n" + "".join(
        words_of(episode, turn) for turn in range(TURNS))


@pytest.fixture
def live(mount):
    return mount({f"talk{i:02}.md": text_of(i) for i in range(EPISODES)})


def change(live, act):
    generation = live / ".transcriptfs/generation"
    before = int(generation.read_text())
    act()
    wait_until(lambda: int(generation.read_text()) > before, "the change is not followed")


def misses(mounted):
    return json.loads((mounted / ".transcriptfs/status.json").read_text())["cache"]["misses"]


def expected(mounted):
    """Each record of each episode, and what the episode is called."""
    for row in table(mounted / "index/episodes.tsv"):
        records = mounted / "episodes" / row["episode"] / "turns.jsonl"
        for record in json_lines(records) if records.exists() else []:
            yield record | {"title": row["title"] or row["episode"], "date": row["date"] or None}


def test_it_has_all_records(mounted):
    records = list(expected(mounted))
    assert json_lines(mounted / "index/turns.jsonl") == records
    rows = table(mounted / "index/turns.tsv")
    assert list(rows[0]) == list(records[0])
    assert [(row["id"], row["ref"], row["text"], row["date"]) for row in rows] == [
        (record["id"], record["ref"], record["text"], record["date"] or "") for record in records]
    assert not {"turns.jsonl", "turns.tsv"} & set(os.listdir(mounted / "index"))


@pytest.mark.parametrize("name", ["turns.jsonl", "turns.tsv"])
def test_any_range_is_the_same_part(mount, live, name):
    path = live / "index" / name
    size = os.stat(path).st_size
    whole = path.read_bytes()
    assert len(whole) == size
    assert run_ok("tail", "-c", "1000", path, text=False) == whole[-1000:]
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert mapped[:] == whole
    # Readers that go on where another was, each for itself and in the middle of records.
    again = mount(live.content) / "index" / name

    def read_by(step):
        with open(again, "rb", buffering=0) as file:
            return b"".join(os.pread(file.fileno(), step, at) for at in range(0, size, step))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert set(pool.map(read_by, (4096, 10_000, 33_333, 131_072))) == {whole}


def test_what_was_opened_before_a_change_gives_its_own_bytes(mount, live):
    path = live / "index/turns.jsonl"
    before = [json.loads(line) for line in path.read_bytes().splitlines()]
    whole = path.read_bytes()
    again = mount(live.content)
    fd = os.open(again / "index/turns.jsonl", os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)  # or the kernel reads it all before
    change(again, lambda: write_content(live.content, {"talk20.md": text_of(20).replace("Number", "The number")}))
    first = whole.index(b'{"id":"talk20#1"')
    assert os.fstat(fd).st_size == len(whole)
    assert os.pread(fd, 1000, 0) == whole[:1000]
    assert os.pread(fd, 1000, len(whole) - 1000) == whole[-1000:]
    with pytest.raises(OSError) as stale:
        os.pread(fd, 100, first + 5000)
    assert stale.value.errno == errno.ESTALE
    os.close(fd)
    now = json_lines(again / "index/turns.jsonl")
    assert len(now) == len(before)
    assert [a == b for a, b in zip(now, before)] == [a["episode"] != "talk20" for a in before]


def test_only_what_changed_is_counted(live):
    path = live / "index/turns.jsonl"
    size = os.stat(path).st_size
    first = misses(live)
    assert first >= EPISODES
    change(live, lambda: write_content(live.content, {"talk07.md": text_of(7) + words_of(7, TURNS + 1)}))
    assert os.stat(path).st_size > size
    assert misses(live) - first <= 6, "the front matter and body of one episode"
    change(live, lambda: os.remove(live.content / "talk07.md"))
    assert os.stat(path).st_size < size
    assert misses(live) - first <= 6


def test_front_matter_is_read_with_the_body(live):
    before = misses(live)
    assert (live / "episodes/talk01/turns.jsonl").read_bytes()
    assert misses(live) - before == 2, "the body and the text"


def test_the_files_of_a_selection_are_whole_tables_too(live):
    found = live / "search/said"
    for name in ("turns.jsonl", "turns.tsv"):
        assert (found / name).read_bytes() == (live / "index" / name).read_bytes()
    quotes = [path.read_text() for path in sorted((live / "episodes").glob("*/quotes.txt"))]
    assert (found / "quotes.txt").read_text() == "".join(quotes)
    some = json_lines(live / "search/\"number 7\"/turns.jsonl")
    assert [record["turn"] for record in some] == [8] * EPISODES


def test_a_table_of_a_selection_is_counted_while_its_turns_are_found(mount):
    live = mount({f"talk{i:02}.md": text_of(i) for i in range(EPISODES)}, "-o", "cache_size=0")
    wanted = (live / "index/turns.tsv").read_bytes()
    before = misses(live)
    assert os.stat(live / "search/number/turns.tsv").st_size == len(wanted)
    assert misses(live) - before <= EPISODES, "each body is parsed once"
    assert (live / "search/number/turns.tsv").read_bytes() == wanted


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_read_takes_the_rows_that_were_counted(mount, is_listed):
    """Few rows of many bodies, which the cache has no room for: a body is parsed once for the turns, and once for the rows
    where the turns were found before."""
    live = mount({f"talk{i:02}.md": text_of(i) for i in range(EPISODES)}, "-o", "cache_size=100K")
    folder = live / "search/\"number 7\""
    if is_listed:
        assert len(os.listdir(folder / "turns")) == EPISODES
    before = misses(live)
    size = os.stat(folder / "turns.tsv").st_size
    counted = misses(live)
    assert counted - before <= 2 * EPISODES, "a body and a row of each"
    rows = (folder / "turns.tsv").read_bytes()
    assert len(rows) == size and rows.count(b"\n") == 1 + EPISODES and misses(live) == counted
    change(live, lambda: write_content(live.content, {"talk07.md": text_of(7).replace("said", "told")}))
    again = (folder / "turns.tsv").read_bytes()
    assert again != rows and len(again) == len(rows) and misses(live) - counted < EPISODES / 2
    assert (live / "index/turns.tsv").read_bytes().count(b"\n") == 1 + EPISODES * TURNS
    cache = json.loads((live / ".transcriptfs/status.json").read_text())["cache"]
    assert cache["used_bytes"] <= cache["limit_bytes"]


def test_a_selection_that_was_opened_before_a_change_gives_its_own_bytes(live):
    path = live / "search/number/turns.jsonl"
    whole = path.read_bytes()
    with open(path, "rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        change(live, lambda: write_content(live.content, {"talk20.md": text_of(20).replace("Number", "The number")}))
        assert os.fstat(file.fileno()).st_size == len(whole)
        assert os.pread(file.fileno(), 1000, 0) == whole[:1000]
        assert os.pread(file.fileno(), 1000, len(whole) - 1000) == whole[-1000:]
    assert len(path.read_bytes()) == len(whole) + 4 * TURNS


def test_a_selection_of_any_length_can_be_read(mount):
    """Each record has the title: more than 256 MiB of them, which is the most that a text may have that is kept."""
    turns, episodes = 60_000, 6
    title = "A title " * 120
    live = mount({f"talk{i}.md": f"---\ntitle: {title}\n---\n" + "".join(
        f"**{'Ana' if turn % 2 else 'Bo'}:** Hello.\n\n" for turn in range(turns)) for i in range(episodes)})
    path = live / "search/hello/turns.tsv"
    assert os.stat(path).st_size > 256 << 20
    count = 0
    with open(path, "rb") as file:
        for line in file:
            count += line.endswith(b"\n")
    assert count == 1 + turns * episodes
