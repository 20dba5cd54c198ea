"""Databases: entries by key, in scopes. Three kinds, which differ in how keys and values are packed."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _declare, _frame, _options
from ._codec import NO_EXTENSIONS, Codec, Extensions
from ._frame import FRAMES
from ._handle import Handle
from ._points import K, V
from ._walks import Walks
from .errors import Error, InvalidNameError
from .scope import ScopeLike
from .view import ScopeView

if TYPE_CHECKING:
    from .aio import AsyncScopeView
    from .env import Env


class DatabaseInfo(NamedTuple):
    """What a database of an Env is."""

    name: str
    kind: _options.Kind
    """"typed", "bytes_key" or "bytes"; "unknown" for one that another program made."""
    layout: _options.Layout
    key_type: _options.ValueType
    value_type: _options.ValueType
    unnamed_default: bool
    entries: int
    """Of all scopes."""


class Database(Walks[K, V]):
    """A database of an Env: `Env.database`, `Env.bytes_key_database` and `Env.bytes_database` open one.

    K and V are what a type checker takes keys and values for; nothing is checked at run time beyond the kind. Where
    keys or values are raw bytes, bytearray and memoryview do as well. What is returned are Python's own objects, copied
    out of the file: they live as long as anything refers to them. Only `get_view` copies nothing.

    Every operation names a transaction and a scope: a Scope, a scope's name, or None for the default scope. Any number
    of threads may use a Database at once, each with a transaction of its own. All waiting in the library lets other
    threads of Python run. It is closed with its Env, by `close()`, at the end of a `with`, or with its last reference.
    Pickled, it is its Env and its options.

    Errors of every operation: EmptyScopeError, InvalidScopeError, ClosedError, TxnEndedError, WrongThreadError,
    InUseError, ForkedError, CorruptError.
    """

    __slots__ = ("_extensions", "_options")

    def __init__(
        self, env: Env, name: str, options: _declare.DbOptions, extensions: Extensions = NO_EXTENSIONS
    ) -> None:
        self._env = env
        self._name = name
        self._options = options
        self._extensions = extensions
        self._library = library = env._library
        self._scopes = env._scopes
        self._codec = codec = Codec(options.kind == _declare.TYPED, options.kind != _declare.BYTES, extensions)
        # The few that are used for every get and put, at hand.
        self._pack_key = codec.pack_key
        self._pack_value = codec.pack_value
        self._raw_keys = not codec.typed_keys
        self._unpack = codec.unpack if codec.typed_values else None
        self._get = library.get_args
        self._put = library.put
        encoded = _encode(name)
        handle = Handle(library.slmdb_db_close)
        frame = _frame.take()
        status = library.slmdb_db_open(
            env._handle.argument, encoded, len(encoded), options, handle.out, frame.error_ref
        )
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)
        handle.opened()
        self._handle = handle
        self._argument: Any = handle.argument

    @property
    def env(self) -> Env:
        """The Env it belongs to."""
        return self._env

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def kind(self) -> _options.Kind:
        """Its kind: "typed", "bytes_key" or "bytes"."""
        kind: _options.Kind = _options.KINDS[self._options.kind]
        return kind

    @property
    def layout(self) -> _options.Layout:
        """How named scopes are stored: "ordered" or "heed". Errors: ClosedError."""
        described = _declare.DbOptions(struct_size=ctypes.sizeof(_declare.DbOptions))
        frame = _frame.take()
        status = self._library.slmdb_db_describe(self._argument, described, frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)
        layout: _options.Layout = _options.LAYOUTS[described.layout]
        return layout

    def scope(self, scope: ScopeLike) -> ScopeView[K, V]:
        """This database and one scope, bound: `view["alice"]`, with transactions of its own.

        Errors: EmptyScopeError, InvalidScopeError.

            >>> tenant = users.scope("tenant1")
            >>> tenant["alice"] = {"age": 30}
            >>> tenant["alice"]
            {'age': 30}
        """
        return ScopeView(self, scope)

    def async_scope(self, scope: ScopeLike) -> AsyncScopeView[K, V]:
        """The same for asyncio: `await view.put("alice", value)`. Errors: as `scope`."""
        from .aio import AsyncScopeView

        return AsyncScopeView(self.scope(scope))

    def close(self) -> None:
        """Frees its handle; may be repeated. Nothing stored changes. Any thread. Errors: ForkedError."""
        frame = _frame.take()
        status = self._handle.close(frame.error_ref)
        if status:
            raise frame.failure(status)
        FRAMES.append(frame)

    def __enter__(self) -> Database[K, V]:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Error:
            # As in a forked child. What happened in the block says more.
            if error is None:
                raise

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self._env, self._name, bytes(self._options), self._extensions)

    def __repr__(self) -> str:
        return f"<Database {self._name!r} of {self._env!r}>"


def _reopened(env: Env, name: str, options: bytes, extensions: Extensions) -> Database[Any, Any]:
    """What a pickled Database is opened as."""
    return Database(env, name, _declare.DbOptions.from_buffer_copy(options), extensions)


def _encode(name: str) -> bytes:
    if not isinstance(name, str):
        raise InvalidNameError(f"a database's name is a str, not {type(name).__name__}")
    try:
        return name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidNameError(f"a database's name must be writable as UTF-8: {error}") from error
