"""Who sees what, where a mount lets others in: what they could read in the content folder, and no more.

Each test mounts as root and reads as somebody who has nothing but one user and one group.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tools import (CAP_DAC_READ_SEARCH, TIMEOUT, TRANSCRIPTFS, can_have, dump_of_content, dump_of_mount, run, run_ok,
                   write_content)

NOBODY = 65534  # in no group but his own
MEMBER = 12345  # of the group of the content, and of no other
GROUP = 23456
OWNER = 34567

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount for others and read as somebody else"),
    pytest.mark.skipif(not can_have(CAP_DAC_READ_SEARCH), reason="root may not read what belongs to others here"),
]


def talk(title, tag, date, speaker="Ann", more=""):
    return f"---\ntitle: {title}\ndate: {date}\ntags: [{tag}, shared]\n{more}---\n**{speaker}:** Words of {title}.\n"


# Of the private one each fact stands nowhere else: whoever finds one has found a leak.
OPEN = talk("Open", "open-tag", "2024-01-02")
PRIVATE = talk("Hidden", "hidden-tag", "2021-12-24", "Herbert", "people: hidden-person\nguest: [Hidden Guest]\n") + \
    "\n**Herbert:** **hidden-term**（Original: hidden-definition）\n\n<details><summary>Original English</summary>\n\n" \
    "**Herbert:** Hidden original.\n\n</details>\n"
FACTS = ("hidden", "2021", "herbert")


@pytest.fixture
def content():
    """A folder that everybody reaches, which one of pytest's is not."""
    folder = Path(tempfile.mkdtemp(prefix="transcriptfs-access-"))
    folder.chmod(0o755)
    write_content(folder / "content", {"open.md": OPEN, "secret.md": PRIVATE, "sub/one.md": OPEN})
    for path in [folder / "content", *folder.rglob("content/**/*")]:
        os.chown(path, OWNER, GROUP)
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield folder / "content"
    shutil.rmtree(folder)


@pytest.fixture
def place(content):
    path = content.parent / "mnt"
    path.mkdir()
    return path


@pytest.fixture
def mount_for_others(mount, content):
    return lambda *options: mount(content, "-o", ",".join(["allow_other", *options]))


def as_user(uid, gid, *command, **options):
    return run("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *command, **options)


def can_read(path, uid=NOBODY, gid=NOBODY):
    result = as_user(uid, gid, "cat", path)
    assert result.returncode == 0 or "Permission denied" in result.stderr, result.stderr
    return result.returncode == 0


def can_list(path, uid=NOBODY, gid=NOBODY):
    result = as_user(uid, gid, "ls", path)
    assert result.returncode == 0 or "Permission denied" in result.stderr, result.stderr
    return result.returncode == 0


def all_that_is_seen(mounted, uid=NOBODY, gid=NOBODY):
    """Every name, target and word that somebody gets out of a mount, in one text."""
    walk = "find . -printf '%p %l\\n'; find .transcriptfs -printf '%p\\n'; " \
           "find . .transcriptfs -type f -exec cat {} +; df --output=size,iused . "
    return as_user(uid, gid, "sh", "-c", walk, cwd=mounted.path).stdout


def status(mounted):
    return json.loads((mounted / ".transcriptfs/status.json").read_text())


def wait_until(true, what):
    end = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.002)


@contextlib.contextmanager
def followed(mounted):
    """What is changed inside is followed behind it, and the kernel knows of it."""
    generation = mounted / ".transcriptfs/generation"
    before = int(generation.read_text())
    yield
    wait_until(lambda: int(generation.read_text()) != before and not status(mounted)["scanning"],
               "the change is not followed")


def places_of(episode):
    return [f"episodes/{episode}/source.md", f"episodes/{episode}/turns/001.txt", f"text/{episode}.txt"]


def assert_private(mounted, is_private, uid=NOBODY, gid=NOBODY):
    """Whether somebody reads secret.md, and whether all that gathers from it tells of it."""
    readable = {path: can_read(mounted / path, uid, gid) for path in places_of("secret")}
    assert set(readable.values()) == {not is_private}, readable
    # What may be seen of it is its name in the content.
    seen = all_that_is_seen(mounted, uid, gid).lower()
    found = [fact for fact in FACTS if fact in seen]
    assert found == ([] if is_private else list(FACTS)), found


