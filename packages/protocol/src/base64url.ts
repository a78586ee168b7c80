/** base64url without padding (RFC 4648 §5), canonical: every text that decodes is the only text for its bytes. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const CODES = codesOf(ALPHABET)

const SEXTETS = sextetsOf(ALPHABET)

/** Sextet of a character; below 0 when it is foreign or beyond the end (`charCodeAt` is NaN there). */
const sextetAt = (sextets: Int8Array, text: string, at: number): number => sextets[text.charCodeAt(at)] ?? -1

/** @returns the unpadded text of `bytes`. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encodeSextets(bytes, CODES)
}

/** Character codes of an alphabet of 64. */
export function codesOf(alphabet: string): Uint8Array {
  return Uint8Array.from(alphabet, (character) => character.charCodeAt(0))
}

/**
 * Sextet by character code; -1 for a character that is not in the alphabet.
 *
 * @param others - what may stand for the last sextets instead
 */
export function sextetsOf(alphabet: string, others = ''): Int8Array {
  return Int8Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code)
    const other = others.indexOf(character)
    return other === -1 ? alphabet.indexOf(character) : alphabet.length - others.length + other
  })
}

// Texts are put together here and decoded at once, which gives them in one piece; nothing awaits in between.
const roomy = new Uint8Array(4096)
const decoder = new TextDecoder()

/** @returns the unpadded text of `bytes`, in the alphabet that `codes` are of. */
export function encodeSextets(bytes: Uint8Array, codes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 4) / 3)
  const text = length + 3 <= roomy.length ? roomy : new Uint8Array(length + 3)
  let to = 0
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text[to++] = codes[group >> 18] ?? 0
    text[to++] = codes[(group >> 12) & 63] ?? 0
    text[to++] = codes[(group >> 6) & 63] ?? 0
    text[to++] = codes[group & 63] ?? 0
  }
  return decoder.decode(text.subarray(0, length))
}

/**
 * @returns the bytes, or undefined for foreign characters, padding, a length that no bytes have, or spare bits that
 * are not zero: accepted, they would give one signed message several spellings.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return decodeSextets(text, SEXTETS)
}

/** The same for another alphabet, `sextets` being its characters' values. */
export function decodeSextets(text: string, sextets: Int8Array): Uint8Array | undefined {
  const rest = text.length & 3
  if (rest === 1) return undefined
  const whole = text.length - rest
  const bytes = new Uint8Array((text.length * 3) >> 2)
  // A foreign character is negative, and stays so through every shift and `|`: one test at the end is enough.
  let foreign = 0
  let to = 0
  for (let at = 0; at < whole; at += 4) {
    const group =
      (sextetAt(sextets, text, at) << 18) |
      (sextetAt(sextets, text, at + 1) << 12) |
      (sextetAt(sextets, text, at + 2) << 6) |
      sextetAt(sextets, text, at + 3)
    foreign |= group
    bytes[to++] = group >> 16
    bytes[to++] = group >> 8
    bytes[to++] = group
  }
  if (foreign < 0) return undefined
  return rest === 0 || decodeTail({ text, sextets }, whole, bytes) ? bytes : undefined
}

/** A text, and the values of its characters. */
interface Spelling {
  readonly text: string
  readonly sextets: Int8Array
}

/** Decodes the last two or three characters, whose spare bits must be zero. */
function decodeTail({ text, sextets }: Spelling, from: number, bytes: Uint8Array): boolean {
  const third = from + 2 < text.length ? sextetAt(sextets, text, from + 2) : 0
  const group =
    (sextetAt(sextets, text, from) << 18) | (sextetAt(sextets, text, from + 1) << 12) | (third << 6)
  const used = text.length - from - 1
  const spare = used === 1 ? 0xffff : 0xff
  if (group < 0 || (group & spare) !== 0) return false
  const to = bytes.length - used
  bytes[to] = group >> 16
  if (used === 2) bytes[to + 1] = group >> 8
  return true
}
