"""The view of one scope for asyncio: writes are batches that are awaited, so that many at once share a commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ._walks import Entries
from .cursor import UNBOUNDED, Unbounded
from .errors import KeyExistsError

if TYPE_CHECKING:
    from .view import ScopeView

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

# Entries that `range` fetches at once, on another thread.
_MANY = 1000


class AsyncScopeView(Generic[K, V]):
    """A database and a scope, bound, for asyncio. `Database.async_scope` makes one.

    A write returns when it is as durable as the Env makes a commit; writes that are awaited at once, as by
    `asyncio.gather`, are committed together. Who is cancelled while waiting leaves the write to be done all the same.
    What belongs together goes into one `Env.batch`: `await env.submit(batch)`. A transaction that reads what it writes
    is a function of its own, for `asyncio.to_thread`. Single reads are done at once, on the loop's thread: they cost
    microseconds, and a page of the file that is not in memory yet costs what the disk costs. Ranges are read on another
    thread.

    Errors: as the operation of Batch or ScopeView of the same name.

        >>> import asyncio
        >>> async def main():
        ...     tenant = users.async_scope("tenant1")
        ...     await asyncio.gather(*(tenant.put(name, {"age": 30}) for name in ("alice", "bob")))
        ...     return [key async for key, _ in tenant.range()], await tenant.get("bob")
        >>> asyncio.run(main())
        (['alice', 'bob'], {'age': 30})
    """

    __slots__ = ("_view",)

    def __init__(self, view: ScopeView[K, V]) -> None:
        self._view = view

    @property
    def view(self) -> ScopeView[K, V]:
        """The same for code that does not await."""
        return self._view

    def __repr__(self) -> str:
        return f"<AsyncScopeView {self._view.name!r} of {self._view.database!r}>"

    # ---- reading -----------------------------------------------------------------------------------------------------

    @overload
    async def get(self, key: K) -> V | None: ...

    @overload
    async def get(self, key: K, default: D) -> V | D: ...

    async def get(self, key: K, default: Any = None) -> Any:
        """The value under a key, or `default` if there is none."""
        return self._view.get(key, default)

    @overload
    async def get_many(self, keys: Iterable[K]) -> list[V | None]: ...

    @overload
    async def get_many(self, keys: Iterable[K], default: D) -> list[V | D]: ...

    async def get_many(self, keys: Iterable[K], default: Any = None) -> list[Any]:
        """The values under many keys, in their order, with `default` where there is none; of one snapshot."""
        return self._view.get_many(keys, default)

    async def contains(self, key: K) -> bool:
        """Whether there is an entry under a key."""
        return key in self._view

    async def range(
        self,
        *,
        start: K | Unbounded = UNBOUNDED,
        end: K | Unbounded = UNBOUNDED,
        include_start: bool = True,
        include_end: bool = False,
        prefix: K | Unbounded = UNBOUNDED,
        reverse: bool = False,
        limit: int | None = None,
    ) -> AsyncGenerator[tuple[K, V], None]:
        """The entries from `start` up to `end`, of a snapshot of the moment of the first of them. As `Database.range`.

        The snapshot is held to the end; who leaves before it closes the iterator, as `contextlib.aclosing` does.
        """
        loop = asyncio.get_running_loop()
        entries = self._view.range(
            start=start,
            end=end,
            include_start=include_start,
            include_end=include_end,
            prefix=prefix,
            reverse=reverse,
            limit=limit,
        )
        try:
            while chunk := await loop.run_in_executor(None, lambda: list(islice(entries, _MANY))):
                for entry in chunk:
                    yield entry
        finally:
            entries.close()

    async def __aiter__(self) -> AsyncIterator[K]:
        async for key, _ in self.range():
            yield key

    # ---- writing -----------------------------------------------------------------------------------------------------

    async def put(self, key: K, value: V) -> None:
        """Stores a value under a key, replacing what was there."""
        batch = self._view.database.env.batch()
        batch.put(self._view.database, self._view.scope, key, value)
        await batch.submit()

    async def put_if_absent(self, key: K, value: V) -> bool:
        """Stores a value if nothing is under the key, and returns whether it did."""
        batch = self._view.database.env.batch()
        batch.put_if_absent(self._view.database, self._view.scope, key, value)
        try:
            await batch.submit()
        except KeyExistsError:
            return False
        return True

    async def put_many(self, entries: Entries[K, V]) -> None:
        """Stores the entries of a mapping or of pairs, all or none."""
        batch = self._view.database.env.batch()
        batch.put_many(self._view.database, self._view.scope, entries)
        await batch.submit()

    async def delete(self, key: K) -> bool:
        """Deletes an entry, and returns whether there was one."""
        batch = self._view.database.env.batch()
        deleted = batch._delete_told(self._view.database, self._view.scope, key)
        await batch.submit()
        return deleted.value

    async def clear(self) -> int:
        """Deletes all entries of the scope in this database, and returns how many there were."""
        batch = self._view.database.env.batch()
        count = batch._clear_told(self._view.database, self._view.scope)
        await batch.submit()
        return count.value
