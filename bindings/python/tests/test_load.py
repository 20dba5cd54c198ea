# Is the library loaded at the first use, from where it should be, and is it said well when it cannot be?

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scoped_lmdb
from scoped_lmdb import _load

TRY = """
import scoped_lmdb
try:
    scoped_lmdb.open_handles()
except scoped_lmdb.LoadError as error:
    print(isinstance(error, ImportError), isinstance(error, scoped_lmdb.Error), error)
"""


def run(code, **variables):
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compile_library(tmp_path, text):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(text)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def test_import_loads_nothing():
    code = "import scoped_lmdb; print('libslmdb' in open('/proc/self/maps').read())"
    assert run(code) == "False\n"
    assert run(code.replace("; print", "; scoped_lmdb.open_handles(); print")) == "True\n"


def test_version():
    project = (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{scoped_lmdb.__version__}"\n' in project
    assert scoped_lmdb.library_version() == scoped_lmdb.__version__


def test_the_variable_is_an_order(tmp_path):
    missing = tmp_path / "nowhere.so"
    printed = run(TRY, SLMDB_LIBRARY=str(missing))
    assert printed.startswith("True True ")
    assert str(missing) in printed
    assert "SLMDB_LIBRARY" in printed


def test_every_place_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv(_load.VARIABLE, raising=False)
    monkeypatch.setattr(_load, "__file__", str(tmp_path / "a" / "b" / "c" / "d" / "_load.py"))
    with pytest.raises(scoped_lmdb.LoadError) as raised:
        _load._load()
    message = str(raised.value)
    assert str(tmp_path / "a" / "b" / "c" / "d" / "_lib" / "libslmdb.so") in message
    assert str(tmp_path / "build" / "lib" / "libslmdb.so") in message
    assert "build.sh" in message


def test_no_library(tmp_path):
    file = tmp_path / "libslmdb.so"
    file.write_text("not a library")
    printed = run(TRY, SLMDB_LIBRARY=str(file))
    assert "cannot be loaded" in printed
    assert str(file) in printed


def test_another_library(tmp_path):
    library = compile_library(tmp_path, "int unrelated(void) { return 0; }\n")
    assert "slmdb_abi_version" in run(TRY, SLMDB_LIBRARY=str(library))


def test_another_abi(tmp_path):
    library = compile_library(tmp_path, "#include <stdint.h>\nuint32_t slmdb_abi_version(void) { return 999; }\n")
    printed = run(TRY, SLMDB_LIBRARY=str(library))
    assert "has ABI 999" in printed
    assert "needs ABI 1" in printed


def test_musl(monkeypatch):
    monkeypatch.setattr(_load, "_on_musl", lambda: True)
    with pytest.raises(scoped_lmdb.LoadError, match="Alpine"):
        _load._load()
