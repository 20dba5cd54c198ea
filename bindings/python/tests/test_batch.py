# Are batches done whole, in order and durably, from any thread and coroutine, and is each told its own result?

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

import scoped_lmdb


@pytest.fixture
def users(env):
    return env.database("users")


def test_all_kinds_of_writes(env, users):
    blobs = env.bytes_database("blobs")
    users.scope("b").update({"k": 1, "l": 2})
    with env.batch() as batch:
        batch.put(users, "a", "alice", {"age": 30})
        batch.put_if_absent(users, None, "bob", 1)
        batch.put_many(blobs, "a", {b"x": b"1", b"y": bytearray(b"2")})
        batch.delete(users, "b", "k")
        batch.delete(users, "b", "missing")
        batch.clear(blobs, "never registered")
    assert dict(users.scope("a")) == {"alice": {"age": 30}}
    assert dict(users.scope("b")) == {"l": 2}
    assert dict(blobs.scope("a")) == {b"x": b"1", b"y": b"2"}
    assert users.scope(None)["bob"] == 1


def test_each_has_its_own_result(env, users):
    users.scope("a")["there"] = 1
    submitted = []
    with env.write():  # they wait together, so that they are one group
        for number in range(20):
            batch = env.batch()
            batch.put(users, "a", number, number)
            if number % 5 == 0:
                batch.put_if_absent(users, "a", "there", 2)
            submitted.append(env.submit(batch))
        assert not any(one.done() for one in submitted)
        assert not submitted[0].cancel()
    for number, one in enumerate(submitted):
        if number % 5 == 0:
            with pytest.raises(scoped_lmdb.KeyExistsError) as raised:
                one.result(timeout=60)
            assert raised.value.code == 2
        else:
            assert one.result(timeout=60) is None
    assert list(users.scope("a")) == ["there", *(number for number in range(20) if number % 5)]


def test_what_is_refused_leaves_the_batch_as_it_was(env, users):
    batch = env.batch()
    batch.put(users, "a", "k", 1)
    for attempt in (
        lambda: batch.put(users, "a", "k" * 600, 1),
        lambda: batch.put(users, "a", object(), 1),
        lambda: batch.put(users, "a", "k", object()),
        lambda: batch.put(users, "", "k", 1),
        lambda: batch.put_many(users, "a", {"l": 1, "k" * 600: 2}),
    ):
        with pytest.raises(ValueError):
            attempt()
    batch.submit().result(timeout=60)
    assert dict(users.scope("a")) == {"k": 1}
    for attempt in (batch.submit, lambda: batch.put(users, "a", "k", 2)):
        with pytest.raises(scoped_lmdb.ClosedError):
            attempt()
    batch.close()


def test_an_exception_drops_it(env, users):
    with pytest.raises(ZeroDivisionError), env.batch() as batch:
        batch.put(users, "a", "k", 1)
        raise ZeroDivisionError
    unused = env.batch()
    unused.put(users, "a", "k", 1)
    del unused
    env.flush()
    assert not users.scope("a")


def test_results_call_back(env, users):
    seen = threading.Event()
    batch = env.batch()
    batch.put(users, "a", "k", 1)
    batch.submit().add_done_callback(lambda done: seen.set())
    assert seen.wait(60)
    env.flush()


def test_many_threads_share_commits(tmp_path):
    with scoped_lmdb.open(tmp_path / "env", map_size=1 << 26) as env:
        users = env.database("users")
        before = env.info().last_txn

        def work(name):
            for number in range(10):
                with env.batch() as batch:
                    batch.put(users, name, number, number)

        with ThreadPoolExecutor(32) as pool:
            for done in [pool.submit(work, f"tenant{number}") for number in range(32)]:
                done.result(timeout=120)
        assert len(env.scopes()) == 32
        assert all(len(users.scope(f"tenant{number}")) == 10 for number in range(32))
        assert env.info().last_txn - before < 320


def test_closing_waits_for_them(env, users):
    batches = []
    with env.write():
        for number in range(100):
            batch = env.batch()
            batch.put(users, "a", number, number)
            batches.append(batch.submit())
        with pytest.raises(scoped_lmdb.NestedError):
            env.flush()
    env.close()
    assert not wait(batches, timeout=0).not_done
    with scoped_lmdb.open(env.path, map_size=1 << 28, durability="no_sync") as again:
        assert len(again.database("users").scope("a")) == 100


def test_waiting_for_oneself(env, users):
    """A thread that has the write transaction is told so, instead of waiting for itself for ever."""
    with env.write(), pytest.raises(scoped_lmdb.NestedError), env.batch() as batch:
        batch.put(users, "a", "k", 1)
    assert users.scope("a").get("k") is None


