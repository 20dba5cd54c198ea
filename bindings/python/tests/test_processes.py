# Do processes share one Env, is a forked child told instead of hung, and does every exit come to its end?

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import scoped_lmdb

BEGIN = """
import gc, os, signal, sys, threading, time
import scoped_lmdb
env = scoped_lmdb.open(sys.argv[1], map_size=1 << 24, durability="no_sync")
users = env.database("users")
tenant = users.scope("a")
tenant["k"] = 1
"""

FORK = (
    BEGIN
    + """
txn, entries = env.read(), tenant.range()
next(entries)
writing = env.write()
child = os.fork()
if child == 0:
    signal.alarm(30)
    attempts = [
        env.read, env.write, env.close, env.scopes, env.prune_scopes, txn.close, writing.commit, writing.abort,
        users.close,
        lambda: env.grow(1 << 30), lambda: env.database("other"), lambda: users.get(txn, "a", "k"),
        lambda: users.put(writing, "a", "k", 2), lambda: users.delete(writing, "a", "k"), lambda: users.range(txn, "a"),
        lambda: users.clear(writing, "a"), lambda: tenant["k"], lambda: "k" in tenant, lambda: list(tenant),
        lambda: scoped_lmdb.Scope("new"), lambda: users.scope("new"), lambda: scoped_lmdb.open(sys.argv[1]),
        lambda: env.__exit__(None, None, None), lambda: writing.__exit__(None, None, None),
    ]
    for attempt in attempts:
        try:
            attempt()
        except scoped_lmdb.ForkedError as error:
            assert error.code == 27 and "fork" in str(error), error
        else:
            raise AssertionError(attempt)
    assert scoped_lmdb.open_handles() == 0
    import warnings
    warnings.simplefilter("ignore")
    del entries, txn, writing, attempts, attempt
    gc.collect()
    del tenant, users, env
    gc.collect()
    print("child done", flush=True)
    sys.exit(7)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
writing.commit()
entries.close()
txn.close()
assert tenant["k"] == 1
env.close()
assert scoped_lmdb.open_handles() == 0
print("parent done")
"""
)


def run(code, *arguments, timeout=120):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=timeout
    )
    return done.returncode, done.stdout, done.stderr


def count(folder, name, rounds):
    """Adds to one counter, as often as asked: run in processes of its own."""
    with scoped_lmdb.open(folder, map_size=1 << 24, durability="no_sync") as env:
        users = env.database("users")
        for _ in range(rounds):
            with env.write() as txn:
                users.put(txn, "shared", "counter", users.get(txn, "shared", "counter", 0) + 1)
                users.put(txn, name, users.get(txn, "shared", "counter"), name)


def child_of_fork(folder):
    count(folder, "forked", 5)


def test_several_processes(tmp_path):
    context = multiprocessing.get_context("spawn")
    names = ["a", "b", "c"]
    workers = [context.Process(target=count, args=(str(tmp_path), name, 50)) for name in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
        assert worker.exitcode == 0
    with scoped_lmdb.open(tmp_path, read_only=True) as env:
        users = env.database("users")
        with env.read() as txn:
            assert users.get(txn, "shared", "counter") == 150
            numbers = [number for name in names for number, _ in users.range(txn, name)]
            assert sorted(numbers) == list(range(1, 151))
            for name in names:
                assert {value for _, value in users.range(txn, name)} == {name}


def test_a_registry_that_another_process_changed(tmp_path):
    with scoped_lmdb.open(tmp_path, map_size=1 << 24, durability="no_sync") as env:
        users = env.database("users")
        users.scope("a")["k"] = "old"
        code = BEGIN + 'tenant.clear(); env.prune_scopes(); users.scope("b")["k"] = "b"; tenant["k"] = "new"'
        with env.read() as txn:
            assert users.get(txn, "a", "k") == "old"
            assert run(code, tmp_path) == (0, "", "")
            assert users.get(txn, "a", "k") == "old"
            assert users.get(txn, "b", "k") is None
        assert users.scope("a")["k"] == "new"
        assert users.scope("b")["k"] == "b"


def test_fork(tmp_path):
    code, printed, complaints = run(FORK, tmp_path)
    assert (code, printed) == (0, "child done\nparent done\n"), complaints


def test_a_forked_child_leaves_its_blocks_by_the_exit_it_chose(tmp_path):
    code = """
import os, sys, warnings
import scoped_lmdb
warnings.simplefilter("ignore")  # Python 3.12 warns of any fork in a process with threads
with scoped_lmdb.open(sys.argv[1]) as env, env.database("users") as users, scoped_lmdb.Scope("a") as scope:
    with env.write() as writing, env.read() as reading:
        child = os.fork()
        if child == 0:
            sys.exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
        users.put(writing, scope, "k", 1)
    assert users.scope(scope)["k"] == 1
"""
    assert run(code, tmp_path) == (0, "", "")


def test_fork_before_the_first_use(tmp_path):
    """The library is not loaded by the import, so that a server may fork its workers after it."""
    code = """
import os, sys
import scoped_lmdb
children = []
for number in range(3):
    children.append(os.fork())
    if children[-1] == 0:
        with scoped_lmdb.open(sys.argv[1], map_size=1 << 24) as env:
            env.database("users").scope("a")[number] = os.getpid()
        os._exit(0)
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
with scoped_lmdb.open(sys.argv[1], map_size=1 << 24) as env:
    assert list(env.database("users").scope("a").range()) == list(enumerate(children))
"""
    assert run(code, tmp_path) == (0, "", "")


def test_exit_with_everything_open(tmp_path):
    code = BEGIN + "txn = env.read(); entries = tenant.range(); next(entries); print('end')"
    assert run(code, tmp_path) == (0, "end\n", "")


def test_exit_with_an_open_write_transaction(tmp_path):
    code = BEGIN + "txn = env.write(); users.put(txn, 'a', 'lost', 1); print('end')"
    assert run(code, tmp_path) == (0, "end\n", "")
    with scoped_lmdb.open(tmp_path, map_size=1 << 24, durability="no_sync") as env:
        assert list(env.database("users").scope("a")) == ["k"]


def test_exit_while_a_thread_works(tmp_path):
    code = (
        BEGIN
        + """
def work():
    while True:
        tenant["n"] = 1
        list(tenant)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
print("end")
"""
    )
    assert run(code, tmp_path)[:2] == (0, "end\n")


def interrupt(process):
    """Presses Ctrl-C until the process ends, and returns what it printed.

    More than once, since Python drops what a signal raises while a destructor runs, and this loop runs many.
    """
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=10)[0]
        except subprocess.TimeoutExpired:
            pass
    raise AssertionError("Ctrl-C did not end it")


