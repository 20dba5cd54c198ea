# Which things do all tests share: an Env of their own, and the rule that each closes what it opens.

import gc
import os
import tempfile
from pathlib import Path

import pytest

import scoped_lmdb

# Hypothesis keeps files in the current folder otherwise, whichever that is.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(tempfile.gettempdir(), "scoped-lmdb-hypothesis"))

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _all_closed():
    yield
    gc.collect()
    assert scoped_lmdb.open_handles() == 0


@pytest.fixture
def env(tmp_path):
    with scoped_lmdb.open(tmp_path / "env", map_size=1 << 28, durability="no_sync") as env:
        yield env


@pytest.fixture
def other(tmp_path):
    with scoped_lmdb.open(tmp_path / "other", map_size=1 << 28, durability="no_sync") as other:
        yield other


@pytest.fixture
def large(env):
    env.bytes_database("blobs").scope("large").update({b"%d" % number: b"v" * 100 for number in range(20_000)})
    return env


@pytest.fixture
def header():
    """The text of include/slmdb.h."""
    return (ROOT / "include" / "slmdb.h").read_text(encoding="utf-8")


@pytest.fixture
def crate():
    """The folder of what the Rust crate scoped-heed wrote."""
    return ROOT / "tests" / "compat" / "scoped-heed"
