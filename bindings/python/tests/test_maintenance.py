# Does maintenance keep every entry, wherever it goes, and say what is true, while other threads write?

import dataclasses
import os
import subprocess
import sys
import threading
import time

import pytest

import scoped_lmdb
from scoped_lmdb import ALL_SCOPES

TYPED = {"alice": {"age": 30}, ("eu", 7): [1, 2.5, None], -3: b"\x00\xff", True: "ä" * 300}
RAW = {bytes([number]): b"v" * number for number in range(1, 60)}
SCOPES = [None, "tenant1", "tenant2/ä"]


def databases(env):
    return {
        "users": (env.database("users"), TYPED),
        "counts": (env.bytes_key_database("counts"), {key: len(key) for key in RAW}),
        "blobs": (env.bytes_database("blobs"), RAW),
        "old": (env.database("old", layout="heed", key_type="text", value_type="u64"), {"a": 1, "b": 2**64 - 1}),
    }


@pytest.fixture
def filled(env):
    for database, entries in databases(env).values():
        for scope in SCOPES:
            database.scope(scope).update(entries)
    return env


def run(program, folder):
    variables = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(scoped_lmdb.__file__))}
    done = subprocess.run(
        [sys.executable, "-c", program, folder], env=variables, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def contents(env, scope):
    return {name: list(database.scope(scope).items()) for name, (database, _) in databases(env).items()}


def is_empty(env):
    return env.scopes() == [] and all(database.entries == 0 for database in env.databases())


# ---- looking ---------------------------------------------------------------------------------------------------------


def test_measure_is_what_there_is(filled):
    stats = filled.measure()
    assert not stats.estimated
    assert stats.entries == len(SCOPES) * sum(len(entries) for _, entries in databases(filled).values())
    info = filled.info()
    for field in ("map_size", "used_size", "page_size", "last_txn", "max_readers"):
        assert getattr(stats, field) == getattr(info, field)
    ids = {scope.name: scope.id for scope in filled.scopes()}
    listed = {database.name: database for database in filled.databases()}
    with filled.read() as txn:
        for measured in stats.databases:
            for field in ("kind", "layout", "key_type", "value_type", "unnamed_default", "entries"):
                assert getattr(measured, field) == getattr(listed[measured.name], field)
            assert measured.damage is None
            assert measured.pages > 0
            assert sorted(scope.name or "" for scope in measured.scopes) == sorted(name or "" for name in SCOPES)
            database, entries = databases(filled)[measured.name]
            for scope in measured.scopes:
                there = database.stats(txn, scope.name)
                assert (scope.entries, scope.value_bytes) == (there.entries, there.value_bytes)
                # "heed" keeps a key's length in front of it. That is stored, and no part of the key.
                lengths = 8 * scope.entries if measured.layout == "heed" else 0
                assert scope.key_bytes == there.key_bytes + lengths
                assert scope.entries == len(entries)
                assert scope.id == (None if scope.name is None else ids[scope.name])
                assert not scope.orphan
                assert not scope.estimated
    with pytest.raises(dataclasses.FrozenInstanceError):
        stats.map_size = 1


def test_measure_of_a_part(filled):
    def parts(**selected):
        stats = filled.measure(**selected)
        return [(database.name, scope.name) for database in stats.databases for scope in database.scopes]

    assert parts(database="users", scope="tenant1") == [("users", "tenant1")]
    with scoped_lmdb.Scope("tenant1") as scope:
        assert parts(database=filled.database("users"), scope=scope) == [("users", "tenant1")]
    assert parts(database="blobs", scope=None) == [("blobs", None)]
    assert sorted(parts(scope=None)) == sorted((name, None) for name in databases(filled))
    assert len(parts(scope=ALL_SCOPES, database="users")) == len(SCOPES)
    assert filled.measure(estimate=True).estimated
    with pytest.raises(scoped_lmdb.NotFoundError):
        filled.measure(scope="nobody")
    with pytest.raises(scoped_lmdb.DatabaseNotFoundError):
        filled.measure("missing")
    for wrong in ("", 5, "\ud800"):
        with pytest.raises(scoped_lmdb.InvalidNameError):
            filled.measure(wrong)
    with pytest.raises(scoped_lmdb.InvalidScopeError):
        filled.measure(scope=5)
    # A closed one must not be taken for all.
    with pytest.raises(scoped_lmdb.ClosedError):
        filled.measure(scope=scope)


def test_verify(filled):
    report = filled.verify()
    assert report.sound
    assert (report.harmful, report.harmless, report.faults, report.unknown) == (0, 0, (), ())
    assert report.databases == 4
    assert report.scopes == 2
    assert report.entries == filled.measure().entries
    assert report.pages > 0


def test_verify_finds_what_is_wrong(env, tmp_path):
    env.database("users").scope("tenant1").update({"alice": "find me", "bob": 1})
    env.close()
    file = tmp_path / "env" / "data.mdb"
    stored = file.read_bytes()
    assert b"\xa7find me" in stored
    file.write_bytes(stored.replace(b"\xa7find me", b"\xc1find me"))  # a byte that is never in MessagePack
    with scoped_lmdb.open(tmp_path / "env") as env:
        report = env.verify()
    assert not report.sound
    assert (report.harmful, report.harmless, report.entries) == (1, 0, 2)
    (fault,) = report.faults
    assert (fault.kind, fault.database, fault.scope, fault.harmless) == ("value", "users", "tenant1", False)
    assert b"alice" in fault.key
    assert fault.text
    assert fault.advice


def test_readers(filled):
    with filled.read():
        filled.database("users").scope("tenant1")["later"] = 1
        behind = [reader for reader in filled.readers() if reader.behind]
        assert [(reader.process, reader.behind) for reader in behind] == [(os.getpid(), 1)]
        assert behind[0].txn == filled.info().last_txn - 1
        assert isinstance(behind[0].thread, str)
    assert [reader for reader in filled.readers() if reader.behind] == []
    assert filled.clear_readers() == 0


def test_slots_of_the_dead_are_freed(filled, tmp_path):
    program = "import os, sys, scoped_lmdb as s; e = s.open(sys.argv[1]); t = e.read(); e.databases(txn=t); os._exit(0)"
    run(program, tmp_path / "env")
    assert filled.clear_readers() >= 1
    assert {reader.process for reader in filled.readers()} <= {os.getpid()}


# ---- backup ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compact", [False, True])
def test_backup_while_another_thread_writes(filled, tmp_path, compact):
    blobs = filled.bytes_database("blobs")
    stop = threading.Event()
    written = []

    def write():
        while not stop.is_set():
            with filled.write() as txn:  # both or none
                blobs.put(txn, "x", b"%d" % len(written), b"v" * 2000)
                blobs.put(txn, "y", b"%d" % len(written), b"v" * 2000)
            written.append(None)

    before = {scope: contents(filled, scope) for scope in SCOPES}
    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 20:
            time.sleep(0.001)
        size = filled.backup(tmp_path / "copy", compact=compact)
    finally:
        stop.set()
        writer.join()
    assert size == (tmp_path / "copy" / "data.mdb").stat().st_size
    with scoped_lmdb.open(tmp_path / "copy") as copy:
        assert copy.verify().sound
        assert {scope: contents(copy, scope) for scope in SCOPES} == before
        found = dict(copy.bytes_database("blobs").scope("x"))
        assert len(found) >= 20
        assert found == dict(copy.bytes_database("blobs").scope("y"))


def test_backup_refuses(filled, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_bytes(b"")
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.backup(tmp_path / "there")
    with pytest.raises(scoped_lmdb.PathNotFoundError):
        filled.backup(tmp_path / "missing" / "copy")
    for wrong in (5, None, "", "a\0b"):
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            filled.backup(wrong)
    assert os.listdir(tmp_path / "there") == ["file"]
    (tmp_path / "there" / "file").unlink()
    filled.backup(tmp_path / "there")  # an empty folder is as good as none
    with scoped_lmdb.open(tmp_path / "there") as copy:
        assert copy.measure().entries == filled.measure().entries


# ---- export and import -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["blocks", "lines"])
def test_round_trip(filled, other, tmp_path, format):
    file = os.fsencode(tmp_path / "all")
    exported = filled.export(file, format=format)
    assert exported.entries == filled.measure().entries
    assert (exported.databases, exported.scopes, exported.skipped) == (4, 3, 0)
    assert other.import_file(file) == exported
    for scope in SCOPES:
        assert contents(other, scope) == contents(filled, scope)
    assert [scope.name for scope in other.scopes()] == [scope.name for scope in filled.scopes()]
    assert other.verify().sound


@pytest.mark.parametrize("format", ["blocks", "lines"])
def test_into_another_scope(filled, other, tmp_path, format):
    filled.export(tmp_path / "one", scope="tenant1", format=format)
    other.import_file(tmp_path / "one", into="renamed")
    with scoped_lmdb.Scope("again") as scope:
        other.import_file(str(tmp_path / "one"), into=scope)
    assert contents(other, "renamed") == contents(other, "again") == contents(filled, "tenant1")
    assert [scope.name for scope in other.scopes()] == ["again", "renamed"]


def test_export_of_a_part(filled, other, tmp_path):
    filled.export(tmp_path / "default", scope=None, database="users")
    other.import_file(tmp_path / "default")
    assert other.scopes() == []
    assert [database.name for database in other.databases()] == ["users"]
    assert list(other.database("users").scope(None).items()) == list(filled.database("users").scope(None).items())
    with pytest.raises(scoped_lmdb.InvalidArgumentError):  # the file is there
        filled.export(tmp_path / "default")
    with pytest.raises(scoped_lmdb.NotFoundError):
        filled.export(tmp_path / "none", scope="nobody")
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.export(tmp_path / "none", format="xml")
    with pytest.raises(scoped_lmdb.PathNotFoundError):
        filled.export(tmp_path / "missing" / "file")
    with pytest.raises(scoped_lmdb.PathNotFoundError):
        filled.import_file(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_what_is_there_already(env, other, tmp_path):
    env.database("users").scope("a").update({"both": "new", "only new": 1})
    env.export(tmp_path / "file")
    there = other.database("users").scope("a")
    there.update({"both": "old", "only old": 2})
    with pytest.raises(scoped_lmdb.KeyExistsError):
        other.import_file(tmp_path / "file")
    assert dict(there) == {"both": "old", "only old": 2}
    skipped = other.import_file(tmp_path / "file", existing="skip")
    assert skipped.skipped == 1
    assert dict(there) == {"both": "old", "only old": 2, "only new": 1}
    overwritten = other.import_file(tmp_path / "file", existing="overwrite")
    assert overwritten.skipped == 0
    assert dict(there) == {"both": "new", "only old": 2, "only new": 1}
    for wrong in ("replace", None, 1):
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            other.import_file(tmp_path / "file", existing=wrong)


def test_another_kind_is_refused(env, other, tmp_path):
    env.database("users").scope("a")["k"] = 1
    env.export(tmp_path / "file")
    other.bytes_database("users").scope("b")[b"k"] = b"v"
    with pytest.raises(scoped_lmdb.KindMismatchError):
        other.import_file(tmp_path / "file")
    assert [scope.name for scope in other.scopes()] == ["b"]


@pytest.mark.parametrize("format", ["blocks", "lines"])
def test_a_damaged_file_imports_nothing(filled, other, tmp_path, format):
    filled.export(tmp_path / "file", format=format)
    whole = (tmp_path / "file").read_bytes()
    for place in (0, 20, len(whole) // 2, len(whole) - 2):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(scoped_lmdb.CorruptError):
            other.import_file(tmp_path / "damaged")
    for length in (0, 5, len(whole) // 2, len(whole) - 1):
        (tmp_path / "damaged").write_bytes(whole[:length])
        with pytest.raises(scoped_lmdb.CorruptError) as raised:
            other.import_file(tmp_path / "damaged")
        assert raised.value.code == 15
        assert str(raised.value)
    assert is_empty(other)


def test_read_only(filled, tmp_path):
    filled.export(tmp_path / "file")
    filled.close()
    with scoped_lmdb.open(tmp_path / "env", read_only=True, durability="no_sync") as reading:
        assert reading.measure().entries
        assert reading.verify().sound
        reading.export(tmp_path / "again")
        with pytest.raises(scoped_lmdb.ReadOnlyError):
            reading.import_file(tmp_path / "file", existing="skip")
        with pytest.raises(scoped_lmdb.ReadOnlyError):
            reading.drop_scope("tenant1", entries_per_transaction=10)


# ---- scopes ----------------------------------------------------------------------------------------------------------


def test_copy(filled, other):
    wanted = contents(filled, "tenant1")
    assert filled.copy_scope("tenant1", to=other).entries == sum(map(len, wanted.values()))
    filled.copy_scope("tenant1", other, into="renamed")
    filled.copy_scope("tenant1", into="twin")
    filled.copy_scope(None, to=other)
    filled.copy_scope(None, into="was default")
    assert contents(other, "tenant1") == contents(other, "renamed") == contents(filled, "twin") == wanted
    assert contents(other, None) == contents(filled, None) == contents(filled, "was default")
    assert contents(filled, "tenant1") == wanted
    with pytest.raises(scoped_lmdb.KeyExistsError):
        filled.copy_scope("tenant1", to=other)
    assert filled.copy_scope("tenant1", to=other, existing="skip").skipped == sum(map(len, wanted.values()))
    with pytest.raises(scoped_lmdb.NotFoundError):
        filled.copy_scope("nobody", to=other)
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.copy_scope("tenant1")  # to itself
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.copy_scope("tenant1", to="other")


def test_move(filled, other):
    wanted = contents(filled, "tenant1")
    filled.move_scope("tenant1", other, into="moved")
    assert contents(other, "moved") == wanted
    assert [scope.name for scope in filled.scopes()] == ["tenant2/ä"]
    assert filled.verify().sound
    assert [scope.name for scope in other.scopes()] == ["moved"]
    other.database("users").scope("tenant2/ä")["there"] = 1
    with pytest.raises(scoped_lmdb.KeyExistsError):
        filled.move_scope("tenant2/ä", other)
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.move_scope(None, other)
    with pytest.raises(scoped_lmdb.NotFoundError):
        filled.move_scope("nobody", other)
    assert contents(filled, "tenant2/ä") == wanted


def test_what_was_written_meanwhile_is_not_lost_by_a_move(large, other):
    blobs = large.bytes_database("blobs")

    def write():
        blobs.scope("large")[b"late"] = b"v"

    def progress(done, total):
        if b"late" not in blobs.scope("large"):
            writer = threading.Thread(target=write)
            writer.start()
            writer.join()

    with pytest.raises(scoped_lmdb.ConflictError):
        large.move_scope("large", other, progress=progress)
    assert len(blobs.scope("large")) == 20_001
    assert other.scopes() == []
    large.move_scope("large", other)
    assert len(other.bytes_database("blobs").scope("large")) == 20_001
    assert large.scopes() == []


def test_drop_in_many_transactions(filled):
    left = contents(filled, "tenant2/ä")
    entries = sum(map(len, contents(filled, "tenant1").values()))
    before = filled.info().last_txn
    told = []
    assert (
        filled.drop_scope("tenant1", entries_per_transaction=10, progress=lambda done, _: told.append(done)) == entries
    )
    assert filled.info().last_txn - before >= entries // 10
    assert len(told) >= entries // 10
    assert told == sorted(told)
    assert [scope.name for scope in filled.scopes()] == ["tenant2/ä"]
    assert contents(filled, "tenant2/ä") == left
    with pytest.raises(scoped_lmdb.NotFoundError, match="tenant1"):
        filled.drop_scope("tenant1", entries_per_transaction=0)
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.drop_scope(None, entries_per_transaction=0)
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.drop_scope("tenant2/ä", progress=print)
    for wrong in (-1, 1 << 64, "5", True):
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            filled.drop_scope("tenant2/ä", entries_per_transaction=wrong)
    with filled.write() as txn, pytest.raises(scoped_lmdb.InvalidArgumentError):
        filled.drop_scope("tenant2/ä", txn=txn, entries_per_transaction=5)
    assert filled.drop_scope("tenant2/ä") == entries
