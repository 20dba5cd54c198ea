# Does what is built install and work outside of the tree, from the wheel and from the sdist, and say where it is?

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import msgpack
import pytest

from scoped_lmdb import _load

HERE = Path(__file__).resolve().parents[1]
USE = """
import sys, scoped_lmdb
with scoped_lmdb.open(sys.argv[1], map_size=1 << 26) as env:
    users = env.database("users")
    users.scope("tenant1")["alice"] = {"age": 30}
    print(users.scope("tenant1")["alice"], scoped_lmdb.__file__)
"""


def run(*command, **options):
    """Without PYTHONPATH, which leads to the source tree."""
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", _load.VARIABLE)}
    variables.update(options.pop("variables", {}))
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=600, env=variables, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip_wheel(source, target, **options):
    """Builds without isolation: nothing is fetched."""
    run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"),
        *("--no-build-isolation", "--no-index", "-w", target, source),
        **options,
    )
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of the package's source, so that nothing is built into the tree."""
    pytest.importorskip("setuptools.command.bdist_wheel")
    folder = tmp_path_factory.mktemp("source") / "python"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("build", "dist", "*.egg-info", ".*", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """A wheel around the library under test."""
    library = _load.library() and _load.loaded_from()
    return pip_wheel(source, tmp_path_factory.mktemp("wheel"), variables={_load.VARIABLE: str(library)})


def install(wheel, folder):
    """A clean environment with the wheel and, copied, the one package that it depends on. Nothing is fetched."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (site,) = folder.glob("lib/python*/site-packages")
    shutil.copytree(Path(msgpack.__file__).parent, site / "msgpack")
    return python


def test_the_wheel_works_in_a_clean_environment(wheel, tmp_path):
    python = install(wheel, tmp_path / "venv")
    printed = run(python, "-c", USE, tmp_path / "data", cwd=tmp_path)
    assert printed.startswith("{'age': 30} " + str(tmp_path / "venv"))
    told = run(python, "-m", "scoped_lmdb", cwd=tmp_path)
    assert re.search(r"^scoped-lmdb 0\.1\.0 ", told)
    assert f"libslmdb.so 0.1.0 at {tmp_path / 'venv'}" in told


def test_the_wheel_is_of_this_platform(wheel):
    assert re.fullmatch(r"scoped_lmdb-0\.1\.0-py3-none-manylinux_2_\d+_\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        needed = re.findall(rb"\0GLIBC_2\.(\d+)(?=[\0.])", archive.read("scoped_lmdb/_lib/libslmdb.so"))
    assert max(map(int, needed)) <= int(wheel.name.split("_")[3])
    assert {"scoped_lmdb/py.typed", "scoped_lmdb/_lib/libslmdb.so"} <= set(names)
    assert not [name for name in names if "tests" in name or "bench" in name or name.endswith(".go")]


@pytest.mark.skipif(shutil.which("auditwheel") is None, reason="no auditwheel")
def test_auditwheel_has_nothing_to_say(wheel):
    told = run("auditwheel", "show", wheel)
    tag = re.search(r'consistent\s+with\s+the following platform tag:\s+"(\w+)"', told)
    assert tag is not None, told
    assert tag.group(1) in wheel.name, told


@pytest.mark.skipif(shutil.which("go") is None, reason="no Go")
def test_the_sdist_builds_where_go_is(tmp_path):
    pytest.importorskip("setuptools.command.bdist_wheel")
    tree = tmp_path / "tree"
    for name in ("go.mod", "go.sum", "include", "core", "capi"):
        copy = shutil.copytree if (HERE.parents[1] / name).is_dir() else shutil.copy
        tree.mkdir(exist_ok=True)
        copy(HERE.parents[1] / name, tree / name)
    package = tree / "bindings" / "python"
    shutil.copytree(HERE, package, ignore=shutil.ignore_patterns("build", "dist", "*.egg-info", ".*", "__pycache__"))
    run(sys.executable, "setup.py", "-q", "sdist", "-d", tmp_path / "sdist", cwd=package)
    (archive,) = (tmp_path / "sdist").glob("*.tar.gz")
    shutil.rmtree(tree)
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    built = pip_wheel(unpacked, tmp_path / "wheel")
    python = install(built, tmp_path / "venv")
    assert run(python, "-c", USE, tmp_path / "data", cwd=tmp_path).startswith("{'age': 30} ")


def test_where_there_is_no_library(tmp_path):
    """The module says what is missing, and fails."""
    variables = {**os.environ, _load.VARIABLE: str(tmp_path / "nowhere.so")}
    done = subprocess.run(
        [sys.executable, "-m", "scoped_lmdb"], capture_output=True, text=True, timeout=60, env=variables
    )
    assert done.returncode == 1
    assert "nowhere.so" in done.stdout
