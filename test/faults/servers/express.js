/**
 * A server as the README has it, that tells what happens in it: `deciding`, `working`, and a line of JSON per ending of
 * a call. Started with `--expose-gc`; the secret comes from TURNPIKE_SECRET, so that a second start can be given the same one.
 */
import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { lmdbStore } from '@turnpike/lmdb'
import express from 'express'
import { setTimeout as pause } from 'node:timers/promises'

/** What a rush of callers costs is not the question here; one test asks for the preset. */
const cheap = pow(1, { adaptive: false, quota: false })
const lmdbFile = process.env['LMDB_FILE']
let started = 0

const app = express()
app.set('trust proxy', 1)
const { gate, protect, ceiling, endpoints } = turnpike({
  name: 'faults',
  secret: process.env['TURNPIKE_SECRET'] ?? '',
  ...(lmdbFile === undefined ? {} : { store: lmdbStore(lmdbFile) }),
  /** As if a database were asked who calls. */
  caller: async (view) => {
    console.log('deciding')
    await pause(Number(view.header('x-decide-ms') ?? 0))
    return undefined
  },
})
gate.on('ended', (event) => console.log(JSON.stringify(event)))

app.get('/vitals', (_request, response) => void response.json(vitals()))
app.use(express.json(), endpoints())
app.get('/paid', protect(cheap, { name: 'paid' }), work)
app.get('/open', ceiling('1000000/1m', { name: 'open' }), work)
app.post('/upload', ceiling('1000000/1m', { name: 'upload' }), work)
app.get('/preset', protect({ name: 'preset', free: '5/1m' }), work)

const server = app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  console.log(`up at http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`)
})
process.once('SIGTERM', () => {
  server.close(() => void gate.close())
  setInterval(() => server.closeIdleConnections(), 100).unref()
})

/** @param {express.Request} request @param {express.Response} response */
async function work(request, response) {
  started += 1
  console.log('working')
  await pause(Number(request.headers['x-work-ms'] ?? 0))
  response.json({ way: request.turnpike?.way })
}

/** What leaks show in, after two collections: the first one only finds what finalizers then let go. */
function vitals() {
  for (const _ of [1, 2]) globalThis.gc?.()
  const resources = process.getActiveResourcesInfo()
  return {
    started,
    heapBytes: process.memoryUsage().heapUsed,
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    timers: resources.filter((name) => name === 'Timeout').length,
  }
}
