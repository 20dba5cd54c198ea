"""The Env: one LMDB folder, opened."""

from __future__ import annotations

import ctypes
import gc
import os
import weakref
from typing import Any, Callable, NamedTuple, Union

from . import _declare, _frame, _load, _options
from ._codec import Extensions
from ._handle import Handle
from .batch import Batch, Submitted, close_left, leave
from .database import Database
from .errors import BusyError, ClosedError, Error, InvalidArgumentError
from .maintenance import Maintenance
from .scope import Scopes
from .txn import ReadTxn, Txn, WriteTxn

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


class EnvInfo(NamedTuple):
    """What an Env is and how full."""

    map_size: int
    """Bytes: the file's upper limit, as this process has it now."""
    used_size: int
    """Bytes of the file that have been used so far; freed pages among them are used again."""
    last_txn: int
    """The number of the last committed write transaction."""
    page_size: int
    """Bytes."""
    max_readers: int
    """Read transactions at once, over all processes."""
    readers: int
    """The most of them that there have been at once so far."""
    max_key: int
    """Bytes: the longest key of layout "ordered", as stored."""


class Env(Maintenance):
    """An LMDB folder, opened by `scoped_lmdb.open`.

    An Env, its databases and its scopes may be used by any number of threads at once. In a child that was forked after
    the library was loaded they answer ForkedError: open the Env in the child, or start it by spawn. Pickled, an Env is
    its path and its options: what comes out, in the same process or in one that was spawned, is opened anew.
    """

    __slots__ = (
        "__weakref__",
        "_folder",
        "_handle",
        "_library",
        "_options",
        "_path",
        "_pid",
        "_read_only",
        "_scopes",
        "_transactions",
    )

    def __init__(self, path: Path, options: _declare.EnvOptions) -> None:
        self._path: str | bytes = os.fspath(path)
        self._folder = os.path.abspath(self._path)
        close_left()
        self._pid = os.getpid()
        self._options = options
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
        unnamed_default: bool = False,
        default: Callable[[Any], Any] | None = None,
        ext_hook: Callable[[int, bytes], Any] | None = None,
        datetime: bool = False,
    ) -> Database[Any, Any]:
        """Opens a database of typed keys and typed values, creating it if it is missing.

        name        1 to 500 bytes of UTF-8; not starting with "__", not ending in "_scoped".
        layout      how named scopes are stored. "auto": as the database is stored; "ordered" for a new one. "heed" is
                    what the Rust crate scoped-heed reads and writes.
        key_type,   for layout "heed" only, whose bytes do not say what they are: "text", "bytes", "u8" to "u64", "i8"
        value_type  to "i64", "f32", "f64" or "bool".
        must_exist  do not create it. Always so in a read-only Env.
        unnamed_default  the default scope is LMDB's unnamed database, where programs that know no names keep their
                    data; what LMDB keeps there of named databases is neither seen nor touched. One Database an Env.
        default,    what makes an object that MessagePack can hold, or a `msgpack.ExtType`, of a value that it cannot,
        ext_hook    and what makes an object of a stored extension: as msgpack has them. For values only, not for keys.
        datetime    store a datetime, which must have a tzinfo, as MessagePack's timestamp, and read those as datetime
                    in UTC. Other languages see a timestamp.

        Creating it needs the write lock for a moment: not while this thread has a write transaction. Any thread.
        Errors: InvalidNameError, KindMismatchError, LayoutMismatchError, DatabaseNotFoundError, DatabasesFullError,
        NestedError, InvalidArgumentError, ClosedError.

            >>> from datetime import datetime, timezone
            >>> events = env.database("events", datetime=True)
            >>> events.scope("tenant1")["start"] = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> events.scope("tenant1")["start"].year
            2026
        """
        options = _options.db_options(_declare.TYPED, layout, key_type, value_type, must_exist, unnamed_default)
        return Database(self, name, options, Extensions(default, ext_hook, datetime))

    def bytes_key_database(
        self,
        name: str,
        *,
        layout: _options.Layout = "auto",
        value_type: _options.ValueType = "auto",
        must_exist: bool = False,
        unnamed_default: bool = False,
        default: Callable[[Any], Any] | None = None,
        ext_hook: Callable[[int, bytes], Any] | None = None,
        datetime: bool = False,
    ) -> Database[bytes, Any]:
        """Opens a database of raw keys and typed values, creating it if it is missing. As `database` otherwise."""
        options = _options.db_options(_declare.BYTES_KEY, layout, "auto", value_type, must_exist, unnamed_default)
        return Database(self, name, options, Extensions(default, ext_hook, datetime))

    def bytes_database(
        self,
        name: str,
        *,
        layout: _options.Layout = "auto",
        must_exist: bool = False,
        unnamed_default: bool = False,
    ) -> Database[bytes, bytes]:
        """Opens a database of raw keys and raw values, creating it if it is missing. As `database` otherwise."""
        options = _options.db_options(_declare.BYTES, layout, "auto", "auto", must_exist, unnamed_default)
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
        if mode == _declare.WRITE and self._transactions:
            # A reader that was abandoned keeps a writer from using freed pages again: the map would fill up.
            self._end_abandoned()
        frame = _frame.take()
        status = library.slmdb_txn_begin(self._handle.argument, mode, handle.out, frame.error_ref)
        if status in (_declare.NESTED, _declare.READERS_FULL) and self._end_abandoned():
            status = library.slmdb_txn_begin(self._handle.argument, mode, handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        handle.opened()
        return handle

    def _ended_handle(self) -> Handle:
        """A handle of a transaction that has ended, for one whose own handle lives on."""
        handle = self._begin(_declare.READ)
        handle.close()
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

    # ---- batches -----------------------------------------------------------------------------------------------------

    def batch(self) -> Batch:
        """An empty batch: writes that are done together, all or none, and committed in a group with other batches.

        Many threads or coroutines that each wait for a durable commit share it, where each would have had to wait for
        the disk by itself in a transaction of its own. In a `with` it is submitted, and waited for, at the end.
        Errors: ReadOnlyError, ClosedError.

            >>> with env.batch() as batch:
            ...     batch.put(users, "tenant1", "alice", 1)
            ...     batch.delete(users, "tenant1", "bob")
            >>> users.scope("tenant1")["alice"]
            1
        """
        return Batch(self)

    def submit(self, batch: Batch) -> Submitted:
        """Queues a batch and returns at once: `await` what it returns, or ask it for its `result()`.

        As `Batch.submit`.
        """
        if not isinstance(batch, Batch) or batch.env is not self:
            raise InvalidArgumentError(f"{batch!r} is not a batch of {self!r}")
        return batch.submit()

    def flush(self) -> None:
        """Waits until every batch that was submitted before is committed, or has failed, and its result is known.

        Errors: NestedError (this thread has the write transaction, for which the batches wait), BusyError (called by
        what a batch's result calls), ClosedError.
        """
        frame = _frame.take()
        status = self._library.slmdb_env_flush(self._handle.argument, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    # ---- the map, the end --------------------------------------------------------------------------------------------

    def info(self) -> EnvInfo:
        """What the Env is and how full. Reads no entries. Errors: ClosedError."""
        info = _declare.EnvInfo(struct_size=ctypes.sizeof(_declare.EnvInfo))
        frame = _frame.take()
        status = self._library.slmdb_env_stat(self._handle.argument, info, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        return EnvInfo(*(getattr(info, field) for field in EnvInfo._fields))

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
            what = f"{count} transaction{'s' if count != 1 else ''}" if count else "memoryviews of values"
            raise BusyError(
                f"{what} of {self!r} still open: end them, and end or close() "
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

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self._folder, bytes(self._options))

    def __del__(self) -> None:
        # A transaction refers to its Env: if there is none to it but in a cycle of garbage, they are garbage as well,
        # and which is finalized first is nobody's choice.
        for left in tuple(getattr(self, "_transactions", ())):
            left.close()
        handle: Handle | None = getattr(self, "_handle", None)
        if handle is not None and handle.close() == _declare.BUSY:
            # This is a thread of the library, telling a batch's result: it cannot wait for itself.
            leave(handle)


def _reopened(path: str | bytes, options: bytes) -> Env:
    """What a pickled Env is opened as."""
    return Env(path, _declare.EnvOptions.from_buffer_copy(options))
