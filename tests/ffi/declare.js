// The library's functions, structs and constants as koffi knows them: include/slmdb.h, line for line.
//
// Handles are pointers that nothing ever follows; to JavaScript they are BigInts. Keys and values are Buffers. Where
// the header has an output, koffi takes an array of one element or an object, and fills it.
import koffi from 'koffi'

export const STATUS = {
  OK: 0,
  NOT_FOUND: 1,
  EMPTY_SCOPE: 3,
  EMPTY_KEY: 5,
  KEY_TOO_LONG: 6,
  INVALID_VALUE: 9,
  INVALID_NAME: 10,
  KIND_MISMATCH: 11,
  READ_ONLY: 16,
  TXN_ENDED: 21,
  NESTED: 22,
  WRONG_THREAD: 23,
  CLOSED: 25,
  INVALID_HANDLE: 26,
  INVALID_ARGUMENT: 28,
  BUFFER_TOO_SMALL: 29,
  PATH_NOT_FOUND: 30,
  BUSY: 35
}
export const ABI_VERSION = 1
export const NO_SYNC = 2
export const KIND = { TYPED: 1, BYTES_KEY: 2, BYTES: 3 }
export const MODE = { READ: 0, WRITE: 1 }
export const RANGE = { LOWER: 1, LOWER_EXCLUSIVE: 2, UPPER: 4, UPPER_EXCLUSIVE: 8, REVERSE: 16 }

for (const handle of ['slmdb_env', 'slmdb_db', 'slmdb_scope', 'slmdb_txn', 'slmdb_cursor']) koffi.opaque(handle)

koffi.struct('slmdb_error', { code: 'int32_t', message: koffi.array('char', 1020, 'String') })

const ENV_OPTIONS = koffi.struct('slmdb_env_options', {
  struct_size: 'size_t',
  map_size: 'uint64_t',
  max_databases: 'uint32_t',
  max_readers: 'uint32_t',
  mode: 'uint32_t',
  durability: 'int32_t',
  read_only: 'bool',
  create_folder: 'bool'
})

const DB_OPTIONS = koffi.struct('slmdb_db_options', {
  struct_size: 'size_t',
  kind: 'int32_t',
  layout: 'int32_t',
  key_type: 'int32_t',
  value_type: 'int32_t',
  must_exist: 'bool'
})

const RANGE_STRUCT = koffi.struct('slmdb_range', {
  struct_size: 'size_t',
  lower: 'const void *',
  lower_length: 'size_t',
  upper: 'const void *',
  upper_length: 'size_t',
  flags: 'uint32_t',
  limit: 'uint64_t'
})

// Everything zero, then the size: what the header asks for.
export const envOptions = (given) => ({
  struct_size: koffi.sizeof(ENV_OPTIONS),
  map_size: 0,
  max_databases: 0,
  max_readers: 0,
  mode: 0,
  durability: 0,
  read_only: false,
  create_folder: false,
  ...given
})

export const dbOptions = (given) => ({
  struct_size: koffi.sizeof(DB_OPTIONS),
  kind: 0,
  layout: 0,
  key_type: 0,
  value_type: 0,
  must_exist: false,
  ...given
})

export const range = (given) => ({
  struct_size: koffi.sizeof(RANGE_STRUCT),
  lower: null,
  lower_length: given.lower?.length ?? 0,
  upper: null,
  upper_length: given.upper?.length ?? 0,
  flags: 0,
  limit: 0,
  ...given
})

const ERROR = '_Out_ slmdb_error *error'
const ENTRY = 'slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length'

const prototypes = [
  'uint32_t slmdb_abi_version()',
  'const char *slmdb_version()',
  'const char *slmdb_status_name(int32_t status)',
  'uint64_t slmdb_open_handles()',
  `int32_t slmdb_env_open(const void *path, size_t path_length, const slmdb_env_options *options,
    _Out_ slmdb_env **env, ${ERROR})`,
  `int32_t slmdb_env_close(slmdb_env *env, ${ERROR})`,
  `int32_t slmdb_env_grow(slmdb_env *env, uint64_t map_size, ${ERROR})`,
  `int32_t slmdb_scope_open(const void *name, size_t name_length, _Out_ slmdb_scope **scope, ${ERROR})`,
  `int32_t slmdb_scope_close(slmdb_scope *scope, ${ERROR})`,
  `int32_t slmdb_db_open(slmdb_env *env, const void *name, size_t name_length, const slmdb_db_options *options,
    _Out_ slmdb_db **db, ${ERROR})`,
  `int32_t slmdb_db_close(slmdb_db *db, ${ERROR})`,
  `int32_t slmdb_db_get(${ENTRY}, _Out_ const void **value, _Out_ size_t *value_length, ${ERROR})`,
  `int32_t slmdb_db_get_copy(${ENTRY}, void *buffer, size_t capacity, _Out_ size_t *value_length, ${ERROR})`,
  `int32_t slmdb_db_put(${ENTRY}, const void *value, size_t value_length, ${ERROR})`,
  `int32_t slmdb_db_delete(${ENTRY}, _Out_ bool *deleted, ${ERROR})`,
  `int32_t slmdb_db_clear(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, _Out_ uint64_t *count, ${ERROR})`,
  `int32_t slmdb_txn_begin(slmdb_env *env, int32_t mode, _Out_ slmdb_txn **txn, ${ERROR})`,
  `int32_t slmdb_txn_commit(slmdb_txn *txn, ${ERROR})`,
  `int32_t slmdb_txn_abort(slmdb_txn *txn, ${ERROR})`,
  `int32_t slmdb_cursor_open(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
    _Out_ slmdb_cursor **cursor, ${ERROR})`,
  `int32_t slmdb_cursor_next(slmdb_cursor *cursor, _Out_ const void **key, _Out_ size_t *key_length,
    _Out_ const void **value, _Out_ size_t *value_length, ${ERROR})`,
  `int32_t slmdb_cursor_page(slmdb_cursor *cursor, void *buffer, size_t capacity, size_t max_entries,
    _Out_ size_t *length, _Out_ bool *more, ${ERROR})`,
  `int32_t slmdb_cursor_close(slmdb_cursor *cursor, ${ERROR})`,
  `int32_t slmdb_registry_list(slmdb_txn *txn, _Out_ slmdb_cursor **cursor, ${ERROR})`,
  `int32_t slmdb_registry_prune(slmdb_env *env, _Out_ uint64_t *count, ${ERROR})`
]

// All functions of the library at `path`, under their own names.
export function load (path) {
  const library = koffi.load(path)
  const functions = {}
  for (const prototype of prototypes) functions[/\bslmdb_\w+(?=\()/.exec(prototype)[0]] = library.func(prototype)
  if (functions.slmdb_abi_version() !== ABI_VERSION) throw new Error(`${path} has another ABI than ${ABI_VERSION}`)
  return functions
}

// The bytes at an address that the library lent, copied: they do not outlive the transaction.
export const copied = (address, length) => Buffer.from(length > 0 ? koffi.decode(address, 'uint8_t', length) : [])
