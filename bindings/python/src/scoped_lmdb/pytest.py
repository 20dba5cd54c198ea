"""A pytest plugin: each test has a scope of its own, in one environment for all, and leaves nothing behind.

It is found by itself where the package is installed; elsewhere: `pytest_plugins = ["scoped_lmdb.pytest"]`.

    def test_sign_up(scoped_lmdb_env, scoped_lmdb_scope):
        users = scoped_lmdb_env.database("users").scope(scoped_lmdb_scope)
        sign_up(users, "alice")
        assert "alice" in users

An Env that a program opens for itself is used by defining `scoped_lmdb_env` anew in a conftest.py.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .env import Env

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def scoped_lmdb_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Env]:
    """One Env for all tests of the session, in a temporary folder; its commits do not wait for the disk."""
    # Not at the top: pytest imports plugins early, and a program may yet want to fork.
    from .env import open

    with open(tmp_path_factory.mktemp("scoped-lmdb") / "env", map_size=1 << 30, durability="no_sync") as env:
        yield env


@pytest.fixture
def scoped_lmdb_scope(request: pytest.FixtureRequest, scoped_lmdb_env: Env) -> Iterator[str]:
    """The name of a scope of this test's own; what it holds, in all databases, is dropped when the test has ended."""
    name = f"{next(_numbers)} {re.sub(r'[^ -~]', '?', request.node.nodeid)}"[-1000:]
    yield name
    with scoped_lmdb_env.write() as txn:
        if scoped_lmdb_env.scope_id(name, txn=txn) is not None:
            scoped_lmdb_env.drop_scope(name, txn=txn)
