import { formatSolution } from '@turnpike/protocol'
import type { PowOffer } from '@turnpike/protocol'
import { solve, SolverError } from '@turnpike/solver'
import type { NegotiationEvent } from './events.ts'
import type { WorkOptions } from './negotiator-options.ts'
import { obstacle, type Obstacle } from './obstacle.ts'

/** What a machine does, as far as known. */
export interface Speed {
  hashesPerSecond: number
}

/** Searches that are shorter say more about warming up than about speed. */
const TELLING_MS = 50

/**
 * Solves an offer.
 * @returns the solution as it is sent; or, where the offer asks for more than `maxBits`, why there is none
 * @throws signal.reason when aborted
 */
export async function workOn(
  { challenge, target, count, expectedHashes }: PowOffer,
  options: WorkOptions,
  speed: Speed,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (event: NegotiationEvent) => void },
): Promise<string | Obstacle> {
  tell({ type: 'solving', expectedHashes, count })
  try {
    const { nonces, hashes, elapsedMs } = await solve({ ...options, challenge, target, count, signal })
    tell({ type: 'solved', hashes, elapsedMs })
    if (elapsedMs > TELLING_MS) speed.hashesPerSecond = (hashes * 1000) / elapsedMs
    return formatSolution({ challenge, nonces })
  } catch (error) {
    if (error instanceof SolverError && error.code === 'too_hard') return obstacle('too_hard', error.message)
    throw error
  }
}
