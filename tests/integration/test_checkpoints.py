# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Checkpoints that a program names, told over PAGEWATCH_FD; marks that come with them."""
import json
import pathlib
import signal
import subprocess

import harness
import pytest

LIBRARY = harness.OUT / "libpagewatch.so.1"
BEGIN = f"""
import ctypes, os, sys
import numpy as np
pagewatch = ctypes.CDLL({str(LIBRARY)!r})
pagewatch.pagewatch_mark.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t]
def at(name):
    return pagewatch.pagewatch_checkpoint(name.encode())
# 16 bytes behind a page: element 510 is the first of page 1.
x = np.zeros((3001, 1009))
flat = x.reshape(-1)
def touch(first, end):
    flat[512 * first - 2:512 * end - 2] = 1
"""
STEPS = BEGIN + """
assert at("made") == 1
touch(7, 18)
assert at("after 11") == 1
touch(1000, 1013)
assert at("after 13 more") == 1
"""


def check(*arguments, code=STEPS, **options):
    return harness.pagewatch("check", *arguments, "--", harness.PYTHON, "-c", code, **options)


def test_each_at_its_own_moment():
    done = check("-e", 'at "made": __main__.x: interior_resident == 0',
                 "-e", 'at "after 11": __main__.x: interior_resident == 11',
                 "-e", 'at "after 13 more": __main__.x: interior_resident == 24',
                 "-e", "__main__.x: interior_resident == 24")
    assert done.returncode == 0, done.stderr
    for wrong in ('at "made": __main__.x: interior_resident == 11',
                  'at "after 11": __main__.x: interior_resident == 24',
                  '__main__.x: interior_resident == 11'):
        assert check("-e", wrong).returncode == 1
    done = check("-e", 'at "never": __main__.x: interior_resident == 0')
    assert done.returncode == 3 and "the checkpoint was not reached" in done.stderr


def test_growth():
    done = check("-e", 'since "made": __main__.x: interior_resident == +24',
                 "-e", 'at "after 13 more": since "after 11": __main__.x: resident == +13 and '
                       'absent == -13',
                 "-e", 'since "after 11": __main__.x: resident <= +52K')
    assert done.returncode == 0, done.stderr
    done = check("-e", 'since "after 11": __main__.x: resident <= +12')
    assert done.returncode == 1
    assert "would hold: resident <= +13" in done.stderr
    assert check("-e", 'since "never": __main__.x: resident <= +12').returncode == 3
    assert check("-e", 'at "made": since "after 11": __main__.x: resident <= +12').returncode == 3


LOOP = BEGIN + """
for i in range(61):
    touch(i + 1, i + 2)
    assert at("turn") == 1
"""


def test_a_checkpoint_in_a_loop(tmp_path):
    """Each turn is judged; a failure of one is not mended by the next; growth is since the last."""
    path = tmp_path / "check.json"
    done = check("--format", "json", "-o", path,
                 "-e", 'at "turn": __main__.x: interior_resident <= 60',
                 "-e", 'at "turn": __main__.x: interior_resident <= 61',
                 "-e", 'at "turn": __main__.x: interior_resident != 31',
                 "-e", 'since "turn": __main__.x: interior_resident == +0',
                 "-e", 'at "turn": since "turn": __main__.x: interior_resident == +1', code=LOOP)
    assert done.returncode == 1, done.stderr
    report = json.loads(path.read_text())
    assert [(row["verdict"], row["times"]) for row in report["expectations"]] == [
        ("failed", 61), ("holds", 61), ("failed", 61), ("holds", 1), ("unknown", 61)]
    clause, = report["expectations"][2]["findings"][0]["clauses"]
    assert clause["value"] == 31


MARKS = BEGIN + """
start = x.ctypes.data
pagewatch.pagewatch_mark(b"first rows", start, 8072 * 17)
pagewatch.pagewatch_mark(b"wild*", start + 4096 * 100 - 16, 4096 * 19)
touch(1, 3); touch(105, 110)
at("marked")
"""


def test_marks():
    done = check("-e", 'at "marked": first rows: interior_resident == 2 and pages == 34',
                 "-e", 'at "marked": "wild*": resident == 5 and pages == 19',
                 "-e", "first rows: resident == 3", code=MARKS)
    assert done.returncode == 0, done.stderr


CHILDREN = BEGIN + """
child = os.fork()
touch(1, 1 + (3 if child else 5))
said = at("both")
if not child:
    os._exit(said)
_, status = os.wait()
print(said, os.waitstatus_to_exitcode(status))
"""


