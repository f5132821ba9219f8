# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Machines that do not end as they should: each is told from one whose tests have failed."""
import dataclasses
import pathlib

import machine

PANIC = "echo c >/proc/sysrq-trigger"
# What a guest runs, and what is known then: its status, or words of why nothing is known.
CASES = {
    "a status": ({}, "exit 7", 7),
    "a panic": ({}, PANIC, "did not say its end"),
    "a panic after words like ours": ({}, f"echo 'machine ends: 0'; {PANIC}", "were not written"),
    "results without an end": ({}, f"echo 0 >/results/status; tar -cf /dev/vdc -C /results .; sync; {PANIC}",
                               "did not say its end"),
    "a hang": ({"seconds": 15}, "echo hangs; sleep 100000", "no end within 15 s"),
    "no kernel": ({"kernel": None}, "exit 0", "did not say its end; qemu's status 1"),
    "no qemu": ({"qemu": "no-such-qemu"}, "exit 0", "no no-such-qemu here"),
}


def outcome(started, command):
    try:
        return started.run(["sh", "-c", command])
    except machine.Died as died:
        return str(died)


def check(started):
    """Yields (case, None or what is wrong) with machines like one that works."""
    for name, (changes, command, wanted) in CASES.items():
        changes = dict(changes)
        if "kernel" in changes:
            changes["kernel"] = empty_kernel(started.folder)
        if "qemu" in changes:
            changes = {"processor": dataclasses.replace(started.processor, **changes)}
        got = outcome(dataclasses.replace(started, **changes), command)
        right = got == wanted if isinstance(wanted, int) else wanted in str(got)
        yield name, None if right else f"{got}, not {wanted}"


def empty_kernel(folder):
    """A kernel's folder without a kernel."""
    path = pathlib.Path(folder) / "empty"
    (path / "modules").mkdir(parents=True, exist_ok=True)
    return path
