# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The processes that bench starts: the subject, pagewatch, and what it is compared with.

Each tool is a context manager: inside the block it is attached to its target and counting;
at the end of the block it is asked what it has counted, and a tool that has not counted
what happened is an error, for then nothing was measured.
"""
import contextlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, os.environ.get("O", ".output"))
BENCH = os.path.join(OUT, "bench")
PAGEWATCH = os.path.join(OUT, "pagewatch")
DEADLINE_SECONDS = 120


class BenchError(Exception):
    """Nothing can be measured; the text says why."""


def find(program, package):
    path = shutil.which(program)
    if not path:
        raise BenchError(f"{program} not found: apt-get install {package} (or: sudo make deps)")
    return path


class Process:
    """A child whose output lines are read as they come; ended by its own pid only."""

    def __init__(self, argv, **options):
        self.name = os.path.basename(argv[0])
        # pylint: disable-next=consider-using-with
        self.popen = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, **options)
        self.pid = self.popen.pid
        self.lines = queue.SimpleQueue()
        self.errors = []
        self.readers = [threading.Thread(target=self._read_lines, daemon=True),
                        threading.Thread(target=self._read_errors, daemon=True)]
        for reader in self.readers:
            reader.start()

    def _read_lines(self):
        for line in self.popen.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _read_errors(self):
        self.errors.extend(self.popen.stderr)

    def said(self):
        return "".join(self.errors).strip() or "no message"

    def line(self):
        """The next line, or an error when there is none."""
        try:
            line = self.lines.get(timeout=DEADLINE_SECONDS)
        except queue.Empty:
            raise BenchError(f"{self.name}: no answer in {DEADLINE_SECONDS} s") from None
        if line is None:
            self.popen.wait()
            self.readers[1].join()
            raise BenchError(f"{self.name} ended: {self.said()}")
        return line

    def line_that_is(self, wanted):
        while self.line() != wanted:
            pass

    def send(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def end(self, number=None):
        """By a signal, or by the end of its input. What it had not yet said is returned."""
        if number is None:
            self.popen.stdin.close()
        elif self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            self.popen.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise BenchError(f"{self.name} did not end in {DEADLINE_SECONDS} s") from None
        for reader in self.readers:
            reader.join()
        rest = []
        while not self.lines.empty():
            rest.append(self.lines.get())
        return [line for line in rest if line is not None]

    def abandon(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        # What it started reads the same input, and ends with it.
        with contextlib.suppress(OSError):
            self.popen.stdin.close()


class Subject(Process):
    """A process that faults, calls and maps on demand."""

    def __init__(self):
        super().__init__([os.path.join(BENCH, "subject")])
        self.line_that_is("ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.abandon()

    def ask(self, request):
        self.send(request)
        return [float(word) for word in self.line().split()]


class Nothing:
    """No tool at all."""

    def __init__(self, target):
        del target

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def counted(self):
        return None


class Tool:
    """What the tools have in common: a process, abandoned when the block fails."""

    process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self._drop()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is None and self.process.popen.poll() is None:
            self.stop()
        self._drop()

    def _drop(self):
        if self.process:
            self.process.abandon()

    def start(self):
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError


class EmptyTpBtf(Tool):
    """Programs that do nothing on both fault tracepoints."""

    def __init__(self, target):
        del target

    def start(self):
        self.process = Process([os.path.join(BENCH, "empty_tp")])
        self.process.line_that_is("ready")

    def stop(self):
        self.process.end()

    def counted(self):
        return None


class Pagewatch(Tool):
    """pagewatch -p, live, JSON once a second, held by its test points where asked."""

    backend = "tp_btf"
    options = ()
    hides = ""		# a way to see mapping calls that a better one would replace

    def __init__(self, target):
        self.target = target
        self.started_ns = self.attached_ns = 0
        self.phases = None

    def start(self):
        self.start_to_attached()
        self.go_on()

    def start_to_attached(self):
        """Returns while pagewatch stands at the moment from which faults are counted."""
        out_read, out_write = os.pipe()
        in_read, in_write = os.pipe()
        environment = dict(os.environ, PAGEWATCH_TEST_POINTS=f"{out_write},{in_read}",
                           PAGEWATCH_TEST_HIDES=self.hides)
        self.phases = (os.fdopen(out_read, "r", encoding="ascii"),
                        os.fdopen(in_write, "wb", buffering=0))
        self.started_ns = time.monotonic_ns()
        self.process = Process([PAGEWATCH, "-p", str(self.target.pid), "--json",
                                f"--backend={self.backend}", *self.options],
                               pass_fds=(out_write, in_read), env=environment)
        os.close(out_write)
        os.close(in_read)
        self._wait_phase("attached")
        self.attached_ns = time.monotonic_ns()

    def _wait_phase(self, wanted):
        phases, go = self.phases
        while True:
            phase = phases.readline().strip()
            if phase == wanted:
                return
            if not phase:
                self.process.popen.wait()
                raise BenchError(f"pagewatch ended before '{wanted}': {self.process.said()}")
            go.write(b"\n")

    def go_on(self):
        """To the end of the baseline scan, then without holding."""
        self.phases[1].write(b"\n")
        self._wait_phase("baseline")
        for end in self.phases:
            end.close()

    def _ask(self):
        self.process.popen.send_signal(signal.SIGUSR1)
        return json.loads(self.process.line())

    def snapshot(self):
        """A snapshot that was begun after this call: the one after one that ended after it."""
        asked_ns = time.monotonic_ns()
        # since_start_ns counts from a moment after started_ns: never too late.
        while self.started_ns + self._ask()["since_start_ns"] < asked_ns:
            pass
        snapshot = self._ask()
        if snapshot["backend"] != self.backend or not snapshot["complete"]:
            raise BenchError(f"pagewatch: backend {snapshot['backend']}, incomplete: "
                             f"{snapshot['incomplete_reasons']}")
        return snapshot

    def counted(self):
        process, = self.snapshot()["processes"]
        return process["faults"]

    def rss_bytes(self):
        """Exact: VmRSS, which pagewatch tells of itself, may lag by some hundred KiB."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Rss: +(\d+) kB$", file.read(), re.MULTILINE)[1]) * 1024

    def stop(self):
        self.process.end(signal.SIGINT)


