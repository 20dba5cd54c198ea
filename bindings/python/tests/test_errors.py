# Is every failure of the right class, with its code and a message, and is the Env usable afterwards?

import pickle
import subprocess
import sys

import pytest

import scoped_lmdb
from scoped_lmdb import _load, errors

ALL = sorted(errors._BY_STATUS.items())


def check_usable(env):
    users = env.database("after")
    with env.write() as txn:
        users.put(txn, "after", "k", 1)
    with env.read() as txn:
        assert users.get(txn, "after", "k") == 1


def check(raised, kind, code):
    error = raised.value
    assert type(error) is kind
    assert error.code == code
    assert len(str(error)) > 10
    assert str(error) == error.args[0]


@pytest.mark.parametrize(("code", "kind"), ALL)
def test_class(code, kind):
    error = errors.of_status(code, "the library's message")
    assert type(error) is kind
    assert str(error) == "the library's message"
    assert (error.code, error.name) == (code, _load.library().slmdb_status_name(code).decode())
    assert getattr(scoped_lmdb, kind.__name__) is kind
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.code) == (kind, str(error), code)


def test_a_status_of_a_newer_library():
    error = errors.of_status(4711, "")
    assert type(error) is scoped_lmdb.Error
    assert error.code == 4711
    assert "4711" in str(error)


def test_python_knows_them():
    for kind, base in (
        (scoped_lmdb.NotFoundError, KeyError),
        (scoped_lmdb.EmptyScopeError, ValueError),
        (scoped_lmdb.KeyTooLongError, ValueError),
        (scoped_lmdb.PathNotFoundError, FileNotFoundError),
        (scoped_lmdb.PermissionDeniedError, PermissionError),
        (scoped_lmdb.ReadOnlyError, PermissionError),
        (scoped_lmdb.OutOfMemoryError, MemoryError),
        (scoped_lmdb.ForkedError, RuntimeError),
        (scoped_lmdb.LoadError, ImportError),
        (scoped_lmdb.DiskFullError, OSError),
    ):
        assert issubclass(kind, base)


@pytest.mark.parametrize(("layout", "longest"), [("ordered", 507), ("heed", 499)])
@pytest.mark.parametrize("scope", ["a", None])
def test_keys(env, layout, longest, scope):
    blobs = env.bytes_database("blobs", layout=layout)
    with env.write() as txn:
        blobs.put(txn, scope, b"k" * longest, b"fits")
        with pytest.raises(scoped_lmdb.KeyTooLongError) as raised:
            blobs.put(txn, scope, b"k" * (longest + 1), b"")
        check(raised, scoped_lmdb.KeyTooLongError, 6)
        with pytest.raises(scoped_lmdb.EmptyKeyError) as raised:
            blobs.put(txn, scope, b"", b"")
        check(raised, scoped_lmdb.EmptyKeyError, 5)
        with pytest.raises(scoped_lmdb.KeyTooLongError):
            blobs.get(txn, scope, b"k" * (longest + 1))
        assert list(blobs.range(txn, scope)) == [(b"k" * longest, b"fits")]
        assert blobs.get(txn, scope, b"") is None
        assert not blobs.delete(txn, scope, b"")
    check_usable(env)


def test_typed_keys_and_values(env):
    users = env.database("users")
    with env.write() as txn:
        for key in ({1}, {"a": 1}, object(), 2**64, -(2**63) - 1, float("nan"), "\ud800", ("a", {}), "k" * 600):
            for attempt in (users.get, users.delete, lambda *entry: users.put(*entry, 1)):
                with pytest.raises((scoped_lmdb.InvalidKeyError, scoped_lmdb.KeyTooLongError)) as raised:
                    attempt(txn, "a", key)
                assert isinstance(raised.value, ValueError)
        for value in ({1}, object(), 2**64, "\ud800", [lambda: 0]):
            with pytest.raises(scoped_lmdb.InvalidValueError) as raised:
                users.put(txn, "a", "k", value)
            check(raised, scoped_lmdb.InvalidValueError, 9)
        assert list(users.range(txn, "a")) == []
    check_usable(env)


