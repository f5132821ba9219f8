# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The tests of the package: they run against whatever pagewatch is installed."""
import mmap

import pytest

pytest_plugins = ["pytester"]
PAGE = mmap.PAGESIZE


class Pages:
    """An anonymous mapping without huge pages, of which single pages are touched."""

    def __init__(self, count):
        self.map = mmap.mmap(-1, count * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(self.map, "madvise") and hasattr(mmap, "MADV_NOHUGEPAGE"):
            self.map.madvise(mmap.MADV_NOHUGEPAGE)

    def write(self, *pages):
        for page in pages:
            self.map[page * PAGE] = 1

    def read(self, *pages):
        for page in pages:
            assert self.map[page * PAGE] == 0


@pytest.fixture
def pages():
    return Pages
