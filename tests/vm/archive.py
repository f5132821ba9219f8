# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Packages of any Debian suite, by an apt whose state is ours: nothing is installed on this machine."""
import os
import pathlib
import re
import shutil
import subprocess

MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
SECURITY = os.environ.get("DEBIAN_SECURITY_MIRROR", "http://deb.debian.org/debian-security")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
STEP_SECONDS = 600


class Missing(Exception):
    """What cannot be had, and why: one line."""


def run(argv, **options):
    """What a program printed. Missing if it fails, with its first line of an error, else its last line."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              timeout=STEP_SECONDS, **options)
    except FileNotFoundError:
        raise Missing(f"no {words[0]} here: sudo make deps-kernels") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{words[0]}: no end within {STEP_SECONDS} s") from None
    if done.returncode:
        lines = done.stdout.strip().splitlines() or [f"status {done.returncode}"]
        raise Missing(f"{words[0]}: {next((line for line in lines if line[:2] == 'E:'), lines[-1])}")
    return done.stdout


class Archive:
    """The packages of some suites for a processor; folder keeps the lists."""

    def __init__(self, folder, suites, processor):
        self.folder = folder
        self.processor = processor
        self.suites = suites
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text("".join(
            f"deb [arch={processor} signed-by={KEYS}] {SECURITY if name.endswith('-security') else MIRROR}"
            f" {name} main\n" for name in suites), encoding="ascii")

    def apt(self, program, *words, **options):
        settings = {"Dir::State": self.folder, "Dir::State::status": self.folder / "status",
                    "Dir::Cache": self.folder / "cache",
                    "Dir::Cache::pkgcache": "pkgcache.bin",
                    "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
                    "Dir::Etc::SourceList": self.folder / "sources.list",
                    "Dir::Etc::SourceParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
                    "Dir::Etc::PreferencesParts": "/dev/null", "APT::Architecture": self.processor,
                    "APT::Architectures": self.processor, "APT::Sandbox::User": "root",
                    "APT::Install-Recommends": "0", "APT::Update::Error-Mode": "any",
                    "Acquire::Languages": "none", "Acquire::http::Timeout": "30",
                    "Acquire::Retries": "1"}
        return run([program, *[f"-o{key}={value}" for key, value in settings.items()], *words],
                   env={**os.environ, "LC_ALL": "C"}, **options)

    def update(self):
        """Asks the mirror for its lists. Returns None, or why those of an earlier run are used."""
        try:
            self.apt("apt-get", "-qq", "update")
        except Missing as error:
            if not list(self.folder.glob("lists/*Packages*")):
                raise Missing(f"no packages of {' '.join(self.suites)}: {error}") from None
            return f"the mirror does not answer for {' '.join(self.suites)} ({error})"
        return None

    def needed(self, names):
        """[(package, version)] of these packages and all that they depend on."""
        told = self.apt("apt-get", "-qq", "--simulate", "install", *names)
        return sorted(re.findall(r"^Inst (\S+) \((\S+) ", told, re.MULTILINE))

    def fields(self, package):
        """The fields of the newest version of a package."""
        told = self.apt("apt-cache", "--no-all-versions", "show", package)
        return dict(line.split(": ", 1) for line in told.splitlines() if re.match(r"\S+: ", line))

    def download(self, names, folder):
        """Packages as files in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.apt("apt-get", "-qq", "download", *names, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def kernel_packages(self, package):
        """[(package, version)] with the files of the newest kernel, for which an empty package stands.

        Since 6.19 the image's package is empty: linux-binary-* and linux-modules-* have the files.
        """
        found, wanted = [], [package]
        while wanted:
            name = wanted.pop()
            fields = self.fields(name)
            depends = re.findall(r"\blinux-(?:image|binary|modules)-[^ ,(|]+", fields.get("Depends", ""))
            found.append((name, fields["Version"]))
            wanted += [other for other in depends if other not in [known for known, _ in found]]
        return found[1:]


def unpack(packages, root):
    """As dpkg would, but no script of a package runs. /bin and the like lead to /usr."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    for package in packages:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                              stdout=subprocess.PIPE) as source:
            done = subprocess.run(["tar", "--extract", "--keep-directory-symlink", "-C", root],
                                  stdin=source.stdout, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode or source.returncode:
            raise Missing(f"{pathlib.Path(package).name} cannot be unpacked: {done.stderr.strip()}")


def remove(path):
    """A file or a folder that may be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
