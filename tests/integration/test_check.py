# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pagewatch check: each verdict and status in each format, and what cannot be told."""
import json
import os
import signal
import subprocess
import threading
import xml.etree.ElementTree

import harness
import jsonschema
import pytest

SCHEMA = json.loads((harness.ROOT / "docs/pagewatch-1.schema.json").read_text())
# 3,001 x 1,009 doubles behind 16 bytes of header: the second line touches 101 pages of them.
LAZY = "import numpy as np; x = np.zeros((3001, 1009))"
TOUCHED = LAZY + "; x.reshape(-1)[512 * 7 - 2:512 * 108 - 2] = 1"
DENSE = "import numpy as np; x = np.full((3001, 1009), 0.5)"


def check(*arguments, **options):
    return harness.pagewatch("check", *arguments, **options)


def python(code):
    return ["--", harness.PYTHON, "-c", code]


def verdicts(tmp_path, *arguments):
    """(status, the JSON), valid by the schema."""
    path = tmp_path / "check.json"
    done = check("--format", "json", "-o", path, *arguments)
    report = json.loads(path.read_text())
    jsonschema.validate(report, SCHEMA)
    return done.returncode, report


# What is expected of x, the code, and the exit status that it must give.
CASES = {
    "lazy": ("x: interior_resident == 0", LAZY, 0),
    "dense": ("x: interior_resident == 0", DENSE, 1),
    "touched": ("x: interior_resident == 101", TOUCHED, 0),
    "touched_less": ("x: interior_resident <= 100", TOUCHED, 1),
    "share": ("x: interior_resident <= 1.71% and interior_absent >= 98%", TOUCHED, 0),
    "size": ("x: interior_resident == 404K", TOUCHED, 0),
    "no_such": ("y: interior_resident == 0", LAZY, 3),
    "may_be_absent": ("y: interior_resident == 0 unless absent", LAZY, 0),
    "no_interior": ("tiny: interior_resident == 0", LAZY + "; tiny = np.zeros(3)", 3),
    "no_checkpoint": ("x: interior_resident == 0", LAZY, 3),
    "command_fails": ("x: interior_resident == 0", LAZY + "; raise SystemExit(3)", 1),
    "command_crashes": ("x: interior_resident == 0", LAZY + "; import os; os.abort()", 1),
    "early_exit": ("x: interior_resident == 0", LAZY + "; import os; os._exit(0)", 0),
}


# One of each status, and each reason for it.
SOME = ["lazy", "dense", "no_such", "no_interior", "command_fails"]


def expectation(name):
    at = 'at "never": ' if name == "no_checkpoint" else ""
    return f"{at}__main__.{CASES[name][0]}"


@pytest.mark.parametrize("name", CASES)
def test_statuses_as_text(name):
    _, code, status = CASES[name]
    done = check("-e", expectation(name), *python(code))
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    first = {0: "ok ", 1: "FAILED ", 3: "unknown "}[status]
    assert any(line.startswith(first) for line in done.stderr.splitlines()), done.stderr


@pytest.mark.parametrize("name", SOME)
def test_statuses_as_tap(name, tmp_path):
    """prove agrees, and counts as many tests."""
    _, code, status = CASES[name]
    path = tmp_path / "check.tap"
    done = check("--format", "tap", "-o", path, "-e", expectation(name), *python(code))
    assert done.returncode == status, done.stderr
    proved = subprocess.run(["prove", "--exec", "cat", path], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.STDOUT, check=False)
    assert (proved.returncode == 0) == (status == 0), proved.stdout
    assert "Tests=2," in proved.stdout


@pytest.mark.parametrize("name", SOME)
def test_statuses_as_junit(name, tmp_path):
    _, code, status = CASES[name]
    path = tmp_path / "check.xml"
    done = check("--format", "junit", "-o", path, "-e", expectation(name), *python(code))
    assert done.returncode == status, done.stderr
    suite, = xml.etree.ElementTree.parse(path).getroot()
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases)) == "2"
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    assert (int(suite.get("failures")), int(suite.get("errors"))) == (failures, errors)
    assert status == (1 if failures else 3 if errors else 0)
    assert cases[1].get("name") == expectation(name)


@pytest.mark.parametrize("name", SOME)
def test_statuses_as_json(name, tmp_path):
    _, code, status = CASES[name]
    done, report = verdicts(tmp_path, "-e", expectation(name), *python(code))
    assert done == status
    assert report["verdict"] == {0: "holds", 1: "failed", 3: "unknown"}[status]


