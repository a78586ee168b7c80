/**
 * Caveats of an L402 macaroon: `condition=value`. A condition that comes again must not allow more than before, and the last
 * one decides. Conditions of others are passed over, as the specification wants; those under our own service's name that we
 * do not know are refused, or a gate of an older release would let in what a newer one had narrowed.
 *
 * @see https://github.com/lightninglabs/L402/blob/master/macaroons.md
 */

/** What a macaroon of ours is for. */
export interface L402Grant {
  /** `[a-z0-9-]{1,32}`: without `_`, so no service's conditions are another's (R28). */
  readonly service: string
  /** What may be called; without commas and blanks (R28). */
  readonly capability: string
  /** Unix seconds; good before that. */
  readonly validUntil: number
}

/** What the caveats of a macaroon come to. */
export interface L402Allowance {
  /** May the last holder call this capability? */
  allows(capability: string): boolean
  /** Unix seconds, as issued. */
  readonly issuedUntil: number
  /** Unix seconds, as the last holder has it. */
  readonly validUntil: number
}

const SERVICES = 'services'
const TIER = '0'
const SECONDS = /^[0-9]{1,15}$/
/** Longest caveat that is looked at, in bytes. */
const MAX_CAVEAT_BYTES = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** @returns the three caveats that every macaroon of ours begins with. */
export function formatL402Caveats({ service, capability, validUntil }: L402Grant): readonly Uint8Array[] {
  return [
    encoder.encode(`${SERVICES}=${service}:${TIER}`),
    encoder.encode(`${service}_capabilities=${capability}`),
    encoder.encode(`${service}_valid_until=${validUntil}`),
  ]
}

/**
 * Reads the caveats of a macaroon whose signature was compared. Never throws.
 *
 * @returns undefined where one of the three is missing, where a later one allows more than an earlier one, and for an unknown
 * condition of this service
 */
export function readL402Caveats(service: string, caveats: readonly Uint8Array[]): L402Allowance | undefined {
  const names: Names = {
    prefix: `${service}_`,
    service,
    capabilities: `${service}_capabilities`,
    validUntil: `${service}_valid_until`,
  }
  const draft: Draft = {}
  for (const bytes of caveats) {
    const caveat = bytes.length > MAX_CAVEAT_BYTES ? undefined : decoder.decode(bytes)
    if (caveat === undefined || !take(draft, names, caveat)) return undefined
  }
  const { isForService, capabilities, issuedUntil, validUntil } = draft
  if (isForService !== true || capabilities === undefined) return undefined
  if (issuedUntil === undefined || validUntil === undefined) return undefined
  return { allows: (capability) => capabilities.includes(capability), issuedUntil, validUntil }
}

interface Names {
  readonly prefix: string
  readonly service: string
  readonly capabilities: string
  readonly validUntil: string
}

interface Draft {
  services?: readonly string[]
  isForService?: boolean
  capabilities?: readonly string[]
  issuedUntil?: number
  validUntil?: number
}

/** @returns false where the caveat makes the whole macaroon void. */
function take(draft: Draft, names: Names, caveat: string): boolean {
  const equals = caveat.indexOf('=')
  const condition = equals === -1 ? caveat : caveat.slice(0, equals)
  const value = equals === -1 ? '' : caveat.slice(equals + 1)
  switch (condition) {
    case SERVICES:
      return takeServices(draft, names.service, value)
    case names.capabilities:
      return takeCapabilities(draft, value)
    case names.validUntil:
      return takeValidUntil(draft, value)
    default:
      return !condition.startsWith(names.prefix)
  }
}

/** Tiers are passed over: there is one. */
function takeServices(draft: Draft, service: string, value: string): boolean {
  const services = value.split(',').map((entry) => entry.split(':', 1)[0] ?? '')
  if (!isWithin(services, draft.services)) return false
  draft.services = services
  draft.isForService = services.includes(service)
  return true
}

function takeCapabilities(draft: Draft, value: string): boolean {
  const capabilities = value.split(',')
  if (!isWithin(capabilities, draft.capabilities)) return false
  draft.capabilities = capabilities
  return true
}

function takeValidUntil(draft: Draft, value: string): boolean {
  const seconds = SECONDS.test(value) ? Number(value) : Number.NaN
  if (!(seconds <= (draft.validUntil ?? seconds))) return false
  draft.issuedUntil ??= seconds
  draft.validUntil = seconds
  return true
}

function isWithin(names: readonly string[], before: readonly string[] | undefined): boolean {
  return before === undefined || names.every((name) => before.includes(name))
}
