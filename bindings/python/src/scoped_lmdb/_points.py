"""What a database does with one entry."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, overload

from . import _frame, _lent
from ._codec import Codec
from ._declare import BUFFER_TOO_SMALL, NOT_FOUND, Library
from ._frame import FRAMES, SIZES, Frame
from ._handle import Handle
from .errors import InvalidArgumentError, NotFoundError
from .scope import Scope, ScopeLike, Scopes
from .txn import ReadTxn, Txn, WriteTxn, argument_of

if TYPE_CHECKING:
    from .env import Env

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class Missing:
    """What stands for a default that was not given, since None is a value."""

    def __repr__(self) -> str:
        return "none: raises NotFoundError"


MISSING = Missing()

# The same pool, by a name of this module's own: from 3.11 on CPython takes what was imported for a module, and calls
# its methods at twice the price. What get and put call by a variable is a function in a slot, which is cheaper so.
_POOL = FRAMES


class Points(Generic[K, V]):
    """The part of Database that reads and writes one entry."""

    __slots__ = (
        "__weakref__",
        "_argument",
        "_codec",
        "_env",
        "_get",
        "_handle",
        "_library",
        "_name",
        "_pack_key",
        "_pack_value",
        "_put",
        "_raw_keys",
        "_scopes",
        "_unpack",
    )

    _env: Env
    _name: str
    _library: Library
    _handle: Handle
    _argument: Any
    _codec: Codec
    _scopes: Scopes
    _pack_key: Callable[[Frame, Any], bytes]
    _pack_value: Callable[[Frame, Any], bytes]
    _raw_keys: bool
    _unpack: Callable[[Any], Any] | None
    _get: Callable[..., int]
    _put: Callable[..., int]

    # ---- reading -----------------------------------------------------------------------------------------------------

    @overload
    def get(self, txn: Txn, scope: ScopeLike, key: K) -> V | None: ...

    @overload
    def get(self, txn: Txn, scope: ScopeLike, key: K, default: D) -> V | D: ...

    def get(self, txn: Txn, scope: ScopeLike, key: K, default: Any = None) -> Any:
        """The value under a key, or `default` if there is none; also if the scope was never registered.

        Errors: KeyTooLongError, InvalidKeyError, InvalidValueError.

            >>> with env.read() as txn:
            ...     print(users.get(txn, "tenant1", "nobody"), users.get(txn, "tenant1", "nobody", default=0))
            None 0
        """
        # Written for speed: what a call of Python's costs is a good part of the whole. `held` keeps the scope open
        # while the library has it, whatever other threads do to the cache that it comes from.
        held = scope if type(scope) is Scope else self._scopes[scope]
        try:
            frame = _POOL.pop()
        except IndexError:
            frame = Frame()
        packed: Any = key if type(key) is bytes and self._raw_keys else self._pack_key(frame, key)
        kind, get = type(txn), self._get
        transaction = txn._argument if kind is ReadTxn or kind is WriteTxn else argument_of(txn)
        if frame.txn is not transaction or frame.scope is not held._argument or frame.database is not self._argument:
            frame.aim(txn._handle, self._handle, held._handle)
        status = get(frame.args_ref, packed, SIZES[len(packed)], frame.error_ref)
        if not status:
            stored: Any = frame.buffer[: frame.args.value_length]
        elif status == NOT_FOUND:
            _POOL.append(frame)
            return default
        elif status == BUFFER_TOO_SMALL:
            stored = self._get_large(txn, held._argument, packed, frame)
        else:
            raise frame.failure(status)
        _POOL.append(frame)
        return stored if self._unpack is None else self._unpack(stored)

    def _get_large(self, txn: Txn, scope: Any, packed: bytes, frame: Frame) -> bytes:
        """A value that is too large for the frame, whose length has just been written there."""
        status, frame.length.value = BUFFER_TOO_SMALL, frame.args.value_length
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

    @overload
    def get_view(self, txn: ReadTxn, scope: ScopeLike, key: K) -> memoryview | None: ...

    @overload
    def get_view(self, txn: ReadTxn, scope: ScopeLike, key: K, default: D) -> memoryview | D: ...

    def get_view(self, txn: ReadTxn, scope: ScopeLike, key: K, default: Any = None) -> Any:
        """The value under a key without a copy: a read-only memoryview into the file's map. Of raw values only.

        It ends with its transaction: using it afterwards is a ValueError that says it was released. A slice of it, or
        an array made over it, stays usable, and keeps the snapshot and the Env open for as long as it lives.
        Errors: InvalidArgumentError for typed values and for a write transaction, whose next write may move the value.

            >>> blobs = env.bytes_database("blobs")
            >>> blobs.scope("tenant1")[b"photo"] = bytes(1000)
            >>> with env.read() as txn:
            ...     view = blobs.get_view(txn, "tenant1", b"photo")
            ...     print(len(view), view[0])
            1000 0
            >>> view[0]
            Traceback (most recent call last):
            ValueError: operation forbidden on released memoryview object
        """
        if self._codec.typed_values:
            raise InvalidArgumentError(f"the values of {self!r} are typed, so there is nothing to view: use get")
        if not isinstance(txn, ReadTxn):
            argument_of(txn)
            raise InvalidArgumentError("a view needs a read transaction: the next write may move the value; use get")
        held = self._scopes[scope]
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        status = self._library.slmdb_db_get(
            txn._argument,
            self._argument,
            held._argument,
            packed,
            len(packed),
            frame.value_ref,
            frame.length_ref,
            frame.error_ref,
        )
        if status not in (0, NOT_FOUND):
            raise frame.failure(status)
        address, length = frame.value.value, frame.length.value
        FRAMES.append(frame)
        if status == NOT_FOUND:
            return default
        if not length or address is None:
            return memoryview(b"")
        lent = _lent.lend(address, length, txn._handle, self._env)
        txn._lent.append(lent)
        return lent.view

    def contains(self, txn: Txn, scope: ScopeLike, key: K) -> bool:
        """Whether there is an entry under a key. Errors: as `get`."""
        held = self._scopes[scope]
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        status = self._library.slmdb_db_contains(
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
        there = frame.flag.value
        FRAMES.append(frame)
        return there

    # ---- writing -----------------------------------------------------------------------------------------------------

    def put(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V) -> None:
        """Stores a value under a key, replacing what was there, and registers the scope if it is new.

        Errors: EmptyKeyError, KeyTooLongError (507 bytes as stored, 499 in layout heed), ValueTooLargeError (2 GiB),
        InvalidKeyError, InvalidValueError, ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        held = scope if type(scope) is Scope else self._scopes[scope]
        try:
            frame = _POOL.pop()
        except IndexError:
            frame = Frame()
        packed: Any = key if type(key) is bytes and self._raw_keys else self._pack_key(frame, key)
        stored: Any = value if type(value) is bytes and self._unpack is None else self._pack_value(frame, value)
        transaction = txn._argument if type(txn) is WriteTxn else argument_of(txn)
        if txn._walks:
            txn._interrupt()
        put = self._put
        status = put(
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
        _POOL.append(frame)

    def _apply_put(self, scope: ScopeLike, key: K, value: V) -> None:
        """A put without a transaction: it waits until it is durable, and shares the commit with others that wait."""
        held = scope if type(scope) is Scope else self._scopes[scope]
        frame = _frame.take()
        packed: Any = self._pack_key(frame, key)
        stored: Any = self._pack_value(frame, value)
        status = self._library.apply_put(
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
        FRAMES.append(frame)

    def put_if_absent(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V) -> bool:
        """Stores a value if nothing is under the key, and returns whether it did. Errors: as `put`."""
        frame = _frame.take()
        packed, stored = self._pack_key(frame, key), self._pack_value(frame, value)
        self._change(
            txn, scope, frame, self._library.slmdb_db_put_if_absent, packed, stored, frame.flag_ref, frame.error_ref
        )
        did = frame.flag.value
        FRAMES.append(frame)
        return did

    @overload
    def replace(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V) -> V | None: ...

    @overload
    def replace(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V, default: D) -> V | D: ...

    def replace(self, txn: WriteTxn, scope: ScopeLike, key: K, value: V, default: Any = None) -> Any:
        """Stores a value and returns the one that was there, or `default` if there was none. Errors: as `put`."""
        frame = _frame.take()
        packed, stored = self._pack_key(frame, key), self._pack_value(frame, value)
        out = (frame.value_ref, frame.length_ref, frame.flag_ref, frame.error_ref)
        self._change(txn, scope, frame, self._library.slmdb_db_replace, packed, stored, *out)
        old = frame.lent() if frame.flag.value else None
        FRAMES.append(frame)
        return default if old is None else self._codec.value(old)

    @overload
    def pop(self, txn: WriteTxn, scope: ScopeLike, key: K) -> V: ...

    @overload
    def pop(self, txn: WriteTxn, scope: ScopeLike, key: K, default: D) -> V | D: ...

    def pop(self, txn: WriteTxn, scope: ScopeLike, key: K, default: Any = MISSING) -> Any:
        """Deletes an entry and returns its value; without one, `default`, or a NotFoundError if that is not given.

        Errors: NotFoundError, which is a KeyError, and as `delete`.
        """
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        out = (frame.value_ref, frame.length_ref, frame.error_ref)
        status = self._change(txn, scope, frame, self._library.slmdb_db_pop, packed, None, *out)
        value = None if status == NOT_FOUND else frame.lent()
        FRAMES.append(frame)
        if value is not None:
            return self._codec.value(value)
        if default is MISSING:
            raise self._not_found(scope, key)
        return default

    def compare_and_swap(self, txn: WriteTxn, scope: ScopeLike, key: K, expected: V, value: V) -> bool:
        """Stores a value if the one under the key is `expected`, and returns whether it did. Without one: False.

        What is compared are the bytes as stored, so 1 is not 1.0, and dicts are alike if their keys have one order.
        Errors: as `put`.
        """
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        old, new = self._pack_value(frame, expected), self._pack_value(frame, value)
        out = (frame.flag_ref, frame.error_ref)
        function = self._library.slmdb_db_compare_and_swap
        self._change(txn, scope, frame, function, packed, old, new, len(new), *out)
        swapped = frame.flag.value
        FRAMES.append(frame)
        return swapped

    def delete(self, txn: WriteTxn, scope: ScopeLike, key: K) -> bool:
        """Deletes an entry and returns whether it was there. Registers nothing.

        Errors: KeyTooLongError, InvalidKeyError, ReadOnlyError, MapFullError, TxnFullError, ConflictError.
        """
        frame = _frame.take()
        packed = self._pack_key(frame, key)
        self._change(txn, scope, frame, self._library.slmdb_db_delete, packed, None, frame.flag_ref, frame.error_ref)
        deleted = frame.flag.value
        FRAMES.append(frame)
        return deleted

    def _change(
        self, txn: WriteTxn, scope: ScopeLike, frame: Frame, function: Any, key: bytes, value: bytes | None, *rest: Any
    ) -> int:
        """Calls a function that writes under one key, and raises what it fails with; NOT_FOUND is an answer."""
        held = self._scopes[scope]
        transaction = argument_of(txn)
        if txn._walks:
            txn._interrupt()
        between = () if value is None else (value, len(value))
        status: int = function(transaction, self._argument, held._argument, key, len(key), *between, *rest)
        if status not in (0, NOT_FOUND):
            raise frame.failure(status)
        return status

    def _not_found(self, scope: ScopeLike, key: object) -> NotFoundError:
        name = self._scopes[scope].name
        where = "the default scope" if name is None else f"scope {name!r}"
        return NotFoundError(f"no entry {key!r} in {where} of database {self._name!r}")
