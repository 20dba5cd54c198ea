# Does every operation on entries do what a dict, sorted by key, would do, in the three kinds of databases?

import pickle
import random
from datetime import datetime, timedelta, timezone

import msgpack
import pytest

import scoped_lmdb

RAW = [b"a", b"ab", b"b", b"c", b"d"]
KINDS = {
    "typed": (lambda env: env.database("db"), ["a", "ab", "b", ("b", 1), 7], [1, {"x": [None]}, "text", b"", None]),
    "bytes_key": (lambda env: env.bytes_key_database("db"), RAW, [1, {}, "x", b"", None]),
    "bytes": (
        lambda env: env.bytes_database("db"),
        [b"a", b"ab", b"b", b"c", b"d"],
        [b"1", b"", b"\0", b"x" * 5000, b"2"],
    ),
    "heed": (
        lambda env: env.bytes_database("db", layout="heed"),
        [b"a", b"ab", b"b", b"c", b"d"],
        [b"1", b"", b"3", b"4", b"5"],
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(params=["tenant1", None])
def scope(request):
    return request.param


def test_single_entries(env, kind, scope):
    db, (key, other, *_), (value, second, third, *_) = kind[0](env), *kind[1:]
    with env.write() as txn:
        assert not db.contains(txn, scope, key)
        assert db.put_if_absent(txn, scope, key, value)
        assert not db.put_if_absent(txn, scope, key, second)
        assert db.contains(txn, scope, key)
        assert db.replace(txn, scope, key, second) == value
        assert db.replace(txn, scope, other, value, default="none") == "none"
        assert db.replace(txn, scope, other, second) == value
        assert db.compare_and_swap(txn, scope, key, second, third)
        assert not db.compare_and_swap(txn, scope, key, second, value)
        assert db.get(txn, scope, key) == third
        assert not db.compare_and_swap(txn, scope, kind[1][2], value, value)
        assert db.pop(txn, scope, key) == third
        assert db.pop(txn, scope, key, None) is None
        with pytest.raises(KeyError, match="no entry"):
            db.pop(txn, scope, key)
        with pytest.raises(scoped_lmdb.NotFoundError):
            db.pop(txn, "never registered", key)
        assert list(db.keys(txn, scope)) == [other]


def test_many(env, kind, scope):
    db, keys, values = kind[0](env), *kind[1:]
    entries = dict(zip(keys, values))
    with env.write() as txn:
        assert db.is_empty(txn, scope)
        assert db.put_many(txn, scope, entries) == len(entries)
        assert db.put_many(txn, "other", iter(entries.items())) == len(entries)
        assert db.put_many(txn, "other", []) == 0
        assert db.get_many(txn, scope, keys) == values
        missing = db.get_many(txn, scope, [keys[0], keys[0] * 3, keys[1]] if keys[0] != 7 else keys, "none")
        assert missing == [values[0], "none", values[1]]
        assert db.get_many(txn, scope, ()) == []
        assert db.get_many(txn, "never registered", keys) == [None] * len(keys)
        found = list(db.range(txn, scope))
        assert dict(found) == entries
        assert list(db.keys(txn, scope)) == [key for key, _ in found]
        assert list(db.values(txn, scope)) == [value for _, value in found]
        assert list(db.values(txn, scope, reverse=True, limit=2)) == [value for _, value in found[::-1][:2]]
        assert db.count(txn, scope) == len(entries)
        assert not db.is_empty(txn, scope)
        stats = db.stats(txn, scope)
        assert stats.entries == len(entries)
        assert stats.key_bytes > 0
    with env.read() as txn:
        assert list(db.values(txn, scope)) == [value for _, value in found]
        assert db.get_many(txn, scope, keys) == values


def test_places(env, kind, scope):
    db, keys, values = kind[0](env), *kind[1:]
    with env.write() as txn:
        assert db.first(txn, scope) is db.last(txn, scope) is None
        db.put_many(txn, scope, zip(keys, values))
        entries = list(db.range(txn, scope))
        assert db.first(txn, scope) == entries[0]
        assert db.last(txn, scope) == entries[-1]
        for at, (key, _) in enumerate(entries):
            after = entries[at + 1] if at + 1 < len(entries) else None
            before = entries[at - 1] if at else None
            assert db.at_or_after(txn, scope, key) == db.at_or_before(txn, scope, key) == entries[at]
            assert db.after(txn, scope, key) == after
            assert db.before(txn, scope, key) == before
            value = db.pop(txn, scope, key)
            assert db.at_or_after(txn, scope, key) == after
            assert db.at_or_before(txn, scope, key) == before
            db.put(txn, scope, key, value)


def test_prefixes_and_ranges_are_deleted(env, kind, scope):
    db, keys, values = kind[0](env), *kind[1:]
    with env.write() as txn:
        db.put_many(txn, scope, zip(keys, values))
        db.put_many(txn, "other", zip(keys, values))
        assert [key for key, _ in db.prefix(txn, scope, keys[0])] == keys[:2]
        assert list(db.keys(txn, scope, prefix=keys[0], reverse=True)) == keys[1::-1]
        assert db.count(txn, scope, prefix=keys[0]) == 2
        assert db.count(txn, scope, start=keys[1], end=keys[2], include_end=True) == 2
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            db.range(txn, scope, prefix=keys[0], start=keys[0])
        assert db.delete_range(txn, scope, prefix=keys[0]) == 2
        assert db.delete_range(txn, scope, start=keys[2], include_start=False) == len(keys) - 3
        assert list(db.keys(txn, scope)) == [keys[2]]
        assert db.count(txn, "other") == len(keys)


def test_a_tuple_is_a_prefix_by_its_elements(env):
    users = env.database("users")
    with env.write() as txn:
        users.put_many(txn, "a", {("eu", 1): 1, ("eu", 2): 2, ("eux", 1): 3, ("us",): 4, "eu": 5})
        assert list(users.prefix(txn, "a", ("eu",))) == [(("eu", 1), 1), (("eu", 2), 2)]


@pytest.mark.parametrize("walk", ["range", "keys", "values"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("limit", [None, 300])
def test_walks_go_on_after_writes(env, walk, reverse, limit):
    """Entries that are deleted, changed and put while a walk is at them, in a range that is a prefix."""
    blobs = env.bytes_database("blobs")
    names = [b"k%03d" % number for number in range(500)]
    with env.write() as txn:
        blobs.put_many(txn, "a", ((name, name) for name in names))
        blobs.put_many(txn, "a", {b"a": b"before", b"z": b"after"})
        seen = []
        for number, found in enumerate(getattr(blobs, walk)(txn, "a", prefix=b"k", reverse=reverse, limit=limit)):
            name = found[0] if walk == "range" else found
            seen.append(name)
            if number % 3 == 0:
                blobs.delete(txn, "a", name)
            if number % 7 == 0:
                blobs.put(txn, "b", name, name)
        assert seen == (names[::-1] if reverse else names)[:limit]


def test_a_walk_sees_what_is_put_behind_its_end(env):
    numbers = env.database("numbers")
    with env.write() as txn:
        numbers.put(txn, "a", 0, None)
        for key in numbers.keys(txn, "a"):
            if key < 100:
                numbers.put(txn, "a", key + 1, None)
        assert list(numbers.keys(txn, "a")) == list(range(101))


def test_entries_that_are_none(env):
    users, blobs = env.database("users"), env.bytes_database("blobs")
    with env.write() as txn:
        for wrong in ([("a", 1, 2)], [("a",)], [("a", 1), ("b",)]):
            with pytest.raises(scoped_lmdb.InvalidArgumentError, match="an entry is a key and a value"):
                users.put_many(txn, "a", wrong)
        for wrong in ([1], [("a", 1), None]):
            with pytest.raises(scoped_lmdb.InvalidArgumentError, match="an entry is a key and a value, not this"):
                users.put_many(txn, "a", wrong)
        with pytest.raises(scoped_lmdb.InvalidValueError, match="object"):
            users.put_many(txn, "a", {"a": 1, "b": object()})
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            users.put_many(txn, "a", {"a": 1, object(): 2})
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            blobs.put_many(txn, "a", {b"a": b"1", "b": b"2"})
        with pytest.raises(scoped_lmdb.InvalidValueError):
            blobs.put_many(txn, "a", {b"a": b"1", b"b": 2})
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            blobs.get_many(txn, "a", [b"a", "b"])
        for wrong in ([(b"a", b"1"), {}], [(b"a", b"1"), ()], [[b"a", b"1", b""]]):
            with pytest.raises(scoped_lmdb.InvalidArgumentError, match="an entry is a key and a value"):
                blobs.put_many(txn, "a", wrong)
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            blobs.put_many(txn, "a", [(b"a", b"1"), ("b", b"2")])
        with pytest.raises(scoped_lmdb.EmptyKeyError):
            blobs.put_many(txn, "a", {b"": b""})
        assert users.is_empty(txn, "a")
        assert blobs.is_empty(txn, "a")
        assert blobs.put_many(txn, "b", [iter((b"a", b"1")), [b"b", b"2"]]) == 2
        mixed = [(bytearray(b"a"), memoryview(b"1")), (memoryview(b"b.b.")[::2], b"2"), (b"c", bytearray())]
        assert blobs.put_many(txn, "a", mixed) == 3
        assert blobs.get_many(txn, "a", [bytearray(b"a"), memoryview(b"bb"), b"c"]) == [b"1", b"2", b""]


def test_put_many_in_no_order(env):
    """What comes in any order, in many pages, some of it twice, is as single puts in that order leave it."""
    users, blobs = env.database("users"), env.bytes_database("blobs")
    at_random = random.Random(5)
    entries = [(at_random.randrange(9000), number) for number in range(30000)]
    expected = dict(entries)
    raw = [(b"%d" % key, b"%d" % value) for key, value in entries]
    with env.write() as txn:
        assert users.put_many(txn, "a", entries) == users.put_many(txn, "b", map(list, entries)) == 30000
        assert blobs.put_many(txn, "a", raw) == blobs.put_many(txn, "b", iter(raw)) == 30000
        for scope in "ab":
            assert list(users.range(txn, scope)) == sorted(expected.items())
            assert list(blobs.range(txn, scope)) == sorted(dict(raw).items())
        assert blobs.put_many(txn, "c", [(key, value * 1000) for key, value in raw]) == 30000
        assert blobs.count(txn, "c") == len(expected)


def test_gets_in_turns(env):
    """A get goes by its own transaction, database and scope, whichever the one before had, open or not."""
    places = [(env.bytes_database(name), scope) for name in ("one", "two") for scope in ("a", "b", None)]
    with env.write() as txn:
        for number, (database, scope) in enumerate(places):
            database.put(txn, scope, b"k", b"%d" % number)
            database.put(txn, scope, b"large", b"%d" % number * 5000)
    before = env.read()
    with env.write() as txn:
        for database, scope in places:
            database.put(txn, scope, b"k", b"later")
        assert places[0][0].get(before, "a", b"k") == b"0"
        assert places[0][0].get(txn, "a", b"k") == b"later"
    after = env.read()
    at_random = random.Random(7)
    for number, txn in ((at_random.randrange(6), at_random.choice((before, after))) for _ in range(500)):
        database, scope = places[number]
        assert database.get(txn, scope, b"k") == (b"later" if txn is after else b"%d" % number)
        assert database.get(txn, scope, b"large") == b"%d" % number * 5000
        assert database.get(txn, scope, b"none", txn) is txn
    database, _ = places[0]
    named = scoped_lmdb.Scope("a")
    assert database.get(after, named, b"k") == b"later"
    named.close()
    with pytest.raises(scoped_lmdb.ClosedError):
        database.get(after, named, b"k")
    assert database.get(after, "a", b"k") == b"later"
    after.close()
    for _ in range(2):
        with pytest.raises(scoped_lmdb.TxnEndedError):
            database.get(after, "a", b"k")
    assert database.get(before, "a", b"k") == b"0"
    before.close()


def test_more_than_a_page(env):
    blobs = env.bytes_database("blobs")
    entries = [(b"%06d" % number, bytes(number % 300)) for number in range(40000)]
    with env.write() as txn:
        assert blobs.put_many(txn, "a", entries) == 40000
        assert list(blobs.range(txn, "a")) == entries
        assert blobs.get_many(txn, "a", [key for key, _ in entries]) == [value for _, value in entries]
        assert blobs.put_many(txn, "b", ((key, value) for key, value in entries[:16384])) == 16384


def test_children(env):
    users = env.database("users")
    with env.write() as txn:
        users.put(txn, "a", "outer", 1)
        with pytest.raises(ZeroDivisionError), txn.child() as child:
            users.put(child, "a", "dropped", 1)
            raise ZeroDivisionError
        with txn.child() as child:
            users.put(child, "a", "inner", 2)
            with pytest.raises(scoped_lmdb.InUseError):
                users.get(txn, "a", "outer")
        entries = users.keys(txn, "a")
        assert next(entries) == "inner"
        with txn.child() as child:
            users.delete(child, "a", "outer")
        assert list(entries) == []
    assert list(users.scope("a")) == ["inner"]
    with pytest.raises(scoped_lmdb.InUseError), env.write() as txn:
        left = txn.child()
        users.put(left, "a", "lost", 1)
    left.close()
    assert list(users.scope("a")) == ["inner"]


def test_aborting_a_parent_ends_its_child(env):
    users = env.database("users")
    txn = env.write()
    child = txn.child()
    users.put(child, "a", "k", 1)
    txn.abort()
    with pytest.raises((scoped_lmdb.ClosedError, scoped_lmdb.TxnEndedError)):
        users.put(child, "a", "k", 1)
    child.close()
    assert users.scope("a").get("k") is None


def test_scopes_are_managed(env):
    users, blobs = env.database("users"), env.bytes_database("blobs")
    users.scope("a")["k"] = 1
    blobs.scope("a")[b"k"] = b"1"
    assert env.scope_id("a") == env.scopes()[0].id
    assert env.scope_id("b") is None
    env.rename_scope("a", "b")
    assert users.scope("b")["k"] == 1
    assert users.scope("a").get("k") is None
    assert env.register_scope("a") != env.scope_id("b")
    with pytest.raises(scoped_lmdb.KeyExistsError):
        env.rename_scope("b", "a")
    for attempt in (lambda: env.rename_scope("x", "y"), lambda: env.drop_scope("x")):
        with pytest.raises(KeyError, match="no scope 'x'"):
            attempt()
    with env.write() as txn:
        assert env.drop_scope("b", txn=txn) == 2
        assert env.prune_scopes(txn=txn) == 1
        assert env.scopes(txn) == []
        txn.abort()
    assert env.drop_scope("b") == 2
    assert [scope.name for scope in env.scopes()] == ["a"]
    for attempt in (lambda: env.scope_id(None), lambda: env.drop_scope(None), lambda: env.rename_scope(None, "x")):
        with pytest.raises(scoped_lmdb.InvalidArgumentError):
            attempt()


def test_databases_and_envs_say_what_they_are(env):
    users = env.database("users")
    heed = env.database("heed", layout="heed", key_type="text", value_type="u8")
    users.scope("a").update({"k": 1, "l": 2})
    users.scope(None)["k"] = 1
    found = {info.name: info for info in env.databases()}
    assert (found["users"].kind, found["users"].layout, found["users"].entries) == ("typed", "ordered", 3)
    assert (found["heed"].layout, found["heed"].key_type, found["heed"].value_type) == ("heed", "text", "u8")
    assert (users.kind, users.layout, heed.layout) == ("typed", "ordered", "heed")
    info = env.info()
    assert info.map_size == 1 << 28
    assert 0 < info.used_size < info.map_size
    assert info.max_readers == 512
    before = info.last_txn
    users.scope("a")["m"] = 1
    assert env.info().last_txn == before + 1


def test_an_unnamed_default(env):
    plain = env.bytes_database("plain", unnamed_default=True)
    plain.scope(None)[b"k"] = b"v"
    plain.scope("a")[b"k"] = b"in a"
    assert list(plain.scope(None)) == [b"k"]
    with pytest.raises(scoped_lmdb.Error):
        env.bytes_database("other", unnamed_default=True)


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def test_extensions(env):
    def default(value):
        if isinstance(value, Point):
            return msgpack.ExtType(5, msgpack.packb([value.x, value.y]))
        if isinstance(value, set):
            return sorted(value)
        raise TypeError(f"not {type(value)}")

    def ext_hook(code, data):
        return Point(*msgpack.unpackb(data)) if code == 5 else msgpack.ExtType(code, data)

    moment = datetime(2026, 11, 22, 8, 47, 19, 5000, tzinfo=timezone(timedelta(hours=2)))
    db = env.database("db", default=default, ext_hook=ext_hook, datetime=True)
    with env.write() as txn:
        db.put(txn, "a", "point", Point(1, 2))
        db.put_many(txn, "a", {"moment": moment, "points": [Point(3, 4), {"in": Point(5, 6)}], "set": {3, 1}})
        point, points = db.get_many(txn, "a", ["point", "points"])
        assert (point.x, point.y, points[1]["in"].y) == (1, 2, 6)
        assert db.get(txn, "a", "moment") == moment
        assert [type(value) for value in db.values(txn, "a")] == [datetime, Point, list, list]
        assert db.replace(txn, "a", "set", {9}) == [1, 3]
        with pytest.raises(scoped_lmdb.InvalidValueError, match="not <class 'object'>"):
            db.put(txn, "a", "k", object())
        with pytest.raises(scoped_lmdb.InvalidKeyError):
            db.put_many(txn, "a", {moment: 1})
        with pytest.raises(scoped_lmdb.InvalidValueError, match="datetime=True"):
            env_plain = db  # a datetime needs a tzinfo
            env_plain.put(txn, "a", "k", datetime(2026, 1, 1))
    plain = env.database("plain")
    plain.scope("a")["ext"] = msgpack.ExtType(9, b"x")
    assert plain.scope("a")["ext"] == msgpack.ExtType(9, b"x")
    with pytest.raises(scoped_lmdb.InvalidValueError, match="default="):
        plain.scope("a")["k"] = moment


def test_pickled(env):
    users = env.database("users")
    users.scope("a")["k"] = 1
    again, database, view = pickle.loads(pickle.dumps((env, users, users.scope("a"))))
    assert database.env is again
    assert (again.path, view["k"]) == (str(env.path), 1)
    assert again.database("users").scope("a")["k"] == 1
    with env.read() as txn, pytest.raises(scoped_lmdb.InvalidArgumentError):
        pickle.dumps(users.scope("a").within(txn))
    again.close()
