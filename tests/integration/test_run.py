# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pagewatch run: the command's status and streams are its own, the report comes beside them."""
import json
import os
import pathlib
import resource
import signal
import stat
import subprocess
import threading

import harness
import pytest

pytestmark = pytest.mark.root


def one_line(text):
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_run_gives_the_commands_status(status):
    done = harness.pagewatch("run", "--", "/bin/sh", "-c", f"echo out; exit {status}")
    assert done.returncode == status
    assert done.stdout == "out\n"
    assert "sh" in done.stderr


def test_run_gives_128_plus_the_signal():
    done = harness.pagewatch("run", "-o", "/dev/null", "--", "/bin/sh", "-c", "kill -TERM $$")
    assert done.returncode == 128 + signal.SIGTERM


def test_run_of_nothing_is_127_and_of_a_text_126(tmp_path):
    done = harness.pagewatch("run", "--", "/no/such/command")
    assert done.returncode == 127
    one_line(done.stderr)
    text = tmp_path / "text"
    text.write_text("no program")
    done = harness.pagewatch("run", "--", text)
    assert done.returncode == 126
    one_line(done.stderr)


def test_run_that_cannot_write_its_report_is_125():
    done = harness.pagewatch("run", "-o", "/no/such/folder/file", "--", "/bin/true")
    assert done.returncode == 125
    one_line(done.stderr)


