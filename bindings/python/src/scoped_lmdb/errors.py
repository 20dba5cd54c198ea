"""The errors: one class per status of the library, all of them `Error`.

Where Python has an exception of that meaning, the class is one of those too: a missing folder is a FileNotFoundError,
an empty scope's name a ValueError. `code` is the status's number, the same in every language and never reused; `name`
its name; `str(error)` is the library's message.
"""

from __future__ import annotations

import errno as _errno


class Error(Exception):
    """Any failure of this package. `code` is the status (-1: it never reached the library), `name` its name."""

    code: int = -1
    name: str = "Error"

    def __init__(self, message: str = "", code: int | None = None) -> None:
        # One argument only, also where the other base is an OSError or a KeyError, which would read more into several.
        super().__init__(message)
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        # KeyError would quote the message, OSError would put its number before it.
        return str(self.args[0]) if self.args else ""


class LoadError(Error, ImportError):  # pyright: ignore[reportIncompatibleVariableOverride]
    """The library libslmdb.so is missing, cannot be loaded here, or is of another ABI."""

    name = "Load"


class NotFoundError(Error, KeyError):
    """No entry under that key. Only `view[key]` and `del view[key]` raise it; `get` returns its default."""

    code, name = 1, "NotFound"


class KeyExistsError(Error):
    """An entry that must not exist does."""

    code, name = 2, "KeyExists"


class EmptyScopeError(Error, ValueError):
    """A scope's name of no characters. The default scope is None."""

    code, name = 3, "EmptyScope"


class InvalidScopeError(Error, ValueError, TypeError):
    """A scope that is no Scope, str or None, cannot be written as UTF-8, or is longer than 4,096 bytes."""

    code, name = 4, "InvalidScope"


class EmptyKeyError(Error, ValueError):
    """A put of a key of no bytes."""

    code, name = 5, "EmptyKey"


class KeyTooLongError(Error, ValueError):
    """A key beyond 507 bytes (layout ordered) or 499 (layout heed), as stored."""

    code, name = 6, "KeyTooLong"


class ValueTooLargeError(Error, ValueError):
    """A value beyond 2,147,483,647 bytes."""

    code, name = 7, "ValueTooLarge"


class InvalidKeyError(Error, ValueError, TypeError):
    """Not a key of this database, or stored bytes that are no such key."""

    code, name = 8, "InvalidKey"


class InvalidValueError(Error, ValueError, TypeError):
    """Not a value of this database, or stored bytes that are no such value."""

    code, name = 9, "InvalidValue"


class InvalidNameError(Error, ValueError, TypeError):
    """A database's name that is empty, too long, reserved or no text."""

    code, name = 10, "InvalidName"


class KindMismatchError(Error):
    """The database was created as another kind, or with other types."""

    code, name = 11, "KindMismatch"


class LayoutMismatchError(Error):
    """The database is stored in another layout than the one asked for."""

    code, name = 12, "LayoutMismatch"


class DatabaseNotFoundError(Error, LookupError):
    """No such database, and it was not to be created."""

    code, name = 13, "DatabaseNotFound"


class FormatTooNewError(Error):
    """The file was written by a newer scoped-lmdb."""

    code, name = 14, "FormatTooNew"


class CorruptError(Error):
    """A stored record cannot be what it should be."""

    code, name = 15, "Corrupt"


class ReadOnlyError(Error, PermissionError):
    """A write in a read transaction, or in an Env opened with read_only."""

    code, name = 16, "ReadOnly"
    errno: int | None = _errno.EPERM


class MapFullError(Error):
    """The map is full. The transaction can only be aborted; then `Env.grow`."""

    code, name = 17, "MapFull"


class DatabasesFullError(Error):
    """More databases than max_databases."""

    code, name = 18, "DatabasesFull"


class ReadersFullError(Error):
    """More read transactions at once than max_readers."""

    code, name = 19, "ReadersFull"


class TxnFullError(Error):
    """One transaction changed too many pages."""

    code, name = 20, "TxnFull"


class TxnEndedError(Error, RuntimeError):
    """The transaction has been committed or aborted."""

    code, name = 21, "TxnEnded"


class NestedError(Error, RuntimeError):
    """This thread already has a write transaction."""

    code, name = 22, "Nested"


class WrongThreadError(Error, RuntimeError):
    """The end of a write transaction on another thread than the one that began it."""

    code, name = 23, "WrongThread"


class InUseError(Error, RuntimeError):
    """Another thread is inside a call with the same transaction or iterator."""

    code, name = 24, "InUse"


class ClosedError(Error, ValueError):
    """What was used has been closed."""

    code, name = 25, "Closed"


class InvalidHandleError(Error, ValueError):
    """Not a handle of the library, or one of another type or Env."""

    code, name = 26, "InvalidHandle"


class ForkedError(Error, RuntimeError):
    """The library was loaded before this process was forked: load it after the fork, or use spawn."""

    code, name = 27, "Forked"


class InvalidArgumentError(Error, ValueError, TypeError):
    """An argument that is out of its range."""

    code, name = 28, "InvalidArgument"


class BufferTooSmallError(Error, BufferError):
    """A buffer was too small. This package grows its own, so it is not seen."""

    code, name = 29, "BufferTooSmall"


class PathNotFoundError(Error, FileNotFoundError):
    """The folder of an Env does not exist."""

    code, name = 30, "PathNotFound"
    errno: int | None = _errno.ENOENT


class NotAnEnvironmentError(Error):
    """The file is not an LMDB environment, or one of another version or word size."""

    code, name = 31, "NotAnEnvironment"


class PermissionDeniedError(Error, PermissionError):
    """The operating system refused access."""

    code, name = 32, "PermissionDenied"
    errno: int | None = _errno.EACCES


class DiskFullError(Error, OSError):
    """No space left on the device."""

    code, name = 33, "DiskFull"
    errno: int | None = _errno.ENOSPC


class IOFailedError(Error, OSError):
    """Another error of the operating system."""

    code, name = 34, "IO"


class BusyError(Error, RuntimeError):
    """The Env has open transactions, or is open with other options."""

    code, name = 35, "Busy"


class ConflictError(Error, RuntimeError):
    """Another process changed what this transaction builds on: begin it again."""

    code, name = 36, "Conflict"


class CommitUnknownError(Error, RuntimeError):
    """The engine cannot say whether the commit happened."""

    code, name = 37, "CommitUnknown"


class UnavailableError(Error, ConnectionError):
    """The engine cannot be reached."""

    code, name = 38, "Unavailable"


class CanceledError(Error):
    """The caller's context ended first."""

    code, name = 39, "Canceled"


class OutOfMemoryError(Error, MemoryError):
    """Memory or address space ran out; with a large map_size, try a smaller one."""

    code, name = 40, "OutOfMemory"


class InternalError(Error, RuntimeError):
    """A fault in scoped-lmdb itself; please report the message."""

    code, name = 41, "Internal"


_BY_STATUS: dict[int, type[Error]] = {kind.code: kind for kind in Error.__subclasses__() if kind.code > 0}


def of_status(status: int, message: str) -> Error:
    """The error to raise for a status. One that a newer library may add is a plain `Error` with its number."""
    kind = _BY_STATUS.get(status)
    if kind is None:
        return Error(message or f"status {status} of the library", status)
    return kind(message or (kind.__doc__ or kind.name))
