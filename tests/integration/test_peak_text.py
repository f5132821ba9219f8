# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""How the text of run shows the peak beside the end."""
import itertools
import re

import harness
import pytest

pytestmark = pytest.mark.root

LIBRARY = harness.OUT / "libpagewatch.so.1"

WORK = """
import ctypes, mmap, sys
import numpy as np
pagewatch = ctypes.CDLL(sys.argv[1])

def work():
    memory = mmap.mmap(-1, 1009 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    rows = np.frombuffer(memory, np.uint8).reshape(1009, 4096)
    rows[:503] = 1
    pagewatch.pagewatch_checkpoint(b"in work")

work()
"""


def test_peak_and_end_are_side_by_side(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    done = harness.pagewatch("run", "--no-peaks", "--moments", "--filter", "__main__*", "--",
                             harness.PYTHON, "-c", WORK, LIBRARY)
    lines = done.stderr[done.stderr.index("\npeak: "):].splitlines()
    at = lines.index("   AT PEAK     AT END      CHANGE  ARRAY")
    assert re.fullmatch(r"python3 \([0-9]+\): RSS [0-9.]+ MiB -> [0-9.]+ MiB, -[0-9.]+ MiB", lines[at - 1])
    # 503 pages are 1.96 MiB.
    assert lines[at + 1:at + 4] == [
        "   2.0 MiB        0 B    -2.0 MiB  __main__.work():memory (gone)",
        "   2.0 MiB        0 B    -2.0 MiB  __main__.work():rows (gone)",
        "   2.0 MiB        0 B    -2.0 MiB  __main__.work():rows.base (gone)"]
    assert lines[at + 5] == "MOMENT         TIME   RESIDENT  WHY"
    assert re.fullmatch(r"     1 +[0-9.]+ s +[0-9.]+ MiB  checkpoint in work", lines[at + 6])


MANY = """
import ctypes, sys
import numpy as np

def work():
    many = {i: np.ones(140_000 + i) for i in range(30)}
    ctypes.CDLL(sys.argv[1]).pagewatch_checkpoint(b"in work")

work()
"""


def test_the_peak_fits_on_a_screen(monkeypatch):
    """Of 24 lines, with the shell's prompt below it. The signs are explained where they are used."""
    monkeypatch.setenv("COLUMNS", "80")
    done = harness.pagewatch("run", "--no-peaks", "--", harness.PYTHON, "-c", MANY, LIBRARY)
    end, peak = done.stderr.split("\npeak: ")
    assert end.splitlines()[-1].endswith("absent")
    lines = peak.splitlines()
    assert any(re.fullmatch(r"\([0-9]+ more\)", line) for line in lines) and len(lines) < 24
    assert sum(line.endswith("] (gone)") for line in lines) == 10


IMPORT = """
import numpy as np

def work():
    rows = np.ones((10007, 512))
    import ctypes, sys
    ctypes.CDLL(sys.argv[1]).pagewatch_checkpoint(b"in work")

work()
import sqlite3
"""


@pytest.mark.parametrize("options", [[], ["--detail"]])
def test_small_changes_of_mappings(options, monkeypatch):
    """The libraries of a module that was loaded after the peak: a hundredth of the array, or a count."""
    monkeypatch.setenv("COLUMNS", "100")
    done = harness.pagewatch("run", "--no-peaks", *options, "--", harness.PYTHON, "-c", IMPORT,
                             LIBRARY)
    peak = done.stderr[done.stderr.index("\npeak: "):]
    mappings = peak.split("MAPPINGS (with the arrays in them)\n")[1].splitlines()
    changes = [re.match(r" *[0-9.]+ [KMG]?i?B +[0-9.]+ [KMG]?i?B +[-+]([0-9.]+ [KM]iB)  (.*)", line)
               for line in mappings]
    changes = [change.groups() for change in itertools.takewhile(bool, changes)]
    rest = [name for _change, name in changes if re.fullmatch(r"\([0-9]+ more\)", name)]
    assert bool(rest) == (not options)
    changes = [change for change, name in changes if name not in rest]
    # The array has 39.1 MiB.
    small = [change for change in changes if change.endswith("KiB") and float(change[:-4]) < 390]
    assert bool(small) == bool(options)
