"""The view of one scope in one database: for programs that want `tenant["alice"]`."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._codec import entries_of
from ._points import MISSING
from ._walks import DatabaseStats, Entries
from .cursor import ENTRIES, KEYS, UNBOUNDED, VALUES, Bounds, Range, Unbounded
from .errors import InvalidArgumentError, NotFoundError
from .scope import Scope, ScopeLike

if TYPE_CHECKING:
    from types import TracebackType

    from .database import Database
    from .txn import Txn, WriteTxn

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class ScopeView(MutableMapping[K, V]):
    """A database and a scope, bound: a MutableMapping that is sorted by key. `Database.scope` makes one.

    Every operation takes a transaction as `txn`; without one it runs in one of its own: a snapshot of that moment, or a
    write that is committed when it returns. `within(txn)` is the same view with all operations in one transaction. Use
    a transaction for what belongs together, and for many writes, since each commit waits for the disk. `update` is one
    transaction. Any number of threads may use a view at once; it needs no closing. Pickled, it is its database and its
    scope's name.

    `len`, `==`, `keys()`, `items()` and `values()` read the scope, from a snapshot each time.

    Errors: as the operation of Database of the same name, and as `Env.read`, `Env.write` and `WriteTxn.commit` where
    the transaction is its own. NestedError, then, while this thread has a write transaction that was not passed.

        >>> tenant = users.scope("tenant1")
        >>> tenant.update({"alice": {"age": 30}, "bob": {"age": 40}})
        >>> tenant.setdefault("alice", {}), "bob" in tenant, len(tenant)
        ({'age': 30}, True, 2)
        >>> tenant.pop("bob"), list(tenant.items())
        ({'age': 40}, [('alice', {'age': 30})])
    """

    __slots__ = ("_database", "_scope", "_txn")

    def __init__(self, database: Database[K, V], scope: ScopeLike, txn: Txn | None = None) -> None:
        self._database = database
        held = database._scopes[scope]
        # Kept, so that the name is looked up only once.
        self._scope: Scope | None = held if isinstance(held, Scope) else None
        self._txn = txn

    @property
    def database(self) -> Database[K, V]:
        """The database."""
        return self._database

    @property
    def scope(self) -> Scope | None:
        """The scope; None for the default one."""
        return self._scope

    @property
    def name(self) -> str | None:
        """The scope's name; None for the default scope."""
        return None if self._scope is None else self._scope.name

    def within(self, txn: Txn) -> ScopeView[K, V]:
        """The same view, with all its operations in a transaction, which it neither commits nor aborts.

        >>> with env.write() as txn:
        ...     tenant = users.scope("tenant1").within(txn)
        ...     tenant["alice"] = tenant.get("alice", 0) + 1
        >>> users.scope("tenant1")["alice"]
        1
        """
        return ScopeView(self._database, self._scope, txn)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._txn is not None:
            raise InvalidArgumentError("a view within a transaction cannot be pickled: its transaction is of here")
        return ScopeView, (self._database, self.name)

    def __repr__(self) -> str:
        return f"<ScopeView {self.name!r} of {self._database!r}>"

    # ---- reading -----------------------------------------------------------------------------------------------------

    @overload
    def get(self, key: K, *, txn: Txn | None = None) -> V | None: ...

    @overload
    def get(self, key: K, default: V, *, txn: Txn | None = None) -> V: ...

    @overload
    def get(self, key: K, default: D, *, txn: Txn | None = None) -> V | D: ...

    def get(self, key: K, default: Any = None, *, txn: Txn | None = None) -> Any:
        """The value under a key, or `default` if there is none."""
        within = self._txn if txn is None else txn
        if within is not None:  # of a transaction that is there, a `with` would cost half of what a get does
            return self._database.get(within, self._scope, key, default)
        with _Reading(self, None) as reading:
            return self._database.get(reading, self._scope, key, default)

    @overload
    def get_many(self, keys: Iterable[K], *, txn: Txn | None = None) -> list[V | None]: ...

    @overload
    def get_many(self, keys: Iterable[K], default: D, *, txn: Txn | None = None) -> list[V | D]: ...

    def get_many(self, keys: Iterable[K], default: Any = None, *, txn: Txn | None = None) -> list[Any]:
        """The values under many keys, in their order, with `default` where there is none; of one snapshot."""
        with _Reading(self, txn) as reading:
            return self._database.get_many(reading, self._scope, keys, default)

    def __getitem__(self, key: K) -> V:
        """The value under a key. Errors: NotFoundError, which is a KeyError."""
        value: Any = ScopeView.get(self, key, MISSING)  # not a get of a class made of this one
        if value is MISSING:
            raise self._not_found(key)
        return value  # type: ignore[no-any-return]

    def __contains__(self, key: object) -> bool:
        with _Reading(self, None) as reading:
            return self._database.contains(reading, self._scope, key)  # type: ignore[arg-type]

    def __len__(self) -> int:
        """How many entries the scope has. Costs as reading them; `bool(view)` costs one look."""
        with _Reading(self, None) as reading:
            return self._database.count(reading, self._scope)

    def __bool__(self) -> bool:
        with _Reading(self, None) as reading:
            return not self._database.is_empty(reading, self._scope)

    def first(self, *, txn: Txn | None = None) -> tuple[K, V] | None:
        """The entry with the least key; None if the scope is empty."""
        with _Reading(self, txn) as reading:
            return self._database.first(reading, self._scope)

    def last(self, *, txn: Txn | None = None) -> tuple[K, V] | None:
        """The entry with the greatest key; None if the scope is empty."""
        with _Reading(self, txn) as reading:
            return self._database.last(reading, self._scope)

    def stats(self, *, txn: Txn | None = None) -> DatabaseStats:
        """What the scope holds in this database, measured exactly. Costs as reading its entries."""
        with _Reading(self, txn) as reading:
            return self._database.stats(reading, self._scope)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def put(self, key: K, value: V, *, txn: WriteTxn | None = None) -> None:
        """Stores a value under a key, replacing what was there.

        Without a transaction it shares the commit with what other threads put meanwhile. A KeyboardInterrupt comes
        after it then.
        """
        within: Any = self._txn if txn is None else txn
        if within is None:
            self._database._apply_put(self._scope, key, value)
        else:
            self._database.put(within, self._scope, key, value)

    def put_many(self, entries: Entries[K, V], *, txn: WriteTxn | None = None) -> int:
        """Stores the entries of a mapping or of pairs in one transaction and returns how many."""
        with _Writing(self, txn) as writing:
            return self._database.put_many(writing, self._scope, entries)

    def put_if_absent(self, key: K, value: V, *, txn: WriteTxn | None = None) -> bool:
        """Stores a value if nothing is under the key, and returns whether it did."""
        with _Writing(self, txn) as writing:
            return self._database.put_if_absent(writing, self._scope, key, value)

    def delete(self, key: K, *, txn: WriteTxn | None = None) -> bool:
        """Deletes an entry and returns whether it was there."""
        with _Writing(self, txn) as writing:
            return self._database.delete(writing, self._scope, key)

    def __setitem__(self, key: K, value: V) -> None:
        self.put(key, value)

    def __delitem__(self, key: K) -> None:
        """Deletes an entry. Errors: NotFoundError, which is a KeyError."""
        if not self.delete(key):
            raise self._not_found(key)

    @overload
    def pop(self, key: K, *, txn: WriteTxn | None = None) -> V: ...

    @overload
    def pop(self, key: K, default: V, *, txn: WriteTxn | None = None) -> V: ...

    @overload
    def pop(self, key: K, default: D, *, txn: WriteTxn | None = None) -> V | D: ...

    def pop(self, key: K, default: Any = MISSING, *, txn: WriteTxn | None = None) -> Any:
        """Deletes an entry and returns its value; without one, `default`, or a NotFoundError if that is not given."""
        with _Writing(self, txn) as writing:
            return self._database.pop(writing, self._scope, key, default)

    def popitem(self, *, txn: WriteTxn | None = None) -> tuple[K, V]:
        """Deletes the entry with the greatest key and returns it. Errors: NotFoundError if the scope is empty."""
        with _Writing(self, txn) as writing:
            entry = self._database.last(writing, self._scope)
            if entry is None:
                raise NotFoundError(f"{self!r} is empty")
            self._database.delete(writing, self._scope, entry[0])
            return entry

    def setdefault(self, key: K, default: V = None, *, txn: WriteTxn | None = None) -> V:  # type: ignore[assignment]
        """The value under a key; without one, `default` is stored and returned. In one transaction."""
        with _Writing(self, txn) as writing:
            if self._database.put_if_absent(writing, self._scope, key, default):
                return default
            return self._database.get(writing, self._scope, key, default)

    def update(  # type: ignore[override]
        self, entries: Entries[K, V] = (), /, *, txn: WriteTxn | None = None, **named: V
    ) -> None:
        """Stores the entries of a mapping or of pairs, and those named, in one transaction."""
        with _Writing(self, txn) as writing:
            self._database.put_many(writing, self._scope, entries_of(entries))
            if named:
                self._database.put_many(writing, self._scope, named)  # type: ignore[arg-type]

    def clear(self, *, txn: WriteTxn | None = None) -> int:  # type: ignore[override]
        """Deletes all entries of the scope in this database and returns how many there were."""
        with _Writing(self, txn) as writing:
            return self._database.clear(writing, self._scope)

    def _not_found(self, key: K) -> NotFoundError:
        return self._database._not_found(self._scope, key)

    # ---- walking -----------------------------------------------------------------------------------------------------

    def range(
        self,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
        txn: Txn | None = None,
    ) -> Range[tuple[K, V]]:
        """The entries from `start` up to `end`, as `Database.range` has them.

        Without a transaction they are a snapshot of the moment of this call, which the iterator holds until it has come
        to its end, is closed by its `close()`, or nothing refers to it.
        """
        pack = self._database._codec.packed
        bounds = Bounds(pack, start, end, include_start, include_end, prefix, reverse, limit)
        return self._walk(ENTRIES, bounds, txn)

    def prefix(
        self, prefix: K, *, reverse: bool = False, limit: int | None = None, txn: Txn | None = None
    ) -> Range[tuple[K, V]]:
        """The entries whose keys begin with `prefix`: bytes, a str, or a tuple by its first elements. As `range`."""
        return self.range(prefix=prefix, reverse=reverse, limit=limit, txn=txn)

    def _walk(self, what: int, bounds: Bounds | None = None, txn: Txn | None = None) -> Range[Any]:
        database = self._database
        txn = self._txn if txn is None else txn
        bounds = Bounds(database._codec.packed) if bounds is None else bounds
        return database._walk(database.env.read() if txn is None else txn, self._scope, what, bounds, txn is None)

    def __iter__(self) -> Iterator[K]:
        """The keys, of a snapshot of this moment."""
        return self._walk(KEYS)

    def __reversed__(self) -> Iterator[K]:
        return self._walk(KEYS, Bounds(self._database._codec.packed, reverse=True))

    def keys(self) -> KeysView[K]:
        """The keys, in order: each look at them is a snapshot of that moment."""
        return _Keys(self)

    def items(self) -> ItemsView[K, V]:
        """The entries, in order of keys: each look at them is a snapshot of that moment."""
        return _Items(self)

    def values(self) -> ValuesView[V]:
        """The values, in order of keys: each look at them is a snapshot of that moment."""
        return _Values(self)