def test_counts_are_the_kernels(tmp_path):
    status, report = verdicts(tmp_path, "-e", "__main__.x: interior_resident == 0",
                              *python(TOUCHED))
    assert status == 1
    finding, = report["expectations"][0]["findings"]
    clause, = finding["clauses"]
    assert clause["value"] == 101 and clause["would_hold"] == "interior_resident == 101"
    assert finding["array"]["interior_resident_pages"] == 101
    assert finding["array"]["interior_pages"] == clause["base"]


def test_a_failure_shows_row_heat_sentence_and_remedy():
    done = check("-e", "__main__.x: resident <= 10%", *python(DENSE), env={**os.environ,
                                                                           "LC_ALL": "C.UTF-8"})
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert "FAILED   __main__.x: resident <= 10%" in lines
    at = lines.index("FAILED   __main__.x: resident <= 10%")
    text = "\n".join(lines[at:])
    assert "__main__.x (process " in text and "█████" in text
    assert "resident is 5,915 of 5,915 pages (23.1 MiB)" in text
    assert "would hold: resident <= 100%" in text
    assert "pages resident" in text


@pytest.mark.parametrize("text, column, word", [
    ("x resident == 0", 16, "': '"),
    ("x: residnt == 0", 4, "residnt"),
    ("x: resident == 4MB", 17, "powers of 1024"),
])
def test_a_broken_expectation_points_at_its_column(text, column, word, tmp_path):
    done = check("-e", text, "--", "true")
    assert done.returncode == 2
    message, shown, caret = done.stderr.splitlines()
    assert f"-e:{column}: " in message and word in message
    assert shown.strip() == text and caret.index("^") - 2 == column - 1
    path = tmp_path / "checks"
    path.write_text(f"# a comment\n\n  x: resident == 0\n{text}\n")
    done = check("-f", path, "--", "true")
    assert done.returncode == 2
    assert f"{path}:4:{column}: " in done.stderr


def test_a_file_of_expectations(tmp_path):
    path = tmp_path / "checks"
    path.write_text("# laziness\n__main__.x: interior_resident == 0\n\n"
                    "process: resident < 1 GiB\n")
    done = check("-f", path, *python(LAZY))
    assert done.returncode == 0, done.stderr
    assert "3 hold, 0 failed, 0 unknown" in done.stderr


