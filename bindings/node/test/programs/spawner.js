// A process where only a worker thread loads the library, spawns a child and then begins a transaction. Prints how many
// signal handlers lack SA_ONSTACK while the child runs.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { open } from '../../index.js'

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: process.argv[2] })
  worker.on('error', (error) => { throw error })
} else {
  const env = open(workerData)
  const { signalsLacking } = createRequire(import.meta.url)('../../lib/load.js').load()
  spawn('true').on('exit', () => {
    env.close()
    console.log(lacking)
  })
  env.read(() => {})
  const lacking = signalsLacking()
}
