// A thread that ends with everything still open.
import { parentPort, workerData } from 'node:worker_threads'
import { open } from '../../index.js'

const env = open(workerData.folder, { mapSize: 64 * 1024 * 1024, durability: 'noSync' })
const db = env.database('db')
const reading = env.beginRead()
const entries = db.range(reading, 'tenant')
entries.next()
if (workerData.works) {
  env.export(`${workerData.folder}/left`, { format: 'lines' }).catch(() => {})
} else if (workerData.pending) {
  for (let i = 0; i < 2000; i++) db.scope('pending').put(i, i)
} else {
  const writing = env.beginWrite()
  db.put(writing, 'tenant', 'dropped', 1)
  entries.writing = writing
}
if (workerData.how === 'terminate') await new Promise(setImmediate) // what is put in a turn is submitted at its end
parentPort.postMessage('open')
if (workerData.how === 'exit') process.exit(0)
if (workerData.how === 'throw') throw new Error('as asked')
if (workerData.how === 'terminate') setInterval(() => [env, entries], 1000)
