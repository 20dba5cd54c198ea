"""Maintenance of an Env: what it holds, whether it is sound, backups, exports and imports, copies of scopes."""

from __future__ import annotations

import ctypes
import enum
import os
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, Literal, Union

from . import _declare, _frame, _load, _options, reports
from ._handle import Handle
from ._registry import Registry, _not_registered
from ._work import BinaryReader, BinaryWriter, Progress, Work
from .database import Database
from .errors import ClosedError, InvalidArgumentError, InvalidNameError, NotFoundError
from .scope import Scope, ScopeLike
from .txn import WriteTxn

if TYPE_CHECKING:
    import weakref

    from .env import Env, Path
    from .txn import Txn


class AllScopes(enum.Enum):
    """The type of ALL_SCOPES."""

    ALL_SCOPES = "all scopes"

    def __repr__(self) -> str:
        return "ALL_SCOPES"


ALL_SCOPES: Final = AllScopes.ALL_SCOPES
"""Every scope, the default one among them, where None is the default scope alone."""

Existing = Literal["refuse", "overwrite", "skip"]
ExportFormat = Literal["blocks", "lines"]
SelectedScope = Union[ScopeLike, Literal[AllScopes.ALL_SCOPES]]

_EXISTING = {"refuse": _declare.REFUSE, "overwrite": _declare.OVERWRITE, "skip": _declare.SKIP}
_FORMATS = {"blocks": _declare.FORMAT_BLOCKS, "lines": _declare.FORMAT_LINES}


