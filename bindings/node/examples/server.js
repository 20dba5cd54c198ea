// An HTTP server with a tenant for each host name: PUT /key stores the body, GET /key gives it back, GET / lists.
//
//   node server.js FOLDER PORT
//   curl -X PUT -d hello -H 'Host: one.example' http://localhost:PORT/greeting
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { open } from 'scoped-lmdb'

const env = open(process.argv[2], { createFolder: true })
const documents = env.database('documents')

const server = http.createServer(async (request, response) => {
  try {
    const tenant = documents.scope(request.headers.host) // no request reaches what another host name has stored
    const key = decodeURIComponent(request.url.slice(1))
    if (request.method === 'PUT') {
      await tenant.put(key, await text(request)) // it is on the disk before the client is told
      response.writeHead(204).end()
    } else if (key === '') {
      response.end([...tenant.keys({ limit: 1000 })].join('\n'))
    } else {
      const value = tenant.get(key)
      response.writeHead(value === undefined ? 404 : 200).end(value)
    }
  } catch (error) {
    response.writeHead(error.code?.startsWith('SLMDB_') ? 400 : 500).end(error.message)
  }
})
server.listen(Number(process.argv[3]), '127.0.0.1', () => console.log(server.address().port))
process.once('SIGTERM', () => server.close(() => env.close()))
