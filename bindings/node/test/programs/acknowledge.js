// Puts without end, prints how many in a row have been acknowledged, and kills itself with thousands under way.
import fs from 'node:fs'
import { open } from '../../index.js'

const view = open(process.argv[2], { mapSize: 1 << 28 }).database('db').scope('tenant')
let next = 0
let acknowledged = 0

function more () {
  const i = next++
  view.put(i, i).then(() => {
    if (acknowledged++ !== i) throw new Error('not in order')
    more()
  })
}
for (let i = 0; i < 2000; i++) more()
const timer = setInterval(() => {
  fs.writeSync(1, `${acknowledged}\n`)
  if (acknowledged < 300) return
  clearInterval(timer)
  process.kill(process.pid, 'SIGKILL')
}, 5)
