/** Standard base64 with padding (RFC 4648 §4), which the macaroons of L402 travel in. */

import { codesOf, decodeSextets, encodeSextets, sextetsOf } from './base64url.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const CODES = codesOf(ALPHABET)
const SEXTETS = sextetsOf(ALPHABET, '-_')
const PADDING = ['', '===', '==', '=']

/** @returns the padded text of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encodeSextets(bytes, CODES)
  return text + PADDING[text.length % 4]
}

/**
 * Some clients write macaroons in the URL-safe alphabet and without padding, so both are read.
 *
 * @returns undefined for foreign characters, wrong padding, an impossible length, or spare bits that are not zero
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const end = text.indexOf('=')
  const digits = end === -1 ? text : text.slice(0, end)
  if (end !== -1 && text.slice(end) !== PADDING[digits.length % 4]) return undefined
  return decodeSextets(digits, SEXTETS)
}
