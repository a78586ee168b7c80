import { toNodeHandler } from '@modelcontextprotocol/node'
import type { Transport } from '@modelcontextprotocol/client'
import { isLoopback } from '@turnpike/client'
import { createGate, type Gate, type Store } from '@turnpike/core'
import { gateMcpServer, type McpGateOptions, requestListener } from '@turnpike/mcp'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { AnsweringTransport } from './answering-transport.ts'
import { childTransport } from './child-server.ts'
import { clientAddress } from './client-address.ts'
import { codeOf } from './error-code.ts'
import { UsageError } from './exit-code.ts'
import { Front } from './front.ts'
import { httpExplanations, httpTransport } from './http-upstream.ts'
import type { Io } from './io.ts'
import { openLightning } from './lightning-node.ts'
import { MirroredParameters } from './mirrored-parameters.ts'
import { MirroringTransport } from './mirroring-transport.ts'
import { gateOptionsOf, readPolicyFile } from './policy-file.ts'
import type { PolicyFile } from './policy-schema.ts'
import { Relay, type RelayWatch } from './relay.ts'
import { RevivingTransport } from './reviving-transport.ts'
import type { ServeSettings } from './serve-flags.ts'
import { openStore } from './store-flag.ts'

/**
 * Puts a gated Streamable HTTP front before a server, until the process is asked to end.
 * @throws UsageError, TurnpikeError for what cannot be served
 */
export async function runServe(settings: ServeSettings, io: Io): Promise<void> {
  const file = readPolicyFile(settings.policyFile)
  const opened = await openStore(settings.store, io.env)
  try {
    const gate = await openGate(file, opened.store, io)
    const options = gateOptionsOf(file, gate, settings.policyFile)
    try {
      await serveGated(settings, { gate, options }, io)
    } finally {
      await gate.close()
    }
  } finally {
    await opened.close()
  }
}

async function openGate({ name, lightning: node }: PolicyFile, store: Store, io: Io): Promise<Gate> {
  const lightning = node === undefined ? undefined : await openLightning(node, io.env)
  try {
    return createGate({
      ...(name === undefined ? {} : { name }),
      ...(lightning === undefined ? {} : { lightning }),
      store,
      secret: readSecrets(io.env['TURNPIKE_SECRET']),
      log: (line) => io.log(line),
    })
  } catch (error) {
    await lightning?.close?.()
    throw error
  }
}

/** A gate and what it is to demand. */
interface Gating {
  readonly gate: Gate
  readonly options: McpGateOptions
}

async function serveGated(settings: ServeSettings, gating: Gating, io: Io): Promise<void> {
  const front = createFront(settings, gating, io)
  const callerOf = (request: IncomingMessage): string | undefined => clientAddress(request, settings.proxies)
  const listener = requestListener(front, toNodeHandler, callerOf)
  const http = createServer((request, response) => void listener(request, response))
  const stopping = new Promise<void>((resolve) => {
    io.onStop(resolve)
  })
  await listen(http, settings)
  io.log(`serving ${addressOf(http, settings)}`)
  await stopping
  http.close()
  await front.close()
  http.closeAllConnections()
}

function createFront(settings: ServeSettings, { gate, options }: Gating, io: Io): Front {
  const watch = logging(io)
  const open = (up: Transport): Relay => gateMcpServer(new Relay(up, watch), gate, options)
  const { server, path, maxSessions, idleMs, host } = settings
  const isLocal = isLoopback(host)
  const common = { path, maxSessions, idleMs, isLocal }
  if ('command' in server)
    return new Front({ ...common, open: () => open(childTransport(server)), openExchange: undefined })
  const parameters = new MirroredParameters()
  const answering = (inner: Transport): Transport =>
    new AnsweringTransport(new MirroringTransport(inner, parameters), httpExplanations(server.url))
  return new Front({
    ...common,
    open: () => open(answering(new RevivingTransport(httpTransport(server)))),
    openExchange: () => open(answering(httpTransport(server))),
  })
}

function logging(io: Io): RelayWatch {
  return {
    during: async (_request, send) => await send(),
    answered: (message) => message,
    cancelled: () => undefined,
    trouble: (error) => io.log(error.message),
  }
}

/** Several, for rotation, are parted by commas: the first signs, all verify. */
function readSecrets(text: string | undefined): string | readonly string[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.includes(',') ? text.split(',').map((secret) => secret.trim()) : text
}

async function listen(http: Server, { host, port }: ServeSettings): Promise<void> {
  http.listen(port, host)
  try {
    await once(http, 'listening')
  } catch (error) {
    const code = codeOf(error)
    const fix = code === 'EADDRINUSE' ? '; another one by --port' : ''
    throw new UsageError(`Port ${port} of ${host} cannot be had (${code})${fix}.`, { cause: error })
  }
}

function addressOf(http: Server, { host, path }: ServeSettings): string {
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : ''
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`
}