class _Keys(KeysView[K]):
    __slots__ = ()
    _mapping: ScopeView[K, Any]

    def __reversed__(self) -> Iterator[K]:
        return reversed(self._mapping)


class _Items(ItemsView[K, V]):
    __slots__ = ()
    _mapping: ScopeView[K, V]

    def __iter__(self) -> Iterator[tuple[K, V]]:
        return self._mapping.range()

    def __reversed__(self) -> Iterator[tuple[K, V]]:
        return self._mapping.range(reverse=True)


class _Values(ValuesView[V]):
    __slots__ = ()
    _mapping: ScopeView[Any, V]

    def __iter__(self) -> Iterator[V]:
        return self._mapping._walk(VALUES)

    def __reversed__(self) -> Iterator[V]:
        return self._mapping._walk(VALUES, Bounds(self._mapping._database._codec.packed, reverse=True))

    def __contains__(self, value: object) -> bool:
        with self._mapping._walk(VALUES) as values:
            return any(found is value or found == value for found in values)


class _Reading:
    """The transaction of one operation: the one that was given, the view's, or a snapshot of its own."""

    __slots__ = ("_own", "_txn")

    def __init__(self, view: ScopeView[Any, Any], txn: Txn | None) -> None:
        self._txn = view._txn if txn is None else txn
        self._own: Txn | None = None
        if self._txn is None:
            self._own = self._txn = view._database.env.read()

    def __enter__(self) -> Txn:
        assert self._txn is not None
        return self._txn

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own._leave(error)


class _Writing:
    """The same for an operation that writes: one of its own is committed."""

    __slots__ = ("_own", "_txn")

    def __init__(self, view: ScopeView[Any, Any], txn: WriteTxn | None) -> None:
        self._txn: Any = view._txn if txn is None else txn
        self._own: WriteTxn | None = None
        if self._txn is None:
            self._own = self._txn = view._database.env.write()

    def __enter__(self) -> WriteTxn:
        return self._txn  # type: ignore[no-any-return]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own._leave(error)
