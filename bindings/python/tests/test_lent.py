# Is a value that was not copied read rightly, and does touching it after its transaction say so instead of crashing?

import array
import gc
import itertools

import pytest

import scoped_lmdb

RELEASED = "released memoryview"


@pytest.fixture
def blobs(env):
    blobs = env.bytes_database("blobs")
    blobs.scope("a").update({b"k": bytes(range(200)), b"large": b"x" * 1000000, b"empty": b""})
    return blobs


def test_it_is_the_value(env, blobs):
    with env.read() as txn:
        view = blobs.get_view(txn, "a", b"k")
        assert (view, view.readonly, view.format, len(view)) == (bytes(range(200)), True, "B", 200)
        assert bytes(view[5:7]) == b"\5\6"
        assert blobs.get_view(txn, "a", b"empty") == b""
        assert blobs.get_view(txn, "a", b"large").nbytes == 1000000
        assert blobs.get_view(txn, "a", b"missing") is None
        assert blobs.get_view(txn, "a", b"missing", 5) == 5
        with pytest.raises(TypeError):
            view[0] = 1


def test_after_its_transaction(env, blobs):
    with env.read() as txn:
        view = blobs.get_view(txn, "a", b"k")
    assert not txn.is_open
    for attempt in (lambda: view[0], lambda: bytes(view), lambda: len(view), view.tolist):
        with pytest.raises(ValueError, match=RELEASED):
            attempt()
    view = blobs.get_view(env.read(), "a", b"k")
    with pytest.raises(ValueError, match=RELEASED):
        view[0]
    env.close()


def test_a_part_outlives_its_transaction(env, blobs):
    """A slice cannot be taken back, so it keeps the snapshot: what it shows stays right, and the Env stays open."""
    with env.read() as txn:
        part = blobs.get_view(txn, "a", b"large")[10:20]
        array_of_it = memoryview(blobs.get_view(txn, "a", b"k"))
    with pytest.raises(scoped_lmdb.TxnEndedError):
        txn.abort()
    with pytest.raises((scoped_lmdb.ClosedError, scoped_lmdb.TxnEndedError)):
        blobs.get(txn, "a", b"k")
    blobs.scope("a").clear()
    for number in range(50):
        blobs.scope("b")[b"%d" % number] = b"y" * 50000
    assert part == b"x" * 10
    assert array_of_it[7] == 7
    with pytest.raises(scoped_lmdb.BusyError, match="memoryviews"):
        env.close()
    del part, array_of_it
    env.close()


def test_garbage(env, blobs):
    txn = env.read()
    cycle = [txn, blobs.get_view(txn, "a", b"k"), blobs.get_view(txn, "a", b"k")[1:]]
    cycle.append(cycle)
    del txn, cycle
    gc.collect()
    env.close()
    assert scoped_lmdb.open_handles() == 0


def test_only_of_raw_values_of_readers(env, blobs):
    with env.write() as txn, pytest.raises(scoped_lmdb.InvalidArgumentError, match="read transaction"):
        blobs.get_view(txn, "a", b"k")
    with env.read() as txn, pytest.raises(scoped_lmdb.InvalidArgumentError, match="typed"):
        env.database("users", must_exist=False).get_view(txn, "a", "k")


def test_the_buffer_protocol(env, blobs):
    with env.read() as txn:
        numbers = array.array("B", blobs.get_view(txn, "a", b"k"))
    assert numbers.tolist() == list(range(200))


@pytest.mark.parametrize("order", list(itertools.permutations(range(5))))
def test_its_env_is_closed_whoever_goes_last(tmp_path, order):
    env = scoped_lmdb.open(tmp_path / "another", map_size=1 << 24, durability="no_sync")
    others = env.bytes_database("others")
    others.scope("a")[b"k"] = b"value"
    txn = env.read()
    view = others.get_view(txn, "a", b"k")
    alive = [env, others, txn, view, memoryview(view)[1:]]
    del env, others, txn, view
    for index in order:
        alive[index] = None
    gc.collect()
    assert scoped_lmdb.open_handles() == 0
