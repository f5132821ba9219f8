# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Traces of --perfetto and --firefox: each value is that of the JSON of the same moments, and lives are as long as there."""
import json

import harness
import numpy2
import pytest
from test_record import report
from trace_readers import REQUIREMENTS, VENV, Firefox, Perfetto, Viewer

pytestmark = pytest.mark.root

TOP = 256  # TRACE_SHOWN_MAX
PROGRAM = """
import ctypes
import numpy as np
at = ctypes.CDLL({library!r}).pagewatch_checkpoint
a, many = np.zeros((1000, 1024)), [np.ones(4096 * (2 + i % 7)) for i in range(300)]
names = {{"a\\x01\\u202e</script>\\ud800": np.ones(1 << 18)}}
at(b"it's \\xff\\n<b>")
a[:500] = 1
del many[::3]
at(b"filled")
names.clear()
b = np.full(1 << 19, 2.0)
at(b"last")
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A recording, and its reports."""
    path = tmp_path_factory.mktemp("traces") / "a.pw"
    library = str(harness.OUT / "libpagewatch.so.1")
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--min-size", 0, "--",
                             harness.PYTHON, "-c", PROGRAM.format(library=library))
    assert (done.returncode, done.stderr) == (0, "")
    lines = report(path, "--json", "--moment", "all", "--min-size", 0)
    return path, [json.loads(line) for line in lines.splitlines()]


def bytes_of(row):
    return row["resident_pages"] * 4096


def values_of(reports, number_of):
    """Of each moment, of its only process."""
    return [number_of(one["processes"][0]) for one in reports]


def arrays_of(reports):
    """By id: the name, and the bytes of each moment, None where it is not there."""
    arrays = {}
    for at, one in enumerate(reports):
        for row in one["processes"][0]["arrays"]:
            name, values = arrays.setdefault(row["id"], (row["name"], [None] * len(reports)))
            assert name
            values[at] = bytes_of(row)
    return arrays


def largest(arrays):
    order = sorted(arrays, key=lambda number: (-max(value or 0 for value in arrays[number][1]), number))
    return set(order[:TOP])


def rest_of(arrays, shown):
    """What the arrays without a counter have at each moment: (bytes, how many)."""
    left = [values for number, (_, values) in arrays.items() if number not in shown]
    return ([sum(value or 0 for value in at) for at in zip(*left)],
            [sum(value is not None for value in at) for at in zip(*left)])


def steps(points, times):
    """What a counter has at each time: it stays until its next point; before the first, None."""
    return [next((value for time, value in reversed(points) if time <= at), None) for at in times]


def steps_of(values):
    """The same of an array: 0 where it is not there any more."""
    first = next(at for at, value in enumerate(values) if value is not None)
    return [None] * first + [value or 0 for value in values[first:]]


def names_of(reports):
    return [one["reason"] + (" " + one["checkpoint"] if one["checkpoint"] else "") for one in reports]


def counters_of(reports, arrays, shown):
    """By name: what a process's own counters have at each moment."""
    rest, count = rest_of(arrays, shown)
    assert any(rest)
    return {
        "RSS": values_of(reports, lambda one: one["rss_pages"] * 4096),
        "zero pages": values_of(reports, lambda one: (one["totals"]["states"]["zero"]
                                                      + one["totals"]["states"]["zero_huge"]) * 4096),
        "swapped": values_of(reports, lambda one: one["totals"]["states"]["swapped"] * 4096),
        "other arrays": rest, "other arrays, count": count,
    }


def lives_of(arrays, times):
    """Of the shown arrays, sorted: (name, first seen, gone or last seen)."""
    lives = []
    for number in largest(arrays):
        name, values = arrays[number]
        there = [at for at, value in enumerate(values) if value is not None]
        assert there == list(range(there[0], there[-1] + 1))
        lives.append((name, times[there[0]], times[min(there[-1] + 1, len(times) - 1)]))
    return sorted(lives)


@pytest.fixture(name="readers", scope="module")
def venv_of_readers():
    why_not = numpy2.make_venv(VENV, REQUIREMENTS)
    if why_not:
        pytest.skip(f"no readers of traces: {why_not}")


@pytest.fixture(name="perfetto", scope="module")
def perfetto_trace(readers, recorded, tmp_path_factory):
    path = tmp_path_factory.mktemp("perfetto") / "out"
    report(recorded[0], "--perfetto", path, "-o", "/dev/null", "--min-size", 0)
    return Perfetto(path)


