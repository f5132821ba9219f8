# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Lanes: several pytests share the tests of one run. And what no test may have beside it.

With PAGEWATCH_TEST_LANES=FOLDER each pytest of that folder is a lane. All collect the same tests. A file
of tests belongs to the lane that takes it first; whoever is done takes the next. So no list says which
file is whose, and what a module makes is made once.

The locks below hold for the whole machine: they also part the tests of two clones.
"""
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import stat
import tempfile

FOLDER = os.environ.get("PAGEWATCH_TEST_LANES")
# The longest test that others wait for is the soak: 10 minutes.
LOCK_SECONDS = 1800


def tell_collected(items):
    """For tests/tools/check: all tests of the run, by the names that it knows from their results."""
    path = pathlib.Path(FOLDER, f"collected-{os.getpid()}.json")
    path.write_text(json.dumps([f"{item.path.stem}::{item.name}" for item in items]),
                    encoding="utf-8")


def mine(session):
    """(test, what follows it) of each file that this lane took: the file's next test, or the session.

    A file is taken when its first test is asked for. The session instead of a test: pytest then
    removes what the file made and keeps what was made for the session.
    """
    taken = {}
    for item, following in zip(session.items, [*session.items[1:], None]):
        if item.path not in taken:
            taken[item.path] = take(item.path.stem)
        if taken[item.path]:
            same = following is not None and following.path == item.path
            yield item, following if same else session


def take(name):
    try:
        os.mkdir(os.path.join(FOLDER, name))
    except FileExistsError:
        return False
    return True


def shared(factory):
    """A folder for what is made once for all lanes."""
    return pathlib.Path(FOLDER or factory.getbasetemp())


class Lock:
    """A lock between processes, by a file; it may be shared."""

    def __init__(self, path):
        # Anybody can make something of this name in /tmp: no link is followed, no pipe waited for.
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            self.fd = os.open(path, flags)
        except FileNotFoundError:
            self.fd = os.open(path, flags | os.O_CREAT, 0o644)
        about = os.fstat(self.fd)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(f"{path} is no regular file")
        if about.st_uid == os.geteuid():
            os.fchmod(self.fd, 0o644)  # whatever the umask is: others must be able to wait
        self.path = path

    @contextlib.contextmanager
    def held(self, how=fcntl.LOCK_EX):
        self.take(how)
        try:
            yield
        finally:
            self.leave()

    def take(self, how):
        def late(_number, _frame):
            raise TimeoutError(f"{self.path}: another test has it for more than {LOCK_SECONDS} s")
        before = signal.signal(signal.SIGALRM, late)
        signal.alarm(LOCK_SECONDS)
        try:
            fcntl.flock(self.fd, how)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    def leave(self):
        fcntl.flock(self.fd, fcntl.LOCK_UN)


def machine_lock(name):
    """The lock for something that the machine has once."""
    return Lock(os.path.join(tempfile.gettempdir(), f"pagewatch-tests.{name}"))


class Machine:
    """Tests are on the machine side by side, or one is alone. Who wants to be alone is waited for."""

    def __init__(self):
        self.door = machine_lock("door")
        self.room = machine_lock("room")

    def enter(self, alone):
        with self.door.held():
            self.room.take(fcntl.LOCK_EX if alone else fcntl.LOCK_SH)

    def leave(self):
        self.room.leave()


def made_once(folder, make):
    """What make(folder) returned: of this lane, or of the one that was first. It must fit JSON."""
    told = folder.with_suffix(".json")
    with Lock(folder.with_suffix(".lock")).held():
        if not told.exists():
            told.write_text(json.dumps(make(folder)), encoding="utf-8")
        return json.loads(told.read_text(encoding="utf-8"))
