"""What do the header, the version script, the Go core and the fixture say, as tables that can be compared?"""

import json
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def header_functions(path):
    """The functions that the header declares."""
    body = "\n".join(line for line in without_comments(read(path)).splitlines() if not line.startswith("#"))
    return sorted(re.findall(r"\b(slmdb_\w+)\s*\(", body))


def called_functions(path):
    """What calls.h can call, and the few functions that cannot fail, which it has no use for."""
    named = re.findall(r"^  X\((\w+),", read(path), flags=re.MULTILINE)
    cannot_fail = ["abi_version", "version", "status_name", "open_handles"]
    return sorted("slmdb_" + name for name in [*map(str.lower, named), *cannot_fail])


def map_functions(path):
    """What the version script lets out."""
    exported = re.search(r"global:(.*?)local:", without_comments(read(path)), flags=re.DOTALL).group(1)
    return sorted(name.strip() for name in exported.split(";") if name.strip())


def nm_functions(path):
    """What `nm -D --defined-only` shows, without the version node and its marks."""
    names = []
    for line in read(path).splitlines():
        _, kind, name = line.split()
        if kind != "A":
            names.append(name.split("@")[0])
    return sorted(names)


def header_statuses(path):
    """(constant, number, name) of each status: the name is the constant's words, each capitalized but for OK and IO."""
    table = re.search(r"enum \{\s*(SLMDB_OK.*?)\};", without_comments(read(path)), flags=re.DOTALL).group(1)
    statuses = []
    for constant, number in re.findall(r"(SLMDB_\w+)\s*=\s*(\d+)", table):
        words = constant[len("SLMDB_"):]
        name = words if words in ("OK", "IO") else "".join(word.capitalize() for word in words.split("_"))
        statuses.append((constant, int(number), name))
    return statuses


def go_statuses(path):
    """(number, constant, name) of each code in the Go core."""
    text = read(path)
    constants = re.search(r"const \(\s*(CodeOK.*?)\n\s*numCodes", text, flags=re.DOTALL).group(1)
    names = re.search(r"var codeNames = .*?\{(.*?)\n\}", text, flags=re.DOTALL).group(1)
    constants = re.findall(r"^\s*Code(\w+)", constants, flags=re.MULTILINE)
    return list(enumerate(zip(constants, re.findall(r'"(\w+)"', names), strict=True)))


def compare(header, go):
    """The statuses of the header and the Go core, told where they differ."""
    wrong = []
    ours = {number: name for _, number, name in header_statuses(header)}
    theirs = go_statuses(go)
    for number, (constant, name) in theirs:
        if not ours.get(number) == constant == name:
            wrong.append(f"{number}: the header says {ours.get(number)}, Go Code{constant} named {name}")
    if len(ours) != len(theirs):
        wrong.append(f"the header has {len(ours)} statuses, Go {len(theirs)}")
    return wrong


def text_hex(text):
    return text.encode().hex() or "-"


def expected(path):
    """The fixture's contents, a line each: `scope NAME ID`, or DATABASE SCOPE KEY VALUE; in hex, `-` for no bytes."""
    for line in read(path).splitlines():
        entry = json.loads(line)
        if "hash" in entry:
            print("scope", text_hex(entry["scope"]), entry["hash"])
        else:
            print(entry["db"], text_hex(entry["scope"]), entry["key"] or "-", entry["value"] or "-")


def vectors(path):
    """The golden vectors of typed keys, a line each: the key as it crosses the ABI, and as it is stored; in hex."""
    for vector in json.loads(read(path)):
        print(vector["packed"], vector["stored"])


def main(what, *paths):
    if what == "compare":
        wrong = compare(*paths)
        print(*wrong, sep="\n", end="\n" if wrong else "")
        return 1 if wrong else 0
    if what == "expected":
        expected(*paths)
    elif what == "vectors":
        vectors(*paths)
    elif what == "statuses":
        for constant, number, name in header_statuses(*paths):
            print(f'STATUS({constant}, {number}, "{name}")')
    else:
        readers = {"header": header_functions, "map": map_functions, "calls": called_functions, "nm": nm_functions}
        print(*readers[what](*paths), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
