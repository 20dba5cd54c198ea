"""Work that may take long: how it is run, followed and ended early."""

from __future__ import annotations

import ctypes
import io
import threading
from typing import Any, Callable, Optional, Protocol

import msgpack  # type: ignore[import-untyped]

from . import _declare, _frame
from .errors import InvalidArgumentError

Progress = Optional[Callable[[int, int], Optional[bool]]]


class BinaryWriter(Protocol):
    """What a stream can be written to: a binary file, an io.BytesIO, a gzip.GzipFile, a socket's makefile("wb"), ..."""

    def write(self, data: bytes, /) -> Any:
        """Takes the bytes; a raw file says how many of them it took, and is then asked again for the rest."""


class BinaryReader(Protocol):
    """What a stream can be read from: a binary file, an io.BytesIO, a gzip.GzipFile, an HTTP response, ..."""

    def read(self, size: int, /) -> Any:
        """Up to so many bytes; b"" at the end."""


class Work:
    """One call of the library that may take long.

    Python tells signals to the main thread only, and only between two of its own steps: a call that runs on it would
    put off a KeyboardInterrupt until its end. So there the call runs on a thread of its own, which is waited for, and
    an exception of a signal's handler ends the work by way of its next report of progress, of which there is one at
    least every tenth of a second.
    """

    def __init__(self, progress: Progress) -> None:
        if progress is not None and not callable(progress):
            raise InvalidArgumentError(f"progress is a callable of two ints, or None, not {progress!r}")
        self._progress = progress
        self._answer = b""
        self._stop = False
        self._raised: BaseException | None = None
        self._ended = False
        self._claim = threading.Lock()
        self._end = threading.Lock()
        self._frame = _frame.take()
        self._struct = _declare.Work(
            struct_size=ctypes.sizeof(_declare.Work),
            progress=_declare.Progress(self._report),
            answer=_declare.Answer(self._take),
        )
        self._status = 0

    # ---- called by the library, on a thread of its choice: nothing may be raised here --------------------------------

    def _report(self, _user: Any, done: int, total: int) -> bool:
        if self._stop:
            return False
        if self._progress is not None:
            try:
                if self._progress(done, total) is False:
                    self._stop = True
            except BaseException as error:
                self._stop, self._raised = True, error
        return not self._stop

    def _take(self, _user: Any, document: int, length: int) -> None:
        try:
            self._answer = ctypes.string_at(document, length)
        except BaseException as error:
            self._raised = error

    def _write(self, file: BinaryWriter, data: int, length: int) -> int:
        try:
            rest = ctypes.string_at(data, length)
            while rest:
                if self._stop:
                    return _declare.CANCELED
                written = file.write(rest)
                if not isinstance(file, io.RawIOBase):
                    break
                if not written:  # None: it would block
                    raise BlockingIOError("the stream takes nothing now: it must be one that blocks")
                rest = rest[written:]
        except BaseException as error:
            return self._failed(error)
        return _declare.OK

    def _read(self, file: BinaryReader, buffer: int, capacity: int, length: Any) -> int:
        try:
            if self._stop:
                return _declare.CANCELED
            data = file.read(capacity)
            if data is None:
                raise BlockingIOError("the stream has nothing now: it must be one that blocks")
            given = bytes(memoryview(data))
            if len(given) > capacity:
                raise ValueError(f"the stream's read({capacity}) returned {len(given)} bytes")
            ctypes.memmove(buffer, given, len(given))
            length[0] = len(given)
        except BaseException as error:
            return self._failed(error)
        return _declare.OK

    def _failed(self, error: BaseException) -> int:
        self._interrupted(error)
        return _declare.CANCELED

    def writer(self, file: BinaryWriter) -> Any:
        """The function that writes to a file, for the library. It must be kept until `run` has returned."""
        return _declare.Write(lambda _user, data, length: self._write(file, data, length))

    def reader(self, file: BinaryReader) -> Any:
        """The same for one that is read from."""
        return _declare.Read(lambda _user, buffer, capacity, length: self._read(file, buffer, capacity, length))

    # ---- running -----------------------------------------------------------------------------------------------------

    def run(self, function: Any, *arguments: Any, here: bool) -> dict[str, Any]:
        """Calls the function, with what follows the work behind the arguments, and returns what it answers.

        here  on this thread: because it has a transaction, which the library must see.
        """
        if here or threading.current_thread() is not threading.main_thread():
            self._call(function, arguments)
        else:
            self._call_elsewhere(function, arguments)
        frame, status, raised = self._frame, self._status, self._raised
        # The struct's functions refer to this object, and an exception to all that its frames have: cycles end here.
        del self._struct, self._raised
        if raised is not None:
            try:
                raise raised
            finally:
                del raised
        if status:
            raise frame.failure(status)
        _frame.FRAMES.append(frame)
        # A name that is no UTF-8, as of a database that another program made, comes as os.fsdecode would read it.
        answer: dict[str, Any] = msgpack.unpackb(self._answer, unicode_errors="surrogateescape")
        return answer

    def _call(self, function: Any, arguments: tuple[Any, ...]) -> None:
        self._status = function(*arguments, self._struct, self._frame.error_ref)

    def _call_elsewhere(self, function: Any, arguments: tuple[Any, ...]) -> None:
        self._end.acquire()
        thread = threading.Thread(target=self._call_and_tell, args=(function, arguments), daemon=True)
        try:
            thread.start()
        except BaseException as error:
            # It may have begun nevertheless, if a signal's handler raised this.
            if self._claim.acquire(blocking=False):
                if not isinstance(error, RuntimeError):
                    raise
                # There is no other thread to be had, as at the end of the program.
                self._call(function, arguments)
                return
            self._interrupted(error)
        try:
            self._wait()
        except BaseException as error:
            # It came between two steps of the waiting.
            self._interrupted(error)
            self._wait()
        thread.join()

    def _call_and_tell(self, function: Any, arguments: tuple[Any, ...]) -> None:
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._call(function, arguments)
        except BaseException as error:
            self._raised = error
        finally:
            self._ended = True
            self._end.release()

    def _wait(self) -> None:
        while not self._ended:
            try:
                self._end.acquire()
            except BaseException as error:
                self._interrupted(error)

    def _interrupted(self, error: BaseException) -> None:
        self._stop = True
        if self._raised is None:
            self._raised = error
