# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The page of --html in a browser: its keys and its pointer do what they say; on paper, in the dark."""
import harness
import numpy
from browser import Keys
from html_page import names_shown, open_named, selected, snap


def test_keys_sort_and_search(browser, page_target, tmp_path):
    page, report = snap(page_target("some"), tmp_path, "--min-size", 0)
    browser.open(page)
    arrays = report["processes"][0]["arrays"]
    size = report["environment"]["page_size"]

    def order(key, down):
        by_address = sorted(arrays, key=lambda row: int(row["start"], 16) // size)
        return [row["name"] for row in sorted(by_address, key=key, reverse=down)]

    # The table has the focus from the start.
    for keys, at in (([Keys.ARROW_DOWN] * 3, 3), ([Keys.ARROW_UP], 2), ([Keys.END], len(arrays) - 1),
                     ([Keys.HOME], 0)):
        browser.press(*keys)
        assert browser.run("view.selected") == at
        assert selected(browser) == names_shown(browser)[at]
    browser.press(Keys.PAGE_DOWN, Keys.PAGE_DOWN)
    below = browser.run("view.selected")
    box = browser.run("byId('scroll').scrollTop"), browser.run("byId('scroll').clientHeight")
    assert below > 2 and box[0] <= below * 26 <= box[0] + box[1] - 26
    for title, key, down in (("Span", lambda row: int(row["end"], 16) - int(row["start"], 16), True),
                             ("Span", lambda row: int(row["end"], 16) - int(row["start"], 16), False),
                             ("Zero", lambda row: row["states"]["zero"] + row["states"]["zero_huge"], True),
                             ("Address", lambda row: int(row["start"], 16) // size, False),
                             ("Name", lambda row: row["name"], False)):
        chosen = selected(browser)
        browser.driver.find_element("xpath", f"//div[@id='heads']//button[text()='{title}']").click()
        shown = browser.run("table.rows.map((row) => row.name)")
        wanted = order(key, False) if not down else [
            row["name"] for row in sorted(arrays, key=lambda row: (-key(row), int(row["start"], 16) // size))]
        assert shown == wanted, title
        assert browser.run("table.rows[view.selected].name") == chosen
    browser.driver.find_element("id", "table").click()
    browser.press("/", "MATRIX")
    assert names_shown(browser) == ["__main__.names['matrix']"]
    assert browser.text("found").startswith("1 of ")
    browser.press(Keys.ENTER)
    assert browser.run("document.activeElement.id") == "table"
    browser.press("/", Keys.BACKSPACE * 6, "\u05d0")
    assert names_shown(browser) == [] and browser.text("found").startswith("0 of ")
    browser.press(Keys.BACKSPACE, Keys.ESCAPE, "?")
    assert browser.run("byId('keys').open")
    browser.press(Keys.ESCAPE)
    assert not browser.run("byId('keys').open")


def test_an_opened_array_tells_each_page(browser, page_target, tmp_path):
    program = page_target("some")
    program.done()
    page, report = snap(program, tmp_path, "--pages")
    browser.open(page)
    open_named(browser, "matrix")
    row = harness.array_of(report["processes"][0], "__main__.names['matrix']")
    size, start = report["environment"]["page_size"], int(row["start"], 16)
    states = {}
    for run in report["processes"][0]["pages"]:
        first = int(run["start"], 16) // size
        states.update({page: run["state"] for page in range(first, first + run["pages"])})
    # Rows have 1,024 elements of 8 bytes.
    for at in (0, 1, 200, 201, row["pages"] - 1):
        browser.run("moveCursor(arguments[0])", at)
        told = browser.text("told")
        address = (start // size + at) * size
        first = max(0, address - start) // 8
        last = min(row["nbytes"], address + size - start) - 1 >> 3
        assert told == " \u00b7 ".join([
            f"page {at:,}", hex(address),
            f"elements [{first // 1024}, {first % 1024}] to [{last // 1024}, {last % 1024}]",
            states.get(address // size, "absent")])


def ranges_of(row, size):
    """For each page of an array what the page says of its elements: from all of their addresses."""
    ends, strides, shape = {}, numpy.array(row["strides"]), row["shape"]
    kind = row["dtype"]
    width = int(kind[4:]) // 8 if kind.startswith("void") else numpy.dtype(kind).itemsize
    indices = numpy.indices(shape).reshape(len(shape), -1).T
    for index, address in zip(indices.tolist(), int(row["data"], 16) + indices @ strides):
        for page in range(address // size, (address + width - 1) // size + 1):
            first, last = ends.get(page, ((address, index), (address, index)))
            ends[page] = min(first, (address, index)), max(last, (address, index))
    found = []
    for page in range(int(row["start"], 16) // size, (int(row["end"], 16) - 1) // size + 1):
        first, last = [index for _, index in ends.get(page, ((0, None), (0, None)))]
        found.append("no element" if first is None else str(first) if first == last
                     else f"{first} to {last}")
    return found


def test_index_ranges_of_any_strides(browser, page_target, tmp_path):
    page, report = snap(page_target("shapes"), tmp_path, "--min-size", 0, "--filter", "__main__.names*")
    browser.open(page)
    rows = report["processes"][0]["arrays"]
    assert len(rows) >= 10
    for row in rows:
        shown = browser.run("""((name) => {
            const row = allRows(shownProcess(), "arrays").find((one) => one.name === name);
            return Array.from({ length: row.pages }, (_, page) => indexOfPages(row, page, page + 1));
        })(arguments[0])""", row["name"])
        if "windows" in row["name"]:
            assert set(shown) == {""}
        else:
            assert shown == ranges_of(row, report["environment"]["page_size"]), row["name"]


def test_zoom_pan_and_pointer(browser, page_target, tmp_path):
    page, report = snap(page_target("large"), tmp_path)
    browser.open(page)
    open_named(browser, "sparse")
    row = harness.array_of(report["processes"][0], "__main__.names['sparse']")
    assert row["pages"] * report["environment"]["page_size"] == 1 << 40
    shown = browser.run("gridColumns() * gridLines() * grid.per")
    assert shown >= row["pages"] > shown // 2
    browser.press(Keys.END)
    cell = browser.run("grid.cursor")
    assert cell + browser.run("grid.per") >= row["pages"] > cell
    browser.press(*["+"] * 60)
    assert browser.run("[grid.per, grid.size, grid.cursor]") == [1, 32, cell]
    assert browser.text("scale").startswith("1 page a cell")
    browser.press(Keys.ARROW_LEFT)
    assert browser.run("grid.cursor") == cell - 1
    browser.press(Keys.ARROW_UP)
    assert browser.run("grid.cursor") == cell - 1 - browser.run("gridColumns()")
    browser.press(Keys.HOME)
    assert browser.run("[grid.cursor, grid.top]") == [0, 0]
    browser.point_at("grid", 32 * 3 + 5, 32 * 2 + 5)
    pointed = 2 * browser.run("gridColumns()") + 3
    assert browser.text("told").startswith(f"page {pointed:,} \u00b7 0x")
    assert browser.text("told").endswith("absent")
    browser.press(*["-"] * 60)
    assert browser.run("gridColumns() * gridLines() * grid.per") >= row["pages"]
    browser.press(Keys.ESCAPE)
    assert browser.run("[byId('opened').open, document.activeElement.id]") == [False, "table"]


def test_paper_gets_the_rows(browser, page_target, tmp_path):
    page, report = snap(page_target("many"), tmp_path, "--min-size", 0)
    browser.open(page)
    assert browser.command("Page.printToPDF")["data"].startswith("JVBERi0")  # %PDF-
    printed = browser.run("[...document.querySelectorAll('#printed .row .cell.name')].map((cell) => cell.textContent)")
    assert len(printed) == 301
    left = len(report["processes"][0]["arrays"]) - 300
    assert browser.run("byId('printed').lastElementChild.textContent") == f"{left:,} more rows are not printed"


def test_both_colour_schemes(browser, page_target, tmp_path):
    page, _ = snap(page_target("some"), tmp_path)
    seen = set()
    for scheme in ("light", "dark"):
        browser.command("Emulation.setEmulatedMedia",
                        features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.open(page)
        seen.add(tuple(browser.run("[getComputedStyle(document.body).backgroundColor, colour('text')]")))
    browser.command("Emulation.setEmulatedMedia", features=[])
    assert len({paper for paper, _ in seen}) == 2 and len({text for _, text in seen}) == 2
