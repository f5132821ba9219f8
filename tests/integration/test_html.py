# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The page of --html in a browser: its numbers are those of the JSON of the same moment, its keys and
pointer do what they say, and no name of a target becomes anything but text."""
import json

import browser as browsers
import html_target
import harness
import pytest
from browser import Keys

TARGET = harness.ROOT / "tests/integration/html_target.py"
# What only --detail has; the page counts heat itself, from the runs.
DETAILS = ("interior", "heat", "index_ranges", "grid")


@pytest.fixture(scope="module", name="chromium")
def one_browser():
    chromium = browsers.Browser()
    yield chromium
    chromium.close()


@pytest.fixture(name="browser")
def clean_browser(chromium):
    """Whatever a test did, the console stays empty, and nothing was asked of a network."""
    yield chromium
    assert chromium.complaints() == []
    assert chromium.run("performance.getEntriesByType('resource').map((entry) => entry.name)") == []


@pytest.fixture(name="target")
def start_target(opened):
    def start(kind):
        opened.append(harness.Target([harness.PYTHON, TARGET, kind]))
        return opened[-1].ready()
    return start


def snap(target, directory, *options):
    """A page and the JSON of the same moment: (path, report)."""
    page = directory / "page.html"
    return page, harness.snap(target.pid, "--html", page, *options)


def without_details(row):
    return {key: value for key, value in row.items() if key not in DETAILS}


def as_in_page(report):
    """The report as it is without --pages and --detail."""
    report = json.loads(json.dumps(report))
    for process in report["processes"]:
        process.pop("pages", None)
        process["regions"] = [without_details(row) for row in process["regions"]]
        process["arrays"] = [without_details(row) for row in process["arrays"]]
    return report


def runs_of_page(browser, moment, process):
    """The runs of pages in the page, as those of --pages; causes and touches as the page knows them."""
    return browser.run("""((moment, process) => {
        const pages = pagesOf(moment, process), runs = [];
        pages.each(0, Infinity, (first, end, kind) => runs.push([first, end - first,
            kinds[kind].state, kinds[kind].cause, kinds[kind].read, kinds[kind].written]));
        return runs;
    })(arguments[0], arguments[1])""", moment, process)


def runs_of_json(process):
    size = process["page_size"]
    return [[int(run["start"], 16) // size, run["pages"], run["state"], run["cause"], run["read"],
             run["written"]] for run in process["pages"]]


def check_moments(browser, reports):
    """All that the page has of its moments equals the reports of the same moments."""
    page = browser.run("moments.map(({ snapshot }) => whole([snapshot]))")
    assert page == [as_in_page(report) for report in reports]
    for at, report in enumerate(reports):
        for number, process in enumerate(report["processes"]):
            check_heat(browser, at, number, process)


HEATS = """((at, number, rows) => rows.map(([first, pages]) => {
    const heat = heatOf(pagesOf(at, number), first, pages, 64);
    return { cells: heat.cells, pages: [...heat.pages], resident: [...heat.resident],
             zero: [...heat.zero], touched: [...heat.touched] };
}))(...arguments)"""


def check_heat(browser, at, number, process):
    """Of a report with --detail."""
    for what in ("arrays", "regions"):
        rows = [row for row in process[what] if row["heat"]]
        places = [[int(row["start"], 16) // process["page_size"], row["pages"]] for row in rows]
        assert browser.run(HEATS, at, number, places) == [row["heat"] for row in rows]


def test_the_numbers_are_those_of_the_json(browser, target, tmp_path):
    page, report = snap(target("some"), tmp_path, "--detail", "--pages", "--min-size", 0)
    browser.open(page)
    check_moments(browser, [report])
    runs = [[*run[:3], None, None, None] for run in runs_of_page(browser, 0, 0)]
    assert runs == runs_of_json(report["processes"][0])


@pytest.mark.root
def test_touches_and_causes_are_those_of_the_json(browser, target, tmp_path, opened):
    program = target("some")
    watch = harness.Watch(program.pid, "--html", tmp_path / "page.html", "--detail", "--pages",
                          "--min-size", 0)
    opened.append(watch)
    program.done()
    report = watch.snapshot()
    assert watch.stop() == 0
    browser.open(tmp_path / "page.html")
    check_moments(browser, [report])
    assert runs_of_page(browser, 0, 0) == runs_of_json(report["processes"][0])
    matrix = harness.array_of(report["processes"][0], "__main__.names['matrix']")
    assert matrix["ledger"]["touched"] > 0


@pytest.mark.root
def test_run_writes_a_page(browser, tmp_path):
    report, done = harness.run_json(tmp_path, ["--html", tmp_path / "page.html", "--detail"],
                                    [harness.PYTHON, "-c", "import numpy; a = numpy.ones(1 << 20)"])
    assert done.returncode == 0
    browser.open(tmp_path / "page.html")
    check_moments(browser, [report])


def test_the_old_page_stays_until_the_new_one_is_whole(target, tmp_path):
    page, program = tmp_path / "page.html", target("some")
    page.write_text("old")
    done = harness.pagewatch("snap", "-p", 1 << 22, "--html", page)
    assert done.returncode != 0 and page.read_text() == "old"
    snap(program, tmp_path)
    assert page.read_text().startswith("<!DOCTYPE html>")
    done = harness.pagewatch("snap", "-p", program.pid, "--html", tmp_path / "none" / "page.html")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"cannot write {tmp_path}/none/page.html" in done.stderr
    done = harness.pagewatch("snap", "-p", program.pid, "--html", "/dev/full")
    assert (done.returncode, "cannot write /dev/full: No space left" in done.stderr) == (4, True)


def test_names_are_text(browser, target, tmp_path):
    page, report = snap(target("hostile"), tmp_path)
    browser.open(page)
    process = report["processes"][0]
    names = [row["name"] for row in process["arrays"]]
    assert len(names) == len(html_target.HOSTILE)
    for key, value in (("what", "regions"), ("what", "arrays")):
        browser.run(f"byId({json.dumps(key)}).value = {json.dumps(value)}")
        browser.run(f"byId({json.dumps(key)}).dispatchEvent(new Event('change'))")
    assert set(browser.run("[...document.querySelectorAll('#rows .cell.name')].map((cell) => cell.title.split('\\n')[0])")) == set(names)
    for at in range(len(names)):
        browser.run("openRow(table.rows[arguments[0]])", at)
        assert browser.text("opened_name") == browser.run("table.rows[arguments[0]].name", at)
        browser.run("byId('opened').close()")
    assert browser.text("target") == f"{process['comm']} ({process['pid']})"
    assert browser.run("document.title") == f"pagewatch: {process['comm']} ({process['pid']})"
    assert browser.run("[typeof window.hostile, document.images.length, document.scripts.length]") == [
        "undefined", 0, 3]
    text = page.read_text()
    assert text.count("</script>") == 3 and "<img" not in text and "<!--" not in text


def names_shown(browser):
    return browser.run("table.rows.map((row) => row.name)")


def selected(browser):
    return browser.run("document.querySelector('#rows [aria-selected=true] .name').title.split('\\n')[0]")


def test_keys_sort_and_search(browser, target, tmp_path):
    page, report = snap(target("some"), tmp_path, "--min-size", 0)
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


def open_named(browser, name):
    browser.press("/", name, Keys.ENTER, Keys.ENTER)
    assert browser.run("byId('opened').open") and browser.run("grid.row.name.includes(arguments[0])", name)


def test_an_opened_array_tells_each_page(browser, target, tmp_path):
    program = target("some")
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


def test_zoom_pan_and_pointer(browser, target, tmp_path):
    page, report = snap(target("large"), tmp_path)
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


# What a person does not wait for; the thread needs a third of it on 2.5 GHz.
DRAWN_SECONDS = 1.0


def test_ten_thousand_arrays_are_there_in_a_second(browser, target, tmp_path):
    """CPU time of the thread that parses, runs the script and lays out: other work of the machine
    makes a load longer, and says nothing of the page. make bench has the time that passes."""
    page, report = snap(target("many"), tmp_path, "--min-size", 0)
    assert len(report["processes"][0]["arrays"]) >= 10000
    browser.open("/dev/null")
    browser.command("Performance.enable", timeDomain="threadTicks")
    browser.open(page)
    drawn = {metric["name"]: metric["value"]
             for metric in browser.command("Performance.getMetrics")["metrics"]}
    browser.command("Performance.disable")
    assert browser.run("performance.getEntriesByName('drawn').length") == 1
    assert 0 < drawn["TaskDuration"] < DRAWN_SECONDS
    # Only those in sight are elements, also at the end.
    for _ in range(2):
        assert browser.run("document.querySelectorAll('#rows .row').length") < 60
        browser.press(Keys.END)
    assert selected(browser) == names_shown(browser)[-1]


def test_paper_gets_the_rows(browser, target, tmp_path):
    page, report = snap(target("many"), tmp_path, "--min-size", 0)
    browser.open(page)
    assert browser.command("Page.printToPDF")["data"].startswith("JVBERi0")  # %PDF-
    printed = browser.run("[...document.querySelectorAll('#printed .row .cell.name')].map((cell) => cell.textContent)")
    assert len(printed) == 301
    left = len(report["processes"][0]["arrays"]) - 300
    assert browser.run("byId('printed').lastElementChild.textContent") == f"{left:,} more rows are not printed"


def test_both_colour_schemes(browser, target, tmp_path):
    page, _ = snap(target("some"), tmp_path)
    seen = set()
    for scheme in ("light", "dark"):
        browser.command("Emulation.setEmulatedMedia",
                        features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.open(page)
        seen.add(tuple(browser.run("[getComputedStyle(document.body).backgroundColor, colour('text')]")))
    browser.command("Emulation.setEmulatedMedia", features=[])
    assert len({paper for paper, _ in seen}) == 2 and len({text for _, text in seen}) == 2
