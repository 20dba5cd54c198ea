"""Transactions: a read transaction is a snapshot, the write transaction is the one that may change something."""

from __future__ import annotations

import os
import warnings
import weakref
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _declare, _frame, _lent
from ._handle import Handle
from .errors import Error, InUseError, InvalidArgumentError, TxnEndedError

if TYPE_CHECKING:
    from .cursor import Walk
    from .env import Env


class Txn:
    """A transaction. `Env.read()` and `Env.write()` begin one; use it in a `with`.

    It may be used by one thread at a time (InUseError). One that is left without an end is aborted when nothing refers
    to it.
    """

    __slots__ = ("__weakref__", "_argument", "_env", "_handle", "_has_ended", "_lent", "_walks")

    writes = False
    """Whether it is a write transaction."""

    def __init__(self, env: Env, handle: Handle) -> None:
        self._env = env
        self._has_ended = False
        # The walks that have read ahead: a write, and the end, take that away from them. Weakly, so that there is no
        # cycle: a transaction that an exception of a signal's handler left over must end with its last user.
        self._walks: dict[int, weakref.ref[Walk]] = {}
        # What points into the map, of a reader that was asked for it.
        self._lent: list[_lent.Lent] = []
        self._handle = handle
        self._argument: Any = handle.argument
        env._transactions[handle] = weakref.ref(self)

    @property
    def env(self) -> Env:
        """The Env it belongs to."""
        return self._env

    @property
    def is_open(self) -> bool:
        """Whether it has been neither committed nor aborted."""
        return not self._has_ended and self._handle.is_open

    def abort(self) -> None:
        """Ends it and drops its writes. Iterators over it end with it.

        Errors: TxnEndedError if it has ended, WrongThreadError for a write transaction on another thread than its own
        (it is then still open), InUseError.
        """
        self._check_open()
        self.close()

    def close(self) -> None:
        """Aborts it unless it has ended; may be repeated. Errors: WrongThreadError, InUseError (it is still open)."""
        if self._lent and self._env._pid == os.getpid() and not self._has_ended:
            self._end_lending()
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if not self._handle.is_open:
            self._ended()
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def _end_lending(self) -> None:
        """Ends what points into the map; if a part of it lives on, so does the snapshot, but not this transaction."""
        lent, self._lent = self._lent, []
        if _lent.release(lent):
            self._env._transactions.pop(self._handle, None)
            self._handle = self._env._ended_handle()
            self._argument = self._handle.argument
            self._ended()

    def _ended(self) -> None:
        self._has_ended = True
        self._env._transactions.pop(self._handle, None)
        self._interrupt()

    def _interrupt(self) -> None:
        """Tells the walks over it that what they have read ahead is no longer right."""
        for number, reference in self._walks.copy().items():
            walk = reference()
            if walk is None:
                self._walks.pop(number, None)
            else:
                walk.cut()

    def _check_open(self) -> None:
        if self._has_ended:
            raise TxnEndedError("the transaction has been committed or aborted: begin another one")

    def __enter__(self) -> Txn:
        self._check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        try:
            self.close()
        except Error:
            # What happened in the block says more than that the clean-up failed as well.
            if error is None:
                raise

    def __del__(self) -> None:
        handle: Handle | None = getattr(self, "_handle", None)
        if handle is None:
            return
        if self._lent and self._env._pid == os.getpid():
            # The collector may have cleared what tells whether a part of it lives: the last of them closes the handle.
            _lent.release(self._lent)
            self._env._transactions.pop(handle, None)
            # Before the Env, which may go with this transaction, and cannot be closed while the handle is open.
            del handle, self._handle
            return
        # Whether it could be ended is told to nobody: there is nobody. The Env keeps it if not.
        handle.close()
        if not handle.is_open:
            self._env._transactions.pop(handle, None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._env!r}, {'open' if self.is_open else 'ended'}>"


class ReadTxn(Txn):
    """A snapshot: it sees what was committed when it began, and nothing later. Any number may be open at once."""

    __slots__ = ()

    def __init__(self, env: Env) -> None:
        super().__init__(env, env._begin(_declare.READ))

    def __enter__(self) -> ReadTxn:
        super().__enter__()
        return self


class WriteTxn(Txn):
    """The write transaction: one at a time in an Env, over all processes. It sees its own writes.

    A `with` commits it at the end and aborts it on an exception. It must end on the thread that began it. One that is
    left without an end, and is aborted when nothing refers to it, is a ResourceWarning.
    """

    __slots__ = ("_parent", "_thread")

    writes = True

    def __init__(self, env: Env, parent: WriteTxn | None = None) -> None:
        self._parent = parent
        self._thread = get_ident()
        super().__init__(env, env._begin(_declare.WRITE) if parent is None else parent._begin_child())

    def child(self) -> WriteTxn:
        """Begins a transaction within this one, on the same thread: a `with` of its own that may fail by itself.

        Committing it hands its writes to this transaction, aborting it drops them and nothing else. Until it ends, this
        one is an InUseError for everything but `abort`, which aborts both. Children may have children.
        Errors: WrongThreadError, TxnEndedError, OutOfMemoryError.

            >>> with env.write() as txn:
            ...     users.put(txn, "tenant1", "kept", 1)
            ...     try:
            ...         with txn.child() as attempt:
            ...             users.put(attempt, "tenant1", "dropped", 2)
            ...             raise RuntimeError
            ...     except RuntimeError:
            ...         pass
            ...     print([key for key in users.keys(txn, "tenant1")])
            ['kept']
        """
        self._check_open()
        return WriteTxn(self._env, self)

    def _begin_child(self) -> Handle:
        library = self._env._library
        handle = Handle(library.slmdb_txn_abort)
        frame = _frame.take()
        status = library.slmdb_txn_child(self._argument, handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        handle.opened()
        return handle

    def _ended(self) -> None:
        super()._ended()
        parent = self._parent
        if parent is not None:
            parent._interrupt()

    def commit(self) -> None:
        """Ends it and makes its writes durable and visible, all or none.

        Whatever the error, the transaction has ended and nothing was written, except: WrongThreadError and InUseError
        (it is still open), CommitUnknownError. Errors beside these: TxnEndedError, MapFullError, DiskFullError,
        IOFailedError, ConflictError.
        """
        self._check_open()
        frame = _frame.take()
        status = self._env._library.slmdb_txn_commit(self._argument, frame.error_ref)
        if status not in (_declare.WRONG_THREAD, _declare.IN_USE, _declare.FORKED):
            self._handle.forget()
            self._ended()
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def __enter__(self) -> WriteTxn:
        super().__enter__()
        return self

    def _leave(self, error: BaseException | None) -> None:
        # A block may end its transaction itself.
        if error is None and self._handle.is_open:
            try:
                self.commit()
            except InUseError:
                # A child was left open. The block is over all the same, and nothing of it is kept.
                self.close()
                raise
        else:
            super()._leave(error)

    def __del__(self) -> None:
        handle: Handle | None = getattr(self, "_handle", None)
        left_open = handle is not None and handle.is_open
        super().__del__()
        if left_open:
            warnings.warn(
                f"a write transaction of {self._env!r} was never ended", ResourceWarning, stacklevel=1, source=self
            )


def argument_of(txn: Txn) -> Any:
    """The handle of a transaction, or the error that says what was given instead of one."""
    if isinstance(txn, Txn):
        return txn._argument
    raise InvalidArgumentError(f"the first argument is a transaction (env.read(), env.write()), not {txn!r}")
