# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Programs that are hard to stop and to let go: each ends as it would have without pagewatch."""
import harness
import pytest

pytestmark = pytest.mark.root

LIBRARY = harness.OUT / "libpagewatch.so.1"


def test_check_ends_while_threads_stand(opened):
    """Threads that have just reached a checkpoint when the last one is judged run on."""
    target = harness.Target([harness.CONTROL, "checkpoints", LIBRARY, "7"])
    opened.append(target)
    target.until("READY")
    for _ in range(5):
        done = harness.pagewatch("check", "-p", target.pid, "-e",
                                 'at "loop": process: resident > 0')
        assert done.returncode == 0, done.stderr
        target.go()
        assert target.lines.next(10) == "ALIVE"
    target.process.stdin.close()
    assert target.process.wait(harness.DEADLINE) == 0