# --- modes and owners ---------------------------------------------------------------------------------


def modes(root):
    """{path: (owner, group, mode)}, but for links, which have no mode."""
    found = {}
    for path in [root, *root.rglob("*")]:
        st = path.lstat()
        if not path.is_symlink():
            found[path.relative_to(root).as_posix()] = (st.st_uid, st.st_gid, st.st_mode & 0o7777)
    return found


def test_without_the_option_all_is_the_mounting_user_s(mount, content):
    (content / "secret.md").chmod(0o600)
    (content / "sub").chmod(0o4700)
    mounted = mount(content)
    assert set(modes(mounted.path).values()) == {(0, 0, 0o555), (0, 0, 0o444)}
    assert dump_of_mount(mounted.path) == dump_of_content(content), "and nothing is private"
    assert not can_list(mounted.path)


@pytest.mark.parametrize("options", ["allow_root", "allow_root,umask=022"])
def test_allow_root_lets_nobody_else_in(mount, content, options):
    """Also not to what the kernel remembers, for which it asks nobody."""
    mounted = mount(content, "-o", options)
    known = [path for path in [mounted.path, *mounted.path.rglob("*")] if not path.is_symlink()]
    for path in known:
        os.listdir(path) if path.is_dir() else path.read_bytes()
    assert set(modes(mounted.path).values()) == {(0, 0, 0o500), (0, 0, 0o400)}
    for user in (NOBODY, OWNER):
        found = as_user(user, GROUP, "sh", "-c", 'for path; do if [ -d "$path" ]; then ls "$path"; else cat "$path"; fi; done',
                        "sh", *known)
        assert found.stdout == "" and found.stderr.count("Permission denied") == len(known)


def test_allow_root_refuses_to_shut_the_mounter_out(content, place, fuse):
    refused = run(TRANSCRIPTFS, "-o", f"allow_root,uid={OWNER}", content, place)
    assert refused.returncode == 2 and f"uid={OWNER} would shut him out" in refused.stderr


def test_owners_and_modes_follow_the_source(mount_for_others, content):
    os.chown(content / "secret.md", MEMBER, NOBODY)
    (content / "secret.md").chmod(0o4640)
    (content / "sub").chmod(0o1711)
    (content / "sub/one.md").chmod(0o777)
    mounted = mount_for_others()
    found = modes(mounted.path)
    for path, mode in found.items():
        is_folder = (mounted / path).is_dir()
        if path.startswith("episodes/secret") or path in ("text/secret.txt", "original/secret.txt"):
            assert mode == (MEMBER, NOBODY, 0o550 if is_folder else 0o440), path
        elif path in ("episodes/sub", "text/sub"):
            assert mode == (OWNER, GROUP, 0o511), path
        else:
            assert mode == (OWNER, GROUP, 0o555 if is_folder else 0o444), path
    assert "text/secret.txt" in found and "text/sub" in found


def test_what_gathers_is_for_whoever_may_list_and_enter_the_folder(mount_for_others, content):
    content.chmod(0o751)
    mounted = mount_for_others()
    assert can_list(mounted.path, MEMBER, GROUP) and can_list(mounted / "by-tag", MEMBER, GROUP)
    assert not can_list(mounted.path) and not can_list(mounted / "by-tag/open-tag")
    assert not can_read(mounted / "README.md") and not can_read(mounted / "index/episodes.tsv")
    assert not can_read(mounted / ".transcriptfs/status.json")
    # Who knows a name may use it, as in the content.
    assert can_read(mounted / "episodes/open/source.md") and can_read(mounted / "text/open.txt")
    assert can_read(content / "open.md") and not can_list(content)


def test_a_folder_that_can_be_listed_and_not_entered_opens_nothing(mount_for_others, content):
    (content / "sub").chmod(0o754)
    mounted = mount_for_others()
    assert not can_read(content / "sub/one.md") and not can_read(mounted / "episodes/sub/one/source.md")
    assert not can_read(mounted / "text/sub/one.txt")
    assert status(mounted)["episodes"] == 2, "what is in it is private"


