"""What is installed: helpers of mount(8), completions, the way back; and mounts by those who mount for others."""

import ctypes
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import termios

import pytest

from tools import BUILD, REPOSITORY, TIMEOUT, TRANSCRIPTFS, is_mounted, is_thread_sanitized, run, run_ok, unmount, write_content

PACKAGING = REPOSITORY / "packaging"
TALK = {"talk.md": "**Ana:** One.\n\n**Bo:** Two.\n"}


# --- completions ----------------------------------------------------------------------------------------


def known():
    """What --help says: options of the command line, mount options (with = where they have a value), formats."""
    text = run_ok(TRANSCRIPTFS, "--help")
    flags = set(re.findall(r"(?:^ +|, )(--\w[\w-]*)", text, re.M))
    lines = [re.split(r"\s{2,}|…$", line.strip())[0] for line in text.splitlines() if re.match(r" {6}\w", line)]
    options = {re.sub(r"=[A-Z].*", "=", name) for line in lines for name in line.split(", ")}
    formats = re.search(r"formats are:(.*?)\n {3}and", text, re.S)[1].replace(",", " ").split()
    return flags, options, formats


def bash_completes(line):
    script = f'. {PACKAGING}/completions/transcriptfs.bash; COMP_LINE="$1" COMP_POINT=${{#1}}; _transcriptfs 2> /dev/null; ' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    return run_ok("bash", "-c", script, "bash", line).split()


def test_bash_completes_what_help_says():
    flags, options, formats = known()
    assert flags <= set(bash_completes("transcriptfs -"))
    assert set(bash_completes("transcriptfs -o ")) == options
    assert bash_completes("transcriptfs -o formats=") == formats
    assert bash_completes("transcriptfs -o xattr,formats=meta:turns.t") == ["turns.tsv"]
    assert bash_completes("transcriptfs -o entries=t") == ["title"]
    assert bash_completes(f"transcriptfs {PACKAGING}/comp") == [f"{PACKAGING}/completions"]


def test_fish_completes_what_help_says():
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    flags, options, formats = known()

    def completes(line):
        script = f"source {PACKAGING}/completions/transcriptfs.fish; complete -C '{line}'"
        return {found.split("\t")[0] for found in run_ok("fish", "-c", script).splitlines()}
    assert flags <= completes("transcriptfs --")
    assert completes("transcriptfs -o ") == options
    assert completes("transcriptfs -o formats=") == {f"formats={name}" for name in formats}


def test_zsh_knows_what_help_says():
    flags, options, formats = known()
    text = (PACKAGING / "completions/_transcriptfs").read_text()
    assert set(re.findall(r"--[\w-]+(?==?[}\[])", text)) == flags
    named = re.findall(r"['\"](\w+)\[", text) + re.search(r"^ +(foreground [\w ]+)", text, re.M)[1].split()
    assert sorted(named) == sorted({name.split("=")[0] for name in options})
    assert re.search(r"formats=\((.*?)\)", text, re.S)[1].split() == formats
    if shutil.which("zsh"):
        run_ok("zsh", "-n", PACKAGING / "completions/_transcriptfs")


def test_who_gives_an_option_a_wrong_value_is_told_what_it_takes(tmp_path):
    for name in {option.partition("=")[0] for option in known()[1] if "=" in option}:
        result = run(TRANSCRIPTFS, "-o", f"{name}=wrong", tmp_path, tmp_path)
        assert result.returncode == 2
        assert re.search(rf'option "{name}.*": (.+ (is|are) wanted|it takes )', result.stderr), result.stderr


SHELLS = {
    "bash": (["bash", "--rcfile", "rc", "-i"], "PS1='READY>'\n. {completions}/transcriptfs.bash\n"),
    "zsh": (["zsh", "-d", "-i"], "PS1='READY>'\nfpath=({completions} $fpath)\nautoload -Uz compinit\ncompinit -u -D\n"),
    "fish": (["fish", "--no-config", "-i", "-C", "source rc"],
             "function fish_prompt; echo -n 'READY>'; end\nsource {completions}/transcriptfs.fish\n"),
}