def test_run_leaves_the_streams_alone(tmp_path):
    done = harness.pagewatch("run", "-o", tmp_path / "report", "--", "/bin/sh", "-c",
                             "cat; echo error >&2", stdin=None, input="through\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "through\n", "error\n")
    assert (tmp_path / "report").read_text()


def test_run_as_another_user(tmp_path, unprivileged):
    done = harness.pagewatch("run", "-o", "/dev/null", "-u", unprivileged.user, "--", "/bin/sh",
                             "-c", "id -un; id -Gn; echo $HOME")
    user, groups, home = done.stdout.splitlines()
    assert user == unprivileged.user and "root" not in groups.split() and home != "/root"
    done = harness.pagewatch("run", "-u", "no-such-user-23", "--", "/bin/true")
    assert done.returncode == 125


def test_run_hands_a_signal_on(opened):
    """SIGTERM for pagewatch is meant for the command; the report comes all the same."""
    process = subprocess.Popen([harness.PROGRAM, "run", "--json", "--", harness.WORKLOAD, "--wait",
                                "write"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    assert harness.Lines(process.stdout).next().startswith("READY")
    process.send_signal(signal.SIGTERM)
    # The end of its input would end the command as well: communicate() must not close it.
    kept, process.stdin = process.stdin, None
    with kept:
        _, errors = process.communicate(timeout=harness.DEADLINE)
    assert process.returncode == 128 + signal.SIGTERM
    assert json.loads(errors.decode().splitlines()[-1])["kind"] == "snapshot"


def test_run_ignores_interrupts(tmp_path):
    process = subprocess.Popen([harness.PROGRAM, "run", "-o", tmp_path / "report", "--",
                                harness.WORKLOAD, "--wait", "write"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    lines = harness.Lines(process.stdout)
    assert lines.next().startswith("READY")
    process.send_signal(signal.SIGINT)
    process.stdin.write(b"\n\n")
    process.stdin.flush()
    while lines.next() is not None:
        pass
    assert process.wait(harness.DEADLINE) == 0
    assert (tmp_path / "report").read_text()
    process.stdin.close()
    process.stdout.close()


def test_run_sees_python_arrays_alive(tmp_path):
    """The last snapshot comes before the interpreter gives its arrays back."""
    code = ("import mmap; m = mmap.mmap(-1, 4099 * 4096, flags=mmap.MAP_PRIVATE"
            "| mmap.MAP_ANONYMOUS); m.madvise(mmap.MADV_NOHUGEPAGE); "
            "m[:1009 * 4096] = b'x' * (1009 * 4096)")
    report, done = harness.run_json(tmp_path, [], [harness.PYTHON, "-c", code])
    assert done.returncode == 0, done.stderr
    spans = [(row["pages"], row["touch"]["pages_written"])
             for row in report["processes"][0]["regions"] if row["pages"] >= 4099]
    assert any(written >= 1009 and written < 4099 for _, written in spans)


def test_report_file_is_readable_by_its_owner_only_by_umask(tmp_path):
    path = tmp_path / "report"
    harness.pagewatch("run", "-o", path, "--", "/bin/true")
    assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0


def test_many_at_once(tmp_path):
    """Watches do not disturb each other."""
    results = []

    def one(number):
        folder = tmp_path / str(number)
        folder.mkdir()
        results.append(harness.run_json(folder, ["--array", "w=0x2000000000+4132864"],
                                        [harness.WORKLOAD, "write"]))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [harness.array_of(report["processes"][0], "w")["touch"]["pages_written"]
              for report, _ in results]
    assert counts == [525] * 4


def test_leaves_one_trace_in_the_environment(tmp_path):
    """A target gets the variables that we had, and the socket of checkpoints with its number."""
    path = pathlib.Path(tmp_path / "seen")
    done = harness.pagewatch("run", "-o", "/dev/null", "--", "/bin/sh", "-c",
                             f"env | sort > {path}; ls /proc/self/fd | wc -l",
                             env={"PATH": os.environ["PATH"], "ONLY": "this"})
    assert done.returncode == 0, done.stderr
    seen = {line.split("=")[0] for line in path.read_text().splitlines()}
    assert seen - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "ONLY", "PAGEWATCH_FD"}
    # stdin, stdout, stderr, the socket and the folder that ls reads.
    assert done.stdout.strip() == "5"


FORKS = """
import os, sys
pid = os.fork()
if pid == 0:
    sys.exit(7)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.parametrize("children", [[], ["--children"]])
@pytest.mark.parametrize("backend", ["tp_btf", "perf", "none"])
def test_a_forked_child_reaches_its_own_end(backend, children, tmp_path):
    """It is born with its parent's stop point, and must be told apart from it, and let go."""
    report, done = harness.run_json(tmp_path, ["--backend", backend, *children],
                                    [harness.PYTHON, "-c", FORKS])
    assert done.returncode == 7, done.stderr
    assert len(report["processes"]) == (2 if children else 1)
    for process in report["processes"]:
        assert process["rss_pages"] > 1000


def test_a_vforked_child_is_let_go(tmp_path):
    """It runs in its parent's memory until it executes a program."""
    code = "import subprocess, sys; sys.exit(subprocess.run(['sh', '-c', 'exit 7']).returncode)"
    for options in ([], ["--children"], ["--backend", "none"],
                    ["--backend", "none", "--children"]):
        report, done = harness.run_json(tmp_path, options, [harness.PYTHON, "-c", code])
        assert done.returncode == 7, done.stderr
        assert len(report["processes"]) == (2 if "--children" in options else 1)


@pytest.mark.own_memory
def test_lives_that_ended_are_not_kept(tmp_path):
    """100,000 lives more, each where nothing has been before. A range kept of each is 2.4 MB."""
    (tmp_path / "lines").write_text("go\nend\n")
    rss, lives = [], []
    for seconds in (1, 6):
        with open(tmp_path / "lines", encoding="ascii") as lines:
            report, done = harness.run_json(tmp_path, [],
                                            [harness.OUT / "tests/churn", 20000, seconds],
                                            stdin=lines)
        rss.append(report["self"]["rss_bytes"])
        lives.append(int(done.stdout.split()[-1]))
    assert lives[1] - lives[0] >= 50000
    # What malloc keeps differs a little from run to run.
    assert rss[1] <= rss[0] + (512 << 10)


def test_the_command_has_our_limit_of_descriptors():
    """We raise our own: select() cannot serve more than 1,024."""
    for soft in (64, 1024):
        done = harness.pagewatch("run", "-o", "/dev/null", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn",
                                 preexec_fn=lambda limit=soft: resource.setrlimit(
                                     resource.RLIMIT_NOFILE, (limit, 2048)))
        assert done.stdout.split() == [str(soft), "2048"], done.stderr
