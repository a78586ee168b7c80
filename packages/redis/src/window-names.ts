import { createHash } from 'node:crypto'

/** Windows are kept by number: their texts would double the size of a key. */
export interface WindowNames {
  /** 48 bits of sha256(id). The window's length is kept beside it, so only windows of one length could be taken for one another. */
  nameOf(id: string, windowMs: number): number
  /** @returns the text, where this process has seen it. */
  idOf(name: number): string | undefined
  /** Tells of all windows again: what was told expires. */
  announceAll(): void
}

interface SeenWindow {
  readonly id: string
  readonly windowMs: number
}

/** Ids come from policies, so this bound is met only by ids made from requests, which they must not be (R6). */
const MAX_NAMES = 10_000

/** @param announce - told of each window when it is first seen, so that inspectors elsewhere can name it. */
export function createWindowNames(
  announce: (name: number, id: string, windowMs: number) => void,
): WindowNames {
  const names = new Map<string, number>()
  const seen = new Map<number, SeenWindow>()
  return {
    nameOf(id, windowMs) {
      const known = names.get(id)
      if (known !== undefined) return known
      if (names.size >= MAX_NAMES) {
        names.clear()
        seen.clear()
      }
      const name = createHash('sha256').update(id).digest().readUIntLE(0, 6)
      names.set(id, name)
      seen.set(name, { id, windowMs })
      announce(name, id, windowMs)
      return name
    },
    idOf: (name) => seen.get(name)?.id,
    announceAll() {
      for (const [name, { id, windowMs }] of seen) announce(name, id, windowMs)
    },
  }
}
