"""Scopes: a name, checked once."""

from __future__ import annotations

from typing import Any, NamedTuple, Union
from weakref import WeakSet

from . import _frame, _load
from ._handle import Handle
from .errors import Error, InvalidScopeError


class Scope:
    """A scope by its name: an isolated namespace, in every database of every Env.

    Wherever a scope is asked for, its name does as well, and None is the default scope. A Scope spares the look-up of
    the name. Making one touches no environment; the name is registered by the first put. It may be used by any number
    of threads, and is closed by `close()`, at the end of a `with`, or when nothing refers to it.

    Errors: EmptyScopeError for "", InvalidScopeError for what is no text, cannot be written as UTF-8 or is longer than
    4,096 bytes of it.
    """

    __slots__ = ("__weakref__", "_argument", "_handle", "name")

    def __init__(self, name: str) -> None:
        self.name: str = name
        library = _load.library()
        self._handle = Handle(library.slmdb_scope_close)
        encoded = _encode(name)
        frame = _frame.take()
        status = library.slmdb_scope_open(encoded, len(encoded), self._handle.out, frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        self._handle.opened()
        self._argument: Any = self._handle.argument

    def close(self) -> None:
        """Frees the handle; may be repeated. Nothing stored changes. Any thread. Errors: ForkedError."""
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)

    def __enter__(self) -> Scope:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Error:
            # As in a forked child. What happened in the block says more.
            if error is None:
                raise

    def __repr__(self) -> str:
        return f"Scope({self.name!r})"


ScopeLike = Union[Scope, str, None]


class ScopeInfo(NamedTuple):
    """A registered scope."""

    name: str
    """Its name."""
    id: int
    """The number that stands for it in the file, 0 to 2^32-1."""


def _encode(name: str) -> bytes:
    if not isinstance(name, str):
        raise InvalidScopeError(f"a scope is a Scope, a str, or None for the default one, not {type(name).__name__}")
    try:
        return name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidScopeError(f"a scope's name must be writable as UTF-8: {error}") from error


class DefaultScope:
    """What None stands for: the null handle."""

    __slots__ = ()
    _argument = None
    _handle = None
    name = None


class Scopes(dict[Any, Union[Scope, DefaultScope]]):
    """The scopes of an Env that were used lately, by name: `scopes[name]`, `scopes[None]`, `scopes[scope]`.

    It is a dict, so that a name that is found costs no call. The names beyond `limit` become the older generation; one
    of these that is used again moves back, the others are let go when the next generation is full. To let go is not to
    close: a scope is closed when its last user, which may be a call of another thread, has let go too. So there is no
    lock here either, and two threads that both open the same name at once merely open it twice.
    """

    def __init__(self, limit: int = 512) -> None:
        super().__init__()
        self._limit = limit
        self._older: dict[Any, Scope] = {}
        # Those that were let go too, while a view or a call still has them.
        self._opened: WeakSet[Scope] = WeakSet()
        self[None] = DefaultScope()

    def __missing__(self, scope: ScopeLike) -> Scope | DefaultScope:
        if isinstance(scope, Scope):
            return scope
        found: Scope | None = self._older.get(scope) if isinstance(scope, str) else None
        if found is None:
            # _encode refuses, inside Scope, what is no str.
            found = Scope(scope)  # type: ignore[arg-type]
            self._opened.add(found)
        if len(self) > self._limit:
            self._older = {name: kept for name, kept in self.copy().items() if isinstance(kept, Scope)}
            self._forget()
        self[scope] = found
        return found

    def _forget(self) -> None:
        for name in self.copy():
            if name is not None:
                self.pop(name, None)

    def close(self) -> None:
        """Closes every scope that came from here, for an Env that has been closed."""
        self._older = {}
        self._forget()
        for scope in list(self._opened):
            scope._handle.close()
