import {
  areDistinct,
  type Challenge,
  difficultyOfTarget,
  encodeChallenge,
  expectedHashes,
  formatPowChallenge,
  formatTarget,
  homeShard,
  type Offer,
  parseAuthorization,
  parseChallenge,
  parseSolution,
  POW_SOLUTION_HEADER,
  type PowOffer,
  type ProblemCode,
  sealChallenge,
  solves,
  targetOfWork,
} from '@turnpike/protocol'
import { newClaimId } from './claim-id.ts'
import { type Key, type Keyring, startsWith } from './keys.ts'
import { LEASE_MS } from './leases.ts'
import { recentLimitFor, workFor } from './pow-difficulty.ts'
import { checkPowTerms, isPowTerms, type PowSpec } from './pow-terms.ts'
import type { PreparedWay, Presented, Rail, RailContext, Verdict } from './rail.ts'
import { randomBytes } from './random.ts'
import type { RequestView } from './request.ts'
import { GATE_WIDE, type Resource, resourceKey } from './resource.ts'
import { EXPIRY_GRACE_MS, SHARDS } from './store.ts'

/** The rail of proof of work; the challenge endpoint asks it for more than other rails. */
export interface PowRail extends Rail {
  /** A challenge for any route with single-use work, at the highest base difficulty that one of them demands (R20). */
  offerGateWide(context: RailContext): PowOffer | undefined
}

/** Time to fetch, solve and come back, besides the solving itself. */
const BASE_TTL_SECONDS = 300
/** A slow solver: plain JavaScript on a small machine. Solving may take it four times the expected time. */
const SLOW_HASHES_PER_SECOND = 500_000
const MAX_TTL_SECONDS = 65_535
const NO_TAG = new Uint8Array(12)
/** Floating-point room when works are compared; far below one bit. */
const ROUNDING = 1 - 1e-9

/** Proof of work: stateless to issue, single use by the store's claim. */
export function createPowRail(keyring: Keyring): PowRail {
  let gateWide: PowSpec | undefined
  return {
    kind: 'pow',
    prepare(terms) {
      const spec = checkPowTerms(isPowTerms(terms) ? terms : { difficulty: Number.NaN })
      const isForAll = spec.uses === 1 && spec.bind !== 'caller'
      if (isForAll && spec.baseWork > (gateWide?.baseWork ?? 0)) gateWide = { ...spec, count: 1 }
      return prepareWay(keyring, spec)
    },
    read: readSolutions,
    authenticate: (offer) => (offer.rail === 'pow' ? formatPowChallenge(offer) : ''),
    offerGateWide: (context) =>
      gateWide && makeOffer(keyring.current, gateWide, { ...context, resource: GATE_WIDE }),
  }
}

function prepareWay(keyring: Keyring, spec: PowSpec): PreparedWay {
  return {
    rail: 'pow',
    quota: spec.quota,
    counted: true,
    verify: (presented, context) => verify(keyring, spec, presented, context),
    offer: (context): Offer => makeOffer(keyring.current, spec, context),
  }
}

/** `X-PoW-Solution`, or `Authorization: PoW ...`. */
function readSolutions(view: RequestView): readonly Presented[] {
  const header = view.header(POW_SOLUTION_HEADER)
  const authorization = view.header('authorization')
  const found: readonly Presented[] = header === undefined ? NONE_SHOWN : [{ rail: 'pow', text: header }]
  return authorization === undefined ? found : [...found, ...inAuthorization(authorization)]
}

const NONE_SHOWN: readonly Presented[] = []

function inAuthorization(authorization: string): readonly Presented[] {
  const found: Presented[] = []
  for (const { scheme, credentials } of parseAuthorization(authorization)) {
    if (scheme === 'pow') found.push({ rail: 'pow', text: credentials })
  }
  return found
}

/** Cheap checks first, the work last; single use and final expiry are the store's (R13). */
function verify(keyring: Keyring, spec: PowSpec, presented: Presented, context: RailContext): Verdict {
  const solution = parseSolution(presented.text)
  const parsed = solution && parseChallenge(solution.challenge)
  if (solution === undefined || parsed === undefined) return invalid('credential_malformed')
  const { challenge } = parsed
  const key = keyring.byId(challenge.keyId)
  if (key === undefined) return invalid('credential_unknown_key')
  if (!startsWith(key.mac(parsed.signed), parsed.mac)) return invalid('credential_forged')
  const fault =
    termsFault(key, spec, challenge, context) ?? workFault(challenge, solution.challenge, solution.nonces)
  if (fault !== undefined) return invalid(fault)
  return { outcome: 'valid', claims: [claim(spec, challenge)], ...recentLimit(spec, challenge) }
}

function termsFault(
  key: Key,
  spec: PowSpec,
  challenge: Challenge,
  context: RailContext,
): ProblemCode | undefined {
  if (challenge.expiresAtSeconds * 1000 + EXPIRY_GRACE_MS < context.nowMs) return 'credential_expired'
  if (!isForResource(key, spec, challenge, context.resource)) return 'credential_wrong_resource'
  if (!isForCaller(key, spec, challenge, context)) return 'credential_wrong_caller'
  if (expectedHashes(challenge.target, challenge.count) < spec.baseWork * ROUNDING)
    return 'credential_too_weak'
  return undefined
}

