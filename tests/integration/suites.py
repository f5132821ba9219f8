# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Newer Pythons: Debian's suites, unpacked into folders of ours, and a CPython without the GIL.

Nothing is installed: apt works on a state of its own below .output/suites, packages are
unpacked, and programs run in a chroot. What a suite has today is taken; .output/suites keeps it.
"""
import os
import pathlib
import shutil
import subprocess

import harness

SUITES = harness.OUT / "suites"
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
MULTIARCH = "usr/lib/x86_64-linux-gnu"
# Each suite's Pythons, with that suite's numpy.
PYTHONS = {"trixie": ["3.13"], "forky": ["3.14", "3.15"], "sid": ["3.14", "3.15"]}
WITHOUT_GIL = ["--disable-gil", "--without-doc-strings", "--disable-test-modules", "OPT=-O1"]
MINUTE = 60


class Missing(Exception):
    """Why something cannot be had, in words."""


def run(argv, **options):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=30 * MINUTE, **options)
    if done.returncode:
        lines = done.stdout.strip().splitlines() or ["no output"]
        raise Missing(f"{argv[0]}: {lines[-1]}")
    return done.stdout


def apt(suite, *words, **options):
    """apt-get of a state that knows this suite alone, with nothing installed."""
    state = SUITES / suite / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    (state / "sources.list").write_text(
        "".join(f"{kind} [signed-by={KEYS}] {MIRROR} {suite} main\n" for kind in ("deb", "deb-src")))
    settings = {"Dir::State": state, "Dir::State::status": state / "status",
                "Dir::Cache": state / "cache", "Dir::Etc::SourceList": state / "sources.list",
                "Dir::Etc::SourceParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
                "Dir::Etc::PreferencesParts": "/dev/null", "APT::Architecture": "amd64",
                "APT::Sandbox::User": "root", "APT::Install-Recommends": "0"}
    return run(["apt-get", "-qq", "-y", *[f"-o{key}={value}" for key, value in settings.items()],
                *words], **options)


def made(folder, make):
    """The folder, made once: a half-made one is thrown away."""
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        make(part)
        part.rename(folder)
    return folder


def unpack(suite, root):
    packages = ["python3-numpy"]
    for version in PYTHONS[suite]:
        packages += [f"python{version}", f"libpython{version}-dev"]
    apt(suite, "update")
    apt(suite, "--download-only", "install", *packages)
    for package in sorted((SUITES / suite / "apt/cache/archives").glob("*.deb")):
        run(["dpkg", "-x", package, root])
    for name in ("bin", "sbin", "lib", "lib64"):
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    # What the packages' scripts would have done for numpy's libraries.
    (root / "etc/ld.so.conf").write_text("".join(f"/{MULTIARCH}{below}\n"
                                                 for below in ("", "/blas", "/lapack")))
    run(["/sbin/ldconfig", "-r", root])


def root_of(suite):
    return made(SUITES / suite / "root", lambda root: unpack(suite, root))


def include_of(suite, version):
    return root_of(suite) / f"usr/include/python{version}"


def python_of(suite, version, scripts):
    """A program that is that Python in its suite; the scripts are there by the same paths."""
    root = root_of(suite)
    for script in scripts:
        copy = root / pathlib.Path(script).relative_to("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(script, copy)
    program = SUITES / suite / f"python{version}"
    program.write_text(f'#!/bin/sh\nexec chroot {root} /usr/bin/python{version} "$@"\n')
    program.chmod(0o755)
    run([program, "-c", "import numpy"])
    return program


def build_without_gil(part):
    """No suite has one: built of the source of trixie's Python, with numpy from PyPI."""
    source = part / "source"
    source.mkdir()
    apt("trixie", "update")
    apt("trixie", "--download-only", "source", "python3.13", cwd=source)
    tarball, = source.glob("*.orig.tar.xz")
    run(["tar", "-xf", tarball, "-C", source, "--strip-components=1"])
    # Where it will be: made() moves what is made.
    prefix = part.with_suffix("") / "python"
    run(["./configure", f"--prefix={prefix}", *WITHOUT_GIL], cwd=source)
    run(["make", f"-j{os.cpu_count()}"], cwd=source)
    run(["make", "install", f"DESTDIR={part / 'staged'}"], cwd=source)
    (part / "staged" / prefix.relative_to("/")).rename(part / "python")
    shutil.rmtree(source)
    shutil.rmtree(part / "staged")


def python_without_gil():
    program = made(SUITES / "without-gil", build_without_gil) / "python/bin/python3.13t"
    if subprocess.run([program, "-c", "import numpy"], stderr=subprocess.DEVNULL,
                      check=False).returncode:
        run([program, "-m", "pip", "install", "-q", "--only-binary", ":all:", "numpy"])
    return program
