# Does everything close once, in any order, by hand or by the garbage collector, and answer ClosedError afterwards?

import gc
import itertools
import random
import warnings
import weakref
from contextlib import suppress

import pytest

import scoped_lmdb

ENDED = (scoped_lmdb.ClosedError, scoped_lmdb.TxnEndedError)


def fill(env, name="users"):
    users = env.database(name)
    with env.write() as txn:
        for number in range(100):
            users.put(txn, "a", number, number)
    return users


def test_close_again(env):
    users = fill(env)
    txn, scope = env.read(), scoped_lmdb.Scope("a")
    entries = users.range(txn, scope)
    for one in (entries, scope, users, txn, env):
        for _ in range(3):
            one.close()
    assert scoped_lmdb.open_handles() == 0


def test_closing_an_env_closes_its_scopes(env):
    users = env.database("users")
    views = [users.scope(f"tenant{number}") for number in range(1500)]
    env.close()
    assert scoped_lmdb.open_handles() == 0
    with pytest.raises(scoped_lmdb.ClosedError):
        views[0]["k"]


def test_use_after_close(env):
    users = fill(env)
    view = users.scope("a")
    txn = env.write()
    txn.commit()
    for attempt in (
        lambda: users.get(txn, "a", 1),
        lambda: users.put(txn, "a", 1, 1),
        lambda: users.delete(txn, "a", 1),
        lambda: users.clear(txn, "a"),
        lambda: users.range(txn, "a"),
        lambda: env.scopes(txn),
        txn.commit,
        txn.abort,
        txn.__enter__,
    ):
        with pytest.raises(ENDED):
            attempt()
    users.close()
    with env.read() as txn:
        for attempt in (
            lambda: users.get(txn, "a", 1),
            lambda: users.put(txn, "a", 1, 1),
            lambda: users.range(txn, "a"),
        ):
            with pytest.raises(scoped_lmdb.ClosedError):
                attempt()
    again = env.database("users")
    env.close()
    for attempt in (
        env.read,
        env.write,
        env.scopes,
        env.prune_scopes,
        lambda: env.grow(1 << 40),
        lambda: env.database("users"),
        env.__enter__,
        lambda: view[1],
        lambda: again.scope("b")[1],
    ):
        with pytest.raises(scoped_lmdb.ClosedError) as raised:
            attempt()
        assert raised.value.code == 25


def test_an_open_transaction_keeps_its_env_open(env):
    users = fill(env)
    txn = env.read()
    entries = users.scope("a").range()
    next(entries)
    with pytest.raises(scoped_lmdb.BusyError, match="^2 transactions") as raised:
        env.close()
    assert raised.value.code == 35
    assert users.get(txn, "a", 1) == 1
    txn.close()
    with pytest.raises(scoped_lmdb.BusyError, match="^1 transaction of"):
        env.close()
    assert next(entries) == (1, 1)
    entries.close()
    env.close()


def test_closing_aborts_what_nobody_has(env):
    users = fill(env)

    class Cycle:
        pass

    gc.disable()
    try:
        cycle = Cycle()
        cycle.itself, cycle.txn, cycle.entries = cycle, env.read(), users.scope("a").range()
        next(cycle.entries)
        del cycle
        env.close()
    finally:
        gc.enable()


def test_a_write_transaction_is_left_open(env):
    users = fill(env)
    txn = env.write()
    users.put(txn, "a", "left", 1)
    with pytest.warns(ResourceWarning, match="never ended"):
        del txn
    assert users.scope("a").get("left") is None
    users.scope("a")["after"] = 1


def test_a_read_transaction_is_left_open(env):
    for _ in range(2000):
        env.read()
    assert env.is_open


def test_a_block_on_an_ended_transaction(env):
    users = fill(env)
    with pytest.raises(KeyError, match="mine"), env.write() as txn:
        txn.commit()
        raise KeyError("mine")
    with env.read() as txn:
        txn.close()
    with pytest.raises(ENDED), env.write() as txn:
        txn.abort()
        users.put(txn, "a", 1, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(5))))
def test_garbage_in_any_order(tmp_path, order):
    env = scoped_lmdb.open(tmp_path / "env", map_size=1 << 24, durability="no_sync")
    users = fill(env)
    txn = env.read()
    entries = users.range(txn, "a")
    next(entries)
    alive = [env, users, txn, entries, users.scope("b")]
    seen = weakref.ref(env)
    del env, users, txn, entries
    for index in order:
        alive[index] = None
    assert seen() is None
    assert scoped_lmdb.open_handles() == 0


def test_garbage_of_everything_in_any_order(tmp_path):
    """The same with all that there is, some of it within other, by chance: nothing is left, no view is of nothing."""
    at_random = random.Random(11)
    for _ in range(150):
        env = scoped_lmdb.open(tmp_path / "env", map_size=1 << 24, durability="no_sync")
        blobs = env.bytes_database("blobs")
        view = blobs.scope("b")
        view.put_many((b"%03d" % number, b"v" * 100) for number in range(100))
        reading, writing = env.read(), env.write()
        child = writing.child()
        blobs.put(child, "b", b"000", b"new")
        batch = env.batch()
        batch.put(blobs, "b", b"001", b"new")
        lent = blobs.get_view(reading, "b", b"002")
        alive = [env, blobs, view, reading, writing, child, batch, lent, lent[1:50], memoryview(lent)[2:]]
        alive += [blobs.range(reading, "b"), blobs.keys(child, "b"), view.range(), scoped_lmdb.Scope("b"), env.batch()]
        alive += [blobs.async_scope("b"), view.within(reading), iter(view.items())]
        for walk in alive[10:13]:
            next(walk)
        del env, blobs, view, reading, writing, child, batch, lent, walk
        at_random.shuffle(alive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a write transaction was never ended
            while alive:
                gone = alive.pop()
                if isinstance(gone, memoryview):
                    with suppress(ValueError):  # ended with its transaction
                        assert set(bytes(gone)) == {118}
                del gone
        gc.collect()
        assert scoped_lmdb.open_handles() == 0


def test_garbage_in_a_cycle(tmp_path):
    for _ in range(20):
        env = scoped_lmdb.open(tmp_path / "env", map_size=1 << 24, durability="no_sync")
        users = fill(env)
        cycle = [env, users, env.read(), users.scope("a").range(), users.scope("a")]
        next(cycle[3])
        cycle.append(cycle)
        del env, users, cycle
        gc.collect()
        assert scoped_lmdb.open_handles() == 0


def test_an_unused_env_needs_no_close(tmp_path):
    users = scoped_lmdb.open(tmp_path / "env").database("users")
    users.scope("a")["k"] = 1
    assert users.scope("a")["k"] == 1


def test_what_failed_to_open_closes_nothing(tmp_path):
    for _ in range(3):
        with pytest.raises(scoped_lmdb.PathNotFoundError):
            scoped_lmdb.open(tmp_path / "a" / "b")
    assert scoped_lmdb.open_handles() == 0
