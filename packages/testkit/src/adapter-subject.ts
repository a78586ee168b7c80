import { afterAll, beforeAll } from '@jest/globals'
import { bruteForce, type WorkOffer } from './brute-force.ts'
import { startChildServer, type ChildEvent, type ChildServer } from './child-server.ts'
import { createRawHttp2 } from './raw-http2.ts'
import {
  createRawHttp,
  type RawAnswer,
  type RawClient,
  type RawExchange,
  type RawRequest,
} from './raw-http.ts'
import { CALLER_HEADER, SETTINGS_VARIABLE, type ScenarioSettings } from './scenario.ts'

/** What a framework may be unable to do; each with the reason why, so that a limit is never an oversight. */
export type AdapterLimit =
  /** Several routers, each below a prefix of its own. */
  | 'mounting'
  /** A trust setting of the framework's own that can be set too wide. */
  | 'proxyMistake'

/** An adapter, by a server that maps the scenario to its framework. */
export interface AdapterUnderTest {
  readonly name: string
  /** argv of a server file that maps `openScenario()` to the framework. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Speak HTTP/2 without TLS to it. */
  readonly http2?: boolean
  readonly limits?: Readonly<Partial<Record<AdapterLimit, string>>>
}

/** A caller of its own, unless made by `stranger()`. */
export interface Visitor {
  send(request: RawRequest): Promise<RawAnswer>
  open(request: RawRequest): RawExchange
  /** Asks once without proof and does the work. @returns the header to send with the next request */
  work(request: RawRequest): Promise<Readonly<Record<string, string>>>
}

/** The server under test, as the tests of one `describe` see it. */
export interface AdapterSubject {
  readonly adapter: AdapterUnderTest
  readonly server: ChildServer
  visitor(): Visitor
  /** Known by its address alone. */
  stranger(): Visitor
  /** A client whose requests share one connection. */
  keepAlive(): RawClient
  /** Where the log stands, once all that was before is in it. */
  mark(): Promise<number>
  /** All events since then, once all that was before is in the log. */
  log(since: number): Promise<readonly ChildEvent[]>
  /** All endings of a policy's calls since then, once there is one and all that was before is in the log. */
  endings(policy: string, since: number): Promise<readonly ChildEvent[]>
}

/** Starts the server before the tests of the current `describe` and stops it after them. */
export function adapterSubject(adapter: AdapterUnderTest, settings: ScenarioSettings = {}): AdapterSubject {
  let server: ChildServer | undefined
  let visitors = 0
  const clients = new Set<RawClient>()
  beforeAll(async () => {
    const env = { ...adapter.env, [SETTINGS_VARIABLE]: JSON.stringify(settings) }
    server = await startChildServer(adapter.command, env)
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await server?.stop()
  })
  const running = (): ChildServer => {
    if (server === undefined) throw new Error('the server under test is not running')
    return server
  }
  const connect = (keepAlive: boolean): RawClient => {
    const { url } = running()
    const client = adapter.http2 === true ? createRawHttp2(url) : createRawHttp(url, { keepAlive })
    clients.add(client)
    return client
  }
  return {
    adapter,
    get server() {
      return running()
    },
    visitor: () => {
      visitors += 1
      return visit(connect(false), { [CALLER_HEADER]: `visitor-${visitors}` })
    },
    stranger: () => visit(connect(false), {}),
    keepAlive: () => connect(true),
    mark: async () => await running().mark(),
    log: async (since) => running().events.slice(since, await running().mark()),
    endings: async (policy, since) => await endingsOf(running(), policy, since),
  }
}

function visit(client: RawClient, identity: Readonly<Record<string, string>>): Visitor {
  const named = (request: RawRequest): RawRequest => ({
    ...request,
    headers: { ...identity, ...request.headers },
  })
  return {
    send: async (request) => await client.send(named(request)),
    open: (request) => client.open(named(request)),
    work: async (request) => {
      const answer = await client.send(named(request))
      return { 'X-PoW-Solution': bruteForce(workOffer(answer)) }
    },
  }
}

/** The offer of work in a refusal. @throws where there is none */
export function workOffer(answer: RawAnswer): WorkOffer {
  const body = answer.json()
  const offers: readonly unknown[] =
    typeof body === 'object' && body !== null && 'offers' in body && Array.isArray(body.offers)
      ? body.offers
      : []
  const offer = offers.find(isWorkOffer)
  if (offer === undefined) throw new Error(`status ${answer.status} without an offer of work: ${answer.text}`)
  return offer
}

/** Has it what solving takes? */
export function isWorkOffer(offer: unknown): offer is WorkOffer {
  return (
    typeof offer === 'object' &&
    offer !== null &&
    'challenge' in offer &&
    typeof offer.challenge === 'string' &&
    'target' in offer &&
    typeof offer.target === 'string'
  )
}

async function endingsOf(server: ChildServer, policy: string, since: number): Promise<readonly ChildEvent[]> {
  const isOne = (event: ChildEvent): boolean => event.type === 'ended' && event['policy'] === policy
  await server.until((events) => events.some(isOne), since)
  return server.events.slice(since, await server.mark()).filter(isOne)
}
