# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A watch that goes on for long: a target that maps, touches and unmaps ever-new addresses.

PAGEWATCH_SOAK_SECONDS chooses for how long; 600 unless set.
"""
import datetime
import os
import select
import signal
import statistics

import harness
import pytest

SECONDS = int(os.environ.get("PAGEWATCH_SOAK_SECONDS", "600"))
FLOOD_SECONDS = max(5, SECONDS // 20)
RATE = 10000
CALM_RATE = 1000
CHURN = harness.OUT / "tests/churn"
# The mapping that the target makes when the churn is over.
LAST, LAST_PAGES = 0x500000000000, 1009
# What malloc keeps differs a little from look to look; a byte kept for each life would be more.
RSS_SLACK = 1 << 20

pytestmark = [pytest.mark.long, pytest.mark.root, pytest.mark.alone]


class Soak:
    """The reports of one watch, to the first that has seen all that the target did."""

    def __init__(self, opened, *arguments):
        page = os.sysconf("SC_PAGESIZE")
        self.target = harness.Target([CHURN, *arguments])
        opened.append(self.target)
        self.target.until("READY")
        # A later --interval wins over harness.NEVER.
        self.watch = harness.Watch(self.target.pid, "--interval", "50ms", "--array",
                                   f"last=0x{LAST:x}+{LAST_PAGES * page}")
        opened.append(self.watch)
        self.lives = None
        self.ended_lives = 0
        self.losses = {}
        self.rss, self.cpu = [], []
        self.incomplete = []

    def flood(self, starved):
        """Returns how many lives there were; reports have told of all of them that they ever will.
        starved: pagewatch stands still meanwhile."""
        if starved:
            self.watch.process.send_signal(signal.SIGSTOP)
        self.target.go()
        while not starved and not self.target_has_said_something():
            self.note(self.watch.next())
        lives = int(self.target.until("CALM").split()[1])
        if starved:
            self.watch.process.send_signal(signal.SIGCONT)
        self.read_up_to_now()
        self.target.go()
        self.target.until("CALLED")
        self.read_up_to_now()
        return lives

    def target_has_said_something(self):
        return bool(select.select([self.target.lines.fd], [], [], 0)[0])

    def read_up_to_now(self):
        """To the second report from now on: the first may have begun before."""
        now, fresh = datetime.datetime.now(datetime.timezone.utc), 0
        while fresh < 2:
            snapshot = self.watch.next()
            self.note(snapshot)
            # The format has nine digits behind the point, which Python's has not.
            fresh += snapshot["time"][:26] > now.isoformat(timespec="microseconds")[:26]

    def churn(self):
        self.target.go()
        while not self.is_over(self.watch.next()):
            pass

    def note(self, snapshot):
        process = harness.process_of(snapshot, self.target.pid)
        self.ended_lives += sum(life["touch"]["pages_touched"] for life in process["retired"])
        self.losses = {name: count for name, count in snapshot["losses"].items() if count}
        if not snapshot["complete"]:
            self.incomplete.append(snapshot["incomplete_reasons"])
        self.rss.append(snapshot["self"]["rss_bytes"])
        self.cpu.append(snapshot["self"]["cpu_ns"])
        return process

    def is_over(self, snapshot):
        """True: the target is done, and the report tells of all of it."""
        process = self.note(snapshot)
        if self.lives is None and self.target_has_said_something():
            self.lives = int(self.target.until("DONE").split()[1])
            return False
        self.last = harness.array_of(process, "last")
        return self.lives is not None and self.last["pages"] - self.last["states"]["absent"] > 0

    def quarter(self, values, number):
        return values[len(values) * number // 4:len(values) * (number + 1) // 4]


def test_nothing_is_lost_and_nothing_grows(opened):
    soak = Soak(opened, RATE, SECONDS)
    soak.churn()
    assert soak.lives >= RATE * (SECONDS - 1)
    assert (soak.losses, soak.incomplete) == ({}, [])
    assert soak.ended_lives == soak.lives
    assert soak.last["touch"]["pages_touched"] == LAST_PAGES
    assert max(soak.quarter(soak.rss, 3)) <= max(soak.quarter(soak.rss, 1)) + RSS_SLACK
    # CPU time of a report: what is kept of the past would be walked by each.
    each = [after - before for before, after in zip(soak.cpu, soak.cpu[1:])]
    assert statistics.median(soak.quarter(each, 3)) <= 1.5 * statistics.median(soak.quarter(each, 1))


@pytest.mark.parametrize("starved", [False, True])
def test_a_flood_is_counted_and_recovered_from(starved, opened):
    """As fast as the target can: what is lost is said. Nothing of what comes afterwards is lost."""
    soak = Soak(opened, CALM_RATE, FLOOD_SECONDS, FLOOD_SECONDS)
    lives = soak.flood(starved)
    losses, told = soak.losses, soak.ended_lives
    assert told <= lives
    assert losses or not starved
    assert bool(losses) == (told < lives), (lives, told, losses)
    soak.churn()
    assert soak.losses == losses
    assert soak.ended_lives - told == soak.lives >= CALM_RATE * (FLOOD_SECONDS - 1)
    assert soak.last["touch"]["pages_touched"] == LAST_PAGES
    assert soak.last["ledger"]["touched"] == LAST_PAGES
    assert max(soak.quarter(soak.rss, 3)) <= max(soak.quarter(soak.rss, 1)) + RSS_SLACK
