# Do exports, imports and backups go through any binary file as they go through paths, and end with what it raises?

import gzip
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import scoped_lmdb


@pytest.fixture
def filled(env):
    env.database("users").scope("tenant1").update({f"user{number}": {"age": number} for number in range(50)})
    env.bytes_database("blobs").scope("tenant1").update({b"%d" % number: os.urandom(100) for number in range(3000)})
    env.bytes_database("blobs").scope(None)[b"default"] = b"\0"
    return env


def contents(env):
    return [
        list(database.scope(scope).items())
        for database in (env.database("users"), env.bytes_database("blobs"))
        for scope in (None, "tenant1")
    ]


def is_empty(env):
    return env.scopes() == [] and all(database.entries == 0 for database in env.databases())


def exported(env, **options):
    memory = io.BytesIO()
    env.export(memory, **options)
    return memory.getvalue()


class Few:
    """A raw file that takes and gives few bytes at once."""

    def __init__(self, data=b""):
        self.data, self.at = bytearray(data), 0

    def read(self, size):
        self.at += 777
        return memoryview(self.data)[self.at - 777 : self.at]


class FewRaw(io.RawIOBase):
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data[:777]
        return min(777, len(data))


@pytest.mark.parametrize("format", ["blocks", "lines"])
def test_round_trip(filled, other, tmp_path, format):
    totals = filled.export(tmp_path / "file", format=format)
    data = exported(filled, format=format)
    assert data == (tmp_path / "file").read_bytes()
    raw = FewRaw()
    assert filled.export(raw, format=format) == totals
    assert raw.data == data
    assert scoped_lmdb.verify_export(tmp_path / "file") == totals
    for source in (io.BytesIO(data), Few(data), io.BufferedReader(io.BytesIO(data))):
        assert scoped_lmdb.verify_export(source) == totals
    assert other.import_file(Few(data)) == totals
    assert contents(other) == contents(filled)
    with pytest.raises(scoped_lmdb.KeyExistsError):
        other.import_file(io.BytesIO(data))
    assert other.import_file(io.BytesIO(data), existing="skip").skipped == totals.entries


def test_compressed(filled, other, tmp_path):
    with gzip.open(tmp_path / "file.gz", "wb") as file:
        filled.export(file, scope="tenant1")
        file.write(b"")  # it was not closed
    with gzip.open(tmp_path / "file.gz", "rb") as file:
        assert other.import_file(file, into="other").entries == 3050
    assert len(other.bytes_database("blobs").scope("other")) == 3000


def test_a_socket_from_one_env_to_another(filled, other):
    ours, theirs = socket.socketpair()
    received = []

    def receive():
        with theirs, theirs.makefile("rb") as file:
            received.append(other.import_file(file))

    thread = threading.Thread(target=receive)
    thread.start()
    with ours, ours.makefile("wb") as file:
        sent = filled.export(file)
    ours.close()
    thread.join()
    assert received == [sent]
    assert contents(other) == contents(filled)


@pytest.mark.parametrize("compact", [False, True])
def test_backup(filled, tmp_path, compact):
    (tmp_path / "copy").mkdir()
    with open(tmp_path / "copy" / "data.mdb", "wb", buffering=0) as file:
        size = filled.backup(file, compact=compact)
    assert size == (tmp_path / "copy" / "data.mdb").stat().st_size
    with scoped_lmdb.open(tmp_path / "copy") as copy:
        assert contents(copy) == contents(filled)


