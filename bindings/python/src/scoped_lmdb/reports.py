"""What maintenance answers: how full an Env is, what is wrong with it, who reads it, and what was copied."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from . import _options


@dataclass(frozen=True)
class ScopeStats:
    """What a scope holds in a database, as `Env.measure` found it."""

    name: str | None
    """Its name; None is the default scope, or entries that no scope has (`orphan`)."""
    id: int | None
    """The number that stands for it in the file; None for the default scope."""
    orphan: bool
    """Whether no scope has the id: `Env.verify` says more."""
    entries: int
    key_bytes: int
    """Bytes of the keys as stored, without what a scope adds to them."""
    value_bytes: int
    """Bytes of the values as stored."""
    estimated: bool
    """Whether the numbers are an estimate."""


@dataclass(frozen=True)
class EnvDatabaseStats:
    """What a database of an Env is and holds, as `Env.measure` found it."""

    name: str
    kind: _options.Kind
    """"typed", "bytes_key" or "bytes"; "unknown" for one that another program made."""
    layout: _options.Layout
    key_type: _options.ValueType
    value_type: _options.ValueType
    unnamed_default: bool
    entries: int
    """Of all scopes, measured or not."""
    pages: int
    """Pages of the file that it takes."""
    damage: str | None
    """Why it could not be measured; None if it was."""
    scopes: tuple[ScopeStats, ...]
    """The scopes that hold something in it, of those that were asked for."""


@dataclass(frozen=True)
class EnvStats:
    """How full an Env is, as `Env.measure` found it in one snapshot."""

    map_size: int
    """Bytes: the file's upper limit, as this process has it now."""
    used_size: int
    """Bytes of the file that have been used so far."""
    page_size: int
    """Bytes."""
    last_txn: int
    """The number of the last committed write transaction."""
    max_readers: int
    """Read transactions at once, over all processes."""
    used_pages: int
    """Pages that hold something."""
    free_pages: int
    """Pages that later writes will use."""
    estimated: bool
    """Whether numbers of scopes may be estimates."""
    databases: tuple[EnvDatabaseStats, ...]

    @property
    def entries(self) -> int:
        """Entries of all scopes that were measured, in all databases."""
        return sum(scope.entries for database in self.databases for scope in database.scopes)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an Env, or the same one many times."""

    kind: str
    """"page", "registry", "orphan", "key", "value", ...: docs/operations.md lists them."""
    database: str
    """The database's name; "" where it is about none."""
    scope: str
    """The scope's name; "" where it is about none, or the default one."""
    id: int
    """The scope's number, or that of entries that no scope has."""
    key: bytes
    """The key as stored, without what a scope adds to it; b"" where it is about none."""
    count: int
    """How many entries are meant."""
    harmless: bool
    """Whether no entry is lost or wrong for it."""
    text: str
    """What is wrong."""
    advice: str
    """What to do."""


@dataclass(frozen=True)
class Report:
    """What `Env.verify` found."""

    sound: bool
    """Whether nothing is wrong, harmless things aside."""
    harmful: int
    """How many faults are not harmless, also beyond those that are listed."""
    harmless: int
    """How many faults are."""
    databases: int
    """How many were looked at; likewise `scopes`, `entries` and `pages`."""
    scopes: int
    entries: int
    pages: int
    unknown: tuple[str, ...]
    """Databases whose keys and values nothing says the types of: there, only the scopes were checked."""
    faults: tuple[Fault, ...]
    """The first 1,000 of them."""


@dataclass(frozen=True)
class Reader:
    """A slot of a read transaction."""

    process: int
    """The process's id."""
    thread: str
    """What the operating system calls the thread that took the slot."""
    txn: int | None
    """The number of the commit that it sees; None: the slot is only kept for the next transaction."""
    behind: int
    """How many commits came after that one: the pages that they freed are not used again before it ends."""


@dataclass(frozen=True)
class Totals:
    """What an export, import, copy or move came to."""

    databases: int
    scopes: int
    entries: int
    key_bytes: int
    """Bytes of the keys as stored, without what a scope adds to them."""
    value_bytes: int
    """Bytes of the values as stored."""
    skipped: int
    """Entries that were left as they were, of those."""


T = TypeVar("T")


def _of(kind: type[T], answer: dict[str, Any], /, **replaced: Any) -> T:
    """An object of what the library answers; what a newer one may say beside is left out."""
    # typeshed has no name for "any dataclass" before Python 3.11.
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in {**answer, **replaced}.items() if name in known})


def env_stats(answer: dict[str, Any]) -> EnvStats:
    """What slmdb_env_measure answers."""
    return _of(EnvStats, answer, databases=tuple(map(_database, answer["databases"])))


def _database(answer: dict[str, Any]) -> EnvDatabaseStats:
    return _of(
        EnvDatabaseStats,
        answer,
        kind=_options.KINDS[answer["kind"]],
        layout=_options.LAYOUTS[answer["layout"]],
        key_type=_options.TYPES[answer["key_type"]],
        value_type=_options.TYPES[answer["value_type"]],
        scopes=tuple(_of(ScopeStats, scope) for scope in answer["scopes"]),
    )


def report(answer: dict[str, Any]) -> Report:
    """What slmdb_env_verify answers."""
    faults = tuple(_of(Fault, fault) for fault in answer["faults"])
    return _of(Report, answer, unknown=tuple(answer["unknown"]), faults=faults)


def reader(answer: dict[str, Any]) -> Reader:
    """One slot of what slmdb_env_readers answers."""
    return _of(Reader, answer, txn=answer["txn"] or None)


def totals(answer: dict[str, Any]) -> Totals:
    """What exports, imports, copies and moves answer."""
    return _of(Totals, answer)
