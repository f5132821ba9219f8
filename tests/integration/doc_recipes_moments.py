# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Recipes of blocks that show several moments: peaks and recordings."""
import subprocess

import harness
from doc_recipes import recipe


@recipe("COOKBOOK.md: The arrays are gone at the end. What was there at the peak?", counts_vary=True)
def gone(stage):
    """pagewatch stands before it reads RSS until the arrays are there, and looks before they go."""
    stage.script("solve.py", "import numpy as np, sys\n\n\ndef solve():\n"
                             "    grid = np.ones((4000, 4000))\n    halves = grid / 2\n"
                             "    print('READY', flush=True); sys.stdin.readline()\n"
                             "    return halves.sum()\n\n\nsolve()")
    phases = harness.Phases()
    stage.opened.append(phases)
    with subprocess.Popen(stage.argv(), cwd=stage.folder, pass_fds=phases.fds(), text=True,
                          env=dict(phases.environment(), COLUMNS=str(stage.columns)),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as run:
        phases.started()
        assert phases.until("poll")
        assert run.stdout.readline() == "READY\n"
        phases.go()
        assert phases.until("snapshot")
        phases.leave()
        return run.communicate("\n", timeout=harness.DEADLINE)[1].splitlines()


SERVER = """import numpy as np
index = np.zeros((200_000, 100))
cache = {}
def serve(first, count):
    for user in range(first, first + count):
        index[user * 1000:user * 1000 + 1000] = user
        cache[f"user{user}"] = np.ones((500, 1000 + user))
"""


def record_server(stage):
    """Two moments of it: before and after it has served some more users."""
    target = stage.python(SERVER + "serve(1, 3)\nprint('READY', flush=True)\n"
                          "import sys; sys.stdin.readline(); serve(4, 2)")
    phases = harness.Phases()
    stage.opened.append(phases)
    with subprocess.Popen([harness.PROGRAM, "record", "-o", "server.pw", "-p", str(target.pid), "-n",
                           "2", "--interval", "10ms"], cwd=stage.folder, pass_fds=phases.fds(),
                          env=phases.environment()) as record:
        phases.started()
        assert phases.until("snapshot")
        target.go()
        target.until("READY")
        phases.leave()
        assert record.wait(harness.DEADLINE) == 0
    return target


@recipe("COOKBOOK.md: My server grows. What grew?", counts_vary=True)
def grown(stage):
    record_server(stage)
    return stage.run(status=1)


@recipe("COOKBOOK.md: My server grows. What grew? 2", counts_vary=True)
def before_it_grew(stage):
    record_server(stage)
    return stage.run()
