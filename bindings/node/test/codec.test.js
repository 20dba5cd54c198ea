// Is what is written standard MessagePack that any reader takes the same, and does nothing change silently?
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import vm from 'node:vm'
import { decode as independentDecode, encode as independentEncode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { Extension, Float } from '../index.js'

const require = createRequire(import.meta.url)
const encoder = require('../lib/encoder.js')
const decoder = require('../lib/decoder.js')

const options = { useBigInt64: true }

function written (write) {
  const start = encoder.mark()
  try {
    write()
    return Buffer.from(encoder.request().subarray(start, encoder.mark()))
  } finally {
    encoder.reset(start)
  }
}

const encode = (value) => written(() => encoder.writeAny(value, 0))
const encodeKey = (key) => written(() => encoder.writeTypedKey(key, 0))

function decode (bytes) {
  const memory = Buffer.concat([bytes, Buffer.alloc(16, 0xa5)]) // what lies behind must not matter
  return decoder.decode(memory, new DataView(memory.buffer, memory.byteOffset, memory.byteLength), 0, bytes.length)
}

/** As the independent reader gives it: every 64-bit integer is a BigInt there, bytes are a Uint8Array. */
function plain (value) {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
  }
  return value
}

const text = fc.string({ unit: 'binary' }) // any code points, but no lone surrogates
const float = fc.double().filter((number) => !Object.is(number, -0)) // which the independent writer writes as 0
const leaf = fc.oneof(
  fc.constant(null), fc.boolean(), fc.integer(), fc.maxSafeInteger(), float, text,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.date({ noInvalidDate: true })
)
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('value')),
    fc.dictionary(text.filter((name) => name !== '__proto__'), tie('value')))
}))

/** What comes back: a BigInt that a number holds is a number, objects have the usual prototype. */
function asRead (value) {
  if (value instanceof Date) return value
  if (Array.isArray(value)) return value.map(asRead)
  if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asRead(member)]))
  }
  return plain(value)
}

test('every value comes back equal, and an independent reader and writer agree', () => {
  fc.assert(fc.property(anyValue, (value) => {
    const bytes = encode(value)
    assert.deepStrictEqual(decode(bytes), asRead(value))
    assert.deepStrictEqual(plain(independentDecode(bytes, options)), asRead(value))
    assert.deepStrictEqual(decode(Buffer.from(independentEncode(value, options))), asRead(value))
  }), { numRuns: 500 })
})

