# Does a view of one scope read and write like a mapping, in transactions of its own or in a given one?

import threading

import pytest

import scoped_lmdb


@pytest.fixture
def users(env):
    return env.database("users")


@pytest.mark.parametrize("scope", ["tenant1", None])
def test_by_itself(users, scope):
    tenant = users.scope(scope)
    tenant["alice"] = {"age": 30}
    tenant.put("bob", None)
    assert tenant["alice"] == {"age": 30}
    assert tenant["bob"] is None
    assert tenant.get("carol") is None
    assert tenant.get("carol", 7) == 7
    assert "alice" in tenant
    assert "bob" in tenant
    assert "carol" not in tenant
    assert list(tenant) == ["alice", "bob"]
    assert list(tenant.range(reverse=True, limit=1)) == [("bob", None)]
    assert list(tenant.range(start="alice", include_start=False)) == [("bob", None)]
    assert tenant.delete("bob")
    assert not tenant.delete("bob")
    del tenant["alice"]
    assert list(tenant) == []
    tenant["x"] = "y"
    assert tenant.clear() == 1
    assert tenant.name == scope
    assert tenant.database is users


def test_missing(users):
    tenant = users.scope("tenant1")
    for attempt in (lambda: tenant["alice"], lambda: tenant.__delitem__("alice")):
        with pytest.raises(scoped_lmdb.NotFoundError) as raised:
            attempt()
        assert isinstance(raised.value, KeyError)
        assert str(raised.value) == "no entry 'alice' in scope 'tenant1' of database 'users'"
    with pytest.raises(KeyError, match="the default scope"):
        users.scope(None)["alice"]


def test_in_a_transaction(env, users):
    tenant = users.scope("tenant1")
    with env.write() as txn:
        tenant.put("alice", 1, txn=txn)
        assert tenant.get("alice", txn=txn) == 1
        assert tenant.get("alice") is None
        assert list(tenant.range(txn=txn)) == [("alice", 1)]
        assert tenant.delete("alice", txn=txn)
        tenant.put("bob", 2, txn=txn)
        assert tenant.clear(txn=txn) == 1
        with pytest.raises(scoped_lmdb.NestedError):
            tenant["carol"] = 3
    assert list(tenant) == []


def test_a_range_owns_a_snapshot(env, users):
    tenant = users.scope("tenant1")
    with env.write() as txn:
        for number in range(200):
            tenant.put(number, number, txn=txn)
    entries = tenant.range()
    tenant.clear()
    assert [key for key, _ in entries] == list(range(200))
    assert list(tenant) == []
    env.close()


def test_a_range_lets_go(env, users):
    tenant = users.scope("tenant1")
    with env.write() as txn:
        for number in range(200):
            tenant.put(number, number, txn=txn)
    open_before = scoped_lmdb.open_handles()
    for key, _ in tenant.range():
        if key == 100:
            break
    assert scoped_lmdb.open_handles() == open_before
    entries = tenant.range()
    next(entries)
    assert scoped_lmdb.open_handles() == open_before + 2
    entries.close()
    entries.close()
    assert scoped_lmdb.open_handles() == open_before
    unused = tenant.range()
    assert scoped_lmdb.open_handles() == open_before + 2
    del unused
    assert scoped_lmdb.open_handles() == open_before
    with pytest.raises(scoped_lmdb.InvalidKeyError):
        tenant.range(start=object())
    assert scoped_lmdb.open_handles() == open_before


def test_raw_bytes(env):
    blobs = env.bytes_database("blobs").scope("tenant1")
    blobs[b"k"] = b"\0\xff"
    assert blobs[b"k"] == b"\0\xff"
    assert b"k" in blobs
    assert list(blobs) == [b"k"]


def test_puts_of_their_own_share_commits(env):
    """A view's put needs no transaction, is there when it returns, and goes to the disk with those of other threads."""
    view = env.bytes_database("blobs").scope("a")
    before = env.info().last_txn
    together = threading.Barrier(16)  # on a busy machine one could be done before the next has begun

    def work(number):
        for at in range(20):
            if at % 5 == 0:
                together.wait()
            view[b"%d %d" % (number, at)] = b"v"
            assert view[b"%d %d" % (number, at)] == b"v"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(view) == 320
    assert env.info().last_txn - before < 320
    with pytest.raises(scoped_lmdb.EmptyKeyError):
        view[b""] = b"v"
    with pytest.raises(scoped_lmdb.InvalidKeyError):
        view["text"] = b"v"
    with pytest.raises(scoped_lmdb.InvalidValueError):
        view[b"key"] = 1
    with env.write() as txn:
        with pytest.raises(scoped_lmdb.NestedError):
            view[b"nested"] = b"v"
        view.put(b"within", b"v", txn=txn)
        view.within(txn)[b"as well"] = b"v"
    assert len(view) == 322
