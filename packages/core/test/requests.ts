import { createHash } from 'node:crypto'
import { createGate, type Decision, type Gate, type GateOptions, type RequestView } from '@turnpike/core'
import type { Offer, PowOffer } from '@turnpike/protocol'

/** A gate on a clock of its own, silent, with a secret. */
export interface TestGate {
  readonly gate: Gate
  readonly clock: { ms: number }
  readonly lines: string[]
}

export const SECRET = 'a secret of the tests, long enough to be one'

export function testGate(options: GateOptions = {}): TestGate {
  const clock = { ms: 1_800_000_000_000 }
  const lines: string[] = []
  const gate = createGate({
    secret: SECRET,
    now: () => clock.ms,
    log: (line) => lines.push(line),
    ...options,
  })
  return { gate, clock, lines }
}

export interface RequestParts {
  readonly method?: string
  readonly path?: string
  readonly route?: string
  readonly ip?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export function request(parts: RequestParts = {}): RequestView {
  const { method = 'GET', path = '/search', route, headers = {}, body } = parts
  return {
    method,
    path,
    route,
    ip: 'ip' in parts ? parts.ip : '192.0.2.1',
    header: (name) => headers[name],
    body: () => body,
  }
}

export function refusalOf(decision: Decision) {
  if (decision.outcome !== 'refuse') throw new Error(`expected a refusal, got ${decision.outcome}`)
  return decision
}

export function passOf(decision: Decision) {
  if (decision.outcome !== 'pass') {
    throw new Error(
      `expected a pass, got ${decision.outcome === 'refuse' ? decision.code : decision.outcome}`,
    )
  }
  return decision
}

export function powOfferOf(decision: Decision): PowOffer {
  const offer = refusalOf(decision).body.offers?.find((one: Offer) => one.rail === 'pow')
  if (offer?.rail !== 'pow') throw new Error('expected an offer of work')
  return offer
}

/** Independent of the solver on purpose: node:crypto and the one-line rule of the protocol. */
export function work(offer: Pick<PowOffer, 'challenge' | 'target' | 'count'>): string {
  const nonces: string[] = []
  for (let n = 0; nonces.length < offer.count; n++) {
    const nonce = n.toString(16).padStart(8, '0')
    const digest = createHash('sha256')
      .update(offer.challenge + nonce)
      .digest('hex')
    if (digest.slice(0, 8) <= offer.target) nonces.push(nonce)
  }
  return `challenge=${offer.challenge},nonce=${nonces.join('.')}`
}

export function solved(offer: PowOffer): Readonly<Record<string, string>> {
  return { 'x-pow-solution': work(offer) }
}
