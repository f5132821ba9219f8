# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The Python package as users install it: wheel, sdist and make install, on every CPython."""
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

import harness
import pytest
import test_library
from test_python import interpreter, venvs

TESTS = harness.ROOT / "user/python/tests"
PYTEST = harness.ROOT / "tests/requirements-pytest.txt"
PLUGINS = harness.ROOT / "tests/requirements-plugins.txt"
# What a venv may lack; everything else must run.
OPTIONAL = re.compile(r"could not import '(xdist|pytest_memray|pyarrow)'|this numpy has no DLPack")


@pytest.fixture(scope="module")
def dist():
    """The folder that `make wheel` has filled."""
    test_library.make("wheel")
    return harness.OUT / "dist"


@pytest.fixture(scope="module")
def wheel(dist):
    found = list(dist.glob("*.whl"))
    assert len(found) == 1
    return found[0]


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=900, **options)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    return done.stdout


def make_venv(folder, python, *requirements):
    """Its interpreter. python None: Debian's, which sees what Debian has installed; the wheel
    tools' pip serves it, while other Pythons bring one that knows them."""
    inside = folder / "bin/python"
    if python is None:
        run(harness.PYTHON, "-m", "venv", "--without-pip", "--system-site-packages", folder)
        pip = [harness.OUT / "venv-wheel/bin/python", "-m", "pip", "--python", inside]
    else:
        run(python, "-m", "venv", folder)
        pip = [inside, "-m", "pip"]
    run(*pip, "install", "-q", "--no-cache-dir", "--disable-pip-version-check", *requirements)
    return inside


@pytest.fixture(scope="module")
def debian(wheel, unprivileged):
    """Debian's Python with our wheel, where everybody can use it."""
    return make_venv(unprivileged.directory / "venv", None, "--no-deps", wheel)


def run_tests(python, tmp_path, optional=OPTIONAL, **options):
    """The package's own tests: all pass, and what is skipped has one of these reasons."""
    results = tmp_path / "results.xml"
    run(python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
        "--rootdir", tmp_path, f"--basetemp={tmp_path / 'base'}", f"--junit-xml={results}", TESTS,
        **{"cwd": tmp_path, **options})
    cases = list(xml.etree.ElementTree.parse(results).iter("testcase"))
    skips = [skip.get("message") for case in cases for skip in case.iter("skipped")]
    assert len(cases) - len(skips) >= 40
    assert [skip for skip in skips if not optional or not optional.search(skip)] == []


def test_wheel_on_debian(debian, tmp_path):
    run_tests(debian, tmp_path)


def newest():
    """The pinned requirements of the newest CPython."""
    return max(venvs(), key=lambda venv: tuple(map(int, venv[2].split("."))))


def pyenv_venv(folder, venv, *requirements):
    _, path, minor = venv
    python = interpreter(minor)
    if not python:
        pytest.skip(f"no CPython {minor} under the pyenv root")
    return make_venv(folder, python, "-r", path, "-r", PYTEST, *requirements)


@pytest.mark.long
def test_wheel_on_the_newest(wheel, tmp_path):
    """With PyPI's newest pytest."""
    run_tests(pyenv_venv(tmp_path / "venv", newest(), wheel), tmp_path)


@pytest.fixture(scope="module")
def full(wheel, tmp_path_factory):
    """The newest Python with all that we work with."""
    return pyenv_venv(tmp_path_factory.mktemp("full") / "venv", newest(), "-r", PLUGINS, wheel)


@pytest.mark.long
def test_plugins(full, tmp_path):
    """pytest-xdist and pytest-memray in one run with ours, and pyarrow: nothing is skipped."""
    run_tests(full, tmp_path, None)


@pytest.mark.long
def test_types(full):
    """The package is typed: mypy --strict, with the newest pytest's types."""
    run(full, "-m", "mypy", "--cache-dir", os.devnull, "--config-file",
        "user/python/pyproject.toml", cwd=harness.ROOT)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
@pytest.mark.parametrize("venv", venvs(), ids=lambda venv: venv[0])
def test_every_python(dist, tmp_path, venv, kind):
    package = next(dist.glob(kind))
    run_tests(pyenv_venv(tmp_path / "venv", venv, package), tmp_path)