@pytest.mark.parametrize("wrong", ["text", 5, None, [b"k"]])
def test_raw_keys_and_values(env, wrong):
    blobs = env.bytes_database("blobs")
    with env.write() as txn:
        for attempt in (blobs.get, blobs.delete, lambda *entry: blobs.put(*entry, b"")):
            with pytest.raises(scoped_lmdb.InvalidKeyError):
                attempt(txn, "a", wrong)
        with pytest.raises(scoped_lmdb.InvalidValueError):
            blobs.put(txn, "a", b"k", wrong)
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            blobs.range(txn, "a", start=wrong)


@pytest.mark.parametrize("name", ["", "__x", "x_scoped", "x" * 501, "\ud800", 5, b"x"])
def test_database_names(env, name):
    with pytest.raises(scoped_lmdb.InvalidNameError) as raised:
        env.database(name)
    check(raised, scoped_lmdb.InvalidNameError, 10)
    check_usable(env)


def test_no_transaction(env):
    users = env.database("users")
    for wrong in (None, "tenant1", env):
        for attempt in (
            lambda txn: users.get(txn, "a", "k"),
            lambda txn: users.put(txn, "a", "k", 1),
            lambda txn: users.delete(txn, "a", "k"),
            lambda txn: users.clear(txn, "a"),
            lambda txn: users.range(txn, "a"),
        ):
            with pytest.raises(scoped_lmdb.InvalidArgumentError, match="env.read"):
                attempt(wrong)


def test_another_env(env, tmp_path):
    users = env.database("users")
    with scoped_lmdb.open(tmp_path / "other") as other, other.read() as txn:
        with pytest.raises(scoped_lmdb.Error):
            users.get(txn, "a", "k")
        with pytest.raises(scoped_lmdb.Error):
            users.range(txn, "a")
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            env.scopes(txn)
    check_usable(env)


def test_a_write_in_a_read_transaction(env):
    users = env.database("users")
    with env.read() as txn:
        for attempt in (
            lambda: users.put(txn, "a", "k", 1),
            lambda: users.delete(txn, "a", "k"),
            lambda: users.clear(txn, "a"),
        ):
            with pytest.raises(scoped_lmdb.ReadOnlyError) as raised:
                attempt()
            check(raised, scoped_lmdb.ReadOnlyError, 16)
    check_usable(env)


def test_a_read_only_env(tmp_path):
    scoped_lmdb.open(tmp_path / "env").close()
    with scoped_lmdb.open(tmp_path / "env", read_only=True) as env:
        with pytest.raises(scoped_lmdb.ReadOnlyError):
            env.write()
        with pytest.raises(scoped_lmdb.DatabaseNotFoundError):
            env.database("users")
        with pytest.raises(scoped_lmdb.ReadOnlyError):
            env.prune_scopes()


def test_missing_folders(tmp_path):
    missing = tmp_path / "parent" / "missing"
    for options in ({}, {"create_folder": False}, {"read_only": True}):
        with pytest.raises(scoped_lmdb.PathNotFoundError) as raised:
            scoped_lmdb.open(missing, **options)
        check(raised, scoped_lmdb.PathNotFoundError, 30)
        assert str(missing) in str(raised.value)
    with pytest.raises(FileNotFoundError):
        scoped_lmdb.open(tmp_path / "missing", create_folder=False)
    scoped_lmdb.open(tmp_path / "missing").close()


def test_no_environment(tmp_path):
    (tmp_path / "data.mdb").write_bytes(b"this is no LMDB environment" * 1000)
    with pytest.raises(scoped_lmdb.NotAnEnvironmentError) as raised:
        scoped_lmdb.open(tmp_path)
    check(raised, scoped_lmdb.NotAnEnvironmentError, 31)


