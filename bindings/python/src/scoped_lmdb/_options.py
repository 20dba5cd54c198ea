"""The options of an Env and of a Database, from Python's words to the library's structs."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any, Literal

from . import _declare
from .errors import InvalidArgumentError

Durability = Literal["durable", "no_meta_sync", "no_sync"]
Kind = Literal["unknown", "typed", "bytes_key", "bytes"]
Layout = Literal["auto", "ordered", "heed"]
ValueType = Literal["auto", "text", "bytes", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64", "bool"]

_DURABILITIES = {
    "durable": _declare.DURABLE,
    "no_meta_sync": _declare.NO_META_SYNC,
    "no_sync": _declare.NO_SYNC,
}
# Numbered as in the header.
KINDS: tuple[Kind, ...] = ("unknown", "typed", "bytes_key", "bytes")
LAYOUTS: tuple[Layout, ...] = ("auto", "ordered", "heed")
TYPES: tuple[ValueType, ...] = (
    "auto",
    "text",
    "bytes",
    "u8",
    "u16",
    "u32",
    "u64",
    "i8",
    "i16",
    "i32",
    "i64",
    "f32",
    "f64",
    "bool",
)

_LAYOUTS = {word: number for number, word in enumerate(LAYOUTS)}
_TYPES = {word: number for number, word in enumerate(TYPES)}


def _word(name: str, word: object, words: Mapping[Any, int]) -> int:
    number = words.get(word) if isinstance(word, str) else None
    if number is None:
        raise InvalidArgumentError(f"{name} is one of {', '.join(words)}, not {word!r}")
    return number


def unsigned(name: str, number: object, bits: int) -> int:
    """`number`, if it is an int that fits into so many bits. ctypes would cut off what does not, without a word."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise InvalidArgumentError(f"{name} is an int, not {type(number).__name__}")
    if not 0 <= number < 1 << bits:
        raise InvalidArgumentError(f"{name} is 0 to 2^{bits}-1, not {number}")
    return number


def env_options(
    map_size: int | None,
    max_databases: int | None,
    max_readers: int | None,
    mode: int | None,
    durability: Durability,
    read_only: bool,
    create_folder: bool,
) -> _declare.EnvOptions:
    """What slmdb_env_open takes. None is the library's default, which is written as 0."""
    return _declare.EnvOptions(
        struct_size=ctypes.sizeof(_declare.EnvOptions),
        map_size=unsigned("map_size", map_size or 0, 64),
        max_databases=unsigned("max_databases", max_databases or 0, 32),
        max_readers=unsigned("max_readers", max_readers or 0, 32),
        mode=unsigned("mode", mode or 0, 32),
        durability=_word("durability", durability, _DURABILITIES),
        read_only=bool(read_only),
        create_folder=bool(create_folder),
    )


def db_options(
    kind: int,
    layout: Layout,
    key_type: ValueType,
    value_type: ValueType,
    must_exist: bool,
    unnamed_default: bool,
) -> _declare.DbOptions:
    """What slmdb_db_open takes."""
    return _declare.DbOptions(
        struct_size=ctypes.sizeof(_declare.DbOptions),
        kind=kind,
        layout=_word("layout", layout, _LAYOUTS),
        key_type=_word("key_type", key_type, _TYPES),
        value_type=_word("value_type", value_type, _TYPES),
        must_exist=bool(must_exist),
        unnamed_default=bool(unnamed_default),
    )
