# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Where reports go, and what failures say."""
import json
import os
import stat

import harness
import pytest

OLD = "the report of yesterday\n"
GONE = 99999999


@pytest.fixture(name="report")
def old_report(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(OLD)
    path.chmod(0o640)
    return path


def snap(path, pid=None, *options):
    return harness.pagewatch("snap", "-p", pid or os.getpid(), "--json", "-o", path, *options)


@pytest.mark.parametrize("command", [
    ["snap", "-p", GONE], ["watch", "-p", GONE], ["check", "-p", GONE, "-e", "process: resident > 0"],
    ["run", "--backend", "none"],
])
def test_a_failure_keeps_the_old_report(command, report):
    tail = ["--", report.parent / "no-such-program"] if command[0] == "run" else []
    done = harness.pagewatch(*command, "-o", report, *tail)
    assert done.returncode in (3, 127)
    assert len(done.stderr.splitlines()) == 1
    assert report.read_text() == OLD
    assert os.listdir(report.parent) == [report.name]


def test_a_failure_leaves_no_file(tmp_path):
    for command in ("snap", "watch"):
        assert harness.pagewatch(command, "-p", GONE, "-o", tmp_path / "new").returncode == 3
        assert not os.listdir(tmp_path)


def test_the_new_report_takes_the_old_ones_place(report):
    reader = report.open(encoding="utf-8")
    done = snap(report)
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())["processes"][0]["pid"] == os.getpid()
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    # Who has the old one open reads it to its end.
    assert reader.read() == OLD
    reader.close()
    assert os.listdir(report.parent) == [report.name]


def test_links_stay_links(report):
    symbolic, hard = report.parent / "symbolic", report.parent / "hard"
    symbolic.symlink_to(report.name)
    assert snap(symbolic).returncode == 0
    assert symbolic.is_symlink() and report.read_text() != OLD
    os.link(report, hard)
    report.write_text(OLD)
    assert snap(report).returncode == 0
    assert os.path.samefile(report, hard)
    json.loads(hard.read_text())
    dangling = report.parent / "dangling"
    dangling.symlink_to("later")
    assert snap(dangling).returncode == 0
    json.loads((report.parent / "later").read_text())


NOBODY = 65534


@pytest.fixture(name="shared")
def shared_folder(tmp_path):
    """As /tmp is, with a folder beside it that is ours alone."""
    (tmp_path / "ours").mkdir(0o700)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    return shared


def link(path, target, owner):
    path.symlink_to(target)
    os.chown(path, owner, owner, follow_symlinks=False)
    return path


def writes(shared):
    """(name, words) of each command that writes where it is told to."""
    mine = ("-p", os.getpid())
    return {
        "report": lambda path: ("snap", *mine, "-o", path),
        "stream": lambda path: ("watch", *mine, "-n", "1", "--interval", "10ms", "-o", path),
        "document": lambda path: ("snap", *mine, "-o", shared.parent / "other", "--html", path),
        "recording": lambda path: ("record", "--backend", "none", "-o", path, "--", "true"),
    }


KINDS = ["report", "stream", "document", "recording"]


@pytest.mark.root
@pytest.mark.parametrize("kind", KINDS)
def test_a_link_of_somebody_else(kind, shared):
    """Whether fs.protected_symlinks is on or not."""
    target = shared.parent / "ours" / "file"
    words = writes(shared)[kind]
    foreign = [
        link(shared / "plain", target, NOBODY),
        link(shared / "to-folder", target.parent, NOBODY) / "file",
        link(shared / "first", link(shared / "second", target, NOBODY), os.geteuid()),
        link(shared / "relative", "./second", os.geteuid()),
        link(shared.parent / "outside", shared / "second", os.geteuid()),
    ]
    for there in (False, True):
        if there:
            target.write_text(OLD)
        for path in foreign:
            done = harness.pagewatch(*words(path))
            assert done.returncode in (4, 125), (path, done.stderr)
            assert done.stderr.splitlines()[-1].endswith(f"{path}: Permission denied")
            assert target.exists() == there and (not there or target.read_text() == OLD)
    assert sorted(os.listdir(target.parent)) == ["file"]


@pytest.mark.root
@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_is_followed(kind, shared):
    """Ours; one of the folder's owner; and any where not everybody may write."""
    target = shared.parent / "ours" / "file"
    theirs = shared.parent / "theirs"
    theirs.mkdir()
    theirs.chmod(0o1777)
    os.chown(theirs, NOBODY, NOBODY)
    words = writes(shared)[kind]
    for path in (link(shared / "plain", target, os.geteuid()),
                 link(theirs / "plain", target, NOBODY),
                 link(shared.parent / "plain", target, NOBODY), shared / "no-link"):
        if kind == "recording" and path.is_symlink():
            target.touch()	# a recording takes the place of a file
        done = harness.pagewatch(*words(path))
        assert done.returncode == 0, (path, done.stderr)
        file = target if path.is_symlink() else path
        assert file.stat().st_size > 0
        file.unlink()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mask", [0o077, 0o002])
