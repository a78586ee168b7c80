import { encodeChallenge, formatPowChallenge, parseOffer, sealChallenge } from '@turnpike/protocol'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const servers: Server[] = []

/** Ends all of them. */
export function stopServers(): void {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
}

/** Starts a server on a free port. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export interface Scripted {
  readonly status?: number
  /** Fields that differ from a healthy answer; undefined leaves one out. */
  readonly fields?: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body?: object | string
  readonly offer?: ReturnType<typeof offerFor>
}

/** An offer of work that nobody has signed. */
export function offerFor({ target = 0x0000ffff, expiresInS = 300, issuedBeforeS = 0 } = {}) {
  const flags = { keyId: 1, callerBound: false, gateWide: false, revision: 0 }
  const expiresAt = Math.floor(Date.now() / 1000) + expiresInS
  const times = { expiresAtSeconds: expiresAt, ttlSeconds: expiresInS + issuedBeforeS }
  const tags = { id: new Uint8Array(16), resourceTag: new Uint8Array(12), callerTag: new Uint8Array(12) }
  const signed = encodeChallenge({ ...flags, ...times, ...tags, count: 1, target })
  const challenge = sealChallenge(signed, new Uint8Array(20))
  const text = target.toString(16).padStart(8, '0')
  const members = { rail: 'pow', challenge, target: text, count: 1, algorithm: 'sha256', expiresAt }
  const offer = parseOffer(members)
  if (offer?.rail !== 'pow') throw new Error('the offer of this test is none')
  return offer
}

export const INVOICE = `lnbc100n1${'p'.repeat(260)}`
export const L402 = `L402 macaroon="AgEB", invoice="${INVOICE}", version="0", token="AgEB"`
export const PROBLEM = { type: 'urn:x', title: 'x', status: 402, detail: 'x', code: 'proof_required' }

const ENDPOINT = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** A server that refuses as a gate does, but for what the test changes. */
export async function refusing({
  status = 402,
  fields = {},
  body,
  offer = offerFor(),
}: Scripted): Promise<string> {
  return await serve((request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (request.url?.startsWith('/api/') === true)
      return void response.writeHead(200, ENDPOINT).end(JSON.stringify(offer))
    const healthy = {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': [formatPowChallenge(offer)],
      'retry-after': '7',
    }
    for (const [name, value] of Object.entries({ ...healthy, ...fields })) {
      if (value !== undefined) response.setHeader(name, value)
    }
    response.statusCode = status
    const problem = { ...PROBLEM, status, retryAfter: 7, offers: [offer] }
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? problem))
  })
}
