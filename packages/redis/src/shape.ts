import type { AdmitRequest, ClaimTake, WayTake, WindowTake } from '@turnpike/core'
import { slotMs } from '@turnpike/core'
import type { KeySpace } from './keys.ts'
import { createScript, type Script } from './script.ts'
import { fastText } from './scripts.ts'
import type { WindowNames } from './window-names.ts'

/** How many windows and claims a way has, in the order of the reply. */
export interface WayShape {
  /** undefined: the request's. */
  readonly common: number | undefined
  readonly windows: number
  readonly claims: number
}

/**
 * What requests of one policy have in common: all but the names of caller and credentials. A batch sends each of its
 * shapes once, so a decision costs little more than its key.
 */
export interface Shape {
  /** As the long way of the script reads it. */
  readonly json: string
  /** A script of its own, where the short way knows all that it asks for. */
  readonly script: Script | undefined
  readonly keys: number
  readonly args: number
  readonly common: number
  readonly ways: readonly WayShape[]
  readonly otherwise: number
}

/** A request, ready to be sent. */
export interface EncodedDecision {
  readonly shape: Shape
  readonly keys: readonly string[]
  readonly args: readonly string[]
  readonly deadlineMs: number | undefined
  /** Names shape, holders and shard: equal requests have equal ones. */
  readonly name: string
}

export interface ShapeBook {
  encode(request: AdmitRequest): EncodedDecision
}

/** Policies are few. Limits made for single callers are not, so the book is begun anew when it is full. */
const MAX_ENTRIES = 4000
/** Policies with a script of their own. */
const MOST_SCRIPTS = 64
/** Tokens of windows begin above all separators and counters. */
const FIRST_TOKEN = 0x100

interface KnownTake {
  readonly limit: number
  readonly windowMs: number
  readonly cost: number
  readonly force: boolean
  readonly token: string
}

export function createShapeBook(keys: KeySpace, names: WindowNames): ShapeBook {
  const shapes = new Map<string, Shape>()
  const takes = new Map<string, KnownTake[]>()
  let entries = 0
  let scripts = 0

  function tokenOf(take: WindowTake): string {
    const known = takes.get(take.id)
    if (known !== undefined) {
      for (const one of known) if (isSame(one, take)) return one.token
    }
    return learnTake(take)
  }

  function learnTake({ id, limit, windowMs, cost, force = false }: WindowTake): string {
    if (entries >= MAX_ENTRIES) forget()
    entries += 1
    const token = String.fromCharCode(FIRST_TOKEN + entries)
    const one = { limit, windowMs, cost, force, token }
    const known = takes.get(id)
    if (known === undefined) takes.set(id, [one])
    else known.push(one)
    return token
  }

  function forget(): void {
    takes.clear()
    shapes.clear()
    entries = 0
  }

  function shapeOf(text: string, request: AdmitRequest, parts: Parts): Shape {
    const known = shapes.get(text)
    if (known !== undefined) return known
    const shape = buildShape(request, parts, names)
    if (shape.script !== undefined) {
      scripts += 1
      // A server keeps every script it was ever sent; beyond these the common one serves.
      if (scripts > MOST_SCRIPTS) return remember(text, { ...shape, script: undefined })
    }
    return remember(text, shape)
  }

  function remember(text: string, shape: Shape): Shape {
    if (shapes.size >= MAX_ENTRIES) forget()
    else shapes.set(text, shape)
    return shape
  }

  return {
    encode(request) {
      const parts = new Parts(request.shard, keys, tokenOf)
      let text = parts.windows(request.common)
      for (const way of request.ways) text += parts.way(way)
      text += `|${parts.windows(request.otherwise)}`
      if (request.deadlineMs !== undefined) {
        text += 'd'
        parts.args.push(String(request.deadlineMs))
      }
      const shape = shapeOf(text, request, parts)
      const { holders, args } = parts
      const name = holders.length === 1 ? `${text} ${holders[0]}` : `${text} ${holders.join(' ')}`
      return { shape, keys: parts.allKeys(), args, deadlineMs: request.deadlineMs, name }
    },
  }
}

function isSame(one: KnownTake, take: WindowTake): boolean {
  return (
    one.limit === take.limit &&
    one.windowMs === take.windowMs &&
    one.cost === take.cost &&
    one.force === (take.force ?? false)
  )
}

/** What one request names: collected while its text is made. */
class Parts {
  readonly holders: string[] = []
  readonly credentials: string[] = []
  readonly args: string[] = []
  needsEpoch = false
  readonly #shard: number
  readonly #keys: KeySpace
  readonly #tokenOf: (take: WindowTake) => string

