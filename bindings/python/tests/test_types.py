# Does a type checker accept what is right in a program that uses this package, and find what is wrong?

import os
from pathlib import Path

import pytest

import scoped_lmdb

RIGHT = """
from collections.abc import MutableMapping
from typing import Any, Optional, Union
from typing_extensions import assert_type
import scoped_lmdb
from scoped_lmdb import Batch, Database, DatabaseInfo, Env, EnvInfo, Range, ReadTxn, Scope, ScopeInfo, ScopeView
from scoped_lmdb import ALL_SCOPES, EnvStats, Reader, Report, Submitted, Totals, WriteTxn

with scoped_lmdb.open("data", map_size=1 << 30, durability="no_sync") as env:
    assert_type(env, Env)
    users: Database[str, dict[str, int]] = env.database("users", layout="heed", key_type="text", must_exist=True)
    blobs = env.bytes_database("blobs")
    assert_type(blobs, Database[bytes, bytes])
    assert_type(env.bytes_key_database("counts"), Database[bytes, Any])
    with env.write() as txn:
        assert_type(txn, WriteTxn)
        users.put(txn, Scope("a"), "alice", {"age": 30})
        assert_type(users.delete(txn, None, "alice"), bool)
        assert_type(users.clear(txn, "a"), int)
    with env.read() as reading:
        assert_type(reading, ReadTxn)
        assert_type(users.get(reading, "a", "alice"), Optional[dict[str, int]])
        assert_type(users.get(reading, "a", "alice", {}), dict[str, int])
        for key, value in users.range(reading, "a", start="a", limit=5):
            assert_type(key, str)
            assert_type(value, dict[str, int])
    view = blobs.scope("a")
    assert_type(view, ScopeView[bytes, bytes])
    view[b"k"] = b"v"
    assert_type(view[b"k"], bytes)
    assert_type(view.get(b"k"), Optional[bytes])
    assert_type([key for key in view], list[bytes])
    entries = view.range(reverse=True)
    assert_type(entries, Range[tuple[bytes, bytes]])
    entries.close()
    tenant = users.scope("a")
    mapping: MutableMapping[str, dict[str, int]] = tenant
    assert_type(tenant.pop("k"), dict[str, int])
    assert_type(tenant.pop("k", None), Optional[dict[str, int]])
    assert_type(tenant.setdefault("k", {}), dict[str, int])
    assert_type(list(tenant.items()), list[tuple[str, dict[str, int]]])
    tenant.update({"k": {"age": 1}})
    with env.read() as reading:
        assert_type(users.get_many(reading, "a", ["k"]), list[Optional[dict[str, int]]])
        assert_type(users.get_many(reading, "a", ["k"], 0), list[Union[dict[str, int], int]])
        assert_type(users.first(reading, "a"), Optional[tuple[str, dict[str, int]]])
        assert_type(list(users.keys(reading, None, prefix="a")), list[str])
        assert_type(list(users.values(reading, None)), list[dict[str, int]])
        assert_type(blobs.get_view(reading, None, b"k"), Optional[memoryview])
        assert_type(users.count(reading, None, start="a"), int)
    with env.write() as writing, writing.child() as child:
        assert_type(child, WriteTxn)
        assert_type(users.put_many(child, "a", {"k": {}}), int)
        assert_type(users.put_many(child, "a", [("k", {"x": 1})]), int)
        assert_type(users.replace(child, "a", "k", {}), Optional[dict[str, int]])
        assert_type(users.pop(child, "a", "k", 5), Union[dict[str, int], int])
        assert_type(users.compare_and_swap(child, "a", "k", {}, {}), bool)
    with env.batch() as batch:
        assert_type(batch, Batch)
        batch.put(users, "a", "k", {"age": 1})
        batch.put_many(blobs, None, {b"k": b"v"})
    assert_type(env.databases(), list[DatabaseInfo])
    assert_type(env.info(), EnvInfo)

    async def main() -> None:
        scope = users.async_scope("a")
        assert_type(await scope.get("k"), Optional[dict[str, int]])
        await scope.put("k", {})
        assert_type([key async for key, _ in scope.range()], list[str])
        submitted = env.submit(env.batch())
        await submitted
        assert_type(submitted, Submitted)
    assert_type(env.scopes(), list[ScopeInfo])
    stats = env.measure(users, scope=None, estimate=True)
    assert_type(stats, EnvStats)
    assert_type(stats.databases[0].scopes[0].name, Optional[str])
    assert_type(env.measure("users", scope=ALL_SCOPES, progress=lambda done, total: done < 5), EnvStats)
    assert_type(env.verify(progress=print), Report)
    assert_type(env.readers(), list[Reader])
    assert_type(env.backup("copy", compact=True), int)
    assert_type(env.export(b"file", scope=Scope("a"), format="lines"), Totals)
    assert_type(env.import_file("file", into="b", existing="skip"), Totals)
    assert_type(env.copy_scope("a", env, into=Scope("b")), Totals)
    assert_type(env.move_scope("a", env), Totals)
    assert_type(env.drop_scope("a", entries_per_transaction=100), int)
    try:
        pass
    except scoped_lmdb.MapFullError as error:
        assert_type(error.code, int)
"""

WRONG = """
import scoped_lmdb
env = scoped_lmdb.open("data")
users: scoped_lmdb.Database[str, int] = env.database("users")
with env.read() as txn:
    users.put(txn, "a", "k", 1)  # wrong: a read transaction
    users.get(txn, 5, "k")  # wrong: a scope
    users.get(txn, "a", b"k")  # wrong: a key
    users.range(txn, "a", limit="5")  # wrong: a limit
env.batch().put(users, "a", "k", "v")  # wrong: a value
users.scope("a").update({"k": "v"})  # wrong: a value
with env.write() as writing:
    env.bytes_database("blobs").get_view(writing, None, b"k")  # wrong: a write transaction
    users.put_many(writing, None, {b"k": 1})  # wrong: a key
later = users.async_scope("a").put("k", b"v")  # wrong: a value
scoped_lmdb.open("data", durability="maybe")  # wrong: a word
env.bytes_database("blobs").scope("a")[b"k"] = "v"  # wrong: a value
env.import_file("file", existing="replace")  # wrong: a word
env.move_scope(None, env)  # wrong: the default scope
env.backup("copy", progress=len)  # wrong: progress of two ints
"""


def check(tmp_path, monkeypatch, program):
    api = pytest.importorskip("mypy.api")
    monkeypatch.setenv("MYPYPATH", str(Path(scoped_lmdb.__file__).resolve().parents[1]))
    (tmp_path / "program.py").write_text(program)
    printed, _, _ = api.run(
        [
            "--strict",
            "--no-error-summary",
            "--config-file",
            os.devnull,
            "--cache-dir",
            str(tmp_path),
            str(tmp_path / "program.py"),
        ]
    )
    return printed.splitlines()


def test_right(tmp_path, monkeypatch):
    assert check(tmp_path, monkeypatch, RIGHT) == []


def test_wrong(tmp_path, monkeypatch):
    wrong = [number for number, line in enumerate(WRONG.splitlines(), 1) if "# wrong" in line]
    found = [int(line.split(":")[1]) for line in check(tmp_path, monkeypatch, WRONG) if ": error:" in line]
    assert found == wrong
