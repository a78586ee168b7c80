import { decodeBase64url, encodeBase64url } from '@turnpike/protocol'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Way } from './decision.ts'
import { type Key, type Keyring, startsWith } from './keys.ts'
import { SHARDS } from './store.ts'

/** What a paused call is resumed with (R34). Its claims wait in the store under `id`; the rest travels with the client. */
export interface Seal {
  /** 32 hexadecimal digits. */
  readonly id: string
  /** Where the store has it, 0..63. */
  readonly shard: number
  /** How the call was admitted. */
  readonly way: Way
  /** Uses left of the credential that was spent; undefined where none was. */
  readonly usesLeft: number | undefined
  /** What the server wants back with the next round; undefined: nothing. */
  readonly state: string | undefined
}

/** Tells a seal from a state of the server's own. */
export const SEAL_PREFIX = 'turnpike1.'
/** Longer ones are not made and not read, so that nobody makes a gate hash megabytes. */
const LONGEST_SEAL = 262_144
const WAYS: readonly string[] = ['free', 'bearer', 'pow', 'lightning', 'observed'] satisfies readonly Way[]

/**
 * @param binding - what the call is about, and whose it is: another binding does not open the seal
 * @returns undefined when the state is too long
 */
export function formatSeal(key: Key, binding: string, seal: Seal): string | undefined {
  const { id, shard, way, usesLeft = null, state = null } = seal
  const payload = encodeBase64url(utf8ToBytes(JSON.stringify([key.id, id, shard, way, usesLeft, state])))
  const text = `${SEAL_PREFIX}${payload}.${encodeBase64url(key.mac(signed(binding, payload)))}`
  return text.length > LONGEST_SEAL ? undefined : text
}

/** @returns undefined for a text that no key of the gate has sealed for this binding */
export function parseSeal(keyring: Keyring, binding: string, text: string): Seal | undefined {
  if (!text.startsWith(SEAL_PREFIX) || text.length > LONGEST_SEAL) return undefined
  const [payload = '', mac = '', ...more] = text.slice(SEAL_PREFIX.length).split('.')
  const fields = parsePayload(payload)
  const key = typeof fields[0] === 'number' ? keyring.byId(fields[0]) : undefined
  const shown = decodeBase64url(mac)
  if (key === undefined || shown?.length !== 32 || more.length > 0) return undefined
  return startsWith(key.mac(signed(binding, payload)), shown) ? readFields(fields) : undefined
}

/** Lists of texts have one JSON text each, so no binding can pass for another with a different payload. */
function signed(binding: string, payload: string): Uint8Array {
  return utf8ToBytes(JSON.stringify([binding, payload]))
}

function parsePayload(payload: string): readonly unknown[] {
  const bytes = decodeBase64url(payload)
  if (bytes === undefined) return []
  try {
    const fields: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(fields) ? fields : []
  } catch {
    return []
  }
}

/** Signed by us, so a misfit is a version that this one does not know. */
function readFields([, id, shard, way, usesLeft, state]: readonly unknown[]): Seal | undefined {
  if (typeof id !== 'string' || typeof shard !== 'number' || shard >= SHARDS || !isWay(way)) return undefined
  return {
    id,
    shard,
    way,
    usesLeft: typeof usesLeft === 'number' ? usesLeft : undefined,
    state: typeof state === 'string' ? state : undefined,
  }
}

function isWay(way: unknown): way is Way {
  return typeof way === 'string' && WAYS.includes(way)
}
