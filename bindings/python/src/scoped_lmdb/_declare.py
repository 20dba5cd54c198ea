"""The library's functions, structs and constants as ctypes knows them: include/slmdb.h, line for line."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_bool, c_char, c_char_p, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Callable

ABI_VERSION = 1

OK = 0
NOT_FOUND = 1
KEY_EXISTS = 2
READERS_FULL = 19
TXN_ENDED = 21
NESTED = 22
WRONG_THREAD = 23
IN_USE = 24
CLOSED = 25
INVALID_HANDLE = 26
FORKED = 27
BUFFER_TOO_SMALL = 29
BUSY = 35
CANCELED = 39

DURABLE, NO_META_SYNC, NO_SYNC = 0, 1, 2
TYPED, BYTES_KEY, BYTES = 1, 2, 3
LAYOUT_AUTO, LAYOUT_ORDERED, LAYOUT_HEED = 0, 1, 2
READ, WRITE = 0, 1

RANGE_LOWER = 1
RANGE_LOWER_EXCLUSIVE = 2
RANGE_UPPER = 4
RANGE_UPPER_EXCLUSIVE = 8
RANGE_REVERSE = 16
RANGE_PREFIX = 32
RANGE_KEYS_ONLY = 64
RANGE_VALUES_ONLY = 128

FIRST, LAST, AT_OR_AFTER, AFTER, AT_OR_BEFORE, BEFORE = 1, 2, 3, 4, 5, 6

FORMAT_BLOCKS, FORMAT_LINES = 0, 1
REFUSE, OVERWRITE, SKIP = 0, 1, 2


class ErrorStruct(ctypes.Structure):
    """slmdb_error."""

    _fields_ = (("code", c_int32), ("message", c_char * 1020))


class EnvOptions(ctypes.Structure):
    """slmdb_env_options."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("map_size", c_uint64),
        ("max_databases", c_uint32),
        ("max_readers", c_uint32),
        ("mode", c_uint32),
        ("durability", c_int32),
        ("read_only", c_bool),
        ("create_folder", c_bool),
    )


class DbOptions(ctypes.Structure):
    """slmdb_db_options."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("kind", c_int32),
        ("layout", c_int32),
        ("key_type", c_int32),
        ("value_type", c_int32),
        ("must_exist", c_bool),
        ("unnamed_default", c_bool),
    )


class EnvInfo(ctypes.Structure):
    """slmdb_env_info."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("map_size", c_uint64),
        ("used_size", c_uint64),
        ("last_txn", c_uint64),
        ("page_size", c_uint32),
        ("max_readers", c_uint32),
        ("readers", c_uint32),
        ("max_key", c_uint32),
        ("read_only", c_bool),
    )


class DbStats(ctypes.Structure):
    """slmdb_db_stats."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("entries", c_uint64),
        ("key_bytes", c_uint64),
        ("value_bytes", c_uint64),
    )


class GetArgs(ctypes.Structure):
    """slmdb_get_args."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("txn", c_void_p),
        ("db", c_void_p),
        ("scope", c_void_p),
        ("buffer", c_void_p),
        ("capacity", c_size_t),
        ("value_length", c_size_t),
    )


class Range(ctypes.Structure):
    """slmdb_range. The bounds are c_char_p, so that the struct keeps the bytes given to it alive."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("lower", c_char_p),
        ("lower_length", c_size_t),
        ("upper", c_char_p),
        ("upper_length", c_size_t),
        ("flags", c_uint32),
        ("limit", c_uint64),
    )


# slmdb_done: what a batch came to, told on a thread of the library. A user's pointer is passed as a number.
Done = ctypes.CFUNCTYPE(None, c_void_p, POINTER(ErrorStruct))

# The functions of slmdb_work, called on threads of the library, too.
Progress = ctypes.CFUNCTYPE(c_bool, c_void_p, c_uint64, c_uint64)
Answer = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)

# slmdb_write and slmdb_read: streams, likewise.
Write = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)
Read = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, POINTER(c_size_t))


class Work(ctypes.Structure):
    """slmdb_work. It keeps the functions that were given to it alive."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("progress", Progress),
        ("answer", Answer),
        ("user", c_void_p),
    )


