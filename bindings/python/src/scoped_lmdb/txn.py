"""Transactions: a read transaction is a snapshot, the write transaction is the one that may change something."""

from __future__ import annotations

import warnings
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _declare, _frame
from ._handle import Handle
from .errors import Error, InvalidArgumentError, TxnEndedError

if TYPE_CHECKING:
    from .env import Env

# The version of a transaction that has ended.
_ENDED = -1


class Txn:
    """A transaction. `Env.read()` and `Env.write()` begin one; use it in a `with`.

    It may be used by one thread at a time (InUseError). One that is left without an end is aborted when nothing refers
    to it.
    """

    __slots__ = ("__weakref__", "_argument", "_env", "_handle", "_version")

    _mode = _declare.READ

    def __init__(self, env: Env) -> None:
        self._env = env
        # Changes with every write, and with the end. Iterators compare it, so that they go on rightly after both.
        self._version = 0
        self._handle = env._begin(self._mode)
        self._argument: Any = self._handle.argument
        env._transactions[self._handle] = weakref.ref(self)

    @property
    def env(self) -> Env:
        """The Env it belongs to."""
        return self._env

    @property
    def is_open(self) -> bool:
        """Whether it has been neither committed nor aborted."""
        return self._handle.is_open

    def abort(self) -> None:
        """Ends it and drops its writes. Iterators over it end with it.

        Errors: TxnEndedError if it has ended, WrongThreadError for a write transaction on another thread than its own
        (it is then still open), InUseError.
        """
        if not self._handle.is_open:
            self._check_open()
        self.close()

    def close(self) -> None:
        """Aborts it unless it has ended; may be repeated. Errors: WrongThreadError, InUseError (it is still open)."""
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if not self._handle.is_open:
            self._ended()
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def _ended(self) -> None:
        self._version = _ENDED
        self._env._transactions.pop(self._handle, None)

    def _check_open(self) -> None:
        if self._version == _ENDED:
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
        # Whether it could be ended is told to nobody: there is nobody. The Env keeps it if not.
        handle.close()
        if not handle.is_open:
            self._env._transactions.pop(handle, None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._env!r}, {'open' if self.is_open else 'ended'}>"


class ReadTxn(Txn):
    """A snapshot: it sees what was committed when it began, and nothing later. Any number may be open at once."""

    __slots__ = ()

    def __enter__(self) -> ReadTxn:
        super().__enter__()
        return self


class WriteTxn(Txn):
    """The write transaction: one at a time in an Env, over all processes. It sees its own writes.

    A `with` commits it at the end and aborts it on an exception. It must end on the thread that began it. One that is
    left without an end, and is aborted when nothing refers to it, is a ResourceWarning.
    """

    __slots__ = ()

    _mode = _declare.WRITE

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
            self.commit()
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
