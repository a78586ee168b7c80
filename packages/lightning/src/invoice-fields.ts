/** The letters of bech32, in the order of their values (BIP 173). */
const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_WORDS = 6
const SIGNATURE_WORDS = 104
const TIMESTAMP_WORDS = 7

/** The data part of an invoice, cut into its fields, before any of them is understood (BOLT 11). */
export interface InvoiceFields {
  readonly createdAtSeconds: number
  /** By the value of the field's letter; each field is a list of 5-bit words. */
  readonly fields: ReadonlyMap<number, readonly (readonly number[])[]>
}

/**
 * Cuts the data part of an invoice whose checksum is known to be right.
 *
 * @param data - what follows the last `1`, in lower case.
 * @throws Error for a field that is cut short.
 */
export function parseInvoiceFields(data: string): InvoiceFields {
  const words = Array.from(data, (letter) => LETTERS.indexOf(letter)).slice(0, -CHECKSUM_WORDS)
  if (words.length < TIMESTAMP_WORDS + SIGNATURE_WORDS) throw new Error('it is too short')
  const end = words.length - SIGNATURE_WORDS
  const fields = new Map<number, (readonly number[])[]>()
  let at = TIMESTAMP_WORDS
  while (at < end) {
    const [tag = 0, high = 0, low = 0] = words.slice(at, Math.min(at + 3, end))
    const next = at + 3 + high * 32 + low
    if (next > end) throw new Error('a field is cut short')
    fields.set(tag, [...(fields.get(tag) ?? []), words.slice(at + 3, next)])
    at = next
  }
  return { createdAtSeconds: numberOf(words.slice(0, TIMESTAMP_WORDS)), fields }
}

/** Big-endian, as timestamps and expiries are written. */
export function numberOf(words: readonly number[]): number {
  return words.reduce((sum, word) => sum * 32 + word, 0)
}

/** Whole bytes; what is left over is padding. */
export function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.floor((words.length * 5) / 8))
  let bits = 0
  let held = 0
  let at = 0
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return bytes
}

/** The numbers of the bits that are set; bit 0 is the last one written (BOLT 9). */
export function bitsOf(words: readonly number[]): readonly number[] {
  return words
    .toReversed()
    .flatMap((word, place) =>
      [0, 1, 2, 3, 4].filter((bit) => (word >> bit) & 1).map((bit) => place * 5 + bit),
    )
}
