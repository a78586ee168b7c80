/**
 * The parts of SHA-256 (FIPS 180-4) that a search needs: words are signed 32-bit, as bitwise operators give them. The
 * functions are self-contained on purpose, as their text also runs in a worker, where nothing of this module exists
 * (see `worker-source.ts`).
 */

/** The eight words that hashing starts from (5.3.3). */
export const INITIAL_STATE = Int32Array.from([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])

/** The sixty-four constants of the rounds (4.2.2). */
export const ROUND_CONSTANTS = Int32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
])

/** Fills `schedule[from]` up to, not including, `schedule[to]`, each from the sixteen words before (6.2.2, step 1). */
export function expandSchedule(schedule: Int32Array, from: number, to: number): void {
  const w = schedule
  for (let i = from; i < to; i++) {
    const x = w[i - 15] ?? 0
    const y = w[i - 2] ?? 0
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = (w[i - 16] ?? 0) + (w[i - 7] ?? 0) + s0 + s1
  }
}

/** Runs rounds `from` up to, not including, `to` on `state`, in place (6.2.2, step 3). */
export type Rounds = (state: Int32Array, schedule: Int32Array, from: number, to: number) => void

/** Makes the rounds with their constants. */
export function createRounds(constants: Int32Array): Rounds {
  return (state, schedule, from, to) => {
    let a = state[0] ?? 0
    let b = state[1] ?? 0
    let c = state[2] ?? 0
    let d = state[3] ?? 0
    let e = state[4] ?? 0
    let f = state[5] ?? 0
    let g = state[6] ?? 0
    let h = state[7] ?? 0
    for (let i = from; i < to; i++) {
      const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + S1 + (g ^ (e & (f ^ g))) + (constants[i] ?? 0) + (schedule[i] ?? 0)) | 0
      const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (S0 + ((a & b) ^ (c & (a ^ b)))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    // One by one: an array literal here would be made anew for every hash tried.
    state[0] = a
    state[1] = b
    state[2] = c
    state[3] = d
    state[4] = e
    state[5] = f
    state[6] = g
    state[7] = h
  }
}

/** The functions together, as a kernel takes them. */
export interface Sha256 {
  readonly initial: Int32Array
  readonly constants: Int32Array
  readonly expand: (schedule: Int32Array, from: number, to: number) => void
  readonly rounds: Rounds
  /** Takes one block of sixteen words into the chaining `state`, in place. */
  readonly compress: (state: Int32Array, block: Int32Array) => void
}

/** Puts them together. */
export function createSha256({ initial, constants, expand, rounds }: Omit<Sha256, 'compress'>): Sha256 {
  return {
    initial,
    constants,
    expand,
    rounds,
    compress(state, block) {
      const schedule = new Int32Array(64)
      schedule.set(block)
      expand(schedule, 16, 64)
      const working = state.slice()
      rounds(working, schedule, 0, 64)
      for (let i = 0; i < 8; i++) state[i] = (state[i] ?? 0) + (working[i] ?? 0)
    },
  }
}

/** In this thread. */
export const SHA256 = createSha256({
  initial: INITIAL_STATE,
  constants: ROUND_CONSTANTS,
  expand: expandSchedule,
  rounds: createRounds(ROUND_CONSTANTS),
})
