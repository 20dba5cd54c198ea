"""Batches: writes that are handed over and committed together with those of others."""

from __future__ import annotations

import atexit
import concurrent.futures
import contextlib
import itertools
import weakref
from collections.abc import Generator
from ctypes import byref, c_bool, c_uint64
from typing import TYPE_CHECKING, Any

from . import _declare, _frame
from ._frame import FRAMES
from ._handle import Handle
from ._walks import Entries
from .errors import ClosedError, Error, of_status
from .scope import ScopeLike

if TYPE_CHECKING:
    from ._points import K, V
    from .database import Database
    from .env import Env


class Submitted(concurrent.futures.Future[None]):
    """What a submitted batch will have come to: a `concurrent.futures.Future`, and an awaitable.

    `result()` waits and returns None once the writes are as durable as the Env makes a commit, or raises the error for
    which none of them was kept. It cannot be cancelled: who stops waiting leaves the batch to be committed all the
    same. What `add_done_callback` calls, runs on a thread of the library that others wait for, so it must be quick.
    """

    #: Kept from being freed until the result has come, whoever still waits for it.
    _told: list[c_bool | c_uint64]

    def __await__(self) -> Generator[Any, None, None]:
        import asyncio

        return asyncio.wrap_future(self).__await__()


class Batch:
    """Writes that are done together, all or none: `Env.batch` makes one. It is filled by one thread at a time.

    What is put is copied at once. It ends by `submit`, by `close`, which drops it, or by the end of a `with`, which
    submits it and waits; one that nobody refers to is dropped. Errors of every addition: those of the operation of
    Database of the same name, after which the batch is as it was; ClosedError when it has ended.
    """

    __slots__ = ("__weakref__", "_env", "_handle", "_told")

    def __init__(self, env: Env) -> None:
        self._env = env
        # What the library writes to until the batch has come to something.
        self._told: list[c_bool | c_uint64] = []
        handle = Handle(env._library.slmdb_batch_close)
        frame = _frame.take()
        status = env._library.slmdb_batch_open(env._handle.argument, handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)
        handle.opened()
        self._handle = handle

    @property
    def env(self) -> Env:
        """The Env it belongs to."""
        return self._env

    def put(self, database: Database[K, V], scope: ScopeLike, key: K, value: V) -> None:
        """Adds a put."""
        self._put(database, self._env._library.slmdb_batch_put, scope, key, value)

    def put_if_absent(self, database: Database[K, V], scope: ScopeLike, key: K, value: V) -> None:
        """Adds a put of a key that must be new: if it is not, the batch fails whole, with KeyExistsError."""
        self._put(database, self._env._library.slmdb_batch_put_if_absent, scope, key, value)

    def put_many(self, database: Database[K, V], scope: ScopeLike, entries: Entries[K, V]) -> None:
        """Adds the puts of a mapping or of pairs; all or, after an error, none of them."""
        from ._codec import entries_of

        frame = _frame.take()
        pairs = list(entries_of(entries))
        page = database._codec.entries_page(frame, pairs)
        try:
            self._add(self._env._library.slmdb_batch_put_many, database, scope, frame, page, len(page))
        except Error:
            database._codec.check_entries(pairs)
            raise

    def delete(self, database: Database[K, V], scope: ScopeLike, key: K) -> None:
        """Adds a delete. That there is nothing to delete is no error."""
        self._delete(database, scope, key, None)

    def clear(self, database: Database[K, V], scope: ScopeLike) -> None:
        """Adds the deletion of all entries of a scope in a database."""
        self._add(self._env._library.slmdb_batch_clear, database, scope, _frame.take(), None)

    def _delete_told(self, database: Database[K, V], scope: ScopeLike, key: K) -> c_bool:
        """Adds a delete, and returns what will say whether there was something."""
        deleted = c_bool()
        self._told.append(deleted)
        self._delete(database, scope, key, byref(deleted))
        return deleted

    def _clear_told(self, database: Database[K, V], scope: ScopeLike) -> c_uint64:
        """Adds a clear, and returns what will be the number of entries that it deleted."""
        count = c_uint64()
        self._told.append(count)
        self._add(self._env._library.slmdb_batch_clear, database, scope, _frame.take(), byref(count))
        return count

    def _delete(self, database: Database[K, V], scope: ScopeLike, key: K, deleted: Any) -> None:
        frame = _frame.take()
        packed = database._pack_key(frame, key)
        self._add(self._env._library.slmdb_batch_delete, database, scope, frame, packed, len(packed), deleted)

    def _put(self, database: Database[Any, Any], function: Any, scope: ScopeLike, key: Any, value: Any) -> None:
        frame = _frame.take()
        packed, stored = database._pack_key(frame, key), database._pack_value(frame, value)
        self._add(function, database, scope, frame, packed, len(packed), stored, len(stored))

    def _add(
        self, function: Any, database: Database[Any, Any], scope: ScopeLike, frame: _frame.Frame, *arguments: Any
    ) -> None:
        held = database._scopes[scope]
        status = function(self._handle.argument, database._argument, held._argument, *arguments, frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)

    def submit(self) -> Submitted:
        """Queues the batch and returns at once; the batch has ended.

        All batches that wait are committed together, in the order of submission; each has its own result. Any thread,
        also one that has the write transaction: the batch waits for it, so do not wait for the batch there. At the end
        of the program, what was submitted is waited for; `os._exit` and a kill may lose it. Errors: ClosedError.
        """
        env = self._env
        if _Exit.begun:
            raise ClosedError("the program is ending: submit batches before")
        number = next(_numbers)
        submitted = Submitted()
        submitted._told = self._told
        submitted.set_running_or_notify_cancel()
        _pending[number] = submitted
        _submitting.add(env)
        frame = _frame.take()
        status = env._library.slmdb_batch_submit(self._handle.argument, _CALLBACK, number, frame.error_ref)
        if status:
            _pending.pop(number, None)
            raise frame.failure(status)
        self._handle.forget()
        FRAMES.append(frame)
        return submitted

    def apply(self) -> None:
        """Queues the batch and waits for what it comes to; the batch has ended. As `submit`, for threads.

        Threads that wait at once share a commit, and each of them pays only its own part of it, which is less than what
        a Future costs. The wait holds up no other thread; a KeyboardInterrupt comes after it. Errors: NestedError (this
        thread has the write transaction, for which the batch would wait), BusyError (called by what a batch's result
        calls), ClosedError, and those of the writes.
        """
        frame = _frame.take()
        status = self._env._library.slmdb_batch_apply(self._handle.argument, frame.error_ref)
        if status not in (_declare.NESTED, _declare.BUSY, _declare.IN_USE, _declare.FORKED):
            self._handle.forget()
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)

    def close(self) -> None:
        """Drops the batch if it was not submitted; may be repeated. Errors: ForkedError."""
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None and self._handle.is_open:
                self.apply()
        finally:
            self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        try:
            self.close()
        except Error:
            # As in a forked child. What happened in the block says more.
            if error is None:
                raise


