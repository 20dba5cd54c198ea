"""The Env: one LMDB folder, opened."""

from __future__ import annotations

import gc
import os
import weakref
from typing import Any, Union

from . import _declare, _frame, _load, _options
from ._handle import Handle
from .cursor import Cursor
from .database import Database
from .errors import BusyError, ClosedError, Error, InvalidArgumentError
from .scope import ScopeInfo, Scopes
from .txn import ReadTxn, Txn, WriteTxn, argument_of

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


def open(
    path: Path,
    *,
    map_size: int | None = None,
    max_databases: int | None = None,
    max_readers: int | None = None,
    mode: int | None = None,
    read_only: bool = False,
    durability: _options.Durability = "durable",
    create_folder: bool = True,
) -> Env:
    """Opens the environment in the folder `path`.

    map_size       bytes of address space, and so the file's upper limit; not disk used. Default 256 GiB.
    max_databases  databases that this process may have open in it. Default 128.
    max_readers    read transactions at once, over all processes; who opens it first decides. Default 512.
    mode           permissions of new files. Default 0o644.
    read_only      no writes; the files must exist. The folder is not created either.
    durability     what a commit promises. "durable": on disk before it returns, so it survives a crash of the machine.
                   "no_meta_sync": a crash of the machine may undo the last commits, never break the file.
                   "no_sync": a crash of the machine may break the file; a crash of the process loses nothing.
    create_folder  make the folder, not its parents, when it is missing.

    The same folder opened again in one process shares one environment, whose first options hold. Any thread. The Env is
    closed by `close()`, at the end of a `with`, or when nothing refers to it or anything of it.

    Errors: PathNotFoundError, NotAnEnvironmentError, PermissionDeniedError, FormatTooNewError, OutOfMemoryError,
    BusyError (it is open with another read_only or durability), InvalidArgumentError, ForkedError; LoadError if the
    library itself cannot be loaded, which happens here and not at import.
    """
    options = _options.env_options(
        map_size, max_databases, max_readers, mode, durability, read_only, create_folder and not read_only
    )
    return Env(path, options)


