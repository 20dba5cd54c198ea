// Is a map read the same by a reader made for its names as name by name?
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { runCode } from './support/run.js'

const decoder = createRequire(import.meta.url)('../lib/decoder.js')

function decode (bytes) {
  const memory = Buffer.concat([bytes, Buffer.alloc(64, 0xa1)]) // what lies behind must not matter
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
  return decoder.decode(memory, view, 0, bytes.length)
}

/** The bytes of a map with these names, also if they are doubled or no texts. */
function mapOf (...pairs) {
  return Buffer.concat([Buffer.from([0x80 | pairs.length]), ...pairs.flat().map((one) => Buffer.from(encode(one)))])
}

test('maps of few names, in all orders and lengths, often enough that readers are made', () => {
  const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'type', 'name', '0', '1', '10', '__proto__', 'constructor', 'ä',
    '', 'x'.repeat(31), 'x'.repeat(32), 'with "quotes"\\')
  const { map } = fc.letrec((tie) => ({
    map: fc.uniqueArray(fc.tuple(name, fc.oneof(fc.integer(), fc.string(), fc.constant(null), tie('map'))),
      { selector: ([key]) => key, maxLength: 6 }).map((pairs) => ({ pairs }))
  }))
  const bytesOf = (value) => value?.pairs === undefined
    ? Buffer.from(encode(value))
    : Buffer.concat([Buffer.from([0x80 | value.pairs.length]),
      ...value.pairs.flatMap(([key, member]) => [Buffer.from(encode(key)), bytesOf(member)])])
  const objectOf = (value) => value?.pairs === undefined
    ? value
    : Object.fromEntries(value.pairs.map(([key, member]) => [key, objectOf(member)]))
  fc.assert(fc.property(map, (value) => {
    const bytes = bytesOf(value)
    const want = objectOf(value)
    for (let i = 0; i < 8; i++) {
      const object = decode(bytes)
      assert.deepStrictEqual(object, want)
      assert.deepEqual(Object.keys(object), Object.keys(want))
      assert.equal(Object.getPrototypeOf(object), Object.prototype)
    }
  }), { numRuns: 3000 })
})

test('once there is a reader: other names, doubled ones, ones that are no text, and bytes that end', () => {
  const bytes = mapOf(['first', 1], ['second', 'two'], ['third', [3]])
  for (let i = 0; i < 20; i++) assert.deepStrictEqual(decode(bytes), { first: 1, second: 'two', third: [3] })
  assert.deepStrictEqual(decode(mapOf(['first', 1], ['second', 2], ['other', 3])), { first: 1, second: 2, other: 3 })
  assert.deepStrictEqual(decode(mapOf(['first', 1], ['first', 2], ['first', 3])), { first: 3 })
  const pairs = [['first', 1], ['second', 2], [7, 3]]
  assert.deepStrictEqual(decode(mapOf(...pairs)), new Map(pairs))
  assert.deepStrictEqual(decode(mapOf(['first', 1], ['second', 2])), { first: 1, second: 2 })
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decode(bytes.subarray(0, length)), { code: 'SLMDB_INVALID_VALUE' })
  }
})

test('a name that would set the prototype is a property', () => {
  const bytes = mapOf(['a', 1], ['__proto__', { evil: true }])
  for (let i = 0; i < 20; i++) {
    const object = decode(bytes)
    assert.equal(Object.getPrototypeOf(object), Object.prototype)
    assert.deepEqual(Object.keys(object), ['a', '__proto__'])
    assert.equal(object.evil, undefined)
  }
})

test('more shapes than readers are ever made', () => {
  for (let i = 0; i < 3000; i++) {
    const bytes = mapOf([`n${i}`, 1], ['b', i])
    for (let j = 0; j < 6; j++) assert.deepStrictEqual(decode(bytes), { [`n${i}`]: 1, b: i })
  }
})

test('where code must not be made from strings, maps are read all the same', () => {
  const code = `import { createRequire } from 'node:module'
    const { decode } = createRequire(process.cwd() + '/')('./lib/decoder.js')
    const bytes = Buffer.from([0x82, 0xa1, 0x61, 1, 0xa1, 0x62, 2])
    const view = new DataView(bytes.buffer, bytes.byteOffset, 7)
    for (let i = 0; i < 20; i++) console.log(JSON.stringify(decode(bytes, view, 0, 7)))`
  const { status, stdout, stderr } = runCode(code, { flags: ['--disallow-code-generation-from-strings'] })
  assert.equal(status, 0, stderr)
  assert.equal(stdout, '{"a":1,"b":2}\n'.repeat(20))
})
