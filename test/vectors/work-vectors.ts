/** Challenges, byte by byte, and what solves them. */
import { type PolicyOptions, pow, type RequestView } from '@turnpike/core'
import {
  formatSolution,
  formatTarget,
  parseChallenge,
  parseProblem,
  parseSolution,
  parseTarget,
  type PowOffer,
  solves,
} from '@turnpike/protocol'
import { createHash } from 'node:crypto'
import { GATE, NOW_SECONDS, refusalOf, sampleGate, searchView, SECRET } from './sample-gate.ts'

interface Sample {
  readonly what: string
  readonly policy: PolicyOptions
  readonly view?: RequestView
  /** What the resource tag is made of. */
  readonly resource: string
  readonly caller?: string
  /** From the challenge endpoint, asked without a resource. */
  readonly isGateWide?: boolean
}

const TOOL = { kind: 'tool', text: 'deep_search', digest: 'bnVsbA' } as const
const SAMPLES: readonly Sample[] = [
  { what: 'of a route', policy: { require: pow(2) }, resource: 'rGET /search' },
  { what: 'of a named policy', policy: { name: 'search', require: pow(2) }, resource: 'psearch' },
  {
    what: 'with four nonces',
    policy: { require: pow(3, { count: 4 }) },
    resource: 'rGET /search',
  },
  {
    what: 'bound to a caller, for three uses',
    policy: { require: pow(2, { uses: 3 }) },
    view: searchView({}, { caller: { class: 'account', id: '42' } }),
    resource: 'rGET /search',
    caller: 'c7:account42',
  },
  { what: 'gate-wide', policy: { require: pow(2) }, resource: 'g', isGateWide: true },
  {
    what: 'of a tool and its arguments (MCP)',
    policy: { require: pow(2) },
    view: searchView({}, { resource: TOOL }),
    resource: `t${TOOL.digest} ${TOOL.text}`,
  },
]

/** What readers must turn down. */
const NO_CHALLENGES: readonly (readonly [why: string, change: (text: string) => string])[] = [
  ['99 characters', (text) => text.slice(0, -1)],
  ['101 characters', (text) => `${text}A`],
  ['a character of the other alphabet', (text) => `${text.slice(0, 40)}+${text.slice(41)}`],
  ['version 2', (text) => `I${text.slice(1)}`],
  ['an algorithm that is not SHA-256', (text) => `Eg${text.slice(2)}`],
]
const NO_SOLUTIONS: readonly (readonly [why: string, write: (challenge: string) => string])[] = [
  ['no nonce', (challenge) => `challenge=${challenge},nonce=`],
  ['an upper-case nonce', (challenge) => `challenge=${challenge},nonce=1A`],
  ['33 digits', (challenge) => `challenge=${challenge},nonce=${'0'.repeat(33)}`],
  [
    '17 nonces',
    (challenge) => `challenge=${challenge},nonce=${Array.from({ length: 17 }, () => '0').join('.')}`,
  ],
  ['the wrong order', (challenge) => `nonce=0,challenge=${challenge}`],
  ['a blank before the comma', (challenge) => `challenge=${challenge} ,nonce=0`],
  ['a challenge cut short', (challenge) => `challenge=${challenge.slice(1)},nonce=0`],
]

export async function challengeVectors(): Promise<unknown> {
  const valid = await Promise.all(SAMPLES.map(describeChallenge))
  const challenge = valid[0]?.challenge ?? ''
  return {
    gate: GATE,
    secret: SECRET,
    issuedAt: NOW_SECONDS,
    valid,
    invalid: NO_CHALLENGES.map(([why, change]) => ({ why, challenge: change(challenge) })),
  }
}

export async function solutionVectors(): Promise<unknown> {
  const offers = await Promise.all(SAMPLES.map(offerOf))
  const [first] = offers
  return {
    note: 'nonces are the lowest good ones, counting up in hex from 0, eight digits each',
    valid: offers.map(solved),
    invalid: NO_SOLUTIONS.map(([why, write]) => ({ why, field: write(first?.challenge ?? '') })),
    grammar: GRAMMAR.map((write) => {
      const field = write(first?.challenge ?? '')
      return { field, nonces: parseSolution(field)?.nonces }
    }),
  }
}

/** Other spellings of one solution. */
const GRAMMAR: readonly ((challenge: string) => string)[] = [
  (challenge) => `challenge="${challenge}",nonce="0a.1b"`,
  (challenge) => `challenge=${challenge}, nonce=0a.1b`,
  (challenge) => `challenge=${challenge},\tnonce="0a.1b"`,
]

async function offerOf({ policy, view, isGateWide = false }: Sample): Promise<PowOffer> {
  const gate = sampleGate()
  const refusal = await refusalOf(gate, policy, view)
  const offers = isGateWide
    ? [{ rail: 'pow', ...(await gate.issue(searchView())).body }]
    : refusal.body.offers
  const offer = parseProblem({ ...refusal.body, offers })?.offers?.find(({ rail }) => rail === 'pow')
  if (offer?.rail !== 'pow') throw new Error('no offer of work')
  return offer
}

async function describeChallenge(sample: Sample) {
  const offer = await offerOf(sample)
  const { challenge: text } = offer
  const sealed = parseChallenge(text)
  if (sealed === undefined) throw new Error('the gate made no challenge')
  const { challenge, signed, mac } = sealed
  const { what, resource, caller } = sample
  return {
    what,
    resource,
    caller,
    challenge: text,
    keyId: challenge.keyId,
    callerBound: challenge.callerBound,
    gateWide: challenge.gateWide,
    count: challenge.count,
    target: formatTarget(challenge.target),
    expires: challenge.expiresAtSeconds,
    ttl: challenge.ttlSeconds,
    revision: challenge.revision,
    id: hex(challenge.id),
    resourceTag: hex(challenge.resourceTag),
    callerTag: hex(challenge.callerTag),
    signed: hex(signed),
    mac: hex(mac),
  }
}

function solved({ challenge, target, count }: PowOffer) {
  const most = parseTarget(target) ?? 0
  const nonces: string[] = []
  for (let counter = 0; nonces.length < count; counter += 1) {
    const nonce = counter.toString(16).padStart(8, '0')
    if (solves(challenge, nonce, most)) nonces.push(nonce)
  }
  const digests = nonces.map((nonce) =>
    createHash('sha256')
      .update(challenge + nonce)
      .digest('hex'),
  )
  return { challenge, target, count, nonces, digests, field: formatSolution({ challenge, nonces }) }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
