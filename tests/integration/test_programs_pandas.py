# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pandas: the arrays under frames, series, indexes and categoricals are found, under the user's names.

The target tells where the values of each object lie. The spelling of the way down through
pandas' own classes (BlockManager, Block) is not compared, only where it begins.
"""
import harness
import programs
import pytest

pytestmark = pytest.mark.root

SETUP = """
import numpy as np
import pandas as pd
n = 100_003
# Objects of every kind; prime lengths, so that no two have the same size by accident.
mixed = pd.DataFrame({
    "f": np.arange(n) * 0.5, "i": np.arange(n), "g": np.arange(n) * 0.25,
    "t": pd.date_range("2020", periods=n, freq="s"),
    "d": pd.to_timedelta(np.arange(n), unit="s"),
    "c": pd.Categorical.from_codes(np.arange(n) % 3, ["x", "y", "z"]),
    "b": np.arange(n) % 2 == 0})
series = pd.Series(np.arange(200_003) * 0.5, index=np.arange(200_003) * 3)
index = pd.Index(np.arange(7, 300_007) * 3)
when = pd.date_range("2020", periods=400_009, freq="s")
nullable = pd.array(np.arange(150_001), dtype="Int64")
held = {"frames": [pd.DataFrame(np.ones((50_021, 3)))]}
"""

# name of the root, and expressions of the numpy arrays that hold its values.
VALUES = [
    ("mixed", "mixed['f'].to_numpy()"),
    ("mixed", "mixed['g'].to_numpy()"),
    ("mixed", "mixed['i'].to_numpy()"),
    ("mixed", "mixed['b'].to_numpy()"),
    ("mixed", "mixed['t'].to_numpy()"),
    ("mixed", "mixed['d'].to_numpy()"),
    ("mixed", "mixed['c'].array._codes"),
    ("series", "series.to_numpy()"),
    ("series", "series.index.to_numpy()"),
    ("index", "index.to_numpy()"),
    ("when", "when.to_numpy()"),
    ("nullable", "nullable._data"),
    ("nullable", "nullable._mask"),
    ("held", "held['frames'][0].to_numpy()"),
]


@pytest.fixture(scope="module", params=[
    "debian", pytest.param("3.11-pandas1.5.3", marks=pytest.mark.long),
    pytest.param("3.12-newest", marks=pytest.mark.long)])
def python(request, tmp_path_factory):
    if request.param == "debian":
        return harness.PYTHON
    return programs.venv(request.param, tmp_path_factory)


@pytest.fixture
def session(python, opened):
    session = programs.Session(python)
    opened.append(session)
    session.run("import numpy as np, pandas as pd")
    return session


def spans(row):
    return int(row["start"], 16), int(row["end"], 16)


def rooted(name, root):
    rest = name[len(f"__main__.{root}"):]
    return name.startswith(f"__main__.{root}") and rest[:1] in ("", ".", "[")


def test_every_block_is_found(session):
    """Each value of each object lies in a row that begins at its root, and is wholly resident."""
    session.block(SETUP)
    told = session.ask("[[a.__array_interface__['data'][0], a.nbytes, a.dtype.kind] for a in ["
                       + ", ".join(values for _, values in VALUES) + "]]")
    process = session.process()
    for (root, values), (address, nbytes, kind) in zip(VALUES, told):
        rows = [row for row in process["arrays"]
                if rooted(row["name"], root) or any(rooted(name, root) for name in row["aliases"])]
        around = [row for row in rows
                  if spans(row)[0] <= address and address + nbytes <= spans(row)[1]]
        assert around, f"{values}: no row of {root} holds it"
        # The block itself, not only what it was made from.
        kinds = {"f": "float64", "i": "int", "b": "bool", "M": "datetime64", "m": "timedelta64"}
        assert any(kinds[kind] in row["dtype"] for row in around), values
        for row in around:
            programs.check_row(session.pid, process, row)
            if row["owner"] is None:
                assert row["resident_pages"] == row["pages"], values


def test_no_value_of_a_frame_is_unnamed(session):
    session.block(SETUP)
    process = session.process()
    assert [row["shape"] for row in process["arrays"]
            if row["name"] == "<unnamed>" and row["nbytes"] > 50_000] == []


def test_a_lazy_frame(session):
    """A frame over np.zeros: nothing is there until a column is written, then that column."""
    session.run("lazy = pd.DataFrame(np.zeros((7, 400_009)).T, copy=False)")
    address, nbytes = session.ask(
        "(lambda a: [a.__array_interface__['data'][0], a.nbytes])(lazy.to_numpy())")
    process = session.process()
    rows = programs.at(process, address, nbytes)
    assert rows and all(rooted(row["name"], "lazy") for row in rows)
    for row in rows:
        programs.check_row(session.pid, process, row)
        assert row["interior_resident_pages"] == 0

    session.run("total = float(lazy.sum().sum())")
    assert session.ask("total") == 0.0
    rows = programs.at(session.process(), address, nbytes)
    assert rows and all(row["interior_resident_pages"] == 0 for row in rows)

    session.run("lazy.iloc[1000:2000, 3] = 1.0")
    session.run("lazy.iloc[:, 5] = np.arange(400_009.0)")
    # What lies where after that is pandas' business: the kernel and the target's own dump say.
    at_three = session.ask("lazy[3].to_numpy().__array_interface__['data'][0]")
    process = session.process()
    assert address <= at_three < address + nbytes, "pandas copied the block"
    whole = [row for row in process["arrays"]
             if spans(row) == (address, address + nbytes) and row["owner"] is None]
    assert len(whole) == 1
    programs.check_row(session.pid, process, whole[0])
    written = [address - 1, *range(at_three + 8 * 1000, at_three + 8 * 2000, 8)]
    at_five = session.ask("lazy[5].to_numpy().__array_interface__['data'][0]")
    five = [row for row in process["arrays"] if spans(row)[0] <= at_five < spans(row)[1]
            and (rooted(row["name"], "lazy") or any(rooted(n, "lazy") for n in row["aliases"]))]
    assert five, "column 5 has no row"
    if address <= at_five < address + nbytes:
        written += range(at_five, at_five + 8 * 400_009, 8)
    else:  # since pandas 2 a whole column gets a block of its own
        assert {row["resident_pages"] for row in five} == {five[0]["pages"]}
    programs.written_alone(session.pid, process, whole[0], written)


def test_equal_labels(session):
    """Two blocks whose columns are called alike: nevertheless no two arrays share a name."""
    session.run("twice = pd.concat([pd.DataFrame(np.ones((100_003, 2), kind), columns=['a', 'b'])"
                " for kind in ('f8', 'i8')], axis=1)")
    objects = session.ask("[id(block.values) for block in twice._mgr.blocks]")
    rows = session.process()["arrays"]
    named = {int(row["object"], 16): row["name"] for row in rows if row["object"]}
    assert sorted(named[address] for address in objects) == [
        "__main__.twice[['a', 'b']]", "__main__.twice[['a', 'b']].<block 1>"]
    names = [row["name"] for row in rows if row["name"] != "<unnamed>"]
    assert len(set(names)) == len(names)


def test_a_column_shares_its_frame(session):
    """col = df['b'] copies nothing: its row is a view into the frame's array."""
    session.run("df = pd.DataFrame(np.ones((100_003, 5)), columns=list('abcde'))")
    session.run("col = df['b']")
    address = session.ask("col.to_numpy().__array_interface__['data'][0]")
    process = session.process()
    rows = [row for row in programs.at(process, address, 8 * 100_003)
            if rooted(row["name"], "col") or any(rooted(n, "col") for n in row["aliases"])]
    assert len(rows) == 1
    row, = rows
    owner, = [other for other in process["arrays"] if other["id"] == row["owner"]]
    assert owner["nbytes"] == 8 * 100_003 * 5 and owner["owner"] is None
    names = [owner["name"], *owner["aliases"]]
    assert any(rooted(name, "df") for name in names)
    assert any(rooted(name, "col") for name in names)
