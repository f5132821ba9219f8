# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A name is what Python evaluates to the array, or it is marked as none; and no two arrays share one."""
import collections
import json
import re

import harness
import pytest
from test_python import python, start  # noqa: F401 (a fixture)

NAMES = harness.ROOT / "tests/integration/python_names.py"
HOLDERS = harness.ROOT / "tests/integration/python_holders.py"


def rows_of(target):
    process = harness.process_of(harness.snap(target.pid, "--min-size", "2K"), target.pid)
    assert process["names_missing"] is None
    return {int(row["object"], 16): row for row in process["arrays"] if row["source"] == "python"}


def ask(target, names):
    """What is wrong with these [name, id], by the target's own Python."""
    target.process.stdin.write((json.dumps(names) + "\n").encode())
    target.process.stdin.flush()
    return json.loads(target.lines.next())


@pytest.mark.root
@pytest.mark.parametrize("seed", [1, 2])
def test_names_evaluate(seed, python, opened):  # noqa: F811
    target = start(opened, python, "-B", NAMES, seed)
    told, rows = target.books, rows_of(target)
    ours = {*told["exact"].values(), *map(int, told["marked"]), *told["others"]}
    assert len(ours) == len(told["exact"]) + len(told["marked"]) + len(told["others"]) and ours <= set(rows)
    names = {address: rows[address]["name"] for address in ours}
    wrong = {name: names[address] for name, address in told["exact"].items() if names[address] != name}
    assert not wrong
    wrong = {pattern: names[int(address)] for address, pattern in told["marked"].items()
             if not re.fullmatch(pattern, names[int(address)])}
    assert not wrong
    assert not [names[address] for address in told["others"] if "<" in names[address]]
    several = [name for name, count in collections.Counter(names.values()).items() if count > 1]
    assert not several
    typable = [[name, address] for address, name in names.items()
               if address in told["others"] or name in told["exact"]]
    assert len(typable) > 300 and not ask(target, typable)


CHECKED = """
import sys
import numpy as np
d = {"k" * 300 + "A": np.ones(1 << 18), "k" * 300 + "B": np.ones(1 << 18), 'it\\'s "x"': np.ones(1 << 18),
     "C:\\\\new: x": np.ones(1 << 18)}
print("READY", flush=True)
sys.stdin.readline()
"""


def test_shown_names_can_be_checked(opened):
    """What the report calls an array, check finds, and says so in the same words."""
    target = start(opened, harness.PYTHON, "-c", CHECKED)
    process = harness.process_of(harness.snap(target.pid), target.pid)
    names = [row["name"] for row in process["arrays"] if row["source"] == "python"]
    assert len(set(names)) == 4 and r"""__main__.d['it\'s "x"']""" in names
    for name in names:
        quoted = '"%s"' % name.replace("\\", "\\\\").replace('"', '\\"')
        done = harness.pagewatch("check", "-p", target.pid, "-e", f"{quoted}: resident == 0")
        assert done.returncode == 1, done.stderr
        shown = re.sub(r"\s+", "", done.stdout + done.stderr)
        assert name.replace(" ", "") in shown


@pytest.mark.root
def test_holders(python, opened):  # noqa: F811
    """Elements of arrays of objects and of records, what caches keep, what context variables hold."""
    target = start(opened, python, "-B", HOLDERS)
    told, rows = target.books, rows_of(target)
    found = {name: rows[address]["name"] for name, address in told["names"].items()}
    assert {name: other for name, other in found.items() if other != name} == {}
    assert [rows[address]["name"] for address in told["unnamed"]] == ["<unnamed>"] * len(told["unnamed"])
    assert target.end() == 0


ALIASED = """
import sys
import numpy as np
class Frame: pass
X = np.ones((1 << 18, 2))
df = Frame()
df.values, df.view = X, X[::2]
other = np.ones(1 << 18)
print("READY", flush=True)
sys.stdin.readline()
"""


def test_any_name_is_found(opened):
    """--filter, and wildcards of check, find what is called so beside its name, and call it so."""
    target = start(opened, harness.PYTHON, "-c", ALIASED)
    shown = harness.pagewatch("snap", "-p", target.pid, "--filter", "__main__.df*").stdout
    rows = [line.split()[0] for line in shown.splitlines() if line.strip().startswith("__main__")]
    assert sorted(rows) == ["__main__.df.values", "__main__.df.view"]
    done = harness.pagewatch("check", "-p", target.pid, "-e", "__main__.df*: resident == 0")
    assert done.returncode == 1 and "__main__.X" in done.stdout + done.stderr
    done = harness.pagewatch("check", "-p", target.pid, "-e", "__main__.dg*: resident == 0")
    assert done.returncode == 3
