// Calls the addon itself with numbers that lib/native.js would never write. Prints the statuses that came.
import { createRequire } from 'node:module'
import { random } from '../support/random.js'

const addon = createRequire(import.meta.url)('../../lib/load.js').load()
const folder = process.argv[2]
const next = random(Number(process.argv[3]))
const calls = Object.keys(addon).filter((name) => /^(env|db|txn|cursor|scope|registry|batch|gather)/.test(name))

for (const name of calls) addon[name]() // before anything is attached
for (const wrong of [[], [1, 2, 3], [new Float64Array(3), new Uint8Array(1), new Uint8Array(1)],
  [new Float64Array(100), new Uint16Array(1), new Uint8Array(1)]]) {
  try {
    addon.attach(...wrong)
    throw new Error('it was attached')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

for (const wrong of [[], [1, new Float64Array(1)], [() => {}, []], [() => {}, new Float64Array(0)]]) {
  try {
    addon.listen(...wrong)
    throw new Error('it listens')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}
addon.listen(() => {}, new Float64Array(4))

for (const wrong of [[], [1], [[]], [new Uint16Array(1)]]) {
  try {
    addon.attachSlab(...wrong)
    throw new Error('it was attached')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

const frame = new Float64Array(addon.frameSlots)
const request = new Uint8Array(64)
const memories = [new Uint8Array(0), new Uint8Array(7), new Uint8Array(4096)]
addon.attach(frame, request, memories[1])
request.set(new TextEncoder().encode(folder))

/** Handles that were made, which are tried everywhere; and what is no handle at all. */
const handles = [0, 1]
const strange = [0, 1, 2, 5, 63, 64, 65, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53, 1e300]
const statuses = new Set()
for (let i = 0; i < 200000; i++) {
  for (let slot = 0; slot < frame.length; slot++) {
    frame[slot] = next(3) === 0 ? strange[next(strange.length)] : handles[next(handles.length)]
  }
  const name = calls[next(calls.length)]
  if (name === 'envOpen') {
    frame[5] = 0
    frame[6] = [folder.length, 0, 65, NaN][next(4)] // never another folder
    frame[10] = 1 << 20
  } else if (next(2) === 0) {
    frame[5] = next(60)
    frame[6] = next(6)
    frame[7] = next(60)
    frame[8] = next(6)
    frame[13] = next(60)
    frame[14] = next(6)
    frame[15] = 1 + next(3)
  }
  if (/^(batch|gather)/.test(name)) frame[9] = next(7)
  if (name === 'gatherAdd') new Uint32Array(request.buffer)[15] = [0, 5, 2 ** 31 + 6][next(3)]
  if (name === 'envGrow') frame[1] = NaN // else it waits for transactions of this thread's other Envs of the folder
  addon[name](memories[next(3)])
  statuses.add(frame[0])
  if (frame[0] === 0 && handles.length < 500) handles.push(frame[1])
  if (i % 5000 === 0) {
    addon.attach(frame, request, memories[next(3)])
    addon.attachSlab(memories[next(3)])
  }
}
for (const txn of handles) { // what batches wait for
  frame[2] = txn
  addon.txnAbort()
}
addon.settle()
await new Promise((resolve) => setTimeout(resolve, 50))
console.log(JSON.stringify([...statuses].sort((a, b) => a - b)))
