# Does maintenance tell of its progress, and end early and cleanly when told to, in any thread and at any time?

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest

import scoped_lmdb
from scoped_lmdb import _work


def run(program, folder):
    variables = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(scoped_lmdb.__file__))}
    done = subprocess.run(
        [sys.executable, "-c", program, folder], env=variables, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def is_empty(env):
    return env.scopes() == [] and all(database.entries == 0 for database in env.databases())


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


@pytest.fixture
def heard():
    """SIGINT as a terminal has it: a job in the background is born deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
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


@pytest.mark.usefixtures("heard")
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


def test_not_within_a_write_transaction(large, other, tmp_path):
    large.export(tmp_path / "file")
    with large.write():
        with pytest.raises(scoped_lmdb.NestedError):
            large.import_file(tmp_path / "file", existing="skip")
        with pytest.raises(scoped_lmdb.NestedError):
            large.drop_scope("large", entries_per_transaction=5)
        with pytest.raises(scoped_lmdb.NestedError):
            other.copy_scope(None, large, into="x")
    with large.read():
        assert large.measure().entries


def test_threads_at_once(large, tmp_path):
    wanted = large.measure()
    failed = []

    def look(number):
        try:
            assert large.measure(progress=lambda *_: None) == wanted
            assert large.verify().sound
            large.backup(tmp_path / f"copy{number}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_closed(large, other, tmp_path):
    large.close()
    for attempt in (
        large.measure,
        large.verify,
        large.readers,
        large.clear_readers,
        lambda: large.backup(tmp_path / "copy"),
        lambda: large.export(tmp_path / "file"),
        lambda: large.import_file(tmp_path / "file"),
        lambda: large.copy_scope("large", other),
        lambda: other.copy_scope("large", large),
        lambda: large.move_scope("large", other),
        lambda: large.drop_scope("large", entries_per_transaction=1),
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

    follower = Follower()
    reference = weakref.ref(follower)
    gc.disable()
    try:
        large.measure(progress=follower)
        del follower
        assert reference() is None
    finally:
        gc.enable()
