import type { PowOffer } from '@turnpike/protocol'
import type { Preference } from './negotiator-options.ts'
import type { Obstacle } from './obstacle.ts'
import type { Quote } from './quote.ts'

/** A way on. */
export type Way =
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'work'; readonly offer: PowOffer }
  | { readonly kind: 'pay'; readonly quote: Quote }

/** Each way that a refusal names: open, or what is in the way; undefined where it names none or we do not take it. */
export interface Ways {
  readonly wait: Extract<Way, { kind: 'wait' }> | Obstacle | undefined
  readonly work: Extract<Way, { kind: 'work' }> | Obstacle | undefined
  readonly pay: Extract<Way, { kind: 'pay' }> | Obstacle | undefined
}

/**
 * Decides; pure.
 * @param hashesPerSecond what this machine is believed to do
 * @returns a way that is open; where none is, the obstacle that says most; undefined where there is nothing to meet
 */
export function choose(ways: Ways, prefer: Preference, hashesPerSecond: number): Way | Obstacle | undefined {
  const open = inOrder(ways, prefer, hashesPerSecond).find(
    (way) => way !== undefined && way.kind !== 'obstacle',
  )
  // What paying lacks, its owner can change; harder work and longer waits nobody wants.
  return open ?? ways.pay ?? ways.work ?? ways.wait
}

function inOrder(
  ways: Ways,
  prefer: Preference,
  hashesPerSecond: number,
): readonly (Way | Obstacle | undefined)[] {
  const { wait, work, pay } = ways
  const soonest = isWaitingSooner(ways, hashesPerSecond) ? [wait, work] : [work, wait]
  switch (prefer) {
    case 'cheapest':
      return [...soonest, pay]
    case 'pay':
      return [pay, ...soonest]
    case 'wait':
      return [wait, work, pay]
    case 'work':
      return [work, wait, pay]
  }
}

function isWaitingSooner({ wait, work }: Ways, hashesPerSecond: number): boolean {
  if (wait?.kind !== 'wait' || work?.kind !== 'work') return false
  return wait.waitMs <= (work.offer.expectedHashes / hashesPerSecond) * 1000
}
