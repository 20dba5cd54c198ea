"""`python -m scoped_lmdb` prints the versions, and where the library is."""

from __future__ import annotations

import platform
import sys

import msgpack  # type: ignore[import-untyped]

from . import LoadError, __version__, _declare, _load, library_version


def main() -> int:
    """Prints them; 1 if the library cannot be loaded."""
    print(f"scoped-lmdb {__version__} (Python package), ABI {_declare.ABI_VERSION}")
    print(f"Python {platform.python_version()} at {sys.executable}, {platform.platform()}")
    print(f"msgpack {'.'.join(map(str, msgpack.version))}")
    try:
        version = library_version()
    except LoadError as error:
        print(f"libslmdb.so: {error}")
        return 1
    print(f"libslmdb.so {version} at {_load.loaded_from()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
