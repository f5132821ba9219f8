# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Resident pages of each VMA equal smaps, for unlike processes that stand still."""
import os
import pathlib
import shutil
import signal
import subprocess

import books
import harness
import pytest

PYTHON_TAIL = "; print('READY', os.getpid(), flush=True); sys.stdin.readline()"
NODE = ("const a = []; for (let i = 0; i < 1000; i++) a.push(new Float64Array(1009).fill(i));"
        "console.log('READY'); process.stdin.once('data', () => process.exit(0));")
JAVA = """
public class Still {
    public static void main(String[] words) throws Exception {
        double[][] kept = new double[101][1009];
        System.out.println("READY " + kept.length);
        System.in.read();
    }
}
"""

PROCESSES = {
    "python-numpy": [harness.PYTHON, "-c", "import os, sys, numpy as np; x = np.zeros((997, 997));"
                     "y = np.ones((1009, 1009)); x.sum(); x[500] = 1" + PYTHON_TAIL],
    "python-threads": [harness.PYTHON, "-c", "import os, sys, threading;"
                       "e = threading.Event();"
                       "[threading.Thread(target=e.wait, daemon=True).start() for i in range(7)]"
                       + PYTHON_TAIL],
    "python-files": [harness.PYTHON, "-c", "import os, sys, mmap, sqlite3, ssl, json;"
                     "f = open(sys.executable, 'rb');"
                     "m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); m[1000003]"
                     + PYTHON_TAIL],
    "bash": ["bash", "-c", "a=$(seq 10000); echo READY; read line"],
    "dash": ["dash", "-c", "echo READY; read line"],
    "perl": ["perl", "-e", "$| = 1; @a = (1 .. 100003); print \"READY\\n\"; <STDIN>;"],
    "node": ["node", "-e", NODE],
    "java": ["java", "Still.java"],
    "workload-thp": [harness.WORKLOAD, "--wait", "thp"],
    "workload-memfd": [harness.WORKLOAD, "--wait", "memfd"],
    "workload-sysv": [harness.WORKLOAD, "--wait", "sysv"],
    "workload-file": [harness.WORKLOAD, "--wait", "private_file"],
    "workload-guard": [harness.WORKLOAD, "--wait", "guard"],
    "random": [harness.RANDOM, "--wait", "23", "600", "/dev/null"],
}


@pytest.mark.parametrize("name", PROCESSES)
def test_rss_equals_smaps(name, reader, opened, tmp_path):
    argv = PROCESSES[name]
    if not shutil.which(argv[0]):
        pytest.skip(f"no {argv[0]} here")
    if name == "java":
        (tmp_path / "Still.java").write_text(JAVA)
    target = harness.Target(argv, cwd=tmp_path)
    opened.append(target)
    target.ready()
    if name.startswith(("workload", "random")):
        target.done()
    target.stand_still()
    before, own_before = harness.smaps(target.pid)
    snapshot = harness.snap(target.pid, "--page-reader", reader)
    _, own_after = harness.smaps(target.pid)
    target.go_on()
    assert own_before == own_after, "the process changed while it stood still"

    books.check_invariants(snapshot)
    process = harness.process_of(snapshot, target.pid)
    kilobytes = process["page_size"] // 1024
    printed = {(int(row["start"], 16), int(row["end"], 16)): row for row in process["regions"]}
    kernel = {key: value for key, value in before.items() if key[0] < 1 << 63}
    assert sorted(printed) == sorted(kernel)
    wrong = [f"{row['path'] or row['kind']} {row['start']}: "
             f"{row['resident_pages'] * kilobytes} kB, smaps {kernel[key][0]} kB"
             for key, row in printed.items()
             if row["kind"] != "hugetlb" and row["resident_pages"] * kilobytes != kernel[key][0]]
    assert not wrong, "\n".join(wrong)
    assert process["rss_pages"] * kilobytes == sum(rss for rss, _ in kernel.values())


MOVING = """
import mmap, sys
held = mmap.mmap(-1, 20011 * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for page in range(20011):
    held[page * 4096] = 1
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.long
@pytest.mark.root
def test_pages_on_the_move(reader, opened):
    """While the kernel compacts memory, each page it moves has a swap entry for a moment."""
    if not os.access("/proc/sys/vm/compact_memory", os.W_OK):
        pytest.skip("this kernel does not compact memory")
    if len(pathlib.Path("/proc/swaps").read_text().splitlines()) > 1:
        pytest.skip("there is swap space here")
    target = harness.Target([harness.PYTHON, "-c", MOVING])
    opened.append(target)
    target.until("READY")
    target.stand_still()
    with subprocess.Popen(["sh", "-c", "while echo 1 > /proc/sys/vm/compact_memory; do :; done"],
                          start_new_session=True) as compacting:
        try:
            seen = [harness.process_of(harness.snap(target.pid, "--page-reader", reader),
                                       target.pid) for _ in range(150)]
        finally:
            os.killpg(compacting.pid, signal.SIGKILL)
    target.go_on()
    assert {process["totals"]["states"]["swapped"] for process in seen} == {0}
    assert len({process["totals"]["resident_pages"] for process in seen}) == 1