class PagewatchPerf(Pagewatch):
    backend = "perf"


class PagewatchAllCalls(Pagewatch):
    """Mapping calls by the tracepoint of all system calls, as without CAP_SYS_ADMIN on Debian."""

    hides = "syscall tracepoints"


class PerfRecord(Tool):
    """perf record of every fault with its address, as one would without pagewatch."""

    def __init__(self, target):
        self.target = target
        self.data = os.path.join(BENCH, "perf.data")
        self.control = ()

    def start(self):
        control_read, control_write = os.pipe()
        ack_read, ack_write = os.pipe()
        self.process = Process([find("perf", "linux-perf"), "record", "-q", "-e", "page-faults",
                                "-c", "1", "-d", "-o", self.data, "-p", str(self.target.pid),
                                "-D", "-1", f"--control=fd:{control_read},{ack_write}"],
                               pass_fds=(control_read, ack_write))
        os.close(control_read)
        os.close(ack_write)
        # Both ends stay open: perf record ends badly when they are hung up.
        self.control = (os.fdopen(control_write, "wb", buffering=0),
                        os.fdopen(ack_read, "rb", buffering=0))
        self.control[0].write(b"enable\n")
        if not self.control[1].read(16).startswith(b"ack"):
            raise BenchError(f"perf record: {self.process.said()}")

    def counted(self):
        self.stop()
        report = subprocess.run([find("perf", "linux-perf"), "report", "--stats", "-f", "-i",
                                 self.data],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                check=False)
        samples = re.search(r"SAMPLE events: +(\d+)", report.stdout)
        if not samples:
            raise BenchError(f"perf report: {report.stderr.strip()}")
        return int(samples[1])

    def stop(self):
        self.process.end(signal.SIGINT)

    def __exit__(self, *error):
        super().__exit__(*error)
        for end in self.control:
            end.close()
        if os.path.exists(self.data):
            os.unlink(self.data)


class Bpftrace(Tool):
    """The one-liner that counts the faults of a process in each 2 MiB.

    It ends with its command, which ends with its input: one SIGINT in many is lost on it.
    """

    def __init__(self, target):
        self.target = target
        self.started_ns = self.attached_ns = 0

    def start(self):
        program = (f"tracepoint:exceptions:page_fault_user /pid == {self.target.pid}/ "
                   "{ @[args->address >> 21] = count(); }")
        # -c starts its command once all probes are attached: its first word says so.
        argv = [find("bpftrace", "bpftrace"), "-e", program,
                "-c", os.path.join(BENCH, "subject")]
        if not os.path.exists("/sys/kernel/tracing/events"):
            # Where nobody has mounted tracefs, it is mounted for bpftrace alone.
            argv = [find("unshare", "util-linux"), "-m", "sh", "-c",
                    'mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"', "sh", *argv]
        self.started_ns = time.monotonic_ns()
        self.process = Process(argv)
        self.process.line_that_is("ready")
        self.attached_ns = time.monotonic_ns()

    def counted(self):
        return sum(int(line.split(": ")[1]) for line in self.process.end()
                   if line.startswith("@["))

    def stop(self):
        self.process.end()


TOOLS = {"none": Nothing, "empty_tp_btf": EmptyTpBtf, "pagewatch_tp_btf": Pagewatch,
         "pagewatch_perf": PagewatchPerf, "pagewatch_all_calls": PagewatchAllCalls, "perf_record": PerfRecord, "bpftrace": Bpftrace}
