# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The command line: exit statuses, one clear line a failure, streams left alone."""
import json
import os
import subprocess

import books
import harness
import jsonschema
import pytest

root = pytest.mark.root


@pytest.fixture
def target(opened):
    """A program that has written 525 pages and waits."""
    one = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(one)
    return one.ready().done()


def one_line(text):
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("pagewatch: ")
    return lines[0]


def gone_pid():
    """The id of a process that has just ended."""
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    return process.pid


MISUSES = [
    [],
    ["--no-such-option"],
    ["nosuchcommand"],
    ["-p"],
    ["-p", "0"],
    ["-p", "12abc"],
    ["-p", "-1"],
    ["-p", "99999999999999999999"],
    ["-p", "1", "--interval", "0"],
    ["-p", "1", "--interval", "1x"],
    ["-p", "1", "--min-size", "1Q"],
    ["-p", "1", "--min-size", ""],
    ["-p", "1", "-n", "0"],
    ["-p", "1", "--backend", "kprobe"],
    ["-p", "1", "--page-reader", "x"],
    ["-p", "1", "--sort", "x"],
    ["-p", "1", "--top", "0"],
    ["-p", "1", "--color", "x"],
    ["-p", "1", "--array", "x"],
    ["-p", "1", "--array", "x=1"],
    ["-p", "1", "--array", "=0x1000+4096"],
    ["-p", "1", "--array", "x=0x1000+0"],
    ["-p", "1", "--array", "x=0xffffffffffffffff+2"],
    ["-p", "1", "--array", "x=zz+4096"],
    ["snap", "-p", "1", "--array", "x=0x1000+1", "--array", "y=x=0x1000+1", "--array", "x=0x9000+1"],
    ["-p", "1", "extra"],
    ["snap"],
    ["snap", "-p", "1", "--interval", "1s"],
    ["snap", "-p", "1", "-u", "nobody"],
    ["probe", "-p", "1"],
    ["snap", "-p", "1", "--pages"],
]


