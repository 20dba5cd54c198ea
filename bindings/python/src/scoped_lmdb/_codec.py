"""Keys and values between Python and the library: raw bytes as they are, typed ones as MessagePack.

Typed values are None, bool, int (-2^63 to 2^64-1), float, str, bytes, lists and dicts of these, and what a database's
`default` and `ext_hook` make of anything else. A tuple is stored as an array and comes back as a list. Typed keys are
None, bool, int, float, str, bytes and tuples of these; the library turns their MessagePack into bytes that sort
rightly. An array that is a key comes back as a tuple, so that it can be used as one again.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple

import msgpack  # type: ignore[import-untyped]

from ._frame import FRAMES, Frame, take
from .errors import Error, InvalidArgumentError, InvalidKeyError, InvalidValueError

# What msgpack raises for an object that it cannot pack, and for bytes that it cannot unpack.
_UNPACKABLE = (TypeError, ValueError, OverflowError, BufferError)


# Raw keys that are fetched at a time: as many as stay in the processor's caches until they are packed.
_FETCHED = 10_000
_key_of = operator.itemgetter(0)


class Extensions(NamedTuple):
    """How a database stores values that MessagePack has no type for."""

    default: Callable[[Any], Any] | None = None
    ext_hook: Callable[[int, bytes], Any] | None = None
    datetime: bool = False


def pack_key(frame: Frame, key: Any) -> bytes:
    """A typed key as MessagePack."""
    try:
        return frame.pack(key)
    except _UNPACKABLE as error:
        raise InvalidKeyError(
            f"a typed key is None, bool, int (-2^63 to 2^64-1), float, str, bytes or a tuple of these, "
            f"which this {type(key).__name__} is not: {error}"
        ) from error


def pack_value(frame: Frame, value: Any) -> bytes:
    """A typed value as MessagePack."""
    try:
        packed = frame.pack(value)
    except _UNPACKABLE as error:
        raise _no_value(value, error) from error
    frame.packed_much(len(packed))
    return packed


def _no_value(value: Any, error: Exception) -> InvalidValueError:
    return InvalidValueError(
        f"a typed value is what MessagePack can hold, which this {type(value).__name__} is not ({error}): "
        f"open the database with default= and ext_hook=, or with datetime=True"
    )


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


def unpack(packed: Any, **options: Any) -> Any:
    """The object that one piece of MessagePack holds. `packed` is any buffer; nothing of it is kept."""
    try:
        return msgpack.unpackb(packed, strict_map_key=False, **options)
    except TypeError:
        # A dict's key that is an array arrives as a list, which Python cannot hash.
        return _unpack_with_tuples(packed, options)
    except ValueError as error:
        raise InvalidValueError(f"the stored bytes are no MessagePack that Python can hold: {error}") from error


def _unpack_with_tuples(packed: Any, options: dict[str, Any]) -> Any:
    try:
        return msgpack.unpackb(packed, strict_map_key=False, object_pairs_hook=_dict, **options)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"the stored bytes are no MessagePack that Python can hold: {error}") from error


def _dict(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    return {as_tuple(key) if type(key) is list else key: value for key, value in pairs}


def as_tuple(array: list[Any]) -> tuple[Any, ...]:
    """A key that is an array, as the tuple that was put, down to the innermost."""
    return tuple(as_tuple(item) if type(item) is list else item for item in array)


NO_EXTENSIONS = Extensions()


class Codec:
    """How the keys and values of one database are packed, one by one and by pages."""

    __slots__ = ("_plain", "pack_key", "pack_value", "typed_keys", "typed_values", "unpack")

    def __init__(self, typed_keys: bool, typed_values: bool, extensions: Extensions) -> None:
        self.typed_keys = typed_keys
        self.typed_values = typed_values
        self.pack_key: Callable[[Frame, Any], bytes] = pack_key if typed_keys else raw_key
        self.pack_value: Callable[[Frame, Any], bytes] = pack_value if typed_values else raw_value
        self.unpack: Callable[[Any], Any] = unpack
        # Without extensions one packer does keys and values alike.
        self._plain = extensions == NO_EXTENSIONS
        if self._plain:
            return
        if not typed_values:
            raise InvalidArgumentError("default, ext_hook and datetime are for typed values: these are raw bytes")
        reading: dict[str, Any] = {"timestamp": 3} if extensions.datetime else {}
        if extensions.ext_hook is not None:
            reading["ext_hook"] = extensions.ext_hook
        self.unpack = functools.partial(unpack, **reading)
        self.pack_value = functools.partial(_pack_extended, extensions)

    def value(self, stored: bytes) -> Any:
        """The value that the library has handed out as these bytes."""
        return self.unpack(stored) if self.typed_values else stored

    def key(self, stored: bytes) -> Any:
        """The key that the library has handed out as these bytes."""
        if not self.typed_keys:
            return stored
        key = unpack(stored)
        return as_tuple(key) if type(key) is list else key

    def keys_page(self, frame: Frame, keys: list[Any]) -> bytes:
        """Many keys as one page."""
        if not self.typed_keys and len(keys) <= _FETCHED:
            _fetch(keys)
        try:
            return self._kept(frame, frame.pack(keys))
        except _UNPACKABLE:
            pass  # which one it is, is found out below
        return _page([self.pack_key(frame, key) if self.typed_keys else _bin(frame, key) for key in keys])

    def entries_page(self, frame: Frame, entries: list[Any]) -> bytes:
        """Many pairs of a key and a value as one page."""
        if self._plain:
            # Raw ones are not looked at: bytes, bytearray and memoryview are packed as what the library takes for raw
            # bytes, and it refuses everything else.
            try:
                return self._kept(frame, frame.pack_pairs(entries))
            except _UNPACKABLE:
                frame.renew()  # it keeps what it had packed until then; what is wrong is found out below
        objects = []
        for entry in entries:
            key, value = _pair(entry)
            objects.append(self.pack_key(frame, key) if self.typed_keys else _bin(frame, key))
            objects.append(self.pack_value(frame, value) if self.typed_values else frame.pack(raw_value(frame, value)))
        return _page(objects)

    def fetch(self, entries: list[Any]) -> None:
        """Reads entries that lie about in memory, before they are packed."""
        if not self.typed_keys and len(entries) <= _FETCHED:
            _fetch(map(_key_of, entries))

    def check_keys(self, keys: list[Any]) -> None:
        """Raises what is wrong with one of the keys, if it is their type, for a page that was refused."""
        frame = take()
        for key in keys:
            self.pack_key(frame, key)

    def check_entries(self, entries: list[Any]) -> None:
        """The same for entries."""
        frame = take()
        for entry in entries:
            key, value = _pair(entry)
            self.pack_key(frame, key)
            self.pack_value(frame, value)

    @staticmethod
    def _kept(frame: Frame, packed: bytes) -> bytes:
        frame.packed_much(len(packed))
        return packed

    def found(self, page: Any, default: Any) -> list[Any]:
        """The values of a page that says of each whether it is there."""
        objects = self.unpack(page)
        values: list[Any] = objects[1::2]
        if default is not None:
            return [value if there else default for there, value in zip(objects[::2], values)]
        return values

    def packed(self, key: Any) -> bytes:
        """A key as the library takes it."""
        frame = take()
        packed = self.pack_key(frame, key)
        FRAMES.append(frame)
        return packed

    def tuples(self, keys: list[Any]) -> list[Any]:
        """Unpacked keys of a page, with tuples for arrays."""
        if self.typed_keys and list in set(map(type, keys)):
            return [as_tuple(key) if type(key) is list else key for key in keys]
        return keys

    def tuples_of_entries(self, page: list[Any]) -> None:
        """The same for a page of keys and values, in place."""
        if self.typed_keys:
            keys = page[::2]
            tuples = self.tuples(keys)
            if tuples is not keys:
                page[::2] = tuples


def _fetch(keys: Iterable[Any]) -> None:
    """Reads raw keys that lie about in memory, before they are packed.

    The packer does so much for each object that the processor waits for one before it asks for the next, and for keys
    that are in none of its caches that takes longer than all else. Joining reads their sizes first, with so little in
    between that many are on their way at once.
    """
    try:  # noqa: SIM105 - which costs as much as ten keys do
        b"".join(keys)
    except Exception:
        pass  # packing says what is wrong


def _bin(frame: Frame, key: Any) -> bytes:
    return frame.pack(raw_key(frame, key))


def _pair(entry: Any) -> Any:
    """An entry, which must be a key and a value."""
    try:
        objects = tuple(entry)
    except TypeError:
        raise InvalidArgumentError(f"an entry is a key and a value, not this {type(entry).__name__}") from None
    if len(objects) != 2:
        raise InvalidArgumentError(f"an entry is a key and a value, not {len(objects)} objects: {entry!r:.100}")
    return objects


def _page(objects: list[bytes]) -> bytes:
    return b"\xdd" + len(objects).to_bytes(4, "big") + b"".join(objects)


def _pack_extended(extensions: Extensions, _: Frame, value: Any) -> bytes:
    try:
        packed: Any = msgpack.packb(value, default=extensions.default, datetime=extensions.datetime)
    except Error:
        raise
    except _UNPACKABLE as error:
        raise _no_value(value, error) from error
    return packed  # type: ignore[no-any-return]


def entries_of(entries: Any) -> Iterable[Any]:
    """Pairs of a mapping, or of an iterable of pairs, as dict.update takes both."""
    if isinstance(entries, Mapping):
        return entries.items()
    if hasattr(entries, "keys"):
        return ((key, entries[key]) for key in entries.keys())  # noqa: SIM118 - whatever is no Mapping has keys() only
    return entries  # type: ignore[no-any-return]
