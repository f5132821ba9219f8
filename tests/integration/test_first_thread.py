# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A process whose first thread has ended, while others go on: it lives, and has its memory."""
import json
import os
import pathlib
import shutil

import pytest

import harness

BASE = 0x200000000000
PAGE = os.sysconf("SC_PAGESIZE")
PAGES = 1009
ARRAY = f"a={BASE:#x}+{(PAGES + 2) * PAGE}"


@pytest.fixture(scope="module", name="program")
def built(tmp_path_factory):
    return harness.fault_program(
        tmp_path_factory.mktemp("first_thread"), "leader_leaves", "-pthread", f"-DPAGE={PAGE}ul",
        f"-DPAGES={PAGES}ul", f"-DBASE={BASE:#x}ul")


@pytest.fixture(name="waiting")
def waiting_target(program, opened):
    target = harness.Target([program, "wait"])
    opened.append(target)
    target.until("READY")
    assert harness.state_letter(target.pid) == "Z"
    return target


def kernel_pages(pid):
    """Rss in smaps, which is counted page by page, and VmRSS, which is counted in batches (by up to
    64 pages a thread before Linux 6.2)."""
    tid, = [name for name in os.listdir(f"/proc/{pid}/task") if name != str(pid)]
    task = pathlib.Path(f"/proc/{pid}/task/{tid}")
    return tuple(sum(int(line.split()[1]) for line in (task / file).read_text().splitlines()
                     if line.startswith(key)) * 1024 // PAGE
                 for file, key in (("smaps", "Rss:"), ("status", "VmRSS:")))


def row_of(report, pid=None):
    assert report["complete"], report["incomplete_reasons"]
    process = harness.process_of(report, pid) if pid else report["processes"][0]
    assert process["rss_pages"] >= PAGES and process["rss_kernel_pages"] > 0
    if pid:
        assert (process["rss_pages"], process["rss_kernel_pages"]) == kernel_pages(pid)
    row = harness.array_of(process, "a")
    assert row["states"]["anon"] == PAGES
    return process, row


@pytest.mark.root
@pytest.mark.parametrize("backend", ["auto", "perf", "none"])
def test_run(backend, program, tmp_path):
    report, done = harness.run_json(tmp_path, ["--array", ARRAY, "--backend", backend], [program])
    assert done.returncode == 0 and not done.stderr
    process, row = row_of(report)
    assert not process["exited"] and row["states"]["zero"] == 2
    if backend != "none":
        assert row["ledger"]["touched"] == PAGES and row["touch"]["pages_touched"] == PAGES + 2


def test_run_without_privilege(program, unprivileged):
    shutil.copy(program, unprivileged.directory / "leader_leaves")
    done = unprivileged.run("run", "--backend", "none", "--json", "--array", ARRAY,
                            "--", unprivileged.directory / "leader_leaves")
    assert done.returncode == 0, done.stderr
    row_of(json.loads(done.stderr))


def test_snap(reader, waiting):
    options = ["--page-reader", reader, "--array", ARRAY]
    process, row = row_of(harness.snap(waiting.pid, *options), waiting.pid)
    assert row["states"]["zero"] == 2 and process["exe"].endswith("leader_leaves")
    assert waiting.end() == 0


def test_snap_without_privilege(program, unprivileged, opened):
    shutil.copy(program, unprivileged.directory / "leader_waits")
    target = harness.Target([unprivileged.directory / "leader_waits", "wait"],
                            **unprivileged.popen_options())
    opened.append(target)
    target.until("READY")
    done = unprivileged.run("snap", "-p", target.pid, "--json", "--array", ARRAY)
    assert done.returncode == 0, done.stderr
    row_of(json.loads(done.stdout), target.pid)
    assert target.end() == 0


@pytest.mark.parametrize("how", [["watch"], ["watch", "--freeze"], ["snap", "--freeze"]])
@pytest.mark.root
def test_watched(how, waiting):
    count = ["-n", "1", "--interval", "10ms"] if how[0] == "watch" else []
    done = harness.pagewatch(*how, "-p", waiting.pid, "--json", "--array", ARRAY, *count)
    assert done.returncode == 0 and not done.stderr, done.stderr
    process, row = row_of(json.loads(done.stdout), waiting.pid)
    assert process["frozen"] == ("--freeze" in how)
    if how[0] == "watch":
        assert row["ledger"]["before"] == PAGES
    assert waiting.end() == 0


def test_check(program):
    done = harness.pagewatch("check", "--array", ARRAY, "-e", f"a: resident == {PAGES}",
                             "--", program)
    assert done.returncode == 0, done.stdout + done.stderr
