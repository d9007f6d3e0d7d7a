import contextlib
import os
import subprocess
import threading

import pytest

import made_corpus
from tools import (BUILD, CAP_SYS_ADMIN, DUMP, EXAMPLE, TIMEOUT, TRANSCRIPTFS, Mount, can_have, is_sanitized, of_process,
                   run, unmount, write_content)

# A content file's time is part of what a mount shows: one that is not "now" tells the two apart.
LONG_AGO = 1_500_000_000


def pytest_sessionstart(session):
    for program in (TRANSCRIPTFS, DUMP):
        if not os.access(program, os.X_OK):
            pytest.exit(f"there is no {program.name} in {BUILD}: build it, or name the folder in "
                        "TRANSCRIPTFS_BUILD", returncode=2)


@pytest.fixture(scope="session")
def fuse():
    """Asked for by all that mounts."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("there is no /dev/fuse: nothing can be mounted here")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse cannot be opened by this user: nothing can be mounted")
    if not can_have(CAP_SYS_ADMIN):
        pytest.skip("nobody has CAP_SYS_ADMIN here: nothing can be mounted")
    if os.geteuid() != 0 and of_process("NoNewPrivs") == "1":
        pytest.skip("no program may have more rights than this user (no_new_privs): nothing can be mounted")


@pytest.fixture(autouse=True)
def no_test_hangs():
    """A request to a mount that does not answer cannot be interrupted; ending its server ends it. The longest test takes
    a third of TIMEOUT on a machine with nothing else to do, and ten times as long on a busy one."""
    watchdog = threading.Timer(10 * TIMEOUT, Mount.kill_all)
    watchdog.start()
    yield
    watchdog.cancel()
    Mount.check_all()


@pytest.fixture
def place(tmp_path):
    """An empty folder to mount on. Whatever stands there at the end is unmounted."""
    path = tmp_path / "mnt"
    path.mkdir()
    yield path
    unmount(path)


@pytest.fixture
def mount(fuse, tmp_path, place):
    """Mounts {path: text} or a folder, as often as it is called; unmounts all of it."""
    mounted = []

    def start(content, *options, **more):
        if isinstance(content, dict):
            content = write_content(tmp_path / f"content{len(mounted)}", content)
        path = place if not mounted else tmp_path / f"mnt{len(mounted)}"
        path.mkdir(exist_ok=True)
        mounted.append(Mount(content, path, *options, **more))
        return mounted[-1].__enter__()

    yield start
    errors = []
    for one in mounted:
        try:
            one.__exit__(None)
        except (AssertionError, subprocess.SubprocessError) as error:
            errors.append(error)
    assert not errors, errors


@pytest.fixture
def with_library(tmp_path):
    """Makes a library of C; what stands before a command so that its functions come before those of libc."""
    if is_sanitized():
        pytest.skip("nothing can be loaded before a sanitizer")

    def make(text):
        source, library = tmp_path / "before.c", tmp_path / "before.so"
        source.write_text("#define _GNU_SOURCE\n" + text)
        if run("cc", "-shared", "-fPIC", "-o", library, source).returncode:
            pytest.skip("there is no compiler")
        return ("env", f"LD_PRELOAD={library}")

    return make


@pytest.fixture(scope="session")
def made_content(tmp_path_factory):
    """The made corpus, written out."""
    folder = write_content(tmp_path_factory.mktemp("made") / "content", made_corpus.files())
    for i, path in enumerate(sorted(folder.rglob("*.md"))):
        os.utime(path, ns=(0, (LONG_AGO + i) * 10**9 + i))
    return folder


@pytest.fixture(scope="session")
def made(fuse, made_content, tmp_path_factory):
    with Mount(made_content, tmp_path_factory.mktemp("made-mount")) as mounted:
        yield mounted


@pytest.fixture(scope="session")
def example(fuse, tmp_path_factory):
    if not EXAMPLE.is_dir():
        pytest.skip(f"there is no {EXAMPLE}")
    with Mount(EXAMPLE, tmp_path_factory.mktemp("example-mount")) as mounted:
        yield mounted


@pytest.fixture(params=["example", "made"])
def mounted(request):
    """Either corpus; what a test says of this has to hold for both."""
    return request.getfixturevalue(request.param)


SLOW = r"""
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

int close_range(unsigned first, unsigned last, int flags)
{
    return 0; /* what it waits for is one of the descriptors that the caller left open */
}

void cmark_parser_feed(void *parser, const char *text, size_t len)
{
    void (*real)(void *, const char *, size_t) = (void (*)(void *, const char *, size_t))dlsym(RTLD_NEXT, "cmark_parser_feed");
    char byte;
    if (memmem(text, len, "slow body", 9))
        while (read(9, &byte, 1) < 1)
            ;
    real(parser, text, len);
}
"""


@pytest.fixture
def slow_bodies(with_library, tmp_path):
    """What stands before a command so that each body with "slow body" in it is parsed when a byte is written; and where."""
    @contextlib.contextmanager
    def slow():
        go_on = tmp_path / "go on"
        os.mkfifo(go_on)
        with open(go_on, "r+b", buffering=0) as file:
            yield ("bash", "-c", 'exec 9< "$1"; shift; exec "$@"', "bash", go_on, *with_library(SLOW)), file

    return slow