def test_names_of_attributes_are_listed_to_who_may_read_the_file(mount_for_others, content):
    """The kernel asks the mode before it lets somebody read one, but not before it lists them."""
    (content / "secret.md").chmod(0o640)
    mounted = mount_for_others("xattr")

    def names(path, uid, gid):
        result = as_user(uid, gid, "/usr/bin/python3", "-c", "import os, sys; print(os.listxattr(sys.argv[1]))", path)
        assert result.returncode == 0, result.stderr
        return result.stdout

    for path in (mounted / "text/secret.txt", mounted / "episodes/secret"):
        assert names(path, NOBODY, NOBODY) == "[]\n"
        for uid, gid in ((0, 0), (OWNER, NOBODY), (MEMBER, GROUP)):
            assert "user.transcript." in names(path, uid, gid)


# --- private files ------------------------------------------------------------------------------------


def test_all_is_shown_where_all_may_read_all(mount_for_others):
    mounted = mount_for_others()
    assert_private(mounted, False)
    assert status(mounted)["episodes"] == 3


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604, 0o044])
def test_a_private_file_stands_in_episodes_alone(mount_for_others, content, mode):
    (content / "secret.md").chmod(mode)
    mounted = mount_for_others()
    uid, gid = (MEMBER, GROUP) if mode == 0o604 else (NOBODY, NOBODY)
    if mode == 0o044:
        uid, gid = OWNER, GROUP  # he is shut out by his own bits
    assert_private(mounted, True, uid, gid)
    assert "secret" in os.listdir(mounted / "episodes") and "secret.txt" in os.listdir(mounted / "text")
    found = status(mounted)
    size = sum(path.stat().st_size for path in content.rglob("*.md") if path.name != "secret.md")
    assert (found["episodes"], found["problems"], found["content_bytes"]) == (2, 0, size)
    assert found["voices"]["of"] == found["voices"]["done"] == 2, "by-voice was walked"
    ref = json.loads((mounted / "episodes/secret/turns.jsonl").read_text().splitlines()[0])["ref"]
    assert not os.path.lexists(mounted / "ref" / ref)
    readme = (mounted / "README.md").read_text()
    assert "Episodes: 2." in readme and "Problems in files and front matter: 0." in readme


def test_the_owner_and_the_group_read_a_private_file(mount_for_others, content):
    (content / "secret.md").chmod(0o640)
    mounted = mount_for_others()
    assert all(can_read(mounted / path, MEMBER, GROUP) for path in places_of("secret"))
    assert all(can_read(mounted / path, OWNER, NOBODY) for path in places_of("secret"))
    assert not any(can_read(mounted / path) for path in places_of("secret"))
    # What others read gathers nothing from it, whoever looks.
    assert "hidden-tag" not in os.listdir(mounted / "by-tag")


def test_a_file_of_another_group_is_private(mount_for_others, content):
    content.chmod(0o750)
    (content / "secret.md").chmod(0o640)
    os.chown(content / "secret.md", OWNER, GROUP + 1)
    mounted = mount_for_others()
    assert_private(mounted, True, MEMBER, GROUP)


def test_a_folder_for_a_group_has_files_of_its_members(mount_for_others, content):
    content.chmod(0o2750)
    (content / "secret.md").chmod(0o640)
    os.chown(content / "secret.md", MEMBER, GROUP)
    mounted = mount_for_others()
    assert_private(mounted, False, MEMBER + 1, GROUP)
    assert not can_list(mounted.path)


def test_a_file_of_somebody_else_is_private_in_a_folder_for_one(mount_for_others, content):
    content.chmod(0o700)
    (content / "secret.md").chmod(0o600)
    os.chown(content / "secret.md", NOBODY, NOBODY)
    assert_private(mount_for_others(), True, OWNER, GROUP)


def test_what_is_below_a_private_folder_is_private(mount_for_others, content):
    os.makedirs(content / "deep/er")
    os.replace(content / "secret.md", content / "deep/er/secret.md")
    (content / "deep").chmod(0o700)
    mounted = mount_for_others()
    seen = all_that_is_seen(mounted).lower()
    assert not [fact for fact in (*FACTS, "secret", "deep/er") if fact in seen]
    assert "episodes/deep" in seen and "text/deep" in seen, "its name is seen in the content too"
    assert not can_list(mounted / "episodes/deep") and not can_read(mounted / "episodes/deep/er/secret/source.md")
    assert status(mounted)["folders"] == 2


