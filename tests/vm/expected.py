# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""tests/vm/kernels.toml: the runs, and what each must say of its kernel."""
import dataclasses
import pathlib
import tomllib

import processors

FILE = pathlib.Path(__file__).with_name("kernels.toml")
WORDS = {"yes": True, "no": False}
# What the words of a run's tier are of.
TIER = ("tier", "backend", "call_hooks", "page_reader")


@dataclasses.dataclass(frozen=True)
class Kernel:
    name: str
    processor: processors.Processor
    suites: tuple
    package: str
    required: bool


@dataclasses.dataclass(frozen=True)
class Run:
    """parameters: of the kernel; without: a capability; features: {name: whether it works}.

    capabilities: those that suffice instead of root, or None. tests: files; leave_out: parts of names of
    tests that do not run here; ci: CI has time for it.
    """
    name: str
    kernel: Kernel
    tier: list
    capabilities: list
    features: dict
    parameters: tuple
    without: str
    tests: tuple
    leave_out: tuple = ()
    ci: bool = True

    def selection(self):
        """pytest's words for all but what is left out."""
        return ("-k", " and ".join(f"not {word}" for word in self.leave_out)) if self.leave_out else ()

    def differences(self, probe):
        """One line for each thing that a `probe --json` says, and the table does not, or the reverse."""
        # What the program itself has is not the kernel's.
        told = {feature["name"]: feature["works"] for feature in probe["features"]
                if feature["group"] != "program"}
        found = [f"{name}: {word_of(told.get(name))}, not {word_of(self.features.get(name))}"
                 for name in sorted(told | self.features)
                 if told.get(name) != self.features.get(name)]
        tier = [probe[key] for key in TIER]
        if tier != self.tier:
            found.append(f"{' '.join(tier)}, not {' '.join(self.tier)}")
        if probe["capabilities"] != self.capabilities:
            found.append(f"capabilities: {probe['capabilities']}, not {self.capabilities}")
        return found


def word_of(works):
    return {True: "yes", False: "no", None: "not in the list"}[works]


def load(path=FILE):
    """All runs, in the order of the file."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    kernels = {name: Kernel(name, processors.ALL[row.get("processor", "amd64")],
                            tuple(row["suites"]), row["package"], row["required"])
               for name, row in table["kernels"].items()}
    return [Run(row["name"], kernels[row["kernel"]], row["tier"],
                row.get("capabilities"), {**column(table["features"], row["kernel"]),
                 **{name: WORDS[word] for name, word in row.get("differs", {}).items()}},
                tuple(row.get("parameters", ())), row.get("without", "-"),
                tuple(test for name in row["tests"] for test in table["tests"][name]),
                tuple(row.get("leave_out", ())), row.get("ci", True))
            for row in table["runs"]]


def column(features, kernel):
    place = features["columns"].index(kernel)
    return {name: WORDS[words.split()[place]] for name, words in features.items()
            if name != "columns"}
