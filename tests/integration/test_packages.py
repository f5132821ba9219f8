# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""make deb and make static: the same bytes twice, and packages that live and go in clean systems."""
import os
import shutil
import subprocess

import harness
import pytest
import suites

pytestmark = [pytest.mark.root, pytest.mark.long]

MINUTE = 60
PACKAGES = ["libpagewatch-dev", "libpagewatch1", "pagewatch", "python3-pagewatch"]
# The next version of each package: the same files.
UPGRADE = r"""
set -e
mkdir -p /next
for package in /packages/*.deb; do
	dpkg-deb -R "$package" /next/files
	sed -i -e "s/^Version: $1\$/Version: $1+1/" -e "s/\([<>=]= \|= \)$1)/\1$1+1)/" /next/files/DEBIAN/control
	dpkg-deb -b /next/files "/next/$(basename "$package")" >/dev/null
	rm -r /next/files
done
"""
USE = """
import numpy, pagewatch
print(pagewatch.residency(numpy.zeros((1000, 1000))).interior.resident)
"""


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, timeout=60 * MINUTE, **options)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def build(folder):
    """Both in a copy of the clone below a folder."""
    names = run("git", "-C", harness.ROOT, "ls-files", "-co", "--exclude-standard").split()
    folder.mkdir(parents=True)
    run("cp", "-a", "--parents", "-t", folder, *names, cwd=harness.ROOT)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEB_BUILD_OPTIONS": "nocheck",
                   "HOME": str(folder)}
    run("make", "AS_SELF=1", "deb", "static", cwd=folder, env=environment)
    return folder / ".output"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("built") / "clone")


def packages(out):
    return {path.name.split("_")[0]: path for path in (out / "deb").glob("*.deb")
            if "-dbgsym_" not in path.name}


def test_the_same_bytes(built, tmp_path):
    """From another folder, whose name is longer."""
    again = build(tmp_path / "another" / "clone")
    mine, others = packages(built), packages(again)
    assert sorted(mine) == sorted(others) == PACKAGES
    for name in PACKAGES:
        assert mine[name].read_bytes() == others[name].read_bytes(), name
    assert (built / "static/pagewatch").read_bytes() == (again / "static/pagewatch").read_bytes()


def test_lintian(built):
    changes, = (built / "deb").glob("*.changes")
    done = subprocess.run(["lintian", "--allow-root", changes], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (0, "")


def clean_system(suite):
    """A minimal Debian with what mounts need, kept below .output/suites."""
    return suites.made(suites.SUITES / f"clean-{suite}", lambda part: suites.run(
        ["debootstrap", "--variant=minbase", suite, part, suites.MIRROR]))


@pytest.fixture(params=["bookworm", "trixie"])
def system(request, tmp_path):
    """That system as it was, whatever a test does to it; with /proc, /sys and /dev."""
    root = tmp_path / "root"
    for name in ("root", "upper", "work"):
        (tmp_path / name).mkdir()
    mounts = [["-t", "overlay", "-o", f"lowerdir={clean_system(request.param)},"
               f"upperdir={tmp_path}/upper,workdir={tmp_path}/work", "overlay", root],
              ["--bind", "/proc", root / "proc"], ["--rbind", "/sys", root / "sys"],
              ["--rbind", "/dev", root / "dev"]]
    made = []
    try:
        for words in mounts:
            run("mount", *words)
            made.append(words[-1])
            run("mount", "--make-rprivate", words[-1])
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        yield root
    finally:
        for place in reversed(made):
            run("umount", "-R", "-l", place)


def inside(root, *words):
    return run("/usr/sbin/chroot", root, *words,
               env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                    "LC_ALL": "C.UTF-8"})


def install(root, folder, *more):
    inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *more,
           *[f"/{folder}/{path.name}" for path in sorted((root / folder).glob("*.deb"))])


def ours(root):
    """Files that have our name, but for what apt keeps."""
    return sorted(os.path.join(folder, name).removeprefix(str(root))
                  for part in ("usr", "etc", "opt", "var/lib/dpkg/info")
                  for folder, folders, files in os.walk(root / part)
                  for name in folders + files if "pagewatch" in name)


def test_packages_in_a_clean_system(built, system):
    """They are installed, run, are upgraded and removed, and nothing is left."""
    (system / "packages").mkdir()
    for path in packages(built).values():
        shutil.copy(path, system / "packages")
    inside(system, "apt-get", "update", "-qq")
    install(system, "packages", "python3-numpy")
    program = "import numpy as np; x = np.ones((1000, 1000))"
    for version in ("", "+1"):
        if version:
            inside(system, "sh", "-c", UPGRADE, "sh", inside(
                system, "dpkg-query", "-W", "-f", "${Version}", "pagewatch"))
            install(system, "next")
        assert "tier faults" in inside(system, "pagewatch", "probe")
        report = inside(system, "pagewatch", "run", "-q", "-o", "/dev/stdout", "--",
                        "/usr/bin/python3", "-c", program)
        assert "__main__.x" in report
        assert inside(system, "/usr/bin/python3", "-c", USE) == "0\n"
        assert inside(system, "dpkg", "-V", *PACKAGES) == ""
        installed = inside(system, "dpkg-query", "-W", "-f", "${Version}\\n", *PACKAGES).split()
        assert len(set(installed)) == 1 and installed[0].endswith(version or "0")
    assert len(ours(system)) > 20
    inside(system, "apt-get", "purge", "-y", "-qq", *PACKAGES)
    assert ours(system) == []
