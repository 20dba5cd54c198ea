# Is everything that the Rust crate scoped-heed wrote found here, in its own scope, and nothing else?

import json
import shutil

import pytest

import scoped_lmdb

SCOPES = [None, "tenant1", "tenant_2", "tenant_4", "team32", "acme-corp", "région/été", "日本", "a", "empty-scope"]


def text(data):
    return data.decode("utf-8")


def number(data):
    return int(data)


# By database: how to open it, and what expected.jsonl holds as a key and as a value.
DATABASES = {
    "blobs": (lambda env: env.bytes_database("blobs"), bytes, bytes),
    "counts": (lambda env: env.bytes_key_database("counts", value_type="u64"), bytes, number),
    "config": (lambda env: env.database("config", key_type="text", value_type="text"), text, text),
    "ids": (lambda env: env.database("ids", key_type="u64", value_type="text"), number, text),
}


@pytest.fixture
def written(tmp_path, crate):
    """An Env on a copy: the checked-in file must not be opened in place."""
    shutil.copy(crate / "data.mdb", tmp_path / "data.mdb")
    with scoped_lmdb.open(tmp_path, map_size=1 << 28, durability="no_sync") as env:
        yield env


@pytest.fixture
def expected(crate):
    """The entries by database and scope, and the registry."""
    entries = {name: {scope: {} for scope in SCOPES} for name in DATABASES}
    registry = []
    for line in (crate / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "db" not in row:
            registry.append(scoped_lmdb.ScopeInfo(row["scope"], row["hash"]))
            continue
        _, as_key, as_value = DATABASES[row["db"]]
        scope = entries[row["db"]][row["scope"] or None]
        scope[as_key(bytes.fromhex(row["key"]))] = as_value(bytes.fromhex(row["value"]))
    return entries, registry


def test_registry(written, expected):
    _, registry = expected
    assert written.scopes() == sorted(registry, key=lambda info: info.name.encode("utf-8"))


@pytest.mark.parametrize("name", DATABASES)
def test_every_entry_and_nothing_else(written, expected, name):
    database = DATABASES[name][0](written)
    entries = expected[0][name]
    assert sum(map(len, entries.values())) > 1000
    with written.read() as txn:
        for scope in SCOPES:
            wanted = sorted(entries[scope].items())
            assert list(database.range(txn, scope)) == wanted
            assert list(database.range(txn, scope, reverse=True)) == wanted[::-1]
            for key, value in wanted:
                assert database.get(txn, scope, key) == value
        assert list(database.range(txn, "not registered")) == []


@pytest.mark.parametrize("name", DATABASES)
def test_open_ended_ranges(written, expected, name):
    database = DATABASES[name][0](written)
    with written.read() as txn:
        for scope in SCOPES:
            wanted = sorted(expected[0][name][scope].items())
            for at in range(0, len(wanted), 37):
                bound = wanted[at][0]
                assert list(database.range(txn, scope, start=bound)) == wanted[at:]
                assert list(database.range(txn, scope, end=bound)) == wanted[:at]
                assert list(database.range(txn, scope, start=bound, reverse=True)) == wanted[at:][::-1]
                assert list(database.range(txn, scope, end=bound, reverse=True)) == wanted[:at][::-1]


@pytest.mark.parametrize("cleared", ["tenant_2", "team32", None])
def test_clear_leaves_the_others_whole(written, expected, cleared):
    entries = expected[0]["blobs"]
    blobs = written.bytes_database("blobs")
    with written.write() as txn:
        assert blobs.clear(txn, cleared) == len(entries[cleared])
    with written.read() as txn:
        for scope in SCOPES:
            wanted = [] if scope == cleared else sorted(entries[scope].items())
            assert list(blobs.range(txn, scope)) == wanted
        counts = written.bytes_key_database("counts", value_type="u64")
        assert list(counts.range(txn, cleared)) == sorted(expected[0]["counts"][cleared].items())


def test_prune(written, expected):
    names = [info.name for info in written.scopes()]
    assert written.prune_scopes() == 1
    names.remove("empty-scope")
    assert [info.name for info in written.scopes()] == names
    # Opened before the transaction: in a file that never was ours, the first one makes the table of our records.
    databases = [open_database(written) for open_database, *_ in DATABASES.values()]
    with written.write() as txn:
        for database in databases:
            database.clear(txn, "team32")
    assert written.prune_scopes() == 1
    names.remove("team32")
    assert [info.name for info in written.scopes()] == names
    with written.read() as txn:
        for name, (open_database, *_) in DATABASES.items():
            database = open_database(written)
            assert list(database.range(txn, "team32")) == []
            assert list(database.range(txn, "tenant1")) == sorted(expected[0][name]["tenant1"].items())


def test_other_types_than_the_stored_ones(written):
    """What the bytes do not say, the opener must: without it, a value is refused and never guessed."""
    with written.read() as txn, pytest.raises(scoped_lmdb.Error):
        list(written.database("ids", key_type="text", value_type="text").range(txn, "tenant1"))


def test_it_is_written_too(written):
    counts = written.bytes_key_database("counts", value_type="u64")
    with written.write() as txn:
        counts.put(txn, "newcomer", b"key", 2**64 - 1)
        with pytest.raises(scoped_lmdb.InvalidValueError):
            counts.put(txn, "newcomer", b"key", "text")
        with pytest.raises(scoped_lmdb.InvalidValueError):
            counts.put(txn, "newcomer", b"key", -1)
    with written.read() as txn:
        assert list(counts.range(txn, "newcomer")) == [(b"key", 2**64 - 1)]
    assert "newcomer" in [info.name for info in written.scopes()]
