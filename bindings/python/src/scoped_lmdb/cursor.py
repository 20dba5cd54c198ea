"""Walks over entries, a page of them at a call."""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable

from . import _codec, _declare, _frame
from ._declare import Library
from ._handle import Handle
from .errors import Error

if TYPE_CHECKING:
    from .database import Database
    from .scope import DefaultScope, Scope
    from .txn import Txn

# Bytes of a page. The first ones are small, since many walks end early; the last is where larger ones gain nothing.
_CAPACITIES = (4096, 65536, 262144)
# Entries of the first page.
_FEW = 16
# Entries of a page from which on only its bytes limit it.
_MANY = 64


class Cursor:
    """An open cursor of the library and the buffer for its pages. The thread rule of its transaction holds."""

    __slots__ = ("_buffer", "_entries", "_handle", "_library", "_step")

    def __init__(self, library: Library, opener: Callable[..., int], *arguments: Any, entries: int = _FEW) -> None:
        self._library = library
        self._handle = Handle(library.slmdb_cursor_close)
        self._entries = entries
        self._step = 0
        frame = _frame.take()
        status = opener(*arguments, self._handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        self._handle.opened()
        self._buffer = (ctypes.c_char * _CAPACITIES[0])()

    def page(self) -> tuple[list[Any], bool]:
        """The next entries, as key, value, key, value and so on, and whether there may be more after them."""
        frame = _frame.take()
        buffer: Any = self._buffer
        while True:
            status = self._library.slmdb_cursor_page(
                self._handle.argument,
                buffer,
                len(buffer),
                self._entries,
                frame.length_ref,
                frame.flag_ref,
                frame.error_ref,
            )
            if status != _declare.BUFFER_TOO_SMALL:
                break
            # One large entry. Its buffer serves this page only, lest all later pages be as large.
            buffer = (ctypes.c_char * frame.length.value)()
        if status:
            raise frame.failure(status)
        length, more = frame.length.value, frame.flag.value
        _frame.FRAMES.append(frame)
        return _codec.unpack(memoryview(buffer)[:length]), more

    def widen(self) -> None:
        """Makes the next page larger than the last, for a walk that goes on."""
        if self._entries:
            self._entries *= 2
            if self._entries < _MANY:
                return
            self._entries = 0  # no limit
        if self._step + 1 < len(_CAPACITIES):
            self._step += 1
            self._buffer = (ctypes.c_char * _CAPACITIES[self._step])()

    def close(self) -> None:
        """Closes it. Whether it could is of no use: the end of its transaction closes it anyway."""
        self._handle.close()


class Unbounded:
    """The absence of a bound. None is no such absence, but a key of typed databases."""

    def __repr__(self) -> str:
        return "unbounded"


UNBOUNDED = Unbounded()


class Bounds:
    """Which entries of a scope, in which direction, and how many at the most (None: all)."""

    __slots__ = ("_flags", "_lower", "_upper", "limit", "reverse")

    def __init__(self, reverse: bool, limit: int | None) -> None:
        self.reverse = bool(reverse)
        self.limit = limit
        self._flags = _declare.RANGE_REVERSE if reverse else 0
        self._lower = b""
        self._upper = b""

    def from_key(self, key: bytes, included: bool) -> None:
        """Sets the lower bound, a key as the library takes it."""
        self._lower = key
        self._flags &= ~_declare.RANGE_LOWER_EXCLUSIVE
        self._flags |= _declare.RANGE_LOWER | (0 if included else _declare.RANGE_LOWER_EXCLUSIVE)

    def to_key(self, key: bytes, included: bool) -> None:
        """Sets the upper bound, a key as the library takes it."""
        self._upper = key
        self._flags &= ~_declare.RANGE_UPPER_EXCLUSIVE
        self._flags |= _declare.RANGE_UPPER | (0 if included else _declare.RANGE_UPPER_EXCLUSIVE)

    def go_on_after(self, key: bytes, walked: int) -> None:
        """Sets the bound that leaves out what has been walked: `walked` entries, the last of them at `key`."""
        if self.limit is not None:
            self.limit -= walked
        if self.reverse:
            self.to_key(key, included=False)
        else:
            self.from_key(key, included=False)

    def struct(self) -> _declare.Range:
        """As the library takes it."""
        return _declare.Range(
            struct_size=ctypes.sizeof(_declare.Range),
            lower=self._lower,
            lower_length=len(self._lower),
            upper=self._upper,
            upper_length=len(self._upper),
            flags=self._flags,
            limit=self.limit or 0,
        )


def open_cursor(database: Database[Any, Any], txn: Any, scope: Any, bounds: Bounds, entries: int = _FEW) -> Cursor:
    """A cursor before the first entry of the bounds. `txn` and `scope` are the library's handles."""
    library = database._library
    return Cursor(library, library.slmdb_cursor_open, txn, database._argument, scope, bounds.struct(), entries=entries)


def walk(
    database: Database[Any, Any],
    txn: Txn,
    scope: Scope | DefaultScope,
    bounds: Bounds,
    cursor: Cursor,
    owns_txn: bool,
) -> Generator[tuple[Any, Any], None, None]:
    """The entries of a cursor, and the end of it and of a transaction of its own at the last one.

    Pages are read ahead. If the transaction writes in between, or ends, what was read ahead is dropped: the walk goes
    on after the last entry that it gave, or it says that the transaction has ended. From then on it reads one entry
    ahead, and more only when nothing was written meanwhile: a walk that deletes what it meets reads nothing twice.
    """
    version = txn._version
    # The entries that were handed out since `bounds` was last moved.
    walked = 0
    try:
        more = bounds.limit != 0
        while more:
            page, more = cursor.page()
            entries = _codec.pairs(page)
            for entry in entries:
                yield entry
                if txn._version != version:
                    break
            else:
                walked += len(page) // 2
                if more:
                    cursor.widen()
                continue
            txn._check_open()
            version = txn._version
            ahead = sum(1 for _ in entries)
            walked += len(page) // 2 - ahead
            if more and not ahead:
                continue  # the cursor stands at that last entry, and goes on rightly by itself
            bounds.go_on_after(database._packed_key(entry[0]), walked)
            walked = 0
            cursor.close()
            more = bounds.limit != 0
            if more:
                cursor = open_cursor(database, txn._argument, scope._argument, bounds, entries=1)
    finally:
        cursor.close()
        if owns_txn:
            # A reader's end loses nothing; the collector may come here in a forked child.
            with suppress(Error):
                txn.close()