@pytest.mark.parametrize("arguments", MISUSES, ids=" ".join)
def test_misuse(arguments):
    done = harness.pagewatch(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    one_line(done.stderr)


@pytest.mark.parametrize("arguments, said", [
    (["snap", "-p", "1", "-o", "x", "--html", "x"], "two options write to x"),
    (["snap", "-p", "1", "-o", "./new", "--html", "new"], "two options write to ./new"),
    (["-p", "1", "--html", "linked", "--record", "x"], "two options write to linked"),
    (["report", "x", "--html", "linked"], "linked is read, and cannot be written to"),
    *[(["report", "x", option, "linked"], "linked is read, and cannot be written to")
      for option in ("--perfetto", "--firefox", "--png", "--svg", "--pdf")],
    (["snap", "-p", "1", "--png", "./new", "--svg", "new"], "two options write to ./new"),
    (["diff", "x", "-o", "sub/../x"], "sub/../x is read, and cannot be written to"),
])
def test_no_two_outputs_in_one_file(arguments, said, tmp_path):
    """The later would have replaced the earlier."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "x").write_text("kept")
    (tmp_path / "linked").symlink_to("x")
    done = harness.pagewatch(*arguments, cwd=tmp_path)
    assert done.returncode == 2 and said in done.stderr
    assert (tmp_path / "x").read_text() == "kept" and not (tmp_path / "new").exists()


def test_decimal_units_are_refused_with_a_hint():
    done = harness.pagewatch("snap", "-p", "1", "--min-size", "1MB")
    assert done.returncode == 2
    assert "MiB" in one_line(done.stderr)


def test_misuse_of_run_is_125():
    for arguments in (["run"], ["run", "--no-such", "--", "/bin/true"], ["run", "-p", "1"]):
        done = harness.pagewatch(*arguments)
        assert done.returncode == 125, arguments
        one_line(done.stderr)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help(arguments):
    done = harness.pagewatch(*arguments)
    assert done.returncode == 0 and done.stderr == ""
    for word in ("snap", "run", "probe", "--array", "Exit status"):
        assert word in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_version():
    done = harness.pagewatch("--version")
    assert done.returncode == 0 and done.stdout.startswith("pagewatch ")


@pytest.mark.parametrize("command", ["watch", "snap"])
def test_no_such_process(command):
    done = harness.pagewatch(command, "-p", gone_pid())
    assert done.returncode == 3 and done.stdout == ""
    assert "no process" in one_line(done.stderr)


def test_probe_is_valid_json():
    done = harness.pagewatch("probe", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == "pagewatch/1" and told["kind"] == "probe"
    assert harness.pagewatch("probe").returncode == 0


def test_probe_without_privilege_says_so(unprivileged):
    """The tracepoints exist; who may not see them is not told that there are none."""
    lines = unprivileged.run("probe").stdout.splitlines()
    calls = next(line for line in lines if " syscall tracepoints " in line)
    assert calls.startswith("  no ") and calls.endswith("(Operation not permitted)")
    assert not any("No such file" in line for line in lines)


# --- the scan tier

def test_snap(target):
    snapshot = harness.snap(target.pid, "--array", "w=0x2000000000+4132864")
    books.check_invariants(snapshot)
    assert snapshot["tier"] == "scan" and snapshot["backend"] == "none"
    assert snapshot["kind"] == "snapshot" and snapshot["schema"] == "pagewatch/1"
    row = harness.array_of(harness.process_of(snapshot, target.pid), "w")
    assert row["pages"] == 1009 and row["resident_pages"] == 525
    assert row["ledger"] is None and row["touch"] is None


def closed(schema):
    """The schema with no room for fields it does not name: what is printed is documented."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tight = {key: closed(part) for key, part in schema.items()}
    if isinstance(tight.get("properties"), dict):
        tight["additionalProperties"] = False
    return tight


def test_json_fits_the_schema(target, backends, tmp_path):
    schema = json.loads((harness.ROOT / "docs/pagewatch-1.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    tight = jsonschema.Draft7Validator(closed(schema))
    tight.validate(harness.snap(target.pid, "--array", "w=0x2000000010+100"))
    tight.validate(json.loads(harness.pagewatch("probe", "--json").stdout))
    for backend, reason in backends.items():
        if reason:
            continue
        done = harness.pagewatch("watch", "-p", target.pid, "--json", "-n", "1", "--interval",
                                 "10ms", "--pages", "--backend", backend)
        tight.validate(json.loads(done.stdout))
        snapshot, _ = harness.run_json(tmp_path, ["--backend", backend],
                                       [harness.WORKLOAD, "short_lived"])
        tight.validate(snapshot)
        heap, _ = harness.run_json(tmp_path, ["--heap", "--mappings", "--backend", backend],
                                   [harness.OUT / "tests/heap", tmp_path / "log", "all"])
        tight.validate(heap)
        assert {"heap", "mapping"} <= {row["source"] for row in heap["processes"][0]["arrays"]}
        assert len(harness.process_of(snapshot, snapshot["processes"][0]["pid"])["retired"]) > 1000


def test_schema_can_fail(target):
    """A field too many, one too few and a wrong kind are each seen."""
    schema = json.loads((harness.ROOT / "docs/pagewatch-1.schema.json").read_text())
    tight = jsonschema.Draft7Validator(closed(schema))
    good = harness.snap(target.pid)
    for spoil in (lambda one: one.update(more=1), lambda one: one.pop("tier"),
                  lambda one: one["processes"][0].update(pid="1")):
        bad = json.loads(json.dumps(good))
        spoil(bad)
        assert not tight.is_valid(bad)


def test_thread_id_names_its_process(opened):
    code = ("import threading, sys; e = threading.Event();"
            "t = threading.Thread(target=e.wait, daemon=True); t.start();"
            "print('READY', t.native_id, 0, flush=True); sys.stdin.readline()")
    one = harness.Target([harness.PYTHON, "-c", code])
    opened.append(one)
    tid = int(one.until("READY").split()[1])
    assert tid != one.pid
    assert [row["pid"] for row in harness.snap(tid)["processes"]] == [one.pid]


def test_text_has_no_escapes_on_a_pipe(target):
    done = harness.pagewatch("snap", "-p", target.pid, "--array", "w=0x2000000000+4132864")
    assert done.returncode == 0 and "\033" not in done.stdout
    assert "w" in done.stdout and "525" in done.stdout
    done = harness.pagewatch("snap", "-p", target.pid, "--color", "always", "--min-size", "0K")
    assert "\033" in done.stdout


def test_unprivileged_snap_of_ones_own(unprivileged, opened):
    one = harness.Target([unprivileged.workload, "--wait", "write"],
                         **unprivileged.popen_options())
    opened.append(one)
    one.ready().done()
    done = unprivileged.run("snap", "-p", one.pid, "--json", "--array",
                            "w=0x2000000000+4132864")
    assert done.returncode == 0, done.stderr
    row = harness.array_of(json.loads(done.stdout)["processes"][0], "w")
    assert row["resident_pages"] == 525


def test_unprivileged_watch_falls_back_and_says_so(unprivileged, opened):
    one = harness.Target([unprivileged.workload, "--wait", "write"],
                         **unprivileged.popen_options())
    opened.append(one)
    one.ready()
    done = unprivileged.run("watch", "-p", one.pid, "--json", "-n", "1", "--interval", "10ms")
    assert done.returncode == 0, done.stderr
    one_line(done.stderr)
    assert json.loads(done.stdout)["tier"] == "scan"
    done = unprivileged.run("watch", "-p", one.pid, "--backend", "tp_btf", "-n", "1")
    assert done.returncode == 3 and done.stdout == ""
    one_line(done.stderr)


def test_unprivileged_run(unprivileged, tmp_path):
    done = unprivileged.run("run", "--json", "--", unprivileged.workload, "exit_early")
    assert done.returncode == 7
    assert "READY" in done.stdout


def test_somebody_elses_process(unprivileged):
    done = unprivileged.run("snap", "-p", "1")
    assert done.returncode == 3 and done.stdout == ""
    one_line(done.stderr)


def test_full_disk_is_4(target):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([harness.PROGRAM, "snap", "-p", str(target.pid)], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    one_line(done.stderr)
    done = harness.pagewatch("snap", "-p", target.pid, "-o", "/no/such/folder/file")
    assert done.returncode == 4
    one_line(done.stderr)


def test_closed_pipe_ends_quietly(target):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([harness.PROGRAM, "snap", "-p", str(target.pid), "--json"],
                          stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


# --- watch

@root
def test_watch_counts_reports(target):
    done = harness.pagewatch("-p", target.pid, "--json", "-n", "3", "--interval", "20ms")
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reports) == 3
    times = [report["since_start_ns"] for report in reports]
    assert times == sorted(times) and times[0] > 0
    for report in reports:
        books.check_invariants(report)
        assert report["tier"] == "faults"


@root
def test_interrupt_ends_watch_with_0(target, opened):
    watch = harness.Watch(target.pid)
    opened.append(watch)
    watch.snapshot()
    assert watch.stop() == 0


@root
def test_target_that_ends_first(opened):
    """Before any report 3, after one 0; one line in either case."""
    for reports, status in ((0, 3), (1, 0)):
        one = harness.Target([harness.WORKLOAD, "--wait", "write"])
        opened.append(one)
        one.ready()
        watch = harness.Watch(one.pid)
        opened.append(watch)
        for _ in range(reports):
            watch.snapshot()
        one.process.kill()
        one.process.wait()
        assert watch.wait() == status
        one_line(watch.process.stderr.read().decode())
