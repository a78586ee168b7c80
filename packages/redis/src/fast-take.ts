import type { AdmitRequest, ClaimTake } from '@turnpike/core'
import { slotMs } from '@turnpike/core'
import { LAPSES } from './lua/claim.ts'
import type { RequestParts } from './request-parts.ts'
import type { WindowNames } from './window-names.ts'

/** What the short way of a script takes. */
export interface FastTake {
  /** Of each decision: its holder, its credential, the epoch of its shard. */
  readonly keys: number
  readonly windows: readonly FastWindow[]
  readonly claim: FastClaim | undefined
  /** Time to live of the key. */
  readonly ttlMs: number
}

interface FastWindow {
  readonly name: number
  readonly windowMs: number
  readonly limit: number
  readonly slotMs: number
  readonly cost: number
}

interface FastClaim {
  readonly uses: number
  readonly leaseMs: number
  readonly lapse: 0 | 1 | 2
  /** Says when its credential was issued. */
  readonly isDated: boolean
}

const MOST_FAST_WINDOWS = 3

/** What the first way takes, if it is a few windows of the first holder, and at most one claim that is settled. */
export function fastTake(
  request: AdmitRequest,
  parts: RequestParts,
  names: WindowNames,
): FastTake | undefined {
  const [way] = request.ways
  if (way === undefined || way.lookOnly === true || request.deadlineMs !== undefined) return undefined
  if (request.ways.some(({ claims }) => claims.length > (claims === way.claims ? 1 : 0))) return undefined
  const [claim] = way.claims
  if (claim?.settled === false || claim?.lapse === 'free') return undefined
  const takes = [...(way.common ?? request.common), ...way.windows]
  const isPlain = takes.every(
    (take) =>
      take.cost > 0 &&
      take.force !== true &&
      // Each request may have an estimate of its own, and none of these is worth a script.
      take.correctable !== true &&
      parts.holder(take.holder) === 0,
  )
  const isAlone = new Set(takes.map(({ id, windowMs }) => `${windowMs} ${id}`)).size === takes.length
  const isShort = takes.length > 0 && takes.length <= MOST_FAST_WINDOWS && parts.holders.length === 1
  if (!isPlain || !isAlone || !isShort) return undefined
  const windows = takes.map(({ id, limit, windowMs, cost }) => {
    return { name: names.nameOf(id, windowMs), windowMs, limit, slotMs: slotMs(windowMs, limit), cost }
  })
  // A slot longer than the windows, as the script explains.
  const ttlMs = Math.max(...windows.map(({ windowMs }) => windowMs + slotMs(windowMs, Infinity)))
  return { keys: parts.allKeys().length, windows, ttlMs, claim: claim && fastClaim(claim) }
}

function fastClaim({ uses, leaseMs, lapse, issuedAtMs }: ClaimTake): FastClaim {
  return { uses, leaseMs, lapse: LAPSES[lapse], isDated: issuedAtMs !== undefined }
}
