# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Capabilities instead of root: the same report, or one line for each thing that is missing."""
import json
import os
import re
import subprocess

import capable
import harness
import pytest
import test_checkpoints
from capable import DOCUMENTED

pytestmark = pytest.mark.root

WRITE = "w=0x2000000000+4132864"	# scenario "write": 525 of 1,009 pages
# What two reports of the same pages differ in: when, and how much work they were.
TIMES = re.compile(r"(\.|_)(ns|pid|start|end|time|first_threads\[\d+\])$")


@pytest.fixture(name="user", scope="module")
def capable_user(tmp_path_factory):
    return capable.Capable(tmp_path_factory.mktemp("capable"))


@pytest.fixture(params=["root", "own"])
def target(request, user, opened):
    """Of root, or of the user who watches."""
    # While another test has a uprobe in libc, the page with it is a copy in every process that maps it.
    own_libc = {"env": dict(os.environ, LD_LIBRARY_PATH=str(user.directory))}
    change = {"user": capable.UID, "group": capable.UID, "extra_groups": [], "cwd": "/"}
    one = harness.Target([user.workload, "--wait", "write"], **own_libc,
                         **(change if request.param == "own" else {}))
    opened.append(one)
    return one.ready().done()


def leaves(value, path=""):
    """(path, value) of everything in a report."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaves(part, f"{path}[{index}]")
    else:
        yield path, value


# The page cache of a file is for its owner, and for who may write it: that is no capability of ours.
CACHED = re.compile(r"\.(cached_pages|dirty_pages|cached_unknown)$")
CACHED_WORDS = re.compile(r"[^;]*\bpage cache\b[^;]*(; )?")


def facts(report):
    for path, value in leaves(report):
        if path.endswith(".cached_unknown"):
            assert value in (None, "hidden", "apart"), path
    return {path: CACHED_WORDS.sub("", value or "") if path.endswith(".explain") else value
            for path, value in leaves(report)
            if not TIMES.search(path) and not CACHED.search(path) and not path.startswith(".self")}


# --- the documented set

@pytest.mark.parametrize("arguments", [["snap"], ["watch", "-n", "1", "--interval", "10ms"],
                                       ["watch", "-n", "1", "--interval", "10ms", "--freeze"]])
def test_process_as_root(arguments, target, user):
    command, *options = arguments
    asked = (command, "-p", target.pid, "--array", WRITE, "--pages", *options)
    root, _ = user.report(None, *asked)
    ours, said = user.report(DOCUMENTED, *asked)
    assert said == ""
    assert facts(ours) == facts(root)
    assert harness.array_of(harness.process_of(ours, target.pid), "w")["resident_pages"] == 525


def command_facts(report):
    """The process's own pages vary a little with its stack; the array's do not."""
    process, = report["processes"]
    shape = {path: value is None for path, value in leaves(process)
             if not path.startswith((".retired", ".regions")) and not CACHED.search(path)}
    row = facts(harness.array_of(process, "w"))
    return (shape, row, report["tier"], report["backend"], report["complete"], report["missing"],
            report["losses"])


@pytest.mark.parametrize("backend", ["tp_btf", "perf"])
def test_command_as_root(backend, user):
    asked = ("run", "--backend", backend, "--array", WRITE, "--", user.workload, "write")
    root, _ = user.report(None, *asked)
    ours, said = user.report(DOCUMENTED, *asked)
    assert said == ""
    assert command_facts(ours) == command_facts(root)
    assert harness.array_of(ours["processes"][0], "w")["ledger"]["touched"] == 525


def test_heap_as_root(user):
    asked = ("run", "--heap", "--", harness.PYTHON, "-c", "x = bytearray(9 << 20)")
    for capabilities in (None, DOCUMENTED):
        report, said = user.report(capabilities, *asked)
        process, = report["processes"]
        assert any(row["name"].startswith("malloc(9437") for row in process["arrays"])
        assert report["complete"] and process["names_missing"] is None and said == ""


def test_arrays_of_a_command(user):
    code = "import numpy; x = numpy.zeros(1 << 20); x[:1024] = 1"
    for capabilities in (None, DOCUMENTED):
        report, said = user.report(capabilities, "run", "--", harness.PYTHON, "-c", code)
        process, = report["processes"]
        row = harness.array_of(process, "__main__.x")
        # With the page that has malloc's header.
        assert row["ledger"]["touched"] == 3 and said == "" and report["complete"]


def test_check_as_root(user):
    code = "import numpy; x = numpy.zeros(1 << 20); x[:1024] = 1"
    asked = ("check", "-e", "__main__.x: interior_touched == 1", "-e", "process: faults > 0",
             "-e", "__main__.x: resident > 100", "--", harness.PYTHON, "-c", code)
    root, ours = harness.pagewatch(*asked), user.run(DOCUMENTED, *asked)
    assert root.returncode == ours.returncode == 1, ours.stderr
    verdicts = [[line.split(" ", 1)[0] for line in done.stderr.splitlines()[:3]]
                for done in (root, ours)]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("hides", ["", "uprobe_multi"])
def test_checkpoints_of_a_process(hides, user, opened):
    """Without links of several probes (v6.6) a probe is a perf event, which root may open."""
    phases = harness.Phases()
    opened.append(phases)
    target = harness.Target([harness.PYTHON, "-c", test_checkpoints.ATTACHED])
    opened.append(target)
    target.until("READY")
    asked = ("check", "-p", target.pid, "-e", 'at "step": __main__.x: interior_resident == 5')
    argv = ([str(word) for word in (harness.PROGRAM, *asked)] if hides
            else user.argv(DOCUMENTED, *asked))
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, pass_fds=phases.fds(),
                               env=phases.environment(hides), cwd="/")
    phases.started()
    assert phases.until("armed")
    target.process.stdin.write(b"1 6\n")
    target.process.stdin.flush()
    phases.leave()
    said, _ = process.communicate(timeout=harness.DEADLINE)
    assert process.returncode == 0, said
    assert target.until("AT") == "AT 0"


# --- what is missing is named

FAULTS = "cannot count faults: that needs root, or {}; reading page tables only"
MEMORY = "not allowed to read its memory: arrays have no names (that needs root, or CAP_SYS_PTRACE)"


def said_of(user, capabilities, *arguments):
    done = user.run(capabilities, *arguments)
    return done.returncode, [line.removeprefix("pagewatch: ") for line in done.stderr.splitlines()]


@pytest.mark.parametrize("lost", ["bpf", "perfmon", "dac_read_search"])
def test_no_faults_without(lost, user):
    have = [name for name in DOCUMENTED if name != lost]
    report, said = user.report(have, "run", "--array", WRITE, "--", user.workload, "write")
    assert said == "pagewatch: " + FAULTS.format(f"CAP_{lost.upper()}") + "\n"
    assert report["tier"] == "scan"
    assert harness.array_of(report["processes"][0], "w")["resident_pages"] == 525
    status, lines = said_of(user, have, "check", "-e", "process: faults > 0", "--", "true")
    assert status == 3
    assert lines == [f"cannot count faults: that needs root, or CAP_{lost.upper()}"]


def test_tracefs_that_is_not_mounted(user):
    """Whoever may mount it sees it; others are told what that takes."""
    asked = ("check", "-e", "process: faults > 0", "--", "true")
    done = user.run(DOCUMENTED, *asked, mounts=capable.UNMOUNTED)
    assert done.returncode == 3
    assert done.stderr == "pagewatch: cannot count faults: that needs root, or CAP_SYS_ADMIN\n"
    done = user.run((*DOCUMENTED, "sys_admin"), *asked, mounts=capable.UNMOUNTED)
    assert done.returncode == 0, done.stderr


@pytest.fixture(name="numpy")
def numpy_target(opened):
    """Of root."""
    target = harness.Target([harness.PYTHON, "-c", test_checkpoints.ATTACHED])
    opened.append(target)
    target.until("READY")
    return target


def test_no_names_without_ptrace(user, numpy):
    have = [name for name in DOCUMENTED if name != "sys_ptrace"]
    report, said = user.report(have, "watch", "--freeze", "--heap", "-p", numpy.pid, "-n", "1",
                               "--interval", "10ms")
    process, = report["processes"]
    assert process["arrays"] == []
    assert process["names_missing"].startswith(MEMORY + "; heap blocks: not allowed to read its "
                                               "files (that needs root, or CAP_SYS_PTRACE)")
    needs = "that needs root, or CAP_SYS_PTRACE"
    assert said.splitlines() == [
        f"pagewatch: cannot see the checkpoints of process {numpy.pid}: {needs}",
        f"pagewatch: cannot stop process {numpy.pid}: {needs}; it is read while it runs"]
    status, lines = said_of(user, have, "check", "-p", numpy.pid, "-e", "__main__.x: resident == 0")
    assert (status, lines) == (3, [])
    status, lines = said_of(user, have, "check", "-p", numpy.pid, "-e",
                            'at "step": process: resident > 0')
    assert status == 3
    assert lines == [f"cannot wait for checkpoints of process {numpy.pid}: {needs}"]


def test_not_a_process_of_others(user, numpy):
    """Who has no capability is told of sudo; who has some, of those that are missing."""
    sentence = f"not allowed to read process {numpy.pid}: it belongs to root "
    for have, way in (((), "(try sudo)"),
                      (("sys_ptrace",), "(that needs root, or CAP_DAC_READ_SEARCH)"),
                      (("bpf",), "(that needs root, or CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE)")):
        assert said_of(user, have, "snap", "-p", numpy.pid) == (3, [sentence + way])


def test_frames_want_admin(user, target):
    hidden = "the kernel hides page frame numbers: --pfn needs root, or CAP_SYS_ADMIN"
    assert said_of(user, DOCUMENTED, "snap", "--pfn", "-p", target.pid) == (3, [hidden])
    asked = ("snap", "--pfn", "-p", target.pid)
    ours, said = user.report((*DOCUMENTED, "sys_admin"), *asked)
    assert facts(ours) == facts(user.report(None, *asked)[0]) and said == ""


def test_another_user_wants_setuid(user):
    status, lines = said_of(user, DOCUMENTED, "run", "-u", "daemon", "--", "true")
    assert status == 125
    assert lines == ["cannot become user daemon: that needs root, or CAP_SETGID and CAP_SETUID"]
    report, _ = user.report((*DOCUMENTED, "setuid", "setgid"), "run", "-u", "daemon", "--", "true")
    assert report["tier"] == "faults" and report["complete"]


# --- probe

def names(capabilities):
    return {f"CAP_{name.upper()}" for name in capabilities}


def probed(argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=True, timeout=harness.DEADLINE, cwd="/")
    return json.loads(done.stdout)


def as_root(mounts, *arguments):
    return ["unshare", "--mount", "sh", "-ec", mounts + 'exec "$@"', "sh", harness.PROGRAM,
            *arguments]


@pytest.mark.parametrize("mounts, suffice", [
    (capable.MOUNTED, DOCUMENTED), (capable.UNMOUNTED, (*DOCUMENTED, "sys_admin"))])
def test_probe_tries_sets(mounts, suffice):
    """What it says is what the tests above need."""
    told = probed(as_root(mounts, "probe", "--json"))
    assert set(told["capabilities"]) == names(suffice)
    text = subprocess.run(as_root(mounts, "probe"), capture_output=True, text=True, check=True)
    line, = re.findall("^instead of root: (.*)$", text.stdout, re.MULTILINE)
    assert set(re.split(", | and ", line)) == names(suffice)


def test_probe_by_others(user):
    """Its own rows are of what it may do; it cannot try what others may."""
    for have, works in ((DOCUMENTED, True), (DOCUMENTED[1:], False)):
        told = probed(user.argv(have, "probe", "--json"))
        assert told["capabilities"] is None
        rows = {row["name"]: row["works"] for row in told["features"]}
        assert rows["uprobe"] == rows["tp_btf page faults"] == works
        assert told["tier"] == ("faults" if works else "scan")


def test_probe_without_links_of_probes():
    """Before Linux 6.6 a uprobe is a perf event."""
    argv = as_root(capable.MOUNTED, "probe", "--json")
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=True, env=harness.hidden("uprobe_multi"))
    told = json.loads(done.stdout)
    assert {row["name"]: row["works"] for row in told["features"]}["uprobe"]
    assert set(told["capabilities"]) == names((*DOCUMENTED, "sys_admin"))


@pytest.mark.parametrize("mounts", [capable.MOUNTED, capable.UNMOUNTED])
def test_probe_without_any(mounts, user):
    """Tracepoints that may not be seen are not called missing, whether tracefs is mounted or not."""
    told = probed(user.argv((), "probe", "--json", mounts=mounts))
    rows = {row["name"]: row["error"] for row in told["features"]}
    assert rows["syscall tracepoints"] == rows["sched_prepare_exec"] == "Operation not permitted"
