import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { createHmac, encodeBase64url } from '@turnpike/protocol'
import { TurnpikeError } from './errors.ts'

/** Keys of one secret. Each purpose has a key of its own (R29). */
export interface Key {
  /** One byte, or as many as the purpose wants, derived from the secret; travels with what the key signed. */
  readonly id: number
  /** HMAC-SHA256, 32 bytes. */
  mac(bytes: Uint8Array): Uint8Array
  /** Keyed name of a resource or caller, 12 bytes: tells nothing to those without the key. */
  tag(text: string): Uint8Array
  /** Keyed name of a resource as 22 base64url characters, for texts that the client sees (R28). */
  name(text: string): string
}

/** The keys of one purpose, one for each secret. */
export interface Keyring {
  /** Signs. */
  readonly current: Key
  /** Verifies; undefined for a key that this gate does not have. */
  byId(id: number): Key | undefined
}

const TAG_BYTES = 12
const NAME_BYTES = 16
/** Resources are few and come again; callers are many and do not. */
const TAGS_REMEMBERED = 4096
/** Longer texts are paths that the client chose; remembering them would let it fill the memory. */
const LONGEST_REMEMBERED = 200

/**
 * Derives the keys of every secret: HKDF-SHA256 (RFC 5869) with `info` made of purpose and gate name, so that one secret
 * in two gates gives keys that never meet.
 *
 * @param idBytes - length of the key id: the more, the fewer clashes
 * @throws TurnpikeError `secret_key_clash` when two secrets derive one key id, `secret_missing` where there are none
 */
export function createKeyring(
  secrets: readonly string[],
  purpose: string,
  gateName: string,
  idBytes = 1,
): Keyring {
  const keys = secrets.map((secret) => createKey(secret, { purpose, gateName, idBytes }))
  const [current] = keys
  if (current === undefined)
    throw new TurnpikeError('secret_missing', 'secret: an empty list; give at least one')
  const byId = new Map(keys.map((key) => [key.id, key]))
  if (byId.size < keys.length) {
    throw new TurnpikeError(
      'secret_key_clash',
      'secret: two of the secrets have one key id; make a new one in place of either',
    )
  }
  return { current, byId: (id) => byId.get(id) }
}

interface KeyUse {
  readonly purpose: string
  readonly gateName: string
  readonly idBytes: number
}

function createKey(secret: string, { purpose, gateName, idBytes }: KeyUse): Key {
  const derive = (label: string, length: number) =>
    hkdf(
      sha256,
      utf8ToBytes(secret),
      undefined,
      utf8ToBytes(`turnpike/${label}/${purpose}/${gateName}`),
      length,
    )
  const mac = createHmac(derive('mac', 32))
  const bind = createHmac(derive('bind', 32))
  let id = 0
  for (const byte of derive('id', idBytes)) id = id * 256 + byte
  return {
    id,
    mac,
    tag: remembering((text) => bind(utf8ToBytes(text)).subarray(0, TAG_BYTES)),
    name: remembering((text) => encodeBase64url(bind(utf8ToBytes(text)).subarray(0, NAME_BYTES))),
  }
}

function remembering<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    let made = known.get(text)
    if (made === undefined) {
      made = make(text)
      if (known.size >= TAGS_REMEMBERED) known.clear()
      if (text.length <= LONGEST_REMEMBERED) known.set(text, made)
    }
    return made
  }
}

/** Constant-time comparison of `expected` with as many leading bytes of `actual`. */
export function startsWith(actual: Uint8Array, expected: Uint8Array): boolean {
  let difference = 0
  for (let index = 0; index < expected.length; index++) {
    difference |= (actual[index] ?? -1) ^ (expected[index] ?? -1)
  }
  return difference === 0
}
