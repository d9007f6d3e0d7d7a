"""What the tests of the mount share: running programs, mounting, walking."""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import xxhash

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
BUILD = Path(os.environ.get("TRANSCRIPTFS_BUILD", REPOSITORY / "build")).resolve()
TRANSCRIPTFS = BUILD / "transcriptfs"
DUMP = BUILD / "transcriptfs-dump"
EXAMPLE = REPOSITORY / "mnt-example" / "content"
CORPUS = Path(os.environ.get("TRANSCRIPTFS_CORPUS", REPOSITORY.parent / "shared" / "corpus"))

# Seconds: what takes longer hangs. A sanitizer makes all several times as slow.
TIMEOUT = 180 if BUILD.name in ("build-sanitize", "build-thread") else 60

# What is run says the same for everybody, and has nothing to say of a locale that is not there.
os.environ["LC_ALL"] = "C.UTF-8"
os.umask(0o022)


def run(*args, timeout=TIMEOUT, **options):
    """Runs a program to its end. Its output is text; what is no UTF-8 comes through as surrogates."""
    options.setdefault("text", True)
    if options["text"]:
        options.setdefault("errors", "surrogateescape")
    return subprocess.run([os.fspath(arg) for arg in args], capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, **options)


def run_ok(*args, **options):
    """Runs a program that must succeed and must have nothing to complain about; its output."""
    result = run(*args, **options)
    assert result.returncode == 0, result.stderr
    assert not result.stderr, result.stderr
    return result.stdout


def shell(command, cwd, **options):
    return run_ok("bash", "-o", "pipefail", "-c", command, cwd=cwd, **options)


def drop_caches(what=3):
    """Has the kernel forget what it can ask for again (drop_caches in proc(5)); whether it did: only root may say so,
    and in most containers nobody."""
    try:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write(str(what))
    except OSError:
        return False
    return True


CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN = 2, 21


def of_process(field):
    """What the kernel says of this process (proc(5), status)."""
    with open("/proc/self/status", encoding="ascii") as file:
        return dict(line.split(":\t", 1) for line in file)[field].strip()


def can_have(right):
    """Whether this process, or one that it starts, can have a capability; a container keeps some from root too."""
    return bool(int(of_process("CapBnd"), 16) >> right & 1)


def is_sanitized():
    """Whether the program is built with AddressSanitizer or ThreadSanitizer."""
    return b"__asan_init" in read(TRANSCRIPTFS) or is_thread_sanitized()


def is_thread_sanitized():
    """With ThreadSanitizer, which has threads of its own and takes several times the memory."""
    return b"__tsan_init" in read(TRANSCRIPTFS)


# --- content ----------------------------------------------------------------------------------------


