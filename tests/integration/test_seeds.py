# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The claims of docs/SEEDS.md: each verdict is the recorded one, and turns when its claim does."""
import concurrent.futures
import functools
import os
import re
import shutil
import subprocess
import sys

import harness
import numpy2
import pytest

sys.path.insert(0, str(harness.ROOT / "tests/seeds"))
import claims  # noqa: E402

SCENARIOS = {scenario.name: scenario for scenario in claims.scenarios()}
QUICK = ("c", "numpy1")
TURNED = {"holds": "fails", "fails": "holds"}


def runs(settings):
    return [(scenario, setting) for scenario in SCENARIOS.values()
            for setting in scenario.settings if setting in settings]


@functools.cache
def debian_has_numpy():
    return subprocess.run([harness.PYTHON, "-c", "import numpy"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def why_not(scenario, setting):
    """Why a scenario cannot be run here, or None."""
    if harness.thp_mode() == "always":
        return "the verdicts are those of transparent huge pages on madvise"
    if scenario.name == "frames" and harness.thp_mode() != "madvise":
        return "no transparent huge pages"
    if scenario.needs == "root" and os.geteuid() != 0:
        return "needs root"
    if setting.startswith("numpy1") and not debian_has_numpy():
        return "no python3-numpy here"
    if setting.startswith("numpy2") and (error := numpy2.make_venv()):
        return f"no numpy 2 here: {error}"
    return None


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """{(scenario, setting): {claim: Outcome}, or the error} of what Debian has, two at a time."""
    folder = tmp_path_factory.mktemp("seeds")

    def outcome(pair):
        scenario, setting = pair
        if why_not(scenario, setting):
            return None
        try:
            return claims.run(scenario, setting, folder / scenario.name / setting)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            return error

    pairs = runs(QUICK)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(outcome, pairs))
    return {(scenario.name, setting): result for (scenario, setting), result in zip(pairs, results)}


def compare(outcomes, scenario, setting):
    """Every verdict of one run with the recorded ones."""
    assert not isinstance(outcomes, Exception), outcomes
    recorded = claims.recorded()
    wrong = {name: (outcome.verdict, recorded[name][setting], outcome.measured)
             for name, outcome in outcomes.items() if outcome.verdict != recorded[name][setting]}
    assert not wrong
    assert set(outcomes) == {claim.name for claim in scenario.claims}


@pytest.mark.parametrize("name, setting", [(s.name, setting) for s, setting in runs(QUICK)])
def test_verdicts(name, setting, quick):
    reason = why_not(SCENARIOS[name], setting)
    if reason:
        pytest.skip(reason)
    compare(quick[name, setting], SCENARIOS[name], setting)


@pytest.mark.long
@pytest.mark.parametrize("name, setting", [
    (s.name, setting) for s, setting in runs(set(claims.SETTINGS) - set(QUICK))])
def test_verdicts_elsewhere(name, setting, tmp_path):
    reason = why_not(SCENARIOS[name], setting)
    if reason:
        pytest.skip(reason)
    compare(claims.run(SCENARIOS[name], setting, tmp_path), SCENARIOS[name], setting)


def test_what_is_recorded():
    """Each claim in each of its settings, said to depend on something where they differ."""
    recorded = claims.recorded()
    assert list(recorded) == [c.name for s in SCENARIOS.values() for c in s.claims]
    for scenario in SCENARIOS.values():
        for claim in scenario.claims:
            assert list(recorded[claim.name]) == list(scenario.settings)
            assert claim.lines or claim.numbers, f"{claim.name} is not judged by anything"
            assert re.fullmatch(r"(after )?00[0-4]( 00[0-4])*", claim.source), claim.name
            depends = claims.overall(recorded[claim.name]) == "depends"
            assert bool(claim.depends_on) == depends, claim.name


def test_the_document():
    """docs/SEEDS.md has each claim with its recorded verdict, in order."""
    text = (harness.ROOT / "docs/SEEDS.md").read_text()
    rows = re.findall(r"^\| (.+) \(`(\w+\.\w+)`\) \| (.+?) \| .+ \| \*\*(\w+)\*\*", text,
                      re.MULTILINE)
    recorded = claims.recorded()
    assert rows == [(c.text.replace("|", "\\|"), c.name, c.source, claims.overall(recorded[c.name]))
                    for s in SCENARIOS.values() for c in s.claims]


def turnable(claim, text):
    """Whether the contrary of each of its conditions is the contrary of the claim as measured."""
    lines = text.splitlines()
    return len(claim.lines) + len(claim.numbers) == 1 and not any(
        " and " in lines[number - 1] for number in claim.lines)


@pytest.mark.parametrize("name", ["calloc", "boundary", "scattered", "objects"])
def test_contrary_expectations(name, quick, tmp_path):
    """With == for != and < for >= what held fails, and what failed holds."""
    scenario = SCENARIOS[name]
    setting = next(setting for setting in scenario.settings if setting in QUICK)
    reason = why_not(scenario, setting)
    if reason:
        pytest.skip(reason)
    text = scenario.path.read_text()
    path = tmp_path / scenario.path.name
    path.write_text(claims.negate(text))
    contrary = claims.read(path)
    contrary.script = scenario.script
    before, after = quick[name, setting], claims.run(contrary, setting, tmp_path)
    for claim in scenario.claims:
        verdict = before[claim.name].verdict
        if verdict == "holds" or turnable(claim, text):
            assert after[claim.name].verdict == TURNED[verdict], claim.name


# A line of a script, what replaces it, and the claims that turn by it.
VARIANTS = {
    "scattered": ("f[-1] = 3", "f[:] = 3", {"last", "not_the_block"}),
    "reductions": ("x.sum()", "x += 0", {"sum"}),
    "views": ("c_picked, c_mask = x.copy(),", "c_picked, c_mask = x[:],", {"copies"}),
    "creation": ("x = np.zeros((10_000, 10_000))", "x = np.full((1_000, 1_000), 0.0)",
                 {"zeros"}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_another_script(name, quick, tmp_path):
    """The same expectations of a script that does otherwise: these claims turn, and no other."""
    scenario = SCENARIOS[name]
    reason = why_not(scenario, "numpy1")
    if reason:
        pytest.skip(reason)
    old, new, turned = VARIANTS[name]
    text = (claims.HERE / scenario.script).read_text()
    assert text.count(old) == 1
    script = tmp_path / scenario.script
    script.write_text(text.replace(old, new))
    before, after = quick[name, "numpy1"], claims.run(scenario, "numpy1", tmp_path, script)
    assert {claim for claim in before
            if before[claim].verdict != after[claim].verdict} == {f"{name}.{c}" for c in turned}


SAMPLE = harness.ROOT / "tests/sample-ci"


@pytest.mark.parametrize("who", ["self", "unprivileged"])
def test_a_regression_in_a_project(who, tmp_path, unprivileged):
    """np.full(n, 0.0) for np.zeros(n), the same result: the project's CI fails and says where."""
    folder = (unprivileged.directory if who == "unprivileged" else tmp_path) / "sample-ci"
    shutil.copytree(SAMPLE, folder)
    options = unprivileged.popen_options() if who == "unprivileged" else {}
    program = unprivileged.program if who == "unprivileged" else harness.PROGRAM

    def ci():
        return subprocess.run([folder / "ci.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, **options,
                              timeout=harness.DEADLINE, env={
                                  **os.environ, "PAGEWATCH": str(program),
                                  "PYTHON": harness.PYTHON})

    done = ci()
    assert (done.returncode, done.stdout) == (0, "105060\n"), done.stderr
    source = folder / "project/field.py"
    text = source.read_text()
    assert text.count("np.zeros(n)") == 1
    source.write_text(text.replace("np.zeros(n)", "np.full(n, 0.0)"))
    done = ci()
    assert (done.returncode, done.stdout) == (1, "105060\n"), done.stderr
    assert "FAILED   __main__.field: resident <= 2.5%\n" in done.stderr
    assert "would hold: resident <= 100.0%" in done.stderr
    shutil.rmtree(folder)
