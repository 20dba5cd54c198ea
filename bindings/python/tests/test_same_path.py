# Is a folder that is opened twice in one process one environment, however it is named and whoever goes first? LMDB
# itself loses its locks there, and crashes.

import gc
import os
import random
import threading

import pytest

import scoped_lmdb

OPTIONS = {"map_size": 1 << 24, "durability": "no_sync"}


@pytest.fixture
def twice(tmp_path):
    """The same folder by two names."""
    folder, link = tmp_path / "env", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    with scoped_lmdb.open(folder, **OPTIONS) as one, scoped_lmdb.open(str(link) + os.sep, **OPTIONS) as other:
        yield one, other


def test_both_see_what_either_writes(twice):
    one, other = (env.database("users").scope("a") for env in twice)
    one["by one"] = 1
    other["by other"] = 2
    assert dict(one) == dict(other) == {"by one": 1, "by other": 2}
    with twice[0].read() as before:
        other["later"] = 3
        assert "later" not in one.within(before)
        with twice[1].read() as after:
            assert "later" in other.within(after)


def test_a_write_by_the_other_name_is_nested(twice):
    one, other = (env.database("users") for env in twice)
    with twice[0].write() as txn:
        one.put(txn, "a", "k", 1)
        with pytest.raises(scoped_lmdb.NestedError):
            twice[1].write()
        with pytest.raises(scoped_lmdb.NestedError):
            other.scope("a")["k"] = 2
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            other.put(txn, "a", "k", 2)
    assert other.scope("a")["k"] == 1


def test_writers_by_both_names_take_turns(twice):
    def add(env):
        users = env.database("users")
        for _ in range(100):
            with env.write() as txn:
                users.put(txn, "a", "n", users.get(txn, "a", "n", 0) + 1)

    threads = [threading.Thread(target=add, args=(env,)) for env in twice * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert twice[0].database("users").scope("a")["n"] == 400


def test_closing_one_leaves_the_other(twice):
    one, other = twice
    users = other.database("users")
    users.scope("a")["k"] = 1
    with other.read() as txn, other.write() as writing:
        entries = users.range(txn, "a")
        one.close()
        assert list(entries) == [("k", 1)]
        users.put(writing, "a", "l", 2)
    assert dict(users.scope("a")) == {"k": 1, "l": 2}
    with pytest.raises(scoped_lmdb.ClosedError):
        one.read()


def test_opened_and_dropped_in_any_order(tmp_path):
    """Many Envs of one folder come and go, some closed, some left to the collector, while one works."""
    at_random, kept = random.Random(3), []
    with scoped_lmdb.open(tmp_path, **OPTIONS) as env:
        tenant = env.database("users").scope("a")
        for number in range(300):
            again = scoped_lmdb.open(tmp_path, **OPTIONS)
            kept.append((again, again.database("users").scope("a")))
            kept[-1][1][str(number)] = number
            while len(kept) > at_random.randrange(1, 6):
                gone = kept.pop(at_random.randrange(len(kept)))
                if at_random.random() < 0.5:
                    gone[0].close()
            assert tenant[str(number)] == number
        kept.clear()
        del again, gone
        gc.collect()
        assert len(tenant) == 300


def test_a_copy_in_another_thread_may_close_while_this_one_reads(tmp_path):
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            with scoped_lmdb.open(tmp_path, **OPTIONS) as again:
                again.database("users").scope("b")["k"] = 1

    with scoped_lmdb.open(tmp_path, **OPTIONS) as env:
        tenant = env.database("users").scope("a")
        tenant.update({str(number): number for number in range(1000)})
        threads = [threading.Thread(target=come_and_go) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(100):
            assert sum(tenant.values()) == 499500
        stop.set()
        for thread in threads:
            thread.join()
        assert env.database("users").scope("b")["k"] == 1
