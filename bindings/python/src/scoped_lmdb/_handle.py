"""One open handle of the library, closed once: by `close`, or when nothing refers to it any more."""

from __future__ import annotations

import ctypes
from typing import Any, Callable

from . import _declare

# The statuses of a close after which the handle is still open.
_STILL_OPEN = frozenset((_declare.BUSY, _declare.WRONG_THREAD, _declare.IN_USE))


# The statuses of a close that says that there was nothing left to close.
_WAS_CLOSED = frozenset((_declare.CLOSED, _declare.INVALID_HANDLE, _declare.TXN_ENDED))


class Handle:
    """Owns a handle from the moment the library writes it.

    `out` is where the library writes it. That it is owned from there on, and not from a later line of Python, leaves no
    gap in which a KeyboardInterrupt could lose it. `argument` passes it to a call; it is kept after the close, since
    the library knows a closed handle from all others and answers ClosedError. `number` is the same for a struct.
    """

    __slots__ = ("_close", "_pointer", "argument", "number", "out")

    def __init__(self, close: Callable[..., int]) -> None:
        self._pointer = ctypes.c_void_p()
        self._close = close
        self.out = ctypes.byref(self._pointer)
        self.argument: Any = None
        self.number: int | None = None

    def opened(self) -> None:
        """To be called when the library has written the handle."""
        self.number = self._pointer.value
        self.argument = ctypes.c_void_p.from_param(self.number)

    @property
    def is_open(self) -> bool:
        """Whether it was opened and not closed yet."""
        return self._pointer.value is not None

    def forget(self) -> None:
        """Nothing is left to close: something else has closed it."""
        self._pointer.value = None

    def close(self, error_ref: Any = None) -> int:
        """Closes it and returns the status; nothing happens if it is closed."""
        if self._pointer.value is None:
            return 0
        status = self._close(self._pointer, error_ref)
        if status not in _STILL_OPEN and status != _declare.FORKED:
            self._pointer.value = None
        # Another thread, or the end of its parent, may have closed it first. That is no failure.
        return 0 if status in _WAS_CLOSED else status

    def __del__(self) -> None:
        # An exception of a signal's handler may have stopped __init__ before there was anything to close.
        if hasattr(self, "out"):
            self.close()
