"""The view of one scope in one database: for programs that want `tenant["alice"]`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .cursor import UNBOUNDED, Unbounded
from .errors import NotFoundError
from .scope import Scope, ScopeLike

if TYPE_CHECKING:
    from .database import Database
    from .txn import Txn, WriteTxn

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class ScopeView(Generic[K, V]):
    """A database and a scope, bound. `Database.scope` makes one.

    Every operation takes a transaction as `txn`; without one it runs in one of its own: a snapshot of that moment, or a
    write that is committed when it returns. Use a transaction for what belongs together, and for many writes, since
    each commit waits for the disk. Any number of threads may use a view at once; it needs no closing.

    Errors: as the operation of Database of the same name, and as `Env.read`, `Env.write` and `WriteTxn.commit` where
    the transaction is its own. NestedError, then, while this thread has a write transaction that was not passed.
    """

    __slots__ = ("_database", "_scope")

    def __init__(self, database: Database[K, V], scope: ScopeLike) -> None:
        self._database = database
        held = database._scopes[scope]
        # Kept, so that the name is looked up only once.
        self._scope: Scope | None = held if isinstance(held, Scope) else None

    @property
    def database(self) -> Database[K, V]:
        """The database."""
        return self._database

    @property
    def name(self) -> str | None:
        """The scope's name; None for the default scope."""
        return None if self._scope is None else self._scope.name

    def __repr__(self) -> str:
        return f"<ScopeView {self.name!r} of {self._database!r}>"

    # ---- one entry ---------------------------------------------------------------------------------------------------

    @overload
    def get(self, key: K, *, txn: Txn | None = None) -> V | None: ...

    @overload
    def get(self, key: K, default: D, *, txn: Txn | None = None) -> V | D: ...

    def get(self, key: K, default: Any = None, *, txn: Txn | None = None) -> Any:
        """The value under a key, or `default` if there is none."""
        if txn is not None:
            return self._database.get(txn, self._scope, key, default)
        with self._database.env.read() as own:
            return self._database.get(own, self._scope, key, default)

    def put(self, key: K, value: V, *, txn: WriteTxn | None = None) -> None:
        """Stores a value under a key, replacing what was there."""
        if txn is not None:
            self._database.put(txn, self._scope, key, value)
            return
        with self._database.env.write() as own:
            self._database.put(own, self._scope, key, value)

    def delete(self, key: K, *, txn: WriteTxn | None = None) -> bool:
        """Deletes an entry and returns whether it was there."""
        if txn is not None:
            return self._database.delete(txn, self._scope, key)
        with self._database.env.write() as own:
            return self._database.delete(own, self._scope, key)

    def __getitem__(self, key: K) -> V:
        """The value under a key. Errors: NotFoundError, which is a KeyError."""
        value: V | _Missing = self.get(key, _MISSING)
        if isinstance(value, _Missing):
            raise self._not_found(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self.put(key, value)

    def __delitem__(self, key: K) -> None:
        """Deletes an entry. Errors: NotFoundError, which is a KeyError."""
        if not self.delete(key):
            raise self._not_found(key)

    def __contains__(self, key: K) -> bool:
        with self._database.env.read() as own:
            return self._database._has(own, self._scope, key)

    def _not_found(self, key: K) -> NotFoundError:
        where = "the default scope" if self._scope is None else f"scope {self._scope.name!r}"
        return NotFoundError(f"no entry {key!r} in {where} of database {self._database.name!r}")

    # ---- the scope's entries -----------------------------------------------------------------------------------------

    def clear(self, *, txn: WriteTxn | None = None) -> int:
        """Deletes all entries of the scope in this database and returns how many there were."""
        if txn is not None:
            return self._database.clear(txn, self._scope)
        with self._database.env.write() as own:
            return self._database.clear(own, self._scope)

    def range(
        self,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        reverse: bool = False,
        limit: int | None = None,
        txn: Txn | None = None,
    ) -> Generator[tuple[K, V], None, None]:
        """The entries from `start` up to `end`, as `Database.range` has them.

        Without a transaction they are a snapshot of the moment of this call, which the iterator holds until it has come
        to its end, is closed by its `close()`, or nothing refers to it.
        """
        owned = txn is None
        return self._database._range(
            self._database.env.read() if txn is None else txn,
            self._scope,
            start,
            end,
            include_start,
            include_end,
            reverse,
            limit,
            owns_txn=owned,
        )

    def __iter__(self) -> Iterator[K]:
        """The keys, of a snapshot of this moment."""
        return (key for key, _ in self.range())


class _Missing:
    """What `get` returns for `[]`, since None may be a value."""


_MISSING = _Missing()