def test_the_umask_of_the_user(kind, mask, tmp_path):
    shared = tmp_path / "shared"
    done = harness.pagewatch(*writes(shared)[kind](tmp_path / "new"), umask=mask)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask


def test_a_file_in_a_folder_that_is_not_ours(report, unprivileged, opened):
    """Nothing can be made beside it: it is written in place, once there is something to write."""
    report.parent.chmod(0o755)
    report.chmod(0o666)
    target = harness.Target([unprivileged.workload, "--wait", "write"],
                            **unprivileged.popen_options())
    opened.append(target)
    target.ready()
    for pid, status in ((GONE, 3), (target.pid, 0)):
        done = unprivileged.run("snap", "-p", pid, "--json", "-o", report)
        assert done.returncode == status, done.stderr
        assert (report.read_text() == OLD) == (pid == GONE)
    json.loads(report.read_text())


@pytest.mark.parametrize("options", [[], ["--json"], ["--json", "--pages"]])
@pytest.mark.parametrize("command", ["snap", "watch"])
def test_a_full_disk_is_told(command, options):
    more = ["-n", "1", "--interval", "10ms"] if command == "watch" else []
    done = harness.pagewatch(command, "-p", os.getpid(), "-o", "/dev/full", *options, *more)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == (
        "pagewatch: cannot write the report: No space left on device")


@pytest.mark.parametrize("typed, said", [
    (["snap", "-n", "3"], "-n is not an option of this command"),
    (["snap", "--count=3"], "--count is not an option of this command"),
    (["probe", "--pid", "3"], "--pid is not an option of this command"),
    (["probe", "-p", "3"], "-p is not an option of this command"),
    (["snap", "--pid", "x"], "--pid 'x' is not a whole number from 1"),
    (["snap", "-p", "x"], "-p 'x' is not a whole number from 1"),
    (["watch", "--count", "x"], "--count 'x' is not a whole number from 1"),
    (["snap", "--json", "-vX"], "unknown option -X"),
    (["snap", "--json=3"], "--json takes no argument"),
    (["snap", "--nonsense=3"], "unknown option --nonsense"),
    (["snap", "--pa"], "option --pa is ambiguous: --pages, --page-reader"),
    (["snap", "--he=3"], "option --he is ambiguous: --heap, --heap-blocks, --help"),
    (["snap", "--min"], "--min needs an argument"),
    ([], "nothing to watch: -p PID, or run -- CMD..."),
    (["4711"], "'4711' is not a command; -p 4711 watches that process"),
    (["ls"], "'ls' is not a command; run -- ls starts a program"),
])
def test_an_error_names_what_was_typed(typed, said):
    done = harness.pagewatch(*typed)
    assert done.returncode == 2
    assert done.stderr == f"pagewatch: {said} (try 'pagewatch --help')\n"


@pytest.mark.parametrize("name", ["a:", ":a", ":"])
def test_no_symbol_was_asked_for(name):
    done = harness.pagewatch("check", "-p", os.getpid(), "-e", f'"{name}": resident == 0')
    assert "--symbol" not in done.stderr + done.stdout
    assert done.returncode in (2, 3)


@pytest.mark.parametrize("pattern,shown", [
    ("d['w']", {"d['w']"}), ("d[0]", {"d[0]"}), ("d['?']", {"d['w']"}), ("*]", {"d['w']", "d[0]"}),
    ("d*", {"d['w']", "d[0]", "d0"}), ("d[!0]", set()), ("d\\[0]", set()),
])
def test_one_rule_for_names(pattern, shown, opened):
    """What a filter shows an expectation speaks of: brackets are literal."""
    names = ("d['w']", "d[0]", "d0")
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    target.ready()
    marks = [word for i, name in enumerate(names)
             for word in ("--array", f"{name}={i + 1 << 30:#x}+4194304")]
    done = harness.pagewatch("snap", "-p", target.pid, *marks, "--filter", pattern)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & set(names) == shown
    done = harness.pagewatch("check", "-p", target.pid, *marks, "--format", "json",
                             "-e", f'{pattern}: pages == 1024')
    results = json.loads(done.stdout)["expectations"]
    assert {row["array"]["name"] for row in results[0]["findings"]} == shown


def test_why_a_report_was_taken(opened, tmp_path):
    """By the timer, by a signal, by the end of what was watched: each says so."""
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    target.ready()
    asked = harness.snap(target.pid)
    done = harness.pagewatch("watch", "-p", target.pid, "--backend", "none", "--json", "-n", "2",
                             "--interval", "1ms")
    ticks = [json.loads(line) for line in done.stdout.splitlines()]
    watch = harness.Watch(target.pid, "--backend", "none", until="attached")
    opened.append(watch)
    signalled = watch.snapshot()
    target.go()
    target.go()
    last = watch.next()
    ended, _ = harness.run_json(tmp_path, ["--backend", "none"], ["/bin/true"])
    reports = [asked, *ticks, signalled, last, ended]
    assert [report["reason"] for report in reports] == ["asked", "interval", "interval", "asked",
                                                        "end", "end"]
    assert {report["checkpoint"] for report in reports} == {None}
