"""Keys and values between Python and the library: raw bytes as they are, typed ones as MessagePack.

Typed values are None, bool, int (-2^63 to 2^64-1), float, str, bytes, lists and dicts of these. A tuple is stored as an
array and comes back as a list. Typed keys are None, bool, int, float, str, bytes and tuples of these; the library turns
their MessagePack into bytes that sort rightly. An array that is a key comes back as a tuple, so that it can be used as
one again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgpack  # type: ignore[import-untyped]

from ._frame import Frame
from .errors import InvalidKeyError, InvalidValueError


def pack_key(frame: Frame, key: Any) -> bytes:
    """A typed key as MessagePack."""
    try:
        return frame.pack(key)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidKeyError(
            f"a typed key is None, bool, int (-2^63 to 2^64-1), float, str, bytes or a tuple of these, "
            f"which this {type(key).__name__} is not: {error}"
        ) from error


def pack_value(frame: Frame, value: Any) -> bytes:
    """A typed value as MessagePack."""
    try:
        packed = frame.pack(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidValueError(
            f"a typed value is what MessagePack can hold, which this {type(value).__name__} is not: {error}"
        ) from error
    frame.packed_much(len(packed))
    return packed


def raw_key(_: Frame, key: Any) -> bytes:
    """A raw key as it is."""
    if type(key) is bytes:
        return key
    if isinstance(key, (bytes, bytearray, memoryview)):
        return bytes(key)
    raise InvalidKeyError(f"a key of this database is bytes, bytearray or memoryview, not {type(key).__name__}")


def raw_value(_: Frame, value: Any) -> bytes:
    """A raw value as it is."""
    if type(value) is bytes:
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise InvalidValueError(f"a value of this database is bytes, bytearray or memoryview, not {type(value).__name__}")


def unpack(packed: Any) -> Any:
    """The object that one piece of MessagePack holds. `packed` is any buffer; nothing of it is kept."""
    try:
        return msgpack.unpackb(packed, strict_map_key=False)
    except TypeError:
        # A dict's key that is an array arrives as a list, which Python cannot hash.
        return _unpack_with_tuples(packed)
    except ValueError as error:
        raise InvalidValueError(f"the stored bytes are no MessagePack that Python can hold: {error}") from error


def _unpack_with_tuples(packed: Any) -> Any:
    try:
        return msgpack.unpackb(packed, strict_map_key=False, object_pairs_hook=_dict)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"the stored bytes are no MessagePack that Python can hold: {error}") from error


def _dict(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    return {as_tuple(key) if type(key) is list else key: value for key, value in pairs}


def as_tuple(array: list[Any]) -> tuple[Any, ...]:
    """A key that is an array, as the tuple that was put, down to the innermost."""
    return tuple(as_tuple(item) if type(item) is list else item for item in array)


def pairs(page: list[Any]) -> Iterator[tuple[Any, Any]]:
    """A page's keys and values, two and two."""
    if list in set(map(type, page[::2])):
        page[::2] = [as_tuple(key) if type(key) is list else key for key in page[::2]]
    flat = iter(page)
    return zip(flat, flat)
