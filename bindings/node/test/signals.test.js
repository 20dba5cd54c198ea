// Does Node live on when signals arrive while the library works, and do its own signal handlers go on working?
import assert from 'node:assert/strict'
import test from 'node:test'
import { check } from './support/place.js'
import { runCode, runProgram } from './support/run.js'

check('a storm of SIGUSR2 and SIGCHLD for five seconds', async (place) => {
  const { status, signal, stdout, stderr } = await runProgram('storm.js', [place.folder, '5'])
  assert.deepEqual([status, signal, stderr], [0, null, ''])
  const { rounds, inWorker, signals, children } = JSON.parse(stdout)
  assert.ok(rounds > 0 && inWorker > 0 && signals > 100 && children > 10, stdout)
})

test('handlers that were there before, and those that come later, are called, and all have SA_ONSTACK', () => {
  const { status, stdout, stderr } = runCode(`
    import { createRequire } from 'node:module'
    import { version } from 'scoped-lmdb'
    import { spawn } from 'node:child_process'
    import { once } from 'node:events'
    const seen = []
    process.on('SIGUSR2', () => seen.push('before'))
    version()
    const { signalsLacking } = createRequire(process.cwd() + '/index.js')('./lib/load.js').load()
    process.on('SIGUSR1', () => seen.push('later'))
    process.once('SIGWINCH', () => seen.push('once'))
    const hold = setTimeout(() => {}, 10000)
    for (const signal of ['SIGUSR2', 'SIGUSR1', 'SIGWINCH']) {
      process.kill(process.pid, signal)
      await once(process, signal)
    }
    for (let i = 0; i < 5; i++) {
      const child = spawn('sh', ['-c', 'exit 7'])
      if (signalsLacking() !== 0) throw new Error('while a child runs: ' + signalsLacking())
      const [[code]] = await Promise.all([once(child, 'exit'), once(process, 'SIGCHLD')])
      seen.push(code)
    }
    clearTimeout(hold)
    console.log(seen.join(' '), signalsLacking())
  `)
  assert.deepEqual([stdout, stderr, status], ['before later once 7 7 7 7 7 0\n', '', 0])
})

check('a child process of a worker, in a process where only that has loaded the library', async (place) => {
  const { stdout, stderr } = await runProgram('spawner.js', [place.folder])
  assert.deepEqual([stdout, stderr], ['0\n', ''])
})

test('a signal without a handler still ends the process', () => {
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    const code = `
      import { version } from 'scoped-lmdb'
      version()
      process.kill(process.pid, '${name}')
      setTimeout(() => {}, 10000)
    `
    assert.equal(runCode(code).signal, name)
  }
})

test('an access beyond the memory of WebAssembly is an error there, as before', () => {
  // (module (memory 1) (func (export "load") (param i32) (result i32) local.get 0 i32.load))
  const wasm = '0061736d0100000001060160017f017f030201000503010001070801046c6f616400000a0901070020002802000b'
  const { stdout, stderr } = runCode(`
    import { version } from 'scoped-lmdb'
    version()
    const { instance } = await WebAssembly.instantiate(Buffer.from('${wasm}', 'hex'))
    try { instance.exports.load(0x7ffffff0) } catch (error) { console.log(error instanceof WebAssembly.RuntimeError) }
  `)
  assert.equal(stdout, 'true\n', stderr)
})
