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
    "workload-swapped": [harness.WORKLOAD, "--wait", "swapped"],
    "workload-hugetlb": [harness.WORKLOAD, "--wait", "hugetlb"],
    "random": [harness.RANDOM, "--wait", "23", "600", "/dev/null"],
}


NEEDS = {"workload-swapped": "swap_space", "workload-hugetlb": "huge_pool"}


@pytest.mark.parametrize("name", PROCESSES)
def test_rss_equals_smaps(name, reader, request, opened, tmp_path):
    argv = PROCESSES[name]
    if name in NEEDS:
        request.getfixturevalue(NEEDS[name])
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
    snapshot = harness.snap(target.pid, "--page-reader", reader, "--min-size", "0K")
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
             f"{row['resident_pages'] * kilobytes} kB, smaps {kernel[key]}"
             for key, row in printed.items()
             if row["resident_pages"] * kilobytes != kernel[key].rss + kernel[key].hugetlb]
    wrong += [f"{row['path'] or row['kind']} {row['start']}: "
              f"{row['states']['swapped'] * kilobytes} kB swapped out, smaps {kernel[key]}"
              for key, row in printed.items()
              if row["kind"] != "shmem" and row["states"]["swapped"] * kilobytes != kernel[key].swap]
    assert not wrong, "\n".join(wrong)
    assert process["rss_pages"] * kilobytes == sum(vma.rss for vma in kernel.values())
    parts = {"anon": sum(vma.anonymous for vma in kernel.values()), "file": 0, "shmem": 0}
    for key, vma in kernel.items():
        parts["shmem" if printed[key]["kind"] == "shmem" else "file"] += vma.rss - vma.anonymous
    assert {part: process[f"rss_{part}_pages"] * kilobytes for part in parts} == parts
    if name == "workload-swapped":
        assert process["totals"]["states"]["swapped"]
    if name == "workload-hugetlb":
        assert {row["kind"] for row in printed.values() if row["states"]["anon_huge"]} == {"hugetlb"}


# Every second page only: compaction moves what leaves gaps.
GAPPED = """
import ctypes, mmap, sys
def gapped(pages):
    held = mmap.mmap(-1, pages * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(pages):
        held[page * 4096] = 1
    for page in range(0, pages, 2):
        held.madvise(mmap.MADV_DONTNEED, page * 4096, 4096)
    return held
"""
MOVED = GAPPED + """
held = gapped(200_003)
print("READY", hex(ctypes.addressof(ctypes.c_char.from_buffer(held))), flush=True)
sys.stdin.readline()
"""
STIRRED = GAPPED + """
while True:
    gapped(50_021).close()
"""
LOOKS = 150


def frames_of(target, start):
    """The words of its pagemap: they differ where a page has another frame."""
    with open(f"/proc/{target.pid}/pagemap", "rb") as words:
        words.seek(start // 4096 * 8)
        return memoryview(words.read(200_003 * 8)).cast("Q")


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.root
@pytest.mark.parametrize("swap", [False, True], ids=["no-swap", "swap"])
def test_pages_on_the_move(swap, reader, request, opened):
    """While the kernel compacts memory, each page it moves has a swap entry for a moment."""
    if not os.access("/proc/sys/vm/compact_memory", os.W_OK):
        pytest.skip("this kernel does not compact memory")
    if swap:
        request.getfixturevalue("swap_space")
    elif len(pathlib.Path("/proc/swaps").read_text().splitlines()) > 1:
        pytest.skip("there is swap space here")
    target = harness.Target([harness.PYTHON, "-c", MOVED])
    opened.append(target)
    start = int(target.until("READY").split()[1], 16)
    target.stand_still()
    before = frames_of(target, start)
    stir = "while echo 1 > /proc/sys/vm/compact_memory; do :; done & exec \"$@\""
    with subprocess.Popen(["sh", "-c", stir, "sh", harness.PYTHON, "-c", STIRRED],
                          start_new_session=True) as stirring:
        try:
            seen = [harness.process_of(harness.snap(target.pid, "--page-reader", reader),
                                       target.pid) for _ in range(LOOKS)]
        finally:
            os.killpg(stirring.pid, signal.SIGKILL)
    moved = sum(a != b for a, b in zip(before, frames_of(target, start)))
    target.go_on()
    assert moved >= LOOKS, "the kernel moved less than a page a look: this shows nothing"
    assert {process["totals"]["states"]["swapped"] for process in seen} == {0}
    assert len({process["totals"]["resident_pages"] for process in seen}) == 1


# Numbers of linux/userfaultfd.h: newer than the headers that we build against.
MARKED = """
import ctypes, errno, fcntl, mmap, platform, struct, sys
def call(request, form, *words):
    told = bytearray(struct.pack(form, *words))
    fcntl.ioctl(fd, request, told)
    return struct.unpack(form, told)
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall({"x86_64": 323, "aarch64": 282}[platform.machine()], 1)
if fd < 0:
    sys.exit(f"userfaultfd: {errno.errorcode[ctypes.get_errno()]}")
held = mmap.mmap(-1, 1009 * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for page in range(101, 307):
    held[page * mmap.PAGESIZE] = 1
start = ctypes.addressof(ctypes.c_char.from_buffer(held))
call(0xc018aa3f, "QQQ", 0xaa, 1 << 13 | 1 << 14, 0)
call(0xc020aa00, "QQQQ", start, 1009 * mmap.PAGESIZE, 3, 0)
call(0xc018aa06, "QQQ", start + 53 * mmap.PAGESIZE, 499 * mmap.PAGESIZE, 1)
call(0xc020aa08, "QQQq", start + 701 * mmap.PAGESIZE, 103 * mmap.PAGESIZE, 0, 0)
print("READY", hex(start), flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
@pytest.mark.parametrize("swap", [False, True], ids=["no-swap", "swap"])
def test_markers(swap, reader, request, opened):
    """userfaultfd write-protects and poisons pages that are not there: swap entries, too."""
    if swap:
        request.getfixturevalue("swap_space")
    target = harness.Target([harness.PYTHON, "-c", MARKED])
    opened.append(target)
    start = int(target.until("READY").split()[1], 16)
    process = harness.process_of(harness.snap(target.pid, "--page-reader", reader, "--array",
                                              f"marked={start:#x}+{1009 * 4096}"), target.pid)
    states = harness.array_of(process, "marked")["states"]
    assert {state: pages for state, pages in states.items() if pages} == \
        {"absent": 1009 - 206, "anon": 206}
    kernel, _ = harness.smaps(target.pid)
    assert process["rss_pages"] * process["page_size"] // 1024 == \
        sum(vma.rss for vma in kernel.values())
