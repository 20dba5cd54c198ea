"""Does slmdb.hpp offer all of slmdb.h: every function, constant and field? Prints what is not used in it."""

import pathlib
import re
import sys

# What C++ has no use for: there an argument of a call costs nothing, and get_copy is the same.
LEFT_OUT = {"slmdb_db_get_args"}


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


def offered(header):
    """The functions, the constants and the fields of the structs that a C header declares."""
    text = without_comments(header)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    functions = re.findall(r"\b(slmdb_\w+)\s*\(", text)
    constants = re.findall(r"\b(SLMDB_\w+)\s*=", text)
    structs = re.findall(r"struct \w+ \{(.*?)\}", text, flags=re.DOTALL)
    fields = [name for body in structs for name in re.findall(r"(\w+)(?:\[\d+\])?;", body)]
    return functions, constants, fields


def main(include):
    functions, constants, fields = offered((include / "slmdb.h").read_text(encoding="utf-8"))
    used = "\n".join(path.read_text(encoding="utf-8") for path in sorted(include.glob("**/*.hpp")))
    used = set(re.findall(r"\w+", without_comments(used)))
    missing = [name for name in functions + constants + fields if name not in used | LEFT_OUT]
    print(f"{len(functions)} functions, {len(constants)} constants, {len(fields)} fields; not used: {missing}")
    return 1 if missing or min(len(functions), len(constants), len(fields)) < 20 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
