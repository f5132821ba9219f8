# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What a Python has besides ndarrays in containers: other owners of memory, slots, threads, notebooks."""
import harness
import lanes
import pytest
from test_python import LONG_VENVS, make_venv, name_of, python, start  # noqa: F401 (a fixture)

FOLDER = harness.ROOT / "tests/integration"
PANDAS = {path.stem: path for path in (harness.ROOT / "tests/requirements-pandas").glob("*.txt")}


def rows_of(target, *options):
    process = harness.process_of(harness.snap(target.pid, *options), target.pid)
    assert process["names_missing"] is None
    return [row for row in process["arrays"] if row["source"] == "python"]


def end(target):
    """So that it can clean up behind itself."""
    assert target.end() == 0


@pytest.mark.root
def test_kinds(python, opened):  # noqa: F811
    """Each owner of memory, byte by byte; views point to it; slots and threads have names."""
    target = start(opened, python, "-B", FOLDER / "python_kinds.py")
    told = target.books
    rows = rows_of(target, "--min-size", "0K")
    named = {}
    for row in rows:
        assert not row["name"].startswith("__main__.") or row["name"] not in named, row["name"]
        named[row["name"]] = row
    for name, (address, size, count, dtype, writeable) in told["buffers"].items():
        row = named[f"__main__.{name}"]
        assert int(row["start"], 16) == int(row["data"], 16) == address, name
        assert int(row["end"], 16) - address == row["nbytes"] == size, name
        assert row["shape"] == [count] and row["strides"] == [size // count], name
        assert row["dtype"] == dtype and row["writeable"] == writeable, name
        assert row["owndata"] and row["owner"] is None, name
    assert not {"__main__.empty", "__main__.closed"} & set(named)
    for view, owner in told["owners"].items():
        assert named[f"__main__.{view}"]["owner"] == named[f"__main__.{owner}"]["id"], view
    for name, address in told["objects"].items():
        assert int(named[f"__main__.{name}"]["object"], 16) == address, name
    assert f"<mmap of /dev/shm/{told['shared']}>" in named["__main__.shared._mmap"]["aliases"]
    assert not [alias for alias in named["__main__.anonymous"]["aliases"] if "mmap of" in alias]
    check_threads(told["threads"], named)
    end(target)


def check_threads(threads, named):
    """several() runs in three threads, and within itself in two of them; alone() in one."""
    wanted = {}
    for function, number, found in threads:
        if function == "alone":
            wanted["__main__.alone():only"] = found.pop(0)
        for call, address in enumerate(found):
            deeper = f"+{call}" if call else ""
            wanted[f"__main__.several()@{number}{deeper}:local"] = address
    assert len(wanted) == 8
    found = {name: int(row["object"], 16) for name, row in named.items()
             if name.startswith(("__main__.several()", "__main__.alone()"))}
    assert found == wanted


HIDDEN = """
import ctypes, sys, weakref
import numpy as np
class Holder: pass
holder = Holder()
holder.array = np.zeros(300_007)
weak = weakref.ref(holder)
ctypes.pythonapi.Py_IncRef(ctypes.py_object(holder))
del holder
hidden = [np.frombuffer(bytearray(1 << 20), "u1"), np.frombuffer(memoryview(b"x" * (1 << 21)), "u1")]
for array in hidden:
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(array))
del hidden, array
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_without_a_name(opened):
    """What no name leads to is there all the same: ndarrays, and what they show; a weak one is one."""
    target = start(opened, harness.PYTHON, "-c", HIDDEN)
    rows = rows_of(target)
    assert sorted(row["name"] for row in rows) == [*["<unnamed>"] * 4, "__main__.weak().array"]
    by_id = {row["id"]: row for row in rows}
    assert sorted((row["nbytes"], by_id[row["owner"]]["dtype"], by_id[row["owner"]]["nbytes"])
                  for row in rows if row["owner"]) == [(1 << 20, "bytearray", 1 << 20),
                                                       (1 << 21, "bytes", 1 << 21)]


BIG = """
import array, sys
keep = [bytearray(1 << 20), array.array("d", bytes(1 << 20)), b"x" * (1 << 20), "y" * (1 << 20)]
small = [bytearray(999_999), array.array("d", bytes(999_992)), b"x" * 999_999, "y" * 999_999]
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_without_numpy(opened):
    """Only what is as large as a row has to be; a Python that has no numpy has these all the same."""
    target = start(opened, harness.PYTHON, "-c", BIG)
    rows = {row["name"]: row["dtype"] for row in rows_of(target)}
    assert rows == {"__main__.keep[0]": "bytearray", "__main__.keep[1]": "array 'd'",
                    "__main__.keep[2]": "bytes", "__main__.keep[3]": "str"}


ALIASES = """
import sys
import numpy as np
x = np.zeros(500_009)
a1 = a2 = a3 = a4 = a5 = a6 = x
several = [x] * 1_000
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_aliases_are_counted(opened):
    """All ways are counted, the first eight told."""
    target = start(opened, harness.PYTHON, "-c", ALIASES)
    row, = rows_of(target)
    assert row["name"] == "__main__.x" and row["alias_total"] == 1_006
    assert row["aliases"] == [*[f"__main__.a{i}" for i in range(1, 7)], "__main__.several[0]",
                              "__main__.several[1]"]


# As IPython keeps its user's names: caches first, then what came of the cells.
NOTEBOOK = """
import sys
import numpy as np
class Shell: pass
shell = Shell()
_ih = In = [""]
_oh = Out = {}
_dh = []
shell.output = Out
get_ipython = shell.__init__
_ = __ = ___ = ""
exit = quit = shell
x = np.zeros(500_009)
class G: pass
g = G()
g.grid = np.zeros(300_007)
d = {"k": np.zeros(250_007)}
Out[2] = _2 = x
Out[3] = _3 = np.zeros(400_009)
Out[4] = _4 = g
Out[5] = _5 = ___ = d["k"]
_8 = np.zeros(350_003)
_ = np.zeros(600_011)
shell.last = _
def in_frame():
    found = Out
    print("READY", flush=True)
    sys.stdin.readline()
del shell
in_frame()
"""


@pytest.mark.root
def test_notebook(opened):
    """A name of the user's wins over the notebook's own, however deep; the rest are aliases."""
    target = start(opened, harness.PYTHON, "-c", NOTEBOOK)
    rows = {row["name"]: row["aliases"] for row in rows_of(target)}
    assert rows == {
        "__main__.x": ["__main__.Out[2]", "__main__._2"],
        "__main__.g.grid": [],
        "__main__.d['k']": ["__main__.Out[5]", "__main__._5", "__main__.___"],
        "__main__.Out[3]": ["__main__._3"],
        "__main__._8": [],
        "__main__._": ["__main__.exit.last"],
    }


def test_no_notebook(opened):
    """A program that merely has such names has them like any other."""
    target = start(opened, harness.PYTHON, "-c", "import numpy as np, sys\n_oh = {}\n"
                   "Out = {3: np.zeros(500_009)}\n"
                   "_3 = x = Out[3]\nprint('READY', flush=True)\nsys.stdin.readline()\n")
    row, = rows_of(target)
    assert row["name"] == "__main__._3" and row["aliases"] == ["__main__.x", "__main__.Out[3]"]


TEMPORARY = """
import sys
import numpy as np
print('{"minor": %d}' % sys.version_info[1])
class Chain:
    def __init__(self, array):
        self.array = array
    def wait(self, beside):
        print("READY", flush=True)
        sys.stdin.readline()
def work():
    return [np.zeros(500_009), Chain(np.zeros(300_007)).wait(np.zeros(400_009))]
async def inner():
    awaited = np.zeros(250_007)
    await Never()
class Never:
    def __await__(self):
        yield
async def outer():
    await inner()
task = outer()
task.send(None)
finished = (i for i in [np.zeros(600_011)])
list(finished)
work()
"""


@pytest.mark.root
def test_temporaries(python, opened):  # noqa: F811
    """What an expression holds while it calls, and what a coroutine awaits, has a place as its name."""
    target = start(opened, python, "-c", TEMPORARY)
    names = {row["shape"][0]: row["name"] for row in rows_of(target)}
    if target.books["minor"] >= 11:
        assert names[500_009].startswith("__main__.work():<stack ")
    else:
        assert names[500_009] == "<unnamed>"  # a frame that runs tells nothing of its stack
    assert names[300_007].endswith("wait():self.array") and names[400_009].endswith("wait():beside")
    assert names[250_007].startswith("__main__.task.<stack ")
    assert names[250_007].endswith(".<local awaited>")
    assert 600_011 not in names


PANDAS_SCRIPT = """
import json, sys
import numpy as np
import pandas as pd
n = 100_003
df = pd.DataFrame({"a": np.arange(n) * 1.0, "b": np.arange(n) * 2.0, "c": np.arange(n),
                   "k": pd.Categorical((["x", "y"] * n)[:n]), "N": pd.array(range(n), dtype="Int64"),
                   "it's": np.zeros(n, "i2"), 7: np.zeros(n, "i4")})
wide = pd.DataFrame(np.zeros((n, 7)))
ends = pd.DataFrame({"p": np.zeros(n), "q": np.arange(n), "r": np.ones(n)})
strings = pd.DataFrame(np.ones((n, 3)), columns=["a b", "it's", 'say "q"'])
strings["caf\u00e9"] = np.arange(n)
series = pd.Series(np.arange(n) * 1.0)
index = pd.Index(np.arange(n) * 3)
dated = pd.DataFrame({"v": np.zeros(n)}, index=pd.date_range("2000", periods=n, freq="h"))
owner = {"df": df}
def told(frame):
    return [[[repr(frame.columns[i]) if isinstance(frame.columns[i], str) else int(frame.columns[i])
              for i in block.mgr_locs], id(block.values), isinstance(block.values, np.ndarray)]
            for block in frame._mgr.blocks]
print(json.dumps({name: told(globals()[name]) for name in ["df", "wide", "ends", "dated", "strings"]}))
print("READY", flush=True)
sys.stdin.readline()
"""


def columns_text(columns):
    words = [str(column) for column in columns]
    if len(words) == 1:
        return f"[{words[0]}]"
    return f"[[{', '.join(words[:4])}{', ...' if len(words) > 4 else ''}]]"


@pytest.fixture(scope="module", params=[param for param in LONG_VENVS
                                        if param.values[0][0] in PANDAS], ids=name_of)
def python_with_pandas(request, tmp_path_factory):
    name, path, minor = request.param
    found, why_not = lanes.made_once(
        lanes.shared(tmp_path_factory) / f"venv-pandas-{path.stem}",
        lambda folder: make_venv(folder, minor, path, PANDAS[name]))
    if not found:
        pytest.skip(f"{name}: {why_not}")
    return found


@pytest.mark.root
@pytest.mark.long
def test_pandas(python_with_pandas, opened):
    """The array of a block is called after the columns that lie in it, as pandas itself tells."""
    target = start(opened, python_with_pandas, "-c", PANDAS_SCRIPT)
    rows = rows_of(target, "--min-size", "64K")
    named = {row["name"]: row for row in rows}
    checked = 0
    for frame, blocks in target.books.items():
        for columns, address, plain in blocks:
            name = f"__main__.{frame}{columns_text(columns)}"
            if plain:
                assert int(named[name]["object"], 16) == address, name
                checked += 1
            else:
                assert [other for other in named if other.startswith(f"{name}.array.")], name
    assert checked >= 10
    assert {"__main__.series.values", "__main__.index._data", "__main__.dated.index._data._ndarray",
            "__main__.df['k'].array._ndarray", "__main__.df['N'].array._data"} <= set(named)
    assert not [name for name in named if "<+" in name]
