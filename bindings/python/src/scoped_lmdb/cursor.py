"""Walks over entries, a page of them at a call."""

from __future__ import annotations

import ctypes
import itertools
import weakref
from collections.abc import Generator, Iterable
from contextlib import suppress
from operator import length_hint
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from . import _codec, _declare, _frame
from ._codec import Codec
from ._declare import Library
from ._handle import Handle
from ._options import unsigned
from .errors import Error

if TYPE_CHECKING:
    from .txn import Txn

T = TypeVar("T")

# Bytes of a page. The first ones are small, since many walks end early.
_CAPACITIES = (_frame.CAPACITY, 65536, _frame.PAGE)
# Entries of the first page.
_FEW = 16
# Entries of a page from which on only its bytes limit it.
_MANY = 64


class Cursor:
    """An open cursor of the library. The thread rule of its transaction holds."""

    __slots__ = ("_capacity", "_handle", "_library", "entries")

    def __init__(self, library: Library, opener: Callable[..., int], *arguments: Any) -> None:
        self._library = library
        self._handle = Handle(library.slmdb_cursor_close)
        self._capacity = 0
        # How many entries the next page may have; 0: as many as its bytes hold.
        self.entries = _FEW
        frame = _frame.take()
        status = opener(*arguments, self._handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        self._handle.opened()

    def page(self, unpack: Callable[[Any], Any] = _codec.unpack, limit: int = 0) -> tuple[list[Any], bool]:
        """The next entries, as key, value, key, value and so on, and whether there may be more after them.

        `limit` is how many at the most, beside `entries`; 0: no such limit.
        """
        frame = _frame.take()
        buffer = frame.room(_CAPACITIES[self._capacity])
        capacity = _CAPACITIES[self._capacity]
        entries = min(self.entries, limit) if self.entries and limit else self.entries or limit
        while True:
            status = self._library.slmdb_cursor_page(
                self._handle.argument,
                buffer,
                capacity,
                entries,
                frame.length_ref,
                frame.flag_ref,
                frame.error_ref,
            )
            if status != _declare.BUFFER_TOO_SMALL:
                break
            # One large entry. Its buffer serves this page only, lest all later pages be as large.
            capacity = frame.length.value
            buffer = (ctypes.c_char * capacity)()
        if status:
            raise frame.failure(status)
        page, more = unpack(memoryview(buffer)[: frame.length.value]), frame.flag.value
        _frame.FRAMES.append(frame)
        return page, more

    def all(self, unpack: Callable[[Any], Any] = _codec.unpack) -> Generator[Any, None, None]:
        """All objects of all pages, for lists that are read whole; then it is closed."""
        try:
            more = True
            while more:
                page, more = self.page(unpack)
                self.widen()
                yield from page
        finally:
            self.close()

    def widen(self) -> None:
        """Makes the next page larger than the last, for a walk that goes on."""
        if self.entries:
            self.entries *= 2
            if self.entries < _MANY:
                return
            self.entries = 0  # no limit
        if self._capacity + 1 < len(_CAPACITIES):
            self._capacity += 1

    def narrow(self) -> None:
        """Makes the next page one entry: what is read ahead is likely to be dropped."""
        self.entries, self._capacity = 1, 0

    def seek(self, key: bytes) -> None:
        """Moves to before the first entry at a key or, in the cursor's direction, beyond it."""
        frame = _frame.take()
        status = self._library.slmdb_cursor_seek(self._handle.argument, key, len(key), frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def close(self) -> None:
        """Closes it. Whether it could is of no use: the end of its transaction closes it anyway."""
        self._handle.close()


class Unbounded:
    """The absence of a bound. None is no such absence, but a key of typed databases."""

    def __repr__(self) -> str:
        return "unbounded"


UNBOUNDED = Unbounded()


class Bounds:
    """Which entries of a scope, and in which direction: the arguments of `range`, once and for all."""

    __slots__ = ("limit", "struct")

    def __init__(
        self,
        pack: Callable[[Any], bytes],
        start: Any = UNBOUNDED,
        end: Any = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: Any = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
    ) -> None:
        # Not in the struct: a walk that goes on after a write counts what it handed out, not what it read.
        self.limit = None if limit is None else unsigned("limit", limit, 64)
        self.struct = struct = _declare.Range(struct_size=ctypes.sizeof(_declare.Range))
        flags = _declare.RANGE_REVERSE if reverse else 0
        if start is not UNBOUNDED:
            struct.lower = lower = pack(start)
            struct.lower_length = len(lower)
            flags |= _declare.RANGE_LOWER | (0 if include_start else _declare.RANGE_LOWER_EXCLUSIVE)
        if end is not UNBOUNDED:
            struct.upper = upper = pack(end)
            struct.upper_length = len(upper)
            flags |= _declare.RANGE_UPPER | (0 if include_end else _declare.RANGE_UPPER_EXCLUSIVE)
        if prefix is not UNBOUNDED:
            # Together with the bits of bounds the library refuses it, with a message that says so.
            struct.lower = lower = pack(prefix)
            struct.lower_length = len(lower)
            flags |= _declare.RANGE_PREFIX
        struct.flags = flags


# What a walk hands out. As bits of slmdb_range.flags.
ENTRIES, KEYS, VALUES = 0, _declare.RANGE_KEYS_ONLY, _declare.RANGE_VALUES_ONLY


class Walk:
    """Where a Range is: its cursor, and the page that it hands out from.

    The page is handed out by iterators that are written in C, an entry at a time, and no code of ours runs in between.
    So whatever makes the rest of the page wrong, a write in the transaction or its end, takes it away: the transaction
    knows the walks over it and calls `cut`. The iterator then comes back for the next page, and the walk goes on after
    the last entry that it gave, or says that the transaction has ended. After a write it reads one entry ahead, and
    more only when nothing is written meanwhile: a walk that deletes what it meets reads nothing twice.
    """

    __slots__ = (
        "__weakref__",
        "_ahead",
        "_codec",
        "_cursor",
        "_flat",
        "_keys",
        "_last",
        "_left",
        "_open",
        "_owns_txn",
        "_page",
        "_skip",
        "_txn",
        "_what",
        "_written",
    )

    def __init__(
        self, txn: Txn, codec: Codec, what: int, limit: int | None, owns_txn: bool, opener: Callable[[], Cursor]
    ) -> None:
        self._txn = txn
        self._codec = codec
        self._what = what
        self._left = limit
        self._owns_txn = owns_txn
        self._open = opener
        self._cursor = opener()
        self._page: list[Any] = []
        # The keys of a page that has values only, where they are needed: in a write transaction.
        self._keys: list[Any] = []
        self._flat: Any = iter(())
        # Whether something was written since the page was read, and how many of its entries were not handed out then.
        self._written = False
        self._ahead = 0
        # The last key that was handed out, as the library takes it, and that key if the next page may begin with it.
        self._last: bytes | None = None
        self._skip: bytes | None = None

    def cut(self) -> None:
        """Takes back what has been read ahead."""
        self._written = True
        if not self._page:
            return
        step = 1 if self._what else 2
        ahead = length_hint(self._flat)
        handed_out = len(self._page) - ahead
        if handed_out and self._txn.writes:
            keys = self._keys or self._page
            self._last = self._codec.packed(keys[handed_out - step])
        self._ahead = ahead // step
        self._page.clear()

    def pages(self) -> Generator[Iterable[Any], None, None]:
        """Iterators over the entries, page by page, and the end of the cursor after the last one."""
        txn = self._txn
        txn._walks[id(self)] = weakref.ref(self)
        try:
            more = self._left != 0
            while more:
                txn._check_open()
                more = self._read()
                self._flat = flat = iter(self._page)
                yield flat if self._what else zip(flat, flat)
                txn._check_open()
                if self._written:
                    if self._left is not None:
                        self._left += self._ahead
                    if self._ahead or not more:
                        self._go_back()
                        more = True
                    self._cursor.narrow()
                    more = more and self._left != 0
                elif more:
                    self._cursor.widen()
        finally:
            self.end()

    def _read(self) -> bool:
        """Reads the next page, and says whether there may be more after it."""
        more = True
        page: list[Any] = []
        skip, self._skip = self._skip, None
        with_keys = self._what != VALUES or self._txn.writes
        while more and not page:
            page, more = self._cursor.page(self._codec.unpack, (self._left or 0) + (1 if skip and self._left else 0))
            if skip and page and self._codec.packed(page[0]) == skip:
                del page[: 1 if self._what == KEYS else 2]
            skip = None
        self._written, self._ahead, self._keys = False, 0, []
        if self._what == KEYS:
            page = self._codec.tuples(page)
        elif not self._what:
            self._codec.tuples_of_entries(page)
        elif with_keys:
            self._keys, page = page[::2], page[1::2]
        self._page = page
        if self._left is not None:
            self._left -= len(page) // (1 if self._what else 2)
            more = more and self._left > 0
        return more

    def _go_back(self) -> None:
        """Moves the cursor to after the last entry that was handed out, wherever it has read ahead to."""
        if self._last is None:
            self._cursor.close()
            self._cursor = self._open()
        else:
            self._cursor.seek(self._last)
            self._skip = self._last

    def end(self) -> None:
        """Lets go of the cursor, and of the transaction if it is its own. May be repeated."""
        self._txn._walks.pop(id(self), None)
        self._page.clear()
        self._cursor.close()
        if self._owns_txn:
            # A reader's end loses nothing; the collector may come here in a forked child.
            with suppress(Error):
                self._txn.close()


class Range(itertools.chain[T]):
    """An iterator over entries, keys or values: what `range`, `prefix`, `keys` and `values` return.

    It is used like its transaction: by one thread at a time, and no longer than it (TxnEndedError). If the transaction
    writes meanwhile, it goes on rightly after the last entry that it gave. It ends after the last entry, by `close()`,
    at the end of a `with`, or when nothing refers to it.
    """

    __slots__ = ("_pages", "_walk")

    _walk: Walk
    _pages: Generator[Iterable[T], None, None]

    def close(self) -> None:
        """Ends it, and lets go of its transaction if that is its own; may be repeated."""
        self._pages.close()
        self._walk.end()

    def __enter__(self) -> Range[T]:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.close()


def walk(
    txn: Txn, codec: Codec, what: int, limit: int | None, owns_txn: bool, opener: Callable[[], Cursor]
) -> Range[Any]:
    """A Range over what the cursors of `opener` walk over."""
    made = Walk(txn, codec, what, limit, owns_txn, opener)
    pages = made.pages()
    entries: Range[Any] = Range.from_iterable(pages)  # type: ignore[assignment]
    entries._walk, entries._pages = made, pages
    return entries
