# Are the functions, constants and structs declared as include/slmdb.h has them?

import ctypes
import re
import shutil
import subprocess

import pytest

from scoped_lmdb import _declare, _options, errors

STRUCTS = {
    "slmdb_error": _declare.ErrorStruct,
    "slmdb_env_options": _declare.EnvOptions,
    "slmdb_db_options": _declare.DbOptions,
    "slmdb_env_info": _declare.EnvInfo,
    "slmdb_db_stats": _declare.DbStats,
    "slmdb_get_args": _declare.GetArgs,
    "slmdb_range": _declare.Range,
    "slmdb_work": _declare.Work,
    "slmdb_selection": _declare.Selection,
}

# What one parameter's type in C may be declared as.
POINTERS = {
    "const void *": (ctypes.c_void_p,),
    "void *": (ctypes.c_void_p,),
    "const char *": (ctypes.c_void_p,),
    "const void **": (ctypes.POINTER(ctypes.c_void_p),),
    "size_t": (ctypes.c_size_t,),
    "size_t *": (ctypes.POINTER(ctypes.c_size_t),),
    "uint64_t": (ctypes.c_uint64,),
    "uint64_t *": (ctypes.POINTER(ctypes.c_uint64),),
    "int32_t": (ctypes.c_int32,),
    "uint32_t": (ctypes.c_uint32,),
    "uint32_t *": (ctypes.POINTER(ctypes.c_uint32),),
    "bool *": (ctypes.POINTER(ctypes.c_bool),),
    "slmdb_error *": (ctypes.POINTER(_declare.ErrorStruct),),
    "const slmdb_env_options *": (ctypes.POINTER(_declare.EnvOptions),),
    "const slmdb_db_options *": (ctypes.POINTER(_declare.DbOptions),),
    "slmdb_db_options *": (ctypes.POINTER(_declare.DbOptions),),
    "slmdb_env_info *": (ctypes.POINTER(_declare.EnvInfo),),
    "slmdb_db_stats *": (ctypes.POINTER(_declare.DbStats),),
    "slmdb_get_args *": (ctypes.POINTER(_declare.GetArgs),),
    "const slmdb_range *": (ctypes.POINTER(_declare.Range),),
    "const slmdb_selection *": (ctypes.POINTER(_declare.Selection),),
    "const slmdb_work *": (ctypes.POINTER(_declare.Work),),
    "bool": (ctypes.c_bool,),
    "slmdb_done": (_declare.Done,),
    "slmdb_write": (_declare.Write,),
    "slmdb_read": (_declare.Read,),
}
RESULTS = {
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "const char *": ctypes.c_char_p,
    "int32_t": ctypes.c_int32,
}


def plain(header):
    return re.sub(r"/\*.*?\*/", "", header, flags=re.S)


def constants(header):
    return {name: int(value) for name, value in re.findall(r"\bSLMDB_(\w+) = (\d+)", plain(header))}


def test_functions(header):
    found = re.findall(r"^((?:const )?\w+ \*?)(slmdb_\w+)\(([^)]*)\);", plain(header), flags=re.M)
    assert {name for _, name, _ in found} == set(_declare._SIGNATURES)
    for result, name, parameters in found:
        declared_result, declared = _declare._SIGNATURES[name]
        assert declared_result is RESULTS[result.strip()], name
        types = [] if parameters == "void" else [re.sub(r"\s*\w+$", "", part.strip()) for part in parameters.split(",")]
        assert len(types) == len(declared), name
        for written, kind in zip(types, declared):
            written = re.sub(r"(\w)(\*+)$", r"\1 \2", written)
            handle = re.fullmatch(r"slmdb_(env|db|scope|txn|cursor|batch) (\*\*?)", written)
            if handle:
                expected = ctypes.c_void_p if handle.group(2) == "*" else ctypes.POINTER(ctypes.c_void_p)
                assert kind is expected, (name, written)
            else:
                assert kind in POINTERS[written], (name, written)


def test_constants(header):
    found = constants(header)
    ours = {
        name: value for name, value in vars(_declare).items() if isinstance(value, int) and not isinstance(value, bool)
    }
    ours.pop("ABI_VERSION")
    for name, value in ours.items():
        assert found[name] == value, name
    assert f"#define SLMDB_ABI_VERSION {_declare.ABI_VERSION}\n" in header
    types = {name[len("TYPE_") :].lower(): value for name, value in found.items() if name.startswith("TYPE_")}
    assert types == _options._TYPES


def test_one_class_a_status(header):
    table = re.search(r"SLMDB_OK = 0,(.*?)\};", plain(header), flags=re.S).group(1)
    statuses = {int(value): name for name, value in re.findall(r"SLMDB_(\w+) = (\d+)", table)}
    classes = errors._BY_STATUS
    assert sorted(classes) == sorted(statuses)
    for code, name in statuses.items():
        assert classes[code].code == code
        assert classes[code].name.upper() == name.replace("_", "")


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_structs(header, tmp_path):
    lines, ours = [], []
    for name, struct in STRUCTS.items():
        lines.append(f'printf("%zu\\n", sizeof({name}));')
        ours.append(ctypes.sizeof(struct))
        for field, *_ in struct._fields_:
            lines.append(f'printf("%zu %zu\\n", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));')
            ours.append((getattr(struct, field).offset, getattr(struct, field).size))
    (tmp_path / "slmdb.h").write_text(header, encoding="utf-8")
    source = tmp_path / "structs.c"
    source.write_text('#include "slmdb.h"\n#include <stdio.h>\nint main(void) {' + "\n".join(lines) + "return 0; }\n")
    subprocess.run(["cc", "-o", tmp_path / "structs", source], check=True)
    printed = subprocess.run([tmp_path / "structs"], check=True, capture_output=True, text=True).stdout
    found = [tuple(map(int, line.split())) if " " in line else int(line) for line in printed.splitlines()]
    assert found == ours
    for name, struct in STRUCTS.items():
        body = re.search(r"typedef struct " + name + r" \{(.*?)\}", plain(header), flags=re.S).group(1)
        functions = re.sub(r"\(\*(\w+)\)\([^)]*\);", r"\1;", body)
        fields = re.findall(r"(\w+)(?:\[\w+\])?;", functions)
        assert fields == [field for field, *_ in struct._fields_]
