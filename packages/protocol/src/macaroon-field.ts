/** The fields that a binary macaroon is made of: a type, a length and so many bytes. */

/** Walks over fields from left to right. What is not there is not taken, and the reader stays where it is. */
export interface FieldReader {
  /** The bytes of the next field, if it is whole and of this type. */
  take(type: number): Uint8Array | undefined
  /** Takes the zero byte that ends a section. @returns whether there was one */
  takeEnd(): boolean
  isAtEnd(): boolean
}

/** Two bytes are enough for all that a macaroon of 4096 bytes can hold. */
const MAX_LENGTH = 0x3fff

/** Reads `bytes` from index `from` on; what it takes shares their buffer. */
export function createFieldReader(bytes: Uint8Array, from: number): FieldReader {
  let at = from
  return {
    take(type) {
      const low = bytes[at + 1]
      if (bytes[at] !== type || low === undefined) return undefined
      const high = low < 0x80 ? undefined : bytes[at + 2]
      // Zero or a further byte: a needless one, or more than fits.
      if (low >= 0x80 && (high === undefined || high === 0 || high >= 0x80)) return undefined
      const begin = at + (high === undefined ? 2 : 3)
      const end = begin + (low & 0x7f) + ((high ?? 0) << 7)
      if (end > bytes.length) return undefined
      at = end
      return bytes.subarray(begin, end)
    },
    takeEnd() {
      if (bytes[at] !== 0) return false
      at += 1
      return true
    },
    isAtEnd: () => at === bytes.length,
  }
}

/** @returns how many bytes a field takes, type and length included. @throws RangeError for more than 16,383 in it */
export function fieldBytes({ length }: Uint8Array): number {
  if (length > MAX_LENGTH) throw new RangeError(`a field has at most ${MAX_LENGTH} bytes, not ${length}`)
  return length + (length < 0x80 ? 2 : 3)
}

/** Writes a field, so many bytes as `fieldBytes` says. @returns where the next one begins */
export function putField(bytes: Uint8Array, at: number, type: number, field: Uint8Array): number {
  const { length } = field
  let to = at
  bytes[to++] = type
  if (length < 0x80) {
    bytes[to++] = length
  } else {
    bytes[to++] = (length & 0x7f) | 0x80
    bytes[to++] = length >> 7
  }
  bytes.set(field, to)
  return to + length
}
