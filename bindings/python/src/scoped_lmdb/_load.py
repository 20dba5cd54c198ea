"""Finds and loads libslmdb.so, at the first use and never at import.

Late, because the library is unusable in a process that was forked after it was loaded: a program that imports this
package and then forks its workers is fine as long as the workers are the first to use it.
"""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path

from . import _declare
from .errors import LoadError

VARIABLE = "SLMDB_LIBRARY"
_FILE = "libslmdb.so"


class _State:
    library: _declare.Library | None = None
    path: Path | None = None
    lock = threading.Lock()


def _after_fork() -> None:
    # The fork may have happened while another thread, which the child has not, was loading.
    _State.lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def library() -> _declare.Library:
    """The library, loaded once. Any thread. Errors: LoadError."""
    if _State.library is None:
        with _State.lock:
            if _State.library is None:
                _State.library = _load()
    return _State.library


def loaded_from() -> Path | None:
    """The file that the library was loaded from; None if it was not."""
    return _State.path


def _places() -> list[tuple[str, Path]]:
    """Where the library may be, with why. The variable is an order, not a hint: nothing else is tried beside it."""
    ordered = os.environ.get(VARIABLE)
    if ordered:
        return [(f"the environment variable {VARIABLE}", Path(ordered))]
    folder = Path(__file__).resolve().parent
    places = [("the installed package", folder / "_lib" / _FILE)]
    if len(folder.parents) > 3:
        places.append(("the source tree's build", folder.parents[3] / "build" / "lib" / _FILE))
    return places


def _load() -> _declare.Library:
    if _on_musl():
        raise LoadError(
            "libslmdb.so is written in Go, and a Go library cannot be loaded into a running program on musl (Alpine): "
            "use a system with glibc, such as an image that is based on Debian"
        )
    looked_at = []
    for why, path in _places():
        if path.is_file():
            return _open(path)
        looked_at.append(f"{path} ({why})")
    raise LoadError(
        f"no {_FILE} at {' or '.join(looked_at)}: install the package from a wheel, run the source tree's build.sh, "
        f"or set {VARIABLE} to the file"
    )


def _open(path: Path) -> _declare.Library:
    try:
        loaded = ctypes.CDLL(str(path))
        found = _declare.abi_version(loaded)
        if found != _declare.ABI_VERSION:
            raise LoadError(
                f"{path} has ABI {found} and this package needs ABI {_declare.ABI_VERSION}: take both of one version"
            )
        library = _declare.Library(loaded)
        _State.path = path
        return library
    except OSError as error:
        raise LoadError(f"{path} cannot be loaded: {error}") from error
    except AttributeError as error:
        raise LoadError(f"{path} is no libslmdb of this version: {error}") from error


def _on_musl() -> bool:
    """Whether musl runs this process. Asked of the process itself: the attempt to load may crash instead of failing."""
    try:
        return "/ld-musl-" in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
