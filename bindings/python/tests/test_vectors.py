# Are the typed keys of all languages' shared vectors put, found and sorted as the vectors say?

import json
import struct

from conftest import ROOT


def key_of(literal):
    """A key as Python has it."""
    if not isinstance(literal, dict):
        return literal
    ((kind, value),) = literal.items()
    if kind == "int":
        return int(value)
    if kind == "float":
        return struct.unpack(">d", bytes.fromhex(value))[0]
    if kind == "bytes":
        return bytes.fromhex(value)
    return tuple(map(key_of, value)) if kind == "tuple" else value


def exactly(key):
    """Tells apart what Python's == does not: 1, 1.0 and True; 0.0 and -0.0."""
    return [exactly(item) for item in key] if isinstance(key, tuple) else (type(key), repr(key))


def test_vectors(env):
    vectors = json.loads((ROOT / "tests" / "vectors" / "tuple.json").read_text(encoding="utf-8"))
    assert len(vectors) > 100
    keys = [key_of(vector["key"]) for vector in vectors]
    db = env.database("db")
    with env.write() as txn:
        for place, key in reversed(list(enumerate(keys))):
            db.put(txn, "tenant", key, place)
    with env.read() as txn:
        assert [exactly(key) for key, _ in db.range(txn, "tenant")] == [exactly(key) for key in keys]
        assert [place for _, place in db.range(txn, "tenant")] == list(range(len(keys)))
        for place, key in enumerate(keys):
            assert db.get(txn, "tenant", key) == place