@pytest.mark.parametrize("format", ["blocks", "lines"])
def test_a_damaged_stream_imports_nothing(filled, other, format):
    data = exported(filled, scope="tenant1", format=format)
    flipped = bytearray(data)
    flipped[-3000] ^= 4
    for damaged in (b"", data[:1], data[: len(data) // 2], data[:-1], bytes(flipped), data + b"x", b"\0" * 100):
        with pytest.raises(scoped_lmdb.CorruptError, match="offset"):
            scoped_lmdb.verify_export(io.BytesIO(damaged))
        for existing in ("refuse", "overwrite"):
            with pytest.raises(scoped_lmdb.CorruptError, match="offset"):
                other.import_file(io.BytesIO(damaged), existing=existing)
            assert is_empty(other)
    assert other.verify().faults == ()


class Broken(Exception):
    pass


class Breaks:
    def __init__(self, data, calls):
        self.file, self.calls = io.BytesIO(data), calls

    def _count(self):
        if self.calls < 0:
            raise AssertionError("it was called again")
        self.calls -= 1
        if self.calls < 0:
            raise Broken("mine")

    def read(self, size):
        self._count()
        return self.file.read(500)

    def write(self, data):
        self._count()


@pytest.mark.parametrize("calls", [0, 1, 30])
def test_what_a_stream_raises_is_raised(filled, other, calls):
    data = exported(filled)
    for attempt in (
        lambda stream: scoped_lmdb.verify_export(stream),
        lambda stream: other.import_file(stream),
        lambda stream: other.import_file(stream, existing="overwrite"),
        *((lambda stream: filled.backup(stream),) if calls < 2 else ()),
        *((lambda stream: filled.export(stream),) if calls < 1 else ()),
    ):
        with pytest.raises(Broken, match="mine"):
            attempt(Breaks(data, calls))
        assert is_empty(other)
    assert other.verify().faults == ()


def test_what_is_no_binary_stream(filled, other, tmp_path):
    with open(tmp_path / "text", "w") as file, pytest.raises(TypeError):
        filled.export(file)
    with open(tmp_path / "text") as file, pytest.raises(TypeError):
        other.import_file(file)
    closed = io.BytesIO()
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        filled.backup(closed)
    with open(tmp_path / "text", "rb") as file, pytest.raises(io.UnsupportedOperation):
        filled.backup(file)

    class Nothing(io.RawIOBase):
        def write(self, data):
            return None

        def read(self, size=-1):
            return None

    for attempt in (filled.export, filled.backup, other.import_file, scoped_lmdb.verify_export):
        with pytest.raises(BlockingIOError):
            attempt(Nothing())

    class TooMuch:
        def read(self, size):
            return b"x" * (size + 1)

    with pytest.raises(ValueError, match="returned"):
        other.import_file(TooMuch())
    for attempt in (filled.export, filled.backup, other.import_file, scoped_lmdb.verify_export):
        for wrong in (5, None, object()):
            with pytest.raises(scoped_lmdb.InvalidArgumentError, match="stream"):
                attempt(wrong)
    with pytest.raises(scoped_lmdb.PathNotFoundError):
        scoped_lmdb.verify_export(tmp_path / "missing")


def test_orphans(tmp_path):
    path = tmp_path / "orphans"
    with scoped_lmdb.open(path) as env:
        env.bytes_database("blobs").scope("lost").update({b"%d" % number: b"" for number in range(10)})
        env.bytes_database("blobs").scope("kept")[b"k"] = b""
        ids = {info.name: info.id for info in env.scopes()}
        with pytest.raises(scoped_lmdb.InvalidArgumentError, match="lost"):
            env.drop_orphan(ids["lost"])
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            env.drop_orphan(1 << 32)
    # Another id in the registry's row.
    row = ids["lost"].to_bytes(4, "little") + (4).to_bytes(8, "little") + b"lost"
    data = (path / "data.mdb").read_bytes()
    assert row in data
    (path / "data.mdb").write_bytes(data.replace(row, bytes([row[0] ^ 1]) + row[1:]))
    with scoped_lmdb.open(path) as env:
        (fault,) = [fault for fault in env.verify().faults if fault.kind == "orphan"]
        assert (fault.id, fault.count) == (ids["lost"], 10)
        told = []

        def progress(*numbers):
            told.append(numbers)

        assert env.drop_orphan(fault.id, entries_per_transaction=3, progress=progress) == 10
        assert len(told) > 3
        assert not [fault for fault in env.verify().faults if fault.kind == "orphan"]
        assert len(env.bytes_database("blobs").scope("kept")) == 1


# ---- ended while it waits --------------------------------------------------------------------------------------------


@pytest.fixture
def held(filled):
    """Another thread has the write transaction, until it is told otherwise."""
    taken, release = threading.Event(), threading.Event()

    def hold():
        with filled.write():
            taken.set()
            release.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    yield release
    release.set()
    thread.join()


def attempts(env, data):
    return (
        lambda progress: env.drop_scope("tenant1", entries_per_transaction=10, progress=progress),
        lambda progress: env.drop_orphan(5, progress=progress),
        lambda progress: env.import_file(io.BytesIO(data), into="new", progress=progress),
        lambda progress: env.copy_scope("tenant1", into="new", progress=progress),
    )


@pytest.mark.parametrize("number", range(4))
def test_canceled_while_it_waits(filled, held, number):
    calls = []

    def progress(done, total):
        calls.append(done)
        return len(calls) < 4

    data = exported(filled, scope="tenant1")
    with pytest.raises(scoped_lmdb.CanceledError):
        attempts(filled, data)[number](progress)
    assert not held.is_set()
    assert len(calls) == 4


@pytest.mark.parametrize("number", range(4))
def test_interrupted_while_it_waits(filled, held, number):
    data = exported(filled, scope="tenant1")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    try:
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            attempts(filled, data)[number](None)
        assert not held.is_set()
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)


def test_a_program_that_ends_meanwhile(tmp_path):
    """Daemon threads are in the middle of work, of its streams and of its waits, when Python ends."""
    program = """
import io, sys, threading, time, scoped_lmdb
env = scoped_lmdb.open(sys.argv[1])
env.bytes_database("blobs").scope("large").update({b"%d" % number: b"v" * 100 for number in range(20_000)})
class Slow:
    def write(self, data):
        time.sleep(0.01)
def hold():
    with env.write():
        time.sleep(60)
def look():
    while True:
        env.export(Slow(), progress=lambda *_: time.sleep(0.001))
def wait():
    env.drop_scope("large", entries_per_transaction=1, progress=lambda *_: time.sleep(0.001))
for target in (look, look, hold, wait, wait):
    threading.Thread(target=target, daemon=True).start()
time.sleep(float(sys.argv[2]))
print("done")
"""
    variables = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(scoped_lmdb.__file__))}
    for number in range(4):
        arguments = [sys.executable, "-c", program, tmp_path / f"env{number}", str(0.2 + number / 10)]
        done = subprocess.run(arguments, env=variables, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_progress_comes_while_a_stream_stalls(filled):
    """Told by another thread: whoever shows it sees that the work lives."""
    calls = []

    class Stalls:
        def write(self, data):
            calls.clear()
            time.sleep(0.5)

    filled.export(Stalls(), scope="tenant1", database="users", progress=lambda *numbers: calls.append(numbers))
    assert calls
