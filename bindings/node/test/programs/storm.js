// Works hard on a database while signals arrive: SIGUSR2 from another process, SIGCHLD from children that end. Prints
// what has arrived as JSON. Arguments: folder, seconds, 'main' or 'worker'.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { open } from '../../index.js'

const [folder, seconds] = isMainThread ? [process.argv[2], Number(process.argv[3])] : workerData
const until = Date.now() + seconds * 1000

/** Long calls and deep ones: walks that merge key lengths, clears, prunes, errors; each thread in an Env of its own. */
function work (name) {
  const env = open(path.join(folder, name), { mapSize: 256 * 1024 * 1024, durability: 'noSync', createFolder: true })
  const db = env.bytesDatabase('db', { layout: 'heed' })
  const keys = Array.from({ length: 120 }, (_, i) => Buffer.alloc(1 + i % 60, i))
  let rounds = 0
  let acknowledged = 0
  async function end () {
    await env.flushed
    if (acknowledged !== rounds) throw new Error(`${acknowledged} of ${rounds} writes were acknowledged`)
    env.close()
    parentPort?.postMessage(rounds)
  }
  function round () {
    const scope = `scope ${rounds++ % 50}`
    env.write((txn) => { for (const key of keys) db.put(txn, scope, key, key) })
    for (let i = 0; i < 4; i++) {
      env.read((txn) => {
        for (const [key, value] of db.range(txn, scope)) if (!key.equals(value)) throw new Error('wrong')
      })
      try { env.database('') } catch {}
    }
    env.scopes()
    db.scope('asynchronous').put(keys[rounds % 120], keys[0]).then(() => { acknowledged++ })
    if (rounds % 3 === 0) env.write((txn) => db.clear(txn, scope))
    if (rounds % 10 === 0) env.pruneScopes()
    if (Date.now() < until) return setImmediate(round)
    end()
  }
  round()
  return () => rounds
}

const rounds = work(isMainThread ? 'main' : 'worker')

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: [folder, seconds] })
  let inWorker = 0
  worker.on('message', (count) => { inWorker = count })
  let signals = 0
  process.on('SIGUSR2', () => { signals++ })
  // a shell sends the storm: kill is built into it; it counts to 20 so that there is time for anything else
  const pause = 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); done'
  const script = `while kill -USR2 ${process.pid} 2>/dev/null; do ${pause}; done`
  const storm = spawn('sh', ['-c', script], { stdio: 'ignore' })
  let children = 0
  const spawnNext = () => {
    if (Date.now() >= until) {
      storm.kill('SIGKILL')
      return
    }
    spawn('true', { stdio: 'ignore' }).on('exit', () => { children++; spawnNext() })
  }
  for (let i = 0; i < 2; i++) spawnNext()
  process.on('exit', () => console.log(JSON.stringify({ rounds: rounds(), inWorker, signals, children })))
}