def test_children():
    """A child that is not followed is let go; one that is, is judged for itself."""
    expectation = ["-e", 'at "both": __main__.x: interior_resident == 3']
    done = check(*expectation, code=CHILDREN)
    assert (done.returncode, done.stdout) == (0, "1 0\n"), done.stderr
    done = check("--children", *expectation, code=CHILDREN)
    assert (done.returncode, done.stdout) == (1, "1 1\n"), done.stderr
    done = check("--children", "-e", 'at "both": __main__.x: interior_resident >= 3',
                 code=CHILDREN)
    assert done.returncode == 0, done.stderr


THREADS = BEGIN + """
import threading
said = []
threads = [threading.Thread(target=lambda n: said.append(at(f"t{n}")), args=(i,)) for i in range(23)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(said != [1] * 23)
"""


def test_threads_at_once():
    points = [word for n in range(23)
              for word in ("-e", f'at "t{n}": __main__.x: interior_resident == 0')]
    done = check(*points, code=THREADS)
    assert done.returncode == 0, done.stderr


def test_nobody_watches():
    done = subprocess.run([harness.PYTHON, "-c", STEPS.replace("== 1", "== 0")], check=False,
                          timeout=harness.DEADLINE)
    assert done.returncode == 0


def test_run_takes_a_moment(tmp_path):
    """`run` looks at each checkpoint, then lets the program go on; marks are in the report of the end."""
    code = MARKS + "print(at('again'))"
    report, done = harness.run_json(tmp_path, ["--backend", "none"],
                                    [harness.PYTHON, "-c", code])
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert report["sampling"]["taken"]["checkpoint"] == 2 and report["sampling"]["failed"] == 0
    row = harness.array_of(report["processes"][0], "first rows")
    assert row["source"] == "mark" and row["interior_resident_pages"] == 2
    ids = [row["id"] for row in report["processes"][0]["arrays"]]
    assert len(set(ids)) == len(ids) and 0 not in ids


FORGED = """
import os, socket, struct, sys
channel = socket.socket(fileno=os.dup(int(os.environ["PAGEWATCH_FD"])))
def say(packet, *fds):
    channel.sendmsg([packet], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(fds)}i", *fds))]
                    if fds else [])
def head(name, marks, name_bytes=None):
    return struct.pack("IIII", os.getpid(), 0, len(name) if name_bytes is None else name_bytes, marks) + name
def answered(packet):
    ours, theirs = socket.socketpair()
    say(packet, theirs.fileno())
    theirs.close()
    return ours.recv(1)
mark = lambda start, size, name: struct.pack("QQQ", start, size, len(name)) + name
say(b"")
say(b"x" * 3)
say(head(b"no socket", 0))
for packet in (head(b"", 0), head(b"a" * 128, 0), head(b"a\\0b", 0), head(b"a", 1025), head(b"a", 1),
               head(b"a", 0, 2**31), head(b"a", 0) + b"more", head(b"a", 1) + mark(2**64 - 1, 2, b"m"),
               head(b"a", 1) + mark(2**64 - 4097, 4096, b"m"),
               head(b"a", 1) + mark(1, 0, b"m"), head(b"a", 2) + mark(4096, 1, b"m"), b"y" * 150000):
    assert answered(packet) == b"", packet[:40]
assert answered(head(b"good", 1) + mark(8191, 4096, b"m\\x1b[31m")) == b"k"
"""


def test_forged_packets():
    done = check("-e", 'at "good": m*31m: pages == 2 and absent == 2', "--min-size", "1", code=FORGED)
    assert done.returncode == 0, done.stderr
    done = check("-e", 'at "a": process: pages > 0', code=FORGED)
    assert done.returncode == 3, done.stderr


