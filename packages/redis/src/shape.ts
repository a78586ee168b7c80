import type { AdmitRequest, ClaimTake, WindowTake } from '@turnpike/core'
import { slotMs } from '@turnpike/core'
import { fastTake } from './fast-take.ts'
import type { KeySpace } from './keys.ts'
import { LAPSES } from './lua/claim.ts'
import { RequestParts } from './request-parts.ts'
import { createScript, type Script } from './script.ts'
import { fastText } from './scripts.ts'
import type { WindowNames } from './window-names.ts'

/** What the reply speaks of, in its order: lengths of windows in ms, and how many claims. */
export interface WayShape {
  /** undefined: the request's. */
  readonly common: readonly number[] | undefined
  readonly windows: readonly number[]
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
  readonly common: readonly number[]
  readonly ways: readonly WayShape[]
  readonly otherwise: readonly number[]
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

/** The shapes of requests that this process has seen. */
export interface ShapeBook {
  encode(request: AdmitRequest): EncodedDecision
}

/** Policies are few. Limits and estimates made for single calls are not, so the book is begun anew when it is full. */
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
  /** By their text, and for good: a policy whose shape was forgotten finds its own again. */
  const scripts = new Map<string, Script>()
  let entries = 0

  function tokenOf(take: WindowTake): string {
    const known = takes.get(take.id)
    if (known !== undefined) {
      for (const one of known) if (isSame(one, take)) return one.token
    }
    return learnTake(take)
  }

  function learnTake({ id, limit, windowMs, cost, force = false }: WindowTake): string {
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

  function shapeOf(text: string, request: AdmitRequest, parts: RequestParts): Shape {
    const known = shapes.get(text)
    if (known !== undefined) return known
    const { fastText: own, ...shape } = buildShape(request, parts, names)
    const made = { ...shape, script: own === undefined ? undefined : scriptOf(own) }
    shapes.set(text, made)
    return made
  }

  /** A server keeps every script it was ever sent; beyond these the common one serves. */
  function scriptOf(text: string): Script | undefined {
    const known = scripts.get(text)
    if (known !== undefined || scripts.size >= MOST_SCRIPTS) return known
    const script = createScript(text)
    scripts.set(text, script)
    return script
  }

  return {
    encode(request) {
      // Before the request is named, or its tokens would be some of the old book and some of the new.
      if (entries >= MAX_ENTRIES || shapes.size >= MAX_ENTRIES) forget()
      const parts = new RequestParts(request.shard, keys, tokenOf)
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

/** A shape, and what its own script would be. */
type BuiltShape = Omit<Shape, 'script'> & { readonly fastText: string | undefined }

function buildShape(request: AdmitRequest, parts: RequestParts, names: WindowNames): BuiltShape {
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
      return { key, arg, uses, leaseMs, lapse: LAPSES[lapse], settled }
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
    fastText: fast && fastText(fast, `[${json}]`),
    keys,
    args,
    common: lengthsOf(request.common),
    ways: request.ways.map((way) => ({
      common: way.common && lengthsOf(way.common),
      windows: lengthsOf(way.windows),
      claims: way.claims.length,
    })),
    otherwise: lengthsOf(request.otherwise),
  }
}

function lengthsOf(takes: readonly WindowTake[]): readonly number[] {
  return takes.map(({ windowMs }) => windowMs)
}
