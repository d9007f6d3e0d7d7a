"""Who polls sees through the mount what he sees in the content folder: find -newer, rsync, tar -g, git, make.

A mount tells nobody of its changes, so times are all that these have. The content is edited at random, with restores of
old times among it; then each tool runs over both, and has to come to the same.
"""

import os
import random

import pytest

from test_live import settle, talk
from tools import read, run_ok, write_content

ROUNDS = 8
OLD = 1_000_000_000


class Content:
    """A content folder, and what somebody may do to it."""

    def __init__(self, folder, seed):
        self.folder, self.rng, self.kept = folder, random.Random(seed), []
        self.number = 0

    def files(self):
        return sorted(path for path in self.folder.rglob("*.md") if "sentinel" not in path.name)

    def folders(self):
        return sorted(path for path in self.folder.rglob("*") if path.is_dir()) + [self.folder]

    def new_path(self):
        self.number += 1
        return self.rng.choice(self.folders()) / f"n{self.number}.md"

    def text(self):
        self.number += 1
        return talk(f"T {self.number}", turns=(("Ann", f"words {self.number:06}"),) * self.rng.randint(1, 3))

    def add(self):
        self.new_path().write_text(self.text())

    def add_old(self):
        """As cp -p and mv of a file from elsewhere."""
        path = self.new_path()
        path.write_text(self.text())
        os.utime(path, ns=(0, (OLD + self.number) * 10**9 + 5))

    def edit(self):
        self.rng.choice(self.files()).write_text(self.text())

    def edit_quietly(self):
        """The length and the time stay: only the ctime tells."""
        path = self.rng.choice(self.files())
        before = path.stat()
        path.write_bytes(read(path).replace(b"words", self.rng.choice([b"World", b"Wolds", b"Works"])))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def replace(self):
        path = self.rng.choice(self.files())
        other = path.with_name(".new")
        other.write_text(self.text())
        os.replace(other, path)

    def remove(self):
        if len(self.files()) > 4:
            self.rng.choice(self.files()).unlink()

    def rename(self):
        os.rename(self.rng.choice(self.files()), self.new_path())

    def rename_folder(self):
        path = self.rng.choice(self.folders())
        if path != self.folder and path.exists():
            self.number += 1
            os.rename(path, path.with_name(f"d{self.number}"))

    def make_folder(self):
        self.number += 1
        path = self.rng.choice(self.folders()) / f"d{self.number}"
        path.mkdir()
        (path / "first.md").write_text(self.text())

    def keep(self):
        path = self.rng.choice(self.files())
        self.kept.append((path.relative_to(self.folder), read(path), path.stat().st_mtime_ns))

    def restore(self):
        """From a backup: what it was, with the time that it had."""
        if not self.kept:
            return self.keep()
        name, text, mtime = self.rng.choice(self.kept)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        os.utime(path, ns=(mtime, mtime))

    def touch(self):
        path = self.rng.choice(self.files())
        os.utime(path, self.rng.choice([None, (OLD, OLD), (OLD + OLD // 2, OLD + OLD // 2)]))

    def change(self, count):
        for _ in range(count):
            self.rng.choice([self.add, self.add_old, self.edit, self.edit, self.edit_quietly, self.edit_quietly, self.replace,
                             self.remove, self.rename, self.rename_folder, self.make_folder, self.keep, self.restore,
                             self.touch])()


def sources(names):
    """The content files behind paths of episodes: a/b/source.md is a/b.md."""
    return sorted(os.path.dirname(name) + ".md" for name in names if name.endswith("/source.md"))


def markdown(names):
    return sorted(name for name in names if name.endswith(".md"))


class Find:
    """By the time, and by that which nobody can set."""

    def __init__(self, folder, place):
        self.folder, self.stamp = folder, place / "stamp"
        self.stamp.write_text("")

    def look(self):
        found = [run_ok("find", ".", "-type", "f", how, self.stamp, "-printf", f"%P {how}\n", cwd=self.folder).splitlines()
                 for how in ("-newer", "-cnewer")]
        self.stamp.write_text("again")
        return found

    def names(self, select):
        return [select(line.split(" ")[0] for line in found) for found in self.look()]


class Rsync:
    def __init__(self, folder, place):
        self.folder, self.copy = folder, place / "rsync"
        self.names(sorted)

    def names(self, select):
        told = run_ok("rsync", "-rti", "--delete", "--include=*/", "--include=*.md", "--exclude=*", f"{self.folder}/", f"{self.copy}/")
        lines = [line.split(" ", 1) for line in told.splitlines()]
        return [select(name.strip() for what, name in lines if what.startswith(kind)) for kind in (">f", "*deleting")]


class Tar:
    """The archives, unpacked one over the other, have to give what is there."""

    def __init__(self, folder, place):
        self.folder, self.place, self.restored = folder, place, place / "restored"
        self.restored.mkdir()
        self.names(sorted)

    def names(self, select):
        archive = self.place / "part.tar"
        run_ok("tar", "-c", "-f", archive, "-g", self.place / "snapshot", "-C", self.folder, ".")
        # Folders of a mount are read-only: who is not root could replace nothing in what he restored.
        run_ok("chmod", "-R", "u+w", self.restored)
        run_ok("tar", "-x", "-f", archive, "-g", "/dev/null", "-C", self.restored)
        return select(name.removeprefix("./") for name in run_ok("tar", "-t", "-f", archive).splitlines())

    def check(self):
        assert run_ok("diff", "-r", self.folder, self.restored) == ""


class Git:
    def __init__(self, folder, place):
        self.folder, self.place = folder, place / "git"
        run_ok("git", "init", "-q", "--bare", self.place)
        self.git("update-index", "--force-untracked-cache")
        self.take()

    def git(self, *args):
        return run_ok("git", "-c", "core.fileMode=false", "-c", "core.untrackedCache=true", "-c", "core.bare=false", "-c",
                      "core.quotePath=false", "--git-dir", self.place, "--work-tree", self.folder, *args, cwd=self.folder)

    def take(self):
        self.git("add", "-A", ".")
        self.git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "state")

    def names(self, select):
        told = self.git("status", "--porcelain", "-uall", "--no-renames").splitlines()
        return select(line[3:] for line in told)


class Make:
    """One rule a file: what is made of it anew."""

    def __init__(self, folder, place):
        self.folder, self.place = folder, place / "made"
        self.place.mkdir()
        self.names(sorted)

    def names(self, select):
        names = run_ok("find", ".", "-name", "*.md", "-printf", "%P\n", cwd=self.folder).split()
        made = {name: f"{self.place}/{name.replace('/', '+')}" for name in names}
        rules = [f"{made[name]}: {self.folder}/{name}\n\t@echo {name}; touch $@\n" for name in names]
        (self.place / "Makefile").write_text(f"all: {' '.join(made.values())}\n" + "".join(rules))
        return select(run_ok("make", "-s", "-f", self.place / "Makefile").splitlines())


@pytest.mark.parametrize("seed", range(3))
def test_whoever_polls_sees_the_same(mount, tmp_path, seed):
    folder = write_content(tmp_path / "content", {f"{folder}t{n}.md": talk(f"T {n}") for folder in ("", "a/", "a/b/") for n in range(4)})
    content = Content(folder, seed)
    mounted = mount(folder)
    settle(mounted)
    episodes = mounted / "episodes"
    pairs, places = [], [tmp_path / "of-content", tmp_path / "of-mount"]
    for place in places:
        place.mkdir()
    for tool in (Find, Make, Rsync, Tar, Git):
        made = []
        for place, what in zip(places, (folder, episodes)):
            (place / tool.__name__).mkdir()
            made.append(tool(what, place / tool.__name__))
        pairs.append(made)
    for _ in range(ROUNDS):
        content.change(6)
        settle(mounted)
        for in_content, in_mount in pairs:
            kind = type(in_content)
            expected, found = in_content.names(markdown), in_mount.names(sources)
            if kind is Tar:
                # A folder that was renamed is another one here: all in it is taken again.
                assert set(found) >= set(expected), (kind, seed)
                in_content.check()
                in_mount.check()
            else:
                assert found == expected, (kind, seed)
            if kind is Git:
                in_content.take()
                in_mount.take()