class Maintenance(Registry):
    """The part of Env that looks after it as a whole.

    All of it may take long, and lets other threads of Python run. Where it takes `progress`, that is called now and
    then with what is done and how much there is, two ints in entries, bytes or pages; the latter is 0 if not known. It
    runs on another thread, one call at a time, and must be quick; while there is nothing new it is called again every
    tenth of a second. It returns None, or False to end the work, which is then a CanceledError; what it raises ends the
    work too, and is raised to the caller. So does a KeyboardInterrupt in the main thread. Work that waits for this
    process's writer ends at once then; one that waits for another process's, or for a stream, when that wait is over.

    Where it takes a path, it takes a binary file object as well, or whatever has its `write` or `read`: `io.BytesIO`,
    `gzip.open`, a socket's `makefile`, an HTTP response. It is used on another thread, one call at a time, and neither
    flushed nor closed. What it raises ends the work, and is raised to the caller.

    Not while this thread has a transaction of the Env open, nor in what a batch's result calls. Any other thread. In
    asyncio: `await asyncio.to_thread(env.backup, path)`. Errors of all: CanceledError, ClosedError, IOFailedError,
    ReadersFullError, NestedError (this thread has the write transaction), InvalidArgumentError.
    """

    __slots__ = ()

    _handle: Handle
    _transactions: dict[Handle, weakref.ref[Txn]]

    # ---- looking -----------------------------------------------------------------------------------------------------

    def measure(
        self,
        database: Database[Any, Any] | str | None = None,
        scope: SelectedScope = ALL_SCOPES,
        *,
        estimate: bool = False,
        progress: Progress = None,
    ) -> reports.EnvStats:
        """Measures the Env, or a part of it, in one snapshot.

        database  the only one to measure; None: all.
        scope     the only one; None is the default one.
        estimate  read a few pages for each scope, not everything: the numbers of large scopes are then estimates.

        Errors: NotFoundError if the scope is not registered, DatabaseNotFoundError.

            >>> users.scope("tenant1").update({"alice": 1, "bob": 2})
            >>> [(users_stats,)] = [database.scopes for database in env.measure().databases]
            >>> users_stats.name, users_stats.entries
            ('tenant1', 2)
        """
        selection, held = self._selection(database, scope)
        answer = self._work(progress, self._library.slmdb_env_measure, ctypes.byref(selection), bool(estimate))
        del held
        return reports.env_stats(answer)

    def verify(self, *, progress: Progress = None) -> reports.Report:
        """Looks for all that may be wrong with the Env, and changes nothing. Reads everything.

        Every page must be there once, every entry decode, stand in order and belong to a scope. What is found is in the
        report; an error says that it could not be looked for.

            >>> env.verify().sound
            True
        """
        return reports.report(self._work(progress, self._library.slmdb_env_verify))

    def readers(self) -> list[reports.Reader]:
        """The slots of read transactions, of all processes: which keep freed pages from being used again.

        >>> with env.read():
        ...     print([reader.behind for reader in env.readers() if reader.txn is not None])
        [0]
        """
        return list(map(reports.reader, self._work(None, self._library.slmdb_env_readers)["readers"]))

    def clear_readers(self) -> int:
        """Frees the slots of processes that have died, and returns how many. Opening an Env does so, too."""
        frame = _frame.take()
        status = self._library.slmdb_env_clear_readers(self._handle.argument, frame.count_ref, frame.error_ref)
        if status:
            raise frame.failure(status)
        count = frame.count.value
        _frame.FRAMES.append(frame)
        return count

    # ---- backup, export, import --------------------------------------------------------------------------------------

    def backup(self, to: Path | BinaryWriter, *, compact: bool = False, progress: Progress = None) -> int:
        """Copies the Env, as its last commit left it, and returns how many bytes. Others read and write meanwhile.

        to       the path of a new folder, which has its name only once it is whole and on disk; `open` opens it. Or a
                 binary file: it gets the bytes of the `data.mdb` of such a folder, which are none if this fails.
        compact  leave out free pages.

        Errors: InvalidArgumentError if the folder has something in it, PathNotFoundError if its parent does not exist,
        PermissionDeniedError, DiskFullError; what the file raises.

            >>> users.scope("tenant1")["alice"] = 1
            >>> size = env.backup("backup", compact=True)
            >>> with scoped_lmdb.open("backup") as copy:
            ...     copy.database("users").scope("tenant1")["alice"]
            1
        """
        work = Work(progress)
        function, place = _to(work, to, self._library.slmdb_env_backup, self._library.slmdb_env_backup_to)
        return int(self._run(work, function, *place, bool(compact))["size"])

    def export(
        self,
        to: Path | BinaryWriter,
        *,
        database: Database[Any, Any] | str | None = None,
        scope: SelectedScope = ALL_SCOPES,
        format: ExportFormat = "blocks",
        progress: Progress = None,
    ) -> reports.Totals:
        """Writes the Env, or a part of it, as one snapshot has it. `import_file` reads it, in any language's Env.

        to        the path of a new file, which has its name only once it is whole and on disk; or a binary file.
        database  the only one to export; None: all.
        scope     the only one; None is the default one.
        format    "blocks": MessagePack with checksums, for programs. "lines": JSON Lines, for people.

        Errors: InvalidArgumentError if the path exists, NotFoundError if the scope is not registered,
        DatabaseNotFoundError, CorruptError, PathNotFoundError, PermissionDeniedError, DiskFullError; what the file
        raises.

            >>> users.scope("tenant1")["alice"] = 1
            >>> env.export("tenant1.jsonl", scope="tenant1", format="lines").entries
            1
            >>> env.import_file("tenant1.jsonl", into="tenant2").entries
            1
            >>> users.scope("tenant2")["alice"]
            1
            >>> import io
            >>> memory = io.BytesIO()
            >>> env.export(memory, scope="tenant1").entries
            1
            >>> _ = memory.seek(0)
            >>> env.import_file(memory, into="tenant3").entries
            1
        """
        number = _options._word("format", format, _FORMATS)
        work = Work(progress)
        function, place = _to(work, to, self._library.slmdb_env_export, self._library.slmdb_env_export_to)
        selection, held = self._selection(database, scope)
        answer = self._run(work, function, *place, ctypes.byref(selection), number)
        del held
        return reports.totals(answer)

    def import_file(
        self,
        source: Path | BinaryReader,
        *,
        into: Scope | str | None = None,
        existing: Existing = "refuse",
        progress: Progress = None,
    ) -> reports.Totals:
        """Imports what `export` wrote, of either format, all or nothing. Missing databases are made first.

        source    the path of a file, which is verified before anything is imported; or a binary file, which is read to
                  its end, and verified while it is imported: nothing can be seen before all of it was, and what had
                  gathered is deleted if it is damaged. Unless `existing` is "refuse", other writers wait meanwhile;
                  otherwise only for the entries of the default scope, which come last.
        into      another scope for the only one in the file; None: each into the one that it was in.
        existing  "refuse": nothing is done if a scope of the file has entries in one of its databases, a
                  KeyExistsError. "overwrite": entries under the same keys are replaced. "skip": they stay.

        Errors: CorruptError, with the place, if the file is damaged or cut off; FormatTooNewError, KeyExistsError,
        KindMismatchError, LayoutMismatchError, ReadOnlyError, MapFullError, TxnFullError, DiskFullError,
        PathNotFoundError, PermissionDeniedError; what the file raises.
        """
        number = _options._word("existing", existing, _EXISTING)
        work = Work(progress)
        function, place = _from(work, source, self._library.slmdb_env_import, self._library.slmdb_env_import_from)
        held = self._scopes[into]
        return reports.totals(self._run(work, function, *place, held._argument, number))

    # ---- scopes ------------------------------------------------------------------------------------------------------

    def copy_scope(
        self,
        scope: ScopeLike,
        to: Env | None = None,
        *,
        into: Scope | str | None = None,
        existing: Existing = "refuse",
        progress: Progress = None,
    ) -> reports.Totals:
        """Copies a scope with its entries in all databases, as one snapshot has it, all or nothing.

        to        the Env to copy to; None: this one, where it needs another name.
        into      the copy's name; None: the same.
        existing  as for `import_file`.

        Errors: NotFoundError if the scope is not registered, and those of `import_file`.

            >>> users.scope("tenant1")["alice"] = 1
            >>> env.copy_scope("tenant1", into="tenant2").entries
            1
            >>> users.scope("tenant2")["alice"]
            1
        """
        return self._copy(scope, to, into, existing, False, progress)

    def move_scope(
        self, scope: Scope | str, to: Env, *, into: Scope | str | None = None, progress: Progress = None
    ) -> reports.Totals:
        """Moves a scope with its entries in all databases to another Env. Within one, `rename_scope` does.

        to    the Env to move to, in which the scope must hold nothing.
        into  its name there; None: the same.

        Errors: ConflictError if somebody wrote to the scope meanwhile (nothing is moved then), KeyExistsError, and
        those of `copy_scope`; InvalidArgumentError for the default scope.
        """
        return self._copy(scope, to, into, "refuse", True, progress)

    def drop_scope(
        self,
        scope: ScopeLike,
        *,
        txn: WriteTxn | None = None,
        entries_per_transaction: int | None = None,
        progress: Progress = None,
    ) -> int:
        """Deletes all that a scope holds in every database, open here or not, and unregisters it.

        entries_per_transaction  None: in one transaction, `txn` or its own, which nobody can write beside. Otherwise in
                                 as many as it takes, of at most so many entries each; others can write between them,
                                 and see the scope dwindle. 0: 16,384. What was deleted stays so if an error or
                                 `progress`, which only this way has, ends it: do it again to go on.

        Returns how many entries there were. Errors: NotFoundError if it is not registered; ConflictError if another
        process has made a database since the transaction began: begin it again; ReadOnlyError.

            >>> users.scope("tenant1").update({"alice": 1, "bob": 2, "carol": 3})
            >>> env.drop_scope("tenant1", entries_per_transaction=2)
            3
        """
        if entries_per_transaction is None:
            if progress is not None:
                raise InvalidArgumentError("progress is for a drop in many transactions: name entries_per_transaction")
            return super().drop_scope(scope, txn=txn)
        if txn is not None:
            raise InvalidArgumentError("a drop is in a transaction or in many: txn or entries_per_transaction")
        most = _options.unsigned("entries_per_transaction", entries_per_transaction, 64)
        held = self._scopes[scope]
        try:
            answer = self._work(progress, self._library.slmdb_scope_drop, held._argument, most)
        except NotFoundError:
            raise _not_registered(scope) from None
        return int(answer["entries"])

    def drop_orphan(self, id: int, *, entries_per_transaction: int = 0, progress: Progress = None) -> int:
        """Deletes the entries of an id that no scope has, in every database: what `verify` calls an orphan.

        id                       the number, as in the report's `Fault.id`.
        entries_per_transaction  as for `drop_scope`; 0: 16,384.

        Returns how many there were. Errors: InvalidArgumentError if a scope has the id, ReadOnlyError.

            >>> env.drop_orphan(4711)
            0
        """
        number = _options.unsigned("id", id, 32)
        most = _options.unsigned("entries_per_transaction", entries_per_transaction, 64)
        return int(self._work(progress, self._library.slmdb_orphan_drop, number, most)["entries"])

    def _copy(
        self, scope: ScopeLike, to: Env | None, into: ScopeLike, existing: Existing, move: bool, progress: Progress
    ) -> reports.Totals:
        target = self if to is None else to
        if not isinstance(target, Maintenance):
            raise InvalidArgumentError(f"to is an Env, not {target!r}")
        number = _options._word("existing", existing, _EXISTING)
        source, aim = self._scopes[scope], self._scopes[into]
        answer = self._work(
            progress,
            self._library.slmdb_scope_copy,
            source._argument,
            target._handle.argument,
            aim._argument,
            number,
            move,
            to=target,
        )
        return reports.totals(answer)

    # ---- how ---------------------------------------------------------------------------------------------------------

    def _work(
        self, progress: Progress, function: Any, *arguments: Any, to: Maintenance | None = None
    ) -> dict[str, Any]:
        return self._run(Work(progress), function, *arguments, to=to)

    def _run(self, work: Work, function: Any, *arguments: Any, to: Maintenance | None = None) -> dict[str, Any]:
        here = self._has_write() or (to is not None and to._has_write())
        return work.run(function, self._handle.argument, *arguments, here=here)

    def _has_write(self) -> bool:
        """Whether this thread has a write transaction open."""
        opened = (reference() for reference in self._transactions.copy().values())
        return any(isinstance(txn, WriteTxn) and txn._thread == get_ident() for txn in opened)

    def _selection(
        self, database: Database[Any, Any] | str | None, scope: SelectedScope
    ) -> tuple[_declare.Selection, object]:
        """A part of the Env as the library takes it, and what must live as long."""
        selection = _declare.Selection(struct_size=ctypes.sizeof(_declare.Selection))
        if database is not None:
            name = database.name if isinstance(database, Database) else database
            encoded = _encode_name(name)
            selection.database, selection.database_length = encoded, len(encoded)
        if scope is ALL_SCOPES:
            return selection, None
        held = self._scopes[scope]
        if isinstance(held, Scope):
            selection.scope = held._handle._pointer.value
            if not selection.scope:  # which would be all of them
                raise ClosedError(f"{held!r} has been closed")
        else:
            selection.default_scope = True
        return selection, held


