// Adds 1 to a counter of every scope, many times, each time in a transaction. As a process (folder and rounds as
// arguments) or as a worker thread (as workerData).
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { open } from '../../index.js'

const { folder, rounds } = isMainThread ? { folder: process.argv[2], rounds: Number(process.argv[3]) } : workerData

const env = open(folder, { mapSize: 64 * 1024 * 1024, durability: 'noSync' })
const counters = env.database('counters')
for (let round = 0; round < rounds; round++) {
  env.write((txn) => {
    for (const scope of ['one', 'two', null]) counters.put(txn, scope, 'n', (counters.get(txn, scope, 'n') ?? 0) + 1)
  })
  env.read((txn) => {
    const values = ['one', 'two', null].map((scope) => counters.get(txn, scope, 'n'))
    if (values[0] !== values[1] || values[1] !== values[2]) throw new Error(`a torn snapshot: ${values}`)
  })
}
env.close()
parentPort?.postMessage('done')
