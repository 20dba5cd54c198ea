# Does a range give exactly its own entries, in order, in every direction, also while they change?

import itertools

import pytest

import scoped_lmdb

LAYOUTS = ["ordered", "heed"]
# The order of unsigned bytes; in layout heed LMDB's own order is another, by length first.
ORDERED_KEYS = [b"\0", b"a", b"aa", b"ab" * 100, b"b", b"c" * 256, b"d", b"\x7f", b"\x80", b"\xff", b"\xff\xff"]


@pytest.fixture(params=LAYOUTS)
def blobs(request, env):
    with env.bytes_database("blobs", layout=request.param) as blobs:
        yield blobs


@pytest.fixture
def numbers(env):
    numbers = env.database("numbers")
    with env.write() as txn:
        for number in range(1000):
            numbers.put(txn, "a", number, str(number))
    return numbers


def keys(entries):
    return [key for key, _ in entries]


@pytest.mark.parametrize("scope", ["tenant1", None])
def test_byte_order(env, blobs, scope):
    with env.write() as txn:
        for key in reversed(ORDERED_KEYS):
            blobs.put(txn, scope, key, key)
            blobs.put(txn, "other", key, b"other")
    with env.read() as txn:
        assert list(blobs.range(txn, scope)) == [(key, key) for key in ORDERED_KEYS]
        assert keys(blobs.range(txn, scope, reverse=True)) == ORDERED_KEYS[::-1]


@pytest.mark.parametrize("scope", ["tenant1", None])
def test_every_bound(env, blobs, scope):
    with env.write() as txn:
        for key in ORDERED_KEYS[1::2]:
            blobs.put(txn, scope, key, key)
        blobs.put(txn, "other", b"a", b"other")
    stored = ORDERED_KEYS[1::2]
    with env.read() as txn:
        for start, end in itertools.product(ORDERED_KEYS, repeat=2):
            for first, last, reverse in itertools.product((False, True), repeat=3):
                bounds = {"include_start": first, "include_end": last, "reverse": reverse}
                found = keys(blobs.range(txn, scope, start=start, end=end, **bounds))
                above = [key for key in stored if key > start or (first and key == start)]
                wanted = [key for key in above if key < end or (last and key == end)]
                assert found == (wanted[::-1] if reverse else wanted), (start, end, bounds)
        for bound, reverse in itertools.product(ORDERED_KEYS, (False, True)):
            order = -1 if reverse else 1
            found = keys(blobs.range(txn, scope, start=bound, reverse=reverse))
            assert found == [key for key in stored if key >= bound][::order]
            found = keys(blobs.range(txn, scope, end=bound, reverse=reverse))
            assert found == [key for key in stored if key < bound][::order]


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_and_limits(env, numbers, reverse):
    wanted = list(range(1000))[:: -1 if reverse else 1]
    with env.read() as txn:
        assert keys(numbers.range(txn, "a", reverse=reverse)) == wanted
        for limit in (0, 1, 15, 16, 17, 48, 100, 999, 1000, 1001, 2**63):
            assert keys(numbers.range(txn, "a", reverse=reverse, limit=limit)) == wanted[:limit]
        assert keys(numbers.range(txn, "a", start=990, limit=5, reverse=reverse)) == (
            [999, 998, 997, 996, 995] if reverse else [990, 991, 992, 993, 994]
        )
        assert list(numbers.range(txn, "a", limit=1, reverse=reverse)) == [(wanted[0], str(wanted[0]))]


@pytest.mark.parametrize("limit", [-1, 2**64, 1.5, "1", True])
def test_no_limit(env, numbers, limit):
    with env.read() as txn, pytest.raises(scoped_lmdb.InvalidArgumentError):
        numbers.range(txn, "a", limit=limit)


def test_large_values_among_small_ones(env):
    blobs = env.bytes_database("blobs")
    lengths = [1, 5000, 10, 300000, 20, 70000, *([3] * 200), 1000000, 4, 4096]
    with env.write() as txn:
        for number, length in enumerate(lengths):
            blobs.put(txn, "a", number.to_bytes(4, "big"), bytes(length))
    with env.read() as txn:
        assert [len(value) for _, value in blobs.range(txn, "a")] == lengths
        assert [len(value) for _, value in blobs.range(txn, "a", reverse=True)] == lengths[::-1]