def times_of(trace, reports):
    """CLOCK_MONOTONIC of each moment: the first one's clocks are in the trace."""
    start = trace.clocks[3] - reports[0]["since_start_ns"]
    return [start + one["since_start_ns"] for one in reports]


def test_perfetto_has_the_moments(recorded, perfetto):
    reports = recorded[1]
    track, = perfetto.named("moments")
    events = perfetto.events[track]
    names = names_of(reports)
    assert "checkpoint it's \\xff\\n<b>".replace("\\n", "\\x0a") in names
    assert [event["name"] for _, event in events[:-1]] == names
    assert {event["type"] for _, event in events} == {"TYPE_INSTANT"}
    assert [time for time, _ in events[:-1]] == times_of(perfetto, reports)
    left = len(arrays_of(reports)) - TOP
    assert left > 0 and events[-1][1]["name"] == (
        f"left out: 0 moments, 0 processes (each time), {left} arrays, 0 ended lives")


def test_perfetto_has_the_values(recorded, perfetto):
    reports, arrays = recorded[1], arrays_of(recorded[1])
    times, shown = times_of(perfetto, reports), largest(arrays)
    for name, values in counters_of(reports, arrays, shown).items():
        uuid, = perfetto.named(name)
        assert perfetto.points(uuid) == list(zip(times, values)), name
    counters = {track["description"]: uuid for uuid, track in perfetto.tracks.items()
                if "description" in track}
    assert set(counters) == {f"array {number}" for number in shown}
    for number in shown:
        name, values = arrays[number]
        uuid = counters[f"array {number}"]
        assert perfetto.tracks[uuid]["name"] == name
        assert steps(perfetto.points(uuid), times) == steps_of(values), name


def test_perfetto_has_the_lives(recorded, perfetto):
    reports, arrays = recorded[1], arrays_of(recorded[1])
    times = times_of(perfetto, reports)
    found = sorted(one[:3] for uuid in perfetto.named("lives of arrays") for one in perfetto.slices(uuid))
    assert found == lives_of(arrays, times)
    assert any("\\u202e" in name for name, *_ in found)
    start = times[0] - reports[0]["since_start_ns"]
    ended = [one for uuid in perfetto.named("ended lives") for one in perfetto.slices(uuid)]
    retired = [life for one in reports for life in one["processes"][0]["retired"]]
    assert retired and ended == [
        (life["how"], start + (life["created_ns"] or 0), start + life["retired_ns"],
         {**({"start": int(life["start"], 16), "bytes": life["bytes"]} if life["count"] == 1 else {}),
          "count": life["count"], "pages_touched": life["touch"]["pages_touched"]}) for life in retired]


def test_perfetto_of_each_command(perfetto, page_target, tmp_path):
    assert perfetto
    target = page_target("some")
    report_of = harness.snap(target.pid, "--perfetto", tmp_path / "snap", "--min-size", 0)
    trace = Perfetto(tmp_path / "snap")
    process, = report_of["processes"]
    assert trace.points(trace.named("RSS")[0])[0][1] == process["rss_pages"] * 4096
    owners = [track["process"] for track in trace.tracks.values() if "process" in track]
    assert owners == [{"pid": target.pid, "process_name": process["comm"]}]
    ran, done = harness.run_json(tmp_path, ["--perfetto", tmp_path / "run"], ["/bin/true"])
    assert done.returncode == 0
    trace = Perfetto(tmp_path / "run")
    assert trace.points(trace.named("RSS")[0])[-1][1] == ran["processes"][0]["rss_pages"] * 4096
    done = harness.pagewatch("-p", target.pid, "-n", 1, "--interval", "1ms", "--perfetto", tmp_path / "watch")
    assert done.returncode == 0 and Perfetto(tmp_path / "watch").named("moments")


@pytest.fixture(name="firefox", scope="module")
def firefox_profile(recorded, tmp_path_factory):
    path = tmp_path_factory.mktemp("firefox") / "out"
    report(recorded[0], "--firefox", path, "-o", "/dev/null", "--min-size", 0)
    return Firefox(path)


def firefox_times(firefox, reports):
    return [firefox.start + one["since_start_ns"] for one in reports]


def test_firefox_has_the_values(recorded, firefox):
    reports, arrays = recorded[1], arrays_of(recorded[1])
    times, shown = firefox_times(firefox, reports), largest(arrays)
    for name, values in counters_of(reports, arrays, shown).items():
        counter = firefox.counter(name)
        assert counter["category"] == ("count" if "count" in name else "Memory")
        assert firefox.points(counter) == list(zip(times, values)), name
    counters = {one["description"]: one for one in firefox.profile["counters"] if one["description"]}
    assert set(counters) == {f"array {number}" for number in shown}
    for number in shown:
        name, values = arrays[number]
        counter = counters[f"array {number}"]
        assert (counter["name"], counter["category"]) == (name, "Memory")
        assert steps(firefox.points(counter), times) == steps_of(values), name


