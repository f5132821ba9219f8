# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Children that come and go: each is watched, those that ended are in nobody's way."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

import harness

pytestmark = pytest.mark.root


@pytest.fixture(name="storms")
def fixture_storms(tmp_path):
    path = tmp_path / "storms"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-o", path,
                    harness.ROOT / "tests/faults/storms.c"], check=True)
    return path


class Storms:
    """A program that is followed, and plays a storm a time while pagewatch stands still."""

    def __init__(self, opened, *command, options=()):
        self.target = harness.Target(command)
        opened.append(self.target)
        self.target.ready()
        self.watch = harness.Watch(self.target.pid, "--children", *options)
        opened.append(self.watch)
        self.ended = 0

    def report(self):
        """The report after one storm."""
        self.watch.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.watch.process.pid, os.WSTOPPED)
        self.target.done()
        self.watch.process.send_signal(signal.SIGCONT)
        return self.watch.snapshot()

    def play(self):
        """One storm; the losses after it."""
        report = self.report()
        self.ended += len(report["processes"]) - 1 + report["processes_rest"]["processes"]
        return report["losses"]


def places_of(pid):
    """What the kernel side has in the places of the target table."""
    ids = {line.split()[1] for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()
           for line in path.read_text().splitlines() if line.startswith("map_id:")}
    for number in ids:
        show = subprocess.run(["bpftool", "-j", "map", "show", "id", number], check=True,
                              stdout=subprocess.PIPE)
        if json.loads(show.stdout)["name"] == "mms":
            dump = subprocess.run(["bpftool", "-j", "map", "dump", "id", number], check=True,
                                  stdout=subprocess.PIPE)
            return [entry["formatted"]["value"]["mm"] for entry in json.loads(dump.stdout)]
    raise AssertionError("no target table")


def test_none_of_a_storm_is_lost(storms, opened):
    """All come and go before pagewatch hears of the first; the kernel uses the same few pointers."""
    played = Storms(opened, storms, 3000)
    losses = played.play()
    assert not any(losses.values()), losses
    assert played.ended == 3000
    # What nobody watches is found out by one look: no place is taken, but for the parent's.
    assert sum(mm != 0 for mm in places_of(played.watch.process.pid)) == 1


def test_more_than_can_wait_are_counted(storms, opened):
    """The parent and 15 that have ended: each storm loses what is more, and nothing for good."""
    played = Storms(opened, storms, 100, options=["--processes", "4"])
    for storm in (1, 2, 3):
        losses = played.play()
        assert losses["processes"] == storm * 85, losses
        assert played.ended == storm * 15
        assert not any(losses[key] for key in losses if key != "processes"), losses


def test_ends_that_nobody_told_are_found(storms, opened):
    """The ring has room for a fifth of them: the others have no record, and give their slots back."""
    options = ["--processes", "64", "--ring-bytes", "4096"]
    played = Storms(opened, storms, 400, options=options)
    for storm in (1, 2, 3):
        losses = played.play()
        assert losses["processes"] == storm * (400 - 255), losses
        assert losses["children"] + played.ended == storm * 255
        assert losses["children"] > storm * 100


def test_a_child_has_the_name_of_the_thread_that_forked_it(opened):
    """Also if it ended before pagewatch could look at it."""
    code = """if True:
        import ctypes, os, threading
        def fork():
            ctypes.CDLL(None).prctl(15, b"forker", 0, 0, 0)
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitpid(child, 0)
        print("READY", flush=True)
        input()
        thread = threading.Thread(target=fork)
        thread.start()
        thread.join()
        print("DONE", flush=True)
        input()"""
    played = Storms(opened, harness.PYTHON, "-c", code)
    report = played.report()
    ended, = [row for row in report["processes"] if row["exited"]]
    assert ended["comm"] == "forker" and ended["exe"].startswith("/usr/bin/python3")


@pytest.mark.long
@pytest.mark.parametrize("rate", [500, 0])
def test_a_long_storm(storms, opened, rate):
    """10,000 children while pagewatch runs; it takes less than a third of a millisecond for each."""
    target = harness.Target([storms, "10000", str(rate)])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--children")
    opened.append(watch)
    before = watch.snapshot()["self"]["cpu_ns"]
    target.done()
    report = watch.snapshot()
    assert not any(report["losses"].values()), report["losses"]
    assert len(report["processes"]) - 1 + report["processes_rest"]["processes"] == 10000
    assert report["self"]["cpu_ns"] - before < 10000 * 300_000
