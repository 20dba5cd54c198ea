// Do the examples do what they say?
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { check } from './support/place.js'
import { packageFolder } from './support/run.js'

const run = promisify(execFile)
const example = (name) => path.join(packageFolder, 'examples', name)

async function ask (port, host, method, url, body) {
  const request = http.request({ host: '127.0.0.1', port, method, path: url, headers: { host } })
  request.end(body)
  const [response] = await once(request, 'response')
  return `${response.statusCode} ${await text(response)}`
}

check('the HTTP server keeps host names apart', async (place) => {
  const child = spawn(process.execPath, [example('server.js'), path.join(place.folder, 'data'), '0'])
  try {
    const port = Number((await once(child.stdout, 'data')).toString())
    assert.equal(await ask(port, 'one.example', 'PUT', '/greeting', 'hello'), '204 ')
    assert.equal(await ask(port, 'one.example', 'GET', '/greeting'), '200 hello')
    assert.equal(await ask(port, 'two.example', 'GET', '/greeting'), '404 ')
    assert.equal(await ask(port, 'two.example', 'PUT', '/other', 'x'), '204 ')
    assert.equal(await ask(port, 'one.example', 'GET', '/'), '200 greeting')
    assert.match(await ask(port, 'one.example', 'PUT', `/${'x'.repeat(600)}`, 'x'), /^400 .*600|^400 .*longest/)
    child.kill('SIGTERM')
    const [status] = await once(child, 'exit')
    assert.equal(status, 0)
  } finally {
    child.kill('SIGKILL')
  }
})

check('tests with a scope each', async () => {
  const env = { ...process.env }
  delete env.NODE_TEST_CONTEXT // else the child reports to this test's runner
  const { stdout } = await run(process.execPath, ['--test', example('isolation.js')], { env })
  assert.match(stdout, /pass 2/)
})

check('workers with a scope each', async (place) => {
  const { stdout } = await run(process.execPath, [example('workers.js'), path.join(place.folder, 'data')])
  assert.equal(stdout, ['one', 'three', 'two'].map((name) => `${name} 1000 [ 999, 998001 ]\n`).join(''))
})