def test_problems_of_private_files_are_told_to_nobody(mount_for_others, content):
    write_content(content, {"secret.md": "---\ntitle: T\ndate: hidden\n---\n**Ann:** Words.\n\n<details>hidden\n", "shown.md": "---\ndate: shown\n---\n",
                            "inner/link.txt": ""})
    os.symlink("/hidden", content / "inner/link.md")
    (content / "inner").chmod(0o700)
    (content / "secret.md").chmod(0o600)
    mounted = mount_for_others()
    (mounted / "episodes/secret/transcript.txt").read_text()  # so that the problems of the body are known
    table = (mounted / ".transcriptfs/problems.tsv").read_text()
    assert "shown.md" in table and "secret.md" not in table and "inner" not in table
    assert status(mounted)["problems"] == 1
    assert "Problems in files and front matter: 1." in (mounted / "README.md").read_text()
    told = run(TRANSCRIPTFS, "--check", "-o", "allow_other", content).stdout
    assert "secret.md:3:" in told and "secret.md:7:" in told and "inner/link.md" in told


def test_a_mistake_in_a_private_configuration_is_told_to_nobody(mount_for_others, content):
    write_content(content, {".transcriptfs.yaml": "exclude: []\n"})
    mounted = mount_for_others()
    problems = mounted / ".transcriptfs/problems.tsv"
    for mode, is_told in ((0o644, True), (0o600, False), (0o640, False), (0o644, True)):
        mistake = content.parent / "mistake.yaml"
        mistake.write_text("views: oddity\n")
        mistake.chmod(mode)
        with followed(mounted):
            os.replace(mistake, content / ".transcriptfs.yaml")
        assert ("a mapping" in problems.read_text()) == is_told


def test_the_start_says_how_many_are_private(content, fuse, place):
    def said(*options):
        try:
            return run(TRANSCRIPTFS, *options, content, place).stderr
        finally:
            run_ok("fusermount3", "-u", place)
    (content / "secret.md").chmod(0o600)
    one = "1 file is private (fewer may read it than the content folder): it appears only in episodes/, text/ and original/"
    assert one in said("-o", "allow_other")
    (content / "sub").chmod(0o700)
    assert "2 files are private (fewer may read them than the content folder): they appear" in said("-o", "allow_other")
    assert "fewer" not in said() and "fewer" not in said("-o", "allow_other,umask=0")


# --- while it is mounted ------------------------------------------------------------------------------


def test_a_chmod_is_followed(mount_for_others, content):
    mounted = mount_for_others()
    # By name too, which the kernel remembers apart from what a folder lists.
    names = [path for view in mounted.path.glob("by-*") for path in view.rglob("*")
             if any(fact in str(path).lower() for fact in FACTS)]
    assert {path.relative_to(mounted.path).parts[0] for path in names} == {"by-date", "by-tag", "by-voice", "by-guest", "by-person"}
    for mode, is_private in ((0o644, False), (0o600, True), (0o644, False), (0o640, True)):
        if mode != (content / "secret.md").stat().st_mode & 0o777:
            with followed(mounted):
                (content / "secret.md").chmod(mode)
        assert [path for path in names if os.path.lexists(path)] == ([] if is_private else names)
        assert_private(mounted, is_private)


def test_a_chown_is_followed(mount_for_others, content):
    (content / "secret.md").chmod(0o400)
    mounted = mount_for_others()
    assert can_read(mounted / "text/secret.txt", OWNER, NOBODY)
    with followed(mounted):
        os.chown(content / "secret.md", MEMBER, GROUP)
    assert can_read(mounted / "text/secret.txt", MEMBER, NOBODY)
    assert not can_read(mounted / "text/secret.txt", OWNER, NOBODY)


def test_a_chmod_of_a_folder_is_followed(mount_for_others, content):
    os.makedirs(content / "deep/er")
    os.replace(content / "secret.md", content / "deep/er/secret.md")
    mounted = mount_for_others()
    path = mounted / "episodes/deep/er/secret/source.md"
    for mode, is_private in ((0o755, False), (0o700, True), (0o711, True), (0o755, False)):
        if mode != content.joinpath("deep").stat().st_mode & 0o777:
            with followed(mounted):
                (content / "deep").chmod(mode)
        assert can_read(path) == (mode != 0o700)
        seen = all_that_is_seen(mounted).lower()
        found = [fact for fact in FACTS if fact in seen]
        assert found == ([] if is_private else list(FACTS)), (oct(mode), found)