class Env:
    """An LMDB folder, opened by `scoped_lmdb.open`.

    An Env, its databases and its scopes may be used by any number of threads at once. In a child that was forked after
    the library was loaded they answer ForkedError: open the Env in the child, or start it by spawn.
    """

    __slots__ = ("__weakref__", "_handle", "_library", "_path", "_read_only", "_scopes", "_transactions")

    def __init__(self, path: Path, options: _declare.EnvOptions) -> None:
        self._path: str | bytes = os.fspath(path)
        self._read_only = bool(options.read_only)
        self._library = _load.library()
        self._scopes = Scopes()
        # The open transactions. A handle whose Txn is gone was abandoned: a Txn that nothing refers to ends its handle,
        # but cannot while it is finalized on another thread than its own, or if an exception of a signal's handler
        # stops it. Such a one is ended when it is in the way.
        self._transactions: dict[Handle, weakref.ref[Txn]] = {}
        encoded = os.fsencode(self._path)
        handle = Handle(self._library.slmdb_env_close)
        frame = _frame.take()
        status = self._library.slmdb_env_open(encoded, len(encoded), options, handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        handle.opened()
        self._handle = handle

    # ---- what it is --------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str | bytes:
        """The folder, as it was given."""
        return self._path

    @property
    def read_only(self) -> bool:
        """Whether it was opened with read_only."""
        return self._read_only

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self._handle.is_open

    def __repr__(self) -> str:
        return f"<Env {os.fsdecode(self._path)!r}>"

    # ---- databases ---------------------------------------------------------------------------------------------------

    def database(
        self,
        name: str,
        *,
        layout: _options.Layout = "auto",
        key_type: _options.ValueType = "auto",
        value_type: _options.ValueType = "auto",
        must_exist: bool = False,
    ) -> Database[Any, Any]:
        """Opens a database of typed keys and typed values, creating it if it is missing.

        name        1 to 500 bytes of UTF-8; not starting with "__", not ending in "_scoped".
        layout      how named scopes are stored. "auto": as the database is stored; "ordered" for a new one. "heed" is
                    what the Rust crate scoped-heed reads and writes.
        key_type,   for layout "heed" only, whose bytes do not say what they are: "text", "bytes", "u8" to "u64", "i8"
        value_type  to "i64", "f32", "f64" or "bool".
        must_exist  do not create it. Always so in a read-only Env.

        Creating it needs the write lock for a moment: not while this thread has a write transaction. Any thread.
        Errors: InvalidNameError, KindMismatchError, LayoutMismatchError, DatabaseNotFoundError, DatabasesFullError,
        NestedError, InvalidArgumentError, ClosedError.
        """
        options = _options.db_options(_declare.TYPED, layout, key_type, value_type, must_exist)
        return Database(self, name, options)

    def bytes_key_database(
        self,
        name: str,
        *,
        layout: _options.Layout = "auto",
        value_type: _options.ValueType = "auto",
        must_exist: bool = False,
    ) -> Database[bytes, Any]:
        """Opens a database of raw keys and typed values, creating it if it is missing. As `database` otherwise."""
        options = _options.db_options(_declare.BYTES_KEY, layout, "auto", value_type, must_exist)
        return Database(self, name, options)

    def bytes_database(
        self, name: str, *, layout: _options.Layout = "auto", must_exist: bool = False
    ) -> Database[bytes, bytes]:
        """Opens a database of raw keys and raw values, creating it if it is missing. As `database` otherwise."""
        options = _options.db_options(_declare.BYTES, layout, "auto", "auto", must_exist)
        return Database(self, name, options)

    # ---- transactions ------------------------------------------------------------------------------------------------

    def read(self) -> ReadTxn:
        """Begins a read transaction: a snapshot of what is committed now. Any thread; any number at once.

        Errors: ReadersFullError, ClosedError.
        """
        return ReadTxn(self)

    def write(self) -> WriteTxn:
        """Begins the write transaction, waiting for its turn among all threads and processes.

        It must end on this thread, which may have one at a time. A KeyboardInterrupt comes after the wait.
        Errors: ReadOnlyError, NestedError, ClosedError.
        """
        return WriteTxn(self)

    def _begin(self, mode: int) -> Handle:
        library = self._library
        handle = Handle(library.slmdb_txn_abort)
        frame = _frame.take()
        status = library.slmdb_txn_begin(self._handle.argument, mode, handle.out, frame.error_ref)
        if status in (_declare.NESTED, _declare.READERS_FULL) and self._end_abandoned():
            status = library.slmdb_txn_begin(self._handle.argument, mode, handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        handle.opened()
        return handle

    def _end_abandoned(self) -> bool:
        """Aborts the transactions that nobody has any more, and says whether there were any."""
        ended = False
        for handle, txn in self._transactions.copy().items():
            if txn() is None:
                handle.close()
                if not handle.is_open:
                    self._transactions.pop(handle, None)
                    ended = True
        return ended

    # ---- scopes ------------------------------------------------------------------------------------------------------

    def scopes(self, txn: Txn | None = None) -> list[ScopeInfo]:
        """The registered scopes, sorted by the bytes of their names, as `txn` or else a snapshot of now sees them.

        Errors: ClosedError, TxnEndedError.
        """
        if txn is None:
            with self.read() as own:
                return self.scopes(own)
        found: list[ScopeInfo] = []
        argument = argument_of(txn)
        if txn.env is not self:
            raise InvalidArgumentError(f"{txn!r} is not one of {self!r}")
        cursor = Cursor(self._library, self._library.slmdb_registry_list, argument)
        try:
            more = True
            while more:
                page, more = cursor.page()
                cursor.widen()
                found.extend(map(ScopeInfo, page[::2], page[1::2]))
        finally:
            cursor.close()
        return found

    def prune_scopes(self) -> int:
        """Unregisters every scope that holds nothing in any database of the Env, and returns how many these were.

        It is a write transaction of its own. Errors: as `write` and `WriteTxn.commit`.
        """
        with self.write() as txn:
            frame = _frame.take()
            status = self._library.slmdb_registry_prune(txn._argument, frame.count_ref, frame.error_ref)
            if status:
                raise frame.failure(status)
            count = frame.count.value
            _frame.FRAMES.append(frame)
        return count

    # ---- the map, the end --------------------------------------------------------------------------------------------

    def grow(self, map_size: int) -> None:
        """Raises the map to at least `map_size` bytes; a smaller or equal size does nothing.

        Waits for this process's other transactions to end, 10 seconds at most. Not while this thread has a transaction
        open. Errors: BusyError, OutOfMemoryError, InvalidArgumentError, ClosedError.
        """
        size = _options.unsigned("map_size", map_size, 64)
        frame = _frame.take()
        status = self._library.slmdb_env_grow(self._handle.argument, size, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def close(self) -> None:
        """Closes the Env and its databases; may be repeated. Any thread.

        Transactions that nothing refers to any more are aborted. While others are open, be it in an iterator that has
        not come to its end, it is a BusyError and nothing is closed.
        """
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if status == _declare.BUSY:
            # What is only part of a cycle of garbage still counts as open.
            gc.collect()
            self._end_abandoned()
            status = self._handle.close(frame.error_ref)
        if status == _declare.BUSY:
            count = len(self._transactions)
            raise BusyError(
                f"{count} transaction{'s' if count != 1 else ''} of {self!r} still open: end them, and end or close() "
                f"the iterators over it, then close it again ({frame.failure(status)})"
            )
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        self._scopes.close()

    def __enter__(self) -> Env:
        if not self.is_open:
            raise ClosedError("this Env has been closed: open it again")
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Error:
            # An exception says more than this. Its traceback may hold the transactions that keep the Env open, or it is
            # the SystemExit of a forked child.
            if error is None:
                raise

    def __del__(self) -> None:
        # A transaction refers to its Env: if there is none to it but in a cycle of garbage, they are garbage as well,
        # and which is finalized first is nobody's choice.
        for left in tuple(getattr(self, "_transactions", ())):
            left.close()
        handle: Handle | None = getattr(self, "_handle", None)
        if handle is not None:
            handle.close()
