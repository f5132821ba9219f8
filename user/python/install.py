#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""install.py [--remove] PREFIX LIBDIR VERSION: the Python package, for `make install`.

Below $DESTDIR. Uses nothing beside the standard library, so that make install needs no
network: the files, a link to the library that was installed, and the metadata by which pytest
finds its plugin.
"""
import argparse
import configparser
import email.message
import os
import pathlib
import shutil
import site
import sys
import sysconfig

HERE = pathlib.Path(__file__).resolve().parent
SONAME = "libpagewatch.so.1"


def folder_for(prefix):
    """Where this Python looks below the prefix; Debian calls it dist-packages."""
    for folder in site.getsitepackages():
        if folder.startswith(prefix.rstrip("/") + "/lib"):
            return folder
    return sysconfig.get_path("purelib", "posix_prefix", vars={"base": prefix})


def write_metadata(folder, project, version):
    folder.mkdir(parents=True, exist_ok=True)
    metadata = email.message.Message()
    for field, value in (("Metadata-Version", "2.1"), ("Name", project["name"]),
                         ("Version", version), ("Summary", project["description"]),
                         ("Requires-Python", project["requires-python"])):
        metadata[field] = value
    (folder / "METADATA").write_text(metadata.as_string())
    (folder / "INSTALLER").write_text("make\n")
    points = configparser.ConfigParser()
    points.read_dict(project["entry-points"])
    with open(folder / "entry_points.txt", "w", encoding="utf-8") as file:
        points.write(file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--remove", action="store_true")
    parser.add_argument("prefix")
    parser.add_argument("libdir")
    parser.add_argument("version")
    arguments = parser.parse_args()
    below = os.environ.get("DESTDIR", "")
    target = pathlib.Path(below + folder_for(arguments.prefix))
    package = target / "pagewatch"
    metadata = target / f"pagewatch-{arguments.version}.dist-info"
    for folder in (package, metadata):
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.remove:
        return 0
    try:
        import tomllib  # pylint: disable=import-outside-toplevel
    except ImportError:
        print("pagewatch: the Python package is not installed: it needs Python 3.11 for that (make "
              "wheel gives a wheel for any)", file=sys.stderr)
        return 0
    package.mkdir(parents=True)
    for source in sorted(HERE.glob("pagewatch/*")):
        if source.suffix in (".py", ".typed"):
            shutil.copyfile(source, package / source.name)
            (package / source.name).chmod(0o644)
    library = pathlib.Path(below + arguments.libdir) / SONAME
    (package / SONAME).symlink_to(os.path.relpath(library, package))
    with open(HERE / "pyproject.toml", "rb") as file:
        write_metadata(metadata, tomllib.load(file)["project"], arguments.version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
