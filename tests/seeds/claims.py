# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The claims of the seed texts: read from *.check, run under `pagewatch check`, judged.

A .check file is what `pagewatch check -f` takes. Its comments say what each group of
expectations stands for:

    # script: calloc.c               what is run; NAME.py of the same name by default
    # settings: numpy1 numpy2        of SETTINGS; numpy1 and numpy2 by default
    # options: --children            more of pagewatch check
    # needs: root
    # claim lazy: the claim in plain words, as the text states it, true or not.
    # source: 000                    which text, see docs/SEEDS.md
    # depends on: what decides, where the verdicts of the settings differ
    # because: what is really so
    # number: NAME OP VALUE          like an expectation, on a number of the script's

Three blanks behind the # continue the line before. A claim ends where the next begins.
"""
import dataclasses
import json
import operator
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / os.environ.get("O", ".output")
HERE = ROOT / "tests/seeds"
DEBIAN = "/usr/bin/python3"
NUMPY2 = str(OUT / "venv-numpy2/bin/python")
DEADLINE = 120.0

# What a script runs under: the interpreter (None: the compiled program), the environment.
SETTINGS = {
    "c": (None, {}),
    "numpy1": (DEBIAN, {}),
    "numpy1-fixed": (DEBIAN, {"MALLOC_MMAP_THRESHOLD_": "131072"}),
    "numpy2": (NUMPY2, {}),
    "numpy2-small": (NUMPY2, {"NUMPY_MADVISE_HUGEPAGE": "0"}),
}

OPERATORS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
             ">": operator.gt, ">=": operator.ge}
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
FILE_KEYS = ("script", "settings", "options", "needs")
CLAIM_KEYS = ("source", "depends on", "because")


@dataclasses.dataclass
class Claim:
    """One claim; lines are the numbers of its expectations' lines in the file."""
    name: str
    text: str
    source: str = ""
    depends_on: str = ""
    because: str = ""
    lines: list = dataclasses.field(default_factory=list)
    numbers: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Scenario:
    """A script and the claims that are judged by one run of it."""
    name: str
    path: pathlib.Path
    script: str
    settings: tuple = ("numpy1", "numpy2")
    options: tuple = ()
    needs: str = ""
    claims: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outcome:
    """What became of a claim in one run: holds, fails or unknown, and what was measured."""
    verdict: str
    measured: str


def _comments(lines):
    """(number, key, value) of each comment with a key, continuations joined; (number, None, text)
    of each expectation."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.startswith("#   ") and found and found[-1][1]:
            found[-1][2] += " " + line[1:].strip()
        elif match := re.match(r"# (claim \w+|number|[a-z ]+): (.+)", line):
            found.append([number, match[1], match[2]])
        elif line and not line.startswith("#"):
            found.append([number, None, line])
    return found


def read(path):
    """The scenario of a .check file."""
    name = path.name.removesuffix(".check")
    scenario = Scenario(name, path, f"{name}.py")
    claim = None
    for number, key, value in _comments(path.read_text().splitlines()):
        if key and key.startswith("claim "):
            claim = Claim(f"{name}.{key[6:]}", value)
            scenario.claims.append(claim)
        elif claim is None and key in FILE_KEYS:
            setattr(scenario, key, value if key in ("script", "needs") else tuple(value.split()))
        elif claim and key in CLAIM_KEYS:
            setattr(claim, key.replace(" ", "_"), value)
        elif claim and key == "number":
            claim.numbers.append(value)
        elif claim and key is None:
            claim.lines.append(number)
        else:
            raise ValueError(f"{path}:{number}: {key or value}: what is it?")
    return scenario


def scenarios():
    return [read(path) for path in sorted(HERE.glob("*.check"))]


def recorded():
    """{claim: {setting: verdict}} as the file verdicts has them."""
    table = {}
    for line in (HERE / "verdicts").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *words = line.split()
            table[name] = dict(word.split("=") for word in words)
    return table


def overall(verdicts):
    """true, false or depends, of {setting: verdict}."""
    kinds = set(verdicts.values())
    return {frozenset(["holds"]): "true", frozenset(["fails"]): "false",
            frozenset(["holds", "fails"]): "depends"}.get(frozenset(kinds), "unknown")


def build(script, folder):
    """Compiles NAME.c to a program, or the NAME.f90 beside NAME.py to a library; None if neither.

    -O2, as a distribution would: what the compiler does to malloc and memset is part of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fortran = HERE / (pathlib.Path(script).stem + ".f90")
    if script.endswith(".c"):
        built = folder / pathlib.Path(script).stem
        argv = ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "user/lib",
                "-o", built, HERE / script, OUT / "libpagewatch.so.1"]
    elif fortran.exists():
        built = folder / f"{fortran.stem}.so"
        argv = ["gfortran", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-J", folder, "-o",
                built, fortran]
    else:
        return None
    subprocess.run(argv, check=True, timeout=DEADLINE)
    return built