  constructor(shard: number, keys: KeySpace, tokenOf: (take: WindowTake) => string) {
    this.#shard = shard
    this.#keys = keys
    this.#tokenOf = tokenOf
  }

  windows(list: readonly WindowTake[]): string {
    let text = ''
    for (const take of list) text += this.#tokenOf(take) + String.fromCharCode(128 + this.holder(take.holder))
    return text
  }

  way({ windows, claims, common, lookOnly = false }: WayTake): string {
    let text = lookOnly ? '|?' : '|'
    if (common !== undefined) text += `(${this.windows(common)})`
    text += this.windows(windows)
    for (const claim of claims) text += this.claim(claim)
    return text
  }

  claim(claim: ClaimTake): string {
    const { claimId, uses, expiresAtMs, issuedAtMs, leaseMs, lapse, settled } = claim
    this.args.push(claimId, String(expiresAtMs), String(issuedAtMs ?? ''))
    if (issuedAtMs !== undefined) this.needsEpoch = true
    const index = place(this.credentials, claim.credential)
    return `c${index},${uses},${leaseMs},${lapse},${settled},${issuedAtMs !== undefined};`
  }

  holder(holder: string): number {
    return place(this.holders, holder)
  }

  credential(credential: string): number {
    return place(this.credentials, credential)
  }

  allKeys(): string[] {
    const keys: string[] = []
    for (const holder of this.holders) keys.push(this.#keys.windows(holder, this.#shard))
    for (const credential of this.credentials) keys.push(this.#keys.credential(credential, this.#shard))
    if (this.needsEpoch) keys.push(this.#keys.epoch(this.#shard))
    return keys
  }
}

function place(list: string[], text: string): number {
  const index = list.indexOf(text)
  return index >= 0 ? index : list.push(text) - 1
}

function buildShape(request: AdmitRequest, parts: Parts, names: WindowNames): Shape {
  let args = 0
  const windows = (list: readonly WindowTake[]) =>
    list.map(({ holder, id, limit, windowMs, cost, force }) => ({
      holder: parts.holder(holder),
      name: names.nameOf(id, windowMs),
      limit,
      windowMs,
      slotMs: slotMs(windowMs, limit),
      cost,
      ...(force === true ? { force } : {}),
    }))
  const claims = (list: readonly ClaimTake[]) =>
    list.map(({ credential, uses, leaseMs, lapse, settled }) => {
      const arg = args
      args += 3
      const key = parts.holders.length + parts.credential(credential)
      return { key, arg, uses, leaseMs, lapse: lapse === 'giveBack' ? 1 : 0, settled }
    })
  const ways = request.ways.map((way) => ({
    windows: windows(way.windows),
    claims: claims(way.claims),
    ...(way.common === undefined ? {} : { common: windows(way.common) }),
    ...(way.lookOnly === true ? { lookOnly: true } : {}),
  }))
  const keys = parts.holders.length + parts.credentials.length + (parts.needsEpoch ? 1 : 0)
  const deadline = request.deadlineMs === undefined ? {} : { deadline: true }
  args += request.deadlineMs === undefined ? 0 : 1
  const [common, otherwise] = [windows(request.common), windows(request.otherwise)]
  const holders = parts.holders.length
  const json = JSON.stringify({ keys, args, holders, common, ways, otherwise, ...deadline })
  const fast = fastTake(request, parts, names)
  return {
    json,
    script: fast && createScript(fastText(fast, `[${json}]`)),
    keys,
    args,
    common: request.common.length,
    ways: request.ways.map((way) => ({
      common: way.common?.length,
      windows: way.windows.length,
      claims: way.claims.length,
    })),
    otherwise: request.otherwise.length,
  }
}

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
  readonly lapse: 0 | 1
  /** Says when its credential was issued. */
  readonly isDated: boolean
}

const MOST_FAST_WINDOWS = 3

/** What the first way takes, if it is a few windows of the first holder, and at most one claim that is settled. */
function fastTake(request: AdmitRequest, parts: Parts, names: WindowNames): FastTake | undefined {
  const [way] = request.ways
  if (way === undefined || way.lookOnly === true || request.deadlineMs !== undefined) return undefined
  if (request.ways.some(({ claims }) => claims.length > (claims === way.claims ? 1 : 0))) return undefined
  const [claim] = way.claims
  if (claim?.settled === false) return undefined
  const takes = [...(way.common ?? request.common), ...way.windows]
  const isPlain = takes.every(
    (take) => take.cost > 0 && take.force !== true && parts.holder(take.holder) === 0,
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
  return { uses, leaseMs, lapse: lapse === 'giveBack' ? 1 : 0, isDated: issuedAtMs !== undefined }
}