function isForResource(key: Key, spec: PowSpec, challenge: Challenge, resource: Resource): boolean {
  if (challenge.gateWide && (spec.uses > 1 || resource.kind === 'tool')) return false
  return startsWith(key.tag(resourceKey(challenge.gateWide ? GATE_WIDE : resource)), challenge.resourceTag)
}

function isForCaller(key: Key, spec: PowSpec, challenge: Challenge, context: RailContext): boolean {
  if (!challenge.callerBound) return spec.uses === 1 && spec.bind !== 'caller'
  return startsWith(key.tag(callerKey(context)), challenge.callerTag)
}

function workFault(challenge: Challenge, text: string, nonces: readonly string[]): ProblemCode | undefined {
  const complete = nonces.length === challenge.count && areDistinct(nonces)
  const worked = complete && nonces.every((nonce) => solves(text, nonce, challenge.target))
  return worked ? undefined : 'credential_wrong_work'
}

function claim(spec: PowSpec, challenge: Challenge) {
  const expiresAtMs = challenge.expiresAtSeconds * 1000
  return {
    credential: hex(challenge.id),
    shard: homeShard(challenge.id),
    claimId: newClaimId(),
    uses: challenge.gateWide ? 1 : spec.uses,
    expiresAtMs,
    issuedAtMs: expiresAtMs - challenge.ttlSeconds * 1000 + millisecondOf(challenge.id),
    leaseMs: LEASE_MS,
    lapse: 'keep',
    settled: true,
  } as const
}

function recentLimit(spec: PowSpec, challenge: Challenge): { recentLimit?: number } {
  const limit = recentLimitFor(spec, expectedHashes(challenge.target, challenge.count))
  return limit === undefined ? {} : { recentLimit: limit }
}

function makeOffer(key: Key, spec: PowSpec, context: RailContext): PowOffer {
  const work = workFor(spec, context.recent)
  const target = targetAtLeast(work, spec.count)
  const ttlSeconds = ttlFor(spec, work)
  const expiresAt = Math.floor(context.nowMs / 1000) + ttlSeconds
  const gateWide = context.resource.kind === 'gate'
  const callerBound = isBound(spec, context, gateWide)
  const signed = encodeChallenge({
    keyId: key.id,
    callerBound,
    gateWide,
    count: spec.count,
    target,
    expiresAtSeconds: expiresAt,
    ttlSeconds,
    revision: spec.revision,
    id: challengeId(context.shard, context.nowMs % 1000),
    resourceTag: key.tag(resourceKey(context.resource)),
    callerTag: callerBound ? key.tag(callerKey(context)) : NO_TAG,
  })
  const offer: PowOffer = {
    rail: 'pow',
    challenge: sealChallenge(signed, key.mac(signed).subarray(0, 20)),
    difficulty: difficultyOfTarget(target),
    target: formatTarget(target),
    count: spec.count,
    algorithm: 'sha256',
    expectedHashes: Math.round(expectedHashes(target, spec.count)),
    expiresAt,
  }
  return spec.uses > 1 && !gateWide ? { ...offer, uses: spec.uses } : offer
}

/** Targets are whole numbers; rounding must not make the work less than what will be asked for. */
function targetAtLeast(work: number, count: number): number {
  const target = targetOfWork(work, count)
  return target > 0 && expectedHashes(target, count) < work * ROUNDING ? target - 1 : target
}

/** Addresses change under honest callers (dual stack, mobile), so only named callers are bound to (R19). */
function isBound(spec: PowSpec, { caller }: RailContext, gateWide: boolean): boolean {
  if (gateWide) return false
  return spec.bind === 'caller' || spec.uses > 1 || (spec.bind === 'auto' && !caller.byAddress)
}

/** Seconds that a challenge of this work is good for: to solve it, and then for all of its uses (R20). */
export function ttlFor(spec: PowSpec, work: number): number {
  const solving = Math.ceil((4 * work) / SLOW_HASHES_PER_SECOND)
  return Math.min(MAX_TTL_SECONDS, BASE_TTL_SECONDS + solving + Math.ceil(spec.validForMs / 1000))
}

/**
 * 16 bytes: the first names the home shard (R9), the next two the millisecond within the second of issue, so that a store
 * that began later can tell (R15); 13 are random.
 */
function challengeId(shard: number, millisecond: number): Uint8Array {
  const id = randomBytes(16)
  id[0] = ((id[0] ?? 0) & ~(SHARDS - 1)) | shard
  id[1] = millisecond >> 8
  id[2] = millisecond & 255
  return id
}

function millisecondOf(id: Uint8Array): number {
  return ((id[1] ?? 0) << 8) | (id[2] ?? 0)
}

function callerKey({ caller }: RailContext): string {
  return `c${caller.class.length}:${caller.class}${caller.id}`
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte] ?? ''
  return text
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function invalid(code: ProblemCode): Verdict {
  return { outcome: 'invalid', code }
}
