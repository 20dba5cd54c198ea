// A cluster: the first process opens the Env, then three others open it for themselves and write into scopes of theirs.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { open } from '../../index.js'

const env = open(process.argv[2], { mapSize: 1 << 24 })
const db = env.database('db')
if (cluster.isPrimary) {
  await db.scope('main').put('ready', true)
  await Promise.all([1, 2, 3].map(async () => {
    const [code] = await once(cluster.fork(), 'exit')
    if (code !== 0) throw new Error(`a worker ended with ${code}`)
  }))
  env.close()
  console.log('done')
} else {
  const view = db.scope(`worker ${cluster.worker.id}`)
  await Promise.all(Array.from({ length: 500 }, (_, i) => view.put(i, i)))
  if (!db.scope('main').get('ready')) throw new Error('what came before is not there')
  env.close()
  process.exit()
}
