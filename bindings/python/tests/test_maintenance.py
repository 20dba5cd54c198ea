# Does maintenance keep every entry and say what is true, beside other threads, and end early and cleanly when told to?

import dataclasses
import gc
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import scoped_lmdb
from scoped_lmdb import ALL_SCOPES, _work

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


@pytest.fixture
def other(tmp_path):
    with scoped_lmdb.open(tmp_path / "other", map_size=1 << 28, durability="no_sync") as other:
        yield other


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


# ---- progress, ends --------------------------------------------------------------------------------------------------


@pytest.fixture
def large(env):
    env.bytes_database("blobs").scope("large").update({b"%d" % number: b"v" * 100 for number in range(20_000)})
    return env


def works(env, other, tmp_path, progress):
    """All that can be followed, each ready to be begun."""
    exported = tmp_path / "whole"
    if not exported.exists():
        env.export(exported)
    return {
        "measure": lambda: env.measure(progress=progress),
        "verify": lambda: env.verify(progress=progress),
        "backup": lambda: env.backup(tmp_path / "copy", progress=progress),
        "export": lambda: env.export(tmp_path / "part", progress=progress),
        "import": lambda: other.import_file(exported, progress=progress),
        "copy": lambda: env.copy_scope("large", other, into="copied", progress=progress),
        "drop": lambda: env.drop_scope("large", entries_per_transaction=1000, progress=progress),
    }


NAMES = ["measure", "verify", "backup", "export", "import", "copy", "drop"]


@pytest.mark.parametrize("name", NAMES)
def test_progress(large, other, tmp_path, name):
    told = []
    works(large, other, tmp_path, lambda *arguments: told.append(arguments))[name]()
    assert told
    assert all(type(number) is int for numbers in told for number in numbers)
    assert told[-1][0] > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_false_cancels(large, other, tmp_path, name, elsewhere):
    calls, raised = [], []

    def progress(done, total):
        calls.append(done)
        return False

    def do():
        with pytest.raises(scoped_lmdb.CanceledError) as caught:
            works(large, other, tmp_path, progress)[name]()
        raised.append(caught.value.code)

    if elsewhere:
        thread = threading.Thread(target=do)
        thread.start()
        thread.join()
    else:
        do()
    assert raised == [39]
    assert len(calls) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env", "other", "whole"]
    assert is_empty(other)
    assert large.verify().sound
    if name != "drop":
        assert len(large.bytes_database("blobs").scope("large")) == 20_000


@pytest.mark.parametrize("name", NAMES)
def test_what_progress_raises_is_raised(large, other, tmp_path, name):
    def progress(done, total):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        works(large, other, tmp_path, progress)[name]()
    assert is_empty(other)
    assert large.verify().sound


@pytest.mark.parametrize("name", NAMES)
def test_keyboard_interrupt(large, other, tmp_path, name):
    calls = []

    def progress(done, total):
        calls.append(done)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)  # until the main thread has heard of it

    with pytest.raises(KeyboardInterrupt):
        works(large, other, tmp_path, progress)[name]()
    assert len(calls) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env", "other", "whole"]
    assert is_empty(other)
    assert large.verify().sound


def test_interrupts_at_any_time(large):
    """The work has always ended when the exception comes out: the Env could not be closed otherwise."""
    interrupted = 0
    for number in range(40):
        timer = threading.Timer(number / 2000, os.kill, (os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            large.measure()
            interrupted -= 1
            time.sleep(10)
        interrupted += 1
        timer.join()
    assert interrupted
    large.close()


def test_without_another_thread(large, monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_work.threading.Thread, "start", start)
    assert large.measure().entries == 20_000


def test_progress_is_checked(large):
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        large.measure(progress=5)


def test_not_within_a_write_transaction(filled, other, tmp_path):
    filled.export(tmp_path / "file")
    with filled.write():
        with pytest.raises(scoped_lmdb.NestedError):
            filled.import_file(tmp_path / "file", existing="skip")
        with pytest.raises(scoped_lmdb.NestedError):
            filled.drop_scope("tenant1", entries_per_transaction=5)
        with pytest.raises(scoped_lmdb.NestedError):
            other.copy_scope(None, filled, into="x")
    with filled.read():
        assert filled.measure().entries


def test_threads_at_once(filled, tmp_path):
    wanted = filled.measure()
    failed = []

    def look(number):
        try:
            assert filled.measure(progress=lambda *_: None) == wanted
            assert filled.verify().sound
            filled.backup(tmp_path / f"copy{number}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_closed(filled, other, tmp_path):
    filled.close()
    for attempt in (
        filled.measure,
        filled.verify,
        filled.readers,
        filled.clear_readers,
        lambda: filled.backup(tmp_path / "copy"),
        lambda: filled.export(tmp_path / "file"),
        lambda: filled.import_file(tmp_path / "file"),
        lambda: filled.copy_scope("tenant1", other),
        lambda: other.copy_scope("tenant1", filled),
        lambda: filled.move_scope("tenant1", other),
        lambda: filled.drop_scope("tenant1", entries_per_transaction=1),
    ):
        with pytest.raises(scoped_lmdb.ClosedError):
            attempt()


def test_in_a_forked_child(tmp_path):
    program = """
import os, sys, warnings, scoped_lmdb
warnings.simplefilter("ignore", DeprecationWarning)
env = scoped_lmdb.open(sys.argv[1])
if os.fork() == 0:
    try:
        env.measure()
    except scoped_lmdb.ForkedError:
        os._exit(7)
    os._exit(1)
print(os.WEXITSTATUS(os.wait()[1]))
"""
    assert run(program, tmp_path / "env") == "7\n"


def test_at_the_end_of_the_program(tmp_path):
    program = """
import atexit, sys, scoped_lmdb
env = scoped_lmdb.open(sys.argv[1])
env.database("users").scope("tenant1")["alice"] = 1
atexit.register(lambda: print(env.measure(progress=lambda *_: None).entries))
"""
    assert run(program, tmp_path / "env") == "1\n"


def test_nothing_is_left_behind(large, tmp_path):
    """The struct, its functions and what they refer to go when the work ends, without the collector."""

    class Follower:
        def __call__(self, done, total):
            return True

    import weakref

    follower = Follower()
    reference = weakref.ref(follower)
    gc.disable()
    try:
        large.measure(progress=follower)
        del follower
        assert reference() is None
    finally:
        gc.enable()