def test_keyboard_interrupt(tmp_path):
    code = (
        BEGIN
        + """
# A shell that runs the tests in the background has them ignore this signal, and Python then installs no handler.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print("ready", flush=True)
    while True:
        tenant["n"] = 1
        list(tenant.range())
except KeyboardInterrupt:
    print("interrupted")
tenant["n"] = 2
env.close()
assert scoped_lmdb.open_handles() == 0
"""
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        printed = interrupt(process)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    assert (process.returncode, printed) == (0, "interrupted\n")


def test_a_killed_writer_holds_up_nobody(tmp_path):
    code = BEGIN + "txn = env.write(); users.put(txn, 'a', 'k', 2); os.kill(os.getpid(), signal.SIGKILL)"
    assert run(code, tmp_path)[0] == -signal.SIGKILL
    with scoped_lmdb.open(tmp_path, map_size=1 << 24, durability="no_sync") as env:
        tenant = env.database("users").scope("a")
        assert tenant["k"] == 1
        tenant["k"] = 3
        assert tenant["k"] == 3


def test_mode(tmp_path):
    with scoped_lmdb.open(tmp_path / "env", mode=0o600):
        assert os.stat(tmp_path / "env" / "data.mdb").st_mode & 0o777 == 0o600


def test_a_thread_that_ends_with_a_write_transaction_holds_up_nobody(tmp_path):
    code = (
        BEGIN
        + """
kept = []
def begin():
    kept.append(env.write())
    users.put(kept[0], "a", "lost", 1)
thread = threading.Thread(target=begin)
thread.start()
thread.join()
tenant["l"] = 1
assert list(tenant) == ["k", "l"]
try:
    kept[0].commit()
except scoped_lmdb.Error:
    pass
else:
    raise AssertionError("it was lost and it was committed")
# The others may write as soon as the transaction is aborted. For a moment its thread, which has ended for Python, is
# still inside of that call, as a call of any other thread would be.
def soon(close):
    for _ in range(1000):
        try:
            return close()
        except (scoped_lmdb.InUseError, scoped_lmdb.BusyError):
            time.sleep(0.01)
    close()
soon(kept[0].close)
soon(env.close)
"""
    )
    assert run(code, tmp_path, timeout=60) == (0, "", "")


def test_exceptions_of_signal_handlers_lose_nothing(tmp_path):
    """Wherever one strikes, be it in an `__exit__` or a finalizer: no transaction stays open, and no handle."""
    code = (
        BEGIN
        + """
import random, warnings
warnings.simplefilter("ignore")
class Stop(Exception):
    pass
def strike(*_):
    global armed
    if armed:
        armed = False
        raise Stop
signal.signal(signal.SIGALRM, strike)
def work():
    number = 0
    while armed:
        number += 1
        tenant[number % 50] = number
        with env.read() as txn:
            users.get(txn, f"tenant{number % 700}", number)
            list(users.range(txn, "a", limit=5))
        with env.write() as txn:
            for key, _ in users.range(txn, "a", limit=3):
                users.delete(txn, "a", key)
        number in tenant, env.scopes(), next(tenant.range(), None)
until, strikes = time.monotonic() + 2, 0
while time.monotonic() < until:
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00001, 0.003))
        work()
    except Stop:
        strikes += 1
tenant["end"] = 1
env.close()
gc.collect()
assert scoped_lmdb.open_handles() == 0
assert strikes > 10
print("end")
"""
    )
    # Python itself reports an exception that struck in a finalizer, on stderr.
    assert run(code, tmp_path)[:2] == (0, "end\n")
