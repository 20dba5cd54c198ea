"""What a database does with many entries of a scope: pages of them at a call."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple, TypeVar, Union, overload

from . import _declare, _frame
from ._codec import entries_of
from ._declare import BUFFER_TOO_SMALL, NOT_FOUND
from ._frame import FRAMES, PAGE
from ._points import D, K, Points, V
from .cursor import ENTRIES, KEYS, UNBOUNDED, VALUES, Bounds, Cursor, Range, Unbounded, walk
from .scope import ScopeLike
from .txn import Txn, WriteTxn, argument_of

KM = TypeVar("KM")
VM = TypeVar("VM")
Entries = Union[Mapping[KM, VM], Iterable[tuple[KM, VM]]]

# Entries that put_many hands over at once: the first time, and at the most. In between it is what has about so many
# bytes: few enough to stay in the processor's cache, or, of entries that come in no order, more, since the library
# sorts what it is handed, and so more of them fall on each of LMDB's pages.
_FIRST = 1024
_MANY = 16384
_IN_ORDER, _IN_NONE = 1 << 18, 1 << 20


class DatabaseStats(NamedTuple):
    """What a scope holds in a database."""

    entries: int
    """How many entries."""
    key_bytes: int
    """Bytes of their keys, without what a scope adds to them."""
    value_bytes: int
    """Bytes of their values as stored."""


def _in_order(entries: list[Any]) -> bool:
    """Whether entries seem to come in the order of their keys: a guess by a few of them."""
    try:
        keys = [key for key, _ in entries[:: len(entries) // 8 + 1]]
        return keys == sorted(keys)
    except TypeError:  # keys of different types
        return False


class Walks(Points[K, V]):
    """The part of Database that reads and writes many entries."""

    __slots__ = ()

    # ---- by key ------------------------------------------------------------------------------------------------------

    @overload
    def get_many(self, txn: Txn, scope: ScopeLike, keys: Iterable[K]) -> list[V | None]: ...

    @overload
    def get_many(self, txn: Txn, scope: ScopeLike, keys: Iterable[K], default: D) -> list[V | D]: ...

    def get_many(self, txn: Txn, scope: ScopeLike, keys: Iterable[K], default: Any = None) -> list[Any]:
        """The values under many keys, in their order, with `default` where there is none; in one call.

        Errors: as `get`.

            >>> with env.write() as txn:
            ...     users.put_many(txn, "tenant1", {"alice": 1, "bob": 2})
            ...     users.get_many(txn, "tenant1", ["bob", "nobody", "alice"])
            2
            [2, None, 1]
        """
        held = self._scopes[scope]
        frame = _frame.take()
        keys = keys if type(keys) is list else list(keys)
        page = self._codec.keys_page(frame, keys)
        capacity = PAGE
        while True:
            buffer = frame.room(capacity)
            status = self._library.slmdb_db_get_many(
                argument_of(txn),
                self._argument,
                held._argument,
                page,
                len(page),
                buffer,
                capacity,
                frame.length_ref,
                frame.error_ref,
            )
            if status != BUFFER_TOO_SMALL:
                break
            capacity = frame.length.value
        if status:
            self._codec.check_keys(keys)
            raise frame.failure(status)
        values = self._codec.found(memoryview(buffer)[: frame.length.value], default)
        FRAMES.append(frame)
        return values

    def put_many(self, txn: WriteTxn, scope: ScopeLike, entries: Entries[K, V]) -> int:
        """Stores the entries of a mapping, or of an iterable of pairs, in order, and returns how many.

        They go by pages. If one cannot be put, none of its page is; pages before it are stored, until the transaction
        is aborted, as a `with` does by itself. Errors: as `put`; InvalidArgumentError for what is no pair.
        """
        held = self._scopes[scope]
        transaction = argument_of(txn)
        left = entries_of(entries)
        # What has a length is there, anywhere in memory. What has none is made as it is asked for, in the caches.
        there = hasattr(left, "__len__")
        # A list is read by slices, which costs half of what an iterator does.
        listed = left if type(left) is list else None
        if listed is None:
            left = iter(left)
        stored, many = 0, _FIRST
        while True:
            chunk = list(islice(left, many)) if listed is None else listed[stored : stored + many]
            if not chunk and stored:
                return stored
            if there:
                self._codec.fetch(chunk)
            frame = _frame.take()
            page = self._codec.entries_page(frame, chunk)
            if txn._walks:
                txn._interrupt()
            status = self._library.slmdb_db_put_many(
                transaction, self._argument, held._argument, page, len(page), frame.count_ref, frame.error_ref
            )
            if status:
                self._codec.check_entries(chunk)
                raise frame.failure(status)
            stored += frame.count.value
            FRAMES.append(frame)
            if len(chunk) < many:
                return stored
            wanted = _IN_ORDER if _in_order(chunk) else _IN_NONE
            many = max(1, min(_MANY, many * wanted // len(page)))

    # ---- by place ----------------------------------------------------------------------------------------------------

    def first(self, txn: Txn, scope: ScopeLike) -> tuple[K, V] | None:
        """The entry with the least key; None if the scope is empty."""
        return self._find(txn, scope, _declare.FIRST)

    def last(self, txn: Txn, scope: ScopeLike) -> tuple[K, V] | None:
        """The entry with the greatest key; None if the scope is empty."""
        return self._find(txn, scope, _declare.LAST)

    def at_or_after(self, txn: Txn, scope: ScopeLike, key: K) -> tuple[K, V] | None:
        """The entry under a key, or else under the next greater one; None if there is none."""
        return self._find(txn, scope, _declare.AT_OR_AFTER, key)

    def after(self, txn: Txn, scope: ScopeLike, key: K) -> tuple[K, V] | None:
        """The entry under the next greater key; None if there is none."""
        return self._find(txn, scope, _declare.AFTER, key)

    def at_or_before(self, txn: Txn, scope: ScopeLike, key: K) -> tuple[K, V] | None:
        """The entry under a key, or else under the next lesser one; None if there is none."""
        return self._find(txn, scope, _declare.AT_OR_BEFORE, key)

    def before(self, txn: Txn, scope: ScopeLike, key: K) -> tuple[K, V] | None:
        """The entry under the next lesser key; None if there is none."""
        return self._find(txn, scope, _declare.BEFORE, key)

    def _find(self, txn: Txn, scope: ScopeLike, which: int, key: Any = UNBOUNDED) -> tuple[K, V] | None:
        held = self._scopes[scope]
        frame = _frame.take()
        packed = b"" if key is UNBOUNDED else self._pack_key(frame, key)
        status = self._library.slmdb_db_find(
            argument_of(txn),
            self._argument,
            held._argument,
            which,
            packed,
            len(packed),
            frame.key_ref,
            frame.key_length_ref,
            frame.value_ref,
            frame.length_ref,
            frame.error_ref,
        )
        if status not in (0, NOT_FOUND):
            raise frame.failure(status)
        found = None if status else (frame.lent_key(), frame.lent())
        FRAMES.append(frame)
        return None if found is None else (self._codec.key(found[0]), self._codec.value(found[1]))

    # ---- ranges ------------------------------------------------------------------------------------------------------

    def range(
        self,
        txn: Txn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Range[tuple[K, V]]:
        """The entries of one scope from `start` up to `end`, as an iterator over (key, value).

        As in Python's own ranges, `start` is in it and `end` is not, unless `include_start` and `include_end` say
        otherwise; a bound that is not given is open. `prefix`, instead of bounds, is all keys that begin with it:
        bytes, a str, or a tuple by its first elements. With `reverse` the walk goes from the end down to the start;
        `start` is the lower bound all the same. `limit` is how many entries at the most; None: all.

        Raw keys come in the order of their unsigned bytes, typed keys in their natural order: None, bytes, str, tuples
        by their elements, int, float, False, True; in every layout. 1, 1.0 and True are three keys.

        The iterator is used like its transaction: by one thread at a time, and no longer than it. If the transaction
        puts or deletes meanwhile, the iterator goes on rightly after its last key. Pages of up to 256 KiB are read
        ahead. Errors, here or while iterating: KeyTooLongError, InvalidKeyError, InvalidValueError, TxnEndedError.

            >>> with env.write() as txn:
            ...     users.put_many(txn, "tenant1", {"alice": 1, "bob": 2, "carol": 3})
            ...     list(users.range(txn, "tenant1", start="alice", end="carol"))
            ...     list(users.range(txn, "tenant1", reverse=True, limit=1))
            3
            [('alice', 1), ('bob', 2)]
            [('carol', 3)]
        """
        bounds = Bounds(self._codec.packed, start, end, include_start, include_end, prefix, reverse, limit)
        return self._walk(txn, scope, ENTRIES, bounds)

    def prefix(
        self, txn: Txn, scope: ScopeLike, prefix: K, *, reverse: bool = False, limit: int | None = None
    ) -> Range[tuple[K, V]]:
        """The entries whose keys begin with `prefix`: bytes, a str, or a tuple by its first elements. As `range`."""
        return self.range(txn, scope, prefix=prefix, reverse=reverse, limit=limit)

    def keys(
        self,
        txn: Txn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Range[K]:
        """The keys of a range, without fetching the values. As `range`."""
        bounds = Bounds(self._codec.packed, start, end, include_start, include_end, prefix, reverse, limit)
        return self._walk(txn, scope, KEYS, bounds)

    def values(
        self,
        txn: Txn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Range[V]:
        """The values of a range. As `range`."""
        bounds = Bounds(self._codec.packed, start, end, include_start, include_end, prefix, reverse, limit)
        return self._walk(txn, scope, VALUES, bounds)

    def _walk(self, txn: Txn, scope: ScopeLike, what: int, bounds: Bounds, owns_txn: bool = False) -> Range[Any]:
        held = self._scopes[scope]
        argument_of(txn)
        # A write transaction's walk needs the keys, too: it may have to find its place again after a write.
        if not (txn.writes and what == VALUES):
            bounds.struct.flags |= what
        library, database = self._library, self._argument

        def opener() -> Cursor:
            return Cursor(library, library.slmdb_cursor_open, txn._argument, database, held._argument, bounds.struct)

        # Opened here and not at the first entry, so that what is wrong with the arguments is said here too.
        return walk(txn, self._codec, what, bounds.limit, owns_txn, opener)

    # ---- measures ----------------------------------------------------------------------------------------------------

    def count(
        self,
        txn: Txn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
    ) -> int:
        """How many entries a range has. Costs as reading them. Bounds and errors: as `range`."""
        bounds = Bounds(self._codec.packed, start, end, include_start, include_end, prefix)
        return self._counted(self._library.slmdb_db_count, txn, scope, ctypes.byref(bounds.struct))

    def is_empty(self, txn: Txn, scope: ScopeLike) -> bool:
        """Whether the scope has no entries in this database. Costs one look."""
        held = self._scopes[scope]
        frame = _frame.take()
        status = self._library.slmdb_db_is_empty(
            argument_of(txn), self._argument, held._argument, frame.flag_ref, frame.error_ref
        )
        if status:
            raise frame.failure(status)
        empty = frame.flag.value
        FRAMES.append(frame)
        return empty

    def stats(self, txn: Txn, scope: ScopeLike) -> DatabaseStats:
        """What the scope holds in this database, measured exactly. Costs as reading its entries."""
        held = self._scopes[scope]
        stats = _declare.DbStats(struct_size=ctypes.sizeof(_declare.DbStats))
        frame = _frame.take()
        status = self._library.slmdb_db_stat(argument_of(txn), self._argument, held._argument, stats, frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)
        return DatabaseStats(stats.entries, stats.key_bytes, stats.value_bytes)

    # ---- deleting ----------------------------------------------------------------------------------------------------

    def delete_range(
        self,
        txn: WriteTxn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
    ) -> int:
        """Deletes the entries of a range and returns how many there were. The scope stays registered.

        Bounds: as `range`. Errors: ReadOnlyError, MapFullError, TxnFullError, and those of `range`.
        """
        bounds = Bounds(self._codec.packed, start, end, include_start, include_end, prefix)
        return self._counted(self._library.slmdb_db_delete_range, txn, scope, ctypes.byref(bounds.struct))

    def clear(self, txn: WriteTxn, scope: ScopeLike) -> int:
        """Deletes all entries of one scope in this database and returns how many there were.

        The scope stays registered. Errors: ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        return self._counted(self._library.slmdb_db_clear, txn, scope)

    def _counted(self, function: Any, txn: Txn, scope: ScopeLike, *arguments: Any) -> int:
        """Calls a function that writes a count, and returns it."""
        held = self._scopes[scope]
        transaction = argument_of(txn)
        if txn._walks and txn.writes:
            txn._interrupt()
        frame = _frame.take()
        status = function(transaction, self._argument, held._argument, *arguments, frame.count_ref, frame.error_ref)
        if status:
            raise frame.failure(status)
        count = frame.count.value
        FRAMES.append(frame)
        return count
