# Do threads work side by side, and is what one thread must not do with another's transaction an error?

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import scoped_lmdb


@pytest.fixture
def users(env):
    return env.database("users")


def elsewhere(function, *arguments):
    """What a function returns or raises on another thread, which has ended when this returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def test_readers_and_writers(env, users):
    rounds, names = 50, ["a", "b", "c", "d"]

    def write(name):
        for number in range(rounds):
            with env.write() as txn:
                users.put(txn, name, "left", number)
                users.put(txn, name, "right", number)

    def read(name):
        seen = 0
        while seen < rounds - 1:
            with env.read() as txn:
                left, right = users.get(txn, name, "left", -1), users.get(txn, name, "right", -1)
                assert left == right >= seen - 1
                assert [value for _, value in users.range(txn, name)] == ([left] * 2 if left >= 0 else [])
                seen = max(seen, left)

    with ThreadPoolExecutor(len(names) * 2) as pool:
        for done in [pool.submit(work, name) for name in names for work in (write, read)]:
            done.result(timeout=120)


def test_one_scope_cache_for_all(env, users):
    names = [f"tenant{number}" for number in range(1500)]
    with env.write() as txn:
        for name in names:
            users.put(txn, name, "k", name)

    def read(step):
        with env.read() as txn:
            for at in range(0, 3 * len(names), step):
                assert users.get(txn, names[at % len(names)], "k") == names[at % len(names)]

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(read, step) for step in (1, 2, 7, 11)]:
            done.result(timeout=120)


def test_nested(env, users):
    with env.write() as txn:
        with pytest.raises(scoped_lmdb.NestedError) as raised:
            env.write()
        assert raised.value.code == 22
        with pytest.raises(scoped_lmdb.NestedError):
            env.database("made anew")
        users.put(txn, "a", "k", 1)
        with env.read() as reading:
            assert users.get(reading, "a", "k") is None
    assert users.scope("a")["k"] == 1


def test_a_write_transaction_on_another_thread(env, users):
    with env.write() as txn:
        elsewhere(users.put, txn, "a", "k", 2)
        for attempt in (txn.commit, txn.abort, txn.close):
            with pytest.raises(scoped_lmdb.WrongThreadError) as raised:
                elsewhere(attempt)
            assert raised.value.code == 23
        del raised
        assert txn.is_open
        assert users.get(txn, "a", "k") == 2
        users.put(txn, "a", "l", 1)
    assert list(users.scope("a")) == ["k", "l"]


def test_a_read_transaction_on_another_thread(env, users):
    users.scope("a")["k"] = 1
    txn = env.read()
    assert elsewhere(users.get, txn, "a", "k") == 1
    assert elsewhere(list, users.range(txn, "a")) == [("k", 1)]
    elsewhere(txn.close)
    assert not txn.is_open


def test_garbage_of_another_thread(env, users):
    """A write transaction that is collected on another thread than its own ends when its own comes by."""
    began, dropped, kept = threading.Event(), threading.Event(), []

    def work():
        kept.append(env.write())
        users.put(kept[0], "a", "lost", 1)
        began.set()
        assert dropped.wait(60)
        with env.write() as txn:
            users.put(txn, "a", "k", 1)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        assert began.wait(60)
        with pytest.warns(ResourceWarning, match="never ended"):
            kept.clear()
            gc.collect()
        with pytest.raises(scoped_lmdb.BusyError):
            env.close()
        dropped.set()
        done.result(timeout=60)
    assert list(users.scope("a")) == ["k"]


def test_the_others_run_while_one_waits(env, users):
    """The wait for the write lock holds up no other thread of Python."""
    waiting = threading.Event()

    def write():
        waiting.set()
        users.scope("a")["k"] = "second"

    with ThreadPoolExecutor(1) as pool:
        with env.write() as txn:
            done = pool.submit(write)
            assert waiting.wait(60)
            time.sleep(0.05)
            assert not done.done()
            users.put(txn, "a", "k", "first")
        done.result(timeout=60)
    assert users.scope("a")["k"] == "second"


def test_one_transaction_in_many_threads_at_once(env, users):
    """Each call is answered rightly or with an error; never with another call's answer."""
    with env.write() as txn:
        for number in range(50):
            users.put(txn, "a", number, number)
    refused = []
    with env.read() as txn:

        def read():
            for at in range(5000):
                try:
                    assert users.get(txn, "a", at % 50) == at % 50
                except scoped_lmdb.InUseError:
                    refused.append(at)

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(read) for _ in range(4)]:
                done.result(timeout=120)


def test_closing_while_others_read(env, users):
    users.scope("a")["k"] = 1
    view, stop = users.scope("a"), threading.Event()

    def read():
        while not stop.is_set():
            try:
                assert view["k"] == 1
            except scoped_lmdb.ClosedError:
                return

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        deadline = time.monotonic() + 60
        while env.is_open and time.monotonic() < deadline:
            try:
                env.close()
            except scoped_lmdb.BusyError:
                time.sleep(0.001)
        stop.set()
        for done in readers:
            done.result(timeout=60)
    assert not env.is_open