test('numbers: safe integers are integers, of any size; all others are floats', () => {
  const cases = [
    [0, '00'], [127, '7f'], [128, 'cc80'], [255, 'ccff'], [256, 'cd0100'], [65535, 'cdffff'],
    [65536, 'ce00010000'],    [2 ** 32 - 1, 'ceffffffff'], [2 ** 32, 'cf0000000100000000'], [2 ** 53 - 1,
    'cf001fffffffffffff'],
    [-1, 'ff'], [-32, 'e0'], [-33, 'd0df'], [-128, 'd080'], [-129, 'd1ff7f'], [-32768, 'd18000'],
    [-32769, 'd2ffff7fff'],    [-(2 ** 31), 'd280000000'], [-(2 ** 31) - 1, 'd3ffffffff7fffffff'], [-(2 ** 53)
    + 1, 'd3ffe0000000000001'],
    [7n, '07'], [-1n, 'ff'], [2n ** 53n, 'cf0020000000000000'], [-(2n ** 53n), 'd3ffe0000000000000'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'], [-(2n ** 63n), 'd38000000000000000'],
    [1.5, 'cb3ff8000000000000'], [-0, 'cb8000000000000000'], [2 ** 53, 'cb4340000000000000'],
    [1e300, 'cb7e37e43c8800759c'],    [Infinity, 'cb7ff0000000000000'], [NaN, 'cb7ff8000000000000']
  ]
  for (const [value, hex] of cases) {
    assert.equal(encode(value).toString('hex'), hex, String(value))
    assert.deepStrictEqual(decode(Buffer.from(hex, 'hex')), typeof value === 'bigint' ? plain(value) : value)
  }
  assert.equal(encodeKey(7).toString('hex'), encodeKey(7n).toString('hex'))
})

test('the sizes where the head changes', () => {
  for (const size of [0, 1, 15, 16, 31, 32, 127, 128, 255, 256, 65535, 65536, 100000]) {
    for (const value of ['x'.repeat(size), 'é'.repeat(size), Buffer.alloc(size, 7), new Array(size).fill(1),
      Object.fromEntries(Array.from({ length: size }, (_, i) => [`n${i}`, i]))]) {
      assert.deepStrictEqual(decode(encode(value)), value)
    }
  }
})

test('dates: the three forms of the timestamp', () => {
  const times = [0, 1, 999, 1000, -1, -1000, -1001, 2 ** 32 * 1000 - 1, 2 ** 32 * 1000, 2 ** 34 * 1000 - 1,
    2 ** 34 * 1000,    8.64e15, -8.64e15, Date.UTC(2024, 1, 29, 12, 30, 15, 123)]
  for (const time of times) {
    const bytes = encode(new Date(time))
    assert.deepStrictEqual(decode(bytes), new Date(time))
    assert.deepStrictEqual(independentDecode(bytes), new Date(time))
  }
  assert.equal(encode(new Date(0)).toString('hex'), 'd6ff00000000')
  assert.equal(decode(Buffer.from('d7ff0000000400000000', 'hex')).getTime(), 0) // 1 ns: cut off
})

test('what cannot be stored is refused, by name', () => {
  const cyclic = []
  cyclic.push(cyclic)
  class Person { name = 'Ann' }
  const refused = [undefined, () => 1, Symbol('s'), new Set([1]), new Person(), Promise.resolve(1), /x/, new Error('x'),
    new Float64Array([1.5]), new Uint16Array(2), new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), new WeakMap(),
    new Date(NaN), 2n ** 64n, -(2n ** 63n) - 1n, 'a\ud800', '\udc00b'.repeat(20), [1, undefined], new Array(2),
    { a: () => 1 }, { 'a\ud800': 1 }, cyclic, Object(1n)]
  for (const value of refused) {
    assert.throws(() => encode(value), encoder.Unencodable, String(typeof value))
    assert.throws(() => encode({ deep: [value] }), encoder.Unencodable)
  }
  for (const key of [undefined, {}, new Map(), new Date(), [{}], ['a\ud800'], new Float32Array(1), () => 1, cyclic]) {
    assert.throws(() => encodeKey(key), encoder.Unencodable)
  }
})

test('what is stored in another form does so as documented', () => {
  assert.deepStrictEqual(decode(encode({ a: undefined, b: 1 })), { b: 1 })
  const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, i % 2 ? undefined : i]))
  const ten = Object.fromEntries(Object.entries(twenty).filter(([, value]) => value !== undefined))
  assert.deepStrictEqual(decode(encode(twenty)), ten)
  assert.deepStrictEqual(decode(encode(new Map([['a', 1], ['b', 2]]))), { a: 1, b: 2 })
  const mixed = new Map([['a', 1], [2, 'b'], [null, [3n]], [new Map([[1, 2]]), 5]])
  assert.deepStrictEqual(decode(encode(mixed)), new Map([['a', 1], [2, 'b'], [null, [3]], [new Map([[1, 2]]), 5]]))
  assert.equal(decode(encode(new URL('http://example.com/x'))), 'http://example.com/x')
  assert.deepStrictEqual(decode(encode(Object.assign(Object.create(null), { a: 1 }))), { a: 1 })
  assert.deepStrictEqual(decode(encode(vm.runInNewContext('({ a: [1, { b: 2 }] })'))), { a: [1, { b: 2 }] })
  assert.equal(encode(new Float(7)).toString('hex'), 'cb401c000000000000')
  assert.equal(decode(encode(new Float(7))), 7)
  assert.throws(() => new Float('7'), { code: 'SLMDB_INVALID_ARGUMENT' })
  const extension = decode(encode(new Extension(-5, Buffer.from('abc'))))
  assert.deepStrictEqual([extension.type, extension.data], [-5, Buffer.from('abc')])
})

