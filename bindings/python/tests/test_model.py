# Does a database answer, after any operations, as plain dicts of Python do? (SLMDB_MODEL_EXAMPLES=1000: ask longer)

import contextlib
import itertools
import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import scoped_lmdb

SCOPES = [None, "a", "b", "tenant-45432", "tenant-191349", "tenant_2", "tenant_4", "team32"]
# The two with the numbers have the same hash.
PAIR = (SCOPES[3], SCOPES[4])

raw_keys = st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"a", b"\xff", b"\xff" * 9, b"b" * 499]))
texts = st.text(max_size=4)
scalars = st.one_of(texts, st.binary(max_size=4), st.integers(-(2**63), 2**64 - 1), st.integers(-3, 3))
typed_keys = st.one_of(scalars, st.tuples(texts, scalars), st.none(), st.lists(scalars, max_size=2).map(tuple))
raw_values = st.one_of(st.binary(max_size=8), st.integers(0, 6000).map(bytes))
leaves = st.one_of(st.none(), st.booleans(), scalars, st.floats(allow_nan=False))
typed_values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)

RANKS = (type(None), bytes, str, tuple, int)


def order(key):
    """Sorts typed keys of the types above as the library does."""
    rank = RANKS.index(type(key))
    if key is None:
        return (rank,)
    if isinstance(key, str):
        return (rank, key.encode())
    return (rank, tuple(map(order, key))) if isinstance(key, tuple) else (rank, key)


KINDS = {
    "typed": (typed_keys, typed_values, order, lambda env: env.database("db")),
    "bytes_key": (raw_keys, typed_values, bytes, lambda env: env.bytes_key_database("db")),
    "bytes": (raw_keys, raw_values, bytes, lambda env: env.bytes_database("db")),
    "heed": (raw_keys, raw_values, bytes, lambda env: env.bytes_database("db", layout="heed")),
    "heed typed": (
        st.integers(0, 2**64 - 1) | st.integers(0, 300),
        texts,
        int,
        lambda env: env.database("db", layout="heed", key_type="u64", value_type="text"),
    ),
}


def within(entries, sort_key, include_start, include_end, reverse, limit, **bounds):
    """The keys that a range of them must give."""
    keys = sorted(entries, key=sort_key)
    if "start" in bounds:
        start = bounds["start"]
        keys = [key for key in keys if sort_key(key) > sort_key(start) or (include_start and key == start)]
    if "end" in bounds:
        end = bounds["end"]
        keys = [key for key in keys if sort_key(key) < sort_key(end) or (include_end and key == end)]
    return (keys[::-1] if reverse else keys)[:limit]


