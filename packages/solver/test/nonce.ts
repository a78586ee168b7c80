import { createHash } from 'node:crypto'

/** The first 32 bits of a text's hash, by Node's own SHA-256: what every kernel is measured against. */
export function hashHead(text: string): number {
  return createHash('sha256').update(text, 'utf8').digest().readUInt32BE(0)
}
