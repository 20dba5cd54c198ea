"""Values that are lent and not copied: memoryviews into the file's map, and what happens to them at the end.

A memoryview can be ended (`release`): every use of it is then a ValueError. But not the slices and arrays that a
program has made of it, which share the memory and not that end. So each is made over an object that holds the
transaction's handle, and that lives as long as any part of it: the snapshot that a part points into outlives its
transaction.
"""

from __future__ import annotations

import contextlib
import ctypes
import weakref
from typing import Any, NamedTuple

from ._handle import Handle


class Snapshot:
    """What a view points into, kept by it: a transaction's handle and the Env, which can be closed only after it."""

    __slots__ = ("_env", "_handle")

    def __init__(self, handle: Handle, env: Any) -> None:
        self._handle = handle
        self._env = env

    def __del__(self) -> None:
        del self._handle


class Lent(NamedTuple):
    """One value that was lent: the view, and what lives as long as any part of it."""

    view: memoryview
    owner: weakref.ref[Any]


def lend(address: int, length: int, handle: Handle, env: Any) -> Lent:
    """A read-only view of bytes in the map, which keeps the transaction's handle and the Env open."""
    owner: Any = (ctypes.c_char * length).from_address(address)
    owner.held = Snapshot(handle, env)
    return Lent(memoryview(owner).cast("B").toreadonly(), weakref.ref(owner))


def release(lent: list[Lent]) -> bool:
    """Ends the views, and says whether a part of one of them lives on."""
    for one in lent:
        # A BufferError: an array or another view was made of it, which lives on, and so does this.
        with contextlib.suppress(BufferError):
            one.view.release()
    return any(one.owner() is not None for one in lent)