def write_content(folder, files):
    """Writes {path: text or bytes} below a folder, which is made; its path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
    return folder


# --- what processes do ------------------------------------------------------------------------------


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:  # it is gone by now, or the kernel tells root alone
        return error.strerror


def what_it_does(pid, indent="  "):
    """Where in the kernel each thread of a process is, and of what it started."""
    lines = []
    for task in os.listdir(f"/proc/{pid}/task") if os.path.exists(f"/proc/{pid}/task") else []:
        here = f"/proc/{pid}/task/{task}"
        state = text_of(f"{here}/stat").rpartition(")")[2].split()[:1]
        stack = [line.split()[-1] for line in text_of(f"{here}/stack").splitlines()]
        lines.append(f"{indent}{task} {text_of(f'{here}/comm').strip()} {' '.join(state)}: {' < '.join(stack[:6])}")
        for child in text_of(f"{here}/children").split():
            if child.isdecimal():
                lines += what_it_does(child, indent + "  ")
    return lines


def mount_namespaces():
    """{namespace: a process in it}. Where a program beside has one of its own, it has a copy of each mount that stood
    then, which is served on after it was unmounted here."""
    found = {}
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            found.setdefault(os.readlink(f"/proc/{pid}/ns/mnt"), text_of(f"/proc/{pid}/cmdline").replace("\0", " ")[:100])
        except OSError:  # it is gone by now, or somebody else's
            pass
    return found


# --- mounts -----------------------------------------------------------------------------------------


def unescape(field):
    """A field of mountinfo: white space and backslashes stand in it as three octal digits."""
    out = b""
    while b"\\" in field:
        before, _, field = field.partition(b"\\")
        out += before + bytes([int(field[:3], 8)])
        field = field[3:]
    return out + field


def mounts():
    """What is mounted: {place: (type, source, options)}, all bytes."""
    with open("/proc/self/mountinfo", "rb") as file:
        lines = [line.split() for line in file]
    found = {}
    for fields in lines:
        dash = fields.index(b"-")
        found[unescape(fields[4])] = (fields[dash + 1], unescape(fields[dash + 2]), fields[5])
    return found


def is_mounted(path):
    return os.path.realpath(os.fsencode(path)) in mounts()


def cut_off(path):
    """Ends all that waits for a mount, though nobody serves it any more: what served may wait in the kernel for an answer
    of its own, holds the connection, and does not die."""
    path = os.path.abspath(os.fsencode(path))
    with open("/proc/self/mountinfo", "rb") as file:
        minors = [line.split()[2].split(b":")[1].decode() for line in file if unescape(line.split()[4]) == path]
    for minor in minors:
        try:
            with open(f"/sys/fs/fuse/connections/{minor}/abort", "w", encoding="ascii") as file:
                file.write("1")
        except OSError:  # there is no fusectl: root can do without
            ctypes.CDLL(None).umount2(path, 1)  # MNT_FORCE


def unmount(path):
    """Whatever state it is in: nothing may stay behind a test."""
    path = os.path.realpath(path)  # fusermount3 does not follow a link that is the mount point
    if not is_mounted(path):
        return
    run("fusermount3", "-u", path)
    if is_mounted(path):
        run("fusermount3", "-uz", path)


class Mount:
    """A content folder, mounted by a process in the foreground that belongs to the test."""

    running = set()

    def __init__(self, content, path, *options, prefix=(), cwd=None):
        self.content = Path(content)
        self.path = Path(path)
        self.command = [*prefix, TRANSCRIPTFS, "-f", "-q", *options, content, path]
        self.cwd = cwd
        self.process = None
        self.errors = ""

    def __truediv__(self, name):
        return self.path / name

    def start(self):
        self.process = subprocess.Popen([os.fspath(arg) for arg in self.command], cwd=self.cwd,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        Mount.running.add(self)
        self.wait_until_mounted()
        return self

    def wait_until_mounted(self):
        """The kernel tells when the table of mounts changes, and when a process ends."""
        place = Path(self.cwd or ".") / self.path
        with open("/proc/self/mountinfo", "rb") as table:
            process = os.pidfd_open(self.process.pid)
            poll = select.poll()
            poll.register(table, select.POLLPRI)
            poll.register(process, select.POLLIN)
            try:
                while not is_mounted(place):
                    events = dict(poll.poll(TIMEOUT * 1000))
                    assert events, "not mounted in time"
                    if process in events:
                        raise AssertionError("ended instead: " + self.end())
            finally:
                os.close(process)

    @property
    def worker(self):
        """The process that serves; the other one only holds the mount. For a moment after a death there is none."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            if children:
                return int(children[-1])  # one that cannot die yet stands before it
        raise AssertionError("nobody serves")

    def end(self):
        """Waits until the process has ended; what it said on standard error."""
        Mount.running.discard(self)
        try:
            _, errors = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            print(*what_it_does(self.process.pid), "mount namespaces:", *mount_namespaces().items(), sep="\n")
            raise
        self.errors = errors.decode(errors="replace")
        return self.errors

    def signal(self, number):
        self.process.send_signal(number)
        return self.end()

    def stop(self):
        """Unmounts; the process has to end by that, in peace."""
        result = run("fusermount3", "-u", os.path.realpath(Path(self.cwd or ".") / self.path))
        assert result.returncode == 0, result.stderr
        errors = self.end()
        assert self.process.returncode == 0, errors
        assert not errors, errors

    def stop_after(self, *told):
        """Unmounts; it has to have said each of these, and in each line one of them."""
        assert run("fusermount3", "-u", os.path.realpath(self.path)).returncode == 0
        errors = self.end()
        assert self.process.returncode == 0, errors
        assert all(any(words in line for words in told) for line in errors.splitlines()), errors
        assert all(words in errors for words in told), errors

    def clear(self):
        """Leaves no process and no mount behind, whatever went wrong before."""
        Mount.running.discard(self)
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.communicate(timeout=TIMEOUT)
        unmount(Path(self.cwd or ".") / self.path)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.clear()
            raise

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.process.returncode is None:
                self.stop()
        finally:
            self.clear()

    @classmethod
    def check_all(cls):
        """Those that outlive a test have to be there after it."""
        lost = [mount for mount in cls.running if mount.process.poll() is not None]
        told = [f"{mount.path} ended with {mount.process.returncode}: {mount.end()}" for mount in lost]
        assert not told, "\n".join(told)

    @classmethod
    def kill_all(cls):
        """Ends every request that hangs: without its process a mount answers with an error. Says before what hangs."""
        print("all mounts are ended, since a test takes too long; load:", text_of("/proc/loadavg").strip())
        print(*what_it_does(os.getpid()), sep="\n", flush=True)
        for mount in list(cls.running):
            mount.process.send_signal(signal.SIGKILL)
            cut_off(Path(mount.cwd or ".") / mount.path)


