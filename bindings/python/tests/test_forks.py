# Does every usual way to have several processes work, or say what to do instead?

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

import scoped_lmdb


def add(env, name, rounds):
    """A worker that was given an Env."""
    with env.database("users") as users:
        for number in range(rounds):
            users.scope(name)[number] = os.getpid()
    env.close()
    return name


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_multiprocessing(env, method):
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=add, args=(env, f"tenant{number}", 5)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
        assert worker.exitcode == 0
    users = env.database("users")
    for number in range(3):
        assert list(users.scope(f"tenant{number}")) == list(range(5))


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_pool_of_processes(env, method):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        names = list(pool.map(add, [env] * 4, [f"tenant{number}" for number in range(4)], [3] * 4))
    assert [scope.name for scope in env.scopes()] == names


def test_multiprocessing_by_fork_after_use_says_what_to_do(tmp_path):
    code = """
import multiprocessing, sys, warnings
import scoped_lmdb
warnings.simplefilter("ignore")
env = scoped_lmdb.open(sys.argv[1], map_size=1 << 24)
tenant = env.database("users").scope("a")
def work(queue):
    try:
        tenant["k"] = 1
    except scoped_lmdb.ForkedError as error:
        queue.put((error.code, str(error)))
context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
worker = context.Process(target=work, args=(queue,))
worker.start()
code, message = queue.get()
worker.join(60)
assert worker.exitcode == 0 and code == 27, (worker.exitcode, code)
assert "fork" in message and "spawn" in message, message
tenant["k"] = 2
assert env.close() is None
"""
    run(code, tmp_path)


def test_multiprocessing_by_fork_before_use(tmp_path):
    code = """
import multiprocessing, sys
import scoped_lmdb
def work(number):
    with scoped_lmdb.open(sys.argv[1], map_size=1 << 24) as env:
        env.database("users").scope("a")[number] = number
context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, args=(number,)) for number in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join(60)
assert [worker.exitcode for worker in workers] == [0] * 4
with scoped_lmdb.open(sys.argv[1], map_size=1 << 24) as env:
    assert list(env.database("users").scope("a")) == [0, 1, 2, 3]
"""
    run(code, tmp_path)


def test_a_server_that_forks_its_workers_first(tmp_path):
    """As gunicorn does: the application is imported, the workers forked, each opens the Env at its first request."""
    code = """
import functools, os, socket, sys
import scoped_lmdb

@functools.lru_cache(maxsize=None)
def hits():
    return scoped_lmdb.open(sys.argv[1], map_size=1 << 24).database("hits").scope("acme")

def serve(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            if not connection.recv(1):
                os._exit(1)
            with hits().database.env.write() as txn:
                counted = hits().within(txn)
                counted["hits"] = counted.get("hits", 0) + 1
            connection.sendall(b"ok")

listener = socket.create_server(("127.0.0.1", 0))
workers = []
for _ in range(3):
    workers.append(os.fork())
    if workers[-1] == 0:
        serve(listener)
for _ in range(60):
    with socket.create_connection(listener.getsockname()) as connection:
        connection.sendall(b"x")
        assert connection.recv(2) == b"ok"
for worker in workers:
    os.kill(worker, 9)
    os.waitpid(worker, 0)
assert hits()["hits"] == 60
"""
    run(code, tmp_path)


def test_batches_in_a_forked_child(tmp_path):
    code = """
import asyncio, os, sys, warnings
import scoped_lmdb
warnings.simplefilter("ignore")
env = scoped_lmdb.open(sys.argv[1], map_size=1 << 24)
users = env.database("users")
with env.batch() as batch:
    batch.put(users, "a", "k", 1)
waiting = env.batch()
child = os.fork()
if child == 0:
    attempts = [env.batch, env.flush, waiting.submit, waiting.apply, waiting.close, env.info, env.databases]
    attempts += [lambda: waiting.put(users, "a", "k", 2), lambda: env.scope_id("a")]
    attempts += [lambda: asyncio.run(users.async_scope("a").put("k", 2))]
    for attempt in attempts:
        try:
            attempt()
        except scoped_lmdb.ForkedError:
            continue
        raise AssertionError(attempt)
    sys.exit(3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
waiting.put(users, "a", "l", 1)
waiting.submit().result(60)
assert list(users.scope("a")) == ["k", "l"]
"""
    run(code, tmp_path)


def test_stale_readers_of_killed_processes_hold_up_nobody(tmp_path):
    code = """
import os, sys
import scoped_lmdb
env = scoped_lmdb.open(sys.argv[1], map_size=1 << 24, max_readers=3)
env.database("users").scope("a")["k"] = 1
txn = env.read()
print(txn.is_open, flush=True)
os.kill(os.getpid(), 9)
"""
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (-9, "True\n"), done.stderr
    with scoped_lmdb.open(tmp_path, map_size=1 << 24) as env:
        assert env.database("users").scope("a")["k"] == 1
