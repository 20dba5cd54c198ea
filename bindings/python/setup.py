"""Builds the wheel around libslmdb.so: builds the library where Go is, and tags the wheel by what the library needs.

The library comes from SLMDB_LIBRARY if that names a file, or else is built from the Go sources: those of the source
tree that this folder lies in, or those that the sdist carries in `source`.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
# What the library is built from, in the source tree and in the sdist.
SOURCES = ("go.mod", "go.sum", "include", "core", "capi")


def sources():
    """The folder of the Go sources, or None."""
    for folder in (HERE / "source", HERE.parents[1]):
        if all((folder / name).exists() for name in SOURCES):
            return folder
    return None


def build_library(target):
    """Puts libslmdb.so where it is wanted."""
    ready = os.environ.get("SLMDB_LIBRARY")
    if ready:
        shutil.copy(ready, target)
        return
    folder = sources()
    if folder is None:
        raise SystemExit("setup.py: no Go sources here: set SLMDB_LIBRARY to a libslmdb.so, or install a wheel")
    if shutil.which("go") is None:
        raise SystemExit("setup.py: building libslmdb.so needs Go (https://go.dev/dl) and gcc: or install a wheel")
    subprocess.run(["bash", str(folder / "capi" / "library.sh"), str(target)], check=True)


def platform_tag(library):
    """The wheel's platform: as old a glibc as the library's symbols ask for, which is at least manylinux2014's."""
    machine = sysconfig.get_platform().rpartition("-")[2].replace("-", "_")
    minors = re.findall(rb"\0GLIBC_2\.(\d+)(?=[\0.])", library.read_bytes())
    return f"manylinux_2_{max(17, *map(int, minors))}_{machine}"


class BuildPy(build_py):
    """Adds the library to the package."""

    def run(self):
        super().run()
        target = Path(self.build_lib) / "scoped_lmdb" / "_lib" / "libslmdb.so"
        target.parent.mkdir(parents=True, exist_ok=True)
        build_library(target)


class BdistWheel(bdist_wheel):
    """The package is of any Python and of one platform: ctypes needs no extension module."""

    def get_tag(self):
        library = Path(self.bdist_dir) / "scoped_lmdb" / "_lib" / "libslmdb.so"
        if not library.exists():
            library = next(Path(self.get_finalized_command("build").build_lib).rglob("libslmdb.so"))
        return "py3", "none", platform_tag(library)


class Sdist(sdist):
    """Adds the Go sources, without their tests."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        folder = sources()
        if folder is None:
            raise SystemExit("setup.py: an sdist is made in the source tree, whose Go sources it carries")
        kept = shutil.ignore_patterns("*_test.go", "testdata", "enginetest", "faulty")
        for name in SOURCES:
            target = Path(base_dir) / "source" / name
            if (folder / name).is_dir():
                shutil.copytree(folder / name, target, ignore=kept)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(folder / name, target)
        for licence in folder.glob("LICENSE-*"):
            shutil.copy(licence, base_dir)


class Platform(Distribution):
    """A distribution that carries a library of one platform."""

    def has_ext_modules(self):
        return True


setup(distclass=Platform, cmdclass={"build_py": BuildPy, "bdist_wheel": BdistWheel, "sdist": Sdist})
