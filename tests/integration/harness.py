# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Starting pagewatch and its targets, and waiting for them by what they say.

Nothing here sleeps: a target prints a line and blocks on its stdin, pagewatch
names its phases through PAGEWATCH_TEST_POINTS. A deadline turns a hang into a failure.
"""
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / os.environ.get("O", ".output")
# PAGEWATCH_PROGRAM: another build of it, such as the sanitized one.
PROGRAM = ROOT / os.environ.get("PAGEWATCH_PROGRAM", OUT / "pagewatch")
WORKLOAD = OUT / "tests/workload"
RANDOM = OUT / "tests/random"
SIGNALS = OUT / "tests/signals"
CONTROL = OUT / "tests/control"
PYTHON = "/usr/bin/python3"

DEADLINE = 120.0
# Snapshots are asked for by SIGUSR1; the timer must not add any.
NEVER = ["--interval", "86400"]


# A system call that its seccomp filter refuses ends pagewatch, in each test.
REFUSALS = "refused calls"
os.environ.setdefault("PAGEWATCH_TEST_HIDES", REFUSALS)


def hidden(*features):
    """The environment of a pagewatch that takes these features for missing (docs/TESTING.md)."""
    return dict(os.environ, PAGEWATCH_TEST_HIDES=",".join(filter(None, (REFUSALS, *features))))


class Lines:
    """Lines of a pipe, with a deadline; errors: as bytes.decode() takes it."""

    def __init__(self, file, errors="strict"):
        self.errors = errors
        self.fd = file.fileno()
        self.file = file
        self.rest = b""

    def next(self, deadline=DEADLINE):
        """The next line without its newline, or None at the end of the file."""
        end = time.monotonic() + deadline
        while b"\n" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise TimeoutError(f"no line within {deadline} s; so far: {self.rest[:200]!r}")
            more = os.read(self.fd, 1 << 20)
            if not more:
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode(errors=self.errors)


class Target:
    """A test program that prints READY and DONE and waits for a line after each."""

    def __init__(self, argv, wait=True, **options):
        self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, **options)
        self.lines = Lines(self.process.stdout)
        self.wait = wait
        self.pid = self.process.pid
        self.books = None
        self.ready_faults = self.done_faults = None

    def until(self, word):
        """Reads to a line that begins with word; keeps JSON on the way; returns the line."""
        while True:
            line = self.lines.next()
            if line is None:
                raise EOFError(f"the target ended before it said {word}: {self.process.wait()}")
            if line.startswith("{"):
                self.books = json.loads(line)
            if line.startswith(word):
                return line

    def ready(self):
        self.ready_faults = faults_of(self.until("READY"))
        return self

    def go(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def done(self, ends=False):
        """Lets the target play to DONE (or to its end); a new image's READY is let go as well."""
        self.go()
        while True:
            line = self.lines.next()
            if line is None and ends:
                return self
            if line is None:
                raise EOFError(f"the target ended before DONE: {self.process.wait(DEADLINE)}")
            if line.startswith("{"):
                self.books = json.loads(line)
            elif line.startswith("READY"):
                self.go()
            elif line.startswith("DONE"):
                self.done_faults = faults_of(line)
                return self

    def stand_still(self):
        """Stops it; on return every thread of it is stopped."""
        os.kill(self.pid, signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(self.pid, os.WUNTRACED)[1])

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def end(self):
        """Lets it end; returns its exit status."""
        self.go()
        return self.process.wait(DEADLINE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(DEADLINE)
        self.process.stdin.close()
        self.process.stdout.close()


def faults_of(line):
    """ru_minflt + ru_majflt out of "READY pid minflt majflt", if told."""
    words = line.split()
    return int(words[2]) + int(words[3]) if len(words) >= 4 else None


class Phases:
    """Our side of PAGEWATCH_TEST_POINTS: hears the phases, lets each go."""

    def __init__(self):
        self.heard, self.says = os.pipe()
        self.waits, self.goes = os.pipe()
        self.file = os.fdopen(self.heard, "rb", buffering=0)
        self.lines = Lines(self.file)
        self.seen = []

    def fds(self):
        return (self.says, self.waits)

    def environment(self, hides=""):
        return dict(hidden(hides), PAGEWATCH_TEST_POINTS=f"{self.says},{self.waits}")

    def started(self):
        """pagewatch has its ends; ours of its side are closed, so that its end is heard."""
        os.close(self.says)
        os.close(self.waits)

    def hear(self):
        """The next phase (pagewatch stands in it), or None when pagewatch has ended."""
        phase = self.lines.next()
        if phase is not None:
            self.seen.append(phase)
        return phase

    def go(self):
        os.write(self.goes, b"g")

    def until(self, wanted):
        """Lets phases go until pagewatch stands in the wanted one; False if it ended first."""
        while True:
            phase = self.hear()
            if phase is None:
                return False
            if phase == wanted:
                return True
            self.go()

    def leave(self):
        """No more holding."""
        if self.goes >= 0:
            os.close(self.goes)
        self.goes = -1

    def close(self):
        self.leave()
        self.file.close()


class Watch:
    """`pagewatch watch -p PID --json`: attached once this object is there."""

    def __init__(self, pid, *options, until="baseline", hides="", **popen):
        self.phases = Phases()
        argv = [str(PROGRAM), "watch", "-p", str(pid), "--json", *NEVER,
                *[str(option) for option in options]]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, pass_fds=self.phases.fds(),
                                        env=self.phases.environment(hides), **popen)
        self.phases.started()
        self.lines = Lines(self.process.stdout)
        if until and not self.phases.until(until):
            raise AssertionError(f"pagewatch ended before '{until}': {self.errors()}")
        if until:
            self.phases.leave()

    def snapshot(self):
        """Asks for a snapshot and returns it."""
        self.process.send_signal(signal.SIGUSR1)
        return self.next()

    def next(self):
        line = self.lines.next()
        if line is None:
            raise AssertionError(f"pagewatch ended: {self.errors()}")
        return json.loads(line)

    def errors(self):
        status = self.process.wait(DEADLINE)
        return f"status {status}: {self.process.stderr.read().decode(errors='replace')}"

    def wait(self):
        """Its exit status, once it ends by itself."""
        return self.process.wait(DEADLINE)

    def stop(self):
        """SIGINT; returns its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(DEADLINE)

    def close(self):
        self.phases.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.process.stderr.close()


def watch_standing_still(opened, target, *options):
    """The snapshot of a watch that stands still from its baseline until the target is done."""
    opened.append(target)
    target.ready()
    watch = Watch(target.pid, *options, until=None)
    opened.append(watch)
    assert watch.phases.until("baseline")
    target.done()
    watch.phases.leave()
    return watch.snapshot()


def pagewatch(*arguments, **options):
    """Runs pagewatch to its end; text streams captured."""
    options.setdefault("timeout", DEADLINE)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([str(PROGRAM), *[str(word) for word in arguments]],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          **options)


def run_json(directory, options, command, **popen):
    """`pagewatch run --json`: (the report, the finished process)."""
    path = directory / "report.json"
    path.unlink(missing_ok=True)
    done = pagewatch("run", "--json", "-o", path, *options, "--", *command, **popen)
    assert path.exists() and path.read_text(), f"no report: {done.stderr}"
    return json.loads(path.read_text()), done


def snap(pid, *options, **popen):
    """One snapshot of the scan tier."""
    done = pagewatch("snap", "-p", pid, "--json", *options, **popen)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def process_of(snapshot, pid):
    rows = [row for row in snapshot["processes"] if row["pid"] == pid]
    assert len(rows) == 1, f"{len(rows)} rows for process {pid}"
    return rows[0]


def array_of(process, name):
    rows = [row for row in process["arrays"] if row["name"] == name]
    assert len(rows) == 1, f"{len(rows)} rows for array {name}"
    return rows[0]


def causes_of(process, name):
    """(touched, unfaulted, gone) of an array's pages."""
    row = array_of(process, name)
    return row["ledger"]["touched"], row["ledger"]["unfaulted"], row["touch"]["gone"]


