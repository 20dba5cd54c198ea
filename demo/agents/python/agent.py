"""The agent in Python: it does with scoped_lmdb what the lines of its standard input ask; see ../README.md."""

from __future__ import annotations

import platform
import sys
from typing import Any, Callable

import scoped_lmdb
from stress import Inconsistent, stress
from words import Malformed, Words, text

MISSING = object()


class Agent:
    """What is open, by slot. Each method that a request is named after yields what it finds."""

    def __init__(self) -> None:
        self.envs: dict[str, scoped_lmdb.Env] = {}
        self.databases: dict[str, scoped_lmdb.Database[Any, Any]] = {}
        self.txns: dict[str, Any] = {}

    def hello(self, words: Words) -> Any:
        yield f"Python {platform.python_version()}"

    def open(self, words: Words) -> Any:
        slot, path = words.next(), words.value()
        mode: Any = words.next()
        if mode == "read_only":
            self.envs[slot] = scoped_lmdb.open(path, read_only=True)
        else:
            self.envs[slot] = scoped_lmdb.open(path, durability=mode)
        return ()

    def close(self, words: Words) -> Any:
        self.envs[words.next()].close()
        return ()

    def database(self, words: Words) -> Any:
        slot, env, name = words.next(), self.envs[words.next()], words.value()
        kind, layout = words.next(), words.next()
        key: Any = words.next()
        value: Any = words.next()
        make = words.next()
        options: dict[str, Any] = {"layout": layout, "must_exist": make == "must_exist"}
        if kind == "typed":
            self.databases[slot] = env.database(name, key_type=key, value_type=value, **options)
        elif kind == "bytes_key":
            self.databases[slot] = env.bytes_key_database(name, value_type=value, **options)
        else:
            self.databases[slot] = env.bytes_database(name, **options)
        return ()

    def read(self, words: Words) -> Any:
        slot = words.next()
        self.txns[slot] = self.envs[words.next()].read()
        return ()

    def write(self, words: Words) -> Any:
        slot = words.next()
        self.txns[slot] = self.envs[words.next()].write()
        return ()

    def commit(self, words: Words) -> Any:
        self.txns[words.next()].commit()
        return ()

    def abort(self, words: Words) -> Any:
        self.txns[words.next()].abort()
        return ()

    def scopes(self, words: Words) -> Any:
        txn = self.txns[words.next()]
        for scope in txn.env.scopes(txn):
            yield scope.name
            yield scope.id

    def prune(self, words: Words) -> Any:
        yield self.envs[words.next()].prune_scopes()

    def _where(self, words: Words) -> Any:
        """What all requests on entries begin with."""
        return self.txns[words.next()], self.databases[words.next()], words.value()

    def put(self, words: Words) -> Any:
        txn, db, scope = self._where(words)
        db.put(txn, scope, words.value(), words.value())
        return ()

    def get(self, words: Words) -> Any:
        txn, db, scope = self._where(words)
        value = db.get(txn, scope, words.value(), MISSING)
        if value is MISSING:
            raise scoped_lmdb.NotFoundError
        yield value

    def delete(self, words: Words) -> Any:
        txn, db, scope = self._where(words)
        yield db.delete(txn, scope, words.value())

    def clear(self, words: Words) -> Any:
        txn, db, scope = self._where(words)
        yield db.clear(txn, scope)

    def range(self, words: Words) -> Any:
        txn, db, scope = self._where(words)
        options: dict[str, Any] = {}
        for end in ("start", "end"):
            how = words.next()
            if how != "open":
                options[end] = words.value()
                options["include_" + end] = how == "include"
        options["reverse"] = words.next() == "reverse"
        limit = words.next()
        if limit != "all":
            options["limit"] = int(limit)
        for key, value in db.range(txn, scope, **options):
            yield key
            yield value

    def stress(self, words: Words) -> Any:
        env, db = self.envs[words.next()], self.databases[words.next()]
        yield from stress(env, db, words.value(), int(words.next()))


def answer(agent: Agent, line: str) -> str:
    """The answer to one request."""
    words = Words(line)
    name = words.next()
    command: Callable[[Words], Any] | None = None if name.startswith("_") else getattr(agent, name, None)
    if not callable(command):
        raise Malformed("no such command")
    found = []
    try:
        for value in command(words):
            found.append(text(value))
        status = "OK"
    except Inconsistent as error:
        found, status = [text(str(error))], "Corrupt"
    except scoped_lmdb.Error as error:
        status = error.name
    if not words.done:
        raise Malformed("too many words")
    return " ".join([*found, status])


def main() -> None:
    """Answers line by line."""
    agent = Agent()
    for line in sys.stdin:
        try:
            said = answer(agent, line)
        except (Malformed, KeyError, ValueError) as error:
            sys.exit(f"agent in Python: {line[:200]!r}: {type(error).__name__}: {error}")
        print(said, flush=True)


main()
