/** Writes invoices that no honest node would, so that the reader can be shown them. */

const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Any signature from which a key can be recovered will do: an invoice names its payee by it. */
const SIGNATURE =
  'v9gppgszjcme5pgkqffszsamr932y74wc8fvwpcc8ya9u3r8xu4p8wzyk6le59g74eem2777a5dqa4qgcqnkjd4xdq2ny2rsq66k2rqp'

/** A field: the value of its letter, and its words of 5 bits. */
export interface InvoiceField {
  readonly tag: number
  readonly words: readonly number[]
  /** How many words it says it has, if that is not so. */
  readonly claimed?: number
}

/** A field whose value is bytes. */
export function bytesField(tag: number, bytes: Uint8Array): InvoiceField {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const words = (bits.match(/.{1,5}/g) ?? []).map((word) => Number.parseInt(word.padEnd(5, '0'), 2))
  return { tag, words }
}

/** A field whose value is a number, in so many words. */
export function numberField(tag: number, value: number, length = 10): InvoiceField {
  const words = value.toString(32).padStart(length, '0')
  return { tag, words: Array.from(words, (digit) => Number.parseInt(digit, 32)) }
}

/** Feature bits by their numbers. */
export function featureField(...bits: readonly number[]): InvoiceField {
  const count = Math.ceil((Math.max(...bits) + 1) / 5)
  const word = (place: number): number =>
    bits.filter((bit) => Math.floor(bit / 5) === place).reduce((sum, bit) => sum | (1 << (bit % 5)), 0)
  return { tag: 5, words: Array.from({ length: count }, (_, index) => word(count - 1 - index)) }
}

/**
 * An invoice (BOLT 11).
 * @param prefix - with the amount, such as `lnbcrt100n`
 */
export function writeInvoice(
  prefix: string,
  createdAtSeconds: number,
  fields: readonly InvoiceField[],
): string {
  const data = [
    ...numberField(0, createdAtSeconds, 7).words,
    ...fields.flatMap(({ tag, words, claimed = words.length }) => [
      tag,
      claimed >> 5,
      claimed & 31,
      ...words,
    ]),
    ...Array.from(SIGNATURE, (letter) => LETTERS.indexOf(letter)),
  ]
  return `${prefix}1${[...data, ...checksum(prefix, data)].map((word) => LETTERS[word]).join('')}`
}

/** BIP 173. */
function checksum(prefix: string, data: readonly number[]): readonly number[] {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0))
  const sum = polymod([
    ...codes.map((code) => code >> 5),
    0,
    ...codes.map((code) => code & 31),
    ...data,
    0,
    0,
    0,
    0,
    0,
    0,
  ])
  return [25, 20, 15, 10, 5, 0].map((shift) => ((sum ^ 1) >> shift) & 31)
}

function polymod(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  return values.reduce((sum, value) => {
    const top = sum >> 25
    const next = ((sum & 0x1ffffff) << 5) ^ value
    return generators.reduce((mixed, generator, bit) => ((top >> bit) & 1 ? mixed ^ generator : mixed), next)
  }, 1)
}
