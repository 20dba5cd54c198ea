# Do the three kinds of databases keep what was put, under the types that Python has?

import pytest

import scoped_lmdb

SCOPES = [None, "tenant1", "région/été", "日本", "x" * 4096]
KEYS = [None, b"", b"\0", b"a", "", "alice", "日本", (), ("eu", 7), ("eu", (1, (b"x", None))), ((),)]
KEYS += [-(2**63), -1, 0, 7, 2**63, 2**64 - 1, float("-inf"), -1.5, -0.0, 0.0, 2.5, float("inf"), False, True]
VALUES = [None, False, True, 0, -(2**63), 2**64 - 1, 1.5, "", "text", b"", b"\0\xff", [], [1, [2, "x"]], {}]
VALUES += [{"age": 30, "tags": ["a", {"b": None}], 5: b"\0"}, {("a", 1): "key of a tuple"}, "x" * 10000, b"y" * 300000]


@pytest.fixture
def users(env):
    with env.database("users") as users:
        yield users


@pytest.mark.parametrize("scope", SCOPES)
def test_typed_keys(env, users, scope):
    with env.write() as txn:
        for number, key in enumerate(KEYS):
            users.put(txn, scope, key, number)
    with env.read() as txn:
        assert [users.get(txn, scope, key) for key in KEYS] == list(range(len(KEYS)))
        found = {number: key for key, number in users.range(txn, scope)}
        assert [repr(found[number]) for number in range(len(KEYS))] == [repr(key) for key in KEYS]
        assert users.get(txn, scope, "missing") is None
        assert users.get(txn, scope, "missing", 5) == 5
        assert users.get(txn, "never registered", "alice", default="none") == "none"


def test_typed_values(env, users):
    with env.write() as txn:
        for number, value in enumerate(VALUES):
            users.put(txn, "tenant1", number, value)
    with env.read() as txn:
        for number, value in enumerate(VALUES):
            found = users.get(txn, "tenant1", number)
            assert found == value
            assert type(found) is type(value)
        assert [value for _, value in users.range(txn, "tenant1")] == VALUES


def test_lists_are_keys_and_come_back_as_tuples(env, users):
    with env.write() as txn:
        users.put(txn, None, ["eu", [7]], "listed")
        assert users.get(txn, None, ("eu", (7,))) == "listed"
        assert list(users.range(txn, None)) == [(("eu", (7,)), "listed")]


def test_a_tuple_value_comes_back_as_a_list(env, users):
    with env.write() as txn:
        users.put(txn, None, "key", (1, (2,)))
        assert users.get(txn, None, "key") == [1, [2]]


