# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The tables of docs/KERNELS.md: what each kernel says, and how its tests ended."""
import pathlib

import expected

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/KERNELS.md"
BEGIN = "<!-- `make docs-kernels` writes from here -->\n"
END = "<!-- to here -->\n"


def row(*cells):
    return f"| {' | '.join(cells)} |\n"


def features_table(runs, versions):
    """A column for the first run of each kernel."""
    first = {run.kernel.name: run for run in reversed(runs)}
    names = [name for name in versions if name in first]
    text = row("", *names) + row(*["---"] * (len(names) + 1))
    text += row("package", *(" ".join(versions[name]) for name in names))
    for index, key in enumerate(expected.TIER):
        text += row(key.replace("_", " "), *(first[name].tier[index] for name in names))
    for feature in first[names[0]].features:
        text += row(feature, *("yes" if first[name].features[feature] else "no" for name in names))
    return text


def runs_table(runs, suites):
    text = row("run", "kernel", "started with", "passed", "skipped") + row(*["---"] * 5)
    for run, suite in zip(runs, suites):
        how = [*run.parameters, *([] if run.without == "-" else [f"no CAP_{run.without.upper()}"])]
        text += row(run.name, run.kernel.name, ", ".join(how), str(suite.passed), str(len(suite.skipped)))
    return text


def write(runs, versions, suites):
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{features_table(runs, versions)}\n{runs_table(runs, suites)}\n"
                        f"{END}{after}", encoding="utf-8")
