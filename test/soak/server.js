/**
 * A server of the soak: Express and MCP behind one gate, on Redis, paid over Lightning. What it has served, and what became of
 * money, goes to a file before anything else happens, so that `kill -9` takes no line back.
 *
 * Environment: SECRET, REDIS_URL, LND_URL, LND_MACAROON, PORT, JOURNAL. Asked by messages: `calm`, `moody`, `weigh`.
 */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { anyOf, createGate, sats } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { lnd } from '@turnpike/lightning'
import { gateMcpServer } from '@turnpike/mcp'
import { redisStore } from '@turnpike/redis'
import express from 'express'
import { Redis } from 'ioredis'
import { appendFileSync } from 'node:fs'
import { BUNDLE, FREE, WORK } from './terms.js'

const { SECRET = '', REDIS_URL = '', LND_URL = '', LND_MACAROON = '', PORT = '0', JOURNAL = '' } = process.env
/** Of a hundred calls, so many end in a 500. */
const MOODY = 15
let moodiness = MOODY

const redis = new Redis(REDIS_URL)
redis.on('error', () => undefined)
const gate = createGate({
  name: 'soak',
  secret: SECRET,
  store: redisStore(redis, { log: () => undefined }),
  lightning: lnd({ url: LND_URL, macaroon: LND_MACAROON, network: 'regtest' }),
  payments: { allowFakeMoney: true },
  // Nobody stands in for the store: what was admitted can then be judged by its limits alone.
  onStoreDown: 'closed',
  caller: (view) => {
    const id = view.header('x-caller')
    return id === undefined ? undefined : { class: 'soak', id }
  },
  audit: (line) => write('audit', /** @type {object} */ (JSON.parse(line))),
  log: () => undefined,
})
const { protect, endpoints } = turnpike(gate)

const app = express()
app.use(endpoints(), express.json())
app.get('/free', protect(WORK, { name: 'free', free: `${FREE.calls}/${FREE.seconds}s` }), serve)
app.post('/work', protect(WORK, { name: 'work' }), serve)
app.post('/paid', protect(sats(10), { name: 'paid' }), serve)
app.post('/bundle', protect(sats(BUNDLE.sats, { uses: BUNDLE.uses }), { name: 'bundle' }), serve)
app.post('/either', protect(anyOf(WORK, sats(10)), { name: 'either' }), serve)
app.post('/mcp', async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.on('close', () => void transport.close())
  const server = new McpServer({ name: 'soak', version: '1.0.0' })
  const answer = () => ({ content: [{ type: /** @type {const} */ ('text'), text: 'served' }] })
  server.registerTool('dear', { description: 'Costs sats.' }, answer)
  server.registerTool('hard', { description: 'Costs work.' }, answer)
  gateMcpServer(server, gate, { tools: { dear: { require: sats(10) }, hard: { require: WORK } } })
  await server.connect(transport)
  await transport.handleRequest(request, response, request.body)
})

const listening = app.listen(Number(PORT), '127.0.0.1', () => {
  const address = listening.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})

process.on('message', (/** @type {'calm' | 'moody' | 'weigh'} */ word) => {
  if (word === 'weigh') return void process.send?.(weigh())
  moodiness = word === 'calm' ? 0 : MOODY
})
process.once('disconnect', () => {
  listening.closeAllConnections()
  listening.close()
  void gate.close().then(() => redis.disconnect())
})

/** @param {express.Request} request @param {express.Response} response */
function serve(request, response) {
  const { way, policy } = request.turnpike ?? { way: 'none', policy: 'none' }
  write('served', {
    policy,
    way,
    caller: request.header('x-caller'),
    proof: request.header('x-pow-solution') ?? request.header('authorization') ?? request.header('x-l402'),
    at: Date.now(),
  })
  if (Math.random() * 100 < moodiness) return void response.status(500).json({ error: 'a bad mood' })
  response.json({ served: true, way })
}

/** @param {string} kind @param {object} entry */
function write(kind, entry) {
  appendFileSync(JOURNAL, `${JSON.stringify({ kind, pid: process.pid, ...entry })}\n`)
}

/** What this process holds, after a collection. */
function weigh() {
  globalThis.gc?.()
  globalThis.gc?.()
  /** @type {Record<string, number>} */
  const resources = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  return { heapBytes: process.memoryUsage().heapUsed, resources }
}
