import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { encodeBase64url } from '@turnpike/protocol'
import { countedAddress } from './address.ts'
import { TurnpikeError } from './errors.ts'
import { RecentMap } from './recent-map.ts'
import { SHARDS } from './store.ts'

/** Whom we count: a class, a name within it, and the account or subnet above it. */
export interface Caller {
  readonly class: string
  /** Never shown to anyone but the operator's own code; hashed before it reaches a store. */
  readonly id: string
  readonly subject: string
  /** Known by its address alone, not by a name that the operator vouches for. */
  readonly byAddress: boolean
}

/** What the `caller` option answers. */
export interface CallerName {
  /** Callers of one class share windows' sizes, not the windows: 'anonymous', 'agent', 'partner'. */
  readonly class: string
  /** Names the caller within its class. Hashed before it reaches a store. */
  readonly id: string
  /** The account above the caller: callers of one subject live in one shard of the store (default: the id itself). */
  readonly subject?: string
}

/** A caller as the store knows it: hashes only (R9). */
export interface CountedCaller {
  readonly caller: Caller
  readonly holder: string
  /** Holds what all callers of one subject share. In the same shard as `holder`. */
  readonly subjectHolder: string
  readonly shard: number
}

/** Where windows are that callers of many shards share. */
export interface SharedHolder {
  readonly holder: string
  readonly shard: number
}

/** Gives callers the names and shards under which a store knows them. */
export interface CallerDirectory {
  /** @returns undefined when the address is missing or is none. */
  byAddress(ip: string | undefined): CountedCaller | undefined
  byName(name: CallerName): CountedCaller
  /** A caller as admissions name it. */
  of(caller: Caller): CountedCaller
  /** Home shard of all callers of a named subject. */
  shardOf(subject: string): number
  /** A name for the store of something else that must not stand there in clear. */
  nameOf(kind: string, text: string): string
  /** What all callers of a class hold together; in a shard of its own (R9). */
  ofClass(name: string): SharedHolder
  /** What all callers of the gate hold together. */
  readonly everybody: SharedHolder
  /** All whose address is not known share one bucket (R8). */
  readonly unknown: CountedCaller
}

/** Hashing an address costs more than the whole decision; the last so many are remembered. */
const REMEMBERED = 20_000
const LONGEST_REMEMBERED = 200
const CLASSES_REMEMBERED = 1000

/**
 * Names callers for one gate. Keys are unkeyed hashes on purpose: a key made with a secret would forget every limit
 * whenever the secret is rotated (R9).
 */
export function createCallerDirectory(gateName: string, ipv6Bits: number): CallerDirectory {
  const met = new RecentMap<CountedCaller>(REMEMBERED)
  const ofSubject = (kind: 'subject' | 'network', subject: string) => digest(gateName, kind, subject)
  // Callers may be named like an address, and accounts like a network; what they hold is not the same.
  const count = (caller: Caller): CountedCaller => {
    const { class: kind, id, byAddress } = caller
    const subject = ofSubject(byAddress ? 'network' : 'subject', caller.subject)
    let subjectHolder: string | undefined
    return {
      caller,
      holder: encodeBase64url(digest(gateName, byAddress ? 'address' : 'caller', kind, id).subarray(0, 15)),
      // Few policies ask for it, and most callers are met for the first time.
      get subjectHolder() {
        return (subjectHolder ??= encodeBase64url(subject.subarray(1, 16)))
      },
      shard: shardOf(subject),
    }
  }
  const share = (...parts: readonly string[]): SharedHolder => {
    const hash = digest(gateName, 'shared', ...parts)
    return { holder: encodeBase64url(hash.subarray(1, 16)), shard: shardOf(hash) }
  }
  const classes = new RecentMap<SharedHolder>(CLASSES_REMEMBERED)
  const unknown = count({ class: 'anonymous', id: 'unknown', subject: 'unknown', byAddress: true })
  return {
    unknown,
    of: count,
    byAddress(ip) {
      if (ip === undefined) return undefined
      return known(met, `a${ip}`, () => {
        const address = countedAddress(ip, ipv6Bits)
        return address && count({ class: 'anonymous', ...address, byAddress: true })
      })
    },
    byName(name) {
      checkCallerName(name)
      const { class: kind, id, subject = id } = name
      const caller = { class: kind, id, subject, byAddress: false }
      return known(met, `n${JSON.stringify([kind, id, subject])}`, () => count(caller)) ?? count(caller)
    },
    ofClass: (name) => known(classes, name, () => share('class', name)) ?? share('class', name),
    everybody: share('gate'),
    shardOf: (subject) => shardOf(ofSubject('subject', subject)),
    nameOf: (kind, text) => encodeBase64url(digest(gateName, kind, text).subarray(0, 15)),
  }
}

/** The first byte; the holder is made of those after it. */
function shardOf([first = 0]: Uint8Array): number {
  return first % SHARDS
}

/** Parts are length-prefixed, so that no two lists of parts give one text. */
function digest(...parts: readonly string[]): Uint8Array {
  return sha256(utf8ToBytes(parts.map((part) => `${part.length}:${part}`).join('')))
}

/** As remembered, else as made: long names are not remembered, for they would fill the memory. */
function known<T>(memory: RecentMap<T>, key: string, make: () => T | undefined): T | undefined {
  return key.length > LONGEST_REMEMBERED ? make() : memory.recall(key, make)
}

/** A name that is no text would put callers into one bucket, or break in the middle of a request. */
function checkCallerName(name: CallerName): void {
  const texts = [name.class, name.id, name.subject ?? name.id]
  if (texts.every((text) => typeof text === 'string' && text !== '')) return
  throw new TurnpikeError(
    'option_invalid',
    'caller() must answer { class, id } with texts that are not empty, or undefined for a caller known by address alone',
  )
}
