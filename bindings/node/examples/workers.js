// Worker threads with a scope each: they write side by side, and share commits of the one file.
//
//   node workers.js FOLDER
import { once } from 'node:events'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { open } from 'scoped-lmdb'

if (isMainThread) {
  const folder = process.argv[2]
  const env = open(folder, { createFolder: true })
  const workers = ['one', 'two', 'three'].map((scope) => {
    return new Worker(fileURLToPath(import.meta.url), { workerData: { folder, scope } })
  })
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  const squares = env.database('squares')
  for (const { name } of env.scopes()) console.log(name, squares.scope(name).size, squares.scope(name).last())
  env.close()
} else {
  const env = open(workerData.folder)
  const own = env.database('squares').scope(workerData.scope)
  await own.putMany(Array.from({ length: 1000 }, (_, i) => [i, i * i]))
  env.close()
}