def verify_export(source: Path | BinaryReader, *, progress: Progress = None) -> reports.Totals:
    """Reads what `Env.export` wrote to its end, and imports nothing: whether it is whole, and what it has.

    source    the path of a file, or a binary file, as for `Env.import_file`.
    progress  as for all maintenance of an Env.

    Errors: CorruptError, with the place, if it is damaged, cut off or no export; FormatTooNewError, CanceledError,
    PathNotFoundError, PermissionDeniedError, IOFailedError; what the file raises.

        >>> users.scope("tenant1")["alice"] = 1
        >>> _ = env.export("tenant1.slmdb", scope="tenant1")
        >>> scoped_lmdb.verify_export("tenant1.slmdb").entries
        1
    """
    work, library = Work(progress), _load.library()
    function, place = _from(work, source, library.slmdb_export_verify, library.slmdb_export_verify_from)
    return reports.totals(work.run(function, *place, here=False))


def _to(work: Work, to: Path | BinaryWriter, by_path: Any, by_stream: Any) -> tuple[Any, tuple[Any, ...]]:
    """The function that writes to a path or to a file, and the arguments that say which."""
    if isinstance(to, (str, bytes, os.PathLike)) or not callable(getattr(to, "write", None)):
        encoded = _encode_path(to)
        return by_path, (encoded, len(encoded))
    return by_stream, (work.writer(to), None)


def _from(work: Work, source: Path | BinaryReader, by_path: Any, by_stream: Any) -> tuple[Any, tuple[Any, ...]]:
    """The function that reads from a path or from a file, and the arguments that say which."""
    if isinstance(source, (str, bytes, os.PathLike)) or not callable(getattr(source, "read", None)):
        encoded = _encode_path(source)
        return by_path, (encoded, len(encoded))
    return by_stream, (work.reader(source), None)


def _encode_path(path: object) -> bytes:
    try:
        return os.fsencode(path)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"a path is str, bytes or os.PathLike, and a stream a binary file, not {path!r}: {error}"
        ) from error


def _encode_name(name: object) -> bytes:
    if not isinstance(name, str) or not name:
        raise InvalidNameError(f"a database is a Database or its name, a str that is not empty, not {name!r}")
    try:
        # As names that are no UTF-8 come out of `measure`.
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise InvalidNameError(f"a database's name must be writable as UTF-8: {error}") from error
