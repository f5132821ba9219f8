# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""How large recordings are."""
import harness
import pytest
from test_record import SPARSE, python, rows, shown

pytestmark = pytest.mark.root

DENSE = """
import mmap, sys
m = mmap.mmap(-1, 64 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_NOHUGEPAGE)
print("READY", flush=True)
sys.stdin.readline()
for i in range(0, 64 << 20, 4096):
    m[i] = 1
print("DONE", flush=True)
sys.stdin.readline()
"""


def bytes_of(path, table):
    return rows(path, f"SELECT sum(pgsize) FROM dbstat WHERE name = '{table}'")[0][0]


def test_bytes_of_touches(tmp_path, opened):
    """Chunks of which all was touched, and chunks of which a page was."""
    target = python(DENSE)
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--record", tmp_path / "dense.pw")
    opened.append(watch)
    target.done()
    shown(watch)
    touches, = rows(tmp_path / "dense.pw",
                    "SELECT sum(pages) FROM chunk_touch WHERE pages >= 256")[0]
    assert touches >= (64 << 20) // 4096 - 512
    assert bytes_of(tmp_path / "dense.pw", "chunk_touch") <= touches / 2


def test_bytes_of_chunks(tmp_path, opened):
    program = SPARSE.replace("100\n", "2000\n", 1)
    target = python(program, "1")
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--record", tmp_path / "sparse.pw")
    opened.append(watch)
    target.done()
    shown(watch)
    count, = rows(tmp_path / "sparse.pw", "SELECT count(*) FROM chunk_touch")[0]
    assert count >= 2000
    assert bytes_of(tmp_path / "sparse.pw", "chunk_touch") <= 48 * count
