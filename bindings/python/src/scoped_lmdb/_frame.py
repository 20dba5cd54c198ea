"""The frame of one call into the library: what it writes its results and its error into.

Frames are reused, since making one costs more than a call. A call takes one out of the pool and puts it back when it
has read the results, so no two calls ever share one: not two threads', and not a call's and that of a signal handler or
a finalizer that runs in its midst. That is why they are neither kept per thread nor per transaction. A frame whose call
raised is not put back; the next one is made anew.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable

import msgpack  # type: ignore[import-untyped]

from . import _declare
from ._handle import Handle
from .errors import Error, of_status

# Values up to this size are read in one call; it is what a frame weighs.
CAPACITY = 4096
# Bytes of the largest page that is asked for, where larger ones gain nothing. A frame that has read one keeps its room.
PAGE = 262144

# A packer keeps the memory of the largest object it ever packed; beyond this it is replaced.
_KEPT = 1 << 21


class Frame:
    """Room for the results of one call. The `_ref`s are the C arguments for it, made once."""

    __slots__ = (
        "_wide",
        "args",
        "args_ref",
        "buffer",
        "count",
        "count_ref",
        "database",
        "error",
        "error_ref",
        "flag",
        "flag_ref",
        "key",
        "key_length",
        "key_length_ref",
        "key_ref",
        "length",
        "length_ref",
        "pack",
        "pack_pairs",
        "scope",
        "txn",
        "value",
        "value_ref",
    )

    def __init__(self) -> None:
        self.error = _declare.ErrorStruct()
        self.error_ref = ctypes.byref(self.error)
        self.length = ctypes.c_size_t()
        self.length_ref = ctypes.byref(self.length)
        self.value = ctypes.c_void_p()
        self.value_ref = ctypes.byref(self.value)
        self.key = ctypes.c_void_p()
        self.key_ref = ctypes.byref(self.key)
        self.key_length = ctypes.c_size_t()
        self.key_length_ref = ctypes.byref(self.key_length)
        self.flag = ctypes.c_bool()
        self.flag_ref = ctypes.byref(self.flag)
        self.count = ctypes.c_uint64()
        self.count_ref = ctypes.byref(self.count)
        self.buffer = (ctypes.c_char * CAPACITY)()
        self._wide: Any = None
        # Where gets go: the struct, and the handles that it has as the arguments that they are.
        self.args = _declare.GetArgs(
            ctypes.sizeof(_declare.GetArgs), buffer=ctypes.addressof(self.buffer), capacity=CAPACITY
        )
        self.args_ref = ctypes.byref(self.args)
        self.txn: Any = None
        self.database: Any = None
        self.scope: Any = None
        self.renew()

    def aim(self, txn: Handle, database: Handle, scope: Handle | None) -> None:
        """Says where this frame's gets go from now on. Most often that is where the one before went."""
        args = self.args
        args.txn, args.db, args.scope = txn.number, database.number, None if scope is None else scope.number
        self.txn, self.database = txn.argument, database.argument
        self.scope = None if scope is None else scope.argument

    def renew(self) -> None:
        """Makes the packer anew. It has a buffer of its own and may be used by one call at a time, as all else here."""
        packer = msgpack.Packer(use_bin_type=True)
        self.pack: Callable[[Any], bytes] = packer.pack
        # A list of pairs, as one map.
        self.pack_pairs: Callable[[Any], bytes] = packer.pack_map_pairs

    def packed_much(self, length: int) -> None:
        """To be called after packing `length` bytes if they are many."""
        if length > _KEPT:
            self.renew()

    def room(self, size: int) -> Any:
        """A buffer of at least `size` bytes, for this call only."""
        if size <= CAPACITY:
            return self.buffer
        if size > PAGE:
            return (ctypes.c_char * size)()
        if self._wide is None:
            self._wide = (ctypes.c_char * PAGE)()
        return self._wide

    def lent(self) -> bytes:
        """A copy of the value that the library has handed out here."""
        return ctypes.string_at(self.value.value or 0, self.length.value) if self.length.value else b""

    def lent_key(self) -> bytes:
        """A copy of the key that the library has handed out here."""
        return ctypes.string_at(self.key.value or 0, self.key_length.value) if self.key_length.value else b""

    def failure(self, status: int) -> Error:
        """The error to raise for a call that returned this status."""
        return of_status(status, self.error.message.decode("utf-8", "replace"))


# The pool. list.pop and list.append are atomic, so it needs no lock; a forked child may use what it inherits.
FRAMES: list[Frame] = []


def take() -> Frame:
    """A frame that nobody else has. Give it back with `FRAMES.append`."""
    try:
        return FRAMES.pop()
    except IndexError:
        return Frame()


class _Sizes(dict[int, Any]):
    """Lengths as ready-made C arguments. A dict, so that finding one of the usual ones takes no call."""

    def __missing__(self, length: int) -> Any:
        return ctypes.c_size_t(length)


SIZES = _Sizes({length: ctypes.c_size_t.from_param(length) for length in range(1024)})