def test_none_is_a_bound(env):
    typed = env.database("typed")
    order = [
        None,
        b"",
        b"a",
        "",
        "a",
        (),
        (None,),
        ("a",),
        ("a", 1),
        ("b",),
        -1,
        0,
        2**64 - 1,
        -0.5,
        -0.0,
        0.0,
        False,
        True,
    ]
    with env.write() as txn:
        for key in reversed(order):
            typed.put(txn, "a", key, None)
    with env.read() as txn:
        assert repr(keys(typed.range(txn, "a"))) == repr(order)
        assert repr(keys(typed.range(txn, "a", start=None))) == repr(order)
        assert keys(typed.range(txn, "a", start=None, include_start=False)) == order[1:]
        assert keys(typed.range(txn, "a", end=None)) == []
        assert keys(typed.range(txn, "a", end=None, include_end=True)) == [None]
        assert keys(typed.range(txn, "a", start=("a",), end=("b",))) == [("a",), ("a", 1)]


@pytest.mark.parametrize("step", [1, 2, 3, 50])
@pytest.mark.parametrize("reverse", [False, True])
def test_deleting_while_iterating(env, numbers, step, reverse):
    with env.write() as txn:
        seen = []
        for key, _ in numbers.range(txn, "a", reverse=reverse):
            seen.append(key)
            if key % step == 0:
                assert numbers.delete(txn, "a", key)
        assert seen == list(range(1000))[:: -1 if reverse else 1]
        assert keys(numbers.range(txn, "a")) == [key for key in range(1000) if key % step]


def test_what_is_ahead_changes(env, numbers):
    with env.write() as txn:
        entries = numbers.range(txn, "a", limit=6)
        assert next(entries) == (0, "0")
        numbers.delete(txn, "a", 1)
        numbers.put(txn, "a", 2, "changed")
        assert next(entries) == (2, "changed")
        numbers.put(txn, "a", 3, "changed too")
        numbers.put(txn, "b", 3, "another scope")
        assert [next(entries), next(entries)] == [(3, "changed too"), (4, "4")]
        numbers.clear(txn, "b")
        assert list(entries) == [(5, "5"), (6, "6")]
        entries = numbers.range(txn, "a", start=500)
        assert next(entries) == (500, "500")
        assert numbers.clear(txn, "a") == 999
        assert list(entries) == []
        entries = numbers.range(txn, "a")
        numbers.put(txn, "a", 1, "new")
        assert list(entries) == [(1, "new")]


def test_past_its_transaction(env, numbers):
    with env.read() as txn:
        entries, untouched = numbers.range(txn, "a"), numbers.range(txn, "a")
        assert next(entries) == (0, "0")
    with pytest.raises(scoped_lmdb.Error) as raised:
        next(entries)
    assert isinstance(raised.value, (scoped_lmdb.TxnEndedError, scoped_lmdb.ClosedError))
    with pytest.raises((scoped_lmdb.TxnEndedError, scoped_lmdb.ClosedError)):
        next(untouched)
    assert list(entries) == []
    with env.write() as txn:
        entries = numbers.range(txn, "a")
        next(entries)
        txn.commit()
        with pytest.raises((scoped_lmdb.TxnEndedError, scoped_lmdb.ClosedError)):
            next(entries)


def test_left_in_the_middle(env, numbers):
    with env.read() as txn:
        for _ in range(100):
            entries = numbers.range(txn, "a")
            next(entries)
        entries.close()
        assert scoped_lmdb.open_handles() == 3 + 1  # the Env, the Database, the transaction, and scope "a"


def test_two_at_once(env, numbers):
    with env.read() as txn:
        up, down = numbers.range(txn, "a"), numbers.range(txn, "a", reverse=True)
        assert [(left[0], right[0]) for left, right in zip(up, down)] == [(n, 999 - n) for n in range(1000)]


def test_bad_arguments_are_said_at_the_call(env, numbers):
    with env.read() as txn:
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            numbers.range(txn, "a", start={1, 2})
        with pytest.raises(scoped_lmdb.EmptyScopeError):
            numbers.range(txn, "")
