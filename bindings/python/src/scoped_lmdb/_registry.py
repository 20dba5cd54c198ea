"""What an Env knows of its scopes and databases."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from . import _declare, _frame, _options
from ._frame import FRAMES
from .cursor import Cursor
from .database import DatabaseInfo
from .errors import InvalidArgumentError, NotFoundError
from .scope import Scope, ScopeInfo, ScopeLike, Scopes
from .txn import Txn, WriteTxn, argument_of

if TYPE_CHECKING:
    from .txn import ReadTxn

T = TypeVar("T", bound=Txn)


class Registry:
    """The part of Env that lists, names and drops scopes.

    Each takes a transaction as `txn`; without one it runs in one of its own. A scope is a Scope or its name: None, the
    default scope, has no name, and is an InvalidArgumentError here.
    """

    __slots__ = ()

    _library: _declare.Library
    _scopes: Scopes

    if TYPE_CHECKING:

        def read(self) -> ReadTxn: ...
        def write(self) -> WriteTxn: ...

    @contextlib.contextmanager
    def _reading(self, txn: Txn | None) -> Iterator[Txn]:
        if txn is None:
            with self.read() as own:
                yield own
        else:
            yield self._of_this(txn)

    @contextlib.contextmanager
    def _writing(self, txn: WriteTxn | None) -> Iterator[WriteTxn]:
        if txn is None:
            with self.write() as own:
                yield own
        else:
            self._of_this(txn)._interrupt()
            yield txn

    def _of_this(self, txn: T) -> T:
        argument_of(txn)
        if txn.env is not self:
            raise InvalidArgumentError(f"{txn!r} is not one of {self!r}")
        return txn

    # ---- reading -----------------------------------------------------------------------------------------------------

    def scopes(self, txn: Txn | None = None) -> list[ScopeInfo]:
        """The registered scopes, sorted by the bytes of their names, as `txn` or else a snapshot of now sees them.

        Errors: ClosedError, TxnEndedError.

            >>> users.scope("tenant1")["alice"] = 1
            >>> [scope.name for scope in env.scopes()]
            ['tenant1']
        """
        with self._reading(txn) as reading:
            found = Cursor(self._library, self._library.slmdb_registry_list, reading._argument).all()
            return list(map(ScopeInfo, found, found))

    def databases(self, txn: Txn | None = None) -> list[DatabaseInfo]:
        """The databases of the Env, by name, also those that are not open here.

        Errors: ConflictError (one was made since the transaction began: begin it again), ClosedError, TxnEndedError.
        """
        with self._reading(txn) as reading:
            found = Cursor(self._library, self._library.slmdb_db_list, reading._argument).all()
            return [_database_info(name, described) for name, described in zip(found, found)]

    def scope_id(self, scope: ScopeLike, *, txn: Txn | None = None) -> int | None:
        """The number that stands for a scope in the file; None if it is not registered: then it holds nothing."""
        with self._reading(txn) as reading:
            return self._id(self._library.slmdb_registry_id, reading, scope)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def register_scope(self, scope: ScopeLike, *, txn: WriteTxn | None = None) -> int:
        """Registers a scope if it is not, as a put does by itself, and returns its number."""
        with self._writing(txn) as writing:
            registered = self._id(self._library.slmdb_registry_register, writing, scope)
            assert registered is not None
            return registered

    def rename_scope(self, scope: ScopeLike, name: ScopeLike, *, txn: WriteTxn | None = None) -> None:
        """Gives a scope another name, in all databases, at a cost that does not depend on what it holds.

        Errors: NotFoundError if `scope` is not registered, KeyExistsError if `name` is.

            >>> users.scope("tenant1")["alice"] = 1
            >>> env.rename_scope("tenant1", "customer1")
            >>> users.scope("customer1")["alice"]
            1
        """
        old, new = self._scopes[scope], self._scopes[name]
        with self._writing(txn) as writing:
            frame = _frame.take()
            status = self._library.slmdb_registry_rename(
                writing._argument, old._argument, new._argument, frame.error_ref
            )
            if status == _declare.NOT_FOUND:
                raise _not_registered(scope)
            if status:
                raise frame.failure(status)
            FRAMES.append(frame)

    def drop_scope(self, scope: ScopeLike, *, txn: WriteTxn | None = None) -> int:
        """Deletes all that a scope holds in every database, open here or not, and unregisters it.

        Returns how many entries there were. Errors: NotFoundError if it is not registered; ConflictError if another
        process has made a database since the transaction began: begin it again.
        """
        held = self._scopes[scope]
        with self._writing(txn) as writing:
            frame = _frame.take()
            status = self._library.slmdb_registry_drop(
                writing._argument, held._argument, frame.count_ref, frame.error_ref
            )
            if status == _declare.NOT_FOUND:
                raise _not_registered(scope)
            if status:
                raise frame.failure(status)
            count = frame.count.value
            FRAMES.append(frame)
            return count

    def prune_scopes(self, *, txn: WriteTxn | None = None) -> int:
        """Unregisters every scope that holds nothing in any database of the Env, and returns how many these were.

        Errors: ConflictError as for `drop_scope`.
        """
        with self._writing(txn) as writing:
            frame = _frame.take()
            status = self._library.slmdb_registry_prune(writing._argument, frame.count_ref, frame.error_ref)
            if status:
                raise frame.failure(status)
            count = frame.count.value
            FRAMES.append(frame)
            return count

    def _id(self, function: Any, txn: Txn, scope: ScopeLike) -> int | None:
        held = self._scopes[scope]
        number = ctypes.c_uint32()
        frame = _frame.take()
        status = function(txn._argument, held._argument, ctypes.byref(number), frame.error_ref)
        if status not in (0, _declare.NOT_FOUND):
            raise frame.failure(status)
        FRAMES.append(frame)
        return None if status else number.value


def _not_registered(scope: ScopeLike) -> NotFoundError:
    name = scope.name if isinstance(scope, Scope) else scope
    return NotFoundError(f"there is no scope {name!r}: the first put, or Env.register_scope, registers a name")


def _database_info(name: str, described: dict[str, Any]) -> DatabaseInfo:
    return DatabaseInfo(
        name,
        _options.KINDS[described["kind"]],
        _options.LAYOUTS[described["layout"]],
        _options.TYPES[described["key_type"]],
        _options.TYPES[described["value_type"]],
        described["unnamed_default"],
        described["entries"],
    )
