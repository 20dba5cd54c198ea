// Do exports, imports and backups go through any stream as through files, and does each end with the other?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import zlib from 'node:zlib'
import { SlmdbError, verifyExport } from '../index.js'
import { check, openHandles } from './support/place.js'
import { packageFolder, runCode } from './support/run.js'

const rejectsCode = (code, promise) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof SlmdbError, String(error?.stack))
  assert.equal(error.code, code, error.message)
  return true
})

const SCOPES = ['one', 'two', null]
const MANY = 20000

function fill (env, entries = 50) {
  const db = env.database('typed')
  env.write((txn) => {
    for (const scope of SCOPES) {
      for (let i = 0; i < entries; i++) db.put(txn, scope, i, { i, scope, text: 'x'.repeat(20) })
    }
  })
}

const dump = (env) => env.read((txn) => SCOPES.map((scope) => [...env.database('typed').range(txn, scope)]))

/** What an Env writes, by way of a stream. */
async function exported (env, options) {
  const through = new PassThrough()
  const [data, totals] = await Promise.all([buffer(through), env.export(through, options)])
  return { data, totals }
}

const other = (place, name = 'other') => place.open({ createFolder: true }, path.join(place.folder, name))

/** That a failed import has left nothing. */
async function isEmpty (env) {
  assert.deepEqual([env.scopes(), env.databases().map(({ entries }) => entries).filter((n) => n > 0)], [[], []])
  assert.deepEqual((await env.verify()).faults, [])
}

/** Bytes, few at a time. */
async function * few (data, size = 999) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

for (const format of ['blocks', 'lines']) {
  check(`${format}: all kinds of streams carry what files do`, async (place) => {
    const env = place.open()
    fill(env, 2000)
    const file = path.join(place.folder, 'file')
    const { data, totals } = await exported(env, { format })
    assert.deepEqual(await env.export(file, { format }), totals)
    assert.deepEqual(fs.readFileSync(file), data)
    const web = new TransformStream()
    const [, received] = await Promise.all([env.export(web.writable, { format }), buffer(web.readable)])
    assert.deepEqual(received, data)
    assert.deepEqual(await verifyExport(file), totals)
    const sources = [
      () => fs.createReadStream(file), () => data, () => few(data), () => [data], () => Readable.from(few(data)),
      () => Readable.toWeb(fs.createReadStream(file)), () => new Uint8Array(data)
    ]
    for (const [i, source] of sources.entries()) {
      assert.deepEqual(await verifyExport(source()), totals)
      const to = other(place, `other${i}`)
      assert.deepEqual(await to.import(source()), totals)
      assert.deepEqual(dump(to), dump(env))
      await rejectsCode('SLMDB_KEY_EXISTS', to.import(source()))
      assert.equal((await to.import(source(), { existing: 'skip' })).skipped, totals.entries)
    }
  })

  check(`${format}: of a damaged stream nothing is imported`, async (place) => {
    const env = place.open()
    fill(env, 2000)
    const { data } = await exported(env, { format })
    const to = other(place)
    const flipped = Buffer.from(data)
    flipped[data.length >> 1] ^= 1
    for (const damaged of [data.subarray(0, 0), data.subarray(0, 5), data.subarray(0, -1), flipped,
      Buffer.concat([data, Buffer.from('x')])]) {
      await rejectsCode('SLMDB_CORRUPT', verifyExport(damaged))
      await rejectsCode('SLMDB_CORRUPT', to.import(few(damaged)))
      await rejectsCode('SLMDB_CORRUPT', to.import(damaged, { existing: 'overwrite' }))
      await isEmpty(to)
    }
  })
}

check('compressed to a file and back; a backup through a stream opens', async (place) => {
  const env = place.open()
  fill(env, 1000)
  const zipped = path.join(place.folder, 'zipped')
  const gzip = zlib.createGzip()
  const written = new Promise((resolve) => gzip.pipe(fs.createWriteStream(zipped)).on('close', resolve))
  await env.export(gzip)
  await written
  const to = other(place)
  await to.import(fs.createReadStream(zipped).pipe(zlib.createGunzip()))
  assert.deepEqual(dump(to), dump(env))
  for (const compact of [false, true]) {
    const folder = path.join(place.folder, `copy${compact}`)
    fs.mkdirSync(folder)
    const { size } = await env.backup(fs.createWriteStream(path.join(folder, 'data.mdb')), { compact })
    assert.equal(fs.statSync(path.join(folder, 'data.mdb')).size, size)
    assert.deepEqual(dump(place.open({}, folder)), dump(env))
  }
})

