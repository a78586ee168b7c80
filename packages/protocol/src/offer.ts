/** An offer: a challenge as a refusal shows it, one per rail that could admit the call now. */

import { CHALLENGE_PATTERN, MAX_NONCES } from './challenge.ts'
import { difficultyOfTarget, expectedHashes, parseTarget } from './difficulty.ts'
import { isJsonObject, readInteger, readMatch, type JsonObject } from './json-member.ts'

/** Work: find `count` nonces for the challenge. */
export interface PowOffer {
  readonly rail: 'pow'
  /** 100 base64url characters; the solver hashes this text itself. */
  readonly challenge: string
  /** Leading zero hex digits of each nonce's digest; for display, `target` decides. */
  readonly difficulty: number
  /** 8 hex digits: most that the first 8 of each digest may be. */
  readonly target: string
  /** Nonces to find, 1..16. */
  readonly count: number
  readonly algorithm: 'sha256'
  /** For all nonces together. */
  readonly expectedHashes: number
  /** Unix seconds. */
  readonly expiresAt: number
  /** Calls that one solution admits; 1 when absent. */
  readonly uses?: number
}

/** Payment: settle the invoice, present macaroon and preimage. */
export interface LightningOffer {
  readonly rail: 'lightning'
  /** Standard base64, macaroon v2 binary. */
  readonly macaroon: string
  /** BOLT11. */
  readonly invoice: string
  readonly sats: number
  /** Calls that one payment admits. */
  readonly uses: number
  /** Unix seconds: when the invoice can no longer be paid. */
  readonly expiresAt: number
}

/** One way to get in now, told apart by `rail`. */
export type Offer = PowOffer | LightningOffer

/** What a macaroon in an offer looks like, at most 4096 characters. */
export const MACAROON_PATTERN = /^[A-Za-z0-9+/_-]{1,4094}={0,2}$/
/** What a BOLT11 invoice looks like (bech32, one case throughout), at most 4096 characters. */
export const INVOICE_PATTERN = /^(?:ln[a-z0-9]{1,4094}|LN[A-Z0-9]{1,4094})$/

const MAX_USES = 0xffffffff

/**
 * Checks the structure of an offer from untrusted JSON and drops members it does not know. Difficulty and expected
 * hashes are computed from target and count, never believed: a budget rests on them. Never throws.
 *
 * @returns undefined for an unknown rail, and where a member is missing, of the wrong kind or too long
 */
export function parseOffer(value: unknown): Offer | undefined {
  if (!isJsonObject(value)) return undefined
  switch (value['rail']) {
    case 'pow':
      return parsePowOffer(value)
    case 'lightning':
      return parseLightningOffer(value)
    default:
      return undefined
  }
}

/** The members of a proof-of-work offer, whatever they came in; `rail` is not looked at. */
export function parsePowOffer(value: JsonObject): PowOffer | undefined {
  const challenge = readMatch(value['challenge'], CHALLENGE_PATTERN)
  const target = typeof value['target'] === 'string' ? parseTarget(value['target']) : undefined
  const count = readInteger(value['count'], 1, MAX_NONCES)
  const expiresAt = readInteger(value['expiresAt'], 0)
  const uses = value['uses'] === undefined ? 1 : readInteger(value['uses'], 1, MAX_USES)
  if (challenge === undefined || target === undefined || count === undefined) return undefined
  if (expiresAt === undefined || uses === undefined || value['algorithm'] !== 'sha256') return undefined
  return {
    rail: 'pow',
    challenge,
    difficulty: difficultyOfTarget(target),
    target: String(value['target']),
    count,
    algorithm: 'sha256',
    expectedHashes: expectedHashes(target, count),
    expiresAt,
    ...(value['uses'] === undefined ? {} : { uses }),
  }
}

function parseLightningOffer(value: JsonObject): LightningOffer | undefined {
  const macaroon = readMatch(value['macaroon'], MACAROON_PATTERN)
  const invoice = readMatch(value['invoice'], INVOICE_PATTERN)
  const sats = readInteger(value['sats'], 1)
  const uses = readInteger(value['uses'], 1, MAX_USES)
  const expiresAt = readInteger(value['expiresAt'], 0)
  if (macaroon === undefined || invoice === undefined || sats === undefined) return undefined
  if (uses === undefined || expiresAt === undefined) return undefined
  return { rail: 'lightning', macaroon, invoice, sats, uses, expiresAt }
}
