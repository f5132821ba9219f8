# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What a machine starts from: a kernel with its modules, the root disk, the disk with the clone.

Disks are ext4 images that mkfs fills from a folder: nothing is mounted here.
"""
import compileall
import lzma
import os
import pathlib
import re
import shutil
import stat
import subprocess

import archive

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the cloud kernels have as modules: the disks.
MODULES = ("virtio_pci", "virtio_blk", "ext4", "zram")
# The tests and what they start. gcc makes the programs of tests/faults.
PACKAGES = ("base-files", "base-passwd", "bash", "coreutils", "dash", "findutils", "gcc", "grep",
            "gzip", "iproute2", "libc-bin", "libc6-dev", "libcap2-bin", "mawk", "mount", "procps",
            "python3-jsonschema", "python3-numpy", "python3-pytest", "sed", "systemtap-sdt-dev", "tar",
            "util-linux", "util-linux-extra")
# What building for another processor needs of it.
BUILDING = ("libc6-dev", "libbpf-dev", "libelf-dev", "zlib1g-dev", "systemtap-sdt-dev", "libdw-dev", "libiberty-dev",
            "libmxml-dev", "libncurses-dev", "libsqlite3-dev", "libcairo2-dev", "libbz2-dev", "liblzma-dev",
            "libzstd-dev")
# What scripts of packages would have made.
LINKS = {"bin/sh": "dash", "bin/awk": "mawk", "bin/cc": "gcc",
         "lib/{triple}/libblas.so.3": "blas/libblas.so.3", "lib/{triple}/liblapack.so.3": "lapack/liblapack.so.3"}
# Of the build, the tests need what was linked for one processor.
UNUSED = ("obj", "clang", "html", "fuzz", "suites", "venv-*", "dist", "arm64")


def own_release():
    """The suites of this machine's Debian: the program was linked with its libraries."""
    told = dict(line.split("=", 1) for line in
                pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines() if "=" in line)
    name = told.get("VERSION_CODENAME", "").strip('"')
    if told.get("ID", "").strip('"') != "debian" or not name:
        raise archive.Missing("this machine is no Debian: its libraries are not in Debian's archive")
    return [name, f"{name}-security"]


def libraries_of(program):
    """The packages of the libraries that a program has here."""
    paths = re.findall(r"=> (/\S+)", archive.run(["ldd", program]))
    found = set()
    for path in paths:
        # dpkg knows some by the path in /usr, others without.
        for name in (path, path.removeprefix("/usr"), f"/usr{path}"):
            done = subprocess.run(["dpkg-query", "--search", name], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, check=False)
            found |= set(re.findall(r"^([^:\s]+):", done.stdout, re.MULTILINE))
    return sorted(found)


def make_kernel(packages, folder):
    """folder/vmlinuz, and folder/modules/: in the order of their names they can be loaded."""
    tree = folder / "tree"
    archive.unpack(packages, tree)
    kernels = [path for path in tree.rglob("vmlinuz*") if path.is_file()]
    if len(kernels) != 1:
        raise archive.Missing(f"{len(kernels)} kernels in {' '.join(p.name for p in packages)}")
    kernels[0].rename(folder / "vmlinuz")
    (folder / "modules").mkdir()
    for versions in tree.glob("usr/lib/modules/*"):
        archive.run(["/sbin/depmod", "-b", tree, versions.name])
        for number, path in enumerate(wanted_modules(tree, versions.name)):
            copy_module(path, folder / "modules", number)
    shutil.rmtree(tree)


def wanted_modules(tree, version):
    """The files of MODULES and of what they need, in the order of loading; built-in ones have none."""
    found = []
    for module in MODULES:
        done = subprocess.run(["/sbin/modprobe", "-S", version, "-d", tree, "--show-depends", module],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        found += re.findall(r"^insmod (\S+)", done.stdout, re.MULTILINE)
    return [pathlib.Path(path) for path in dict.fromkeys(found)]


def copy_module(path, folder, number):
    name = f"{number:02}-{path.name.split('.ko')[0]}.ko"
    if path.suffix == ".xz":
        (folder / name).write_bytes(lzma.decompress(path.read_bytes()))
    elif path.suffix == ".ko":
        shutil.copy(path, folder / name)
    else:
        raise archive.Missing(f"{path.name}: no module that can be unpacked here")


def make_sysroot(packages, folder):
    """folder/sysroot: headers and libraries for a cross build."""
    root = folder / "sysroot"
    archive.unpack(packages, root)
    for path in (root / "usr/lib").rglob("*.so*"):
        # A linker takes an absolute link for one of this machine.
        if path.is_symlink() and path.readlink().is_absolute():
            goal = root / path.readlink().relative_to("/")
            path.unlink()
            path.symlink_to(os.path.relpath(goal.resolve(), path.parent))


def make_root(packages, folder, processor):
    """folder/root.img: Debian's files and the Python of the tests."""
    root = folder / "tree"
    archive.unpack(packages, root)
    for name in ("passwd", "group"):
        shutil.copy(root / f"usr/share/base-passwd/{name}.master", root / "etc" / name)
    for name, goal in LINKS.items():
        name = name.format(triple=processor.triple)
        if not (root / name).exists():
            (root / name).symlink_to(goal)
    for name in ("src", "results", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).mkdir(parents=True)
    compileall.compile_dir(root / "usr/lib", quiet=2, workers=0, stripdir=root, prependdir="/",
                           maxlevels=20)
    make_image(root, folder / "root.img", spare_mib=256)
    shutil.rmtree(root)


def make_sources(folder, built):
    """folder/source.img: the clone, and as its .output what was built for the machine."""
    tree = folder / "source"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__", ".output"))
    shutil.copytree(built, tree / ".output", symlinks=True, ignore=shutil.ignore_patterns(*UNUSED))
    make_image(tree, folder / "source.img", spare_mib=16)
    shutil.rmtree(tree)


def make_image(tree, image, spare_mib):
    """An ext4 image with the files of a folder and some room."""
    kib = int(archive.run(["du", "-sk", "--apparent-size", tree]).split()[0])
    files = sum(1 for _ in tree.rglob("*"))
    # Each file ends in a block of its own.
    mib = (kib + 4 * files) // 1024 + spare_mib
    archive.run(["/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", "-i", "8192", "-d", tree,
                 image, f"{mib}M"])


def initramfs(files):
    """A cpio archive (newc) of {name: content} and the folders above; all of it can be executed."""
    folders = {str(parent) for name in files for parent in pathlib.PurePath(name).parents} - {"."}
    folders |= {"dev", "root"}
    packed = b""
    for number, (name, content) in enumerate([*((name, None) for name in sorted(folders)),
                                              *files.items(), ("TRAILER!!!", b"")]):
        mode = stat.S_IFDIR if content is None else stat.S_IFREG
        content = content or b""
        fields = (number, mode | 0o755, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        packed += padded(b"070701" + b"".join(b"%08x" % field for field in fields)
                         + name.encode() + b"\0") + padded(content)
    return packed


def padded(data):
    return data + bytes(-len(data) % 4)