def test_a_chmod_of_the_content_folder_is_followed(mount_for_others, content):
    mounted = mount_for_others()
    gathered = ["README.md", "index/by-tag.tsv", ".transcriptfs/version", ".ignore", ".transcriptfs/problems.tsv"]
    folders = ["", "by-tag", "by-tag/open-tag", "by-date/2024/01", "by-voice/Ann", "index", "episodes", "text", ".transcriptfs"]
    for mode in (0o755, 0o750, 0o755, 0o711):
        if mode != content.stat().st_mode & 0o777:
            with followed(mounted):
                content.chmod(mode)
        assert [can_read(mounted / path) for path in gathered] == [mode == 0o755] * len(gathered)
        assert [can_list(mounted / path) for path in folders] == [mode == 0o755] * len(folders)
        assert can_read(mounted / "episodes/open/source.md") == (mode != 0o750)
    known = [*mounted.path.rglob("*")]
    assert {path.lstat().st_uid for path in known} == {OWNER}
    with followed(mounted):
        os.chown(content, MEMBER, GROUP)
    assert {(mounted / path).lstat().st_uid for path in [*gathered, *folders]} == {MEMBER}
    # Not listed anew, which would tell of them too.
    links = [path for path in known if str(path).startswith(f"{mounted.path}/by-")]
    assert {path.lstat().st_uid for path in links} == {MEMBER}


def test_a_file_becomes_private_by_what_the_folder_comes_to_be(mount_for_others, content):
    content.chmod(0o750)
    (content / "secret.md").chmod(0o640)
    mounted = mount_for_others()
    assert_private(mounted, False, MEMBER, GROUP)
    with followed(mounted):
        content.chmod(0o755)
    assert_private(mounted, True)


def test_a_folder_takes_the_place_of_a_file(mount_for_others, content):
    """Their path is the same, and what is known of the one is not the other's."""
    mounted = mount_for_others()
    for mode in (0o700, 0o755):
        with followed(mounted):
            write_content(content.parent / "outside", {"one.md": OPEN})
            (content.parent / "outside").chmod(mode)
            (content / "secret.md").unlink()
            os.replace(content.parent / "outside", content / "secret.md")
        # On a busy machine one goes with one generation, and the other comes with the next.
        wait_until(lambda: sorted(os.listdir(mounted / "episodes")) == ["open", "secret.md", "sub"], "not followed")
        assert (mounted / "episodes/secret.md").lstat().st_mode & 0o777 == mode & 0o555
        assert can_read(mounted / "episodes/secret.md/one/source.md") == (mode == 0o755)
        with followed(mounted):
            shutil.rmtree(content / "secret.md")
            (content.parent / "file").write_text(PRIVATE)
            os.replace(content.parent / "file", content / "secret.md")
        wait_until(lambda: sorted(os.listdir(mounted / "episodes")) == ["open", "secret", "sub"], "not followed")
        assert_private(mounted, False)


