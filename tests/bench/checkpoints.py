# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What `pagewatch check` costs: a whole run of it, and one checkpoint."""
import json
import os
import statistics
import subprocess
import time

from tools import OUT, PAGEWATCH, BenchError

# Runs by itself under check: the latencies of its own checkpoints, in ms.
PROGRAM = """
import ctypes, json, sys, time
library = ctypes.CDLL(sys.argv[1])
checkpoint = library.pagewatch_checkpoint
seen = []
for _ in range(51):
    begin = time.monotonic_ns()
    if checkpoint(b"here") != 1:
        sys.exit("not watched")
    seen.append((time.monotonic_ns() - begin) / 1e6)
print(json.dumps(seen))
"""


def checked(*command):
    """Milliseconds of `check -- CMD`, and what CMD has printed."""
    start_ns = time.monotonic_ns()
    done = subprocess.run([PAGEWATCH, "check", "-e", "process: pages > 0", "--", *command],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"check -- {command[0]}: {done.stderr.strip()}")
    return (time.monotonic_ns() - start_ns) / 1e6, done.stdout


def snap_ms(pid):
    """A whole `snap` of the same kind of process: what the scan costs, and its start."""
    start_ns = time.monotonic_ns()
    subprocess.run([PAGEWATCH, "snap", "--json", "-o", "/dev/null", "-p", str(pid)], check=True)
    return (time.monotonic_ns() - start_ns) / 1e6


def measure(rounds):
    runs = [checked("true")[0] for _ in range(4 * rounds)]
    library = os.path.join(OUT, "libpagewatch.so.1")
    seen = [statistics.median(json.loads(checked("/usr/bin/python3", "-c", PROGRAM, library)[1]))
            for _ in range(rounds)]
    with subprocess.Popen(["/usr/bin/python3", "-c", "import ctypes, json, sys; sys.stdin.readline()"],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as target:
        snaps = [snap_ms(target.pid) for _ in range(rounds)]
        target.stdin.close()
    return {"check_ms": {"true": statistics.median(runs)},
            "checkpoint_ms": {"pagewatch": statistics.median(seen),
                              "snap": statistics.median(snaps)}}