@pytest.mark.parametrize("key", [b"key", bytearray(b"key"), memoryview(b"key"), memoryview(b"k.e.y.")[::2]])
def test_raw_bytes(env, key):
    blobs, counts = env.bytes_database("blobs"), env.bytes_key_database("counts")
    with env.write() as txn:
        blobs.put(txn, "tenant1", key, bytearray(b"value"))
        blobs.put(txn, "tenant1", b"other", memoryview(b""))
        counts.put(txn, "tenant1", key, 5)
        assert blobs.get(txn, "tenant1", key) == b"value"
        assert blobs.get(txn, "tenant1", b"other") == b""
        assert counts.get(txn, "tenant1", key) == 5
        assert list(blobs.range(txn, "tenant1")) == [(b"key", b"value"), (b"other", b"")]
        assert list(counts.range(txn, "tenant1", start=key, end=key, include_end=True)) == [(b"key", 5)]
        assert blobs.delete(txn, "tenant1", key)
        assert not blobs.delete(txn, "tenant1", key)


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, 4097, 65536, 262144, 3000000])
def test_values_of_any_length(env, length):
    blobs = env.bytes_database("blobs")
    value = bytes(range(256)) * (length // 256) + b"\xff" * (length % 256)
    with env.write() as txn:
        blobs.put(txn, "a", b"k", value)
        blobs.put(txn, "a", b"l", b"after")
    with env.read() as txn:
        assert blobs.get(txn, "a", b"k") == value
        assert list(blobs.range(txn, "a")) == [(b"k", value), (b"l", b"after")]


def test_put_replaces_delete_says_and_clear_counts(env, users):
    with env.write() as txn:
        users.put(txn, "a", "k", 1)
        users.put(txn, "a", "k", 2)
        assert users.get(txn, "a", "k") == 2
        assert users.delete(txn, "a", "k") is True
        assert users.delete(txn, "a", "k") is False
        assert users.delete(txn, "never registered", "k") is False
        for number in range(100):
            users.put(txn, "a", number, number)
            users.put(txn, "b", number, -number)
            users.put(txn, None, number, 0)
        assert users.clear(txn, "a") == 100
        assert users.clear(txn, "a") == 0
        assert users.clear(txn, "never registered") == 0
        assert [value for _, value in users.range(txn, "b")] == [-number for number in range(100)]
        assert users.clear(txn, None) == 100
        assert len(list(users.range(txn, "b"))) == 100
    assert [info.name for info in env.scopes()] == ["a", "b"]


def test_a_block_commits_or_aborts(env, users):
    with env.write() as txn:
        users.put(txn, "a", "k", 1)
    with pytest.raises(ZeroDivisionError), env.write() as txn:
        users.put(txn, "a", "k", 2)
        raise ZeroDivisionError
    with env.write() as txn:
        users.put(txn, "a", "k", 3)
        txn.abort()
    with env.read() as txn:
        assert users.get(txn, "a", "k") == 1
        with env.write() as writing:
            users.put(writing, "a", "k", 4)
            writing.commit()
        assert users.get(txn, "a", "k") == 1
    with env.read() as txn:
        assert users.get(txn, "a", "k") == 4


def test_kind_and_layout_are_kept(env):
    env.database("typed").close()
    env.bytes_database("raw", layout="heed").close()
    with pytest.raises(scoped_lmdb.KindMismatchError):
        env.bytes_database("typed")
    with pytest.raises(scoped_lmdb.LayoutMismatchError):
        env.bytes_database("raw", layout="ordered")
    with env.bytes_database("raw"), env.database("typed", must_exist=True):
        pass
    with pytest.raises(scoped_lmdb.DatabaseNotFoundError) as raised:
        env.database("missing", must_exist=True)
    assert isinstance(raised.value, LookupError)


@pytest.mark.parametrize(
    ("key_type", "value_type", "entries"),
    [
        ("text", "text", {"b": "1", "aa": "2", "a": "3"}),
        ("u64", "text", {0: "zero", 2**64 - 1: "most", 256: "more"}),
        ("i8", "u8", {-128: 0, 127: 255, 0: 7}),
        ("bytes", "bool", {b"\0": True, b"": False, b"\xff": True}),
        ("f64", "f32", {-1.5: 0.5, 0.0: -2.0, 3.25: 1.5}),
        ("bool", "i64", {True: -(2**63), False: 2**63 - 1}),
    ],
)
def test_typed_in_heed(env, key_type, value_type, entries):
    typed = env.database("typed", layout="heed", key_type=key_type, value_type=value_type)
    with env.write() as txn:
        for scope in ("a", None):
            for key, value in entries.items():
                typed.put(txn, scope, key, value)
    with env.read() as txn:
        for scope in ("a", None):
            assert list(typed.range(txn, scope)) == sorted(entries.items())
            assert all(typed.get(txn, scope, key) == value for key, value in entries.items())


def test_reopened(tmp_path):
    with scoped_lmdb.open(str(tmp_path / "env")) as env:
        users = env.database("users")
        with env.write() as txn:
            users.put(txn, "a", "k", [1])
    with scoped_lmdb.open(bytes(tmp_path / "env"), read_only=True) as env:
        assert env.read_only
        assert env.database("users").scope("a")["k"] == [1]


@pytest.mark.parametrize("length", [1, 4081, 100000])
def test_reopened_after_a_value_came_and_went(tmp_path, length):
    """LMDB writes no pages that a transaction took and gave back: the file ends before its last page's number."""
    for _ in range(2):
        with scoped_lmdb.open(tmp_path) as env:
            blobs = env.bytes_database("blobs")
            with env.write() as txn:
                blobs.put(txn, None, b"k", bytes(length))
                blobs.clear(txn, None)