def watches_of(worker):
    """How many folders a process watches."""
    count = 0
    for path in Path(f"/proc/{worker}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # of a file that it has read meanwhile
            count += path.read_text().count("inotify wd:")
    return count


@pytest.mark.parametrize("options", [(), ("poll=1",)])
def test_a_folder_that_comes_has_the_mode_it_has(mount_for_others, content, options):
    """Also where it was looked at before an episode came to be in it."""
    mounted = mount_for_others(*options)
    with followed(mounted):
        write_content(content, {"mark.md": talk("mark", "tag", "2024-01-02")})
    before = watches_of(mounted.worker)
    os.makedirs(content / "new/er")
    (content / "new").chmod(0o700)
    wait_until(lambda: options or watches_of(mounted.worker) == before + 2, "the new folders are not watched")
    with followed(mounted):
        write_content(content, {"mark.md": OPEN})
    with followed(mounted):
        os.replace(content / "secret.md", content / "new/er/secret.md")
    found = modes(mounted / "episodes")
    assert (found["new"][2], found["new/er"][2], found["new/er/secret"][2]) == (0o500, 0o555, 0o555)
    assert "episodes/new" in all_that_is_seen(mounted)
    assert not can_read(mounted / "episodes/new/er/secret/source.md")
    assert not [fact for fact in FACTS if fact in all_that_is_seen(mounted).lower()]


def is_pending(process, number):
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    pending = [int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:")]
    return pending[0] >> (number - 1) & 1


def test_a_folder_without_episodes_makes_no_generation(mount_for_others, content):
    mounted = mount_for_others()
    os.makedirs(content / "empty/er")
    generations = []
    for title in "abcdef":
        with followed(mounted):
            # A look at all of it, which finds nothing, and then a change.
            mounted.process.send_signal(signal.SIGHUP)
            wait_until(lambda: not is_pending(mounted.process, signal.SIGHUP), "the signal is not taken")
            write_content(content, {"mark.md": talk(title, "tag", "2024-01-02")})
        generations.append(int((mounted / ".transcriptfs/generation").read_text()))
    assert generations == list(range(generations[0], generations[0] + len(generations)))


# --- options ------------------------------------------------------------------------------------------


def test_umask_is_for_all(mount_for_others, content):
    (content / "secret.md").chmod(0o600)
    mounted = mount_for_others("umask=027")
    assert {mode for _, _, mode in modes(mounted.path).values()} == {0o440, 0o550}
    assert_private(mounted, False, MEMBER, GROUP)
    assert not can_list(mounted.path)


def test_with_umask_nothing_is_private(mount_for_others, content):
    """Not even of somebody else where only owners may read."""
    os.chown(content / "secret.md", MEMBER, NOBODY)
    mounted = mount_for_others("umask=066")
    assert can_list(mounted / "by-tag/hidden-tag", OWNER, GROUP) and status(mounted)["episodes"] == 3
    assert can_read(mounted / "text/secret.txt", MEMBER, NOBODY)
    assert not can_read(mounted / "text/secret.txt", OWNER, GROUP)


def test_uid_and_gid_are_for_all(mount_for_others, content):
    os.chown(content / "secret.md", 0, 0)
    (content / "secret.md").chmod(0o440)
    mounted = mount_for_others(f"uid={MEMBER}", f"gid={GROUP + 1}")
    assert {(uid, gid) for uid, gid, _ in modes(mounted.path).values()} == {(MEMBER, GROUP + 1)}
    assert_private(mounted, True)
    assert can_read(mounted / "text/secret.txt", MEMBER, NOBODY)
    assert can_read(mounted / "text/secret.txt", NOBODY, GROUP + 1)


def test_they_hold_without_allow_other(mount, content):
    mounted = mount(content, "-o", f"umask=077,uid={MEMBER},gid={GROUP}")
    assert set(modes(mounted.path).values()) == {(MEMBER, GROUP, 0o400), (MEMBER, GROUP, 0o500)}


@pytest.mark.parametrize("option, wanted", [
    ("umask=8", "octal"), ("umask=1000", "octal"), ("umask=", "octal"), ("umask=-1", "octal"), ("umask=22x", "octal"),
    ("uid=root", "number of a user"), ("uid=-1", "number of a user"), ("uid=4294967295", "number of a user"),
    ("gid=", "number of a group"), ("gid=1 2", "number of a group"), ("umask", "needs a value"), ("uid", "needs a value")])
def test_wrong_values_are_refused(content, place, option, wanted):
    result = run(TRANSCRIPTFS, "-o", option, content, place)
    assert result.returncode == 2 and f'option "{option}"' in result.stderr and wanted in result.stderr, result.stderr


def test_nothing_costs_more_requests(mount, content):
    """A walk that somebody else repeats is answered by the kernel, access and all."""
    mounted = mount(content, "-o", "allow_other")
    walk = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "find", mounted.path, "-size", "+0")
    subprocess.run(walk, check=True, stdout=subprocess.DEVNULL)
    before = status(mounted)["requests"]
    subprocess.run(walk, check=True, stdout=subprocess.DEVNULL)
    after = status(mounted)["requests"]
    # status.json itself is looked up and read.
    assert sum(after.values()) - sum(before.values()) <= 8, (before, after)