# ---- what comes back -------------------------------------------------------------------------------------------------

# The batches that the library has and whose result has not come, by the number that it passes back.
_pending: dict[int, Submitted] = {}
_numbers = itertools.count(1)
# Envs that have had a batch: what they still have is waited for when the program ends.
_submitting: weakref.WeakSet[Env] = weakref.WeakSet()
# Envs that nobody refers to and that could not be closed, since a batch's result was the last that did.
_left: list[Handle] = []


class _Exit:
    begun = False


def _done(number: int, result: Any) -> None:
    """Tells a batch's result. Runs on a thread of the library, which knows nothing of exceptions: none leaves here."""
    submitted = _pending.pop(number, None)
    if submitted is None:
        return
    if result.contents.code == 0:
        submitted.set_result(None)
    else:
        message = result.contents.message.decode("utf-8", "replace")
        submitted.set_exception(of_status(result.contents.code, message))


# One for all, and never freed: the library may call it as long as the process lives.
_CALLBACK = _declare.Done(_done)


def leave(handle: Handle) -> None:
    """Keeps the handle of an Env that could not be closed where it was finalized."""
    _left.append(handle)


def close_left() -> None:
    """Closes what was left."""
    while _left:
        _left.pop().close()


def _flush_all() -> None:
    """Waits for what was submitted. Afterwards the interpreter ends, and a thread that comes back to it would hang."""
    _Exit.begun = True
    for env in tuple(_submitting):
        try:
            env.flush()
        except Error:
            # The batches wait for a write transaction that nobody will end any more; or this is a forked child.
            for handle in tuple(env._transactions):
                handle.close()
            with contextlib.suppress(Error):
                env.flush()
    close_left()


atexit.register(_flush_all)