class Selection(ctypes.Structure):
    """slmdb_selection. The name is a c_char_p, so that the struct keeps the bytes given to it alive."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("database", c_char_p),
        ("database_length", c_size_t),
        ("scope", c_void_p),
        ("default_scope", c_bool),
    )


# A handle is a pointer that is never dereferenced; bytes come as an address and a length.
_handle = c_void_p
_handle_out = POINTER(c_void_p)
_bytes = (c_void_p, c_size_t)
_bytes_out = (POINTER(c_void_p), POINTER(c_size_t))
_size_out = POINTER(c_size_t)
_bool_out = POINTER(c_bool)
_count_out = POINTER(c_uint64)
_id_out = POINTER(c_uint32)
_error = POINTER(ErrorStruct)
_place = (_handle, _handle, _handle)  # transaction or batch, database, scope
_entry = (*_place, *_bytes)  # and key
_range = POINTER(Range)
_selection = POINTER(Selection)
_work = (POINTER(Work), _error)

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "slmdb_abi_version": (c_uint32, ()),
    "slmdb_version": (c_char_p, ()),
    "slmdb_status_name": (c_char_p, (c_int32,)),
    "slmdb_open_handles": (c_uint64, ()),
    "slmdb_env_open": (c_int32, (*_bytes, POINTER(EnvOptions), _handle_out, _error)),
    "slmdb_env_close": (c_int32, (_handle, _error)),
    "slmdb_env_grow": (c_int32, (_handle, c_uint64, _error)),
    "slmdb_env_stat": (c_int32, (_handle, POINTER(EnvInfo), _error)),
    "slmdb_env_flush": (c_int32, (_handle, _error)),
    "slmdb_scope_open": (c_int32, (*_bytes, _handle_out, _error)),
    "slmdb_scope_close": (c_int32, (_handle, _error)),
    "slmdb_db_open": (c_int32, (_handle, *_bytes, POINTER(DbOptions), _handle_out, _error)),
    "slmdb_db_describe": (c_int32, (_handle, POINTER(DbOptions), _error)),
    "slmdb_db_list": (c_int32, (_handle, _handle_out, _error)),
    "slmdb_db_close": (c_int32, (_handle, _error)),
    "slmdb_db_get": (c_int32, (*_entry, *_bytes_out, _error)),
    "slmdb_db_get_copy": (c_int32, (*_entry, *_bytes, _size_out, _error)),
    "slmdb_db_get_args": (c_int32, (POINTER(GetArgs), *_bytes, _error)),
    "slmdb_db_contains": (c_int32, (*_entry, _bool_out, _error)),
    "slmdb_db_get_many": (c_int32, (*_entry, *_bytes, _size_out, _error)),
    "slmdb_db_find": (c_int32, (*_place, c_int32, *_bytes, *_bytes_out, *_bytes_out, _error)),
    "slmdb_db_is_empty": (c_int32, (*_place, _bool_out, _error)),
    "slmdb_db_count": (c_int32, (*_place, _range, _count_out, _error)),
    "slmdb_db_stat": (c_int32, (*_place, POINTER(DbStats), _error)),
    "slmdb_db_put": (c_int32, (*_entry, *_bytes, _error)),
    "slmdb_db_put_if_absent": (c_int32, (*_entry, *_bytes, _bool_out, _error)),
    "slmdb_db_replace": (c_int32, (*_entry, *_bytes, *_bytes_out, _bool_out, _error)),
    "slmdb_db_pop": (c_int32, (*_entry, *_bytes_out, _error)),
    "slmdb_db_compare_and_swap": (c_int32, (*_entry, *_bytes, *_bytes, _bool_out, _error)),
    "slmdb_db_put_many": (c_int32, (*_entry, _count_out, _error)),
    "slmdb_db_delete": (c_int32, (*_entry, _bool_out, _error)),
    "slmdb_db_delete_range": (c_int32, (*_place, _range, _count_out, _error)),
    "slmdb_db_clear": (c_int32, (*_place, _count_out, _error)),
    "slmdb_txn_begin": (c_int32, (_handle, c_int32, _handle_out, _error)),
    "slmdb_txn_commit": (c_int32, (_handle, _error)),
    "slmdb_txn_abort": (c_int32, (_handle, _error)),
    "slmdb_txn_child": (c_int32, (_handle, _handle_out, _error)),
    "slmdb_txn_is_newest": (c_int32, (_handle, _bool_out, _error)),
    "slmdb_cursor_open": (c_int32, (*_place, _range, _handle_out, _error)),
    "slmdb_cursor_next": (c_int32, (_handle, *_bytes_out, *_bytes_out, _error)),
    "slmdb_cursor_page": (c_int32, (_handle, *_bytes, c_size_t, _size_out, _bool_out, _error)),
    "slmdb_cursor_seek": (c_int32, (_handle, *_bytes, _error)),
    "slmdb_cursor_close": (c_int32, (_handle, _error)),
    "slmdb_batch_open": (c_int32, (_handle, _handle_out, _error)),
    "slmdb_batch_put": (c_int32, (*_entry, *_bytes, _error)),
    "slmdb_batch_put_if_absent": (c_int32, (*_entry, *_bytes, _error)),
    "slmdb_batch_put_many": (c_int32, (*_entry, _error)),
    "slmdb_batch_delete": (c_int32, (*_entry, _bool_out, _error)),
    "slmdb_batch_clear": (c_int32, (*_place, _count_out, _error)),
    "slmdb_batch_submit": (c_int32, (_handle, Done, c_void_p, _error)),
    "slmdb_batch_apply": (c_int32, (_handle, _error)),
    "slmdb_db_apply_put": (c_int32, (_handle, _handle, *_bytes, *_bytes, _error)),
    "slmdb_batch_close": (c_int32, (_handle, _error)),
    "slmdb_registry_list": (c_int32, (_handle, _handle_out, _error)),
    "slmdb_registry_id": (c_int32, (_handle, _handle, _id_out, _error)),
    "slmdb_registry_register": (c_int32, (_handle, _handle, _id_out, _error)),
    "slmdb_registry_rename": (c_int32, (_handle, _handle, _handle, _error)),
    "slmdb_registry_drop": (c_int32, (_handle, _handle, _count_out, _error)),
    "slmdb_registry_prune": (c_int32, (_handle, _count_out, _error)),
    "slmdb_env_measure": (c_int32, (_handle, _selection, c_bool, *_work)),
    "slmdb_env_verify": (c_int32, (_handle, *_work)),
    "slmdb_env_readers": (c_int32, (_handle, *_work)),
    "slmdb_env_clear_readers": (c_int32, (_handle, _count_out, _error)),
    "slmdb_env_backup": (c_int32, (_handle, *_bytes, c_bool, *_work)),
    "slmdb_env_backup_to": (c_int32, (_handle, Write, c_void_p, c_bool, *_work)),
    "slmdb_env_export": (c_int32, (_handle, *_bytes, _selection, c_int32, *_work)),
    "slmdb_env_export_to": (c_int32, (_handle, Write, c_void_p, _selection, c_int32, *_work)),
    "slmdb_export_verify": (c_int32, (*_bytes, *_work)),
    "slmdb_export_verify_from": (c_int32, (Read, c_void_p, *_work)),
    "slmdb_env_import": (c_int32, (_handle, *_bytes, _handle, c_int32, *_work)),
    "slmdb_env_import_from": (c_int32, (_handle, Read, c_void_p, _handle, c_int32, *_work)),
    "slmdb_scope_copy": (c_int32, (_handle, _handle, _handle, _handle, c_int32, c_bool, *_work)),
    "slmdb_scope_drop": (c_int32, (_handle, _handle, c_uint64, *_work)),
    "slmdb_orphan_drop": (c_int32, (_handle, c_uint32, c_uint64, *_work)),
}

# Those that are called once an entry. ctypes converts an argument at half the price where no argtypes are declared,
# so these are bound a second time without them. Their callers pass nothing but bytes, None and ready-made ctypes
# arguments: a bare int would go as a C int, half as wide as a size_t.
_BARE = {"get_args": "slmdb_db_get_args", "put": "slmdb_db_put", "apply_put": "slmdb_db_apply_put"}

Function = Callable[..., int]


class Library:
    """The functions of one loaded libslmdb, ready to be called. An AttributeError names one that it lacks."""

    slmdb_version: Callable[[], bytes]
    slmdb_status_name: Callable[[int], bytes]
    slmdb_open_handles: Function
    slmdb_env_open: Function
    slmdb_env_close: Function
    slmdb_env_grow: Function
    slmdb_env_stat: Function
    slmdb_env_flush: Function
    slmdb_scope_open: Function
    slmdb_scope_close: Function
    slmdb_db_open: Function
    slmdb_db_describe: Function
    slmdb_db_list: Function
    slmdb_db_close: Function
    slmdb_db_get: Function
    slmdb_db_get_copy: Function
    slmdb_db_get_args: Function
    slmdb_db_contains: Function
    slmdb_db_get_many: Function
    slmdb_db_find: Function
    slmdb_db_is_empty: Function
    slmdb_db_count: Function
    slmdb_db_stat: Function
    slmdb_db_put: Function
    slmdb_db_put_if_absent: Function
    slmdb_db_replace: Function
    slmdb_db_pop: Function
    slmdb_db_compare_and_swap: Function
    slmdb_db_put_many: Function
    slmdb_db_delete: Function
    slmdb_db_delete_range: Function
    slmdb_db_clear: Function
    slmdb_txn_begin: Function
    slmdb_txn_commit: Function
    slmdb_txn_abort: Function
    slmdb_txn_child: Function
    slmdb_txn_is_newest: Function
    slmdb_cursor_open: Function
    slmdb_cursor_next: Function
    slmdb_cursor_page: Function
    slmdb_cursor_seek: Function
    slmdb_cursor_close: Function
    slmdb_batch_open: Function
    slmdb_batch_put: Function
    slmdb_batch_put_if_absent: Function
    slmdb_batch_put_many: Function
    slmdb_batch_delete: Function
    slmdb_batch_clear: Function
    slmdb_batch_submit: Function
    slmdb_batch_apply: Function
    slmdb_db_apply_put: Function
    slmdb_batch_close: Function
    slmdb_registry_list: Function
    slmdb_registry_id: Function
    slmdb_registry_register: Function
    slmdb_registry_rename: Function
    slmdb_registry_drop: Function
    slmdb_registry_prune: Function
    slmdb_env_measure: Function
    slmdb_env_verify: Function
    slmdb_env_readers: Function
    slmdb_env_clear_readers: Function
    slmdb_env_backup: Function
    slmdb_env_backup_to: Function
    slmdb_env_export: Function
    slmdb_env_export_to: Function
    slmdb_export_verify: Function
    slmdb_export_verify_from: Function
    slmdb_env_import: Function
    slmdb_env_import_from: Function
    slmdb_scope_copy: Function
    slmdb_scope_drop: Function
    slmdb_orphan_drop: Function
    get_args: Function
    put: Function
    apply_put: Function

    def __init__(self, loaded: ctypes.CDLL) -> None:
        for name, (result, arguments) in _SIGNATURES.items():
            function = loaded[name]
            function.restype = result
            function.argtypes = arguments
            setattr(self, name, function)
        for attribute, name in _BARE.items():
            function = loaded[name]  # indexing makes a new function object each time, unlike an attribute
            function.restype = c_int32
            setattr(self, attribute, function)


def abi_version(loaded: ctypes.CDLL) -> int:
    """The ABI of a library of which nothing else may be assumed yet."""
    function = loaded["slmdb_abi_version"]
    function.restype = c_uint32
    function.argtypes = ()
    return int(function())