check('from one Env to another over a socket, with a reader that is slow', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const to = other(place)
  let imported
  const server = net.createServer((socket) => {
    const slow = new Transform({ transform (chunk, _encoding, done) { setTimeout(done, 1, null, chunk) } })
    imported = to.import(socket.pipe(slow))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const totals = await env.export(net.connect(server.address().port, '127.0.0.1'))
  assert.deepEqual(await imported, totals)
  assert.deepEqual(dump(to), dump(env))
  server.close()
})

const boom = new Error('as asked')

/** A source that fails after so many of its bytes. */
async function * failing (data, after) {
  yield * few(data.subarray(0, after))
  throw boom
}

check('a stream that fails ends the work with its own error, and nothing is there', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const { data } = await exported(env)
  const to = other(place)
  for (const after of [0, 1000, data.length - 1, data.length]) {
    for (const existing of ['refuse', 'overwrite']) {
      await assert.rejects(to.import(failing(data, after), { existing }), boom)
      await assert.rejects(to.import(Readable.from(failing(data, after)), { existing }), boom)
      await isEmpty(to)
    }
    await assert.rejects(verifyExport(failing(data, after)), boom)
  }
  const closed = Readable.from(few(data))
  setTimeout(() => closed.destroy(), 1)
  await assert.rejects(to.import(closed), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
  await isEmpty(to)
  for (const after of [0, 5]) {
    let calls = 0
    const fails = () => new Writable({ write (_chunk, _encoding, done) { done(calls++ === after ? boom : null) } })
    await assert.rejects(env.export(fails()), boom)
    calls = 0
    await assert.rejects(env.backup(fails()), boom)
  }
  const gone = new PassThrough()
  gone.destroy()
  await assert.rejects(env.export(gone), { code: /ERR_STREAM/ })
  env.registerScope('later') // nothing holds the Env
})

check('work that fails destroys its streams: half of one is not taken for all', async (place) => {
  const env = place.open()
  fill(env)
  const to = new PassThrough()
  const ended = new Promise((resolve) => to.on('error', resolve).on('finish', resolve))
  await rejectsCode('SLMDB_NOT_FOUND', env.export(to, { scope: 'never' }))
  assert.equal((await ended).code, 'SLMDB_NOT_FOUND')
  assert.ok(to.destroyed)
  const endless = Readable.from((async function * () { for (;;) yield Buffer.alloc(1000) })())
  await rejectsCode('SLMDB_CORRUPT', env.import(endless))
  assert.ok(endless.destroyed)
  const { data } = await exported(env)
  const stalled = new Readable({ read () {} })
  stalled.push(data.subarray(0, 200))
  const promise = rejectsCode('SLMDB_KEY_EXISTS', env.import(stalled))
  stalled.push(data.subarray(200))
  await promise // it never ends
  assert.ok(stalled.destroyed)
})

check('a signal ends work whose stream stalls', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const { data } = await exported(env)
  const to = other(place)
  const stops = () => new Writable({ highWaterMark: 1, write () {} })
  const half = () => {
    const stream = new Readable({ read () {} })
    stream.push(data.subarray(0, data.length >> 1))
    return stream
  }
  const nothing = () => (async function * () { await new Promise(() => {}) })()
  for (const begin of [
    (options) => env.export(stops(), options), (options) => env.backup(stops(), options),
    (options) => to.import(half(), options), (options) => to.import(nothing(), options),
    (options) => to.import(half(), { existing: 'overwrite', ...options }), (options) => verifyExport(half(), options)
  ]) {
    const controller = new AbortController()
    const promise = begin({ signal: controller.signal })
    setTimeout(() => controller.abort(boom), 100)
    await assert.rejects(promise, boom, String(begin))
    await isEmpty(to)
  }
})

check('a signal ends work that waits for the write transaction', async (place) => {
  const env = place.open()
  fill(env)
  const { data } = await exported(env, { scope: 'one' })
  const txn = env.beginWrite()
  for (const begin of [
    (options) => env.import(data, { as: 'new', ...options }), (options) => env.dropOrphan(5, options),
    (options) => env.copyScope('one', { as: 'new', ...options }), (options) => env.dropScopeAsync('one', options)
  ]) {
    const controller = new AbortController()
    const promise = begin({ signal: controller.signal })
    setTimeout(() => controller.abort(boom), 100)
    await assert.rejects(promise, boom, String(begin))
  }
  txn.abort()
  assert.equal(env.database('typed').scope('one').count(), 50)
})

