// The library's functions, structs and constants as koffi knows them, by include/slmdb.h.
//
// Handles are pointers that nothing ever follows; to JavaScript they are BigInts. Keys and values are Buffers. Where
// the header has an output, koffi takes an array of one element or an object, and fills it.
import { readFileSync } from 'node:fs'
import koffi from 'koffi'

export const STATUS = {
  OK: 0,
  NOT_FOUND: 1,
  KEY_EXISTS: 2,
  EMPTY_SCOPE: 3,
  EMPTY_KEY: 5,
  KEY_TOO_LONG: 6,
  INVALID_VALUE: 9,
  INVALID_NAME: 10,
  KIND_MISMATCH: 11,
  CORRUPT: 15,
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
export const RANGE = { LOWER: 1, LOWER_EXCLUSIVE: 2, UPPER: 4, UPPER_EXCLUSIVE: 8, REVERSE: 16, PREFIX: 32 }

for (const handle of ['slmdb_env', 'slmdb_db', 'slmdb_scope', 'slmdb_txn', 'slmdb_cursor', 'slmdb_batch']) {
  koffi.opaque(handle)
}

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
  must_exist: 'bool',
  unnamed_default: 'bool'
})

const ENV_INFO = koffi.struct('slmdb_env_info', {
  struct_size: 'size_t',
  map_size: 'uint64_t',
  used_size: 'uint64_t',
  last_txn: 'uint64_t',
  page_size: 'uint32_t',
  max_readers: 'uint32_t',
  readers: 'uint32_t',
  max_key: 'uint32_t',
  read_only: 'bool'
})

const DB_STATS = koffi.struct('slmdb_db_stats', {
  struct_size: 'size_t',
  entries: 'uint64_t',
  key_bytes: 'uint64_t',
  value_bytes: 'uint64_t'
})

const GET_ARGS = koffi.struct('slmdb_get_args', {
  struct_size: 'size_t',
  txn: 'void *',
  db: 'void *',
  scope: 'void *',
  buffer: 'void *',
  capacity: 'size_t',
  value_length: 'size_t'
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

const PROGRESS = koffi.proto('bool slmdb_progress(void *user, uint64_t done, uint64_t total)')
const ANSWER = koffi.proto('void slmdb_answer(void *user, const void *document, size_t length)')

const WORK = koffi.struct('slmdb_work', {
  struct_size: 'size_t',
  progress: koffi.pointer(PROGRESS),
  answer: koffi.pointer(ANSWER),
  user: 'void *'
})

koffi.struct('slmdb_selection', {
  struct_size: 'size_t',
  database: 'const void *',
  database_length: 'size_t',
  scope: 'void *',
  default_scope: 'bool'
})

const WRITE = koffi.proto('int32_t slmdb_write(void *user, const void *data, size_t length)')
const READ = koffi.proto('int32_t slmdb_read(void *user, void *buffer, size_t capacity, size_t *length)')

// Calls fn with a function that takes a stream, and gives all of it.
export function taken (fn) {
  const chunks = []
  const write = koffi.register((_user, data, length) => {
    chunks.push(copied(data, length))
    return STATUS.OK
  }, koffi.pointer(WRITE))
  try {
    fn(write)
  } finally {
    koffi.unregister(write)
  }
  return Buffer.concat(chunks)
}

// Calls fn with a function that gives a stream.
export function giving (stream, fn) {
  let at = 0
  const read = koffi.register((_user, buffer, capacity, length) => {
    const chunk = stream.subarray(at, at + capacity)
    at += chunk.length
    if (chunk.length > 0) koffi.encode(buffer, koffi.array('uint8_t', chunk.length), chunk)
    koffi.encode(length, 'size_t', chunk.length)
    return STATUS.OK
  }, koffi.pointer(READ))
  try {
    return fn(read)
  } finally {
    koffi.unregister(read)
  }
}

// Calls fn with a slmdb_work, and gives the document that is its answer.
export function answerOf (fn) {
  let document = null
  const answer = koffi.register((user, bytes, length) => { document = copied(bytes, length) }, koffi.pointer(ANSWER))
  try {
    fn({ struct_size: koffi.sizeof(WORK), progress: null, answer, user: null })
  } finally {
    koffi.unregister(answer)
  }
  return document
}

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
  unnamed_default: false,
  ...given
})

// Structs that the library fills: all but the size is its own.
export const envInfo = () => ({ struct_size: koffi.sizeof(ENV_INFO) })
export const dbStats = () => ({ struct_size: koffi.sizeof(DB_STATS) })

export const getArgs = (txn, db, scope, buffer) =>
  ({ struct_size: koffi.sizeof(GET_ARGS), txn, db, scope, buffer, capacity: buffer?.length ?? 0, value_length: 0 })

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

const DONE = koffi.proto('void slmdb_done(void *user, const slmdb_error *result)')

// A function that the library calls once; koffi has it called in JavaScript's thread.
export function callback (fn) {
  const pointer = koffi.register((user, result) => {
    fn(koffi.decode(result, 'slmdb_error'))
    setImmediate(() => koffi.unregister(pointer)) // when it is out of it
  }, koffi.pointer(DONE))
  return pointer
}

// The header's own prototypes, with what koffi must be told besides: texts are bytes here, and which pointers are outputs.
function prototypes () {
  const text = readFileSync(new URL('../../include/slmdb.h', import.meta.url), 'utf8')
  const header = text.replaceAll(/\/\*.*?\*\//gs, '')
  return [...header.matchAll(/^(?:const )?\w+ \*?slmdb_\w+\([^)]*\);/gm)].map(([prototype]) => prototype
    .replaceAll('const char *path', 'const void *path')
    .replaceAll('const char *name', 'const void *name')
    .replaceAll(/slmdb_(done|write|read) (?=\1)/g, 'slmdb_$1 *')
    .replaceAll(/(?:const void \*\*|slmdb_\w+ \*\*|(?:slmdb_error|size_t|u?int\d+_t|bool) \*)\w+(?=[,)])/g, '_Out_ $&')
    .replaceAll(/(?<!const )slmdb_(?:env_info|db_stats|db_options|get_args) \*/g, '_Inout_ $&')
    .replaceAll('(void)', '()').replace(/;$/, ''))
}

// All functions of the library at `path`, under their own names.
export function load (path) {
  const library = koffi.load(path)
  const functions = {}
  for (const prototype of prototypes()) functions[/\bslmdb_\w+(?=\()/.exec(prototype)[0]] = library.func(prototype)
  if (functions.slmdb_abi_version() !== ABI_VERSION) throw new Error(`${path} has another ABI than ${ABI_VERSION}`)
  return functions
}

// The bytes at an address that the library lent, copied: they do not outlive the transaction.
export const copied = (address, length) => Buffer.from(length > 0 ? koffi.decode(address, 'uint8_t', length) : [])
