# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Arrays in their own terms, on a real numpy: every element's pages against a bare PAGEMAP_SCAN.

The target itself reads the index ranges as Python and says which elements they name.
"""
import json
import subprocess

import harness
import kernel_pages
import pytest

pytestmark = pytest.mark.root

# Views of all kinds; what is written makes rectangles, strides and blocks of pages.
TARGET = """
import sys, json
import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
x = np.zeros((211, 1013)); x[0:13] = 1; x[100:160, 300:800] = 2; x[190:].sum()
y = np.zeros((67, 2048), dtype="f4"); y[::3] = 1; y[1:7, 5:900].sum()
f = np.zeros((401, 101), order="F"); f[7:90, 20:70] = 1
flat = np.zeros(90_001); flat[::2048] = 1; flat[30_000:60_000:1024].sum()
planes = np.zeros((5, 31, 1031)); planes[3, 5:25] = 1
record = np.zeros((151, 211), dtype=[("a", "u1"), ("b", "f8"), ("c", "V3")])
record["b"][40:60] = 1
ones = np.ones((41, 1000))
heap = np.ones(211)
views = dict(
    rows=x[::3, 5:7], back=x[::-1, ::-1], mixed=x[180:50:-7, 1000:3:-5], turned=x.T[10:900:2],
    column=x[:, 512], wide=np.broadcast_to(x[11], (31, 1013)),
    tall=np.broadcast_to(x[:, 700:701], (211, 9)), y2=y[:, ::512], f2=f[::2, ::-1],
    windows=sliding_window_view(flat[:20_000], 3), woven=as_strided(flat, (90, 70), (24, 4104)),
    byte=as_strided(flat.view("u1")[1:], (2000, 3), (301, 4096)), plane=planes[:, ::4, 7],
    turned3=planes.transpose(2, 0, 1)[::5], field=record["b"], short=record["c"][::2, 3:],
    zero_d=x[3, 3:4].reshape(()), none=x[3:3], one=x[12:13, 4:5])
print("READY", flush=True)
for line in sys.stdin:
    if line == "END\\n":
        break
    name, texts = json.loads(line)
    target = views[name] if name in views else globals()[name]
    held = np.zeros(target.shape, dtype=int)
    class Marks:
        def __getitem__(self, index):
            held[index] += 1
    names = {"marks": Marks()}
    for text in texts:
        eval("[" + text + "]", names)
    print(json.dumps([held.max(initial=0).item(), held.ravel().tolist()]), flush=True)