check('what is no stream is refused', async (place) => {
  const env = place.open()
  for (const wrong of [5, null, {}, new Readable({ read () {} }), () => {}]) {
    await rejectsCode('SLMDB_INVALID_ARGUMENT', env.export(wrong))
    await rejectsCode('SLMDB_INVALID_ARGUMENT', env.backup(wrong))
  }
  for (const wrong of [5, null, {}, () => {}]) {
    await rejectsCode('SLMDB_INVALID_ARGUMENT', env.import(wrong))
    await rejectsCode('SLMDB_INVALID_ARGUMENT', verifyExport(wrong))
  }
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.import([5, 6]))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.import(Readable.from([{}])))
  await rejectsCode('SLMDB_PATH_NOT_FOUND', verifyExport(path.join(place.folder, 'none')))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.export(new PassThrough(), { format: 'xml' }))
  env.close()
  await rejectsCode('SLMDB_CLOSED', env.export(new PassThrough()))
  await rejectsCode('SLMDB_CLOSED', env.import(Buffer.from('x')))
})

check('orphans are dropped', async (place) => {
  const folder = path.join(place.folder, 'orphans')
  const before = place.open({ createFolder: true }, folder)
  fill(before)
  const id = before.scopeId('one')
  await rejectsCode('SLMDB_INVALID_ARGUMENT', before.dropOrphan(id))
  for (const wrong of [-1, 2 ** 32, 1.5, 'x', undefined]) {
    await rejectsCode('SLMDB_INVALID_ARGUMENT', before.dropOrphan(wrong))
  }
  before.close()
  const file = path.join(folder, 'data.mdb') // another id in the registry's row
  const data = fs.readFileSync(file)
  const row = Buffer.concat([Buffer.from(new Uint32Array([id]).buffer), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('one')])
  for (let at = data.indexOf(row); at >= 0; at = data.indexOf(row, at + 1)) data[at] ^= 1
  fs.writeFileSync(file, data)
  const env = place.open({}, folder)
  const orphan = (await env.verify()).faults.find(({ kind }) => kind === 'orphan')
  assert.deepEqual([orphan.id, orphan.count], [id, 50])
  assert.equal(await env.dropOrphan(orphan.id, { entriesPerTransaction: 20 }), 50)
  assert.equal((await env.verify()).faults.find(({ kind }) => kind === 'orphan'), undefined)
  assert.equal(env.database('typed').scope('two').count(), 50)
})

check('no file stays open', async (place) => {
  const env = place.open()
  fill(env)
  const open = () => fs.readdirSync('/proc/self/fd').length
  const { data } = await exported(env)
  const round = async () => {
    await exported(env)
    await assert.rejects(env.export(new Writable({ write (_chunk, _encoding, done) { done(boom) } })), boom)
    await rejectsCode('SLMDB_KEY_EXISTS', env.import(data))
    await rejectsCode('SLMDB_NOT_FOUND', env.export(new PassThrough().resume(), { scope: 'never' }).catch((error) => {
      throw error
    }))
    await assert.rejects(env.import(failing(data, 10)), boom)
  }
  await round()
  await sleep(200)
  const before = open()
  for (let i = 0; i < 20; i++) await round()
  await sleep(200)
  assert.ok(open() <= before + 2, `${open()} open files, ${before} before`)
})

check('a worker ends with a stream that stalls', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const before = openHandles()
  const worker = new Worker(`
    const { Writable } = require('node:stream')
    const { parentPort, workerData } = require('node:worker_threads')
    const { open } = require(workerData.index)
    const env = open(workerData.folder, { mapSize: 1 << 26, durability: 'noSync' })
    env.export(new Writable({ highWaterMark: 1, write () { parentPort.postMessage('') } })).catch(() => {})
  `, { eval: true, workerData: { folder: place.folder, index: path.join(packageFolder, 'index.cjs') } })
  await new Promise((resolve) => worker.once('message', resolve))
  await worker.terminate()
  for (let i = 0; i < 100 && openHandles() !== before; i++) await sleep(50)
  assert.equal(openHandles(), before)
  env.registerScope('later')
})

check('a process ends with a stream that stalls', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const { status, signal, stderr } = runCode(`
    import { Writable } from 'node:stream'
    import { open } from 'scoped-lmdb'
    const env = open(process.env.FOLDER, { mapSize: 1 << 26 })
    env.export(new Writable({ highWaterMark: 1, write () { setTimeout(() => process.exit(0), 50) } }))
  `, { env: { FOLDER: place.folder } })
  assert.deepEqual([status, signal, stderr], [0, null, ''])
})

check('a Duplex is either', async (place) => {
  const env = place.open()
  fill(env)
  const duplex = Duplex.from({ writable: new PassThrough(), readable: Readable.from([(await exported(env)).data]) })
  const to = other(place)
  assert.equal((await to.import(duplex)).entries, 150)
})