def fault_program(directory, name, *flags):
    """tests/faults/NAME.c, built in the directory."""
    program = directory / name
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", *flags, "-o", program,
                    ROOT / f"tests/faults/{name}.c"], check=True)
    return program


def state_letter(pid):
    """R, S, t, T, Z ... as /proc tells, or None once the process is gone."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return stat.rsplit(")", 1)[1].split()[0]


def children(pid):
    """The processes that its first thread started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def thp_mode():
    try:
        text = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    except OSError:
        return "none"
    return re.search(r"\[(\w+)\]", text)[1]


class Mapping(typing.NamedTuple):
    """A VMA in smaps. kB; what lies in the pool of huge pages is no Rss."""
    rss: int
    swap: int
    hugetlb: int
    anonymous: int
    flags: list


def smaps(pid):
    """{(start, end): Mapping}, and all lines that the process alone decides.

    Pss, Shared and Private change when any other process maps the same library.
    """
    found, own, key, kilobytes = {}, [], None, {}
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
        if not line.startswith(("Pss", "Shared_", "Private_")):
            own.append(line)
        if head:
            key = (int(head[1], 16), int(head[2], 16))
        elif line.startswith("VmFlags:"):
            found[key] = Mapping(kilobytes["Rss"], kilobytes["Swap"],
                                 kilobytes["Private_Hugetlb"] + kilobytes["Shared_Hugetlb"],
                                 kilobytes["Anonymous"],
                                 line.split()[1:])
        elif line.endswith(" kB"):
            name, number, _ = line.split()
            kilobytes[name[:-1]] = int(number)
    return found, own