"""

ARRAYS = ["x", "y", "f", "flat", "planes", "record", "ones", "heap"]
VIEWS = ["rows", "back", "mixed", "turned", "column", "wide", "tall", "y2", "f2", "windows", "woven",
         "byte", "plane", "turned3", "field", "short", "zero_d", "none", "one"]
ITEM = {"y": 4, "y2": 4, "byte": 1, "record": 12, "short": 3}


def elements(shape, strides, data):
    """Addresses of all elements, in C order."""
    found = [data]
    for length, stride in zip(shape, strides):
        found = [address + i * stride for address in found for i in range(length)]
    return found


class Pages:
    """Where the kernel says that pages are."""

    def __init__(self, pid, row, size):
        start, end = int(row["start"], 16) // size * size, -(-int(row["end"], 16) // size) * size
        self.size = size
        self.states = kernel_pages.anonymous_states(pid, start, end, size) if start < end else {}

    def all_are(self, address, item, kind):
        pages = range(address // self.size * self.size, address + item, self.size)
        return all(self.states.get(page, "absent").startswith(kind) for page in pages)


def spelled(text_ranges, name):
    """Ranges of the JSON as Python, without their text: so that both are tried."""
    texts = []
    for spans in text_ranges:
        index, loops = [], ""
        for number, span in enumerate(spans):
            start, stop, step, width = (*span, 1)[:4]
            if width > 1:
                index.append(f"v{number}:v{number}+{width}")
                loops += f" for v{number} in range({start}, {stop}, {step})"
            else:
                index.append(f"{start}:{stop}:{step}")
        texts.append(f"{name}[{', '.join(index) or '()'}]{loops}")
    return texts


def ask(target, name, texts):
    target.process.stdin.write((json.dumps([name, texts]) + "\n").encode())
    target.process.stdin.flush()
    return json.loads(target.lines.next())


def check_ranges(target, name, row, kind, expected):
    told = row["index_ranges"][kind]
    assert told["elements"] == sum(expected), (name, kind)
    assert told["complete"] == (told["count"] == len(told["ranges"]))
    forms = [spelled(told["ranges"], "marks")]
    # The text says all of it, or how much is missing.
    if told["count"] <= 4 and told["count"]:
        prefix = row["name"].removeprefix("__main__.")
        text = told["text"].replace(prefix + "[", "marks[")
        for end in ("]", ")"):
            text = text.replace(end + ", marks[", end + "] + [marks[")
        forms.append(["[" + text + "]"])
    elif told["count"]:
        assert told["text"].endswith(f"and {told['count'] - 4:,} more "
                                     f"range{'s' * (told['count'] > 5)}")
    else:
        assert told["text"] == "none"
    for texts in forms:
        most, held = ask(target, name, texts)
        assert most <= 1, f"{name} {kind}: an element twice in {texts}"
        wrong = [i for i, (is_in, said) in enumerate(zip(expected, held)) if said and not is_in]
        assert not wrong, f"{name} {kind}: {len(wrong)} elements are not {kind}: {texts}"
        if told["complete"]:
            assert held == expected, (name, kind, texts)


def check_grid(row, kinds):
    """Cell by cell; the elements come in C order."""
    shape, grid = row["shape"], row.get("grid")
    if len(shape) != 2 or 0 in shape:
        assert grid is None
        return 0
    rows, columns = min(16, shape[0]), min(64, shape[1])
    assert (grid["rows"], grid["columns"]) == (rows, columns)

    def cells(length, count):
        """The cell of each index."""
        found = []
        for cell in range(count):
            found += [cell] * ((cell + 1) * length // count - cell * length // count)
        return found

    row_cells, column_cells = cells(shape[0], rows), cells(shape[1], columns)
    for kind, expected in kinds.items():
        counts = [[0] * columns for _ in range(rows)]
        position = 0
        for row_cell in row_cells:
            line = counts[row_cell]
            for column_cell in column_cells:
                line[column_cell] += expected[position]
                position += 1
        assert grid[kind] == counts, (row["name"], kind)
    return 1


@pytest.fixture
def target(opened):
    found = subprocess.run([harness.PYTHON, "-c", "import numpy"], check=False,
                           stderr=subprocess.DEVNULL)
    if found.returncode:
        pytest.skip("no python3-numpy here")
    started = harness.Target([harness.PYTHON, "-c", TARGET])
    opened.append(started)
    started.until("READY")
    return started


def test_each_element(target):
    """Ranges, their text and the grid of every array and view, element by element."""
    process = harness.process_of(harness.snap(target.pid, "--min-size", "0K", "--detail"), target.pid)
    rows = {row["name"]: row for row in process["arrays"]}
    grids = told = 0
    for name in ARRAYS + VIEWS:
        row = rows[f"__main__.{name}" if name in ARRAYS else f"__main__.views['{name}']"]
        pages = Pages(target.pid, row, process["page_size"])
        addresses = elements(row["shape"], row["strides"], int(row["data"], 16))
        item = ITEM.get(name, 8)
        kinds = {"elements": [1] * len(addresses)}
        for kind, word in (("resident", "anon"), ("zero", "zero")):
            expected = [int(pages.all_are(address, item, word)) for address in addresses]
            kinds[kind] = expected
            check_ranges(target, name, row, kind, expected)
            told += 0 < sum(expected) < len(expected)
        assert row["index_ranges"]["touched"] is None
        grids += check_grid(row, kinds)
    assert grids > 12 and told > 15


def test_pages_counted_once(target):
    """The union of all arrays, and who shares pages with whom."""
    process = harness.process_of(harness.snap(target.pid, "--min-size", "0K"), target.pid)
    size = process["page_size"]
    pages = {}
    for row in process["arrays"]:
        start, end = int(row["start"], 16), int(row["end"], 16)
        if row["pages"] == row["range_pages"] and start < end:
            pages.update(dict.fromkeys(range(start // size * size, end, size), row["name"]))
    # Views lie within their owners: the contiguous arrays are all there is.
    total = process["arrays_total"]
    assert total["pages"] == len(pages)
    resident = 0
    for region in process["regions"]:
        start, end = int(region["start"], 16), int(region["end"], 16)
        inside = [page for page in pages if start <= page < end]
        if inside:
            states = kernel_pages.anonymous_states(target.pid, min(inside), max(inside) + size,
                                                   size)
            resident += sum(states.get(page, "").startswith("anon") for page in inside)
    assert total["resident_pages"] == resident
    assert total["resident_pages"] < sum(row["resident_pages"] for row in process["arrays"])
    rows = {row["name"]: row for row in process["arrays"]}
    heap = rows["__main__.heap"]
    assert heap["shared_pages"] == heap["pages"] == heap["edge_pages"] <= 2
    assert "heap neighbours" in heap["explain"]
    assert rows["__main__.x"]["shared_pages"] == rows["__main__.x"]["edge_pages"]
    column = rows["__main__.views['column']"]
    assert column["shared_pages"] == column["pages"] == 211


def test_touched_ranges(tmp_path, backends):
    """With faults: the rows that were written, and those that were read."""
    if backends["tp_btf"]:
        pytest.skip(f"no backend tp_btf here: {backends['tp_btf']}")
    program = ("import numpy as np\nx = np.zeros((1009, 512)); x[13:17] = 1; s = x[500:503].sum()\n")
    snapshot, done = harness.run_json(tmp_path, ["--detail"], [harness.PYTHON, "-c", program])
    assert done.returncode == 0, done.stderr
    row, = [row for row in snapshot["processes"][0]["arrays"] if row["name"] == "__main__.x"]
    offset = int(row["data"], 16) % 4096
    assert offset == 16
    # A row is as long as a page and begins 16 bytes, two elements, later.
    touched = row["index_ranges"]["touched"]
    assert touched["complete"] and touched["elements"] == 510 + 5 * 512 + 4 * 512
    assert [[13, 17, 1], [0, 512, 1]] in touched["ranges"]
    assert [[500, 503, 1], [0, 512, 1]] in touched["ranges"]
    assert row["index_ranges"]["zero"]["elements"] == 4 * 512
    assert sum(map(sum, row["grid"]["touched"])) == touched["elements"]


def test_text_grid(target):
    """As people see it: every line of a grid ends at the last column, in UTF-8 and in ASCII."""
    for locale, full, width in (("C.UTF-8", "\u2588", 80), ("C", "#", 80), ("C", "#", 131)):
        done = harness.pagewatch("snap", "-p", target.pid, "--detail", "--filter", "__main__.x",
                                 env={"LC_ALL": locale, "COLUMNS": str(width)})
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        head, = [i for i, line in enumerate(lines) if line.strip().startswith("0  ")]
        assert lines[head].endswith(" 1012") and len(lines[head]) == width
        grid = lines[head + 1:head + 17]
        assert [int(line.split()[0]) for line in grid] == [i * 211 // 16 for i in range(16)]
        assert all(len(line) == width for line in grid)
        assert full in grid[9] and full not in grid[5]
        assert "resident: x[101:160, :], x[0:13, :]," in done.stdout
        assert "each page counted once" in " ".join(done.stdout.split())
