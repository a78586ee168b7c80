import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import {
  decodeBase64,
  decodeMacaroon,
  encodeBase64,
  encodeL402Identifier,
  encodeMacaroon,
  formatL402Caveats,
  isPreimageOf,
  isSignedBy,
  L402_RANDOM_BYTES,
  type L402Allowance,
  parseL402Credentials,
  parseL402Identifier,
  type ProblemCode,
  readL402Caveats,
  signMacaroon,
} from '@turnpike/protocol'
import type { Key, Keyring } from './keys.ts'
import { randomBytes } from './random.ts'
import { paidResourceKey, type Resource } from './resource.ts'

/** What is sold, for an invoice that was made (R23). */
export interface Sale {
  /** 64 lower-case hex digits. */
  readonly paymentHash: string
  readonly amountMsat: number
  readonly uses: number
  /** Where the store keeps its claims, 0..63 (R9). */
  readonly shard: number
  readonly resource: Resource
  readonly issuedAtMs: number
  readonly validUntilSeconds: number
}

/** A macaroon of this gate, as its signature vouches for it. */
export interface Token {
  readonly paymentHash: string
  readonly amountMsat: number
  readonly uses: number
  readonly shard: number
  readonly issuedAtMs: number
  readonly allowance: L402Allowance
  /** Is it for this resource? */
  readonly isFor: (resource: Resource) => boolean
  /** Undefined: an offer that was not paid. Else its hash was compared. */
  readonly preimage: string | undefined
}

const ROOT_KEY_LABEL = utf8ToBytes('turnpike/l402/root/')

/** @returns the macaroon in standard base64 */
export function mintToken(key: Key, service: string, sale: Sale): string {
  const { paymentHash, amountMsat, uses, shard, issuedAtMs, validUntilSeconds } = sale
  const identifier = encodeL402Identifier({
    paymentHash: hexToBytes(paymentHash),
    keyId: key.id,
    shard,
    amountMsat,
    uses,
    issuedAtMs,
    random: randomBytes(L402_RANDOM_BYTES),
  })
  const capability = capabilityOf(key, sale.resource)
  const caveats = formatL402Caveats({ service, capability, validUntil: validUntilSeconds })
  const signature = signMacaroon(rootKeyOf(key, identifier), identifier, caveats)
  return encodeBase64(encodeMacaroon({ location: undefined, identifier, caveats, signature }))
}

/**
 * Opens a credential: cheap checks first, and nothing of it is believed before its signature was compared. What it is good
 * for now is for the caller to judge.
 *
 * @param text - `<macaroon>:<preimage>`
 */
export function openToken(keyring: Keyring, service: string, text: string): Token | ProblemCode {
  const [credential] = parseL402Credentials(text)
  const bytes = credential && decodeBase64(credential.macaroon)
  const macaroon = bytes && decodeMacaroon(bytes)
  const identifier = macaroon && parseL402Identifier(macaroon.identifier)
  if (credential === undefined || macaroon === undefined || identifier === undefined)
    return 'credential_malformed'
  const key = keyring.byId(identifier.keyId)
  if (key === undefined) return 'credential_unknown_key'
  const { preimage } = credential
  const paymentHash = bytesToHex(identifier.paymentHash)
  if (preimage !== undefined && !isPreimageOf(preimage, paymentHash)) return 'credential_wrong_preimage'
  if (!isSignedBy(macaroon, rootKeyOf(key, macaroon.identifier))) return 'credential_forged'
  const allowance = readL402Caveats(service, macaroon.caveats)
  if (allowance === undefined) return 'credential_bad_caveat'
  const { amountMsat, uses, shard, issuedAtMs } = identifier
  return {
    paymentHash,
    amountMsat,
    uses,
    shard,
    issuedAtMs,
    allowance,
    preimage,
    isFor: (resource) => allowance.allows(capabilityOf(key, resource)),
  }
}

/** Nothing is stored for it: the identifier alone leads to it, with the secret (R29). */
function rootKeyOf(key: Key, identifier: Uint8Array): Uint8Array {
  return key.mac(concatBytes(ROOT_KEY_LABEL, identifier))
}

/** The client sees that two resources differ, and nothing else of them (R28). */
function capabilityOf(key: Key, resource: Resource): string {
  return `r${key.name(paidResourceKey(resource))}`
}