def _clause_text(finding, clause):
    name = finding["array"]["name"] if finding["array"] else "process"
    if "value" not in clause:
        return f"{name}: {clause['metric']}: {clause['unknown']}"
    grown = clause["value"] - (clause.get("before") or 0)
    text = f"{grown:,}" if clause.get("before") is None else f"{grown:+,}"
    # What a share is taken of is worth a word only where it tells more.
    share = f" of {clause['base']:,}" if finding["array"] and clause["metric"] != "pages" else ""
    return f"{name.removeprefix('__main__.')}: {clause['metric']} {text}{share}"


def _judge_expectation(row):
    verdict = {"holds": "holds", "failed": "fails", "unknown": "unknown"}[row["verdict"]]
    findings = row["findings"]
    texts = [_clause_text(finding, clause) for finding in findings for clause in finding["clauses"]]
    if len(findings) > 3:
        values = [clause.get("value") for finding in findings for clause in finding["clauses"]]
        low, high = min(values), max(values)
        texts = [f"{len(findings)} arrays: {findings[0]['clauses'][0]['metric']} {low:,}"
                 + (f" to {high:,}" if high > low else "")]
    when = f"at {row['at']}: " if row["at"] else ""
    return verdict, [when + "; ".join(dict.fromkeys(texts) or [row["reason"]])]


def _judge_number(text, numbers):
    name, op, value = re.fullmatch(r"(\w+) (\S+) (-?[\d_]+)", text).groups()
    if name not in numbers:
        return "unknown", [f"{name} was not told"]
    holds = OPERATORS[op](numbers[name], int(value))
    return "holds" if holds else "fails", [f"{name.replace('_', ' ')} {numbers[name]:,}"]


def judge(scenario, report, numbers):
    """{claim: Outcome} of one run."""
    rows = {int(row["source"].rsplit(":", 1)[1]): row for row in report["expectations"]}
    outcomes = {}
    for claim in scenario.claims:
        parts = [_judge_expectation(rows[line]) for line in claim.lines]
        parts += [_judge_number(text, numbers) for text in claim.numbers]
        verdicts = [verdict for verdict, _ in parts]
        verdict = next((v for v in ("fails", "unknown") if v in verdicts),
                       "holds" if verdicts else "unknown")
        texts = dict.fromkeys(text for _, part in parts for text in part)
        outcomes[claim.name] = Outcome(verdict, "; ".join(texts))
    return outcomes


def run(scenario, setting, folder, script=None):
    """Runs a scenario in one setting, or a changed copy of its script; {claim: Outcome}."""
    interpreter, changes = SETTINGS[setting]
    folder.mkdir(parents=True, exist_ok=True)
    report, numbers = folder / "report.json", folder / "numbers"
    report.unlink(missing_ok=True)
    numbers.write_text("")
    built = build(scenario.script, folder)
    argv = [interpreter, "-B", script or HERE / scenario.script] if interpreter else [built]
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("MALLOC_", "GLIBC_TUNABLES", "NUMPY_", "PYTHONMALLOC"))}
    env.update(changes, PYTHONPATH=str(HERE), PAGEWATCH=str(OUT / "pagewatch"),
               PAGEWATCH_LIBRARY=str(OUT / "libpagewatch.so.1"), SEED_NUMBERS=str(numbers),
               SEED_BUILT=str(built), LD_LIBRARY_PATH=str(OUT), OPENBLAS_NUM_THREADS="1")
    done = subprocess.run([OUT / "pagewatch", "check", "--format", "json", "-o", report,
                           *scenario.options, "-f", scenario.path, "--", *argv], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=env, check=False,
                          stderr=subprocess.STDOUT, timeout=DEADLINE)
    if not report.exists():
        raise RuntimeError(f"{scenario.name}, {setting}: status {done.returncode}: {done.stdout}")
    found = json.loads(report.read_text())
    if found["command"]["verdict"] != "holds":
        raise RuntimeError(f"{scenario.name}, {setting}: the script failed: {done.stdout}")
    told = dict(json.loads(line) for line in numbers.read_text().splitlines())
    return judge(scenario, found, told)


def negate(text):
    """A .check file in which the last condition of each expectation and number is the contrary."""
    def turn(line):
        if line.startswith("#") and not line.startswith("# number:"):
            return line
        return re.sub(r"(==|!=|<=|>=|<|>)(?=[^=<>]*$)", lambda match: NEGATED[match[0]], line)

    return "\n".join(turn(line) for line in text.splitlines()) + "\n"