def test_firefox_has_the_markers(recorded, firefox):
    reports, arrays = recorded[1], arrays_of(recorded[1])
    times = firefox_times(firefox, reports)
    assert [one[:3] for one in firefox.markers("moment")] == [
        (name, time, None) for name, time in zip(names_of(reports), times)]
    assert sorted(one[:3] for one in firefox.markers("array")) == lives_of(arrays, times)
    assert [(name, start, end, data.get("start"), data["pages_touched"])
            for name, start, end, data in firefox.markers("ended life")] == [
        (life["how"], firefox.start + (life["created_ns"] or 0), firefox.start + life["retired_ns"],
         life["start"], life["touch"]["pages_touched"])
        for one in reports for life in one["processes"][0]["retired"]]
    left = len(arrays) - TOP
    assert firefox.profile["meta"]["extra"][0]["entries"][0]["value"].endswith(f"{left} arrays, 0 ended lives")


@pytest.fixture(name="viewer")
def firefox_viewer(readers, recorded, tmp_path):
    why_not = Viewer.install()
    if why_not:
        pytest.skip(f"no viewer of profiles: {why_not}")
    report(recorded[0], "--firefox", tmp_path / "out", "-o", "/dev/null", "--min-size", 0)
    viewer = Viewer(tmp_path / "out", tmp_path)
    yield viewer
    viewer.close()


def test_a_viewer_shows_the_profile(recorded, firefox, viewer):
    process = recorded[1][-1]["processes"][0]
    counters = viewer.said("counter", "list")["counters"]
    by_index = sorted(counters, key=lambda one: one["counterIndex"])
    assert [(one["label"], one["pid"], one["processName"], one["rangeSampleCount"]) for one in by_index] == [
        (one["name"], str(process["pid"]), process["comm"], one["samples"]["length"])
        for one in firefox.profile["counters"]]
    assert {one["unit"] for one in counters if one["label"] != "other arrays, count"} == {"bytes"}
    # The graph is of the whole time, and begins at the smallest value.
    for one, ours in zip(by_index, firefox.profile["counters"]):
        assert one["graphType"] == "line-accumulated"
        values = [value for _, value in firefox.points(ours)]
        assert one["graph"][-1] == values[-1] - min(values), one["label"]
    table = firefox.profile["threads"][0]["markers"]
    found = viewer.said("thread", "markers", "--thread", "t-0", "--list", "--limit", "0")
    assert found["totalMarkerCount"] == table["length"]
    assert {one["markerName"]: one["count"] for one in found["byType"]} == {
        name: [data["type"] for data in table["data"]].count(name) for name in firefox.strings}
    assert firefox.profile["meta"]["extra"][0]["entries"][0]["value"] in viewer.said("profile", "meta", as_json=False)


@pytest.mark.parametrize("option", ["--perfetto", "--firefox"])
def test_the_old_trace_stays_until_the_new_one_is_whole(page_target, tmp_path, option):
    trace, program = tmp_path / "trace", page_target("some")
    trace.write_text("old")
    done = harness.pagewatch("snap", "-p", 1 << 22, option, trace)
    assert done.returncode != 0 and trace.read_text() == "old"
    done = harness.pagewatch("snap", "-p", program.pid, option, "/dev/full")
    assert (done.returncode, done.stderr) == (4, "pagewatch: cannot write /dev/full: No space left on device\n")
    done = harness.pagewatch("snap", "-p", program.pid, option, trace)
    assert done.returncode == 0 and trace.read_bytes()[:3] != b"old"


@pytest.mark.parametrize("document", ["html", "perfetto", "firefox"])
def test_all_arrays_without_a_word_about_rows(document, tmp_path):
    """The report beside it is short; the document is not."""
    path = tmp_path / "document"
    done = harness.pagewatch("run", f"--{document}", path, "--", harness.PYTHON, "-c",
                             "import numpy as np\n"
                             "for i in range(41): globals()[f'w{i:03}'] = np.ones(140_000)")
    assert done.returncode == 0, done.stderr
    text = path.read_bytes()
    assert [i for i in range(41) if b"__main__.w%03d" % i not in text] == []
