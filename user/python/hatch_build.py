# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Builds libpagewatch into the wheel: one call of the C compiler, for any Python 3."""
import os
import pathlib
import shlex
import subprocess
import sysconfig
import tempfile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SONAME = "libpagewatch.so.1"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Iuser", "-I.", "-O2", "-fPIC", "-fvisibility=hidden",
         "-shared", f"-Wl,-soname,{SONAME}", "-Wl,--version-script,user/lib/libpagewatch.map",
         "-Wl,-z,defs"]


class LibraryHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version, build_data):
        if version == "editable":
            raise SystemExit("pagewatch: an editable installation would have no library")
        folder = tempfile.mkdtemp(prefix="pagewatch-")
        self._library = pathlib.Path(folder) / SONAME
        sources = (pathlib.Path(self.root) / "user/lib/sources").read_text().split()
        subprocess.run([*shlex.split(os.environ.get("CC", "cc")), *FLAGS,
                        *shlex.split(os.environ.get("CFLAGS", "")), *sources,
                        *shlex.split(os.environ.get("LDFLAGS", "")), "-lpthread", "-o",
                        self._library], cwd=self.root, check=True)
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["force_include"][str(self._library)] = f"pagewatch/{SONAME}"

    def finalize(self, version, build_data, artifact_path):
        self._library.unlink()
        self._library.parent.rmdir()
