/** Asking the system for each few bytes costs more than hashing with them; a pool is filled at once. */
const pool = new Uint8Array(4096)
let used = pool.length

/** @returns fresh bytes from the system's generator, `length` up to 64. */
export function randomBytes(length: number): Uint8Array {
  if (used + length > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += length
  return pool.slice(used - length, used)
}