@pytest.mark.parametrize("who", ["pagewatch", "command"])
def test_killed_at_a_checkpoint(who, opened):
    """Whoever is killed, the other goes on."""
    code = BEGIN + "said = at('here')\nprint(said, flush=True)\nsys.exit(7)"
    phases = harness.Phases()
    process = subprocess.Popen(
        [harness.PROGRAM, "check", "-e", 'at "here": __main__.x: resident <= 1', "--",
         harness.PYTHON, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, pass_fds=phases.fds(), env=phases.environment())
    phases.started()
    assert phases.until("checkpoint")
    with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
        helpers = file.read().split()
    # The watchdog is the other one.
    guardian, = (pid for pid in helpers
                 if pathlib.Path(f"/proc/{pid}/comm").read_text() == "pw-guardian\n")
    with open(f"/proc/{guardian}/task/{guardian}/children", encoding="ascii") as file:
        child, = file.read().split()
    if who == "pagewatch":
        process.kill()
        assert process.stdout.read() == b"0\n"
    else:
        harness.os.kill(int(child), signal.SIGKILL)
        phases.leave()
        assert process.wait(harness.DEADLINE) == 1
    phases.close()
    process.wait()
    process.stdout.close()
    process.stderr.close()


ATTACHED = BEGIN + """
print("READY", flush=True)
for line in sys.stdin:
    first, end = (int(word) for word in line.split())
    touch(first, end)
    print("AT", at("step"), flush=True)
"""


class Attached:
    """A program that nobody has started for us; a check that waits for its checkpoints."""

    def __init__(self, opened, *expectations, code=ATTACHED):
        self.target = harness.Target([harness.PYTHON, "-c", code])
        opened.append(self.target)
        self.target.until("READY")
        self.phases = harness.Phases()
        opened.append(self.phases)
        words = [word for text in expectations for word in ("-e", text)]
        self.process = subprocess.Popen([harness.PROGRAM, "check", "-p", str(self.target.pid),
                                         *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        pass_fds=self.phases.fds(),
                                        env=self.phases.environment())
        self.phases.started()

    def step(self, first, end):
        self.target.process.stdin.write(f"{first} {end}\n".encode())
        self.target.process.stdin.flush()

    def ended(self):
        output, errors = self.process.communicate(timeout=harness.DEADLINE)
        return self.process.returncode, output + errors


@pytest.mark.root
def test_of_a_process_that_runs_already(opened):
    """It stands still at its checkpoint until its pages were counted, and goes on."""
    attached = Attached(opened, "__main__.x: interior_resident == 0",
                        'at "step": __main__.x: interior_resident == 5')
    assert attached.phases.until("armed")
    attached.step(1, 6)
    attached.phases.go()
    assert attached.phases.until("checkpoint")
    assert harness.state_letter(attached.target.pid) == "t"
    attached.phases.leave()
    status, text = attached.ended()
    assert status == 0, text
    assert attached.target.until("AT") == "AT 0"
    # Nothing of it is left: it goes through its checkpoint as if nobody had been there.
    attached.step(7, 8)
    assert attached.target.until("AT") == "AT 0"
    attached.target.process.stdin.close()
    assert attached.target.process.wait(harness.DEADLINE) == 0


@pytest.mark.root
@pytest.mark.parametrize("phase", ["armed", "checkpoint"])
def test_pagewatch_killed_over_a_process_that_runs(phase, opened):
    attached = Attached(opened, 'at "step": __main__.x: interior_resident == 5')
    assert attached.phases.until("armed")
    if phase == "checkpoint":
        attached.step(1, 6)
        attached.phases.go()
        assert attached.phases.until(phase)
    attached.process.kill()
    attached.process.communicate()
    if phase == "armed":
        attached.step(1, 6)
    assert attached.target.until("AT") == "AT 0"
    attached.step(9, 10)
    assert attached.target.until("AT") == "AT 0"
    assert harness.state_letter(attached.target.pid) != "T"


ATTACHED_THREADS = BEGIN + """
import threading
print("READY", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=at, args=(f"t{i}",)) for i in range(17)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("AT the end", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_threads_of_a_process_that_runs(opened):
    """Threads that are made while we wait, and reach their checkpoints at once."""
    attached = Attached(opened, *[f'at "t{n}": __main__.x: interior_resident == 0'
                                  for n in range(17)], code=ATTACHED_THREADS)
    assert attached.phases.until("armed")
    attached.phases.leave()
    attached.target.go()
    assert attached.target.until("AT")
    status, text = attached.ended()
    assert status == 0, text


@pytest.mark.root
def test_what_has_no_checkpoints(opened):
    attached = Attached(opened, 'at "step": process: pages > 0',
                        code="import sys; print('READY', flush=True); sys.stdin.readline()")
    attached.phases.leave()
    status, text = attached.ended()
    assert status == 3 and "does not use libpagewatch" in text
    attached = Attached(opened, 'at "step": process: pages > 0')
    assert attached.phases.until("armed")
    attached.phases.leave()
    attached.process.send_signal(signal.SIGINT)
    status, text = attached.ended()
    assert status == 3 and "the checkpoint was not reached" in text
    attached = Attached(opened, 'at "step": process: pages > 0')
    assert attached.phases.until("armed")
    attached.phases.leave()
    attached.target.process.kill()
    status, text = attached.ended()
    assert status == 3 and "the checkpoint was not reached" in text


@pytest.mark.root
def test_killed_before_its_threads_are_traced(opened):
    attached = Attached(opened, 'at "step": process: pages > 0')
    assert attached.phases.until("snapshot")
    attached.target.process.kill()
    attached.target.process.wait()
    attached.phases.leave()
    status, text = attached.ended()
    assert status == 3, text
    assert len([line for line in text.splitlines() if line.startswith("pagewatch: ")]) == 1, text
