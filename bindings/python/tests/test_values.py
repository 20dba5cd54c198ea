# Do values of every MessagePack type come back equal, and do keys of every type keep Python's order?

import datetime
import math
import tempfile

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scoped_lmdb

integers = st.integers(-(2**63), 2**64 - 1)
extensions = st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=20))
stamps = st.builds(msgpack.Timestamp, st.integers(-(2**63), 2**63 - 1), st.integers(0, 999_999_999))
leaves = st.none() | st.booleans() | integers | st.floats() | st.text() | st.binary() | extensions | stamps
map_keys = st.text() | st.binary() | integers | st.booleans() | st.none()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(map_keys, inner), max_leaves=30)
moments = st.datetimes(
    datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.just(datetime.timezone.utc)
)
QUICK = settings(deadline=None, max_examples=200, database=None, suppress_health_check=list(HealthCheck))
# Of one type, so that Python can compare them. Texts are compared as their UTF-8, which is the order of code points.
ordered = [
    st.text(max_size=5),
    st.binary(max_size=5),
    integers,
    st.integers(-300, 300),
    st.floats(allow_nan=False),
    st.tuples(st.text(max_size=2), integers),
    st.tuples(st.binary(max_size=2), st.tuples(integers, st.text(max_size=2))),
]


@pytest.fixture(scope="module")
def opened():
    with (
        tempfile.TemporaryDirectory() as folder,
        scoped_lmdb.open(folder, map_size=1 << 28, durability="no_sync") as env,
    ):
        yield env


@pytest.fixture(autouse=True)
def _all_closed():
    """The Env of this file is open over all of its tests."""


def alike(left, right):
    """Equality that knows types, signs and NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (left == right and math.copysign(1, left) == math.copysign(1, right)) or (
            left != left and right != right
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict):
        return alike(list(left), list(right)) and all(alike(left[key], right[key]) for key in left)
    return left == right


@QUICK
@given(value=values)
def test_values_come_back_equal(opened, value):
    with opened.database("values") as database, opened.write() as txn:
        database.put(txn, "a", "one", value)
        database.put_many(txn, "a", {"two": value})
        assert alike(database.get(txn, "a", "one"), value)
        assert all(alike(found, value) for found in database.get_many(txn, "a", ["one", "two"]))
        assert all(alike(found, value) for found in database.values(txn, "a"))


@QUICK
@given(moment=moments)
def test_moments_come_back_equal(opened, moment):
    with opened.database("moments", datetime=True) as database, opened.write() as txn:
        database.put(txn, "a", "k", [moment])
        assert database.get(txn, "a", "k") == [moment]


@QUICK
@given(entries=st.sampled_from(ordered).flatmap(lambda keys: st.lists(keys, unique=True, max_size=20)))
def test_keys_keep_pythons_order(opened, entries):
    with opened.database("keys") as database, opened.write() as txn:
        database.clear(txn, "a")
        database.put_many(txn, "a", ((key, None) for key in entries))
        wanted = sorted(entries, key=lambda key: (key, math.copysign(1, key)) if isinstance(key, float) else key)
        assert list(database.keys(txn, "a")) == wanted
        assert list(database.keys(txn, "a", reverse=True)) == wanted[::-1]
