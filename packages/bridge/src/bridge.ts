import type { Transport } from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { createFetch } from '@turnpike/client'
import { withTurnpike } from '@turnpike/mcp'
import { AnsweringTransport } from './answering-transport.ts'
import { CallWatch } from './call-watch.ts'
import { type ChildServer, childTransport } from './child-server.ts'
import { fetchWithin, httpExplanations, type HttpServer, httpTransport } from './http-upstream.ts'
import type { Io } from './io.ts'
import { MirroredParameters } from './mirrored-parameters.ts'
import { MirroringTransport } from './mirroring-transport.ts'
import type { Limits } from './obstacle-words.ts'
import { hasWallet, openPurse, type Purse } from './purse.ts'
import { Relay } from './relay.ts'
import { RevivingTransport } from './reviving-transport.ts'
import { wordSpending } from './spending-words.ts'
import type { Trouble } from './trouble.ts'

/** What a bridge is told. */
export interface BridgeSettings extends Limits {
  readonly server: HttpServer | ChildServer
  /** Also logs what is done about refusals. */
  readonly verbose: boolean
}

/** One message of a host. Longer ones end the connection: they would have to be held whole. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/**
 * Stands between an MCP host on stdio and a server until the host closes the connection or the process
 * is asked to end. All messages pass as they are; refusals of a gate are met within the limits.
 *
 * @throws as `openPurse` does, before anything is read or sent
 */
export async function runBridge(settings: BridgeSettings, io: Io): Promise<void> {
  const purse = await openPurse(settings.money, io.env)
  if (settings.money === undefined && hasWallet(io.env)) io.log('nothing is paid without --max-sats')
  try {
    await relayBetween(settings, purse, io)
  } finally {
    await purse.close()
  }
}

async function relayBetween(settings: BridgeSettings, purse: Purse, io: Io): Promise<void> {
  const host = new StdioServerTransport(io.stdin, io.stdout, { maxBufferSize: MAX_MESSAGE_BYTES })
  const log = (line: string): void => io.log(line)
  const watch = new CallWatch(settings, (message) => void host.send(message).catch(() => undefined), log)
  const hear: CallWatch['hear'] = (event) => {
    if (settings.verbose) log(JSON.stringify(event))
    const spending = wordSpending(event)
    if (spending !== undefined) log(spending)
    watch.hear(event)
  }
  const means = meansOf(settings, purse, hear)
  const up = new AnsweringTransport(openServer(settings, means), { failed: ownTrouble, ...UNTOLD })
  const relay = new Relay(up, watch)
  const stopListening = io.onStop(() => void relay.close())
  await relay.connect(host)
  await relay.closed
  stopListening()
}

/** The way to the server. From the outside in: refusals are met, what fails is answered, a lost session is begun anew. */
function openServer({ server }: BridgeSettings, means: Means): Transport {
  if ('command' in server) {
    const origin = `stdio:${JSON.stringify([server.command, server.args])}`
    return withTurnpike(childTransport(server), { ...means, origin })
  }
  const { origin } = server.url
  // A gate in front of the whole server, or any limiter that says Retry-After, answers by HTTP statuses.
  const http = httpTransport({ ...server, fetch: fetchWithin(origin, createFetch(means)) })
  const mirroring = new MirroringTransport(new RevivingTransport(http), new MirroredParameters())
  const answering = new AnsweringTransport(mirroring, httpExplanations(server.url))
  return withTurnpike(answering, { ...means, origin })
}

type Means = ReturnType<typeof meansOf>

/** What refusals are met with: waiting, working and, with a purse, paying; on one ledger, whatever they come by. */
function meansOf({ maxBits, maxWaitMs }: Limits, { options }: Purse, onEvent: CallWatch['hear']) {
  return { solve: { maxBits }, maxWaitMs, ...options, onEvent }
}

/** Of what is done before a call is sent: looking into the ledger. */
function ownTrouble(error: unknown): Trouble {
  const reason = error instanceof Error ? error.message : String(error)
  return { status: 500, text: `The bridge could not send the call: ${reason}` }
}

/** What is behind has answers of its own where streams and connections end. */
const ENDED: Trouble = { status: 502, text: 'The connection to the server was lost.' }
const UNTOLD = { cutOff: ENDED, lost: ENDED }
