"""The request `stress`: one tenant writes, all are read, and nobody may ever see half of anything."""

from __future__ import annotations

import time
from typing import Any

import scoped_lmdb

IN_ROUND = 32


class Inconsistent(Exception):
    """What must not be seen."""


def stress(env: scoped_lmdb.Env, db: scoped_lmdb.Database[Any, Any], tenant: str, milliseconds: int) -> tuple[int, int]:
    """Writes and reads for so long. Returns how many transactions it wrote and how many entries it read."""
    written = read = 0
    end = time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        written += 1
        with env.write() as txn:
            db.clear(txn, tenant)
            for i in range(IN_ROUND):
                db.put(txn, tenant, i, [tenant, written])
        with env.read() as txn:
            for scope in env.scopes(txn):
                read += _verify(txn, db, scope.name, written if scope.name == tenant else None)
    return written, read


def _verify(txn: scoped_lmdb.Txn, db: scoped_lmdb.Database[Any, Any], name: str, last: int | None) -> int:
    """All entries of a tenant must be of one round: the last one if it is known."""
    entries = list(db.range(txn, name))
    if not entries and last is None:
        return 0
    found = last if last is not None else entries[0][1][-1]
    expected = [(i, [name, found]) for i in range(IN_ROUND)]
    if entries != expected:
        wrong = next((pair for pair in zip(entries, expected) if pair[0] != pair[1]), len(entries))
        raise Inconsistent(f"{name} in round {found}: {wrong}")
    return len(entries)