@pytest.mark.parametrize("arguments", [
    [], ["-e", "x: resident == 0"], ["-p", "1", "-e", "x: resident == 0", "--", "true"],
    ["--", "true"],
    ["--format", "tap", "-e", "x: resident == 0", "--", "true"],
    ["--expect-status", "256", "-e", "x: resident == 0", "--", "true"],
    ["-p", "1", "-e", 'since "a": x: resident == +0'],
    ["--at", ":main", "-e", "x: resident == 0", "--", "true"],
    ["--interval", "1", "-e", "x: resident == 0", "--", "true"],
    ["-f", "/no/such/file", "--", "true"],
])
def test_misuse_is_2_and_one_line(arguments):
    done = check(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_what_cannot_be_measured_is_3():
    assert check("-e", "x: resident == 0", "--", "/no/such/command").returncode == 3
    assert check("-p", 2**22 + 1, "-e", "x: resident == 0").returncode == 3
    done = check("-o", "/no/such/folder/x", "-e", "x: resident == 0", "--", "true")
    assert done.returncode == 4
    assert check("-o", "/dev/full", "-e", "process: pages > 0", "--", "true").returncode == 4


def test_streams_are_the_commands():
    done = check("-o", "/dev/null", "-e", "process: pages > 0", "--", "/bin/sh", "-c",
                 "cat; echo error >&2", stdin=None, input="through\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "through\n", "error\n")
    done = check("--format", "tap", "-o", "-", "-e", "process: pages > 0", "--", "echo", "out")
    assert done.stdout.startswith("TAP version 13\n1..2\nok 1 ") and done.stderr == "out\n"


@pytest.mark.parametrize("wanted, got, status", [("7", 7, 0), ("0", 7, 1), ("any", 7, 0),
                                                 ("143", -15, 0)])
def test_expected_status(wanted, got, status):
    code = f"exit {got}" if got >= 0 else "kill -TERM $$"
    done = check("--expect-status", wanted, "-e", "process: pages > 0", "--", "/bin/sh", "-c", code)
    assert done.returncode == status, done.stderr


def test_of_a_running_process(opened):
    target = harness.Target([harness.PYTHON, "-c", TOUCHED + "; print('READY', flush=True);"
                             "import sys; sys.stdin.readline()"])
    opened.append(target)
    target.until("READY")
    assert check("-p", target.pid, "-e", "__main__.x: interior_resident == 101").returncode == 0
    done = check("-p", target.pid, "-e", "__main__.x: interior_resident == 0")
    assert done.returncode == 1 and "FAILED" in done.stdout
    assert check("-p", target.pid, "-e", "__main__.*: resident <= 1").returncode == 1


def test_wildcards_pass_over_what_is_small(tmp_path):
    code = LAZY + "; y = np.zeros(1 << 20); v = y[5:]; small = np.ones(100)"
    status, report = verdicts(tmp_path, "-e", "__main__.*: interior_resident == 0", *python(code))
    assert status == 0
    names = [finding["array"]["name"] for finding in report["expectations"][0]["findings"]]
    assert sorted(names) == ["__main__.x", "__main__.y"]
    status, _ = verdicts(tmp_path, "-e", "__main__.small: resident >= 1", *python(code))
    assert status == 0
    status, report = verdicts(tmp_path, "-e", "__main__.v: interior_resident == 0", *python(code))
    assert status == 0 and report["expectations"][0]["findings"][0]["array"]["owner"]


FORKS = LAZY + """
import os, sys
pid = os.fork()
if not pid:
    x[:] = 1
    sys.exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.parametrize("children, status", [([], 0), (["--children"], 1)])
def test_every_process(children, status):
    """A child born with the breakpoint in its code reaches its own end unharmed."""
    done = check(*children, "-e", "__main__.x: interior_resident == 0", *python(FORKS))
    assert done.returncode == status, done.stderr
    assert "the command exits 0" in done.stderr


EXECS = LAZY + "; import os, sys; os.execv(sys.executable, [sys.executable, '-c', {!r}])"


def test_the_image_that_ends_is_judged():
    """The breakpoints of an image that is replaced go with it."""
    assert check("-e", "__main__.x: interior_resident == 0",
                 *python(EXECS.format(DENSE))).returncode == 1
    assert check("-e", "__main__.x: interior_resident == 0",
                 *python(EXECS.format(LAZY))).returncode == 0
    assert check("-e", "__main__.x: interior_resident == 0",
                 *python(EXECS.format("pass"))).returncode == 3


AT_EXIT = LAZY + "; import atexit, os; atexit.register(lambda: {})"


def test_what_runs_behind_the_stop_is_the_commands_own():
    """It forks, executes another program, or fills its arrays when pagewatch has looked."""
    assert check("-e", "__main__.x: interior_resident == 0",
                 *python(AT_EXIT.format("x.fill(1)"))).returncode == 0
    code = AT_EXIT.format("os.execv('/bin/sh', ['sh', '-c', 'exit 9'])")
    assert check("--expect-status", "9", "-e", "__main__.x: interior_resident == 0",
                 *python(code)).returncode == 0
    code = AT_EXIT.format("(os.fork() and os.wait()) or os._exit(0)")
    assert check("-e", "__main__.x: interior_resident == 0", *python(code)).returncode == 0


def test_threads_stand_still_and_go_on():
    code = LAZY + """
import threading
stop = threading.Event()
seen = []
threads = [threading.Thread(target=stop.wait, daemon=True) for _ in range(7)]
for thread in threads: thread.start()
"""
    assert check("-e", "__main__.x: interior_resident == 0", *python(code)).returncode == 0


def test_a_debugger_inside_still_works():
    """gdb sets its own breakpoint in a child of its own; we trace gdb, and let the child be."""
    done = check("-e", "process: pages > 0", "--", "gdb", "-q", "-nx", "-batch", "-ex",
                 "break main", "-ex", "run", "-ex", "kill", "--args", harness.WORKLOAD, "write")
    assert done.returncode == 0, done.stderr
    assert "Breakpoint 1, main" in done.stdout


def test_another_stop_point():
    """At the first write of the program nothing of it is printed, at its end all is."""
    code = LAZY + "; import os; os.write(1, b'x'); x.fill(1)"
    libc = os.path.realpath("/lib/x86_64-linux-gnu/libc.so.6")
    done = check("--at", f"{libc}:write", "-e", "__main__.x: interior_resident == 0", *python(code))
    assert done.returncode == 0, done.stderr
    done = check("--at", "libc.so.6:no_such_symbol", "-e", "__main__.x: interior_resident == 0",
                 *python(code))
    assert done.returncode == 3
    assert "libc.so.6:no_such_symbol is not mapped by process" in done.stderr


@pytest.mark.root
def test_metrics_of_faults(tmp_path):
    code = TOUCHED
    status, report = verdicts(tmp_path, "-e", "__main__.x: interior_written == 101 and "
                              "interior_read == 0 and interior_touched == 101", "-e",
                              "process: faults > 1000", *python(code))
    assert status == 0, report
    status, _ = verdicts(tmp_path, "--backend", "perf", "-e",
                         "__main__.x: interior_written == 101", *python(code))
    assert status == 3


def test_metrics_of_faults_need_privilege(unprivileged):
    done = unprivileged.run("check", "-e", "process: faults > 0", "--", "true")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1 and "cannot count faults" in done.stderr


@pytest.mark.parametrize("name", ["lazy", "dense", "touched", "command_crashes", "early_exit"])
def test_without_privilege(name, unprivileged):
    _, code, status = CASES[name]
    done = unprivileged.run("check", "-e", expectation(name), *python(code))
    assert done.returncode == status, done.stderr


def test_hostile_names(tmp_path):
    """A name that would steer a terminal, end a TAP line, or break XML."""
    code = "import numpy as np; globals()['a\\x1b[31m\\n<&>#\\u202e'] = np.ones(1 << 20)"
    for form in ("text", "tap", "json", "junit"):
        path = tmp_path / form
        done = check("--format", form, "-o", path, "-e", "__main__.*31m*: resident == 0",
                     *python(code))
        assert done.returncode == 1, done.stderr
        text = path.read_text()
        assert "\x1b" not in text and "\u202e" not in text
        assert all("<&>" not in line for line in text.splitlines()) or form != "junit"
        if form == "junit":
            xml.etree.ElementTree.parse(path)


@pytest.mark.alone
@pytest.mark.parametrize("count", [10, pytest.param(200, marks=pytest.mark.long)])
def test_the_same_verdict_each_time(count):
    """On a machine that is busy with something else."""
    stop = threading.Event()
    busy = [subprocess.Popen([harness.PYTHON, "-c", "while True: bytearray(1 << 24)"])
            for _ in range(4)]
    try:
        statuses = {check("-e", "__main__.x: interior_resident == 101", *python(TOUCHED)).returncode
                    for _ in range(count)}
    finally:
        stop.set()
        for process in busy:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert statuses == {0}


@pytest.mark.alone
@pytest.mark.root
def test_a_probe_of_somebody_else_at_the_same_place():
    """A uprobe at Py_FinalizeEx swallows our trap: then nothing is told, and the command lives."""
    program = os.path.realpath(harness.PYTHON)
    other = subprocess.Popen(["bpftrace", "-B", "none", "-e", 'BEGIN { printf("READY\\n") } '
                              f"uprobe:{program}:Py_FinalizeEx {{ @ = count() }}"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = harness.Lines(other.stdout)
    while "READY" not in lines.next():
        pass
    done = check("-e", "__main__.x: interior_resident == 0 unless absent",
                 *python(LAZY + "; print('lived')"))
    other.send_signal(signal.SIGINT)
    assert other.wait(harness.DEADLINE) == 0
    other.stdout.close()
    assert done.stdout == "lived\n"
    assert done.returncode == 3, done.stderr
    # Such a probe is the usual one: it was there before, and is seen.
    assert "uprobe stands where pagewatch would" in " ".join(done.stderr.split()), done.stderr
    assert check("-e", "__main__.x: interior_resident == 0", *python(LAZY)).returncode == 0


STATIC = """
static char small[3 * PAGE] __attribute__((aligned(PAGE)));
char large[997 * PAGE] __attribute__((aligned(PAGE)));
int main(void) { small[PAGE] = 1; for (long i = 0; i < 101; i++) large[i * PAGE] = 1; return 0; }
"""


def test_static_arrays_of_a_program(tmp_path):
    """By their symbols, a small one too; a function is none."""
    source, program = tmp_path / "static.c", tmp_path / "static"
    source.write_text(STATIC)
    subprocess.run(["gcc", f"-DPAGE={os.sysconf('SC_PAGESIZE')}", "-o", program, source], check=True)
    done = check("-e", "small: resident == 1 and pages == 3",
                 "-e", "large: resident == 101 and absent == 896", "--", program)
    assert done.returncode == 0, done.stderr
    assert check("-e", "large: resident == 100", "--", program).returncode == 1
    assert check("-e", "main: resident == 0", "--", program).returncode == 3
