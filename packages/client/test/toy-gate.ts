import { formatPowChallenge, formatTarget, PROBLEM_MEDIA_TYPE } from '@turnpike/protocol'
import type { PowOffer } from '@turnpike/protocol'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a test may change about the gate. */
export interface ToyOptions {
  readonly target?: number
  readonly count?: number
  /** Where the offer stands. */
  readonly offerIn?: 'body' | 'header'
  /** Code of the refusal, given how many solutions came in before. */
  readonly codeAfter?: (solutions: number) => string
  /** Lets a solved request in; default: the first. */
  readonly admits?: (solutions: number) => boolean
  readonly retryAfter?: string
}

/** A gate that shares no check with Turnpike's own: challenges are random texts, their nonces judged by node:crypto. */
export function toyGate(options: ToyOptions = {}) {
  const { target = 0x0fffffff, count = 1, admits = () => true } = options
  const open = new Set<string>()
  const seen = { requests: 0, solutions: 0, bodies: [] as string[] }

  function isGood(header: string | undefined): boolean {
    const [, challenge = '', nonces = ''] =
      /^challenge=([\w-]{100}),nonce=([0-9a-f.]+)$/.exec(header ?? '') ?? []
    const good = nonces.split('.').filter((nonce) => {
      return (
        createHash('sha256')
          .update(challenge + nonce)
          .digest()
          .readUInt32BE(0) <= target
      )
    })
    return open.delete(challenge) && new Set(good).size === count
  }

  function offer(): PowOffer {
    const challenge = randomBytes(75).toString('base64url')
    open.add(challenge)
    const expiresAt = Math.floor(Date.now() / 1000) + 60
    const text = { challenge, target: formatTarget(target), algorithm: 'sha256' as const }
    return { rail: 'pow', ...text, count, difficulty: 1, expectedHashes: 1, expiresAt }
  }

  /** A refusal that sells for work and for money. */
  function offerWith(response: ServerResponse, invoice: string): void {
    const lines = [`L402 macaroon="AAAA", invoice="${invoice}"`, formatPowChallenge(offer())]
    response.writeHead(402, { 'www-authenticate': lines }).end()
  }

  function refuse(response: ServerResponse): void {
    const offered = offer()
    const code =
      options.codeAfter?.(seen.solutions) ?? (seen.solutions > 0 ? 'credential_spent' : 'proof_required')
    const problem = { type: 'about:blank', title: 'Proof required', status: 402, detail: '', code }
    const inBody = options.offerIn !== 'header'
    response.writeHead(402, {
      'content-type': inBody ? PROBLEM_MEDIA_TYPE : 'text/plain',
      ...(inBody
        ? {}
        : { 'www-authenticate': [`L402 macaroon="AAAA", invoice="lnbc1"`, formatPowChallenge(offered)] }),
      ...(options.retryAfter === undefined ? {} : { 'retry-after': options.retryAfter }),
    })
    response.end(inBody ? JSON.stringify({ ...problem, offers: [offered] }) : 'pay or work')
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.requests += 1
    seen.bodies.push(await bodyOf(request))
    const header = request.headers['x-pow-solution']
    const solved = isGood(typeof header === 'string' ? header : undefined)
    if (header !== undefined) seen.solutions += 1
    if (solved && admits(seen.solutions)) response.end(`in with ${seen.bodies.at(-1)}`)
    else refuse(response)
  }

  return {
    seen,
    offerWith,
    handle: (request: IncomingMessage, response: ServerResponse) => void handle(request, response),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}

/** Starts a server on a free loopback port. */
export async function listen(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, server }
}

/** Stops it, cutting connections that are kept alive. */
export function close(server: Server): void {
  server.closeAllConnections()
  server.close()
}
