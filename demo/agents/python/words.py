"""Words: how requests and answers write values (see ../README.md)."""

from __future__ import annotations

import re
import struct
from typing import Any
from urllib.parse import unquote_to_bytes


class Malformed(Exception):
    """The driver made a fault."""


class Words:
    """The words of a line that have not been read yet."""

    def __init__(self, line: str) -> None:
        self._left = line.split()
        self._left.reverse()

    @property
    def done(self) -> bool:
        """Whether all words have been read."""
        return not self._left

    def next(self) -> str:
        """The next word; empty after the last."""
        return self._left.pop() if self._left else ""

    def value(self) -> Any:
        """The next value; an array is a tuple, which Python takes for a key and for a value."""
        word = self.next()
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word == "(":
            return tuple(self._until(")"))
        if word == "{":
            flat = self._until("}")
            return dict(zip(flat[::2], flat[1::2]))
        read = _READERS.get(word[:1])
        if read is None:
            raise Malformed(f"{word!r} is no value")
        return read(word[1:])

    def _until(self, end: str) -> list[Any]:
        values = []
        while self._left and self._left[-1] != end:
            values.append(self.value())
        self.next()
        return values


_CONSTANTS = {"n": None, "t": True, "f": False}
_READERS: dict[str, Any] = {
    "i": int,
    "d": lambda bits: struct.unpack(">d", bytes.fromhex(bits))[0],
    "s": lambda text: unquote_to_bytes(text).decode("utf-8"),
    "b": unquote_to_bytes,
}


def text(value: Any) -> str:
    """A value as words."""
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "d" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + _escaped(value.encode("utf-8"))
    if isinstance(value, bytes):
        return "b" + _escaped(value)
    if isinstance(value, (list, tuple)):
        return " ".join(["(", *map(text, value), ")"])
    pairs = sorted((text(key), text(item)) for key, item in value.items())
    return " ".join(["{", *(word for pair in pairs for word in pair), "}"])


_OTHERS = re.compile(r"[^!-$&-~]")


def _escaped(raw: bytes) -> str:
    return _OTHERS.sub(lambda found: f"%{ord(found[0]):02x}", raw.decode("latin-1"))
