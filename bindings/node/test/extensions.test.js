// Do Sets and Maps come back as they were put where that is asked for, and does nothing else change?
import assert from 'node:assert/strict'
import { Decoder, ExtensionCodec } from '@msgpack/msgpack'
import fc from 'fast-check'
import { Extension } from '../index.js'
import { check, throwsCode } from './support/place.js'

const SET = 0x53
const MAP = 0x4d

const leaf = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string(), fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)), fc.constant(2n ** 60n))
/** Values whose Maps, but for those of texts, have such keys. */
const valuesWith = (key) => fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('value')),
    fc.array(tie('value'), { maxLength: 40 }).map((all) => new Set(all)),
    fc.array(fc.tuple(fc.string(), tie('value'))).map((all) => new Map(all)),
    fc.array(fc.tuple(key, tie('value'))).map((all) => new Map(all)),
    fc.dictionary(fc.string().filter((name) => name !== '__proto__'), tie('value'), { noNullPrototype: true }))
})).value

/** Reads the extensions by what their documentation says, with another library. */
function independentReader () {
  const extensionCodec = new ExtensionCodec()
  const decoder = new Decoder({ extensionCodec, useBigInt64: true })
  const array = (data) => new Decoder({ extensionCodec, useBigInt64: true }).decode(data)
  extensionCodec.register({ type: SET, encode: () => null, decode: (data) => new Set(array(data)) })
  extensionCodec.register({
    type: MAP,
    encode: () => null,
    decode: (data) => {
      const flat = array(data)
      return new Map(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]))
    }
  })
  return decoder
}

/** What an independent reader found, with integers and bytes as this package gives them. */
function asOurs (value) {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return value.map(asOurs)
  if (value instanceof Set) return new Set([...value].map(asOurs))
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [asOurs(key), asOurs(one)]))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asOurs(one)]))
}

check('every value comes back equal by every way', async (place) => {
  const env = place.open()
  const db = env.database('db', { extensions: true })
  const view = db.scope('tenant')
  const bytesKeys = env.bytesKeyDatabase('bytes keys', { extensions: true })
  await fc.assert(fc.asyncProperty(valuesWith(fc.oneof(fc.integer(), fc.string())), async (value) => {
    view.putSync('sync', value)
    env.write((txn) => db.put(txn, 'tenant', 'txn', value))
    await Promise.all([view.put('async', value), view.putMany([['many', value]]),
      env.batch([{ type: 'put', database: db, scope: 'tenant', key: 'batch', value }])])
    for (const key of ['sync', 'txn', 'async', 'many', 'batch']) assert.deepStrictEqual(view.get(key), value)
    assert.deepStrictEqual(view.getMany(['sync', 'none', 'many']), [value, undefined, value])
    assert.deepStrictEqual([...view.values()], Array(5).fill(value))
    assert.deepStrictEqual([...view].map(([, one]) => one), Array(5).fill(value))
    assert.deepStrictEqual(view.first()[1], value)
    assert.equal(view.compareAndSwapSync('sync', value, 'swapped'), true)
    bytesKeys.scope().putSync(Buffer.from('k'), value)
    assert.deepStrictEqual(bytesKeys.scope().get(Buffer.from('k')), value)
  }), { numRuns: 150 })
})

check('another reader finds what the documentation says', (place) => {
  const env = place.open()
  const view = env.database('db', { extensions: true }).scope('tenant')
  const stored = env.database('db', { codec: { encode: (bytes) => bytes, decode: (bytes) => bytes } }).scope('tenant')
  const reader = independentReader()
  fc.assert(fc.property(valuesWith(fc.string()), (value) => { // it reads other Maps as objects
    view.putSync('k', value)
    const found = reader.decode(stored.get('k'))
    assert.deepStrictEqual(asOurs(found), value)
  }), { numRuns: 300 })
  view.putSync('k', new Set([1, 'a']))
  assert.equal(stored.get('k').toString('hex'), 'd6539201a161')
  view.putSync('k', new Map([['a', null]]))
  assert.equal(stored.get('k').toString('hex'), 'd64d92a161c0')
})

check('who does not ask for them reads extensions, and writes none', async (place) => {
  const env = place.open()
  const asked = env.database('db', { extensions: true }).scope('tenant')
  const plain = env.database('db').scope('tenant')
  assert.notEqual(asked.database, plain.database)
  assert.equal(asked.database, env.database('db', { extensions: true }))
  asked.putSync('set', new Set(['a', 1]))
  const found = plain.get('set')
  assert.deepStrictEqual(found, new Extension(SET, Buffer.from([0x92, 0xa1, 0x61, 1])))
  plain.putSync('copy', found)
  assert.deepStrictEqual(asked.get('copy'), new Set(['a', 1]))
  throwsCode('SLMDB_INVALID_VALUE', () => plain.putSync('k', new Set()), /extensions: true/)
  await assert.rejects(plain.put('k', [new Set()]), { code: 'SLMDB_INVALID_VALUE' })
  plain.putSync('map', new Map([['a', 1]]))
  assert.deepStrictEqual([plain.get('map'), asked.get('map')], [{ a: 1 }, { a: 1 }])
  // an operation of a plain database within one that writes them
  const within = []
  const toJSON = () => {
    within.push(plain.put('k', new Set()), asked.put('k', new Set()))
    return new Set([2])
  }
  asked.putSync('nested', [new Set([1]), { toJSON, __proto__: class {}.prototype }, new Set([3])])
  assert.deepStrictEqual(asked.get('nested'), [new Set([1]), new Set([2]), new Set([3])])
  assert.equal(within.length, 2)
  await assert.rejects(within[0], { code: 'SLMDB_INVALID_VALUE' })
  await within[1]
  assert.deepStrictEqual(asked.get('k'), new Set())
})

check('an extension of ours that holds something else is an error', (place) => {
  const env = place.open()
  const asked = env.database('db', { extensions: true }).scope('tenant')
  const plain = env.database('db').scope('tenant')
  const nested = (depth) => {
    let data = Buffer.from([0x90])
    for (let i = 0; i < depth; i++) {
      const head = Buffer.from([0x91, 0xc8, data.length >> 8, data.length, SET])
      data = Buffer.concat([head, data])
    }
    return data
  }
  const wrong = [[], [0x91], [0xc0], [0x90, 0x90], [0x81, 1, 1], [0xd4, SET, 0x90], [0xdc, 0xff, 0xff]]
  for (const type of [SET, MAP]) {
    for (const data of type === MAP ? [...wrong, [0x91, 0xa1, 0x61]] : wrong) {
      plain.putSync('k', new Extension(type, Buffer.from(data)))
      throwsCode('SLMDB_INVALID_VALUE', () => asked.get('k'), /cannot be read/)
      throwsCode('SLMDB_INVALID_VALUE', () => [...asked], /cannot be read/)
    }
  }
  plain.putSync('k', new Extension(SET, nested(1000)))
  assert.equal(asked.get('k').size, 1)
  plain.putSync('k', new Extension(SET, nested(1100)))
  throwsCode('SLMDB_INVALID_VALUE', () => asked.get('k'), /nested deeper/)
})

check('where they cannot be, they are refused', (place) => {
  const env = place.open()
  const codec = { encode: (value) => value, decode: (bytes) => bytes }
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('db', { extensions: 1 }), /true or false/)
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('db', { extensions: true, codec }), /exclude each other/)
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.bytesDatabase('db', { extensions: true }), /values are bytes/)
  const typed = { layout: 'heed', keyType: 'text', valueType: 'text', extensions: true }
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('db', typed), /stored as text/)
})
