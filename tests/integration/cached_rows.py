# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What the tests of the page cache share: a process that maps a file, and rows of reports."""
import contextlib
import mmap
import os
import pathlib

import harness

PAGE = mmap.PAGESIZE
TARGET = harness.ROOT / "tests/integration/cached_target.py"


class Mapper(harness.Target):
    """cached_target.py: what it maps, and our own descriptor of its file."""

    def __init__(self, name, flags, **options):
        super().__init__([harness.PYTHON, TARGET, name, str(flags)], wait=False, **options)
        words = self.until("READY").split()
        self.file = os.open(f"/proc/{words[1]}/fd/{words[2]}", os.O_RDWR)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words).encode() + b"\n")
        self.process.stdin.flush()
        return self.lines.next()

    def map(self, offset, pages, how):
        return int(self.ask("map", offset, pages, how))

    def close(self):
        os.close(self.file)
        super().close()


def region_at(process, address):
    return next(row for row in process["regions"] if row["start"] == f"0x{address:x}")


def counts_of(row):
    return tuple(row[key] for key in ("cached_pages", "dirty_pages", "swapped_pages", "cached_unknown"))


def snap_of(target, *options, **popen):
    return harness.process_of(harness.snap(target.pid, "--detail", "--min-size", "0", *options, **popen),
                              target.pid)


@contextlib.contextmanager
def temporary_file(folder, pages):
    path = pathlib.Path(folder, f"cached-{os.getpid()}")
    path.write_bytes(bytes(range(1, 256)) * (pages * PAGE // 255 + 1))
    os.truncate(path, pages * PAGE)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
