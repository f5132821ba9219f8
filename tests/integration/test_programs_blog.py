# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What people write about lazy arrays, typed line by line: is it so?

Two texts. A blog post watches RSS while it makes arrays of 10,000 x 10,000 and concludes that
ones() and zeros_like() take memory at once, empty() and zeros() when written, and, wrongly
where the kernel has a zero page, that sum() over zeros() takes it all. An answer to a question
says that an element written takes its page and no other, wherever it lies.
"""
import harness
import numpy2
import programs
import pytest

pytestmark = pytest.mark.root

# What the interior of an array is after a line; the first page always holds malloc's header.
LAZY, READ, FULL = "absent", "zero", "resident"
# SIDE is 10_000 in the text.
POST = [
    ("x = np.zeros((SIDE, SIDE))", {"x": LAZY}),
    ("x.sum()", {"x": READ}),
    ("x", {"x": READ}),
    ("del x", {}),
    ("0", {}),
    ("x = np.empty((SIDE, SIDE))", {"x": LAZY}),
    ("del x", {}),
    ("x = np.ones((SIDE, SIDE))", {"x": FULL}),
    ("del x", {}),
    ("x = np.empty((SIDE, SIDE))", {"x": LAZY}),
    ("y = np.zeros_like(x)", {"x": LAZY, "y": FULL}),
    ("del x", {"y": FULL}),
    ("del y", {}),
    ("x = np.empty((SIDE, SIDE))", {"x": LAZY}),
    ("x[...] = 0", {"x": FULL}),
]
LARGE = 1_000_000  # bytes


@pytest.fixture(scope="module",
                params=["debian", pytest.param("numpy2", marks=pytest.mark.long)])
def python(request):
    if request.param == "debian":
        return harness.PYTHON
    why_not = numpy2.make_venv()
    if why_not:
        pytest.skip(f"no numpy 2 here: {why_not}")
    return numpy2.PYTHON


@pytest.fixture
def session(python, opened):
    session = programs.Session(python)
    opened.append(session)
    session.run("import numpy as np")
    return session


def large(process):
    return {row["name"]: row for row in process["arrays"] if row["nbytes"] >= LARGE}


def is_so(session, process, row, told, side):
    """An array of the post after a line."""
    size = process["page_size"]
    states = programs.check_row(session.pid, process, row)
    nbytes = 8 * side * side
    address = session.ask(f"{row['name'][len('__main__.'):]}.ctypes.data")
    assert int(row["data"], 16) == address and row["nbytes"] == nbytes
    assert row["pages"] == (address % size + nbytes + size - 1) // size
    assert row["edge_pages"] >= 1 and row["shape"] == [side, side]
    inside = row["interior_pages"]
    if told == FULL:
        assert row["interior_resident_pages"] == inside
    else:
        zero = states["zero"] + states["zero_huge"]
        assert row["interior_resident_pages"] == 0
        assert (states["absent"], zero) == ((row["pages"] - 1, 0) if told == LAZY else
                                            (0, row["pages"] - 1))


@pytest.mark.parametrize("side", [3_001, pytest.param(10_000, marks=pytest.mark.long)])
def test_the_post_line_by_line(session, side):
    for line, told in POST:
        session.run(line.replace("SIDE", str(side)))
        process = session.process()
        rows = large(process)
        # What the prompt printed last is kept as _: "del x" frees nothing until the next value.
        wanted = {f"__main__.{name}" for name in told}
        if line == "del x" and "builtins._" in rows:
            wanted.add("builtins._")
        assert set(rows) == wanted, line
        for name, state in told.items():
            is_so(session, process, rows[f"__main__.{name}"], state, side)


def test_the_prompt_keeps_the_last_value(session):
    """del x frees nothing while the prompt's _ holds it: then the row says who does."""
    session.run("x = np.ones(1_000_003)")
    session.run("x")
    row = large(session.process())["__main__.x"]
    session.run("del x")
    kept = large(session.process())
    assert set(kept) == {"builtins._"}
    assert kept["builtins._"]["data"] == row["data"]
    assert kept["builtins._"]["resident_pages"] == kept["builtins._"]["pages"]
    session.run("0")
    assert large(session.process()) == {}


def test_an_element_takes_its_page(session):
    """The answer: f[-1] takes the last page, what is appended takes the next, nothing moves."""
    session.run("f = np.zeros(2**28)")
    address = session.ask("f.ctypes.data")
    header = address - 1
    written = [header]
    for line, elements in (("f[-1] = 3", [2**28 - 1]), ("f[:100] = 3", range(100)),
                           ("for i in range(100, 10_007): f[i] = 5", range(100, 10_007)),
                           ("f[2**27] = 3", [2**27])):
        session.block(line)
        written += [address + 8 * element for element in elements]
        process = session.process()
        row = programs.named(process, "__main__.f")
        assert int(row["data"], 16) == address
        programs.check_row(session.pid, process, row)
        programs.written_alone(session.pid, process, row, written)


def test_add_in_place_takes_all(session):
    """np.add(l, 0, out=l): the value does not change, every page is written."""
    session.run("l = np.zeros(2**24)")
    row = programs.named(session.process(), "__main__.l")
    assert row["interior_resident_pages"] == 0
    session.run("l.sum()")
    row = programs.named(session.process(), "__main__.l")
    assert row["interior_resident_pages"] == 0
    session.run("np.add(l, 0, out=l)")
    process = session.process()
    row = programs.named(process, "__main__.l")
    programs.check_row(session.pid, process, row)
    assert row["resident_pages"] == row["pages"]