# --- walking ----------------------------------------------------------------------------------------


def walk(root):
    """Every path below a folder and itself, as bytes, in the order of transcriptfs-dump."""
    root = os.fsencode(root)
    pending = [b""]
    while pending:
        folder = pending.pop()
        yield folder or b"/", root + folder
        folders = []
        with os.scandir(root + folder + b"/") as entries:
            for entry in entries:
                path = folder + b"/" + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                else:
                    yield path, root + path
        pending += reversed(folders)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def files_below(root):
    return [path for _, path in walk(root) if os.path.isfile(path) and not os.path.islink(path)]


def dump_line(name, path):
    """A line as transcriptfs-dump --full prints it."""
    st = os.lstat(path)
    kind = {0o040000: b"d", 0o120000: b"l", 0o100000: b"f"}[st.st_mode & 0o170000]
    line = b"%c %04o %d %d %d %d" % (kind, st.st_mode & 0o7777, st.st_nlink, st.st_size, st.st_ino,
                                     st.st_mtime_ns)
    if kind == b"f":
        line += b" %016x" % xxhash.xxh3_64_intdigest(read(path))
    line += b" " + name
    if kind == b"d" and name != b"/":
        line += b"/"
    if kind == b"l":
        line += b" -> " + os.readlink(path)
    return line


def dump_of_mount(root):
    return b"".join(dump_line(name, path) + b"\n" for name, path in walk(root))


def dump_of_content(content, *options):
    result = run(DUMP, "--full", *options, content, text=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Folder:
    """A folder, listed with the system call, a few bytes at a time."""

    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def some(self, size=300):
        """The next (name, place behind it); empty at the end. 300 bytes hold one long name."""
        buffer = ctypes.create_string_buffer(size)
        got = self.libc.getdents64(self.fd, buffer, ctypes.c_size_t(size))
        assert got >= 0, os.strerror(ctypes.get_errno())
        found, at = [], 0
        while at < got:
            place = int.from_bytes(buffer.raw[at + 8:at + 16], sys.byteorder)
            length = int.from_bytes(buffer.raw[at + 16:at + 18], sys.byteorder)
            found.append((buffer.raw[at + 19:at + length].split(b"\0")[0], place))
            at += length
        return found

    def rest(self, size=300):
        found = []
        while some := self.some(size):
            found += some
        return found

    def go_to(self, place):
        os.lseek(self.fd, place, os.SEEK_SET)
