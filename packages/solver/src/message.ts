/**
 * How the text to be hashed lies in SHA-256's blocks. The nonce is as wide as it takes for its last four digits, the
 * *inner* ones, to fill one aligned word of the last block: a kernel then changes a single word from hash to hash, and
 * everything before it is worked out once per *outer* value.
 */

/** One challenge, padded for SHA-256, with room for the nonce; plain data, so that it can be sent to a worker. */
export interface Message {
  /** Challenge, nonce (all `0`), padding: whole 64-byte blocks. */
  readonly bytes: Uint8Array
  /** Offset of the nonce's first digit. */
  readonly nonceAt: number
  /** Digits of the nonce. */
  readonly nonceWidth: number
  /** Which word of the last block carries the inner digits: 0 to 12. */
  readonly position: number
}

/** Lays out the UTF-8 bytes of `challenge` for the search. */
export function layOut(challenge: string): Message {
  const text = new TextEncoder().encode(challenge)
  const nonceWidth = widthOfNonce(text.length)
  const end = text.length + nonceWidth
  const bytes = new Uint8Array(Math.floor(end / 64) * 64 + 64)
  bytes.set(text)
  bytes.fill(0x30, text.length, end)
  bytes[end] = 0x80
  new DataView(bytes.buffer).setUint32(bytes.length - 4, end * 8)
  return { bytes, nonceAt: text.length, nonceWidth, position: (end % 64) / 4 - 1 }
}

/**
 * Digits for a nonce that follows `length` bytes: 16 where that fits (it does for our 100-character challenges), else
 * the next that does among 17 to 27, then 15 to 12. One always does: of four neighbouring aligned ends three at most
 * are unfit (a block's last 12 bytes hold the padding, and an end at 0 would leave the nonce no word in the last one).
 */
export function widthOfNonce(length: number): number {
  for (let width = 16; width <= 27; width++) if (endsWell(length + width)) return width
  for (let width = 15; width > 12; width--) if (endsWell(length + width)) return width
  return 12
}

function endsWell(end: number): boolean {
  return end % 4 === 0 && end % 64 >= 4 && end % 64 <= 52
}

/** The text of nonce number `index` (0, 1, 2, ...) at that width; ascending numbers are ascending texts. */
export function nonceText(index: number, width: number): string {
  return index.toString(16).padStart(width, '0')
}