def test_no_permission(tmp_path):
    (tmp_path / "env").mkdir()
    (tmp_path / "env").chmod(0)
    code = """
import os, sys
import scoped_lmdb
scoped_lmdb.open_handles()
if os.geteuid() == 0:  # who is refused nothing
    os.setuid(65534)
try:
    scoped_lmdb.open(sys.argv[1])
except scoped_lmdb.PermissionDeniedError as error:
    assert isinstance(error, PermissionError) and error.code == 32 and str(error)
    print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "env")], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("refused\n", "")


@pytest.mark.parametrize(
    "options",
    [
        {"map_size": -1},
        {"map_size": 2**64},
        {"map_size": "1"},
        {"max_readers": 2**32},
        {"max_databases": -1},
        {"mode": 2**32},
        {"durability": "maybe"},
        {"durability": None},
    ],
)
def test_options(tmp_path, options):
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        scoped_lmdb.open(tmp_path / "env", **options)


def test_a_path_with_a_zero_byte(tmp_path):
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        scoped_lmdb.open(str(tmp_path / "a\0b"))


@pytest.mark.parametrize("options", [{"layout": "other"}, {"key_type": "u128"}, {"value_type": 5}])
def test_database_options(env, options):
    with pytest.raises(scoped_lmdb.InvalidArgumentError):
        env.database("users", **options)


def test_open_with_other_options(env):
    for options in ({"read_only": True}, {"durability": "durable"}):
        with pytest.raises(scoped_lmdb.BusyError):
            scoped_lmdb.open(env.path, **options)
    with scoped_lmdb.open(env.path, durability="no_sync") as again:
        check_usable(again)
    check_usable(env)


def test_a_full_map(tmp_path):
    with scoped_lmdb.open(tmp_path, map_size=1 << 18) as env:
        blobs = env.bytes_database("blobs")
        with pytest.raises(scoped_lmdb.MapFullError) as raised, env.write() as txn:
            for number in range(1000):
                blobs.put(txn, "a", b"%d" % number, bytes(1000))
        check(raised, scoped_lmdb.MapFullError, 17)
        assert "grow" in str(raised.value)
        del raised, txn
        check_usable(env)
        env.grow(1 << 23)
        env.grow(1)  # smaller: nothing happens
        with env.write() as txn:
            for number in range(1000):
                blobs.put(txn, "a", b"%d" % number, bytes(1000))
        with env.read() as txn:
            assert len(list(blobs.range(txn, "a"))) == 1000


def test_a_full_map_by_many_at_once(tmp_path):
    """The same by pages of entries, in order and in none, by a batch and by a put of its own: nothing of it is kept."""
    with scoped_lmdb.open(tmp_path, map_size=1 << 19) as env:
        blobs = env.bytes_database("blobs")
        blobs.scope("a")[b"before"] = b"v"
        entries = [(b"%04d" % (number * 7919 % 3000), bytes(1000)) for number in range(3000)]
        for attempt in (entries, sorted(entries)):
            with pytest.raises(scoped_lmdb.MapFullError), env.write() as txn:
                blobs.put_many(txn, "a", attempt)
            with pytest.raises(scoped_lmdb.MapFullError), env.batch() as batch:
                batch.put_many(blobs, "a", attempt)
            with pytest.raises(scoped_lmdb.MapFullError):
                blobs.scope("a")[b"large"] = bytes(1 << 20)
            assert list(blobs.scope("a")) == [b"before"]
        env.grow(1 << 24)
        with env.write() as txn:
            assert blobs.put_many(txn, "a", entries) == 3000
        assert len(blobs.scope("a")) == 3001


def test_grow_within_a_transaction(env):
    with env.write(), pytest.raises(scoped_lmdb.Error):
        env.grow(1 << 30)
    env.grow(1 << 30)
    check_usable(env)


def test_too_many(tmp_path):
    with scoped_lmdb.open(tmp_path, max_databases=3, max_readers=4) as env:
        with pytest.raises(scoped_lmdb.DatabasesFullError):
            for number in range(10):
                env.database(f"number {number}")
        readers = []
        with pytest.raises(scoped_lmdb.ReadersFullError):
            readers.extend(env.read() for _ in range(10))
        del readers


def test_the_message_needs_no_ascii(env):
    with pytest.raises(scoped_lmdb.DatabaseNotFoundError, match="日本"):
        env.database("日本", must_exist=True)


def test_no_frame_is_lost(env):
    """A failing call leaves nothing behind that a later one sees."""
    blobs = env.bytes_database("blobs")
    with env.write() as txn:
        for _ in range(100):
            with pytest.raises(scoped_lmdb.EmptyKeyError):
                blobs.put(txn, "a", b"", b"")
            blobs.put(txn, "a", b"k", b"v")
            assert blobs.get(txn, "a", b"k") == b"v"
    assert sys.exc_info() == (None, None, None)
