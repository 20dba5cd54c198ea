"""Many tenants' data in one LMDB environment, each in a scope of its own.

    import scoped_lmdb

    with scoped_lmdb.open("data") as env:
        users = env.database("users")
        with env.write() as txn:
            users.put(txn, "tenant1", "alice", {"age": 30})
        with env.read() as txn:
            print(users.get(txn, "tenant1", "alice"))

The library libslmdb.so is loaded at the first use, not at import.
"""

from __future__ import annotations

from . import _load
from ._options import Durability, Kind, Layout, ValueType
from ._walks import DatabaseStats
from ._work import BinaryReader, BinaryWriter
from .aio import AsyncScopeView
from .batch import Batch, Submitted
from .cursor import Range
from .database import Database, DatabaseInfo
from .env import Env, EnvInfo, open
from .errors import (
    BufferTooSmallError,
    BusyError,
    CanceledError,
    ClosedError,
    CommitUnknownError,
    ConflictError,
    CorruptError,
    DatabaseNotFoundError,
    DatabasesFullError,
    DiskFullError,
    EmptyKeyError,
    EmptyScopeError,
    Error,
    ForkedError,
    FormatTooNewError,
    InternalError,
    InUseError,
    InvalidArgumentError,
    InvalidHandleError,
    InvalidKeyError,
    InvalidNameError,
    InvalidScopeError,
    InvalidValueError,
    IOFailedError,
    KeyExistsError,
    KeyTooLongError,
    KindMismatchError,
    LayoutMismatchError,
    LoadError,
    MapFullError,
    NestedError,
    NotAnEnvironmentError,
    NotFoundError,
    OutOfMemoryError,
    PathNotFoundError,
    PermissionDeniedError,
    ReadersFullError,
    ReadOnlyError,
    TxnEndedError,
    TxnFullError,
    UnavailableError,
    ValueTooLargeError,
    WrongThreadError,
)
from .maintenance import ALL_SCOPES, AllScopes, Existing, ExportFormat, verify_export
from .reports import EnvDatabaseStats, EnvStats, Fault, Reader, Report, ScopeStats, Totals
from .scope import Scope, ScopeInfo
from .txn import ReadTxn, Txn, WriteTxn
from .view import ScopeView

__all__ = [
    "ALL_SCOPES",
    "AllScopes",
    "AsyncScopeView",
    "Batch",
    "BinaryReader",
    "BinaryWriter",
    "BufferTooSmallError",
    "BusyError",
    "CanceledError",
    "ClosedError",
    "CommitUnknownError",
    "ConflictError",
    "CorruptError",
    "Database",
    "DatabaseInfo",
    "DatabaseNotFoundError",
    "DatabaseStats",
    "DatabasesFullError",
    "DiskFullError",
    "Durability",
    "EmptyKeyError",
    "EmptyScopeError",
    "Env",
    "EnvDatabaseStats",
    "EnvInfo",
    "EnvStats",
    "Error",
    "Existing",
    "ExportFormat",
    "Fault",
    "ForkedError",
    "FormatTooNewError",
    "IOFailedError",
    "InUseError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidHandleError",
    "InvalidKeyError",
    "InvalidNameError",
    "InvalidScopeError",
    "InvalidValueError",
    "KeyExistsError",
    "KeyTooLongError",
    "Kind",
    "KindMismatchError",
    "Layout",
    "LayoutMismatchError",
    "LoadError",
    "MapFullError",
    "NestedError",
    "NotAnEnvironmentError",
    "NotFoundError",
    "OutOfMemoryError",
    "PathNotFoundError",
    "PermissionDeniedError",
    "Range",
    "ReadOnlyError",
    "ReadTxn",
    "Reader",
    "ReadersFullError",
    "Report",
    "Scope",
    "ScopeInfo",
    "ScopeStats",
    "ScopeView",
    "Submitted",
    "Totals",
    "Txn",
    "TxnEndedError",
    "TxnFullError",
    "UnavailableError",
    "ValueTooLargeError",
    "ValueType",
    "WriteTxn",
    "WrongThreadError",
    "library_version",
    "open",
    "open_handles",
    "verify_export",
]

__version__ = "0.1.0"


def library_version() -> str:
    """The version of the loaded library, as in "0.1.0". Errors: LoadError."""
    return _load.library().slmdb_version().decode("ascii")


def open_handles() -> int:
    """How many handles of the library are open in this process: for tests that end with none. In a forked child: 0.

    A handle is what an Env, Database, Scope, transaction or iterator holds. Errors: LoadError.
    """
    return _load.library().slmdb_open_handles()
