"""Databases: entries by key, in scopes. Three kinds, which differ in how keys and values are packed."""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _codec, _declare, _frame
from ._declare import BUFFER_TOO_SMALL, NOT_FOUND
from ._frame import CAPACITY_SIZE, FRAMES, SIZES, Frame
from ._handle import Handle
from ._options import unsigned
from .cursor import UNBOUNDED, Bounds, Unbounded, open_cursor, walk
from .errors import Error, InvalidNameError
from .scope import Scope, ScopeLike
from .txn import Txn, WriteTxn, argument_of
from .view import ScopeView

if TYPE_CHECKING:
    from .env import Env

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class Database(Generic[K, V]):
    """A database of an Env: `Env.database`, `Env.bytes_key_database` and `Env.bytes_database` open one.

    K and V are what a type checker takes keys and values for; nothing is checked at run time beyond the kind. Where
    keys or values are raw bytes, bytearray and memoryview do as well. What is returned are Python's own objects, copied
    out of the file: they live as long as anything refers to them.

    Every operation names a transaction and a scope: a Scope, a scope's name, or None for the default scope. Any number
    of threads may use a Database at once, each with a transaction of its own. All waiting in the library lets other
    threads of Python run. It is closed with its Env, by `close()`, at the end of a `with`, or with its last reference.

    Errors of every operation: EmptyScopeError, InvalidScopeError, ClosedError, TxnEndedError, WrongThreadError,
    InUseError, ForkedError, CorruptError.
    """

    __slots__ = (
        "__weakref__",
        "_argument",
        "_env",
        "_get_copy",
        "_handle",
        "_library",
        "_name",
        "_pack_key",
        "_pack_value",
        "_put",
        "_scopes",
        "_typed_values",
    )

    def __init__(self, env: Env, name: str, options: _declare.DbOptions) -> None:
        self._env = env
        self._name = name
        self._library = library = env._library
        self._scopes = env._scopes
        self._pack_key = _codec.pack_key if options.kind == _declare.TYPED else _codec.raw_key
        self._typed_values: bool = options.kind != _declare.BYTES
        self._pack_value = _codec.pack_value if self._typed_values else _codec.raw_value
        self._get_copy = library.get_copy
        self._put = library.put
        encoded = _encode(name)
        handle = Handle(library.slmdb_db_close)
        frame = _frame.take()
        status = library.slmdb_db_open(
            env._handle.argument, encoded, len(encoded), options, handle.out, frame.error_ref
        )
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)
        handle.opened()
        self._handle = handle
        self._argument: Any = handle.argument

    @property
    def env(self) -> Env:
        """The Env it belongs to."""
        return self._env

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    def close(self) -> None:
        """Frees its handle; may be repeated. Nothing stored changes. Any thread. Errors: ForkedError."""
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)

    def __enter__(self) -> Database[K, V]:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Error:
            # As in a forked child. What happened in the block says more.
            if error is None:
                raise

    def __repr__(self) -> str:
        return f"<Database {self._name!r} of {self._env!r}>"

    # ---- one entry ---------------------------------------------------------------------------------------------------

    @overload
    def get(self, txn: Txn, scope: ScopeLike, key: K) -> V | None: ...

    @overload
    def get(self, txn: Txn, scope: ScopeLike, key: K, default: D) -> V | D: ...

    def get(self, txn: Txn, scope: ScopeLike, key: K, default: Any = None) -> Any:
        """The value under a key, or `default` if there is none; also if the scope was never registered.

        Errors: KeyTooLongError, InvalidKeyError, InvalidValueError.
        """
        held = scope if type(scope) is Scope else self._scopes[scope]
        try:
            frame = FRAMES.pop()
        except IndexError:
            frame = Frame()
        packed = self._pack_key(frame, key)
        status = self._get_copy(
            txn._argument if isinstance(txn, Txn) else argument_of(txn),
            self._argument,
            held._argument,
            packed,
            SIZES[len(packed)],
            frame.buffer_ref,
            CAPACITY_SIZE,
            frame.length_ref,
            frame.error_ref,
        )
        if status == 0:
            stored: Any = frame.buffer[: frame.length.value]
        elif status == NOT_FOUND:
            FRAMES.append(frame)
            return default
        elif status == BUFFER_TOO_SMALL:
            stored = self._get_large(txn, held._argument, packed, frame)
        else:
            raise frame.failure(status)
        FRAMES.append(frame)
        return _codec.unpack(stored) if self._typed_values else stored

    def _get_large(self, txn: Txn, scope: Any, packed: bytes, frame: Frame) -> bytes:
        """A value that is too large for the frame, whose length has just been written there."""
        status = BUFFER_TOO_SMALL
        while status == BUFFER_TOO_SMALL:
            length = frame.length.value
            buffer = (ctypes.c_char * length)()
            status = self._library.slmdb_db_get_copy(
                txn._argument,
                self._argument,
                scope,
                packed,
                len(packed),
                buffer,
                length,
                frame.length_ref,
                frame.error_ref,
            )
        if status:
            raise frame.failure(status)
        value: bytes = buffer[: frame.length.value]  # type: ignore[assignment]
        return value

    def _has(self, txn: Txn, scope: ScopeLike, key: K) -> bool:
        """Whether there is a value, without fetching it: one that does not fit into no bytes is there."""
        held = self._scopes[scope]
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        status = self._get_copy(
            argument_of(txn),
            self._argument,
            held._argument,
            packed,
            SIZES[len(packed)],
            None,
            SIZES[0],
            frame.length_ref,
            frame.error_ref,
        )
        if status not in (0, NOT_FOUND, BUFFER_TOO_SMALL):
            raise frame.failure(status)
        FRAMES.append(frame)
        return status != NOT_FOUND

    def put(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V) -> None:
        """Stores a value under a key, replacing what was there, and registers the scope if it is new.

        Errors: EmptyKeyError, KeyTooLongError (507 bytes as stored, 499 in layout heed), ValueTooLargeError (2 GiB),
        InvalidKeyError, InvalidValueError, ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        held = scope if type(scope) is Scope else self._scopes[scope]
        try:
            frame = FRAMES.pop()
        except IndexError:
            frame = Frame()
        packed = self._pack_key(frame, key)
        stored = self._pack_value(frame, value)
        transaction = txn._argument if isinstance(txn, Txn) else argument_of(txn)
        status = self._put(
            transaction,
            self._argument,
            held._argument,
            packed,
            SIZES[len(packed)],
            stored,
            SIZES[len(stored)],
            frame.error_ref,
        )
        if status:
            raise frame.failure(status)
        txn._version += 1
        FRAMES.append(frame)

    def delete(self, txn: WriteTxn, scope: ScopeLike, key: K) -> bool:
        """Deletes an entry and returns whether it was there. Registers nothing.

        Errors: KeyTooLongError, InvalidKeyError, ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        held = self._scopes[scope]
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        status = self._library.slmdb_db_delete(
            argument_of(txn),
            self._argument,
            held._argument,
            packed,
            len(packed),
            frame.flag_ref,
            frame.error_ref,
        )
        if status:
            raise frame.failure(status)
        txn._version += 1
        deleted = frame.flag.value
        FRAMES.append(frame)
        return deleted

    # ---- a scope's entries -------------------------------------------------------------------------------------------

    def clear(self, txn: WriteTxn, scope: ScopeLike) -> int:
        """Deletes all entries of one scope in this database and returns how many there were.

        The scope stays registered. Errors: ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        held = self._scopes[scope]
        frame = _frame.take()
        status = self._library.slmdb_db_clear(
            argument_of(txn), self._argument, held._argument, frame.count_ref, frame.error_ref
        )
        if status:
            raise frame.failure(status)
        txn._version += 1
        count = frame.count.value
        FRAMES.append(frame)
        return count

    def range(
        self,
        txn: Txn,
        scope: ScopeLike,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Generator[tuple[K, V], None, None]:
        """The entries of one scope from `start` up to `end`, as an iterator over (key, value).

        As in Python's own ranges, `start` is in it and `end` is not, unless `include_start` and `include_end` say
        otherwise; a bound that is not given is open. With `reverse` the walk goes from the end down to the start;
        `start` is the lower bound all the same. `limit` is how many entries at the most; None: all.

        Raw keys come in the order of their unsigned bytes, typed keys in their natural order: None, bytes, str, tuples
        by their elements, int, float, False, True; in every layout. 1, 1.0 and True are three keys.

        The iterator is used like its transaction: by one thread at a time, and no longer than it. If the transaction
        puts or deletes meanwhile, the iterator goes on rightly after its last key. Pages of up to 256 KiB are read
        ahead. Errors, here or while iterating: KeyTooLongError, InvalidKeyError, InvalidValueError, TxnEndedError.
        """
        return self._range(txn, scope, start, end, include_start, include_end, reverse, limit, owns_txn=False)

    def _range(
        self,
        txn: Txn,
        scope: ScopeLike,
        start: K | Unbounded,
        end: K | Unbounded,
        include_start: bool,
        include_end: bool,
        reverse: bool,
        limit: int | None,
        owns_txn: bool,
    ) -> Generator[tuple[K, V], None, None]:
        bounds = Bounds(reverse, None if limit is None else unsigned("limit", limit, 64))
        if start is not UNBOUNDED:
            bounds.from_key(self._packed_key(start), include_start)
        if end is not UNBOUNDED:
            bounds.to_key(self._packed_key(end), include_end)
        held = self._scopes[scope]
        # Opened here and not at the first entry, so that what is wrong with the arguments is said here too.
        cursor = open_cursor(self, argument_of(txn), held._argument, bounds)
        return walk(self, txn, held, bounds, cursor, owns_txn)

    def _packed_key(self, key: Any) -> bytes:
        """A key as the library takes it."""
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        FRAMES.append(frame)
        return packed

    def scope(self, scope: ScopeLike) -> ScopeView[K, V]:
        """This database and one scope, bound: `view["alice"]`, with transactions of its own.

        Errors: EmptyScopeError, InvalidScopeError.
        """
        return ScopeView(self, scope)


def _encode(name: str) -> bytes:
    if not isinstance(name, str):
        raise InvalidNameError(f"a database's name is a str, not {type(name).__name__}")
    try:
        return name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidNameError(f"a database's name must be writable as UTF-8: {error}") from error