def machine(kind):
    keys, values, sort_key, open_database = KINDS[kind]
    scopes = st.sampled_from(SCOPES)

    class Model(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.folder = tempfile.TemporaryDirectory()
            self.env = scoped_lmdb.open(self.folder.name, map_size=1 << 26, durability="no_sync")
            self.database = open_database(self.env)
            self.committed = {scope: {} for scope in SCOPES}
            self.registered = set()
            self.txn = None

        def teardown(self):
            if self.txn is not None:
                self.txn.abort()
            self.env.close()
            self.folder.cleanup()

        def writing(self):
            if self.txn is None:
                self.txn = self.env.write()
                self.model = {scope: dict(entries) for scope, entries in self.committed.items()}
                self.names = set(self.registered)
            return self.txn

        @contextlib.contextmanager
        def reading(self):
            """A transaction of either kind, and what it must see."""
            if self.txn is not None:
                yield self.txn, self.model
                return
            with self.env.read() as txn:
                yield txn, self.committed

        @rule(scope=scopes, key=keys, value=values)
        def put(self, scope, key, value):
            self.database.put(self.writing(), scope, key, value)
            self.model[scope][key] = value
            self.names.add(scope)

        @rule(scope=scopes, data=st.data())
        def delete(self, scope, data):
            txn = self.writing()
            key = data.draw(self.some_key(scope))
            assert self.database.delete(txn, scope, key) == (key in self.model[scope])
            self.model[scope].pop(key, None)

        @rule(scope=scopes, data=st.data(), value=values)
        def exchange(self, scope, data, value):
            """The operations that look at the old value and write by it."""
            txn, model = self.writing(), self.model[scope]
            key = data.draw(self.some_key(scope))
            how = data.draw(st.sampled_from(["put_if_absent", "replace", "pop", "compare_and_swap"]))
            old = model.get(key, "nothing")
            if how == "put_if_absent":
                assert self.database.put_if_absent(txn, scope, key, value) == (key not in model)
                model.setdefault(key, value)
                self.names.add(scope)
            elif how == "replace":
                assert self.database.replace(txn, scope, key, value, "nothing") == old
                model[key] = value
                self.names.add(scope)
            elif how == "pop":
                assert self.database.pop(txn, scope, key, "nothing") == old
                model.pop(key, None)
            elif key in model:
                stored = self.database.get(txn, scope, key)
                assert self.database.compare_and_swap(txn, scope, key, stored, value)
                model[key] = value

        @rule(scope=scopes, entries=st.dictionaries(keys, values, max_size=5))
        def put_many(self, scope, entries):
            assert self.database.put_many(self.writing(), scope, entries) == len(entries)
            self.model[scope].update(entries)
            if entries:
                self.names.add(scope)

        @rule(scope=scopes, asked=st.lists(keys, max_size=5), data=st.data())
        def many_are_found(self, scope, asked, data):
            asked = [*asked, data.draw(self.some_key(scope))]
            with self.reading() as (txn, model):
                found = self.database.get_many(txn, scope, asked, "nothing")
                assert found == [model[scope].get(key, "nothing") for key in asked]

        @rule(scope=scopes, data=st.data())
        def places_are_found(self, scope, data):
            key = data.draw(self.some_key(scope))
            with self.reading() as (txn, model):
                entries = sorted(model[scope].items(), key=lambda entry: sort_key(entry[0]))
                below = [entry for entry in entries if sort_key(entry[0]) < sort_key(key)]
                above = [entry for entry in entries if sort_key(entry[0]) > sort_key(key)]
                at = [(key, model[scope][key])] if key in model[scope] else []
                database = self.database
                assert database.first(txn, scope) == next(iter(entries), None)
                assert database.last(txn, scope) == next(iter(entries[::-1]), None)
                assert database.before(txn, scope, key) == next(iter(below[::-1]), None)
                assert database.after(txn, scope, key) == next(iter(above), None)
                assert database.at_or_before(txn, scope, key) == next(iter(at + below[::-1]), None)
                assert database.at_or_after(txn, scope, key) == next(iter(at + above), None)
                assert database.is_empty(txn, scope) == (not entries)
                assert database.count(txn, scope, start=key) == len(at + above)
                assert list(database.keys(txn, scope)) == [key for key, _ in entries]
                assert list(database.values(txn, scope, reverse=True)) == [value for _, value in entries[::-1]]

        @rule(scope=scopes, data=st.data())
        def delete_range(self, scope, data):
            model, key = self.model if self.txn else self.committed, data.draw(self.some_key(scope))
            gone = [each for each in model[scope] if sort_key(each) >= sort_key(key)]
            assert self.database.delete_range(self.writing(), scope, start=key) == len(gone)
            for each in gone:
                del self.model[scope][each]

        @rule(scope=scopes)
        def clear(self, scope):
            assert self.database.clear(self.writing(), scope) == len(self.model[scope])
            self.model[scope].clear()

        @precondition(lambda self: self.txn is not None)
        @rule(commit=st.booleans())
        def end(self, commit):
            if commit:
                self.txn.commit()
                self.committed, self.registered = self.model, self.names
            else:
                self.txn.abort()
            self.txn = None

        @precondition(lambda self: self.txn is None)
        @rule()
        def prune(self):
            held = {scope for scope, entries in self.committed.items() if entries}
            assert self.env.prune_scopes() == len(self.registered - held - {None})
            self.registered &= held

        @precondition(lambda self: self.txn is None)
        @rule()
        def reopen(self):
            self.env.close()
            self.env = scoped_lmdb.open(self.folder.name, map_size=1 << 26, durability="no_sync")
            self.database = open_database(self.env)

        @rule(scope=scopes, data=st.data())
        def get(self, scope, data):
            key = data.draw(self.some_key(scope))
            with self.reading() as (txn, model):
                assert self.database.get(txn, scope, key, "missing") == model[scope].get(key, "missing")
                assert self.database.contains(txn, scope, key) == (key in model[scope])

        @rule(
            scope=scopes,
            data=st.data(),
            flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
            limit=st.none() | st.integers(0, 20),
        )
        def walk(self, scope, data, flags, limit):
            first, last, reverse = flags
            bounds = {"include_start": first, "include_end": last, "reverse": reverse, "limit": limit}
            for bound in ("start", "end"):
                if data.draw(st.booleans()):
                    bounds[bound] = data.draw(self.some_key(scope))
            with self.reading() as (txn, model):
                found = list(self.database.range(txn, scope, **bounds))
                assert found == [(key, model[scope][key]) for key in within(model[scope], sort_key, **bounds)]

        @rule()
        def scopes_are_told(self):
            with self.reading() as (txn, _):
                found = self.env.scopes(txn)
            names = self.registered if self.txn is None else self.names
            assert [info.name for info in found] == sorted(names - {None}, key=str.encode)
            assert len({info.id for info in found}) == len(found)

        def some_key(self, scope):
            model = self.committed if self.txn is None else self.model
            stored = sorted(itertools.islice(model[scope], 10), key=sort_key)
            return st.one_of(st.sampled_from(stored), keys) if stored else keys

    return Model


@pytest.mark.parametrize("kind", KINDS)
def test_model(kind):
    case = machine(kind).TestCase
    case.settings = settings(
        max_examples=int(os.environ.get("SLMDB_MODEL_EXAMPLES", "25")),
        stateful_step_count=50,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()


def test_the_pair_collides(env):
    database = env.bytes_database("db")
    with env.write() as txn:
        for name in PAIR:
            database.put(txn, name, b"key", name.encode())
    with env.read() as txn:
        assert [list(database.range(txn, name)) for name in PAIR] == [[(b"key", name.encode())] for name in PAIR]
    assert [info.id for info in env.scopes()] in ([0x92B69EA5, 0x92B69EA6], [0x92B69EA6, 0x92B69EA5])
