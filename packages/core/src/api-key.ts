import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { parseAuthorization } from '@turnpike/protocol'
import { TurnpikeError } from './errors.ts'
import type { IdentityFault, IdentitySource, IdentityVerdict } from './identity.ts'
import { checkKnownOptions } from './option-check.ts'
import { randomBytes } from './random.ts'
import type { RequestView } from './request.ts'

/** One key and whose it is. The key itself is never kept: its hash is. */
export interface ApiKey {
  /** Names the caller. */
  readonly id: string
  /** SHA-256 of the key, 64 hex digits. */
  readonly sha256: string
  /** The account above the caller, which may have several keys (default: `id`). */
  readonly subject?: string
  /** Class of the caller (default 'partner'). */
  readonly class?: string
}

/** Whose keys are taken, and where they stand. */
export interface ApiKeyOptions {
  readonly keys: readonly ApiKey[]
  /** Where the key stands (default 'X-API-Key'). In 'Authorization' it follows the word Bearer. */
  readonly header?: string
}

/** Longer ones are no keys of anybody's. */
const LONGEST_KEY = 512
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/

/**
 * Callers who show a key: the simple answer for friends and partners.
 *
 * Make a key and its hash with
 * `node -p "const key = crypto.randomBytes(32).toString('base64url'); [key, crypto.createHash('sha256').update(key).digest('hex')]"`,
 * give the first to the partner and the second to the gate. Take random keys: hashes of made-up ones can be guessed.
 *
 * @example createGate({ identities: [apiKey({ keys: [{ id: 'acme', sha256: process.env.ACME_KEY_SHA256 }] })] })
 * @throws TurnpikeError `option_invalid`, `option_unknown`
 */
export function apiKey(options: ApiKeyOptions): IdentitySource {
  checkOptions(options)
  const { keys, header = 'X-API-Key' } = options
  const find = keyFinder(keys)
  const isBearer = header.toLowerCase() === 'authorization'
  const read = isBearer ? bearerIn : (view: RequestView) => view.header(header.toLowerCase())
  const challenge = isBearer ? 'Bearer realm="API keys"' : `ApiKey header="${header}"`
  return {
    kind: 'apiKey',
    verify(view) {
      const key = read(view)
      return key === undefined ? undefined : (find(key) ?? UNKNOWN)
    },
    challenges: (_scope, fault) => [fault === undefined ? challenge : `${challenge}, error="${fault.error}"`],
  }
}

const UNKNOWN: IdentityFault = {
  outcome: 'invalid',
  code: 'api_key_unknown',
  error: 'invalid_token',
  detail: 'check that it was sent whole',
}

/**
 * Finds keys by a hash of their hash, with a salt of this process: the time that it takes says nothing about a key to anyone
 * who does not know the salt, however many keys there are.
 */
function keyFinder(keys: readonly ApiKey[]): (key: string) => IdentityVerdict | undefined {
  const salt = randomBytes(32)
  const place = (digest: Uint8Array) => bytesToHex(sha256(concatBytes(salt, digest)))
  const verdicts = new Map(keys.map((key) => [place(hexToBytes(key.sha256)), verdictOf(key)]))
  return (key) => (key.length > LONGEST_KEY ? undefined : verdicts.get(place(sha256(utf8ToBytes(key)))))
}

function verdictOf({ id, subject = id, class: kind = 'partner' }: ApiKey): IdentityVerdict {
  return { outcome: 'verified', identity: { source: 'apiKey', class: kind, id, subject, scopes: [] } }
}

/** Several are none: which of them counts would be chance. */
function bearerIn(view: RequestView): string | undefined {
  const shown = parseAuthorization(view.header('authorization') ?? '')
  const [only, ...more] = shown.filter(({ scheme }) => scheme === 'bearer')
  return more.length === 0 ? only?.credentials : ''
}

function checkOptions(options: ApiKeyOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid(HOW_TO_CALL)
  checkKnownOptions('apiKey()', options, ['keys', 'header'])
  const { keys, header = 'X-API-Key' } = options
  // Kept apart from `keys`, whose members the check would make `any`.
  const given: unknown = keys
  if (!Array.isArray(given)) throw invalid(HOW_TO_CALL)
  if (typeof header !== 'string' || !FIELD_NAME.test(header))
    throw invalid(`header '${header}': take a field name`)
  for (const key of keys) checkKey(key)
  const hashes = new Set(keys.map(({ sha256: hash }) => hash.toLowerCase()))
  if (hashes.size < keys.length) throw invalid('keys: one key is listed twice')
}

const HOW_TO_CALL = 'takes a list of keys: apiKey({ keys: [{ id, sha256 }] })'

/** The message never shows what was given: it may be the key. */
function checkKey(key: ApiKey): void {
  if (typeof key !== 'object' || key === null) throw invalid('keys: take { id, sha256 }')
  checkKnownOptions('apiKey() keys', key, ['id', 'sha256', 'subject', 'class'])
  const { id, sha256: hash, subject = id, class: kind = 'partner' } = key
  if (![id, subject, kind].every((text) => typeof text === 'string' && text !== ''))
    throw invalid('keys: id, subject and class take texts that are not empty')
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/i.test(hash)) {
    throw invalid(
      `keys: '${id}' needs the SHA-256 of its key, 64 hex digits, never the key itself. ` +
        "node -p \"crypto.createHash('sha256').update(key).digest('hex')\" makes one",
    )
  }
  if (hash.toLowerCase() === HASH_OF_NOTHING)
    throw invalid(`keys: '${id}' has the hash of an empty key: is a variable of the environment missing?`)
}

const HASH_OF_NOTHING = bytesToHex(sha256(new Uint8Array()))

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `apiKey() ${complaint}`)
}