@pytest.mark.long
def test_too_old(wheel, tmp_path):
    """A Python that is too old is told so by pip."""
    python = interpreter("3.7")
    if not python:
        pytest.skip("no CPython 3.7 under the pyenv root")
    done = subprocess.run([python, "-m", "pip", "install", "--no-deps", "-t", tmp_path, wheel],
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert "requires a different Python" in done.stderr


def test_wheel_is_whole(wheel):
    """auditwheel finds nothing that the tag does not promise; one wheel for every Python 3."""
    assert re.fullmatch(r"pagewatch-\d+\.\d+\.\d+-py3-none-manylinux_\d+_\d+_\w+\.whl", wheel.name)
    tools = harness.OUT / "venv-wheel/bin"
    shown = run(tools / "python", "-m", "auditwheel", "show", wheel)
    assert wheel.name.split("-none-")[1][:-len(".whl")] in shown


def test_make_install(tmp_path):
    """By make install, where the C library is the installed one; then nothing is left."""
    folder = tmp_path / "root"
    arguments = [f"DESTDIR={folder}", "PREFIX=/opt/pagewatch"]
    test_library.make("install", *arguments)
    package = next(folder.glob("opt/pagewatch/lib/python3*/*-packages/pagewatch"))
    library = package / "libpagewatch.so.1"
    assert library.is_symlink()
    assert library.resolve() == folder / "opt/pagewatch/lib/libpagewatch.so.1.0.0"
    environment = dict(os.environ, PYTHONPATH=str(package.parent))
    version = run(harness.PYTHON, "-B", "-c", "import importlib.metadata as m, pagewatch; "
                  "assert m.version('pagewatch') == pagewatch.__version__; print(pagewatch.__file__)",
                  env=environment)
    assert version.strip() == str(package / "__init__.py")
    run_tests(harness.PYTHON, tmp_path, env=environment)


@pytest.mark.root
def test_ordinary_user(debian, unprivileged):
    """Everything, with no privilege at all."""
    folder = unprivileged.directory / "package"
    folder.mkdir()
    folder.chmod(0o777)
    copied = shutil.copytree(TESTS, folder / "tests")
    options = {**unprivileged.popen_options(), "cwd": folder, "env": dict(os.environ, HOME="/tmp")}
    printed = run(debian, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
                  "--rootdir", folder, f"--basetemp={folder / 'base'}", copied, **options)
    assert re.search(r"^4\d passed, 3 skipped", printed.splitlines()[-1])


SAMPLE = harness.ROOT / "tests/sample-project"


def run_sample(debian, unprivileged, folder, change=None):
    """The suite of the sample project, as an ordinary user; change: (a line's part, another)."""
    shutil.copytree(SAMPLE, folder)
    if change:
        source = (folder / "grid.py").read_text()
        assert source.count(change[0]) == 1
        (folder / "grid.py").write_text(source.replace(*change))
    return subprocess.run([debian, "-B", "-m", "pytest", "-p", "no:cacheprovider"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=300, **{**unprivileged.popen_options(), "cwd": folder})


def test_sample_project(debian, unprivileged):
    done = run_sample(debian, unprivileged, unprivileged.directory / "sample-lazy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"=+ 3 passed in", done.stdout)


def test_sample_project_densified(debian, unprivileged):
    """One line makes the grid dense: each test fails, and says of what, how much, and where."""
    done = run_sample(debian, unprivileged, unprivileged.directory / "sample-dense",
                      ("np.zeros(rows * columns)", "np.full(rows * columns, 0.0)"))
    assert done.returncode == 1
    assert re.search(r"=+ 3 failed in", done.stdout), done.stdout
    bytes_, page = 4001 * 4001 * 8, test_library.PAGE
    interior = (16 + bytes_) // page - 1
    full = "█" * 64
    assert f"grid is not lazy (lazy() at test_grid.py:18): {interior:,} of {interior:,} interior " \
           "pages are resident, allowed: 0" in done.stdout
    assert re.search(rf"allowed: 4MiB\n  <Residency of ndarray: .*\|{full}\|>\n", done.stdout)
    assert re.search(rf"^E +\+  where {interior} = <Residency of ndarray: .*\|{full}\|>"
                     r"\.interior_resident", done.stdout, re.MULTILINE)
