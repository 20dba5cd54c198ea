# Are scopes told apart, named rightly, registered, listed and pruned, and their handles closed?

import os

import pytest

import scoped_lmdb
from scoped_lmdb.scope import Scopes


def test_empty_is_refused_by_every_entry_point(env):
    users = env.database("users")
    with env.write() as txn:
        for attempt in (
            lambda: scoped_lmdb.Scope(""),
            lambda: users.scope(""),
            lambda: users.get(txn, "", "k"),
            lambda: users.put(txn, "", "k", 1),
            lambda: users.delete(txn, "", "k"),
            lambda: users.clear(txn, ""),
            lambda: users.range(txn, ""),
        ):
            with pytest.raises(scoped_lmdb.EmptyScopeError) as raised:
                attempt()
            assert isinstance(raised.value, ValueError)
            assert raised.value.code == 3
        assert list(users.range(txn, None)) == []
    assert env.scopes() == []


@pytest.mark.parametrize("scope", ["\ud800", "x" * 4097, "é" * 2049, b"bytes", 5, ("a",)])
def test_no_name(env, scope):
    users = env.database("users")
    with env.read() as txn, pytest.raises(scoped_lmdb.InvalidScopeError) as raised:
        users.get(txn, scope, "k")
    assert str(raised.value)


@pytest.mark.parametrize("name", ["a", "\0", "a\0b", "a\0", " ", "é" * 2048, "__global_scope_metadata", "\U0010ffff"])
def test_names_of_all_sorts(env, name):
    users = env.database("users")
    with env.write() as txn:
        users.put(txn, name, "k", name)
        users.put(txn, name[:1] + "other", "k", "other")
    with env.read() as txn, scoped_lmdb.Scope(name) as scope:
        assert users.get(txn, name, "k") == users.get(txn, scope, "k") == name
        assert list(users.range(txn, scope)) == [("k", name)]
    assert [info.name for info in env.scopes()] == sorted([name, name[:1] + "other"], key=str.encode)


def test_only_put_registers(env):
    users = env.database("users")
    with env.write() as txn:
        users.get(txn, "a", "k")
        users.delete(txn, "a", "k")
        users.clear(txn, "a")
        list(users.range(txn, "a"))
        assert env.scopes(txn) == []
        users.put(txn, "a", "k", 1)
        assert [info.name for info in env.scopes(txn)] == ["a"]
        assert env.prune_scopes is not None
        txn.abort()
    assert env.scopes() == []


def test_many(env):
    users = env.database("users")
    names = [f"tenant{number}" for number in range(3000)]
    with env.write() as txn:
        for name in names:
            users.put(txn, name, "k", name)
    assert [info.name for info in env.scopes()] == sorted(names)
    with env.read() as txn:
        assert all(users.get(txn, name, "k") == name for name in names)
        # The cache keeps a bounded number of handles: two generations.
        assert scoped_lmdb.open_handles() < 1100
    with env.write() as txn:
        for name in names[::2]:
            assert users.delete(txn, name, "k")
    assert env.prune_scopes() == 1500
    assert env.prune_scopes() == 0
    assert [info.name for info in env.scopes()] == sorted(names[1::2])


def test_prune_asks_every_database(env):
    first, second = env.database("first"), env.bytes_database("second", layout="heed")
    with env.write() as txn:
        first.put(txn, "a", "k", 1)
        second.put(txn, "a", b"k", b"1")
        first.put(txn, "b", "k", 1)
        first.clear(txn, "a")
        first.clear(txn, "b")
    second.close()
    assert env.prune_scopes() == 1
    assert [info.name for info in env.scopes()] == ["a"]


def test_a_scope_is_of_no_env(env, tmp_path):
    with scoped_lmdb.Scope("a") as scope, scoped_lmdb.open(tmp_path / "other", map_size=1 << 24) as other:
        assert scope.name == "a"
        assert repr(scope) == "Scope('a')"
        for one in (env, other):
            users = one.database("users")
            with one.write() as txn:
                users.put(txn, scope, "k", os.path.basename(one.path))
        assert env.database("users").scope(scope)["k"] == "env"
        assert other.database("users").scope("a")["k"] == "other"


def test_closed(env):
    users = env.database("users")
    scope = scoped_lmdb.Scope("a")
    scope.close()
    scope.close()
    with env.write() as txn, pytest.raises(scoped_lmdb.ClosedError):
        users.put(txn, scope, "k", 1)


def test_the_cache_keeps_what_is_used():
    cache = Scopes(limit=4)
    kept = cache["kept"]
    for number in range(100):
        cache[f"other{number}"]
        assert cache["kept"] is kept
        assert len(cache) <= 6
    assert scoped_lmdb.open_handles() <= 11
    held = cache["held"]
    for number in range(100):
        cache[f"more{number}"]
    assert held._handle.is_open
    assert cache[None].name is None
    assert cache[held] is held
    cache.close()
    assert not held._handle.is_open
    assert scoped_lmdb.open_handles() == 0
