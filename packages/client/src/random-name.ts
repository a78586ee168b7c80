import { toHex } from './hex.ts'

/** A name that nobody else takes: 32 hex digits. `crypto.randomUUID` would need a page served over https. */
export function randomName(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)))
}
