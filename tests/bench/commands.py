# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What whole commands cost under `pagewatch run`: short ones, forking ones, sparse ones."""
import os
import struct
import subprocess
import tempfile
import time

from measure import attach_once, say, spread
from tools import BENCH, PAGEWATCH, BenchError, Pagewatch, Process, Subject

SUBJECT = os.path.join(BENCH, "subject")
NOTHING = os.path.join(BENCH, "nothing")
CHUNK = 512 * os.sysconf("SC_PAGESIZE")
FORKS = 100
SPARSE_CHUNKS = 100000
TENSORS, TENSOR_BYTES, TOKENS = 1000, (10 << 30) // 1000 // 32 * 32, 32000


def timed(argv, requests=""):
    """Milliseconds that a command takes, and the lines that it printed."""
    start_ns = time.monotonic_ns()
    done = subprocess.run(argv, input=requests, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(argv)}: {done.stderr.strip()}")
    return (time.monotonic_ns() - start_ns) / 1e6, done.stdout.splitlines()


def under_run(*options):
    return [PAGEWATCH, "run", "-o", "/dev/null", *options, "--"]


def short(rounds):
    """`run -- CMD` of a command that does nothing, and how soon faults are counted then."""
    rows = []
    with Subject() as target:
        for _ in range(rounds):
            tool = Pagewatch(target)
            try:
                start_ms = attach_once(tool, target)[0]
            finally:
                tool.process.abandon()
            rows.append((start_ms, timed([*under_run(), NOTHING])[0]))
    return {"run_nothing_ms": spread([run for _, run in rows]),
            "run_nothing_over_start": spread([run / start for start, run in rows])}


def held(rounds):
    """How much longer a command lives from its exec to its end: that is all that it was held."""
    added = []
    lifetimes = Process([os.path.join(BENCH, "lifetimes"), os.path.basename(NOTHING)])
    try:
        lifetimes.line_that_is("ready")
        for _ in range(rounds):
            timed([NOTHING])
            timed([*under_run(), NOTHING])
            lifetimes.send("")
            lives = lifetimes.line().split()
            if len(lives) != 2:
                raise BenchError(f"{len(lives)} lives of {NOTHING}, not 2")
            added.append((int(lives[1]) - int(lives[0])) / 1e6)
    finally:
        lifetimes.abandon()
    return {"run_held_ms": spread(added)}


def forks(rounds):
    """Children that end at once, followed; what is above 1.5 times the bare command."""
    rows = []
    request = f"forks {FORKS}\n"
    for _ in range(rounds):
        rows.append((timed([SUBJECT], request)[0],
                     timed([*under_run("--children"), SUBJECT], request)[0]))
    return {"forks_ms": {"none": spread([bare for bare, _ in rows]),
                         "pagewatch": spread([run for _, run in rows])},
            "forks_excess_ms": spread([run - 1.5 * bare for bare, run in rows])}


def sparse(rounds):
    """A page in each of many chunks; what is above the bare command and one bare scan.

    The moments at peaks of RSS are scans of their own, so they are measured apart.
    """
    rows = []
    keep = f"keep {SPARSE_CHUNKS * CHUNK} {CHUNK}\n"
    for _ in range(rounds):
        bare_ms, lines = timed([SUBJECT], keep + "scan\n")
        if lines[-1] != str(SPARSE_CHUNKS):
            raise BenchError(f"a bare scan found {lines[-1]} of {SPARSE_CHUNKS} pages")
        rows.append((bare_ms, timed([*under_run("--no-peaks"), SUBJECT], keep)[0],
                     timed([*under_run(), SUBJECT], keep)[0]))
    return {"sparse_run_ms": {"none": spread([bare for bare, _, _ in rows]),
                              "pagewatch": spread([run for _, run, _ in rows])},
            "sparse_peaks_ms": spread([peaks for _, _, peaks in rows]),
            "sparse_run_excess_ms": spread([run - bare for bare, run, _ in rows])}


def gguf_string(text):
    return struct.pack("<Q", len(text)) + text


def gguf_header():
    """Of a model: the words of its tokenizer, then its tensors, all F32."""
    parts = [b"GGUF", struct.pack("<IQQ", 3, TENSORS, 1), gguf_string(b"tokenizer.ggml.tokens"),
             struct.pack("<IIQ", 9, 8, TOKENS)]
    parts += [gguf_string(b"token %d" % i) for i in range(TOKENS)]
    parts += [gguf_string(b"blk.%d.weight" % i) + struct.pack(
        "<IQIQ", 1, TENSOR_BYTES // 4, 0, i * TENSOR_BYTES) for i in range(TENSORS)]
    return b"".join(parts)


def file(rounds):
    """`file` of a sparse model: the time from its start to its end."""
    header = gguf_header()
    with tempfile.NamedTemporaryFile() as model:
        model.write(header)
        model.flush()
        os.truncate(model.name, -(-len(header) // 32) * 32 + TENSORS * TENSOR_BYTES)
        times = []
        for _ in range(rounds):
            ms, lines = timed([PAGEWATCH, "file", "--top", "1", model.name])
            if not any(f"{TENSORS - 1} more" in line for line in lines):
                raise BenchError("pagewatch file did not find all tensors")
            times.append(ms)
    return {"file_ms": spread(times)}


def measure(rounds):
    figures = {}
    for part in (short, held, forks, sparse, file):
        figures |= part(rounds)
        say(f"commands: {part.__name__}")
    return figures
