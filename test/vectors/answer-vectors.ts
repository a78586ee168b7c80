/** What a server answers: refusals with their fields, payments, limits. */
import { anyOf, type PolicyOptions, pow, type RequestView, sats } from '@turnpike/core'
import {
  decodeBase64,
  decodeMacaroon,
  formatL402Credential,
  formatRateLimit,
  formatRateLimitPolicy,
  parseL402Challenge,
  parseL402Credentials,
  parseL402Identifier,
  parseRateLimit,
  parseRateLimitPolicy,
  parseWwwAuthenticate,
} from '@turnpike/protocol'
import { GATE, NOW_SECONDS, PREIMAGE, refusalOf, sampleGate, searchView, SECRET } from './sample-gate.ts'

interface Case {
  readonly what: string
  readonly policy: PolicyOptions
  readonly view?: RequestView
}

const PAID = { require: sats(10) }
const REFUSALS: readonly Case[] = [
  { what: 'work alone', policy: { require: pow(2) } },
  { what: 'payment alone', policy: PAID },
  { what: 'work or payment', policy: { name: 'search', require: anyOf(pow(4), sats(10)) } },
  {
    what: 'a credential that cannot be read',
    policy: { require: pow(2) },
    view: searchView({ 'x-pow-solution': 'challenge=,nonce=' }),
  },
]

/** Texts are for people and models, and change; nobody may depend on them. */
const WORDS = 'words for people and models, which change'

export async function refusalVectors(): Promise<unknown> {
  const made: unknown[] = []
  for (const { what, policy, view } of REFUSALS) {
    const { status, headers, body } = await refusalOf(sampleGate(), policy, view)
    made.push({ what, status, headers, body: { ...body, detail: WORDS } })
  }
  return { gate: GATE, secret: SECRET, at: NOW_SECONDS, refusals: [...made, await limited()] }
}

/** The second call of a minute that allows one. */
async function limited(): Promise<unknown> {
  const gate = sampleGate()
  const policy = gate.policy({ free: '1/1m' })
  await gate.decide(searchView(), policy)
  const decision = await gate.decide(searchView(), policy)
  if (decision.outcome !== 'refuse') throw new Error('not refused')
  const { status, headers, body } = decision
  return { what: 'a limit without a requirement', status, headers, body: { ...body, detail: WORDS } }
}

/** The macaroon of a refusal taken apart, and the credential that its preimage makes of it. */
export async function paymentVectors(): Promise<unknown> {
  const { headers } = await refusalOf(sampleGate(), PAID)
  const field = [headers['www-authenticate'] ?? ''].flat().join(', ')
  const challenge = parseWwwAuthenticate(field)
    .map(parseL402Challenge)
    .find((one) => one !== undefined)
  const macaroon = decodeMacaroon(decodeBase64(challenge?.token ?? '') ?? new Uint8Array())
  if (challenge === undefined || macaroon === undefined) throw new Error('no offer of sats')
  const identifier = parseL402Identifier(macaroon.identifier)
  if (identifier === undefined) throw new Error('no identifier of ours')
  const credential = formatL402Credential(challenge, PREIMAGE)
  return {
    gate: GATE,
    secret: SECRET,
    network: 'bitcoin',
    resource: 'rGET /search',
    'www-authenticate': field,
    invoice: challenge.invoice,
    macaroon: challenge.token,
    preimage: PREIMAGE,
    authorization: credential,
    identifier: hex(macaroon.identifier),
    paymentHash: hex(identifier.paymentHash),
    amountMsat: identifier.amountMsat,
    uses: identifier.uses,
    caveats: macaroon.caveats.map((caveat) => new TextDecoder().decode(caveat)),
    signature: hex(macaroon.signature),
    invalid: NO_CREDENTIALS.map(([why, write]) => {
      const text = write(challenge.token)
      return { why, text, macaroons: parseL402Credentials(text).length }
    }),
  }
}

const NO_CREDENTIALS: readonly (readonly [why: string, write: (macaroon: string) => string])[] = [
  ['no colon', (macaroon) => `L402 ${macaroon}`],
  ['a preimage of 63 digits', (macaroon) => `L402 ${macaroon}:${PREIMAGE.slice(1)}`],
  ['another scheme', (macaroon) => `Bearer ${macaroon}:${PREIMAGE}`],
  ['a character that is not of base64', (macaroon) => `L402 !${macaroon}:${PREIMAGE}`],
]

export function rateLimitVectors(): unknown {
  const policies = [
    { name: 'ceiling', limit: 600, windowMs: 60_000 },
    { name: 'search free', limit: 5, windowMs: 1500 },
  ]
  const states = [
    { name: 'ceiling', remaining: 599, resetMs: 59_001 },
    { name: 'search free', remaining: 0, resetMs: 1 },
  ]
  const [policyField, stateField] = [formatRateLimitPolicy(policies), formatRateLimit(states)]
  return {
    policies,
    'ratelimit-policy': policyField,
    states,
    ratelimit: stateField,
    read: [policyField, ' "a";q=1;w=1;x="y, z",  "b";q=2;w=3 ', '"a";q=1;w=1,', 'a;q=1;w=1', '"a";q=1'].map(
      (field) => ({
        'ratelimit-policy': field,
        policies: parseRateLimitPolicy(field),
      }),
    ),
    readStates: [stateField, '"a";r=1;t=2;pk=:YQ==:', '"a" r=1'].map((field) => ({
      ratelimit: field,
      states: parseRateLimit(field),
    })),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