def test_waiting_where_results_are_told(env, users):
    """What a result calls must not wait for other batches: it is what they wait for."""
    told = []

    def again(_):
        for wait_for in (lambda: env.flush(), lambda: following.apply(), env.close):
            try:
                wait_for()
            except scoped_lmdb.BusyError as error:
                told.append(error.code)
        following.submit()

    following = env.batch()
    following.put(users, "a", "second", 2)
    with env.write():
        batch = env.batch()
        batch.put(users, "a", "first", 1)
        batch.submit().add_done_callback(again)
    env.flush()
    env.flush()
    assert told == [35] * 3
    assert list(users.scope("a")) == ["first", "second"]


def test_the_last_user_of_an_env_is_a_result(tmp_path):
    """Nothing hangs, and nothing stays open for ever, if a result's callback lets go of the Env."""
    env = scoped_lmdb.open(tmp_path / "env", map_size=1 << 24, durability="no_sync")
    users, done = env.database("users"), threading.Event()
    batch = env.batch()
    batch.put(users, "a", "k", 1)
    kept = [env, users]
    submitted = batch.submit()
    del env, users, batch
    submitted.add_done_callback(lambda _: (kept.clear(), done.set()))
    assert done.wait(60)
    del submitted
    with scoped_lmdb.open(tmp_path / "env", map_size=1 << 24, durability="no_sync") as env:
        assert env.database("users").scope("a")["k"] == 1


@pytest.mark.parametrize("ending", ["", "env.write()", "sys.exit()", "raise SystemExit", "kept = env.write()"])
def test_the_end_of_the_program_waits_for_them(tmp_path, ending):
    code = f"""
import sys, warnings
import scoped_lmdb
warnings.simplefilter("ignore")
env = scoped_lmdb.open(sys.argv[1], map_size=1 << 26)
users = env.database("users")
for number in range(500):
    batch = env.batch()
    batch.put(users, "a", number, number)
    batch.submit()
{ending}
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    with scoped_lmdb.open(tmp_path, map_size=1 << 26) as env:
        assert len(env.database("users").scope("a")) == 500


# ---- asyncio ---------------------------------------------------------------------------------------------------------


def test_await(env, users):
    async def main():
        tenant = users.async_scope("a")
        await asyncio.gather(*(tenant.put(number, number) for number in range(200)))
        assert await tenant.get(5) == 5
        assert await tenant.get("missing", 7) == 7
        assert await tenant.get_many([1, "missing"]) == [1, None]
        assert await tenant.contains(1)
        assert await tenant.put_if_absent("new", 1)
        assert not await tenant.put_if_absent("new", 2)
        await tenant.put_many({"x": 1, "y": 2})
        assert [await tenant.delete("x"), await tenant.delete("x")] == [True, False]
        assert [key async for key in tenant] == ["new", "y", *range(200)]
        assert [entry async for entry in tenant.range(reverse=True, limit=2)] == [(199, 199), (198, 198)]
        async for key, _ in tenant.range():
            if key == "y":
                break
        batch = env.batch()
        batch.put(users, "b", "k", 1)
        batch.put_if_absent(users, "a", "new", 3)
        with pytest.raises(scoped_lmdb.KeyExistsError):
            await env.submit(batch)
        assert tenant.view.get("new") == 1
        held = len(tenant.view)
        assert [await tenant.clear(), await tenant.clear()] == [held, 0]
        assert not tenant.view

    asyncio.run(main())
    assert users.scope("b").get("k") is None


def test_the_loop_runs_while_one_waits(env, users):
    async def main():
        ticks, tenant = 0, users.async_scope("a")
        with env.write():
            waiting = asyncio.ensure_future(tenant.put("k", 1))
            for _ in range(10):
                await asyncio.sleep(0.001)
                ticks += 1
            assert not waiting.done()
        await waiting
        return ticks

    assert asyncio.run(main()) == 10
    assert users.scope("a")["k"] == 1


def test_who_is_cancelled_leaves_the_write(env, users):
    async def main():
        with env.write():
            waiting = asyncio.ensure_future(users.async_scope("a").put("k", 1))
            await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(main())
    env.flush()
    assert users.scope("a")["k"] == 1


def test_a_loop_that_is_gone(env, users):
    """A result that comes after its loop was closed troubles nobody."""
    held = []

    async def main():
        held.append(env.write())
        task = asyncio.ensure_future(users.async_scope("a").put("k", 1))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(main())
    held.pop().abort()
    env.flush()
    assert users.scope("a")["k"] == 1