@pytest.fixture(params=SHELLS)
def shell_on_a_terminal(request, tmp_path):
    """A shell that somebody types to; the program is one that prints its arguments."""
    command, rc = SHELLS[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/transcriptfs").write_text("#!/bin/sh\nprintf 'GOT'; printf ' %s' \"$@\"; echo ' END'\n")
    (tmp_path / "bin/transcriptfs").chmod(0o755)
    (tmp_path / "content").mkdir()
    for name in ("rc", ".zshrc"):
        (tmp_path / name).write_text(rc.format(completions=PACKAGING / "completions"))
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.environ.update(HOME=str(tmp_path), ZDOTDIR=str(tmp_path), TERM="xterm", PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    yield terminal
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)


def wait_for(terminal, pattern):
    seen = b""
    while not (found := re.search(pattern, seen)):
        assert select.select([terminal], [], [], TIMEOUT)[0], seen
        seen += os.read(terminal, 65536)
    return found


@pytest.mark.parametrize("typed, completed", [
    ("--ch\t", "--check"),
    ("-o xattr,non\t", "-o xattr,nonempty"),
    ("-oxattr,non\t", "-oxattr,nonempty"),
    ("-o xattr,form\tmeta:quo\t", "-o xattr,formats=meta:quotes.txt"),
    ("-o inputs=md:v\t", "-o inputs=md:vtt"),
    ("--query tide --format turns.t\t", "--query tide --format turns.tsv"),
    ("--format=counts\t", "--format=counts.tsv"),
    ("cont\t", "content"),
])
def test_a_shell_completes_what_is_typed(shell_on_a_terminal, typed, completed):
    wait_for(shell_on_a_terminal, b"READY>")
    os.write(shell_on_a_terminal, f"transcriptfs {typed}\r".encode())
    assert wait_for(shell_on_a_terminal, rb"GOT (.*?)/? END")[1].decode() == completed


# --- installed, and away --------------------------------------------------------------------------------


def test_uninstall_leaves_nothing(tmp_path):
    made = {**os.environ, "DESTDIR": str(tmp_path)}
    run_ok("cmake", "--install", BUILD, "--prefix", "/usr", env=made)
    files = [path for path in tmp_path.rglob("*") if not path.is_dir()]
    assert os.readlink(tmp_path / "usr/sbin/mount.transcriptfs") == "../bin/transcriptfs"
    assert (tmp_path / "usr/share/zsh/site-functions/_transcriptfs").exists()
    assert len(files) > 20
    result = run("cmake", "-P", PACKAGING / "uninstall.cmake", BUILD, env=made)
    assert result.returncode == 0, result.stderr
    assert not [path for path in tmp_path.rglob("*") if not path.is_dir()]


@pytest.mark.parametrize("said, maintainer", [
    ({"DEBFULLNAME": "Ana Lima", "DEBEMAIL": "ana@lima.example"}, "Ana Lima <ana@lima.example>"),
    ({"DEBEMAIL": "Ana Lima <ana@lima.example>"}, "Ana Lima <ana@lima.example>"),
    ({"DEBFULLNAME": "Bo", "DEBEMAIL": "Ana Lima <ana@lima.example>"}, "Bo <ana@lima.example>"),
    ({"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Mei",
      "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "mei@tea.example"}, "Mei <mei@tea.example>"),
    ({"PATH": ""}, "the transcriptfs authors <transcriptfs@localhost>"),
])
def test_a_package_names_its_maintainer_as_those_of_debian_do(tmp_path, said, maintainer):
    script = tmp_path / "print.cmake"
    script.write_text(f'include({PACKAGING}/debian/maintainer.cmake)\nmessage("${{CPACK_PACKAGE_CONTACT}}")\n')
    env = {key: value for key, value in os.environ.items() if key not in ("DEBFULLNAME", "DEBEMAIL")}
    result = run(shutil.which("cmake"), "-P", script, env={**env, **said})
    assert result.stderr.strip() == maintainer


# --- mount(8) -------------------------------------------------------------------------------------------


@pytest.fixture
def helper(tmp_path):
    path = tmp_path / "mount.transcriptfs"
    path.symlink_to(TRANSCRIPTFS)
    return path


def test_a_helper_takes_what_mount_gives_it(fuse, helper, tmp_path, place):
    content = write_content(tmp_path / "content", TALK)
    run_ok(helper, content, place, "-f", "-o", "rw,nofail")
    assert not is_mounted(place)
    run_ok(helper, content, place, "-n", "-o", "rw,noexec,nosuid,nodev,user,_netdev,x-systemd.automount", "-t", "fuse.transcriptfs")
    assert (place / "text/talk.txt").read_text() == "Ana: One.\nBo: Two.\n"
    unmount(place)


@pytest.mark.parametrize("arguments, status, message", [
    (["content", "mnt", "-o", "rw,entires=name"], 1, 'did you mean "entries"?'),
    (["content", "mnt", "-o", "rw,nofial"], 1, 'did you mean "nofail"'),
    (["content", "mnt", "-x"], 1, "-x"),
    (["content"], 1, "the mount point is missing"),
    (["gone", "mnt", "-o", "rw,nofail"], 32, "gone"),
])
def test_a_helper_ends_as_mount_expects(helper, tmp_path, place, arguments, status, message):
    write_content(tmp_path / "content", TALK)
    result = run(helper, *arguments, cwd=tmp_path)
    assert result.returncode == status and message in result.stderr
    assert not is_mounted(place)


def test_a_sloppy_helper_passes_over_what_it_does_not_know(fuse, helper, tmp_path, place):
    content = write_content(tmp_path / "content", TALK)
    run_ok(helper, content, place, "-o", "frobnicate,rw", "-s")
    assert is_mounted(place)


def needs_root():
    if os.geteuid() != 0:
        pytest.skip("only root can mount over /usr/sbin, or for autofs")


@pytest.mark.parametrize("kind", ["transcriptfs", "fuse.transcriptfs"])
def test_mount_finds_the_helpers(fuse, tmp_path, place, kind):
    """In a namespace of its own, in which they are where mount(8) looks."""
    needs_root()
    content = write_content(tmp_path / "content", TALK)
    (tmp_path / "sbin").mkdir()
    for name in ("mount.transcriptfs", "mount.fuse.transcriptfs"):
        (tmp_path / "sbin" / name).symlink_to(TRANSCRIPTFS)
    (tmp_path / "fstab").write_text(f"{content} {place} {kind} noauto,user,allow_other,x-systemd.idle-timeout=60 0 0\n")
    script = f"""
        set -e
        mount -t overlay -o lowerdir={tmp_path}/sbin:/usr/sbin overlay /usr/sbin 2> /dev/null || exit 77
        mount -T {tmp_path}/fstab {place}
        cat {place}/text/talk.txt
        findmnt -n -o FSTYPE {place}
        umount {place}
    """
    result = run("unshare", "--mount", "sh", "-c", script)
    if result.returncode == 77:
        pytest.skip("this kernel lays nothing over /usr/sbin")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Ana: One.\nBo: Two.\nfuse.transcriptfs\n"


def test_a_helper_logs_under_the_name_of_the_program(fuse, helper, tmp_path, place):
    needs_root()
    content = write_content(tmp_path / "content", TALK)
    devices = tmp_path / "dev"
    devices.mkdir()
    script = f"""
        set -e
        for device in fuse null; do
            touch {devices}/$device
            mount --bind /dev/$device {devices}/$device
        done
        mount --rbind {devices} /dev
        {helper} {content} {place}
        kill -KILL $(sed -n 's/^ *"pid": \\([0-9]*\\),$/\\1/p' {place}/.transcriptfs/status.json)
        cat {place}/text/talk.txt
        umount {place}
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(devices / "log"))
        log.settimeout(TIMEOUT)
        run_ok("unshare", "--mount", "sh", "-c", script)
        assert re.search(rb" transcriptfs\[\d+\]: the worker died of signal 9", log.recv(1000))


# --- automount ------------------------------------------------------------------------------------------

AUTOFS_PACKET = struct.Struct("iiIIQIIIII256s4x")  # struct autofs_v5_packet, linux/auto_fs.h
AUTOFS_IOC_READY, AUTOFS_IOC_FAIL, AUTOFS_IOC_CATATONIC = 0x9360, 0x9361, 0x9362


def test_it_mounts_where_autofs_waits(fuse, tmp_path, place):
    """As systemd does: what mounts is in the process group that the kernel lets through; all others wait."""
    needs_root()
    if is_thread_sanitized():
        pytest.skip("one of all is enough")
    content = write_content(tmp_path / "content", TALK)
    told, tells = os.pipe()
    os.set_inheritable(tells, True)
    options = f"fd={tells},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"test", os.fsencode(place), b"autofs", 0, options):
        pytest.skip("this kernel has no autofs")
    os.close(tells)
    trap = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        reader = subprocess.Popen(["cat", place / "text/talk.txt"], stdout=subprocess.PIPE, process_group=0)
        token = AUTOFS_PACKET.unpack(os.read(told, AUTOFS_PACKET.size))[2]
        mounted = run(TRANSCRIPTFS, content, place, timeout=10)
        fcntl.ioctl(trap, AUTOFS_IOC_READY if mounted.returncode == 0 else AUTOFS_IOC_FAIL, token)
        assert mounted.returncode == 0, mounted.stderr
        assert reader.communicate(timeout=TIMEOUT)[0] == b"Ana: One.\nBo: Two.\n"
    finally:
        fcntl.ioctl(trap, AUTOFS_IOC_CATATONIC, 0)
        os.close(trap)
        os.close(told)
        for _ in range(2):
            run("umount", "-l", place)


# --- the service manager --------------------------------------------------------------------------------


def test_it_tells_the_service_manager_when_it_answers(fuse, tmp_path, place):
    content = write_content(tmp_path / "content", TALK)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(TIMEOUT)
        process = subprocess.Popen([TRANSCRIPTFS, "-f", "-q", content, place],
                                   env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")})
        try:
            assert manager.recv(100) == b"READY=1"
            assert (place / "text/talk.txt").exists()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=TIMEOUT)


@pytest.mark.parametrize("kind", ["system", "user"])
def test_the_units_are_right(tmp_path, kind):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze")
    text = (PACKAGING / f"systemd/{kind}.service").read_text()
    # Whatever prefix it was built for, systemd finds the program where the unit is installed.
    assert "\nExecStart=transcriptfs " in text
    one = tmp_path / "transcriptfs@one.service"
    one.write_text(text.replace("ExecStart=transcriptfs", f"ExecStart={os.fspath(TRANSCRIPTFS)}"))
    result = run("systemd-analyze", "verify", "--man=no", f"--{kind}", one)
    assert "transcriptfs@one" not in result.stderr, result.stderr