test('names that mean something to JavaScript are only names', () => {
  const bytes = Buffer.from(independentEncode(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')))
  const value = decode(bytes)
  assert.deepStrictEqual(Object.keys(value), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(value.polluted, undefined)
  assert.equal(encode(value).toString('hex'), bytes.toString('hex'))
})

test('stored bytes that are no MessagePack, or end too early, are an error and nothing else', () => {
  const broken = ['', 'c1', 'a5616263', 'd9', 'd905', 'c4', 'c4ff00', 'c6ffffffff', 'dcffff', 'ddffffffff',
    'dfffffffff01', 'cb00', 'cf0000', '92', '9201', '81', '8101', 'a2c328', 'a1ff', 'd8ff', 'c7', 'd5ff0000',
    '0000', 'c0c0', 'd6']
  for (const hex of broken) {
    assert.throws(() => decode(Buffer.from(hex, 'hex')), { code: 'SLMDB_INVALID_VALUE' }, hex)
  }
  assert.throws(() => decode(Buffer.alloc(5000, 0x91)), { code: 'SLMDB_INVALID_VALUE' })
  assert.equal(decode(Buffer.from('a3efbfbd', 'hex')), '\ufffd')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    try {
      decode(Buffer.from(bytes))
    } catch (error) {
      assert.equal(error.code, 'SLMDB_INVALID_VALUE', error.stack)
    }
  }), { numRuns: 3000 })
})

test('as deep as Python goes, and not deeper', () => {
  const nested = (levels) => { let value = 1; for (let i = 0; i < levels; i++) value = [value]; return value }
  assert.deepStrictEqual(decode(encode(nested(511))), nested(511))
  assert.throws(() => encode(nested(512)), /511 levels/)
  assert.throws(() => encodeKey(nested(512)), /511 levels/)
})

test('a getter that writes something itself leaves the outer value whole', () => {
  const inner = 'inner '.repeat(50000) // makes the memory grow
  const value = {
    before: 'before',
    get during () { return encode({ inner }).length > 0 && encode([1, 2, 3]).length },
    after: { list: [1, 2, 3] }
  }
  assert.deepStrictEqual(decode(encode(value)), { before: 'before', during: 4, after: { list: [1, 2, 3] } })
  assert.equal(encoder.mark(), 0)
})

test('large memory is given back', () => {
  assert.equal(encode('x'.repeat(5000000)).length, 5000005)
  assert.ok(encoder.request().length < 1000000)
})

test('no result points into the memory that is used again', () => {
  const memory = Buffer.concat([encode([Buffer.from('abc'), 'text', new Extension(1, Buffer.from('xyz'))])])
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
  const value = decoder.decode(memory, view, 0, memory.length)
  memory.fill(0)
  assert.deepStrictEqual([value[0].toString(), value[1], value[2].data.toString()], ['abc', 'text', 'xyz'])
})

test('objects of few, many and very many properties, some of them undefined, and inherited ones', () => {
  for (const count of [0, 1, 14, 15, 16, 17, 255, 0xffff, 0x10000, 0x10001]) {
    const object = Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]))
    const bytes = encode(object)
    assert.deepEqual(bytes, Buffer.from(independentEncode(object)))
    assert.deepEqual(encode({ a: undefined, ...object, b: undefined }), bytes)
    assert.deepStrictEqual(decode(bytes), object)
  }
  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, i]))
  let nested = wide
  for (let i = 0; i < 200; i++) nested = { ...wide, inner: nested }
  assert.deepStrictEqual(decode(encode(nested)), nested) // at a cost that does not double with each level
  Object.defineProperty(Object.prototype, 'inherited', { value: 1, enumerable: true, configurable: true })
  try {
    assert.deepEqual([...encode({ a: 1 })], [0x81, 0xa1, 0x61, 1])
  } finally {
    delete Object.prototype.inherited
  }
})
