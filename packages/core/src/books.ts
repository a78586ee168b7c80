import { type AuditLog, createAuditWriter } from './audit-log.ts'
import type { Emit } from './emitter.ts'
import type { Movement, Purchase } from './purchase.ts'
import { RecentMap } from './recent-map.ts'
import type { Warnings } from './warnings.ts'

/** Takes movements down: as events, and as lines of the audit log where there is one. */
export interface Book {
  enter(movement: Movement, purchase: Purchase): void
  /** Resolves when no line is being written any more, whether it could be or not. */
  drain(): Promise<void>
}

export interface BookOptions {
  readonly gate: string
  readonly emit: Emit
  readonly audit: AuditLog | undefined
  readonly warnings: Warnings
  readonly now: () => number
}

const ARRIVALS_REMEMBERED = 10_000
/** Resources may be paths that a client chose. */
const LONGEST_RESOURCE = 200

export function createBook({ gate, emit, audit, warnings, now }: BookOptions): Book {
  const writer = audit && createAuditWriter(audit, warnings)
  const arrived = new RecentMap<true>(ARRIVALS_REMEMBERED)
  return {
    enter(movement, asked) {
      const purchase = { ...asked, resource: asked.resource.slice(0, LONGEST_RESOURCE) }
      // Many calls may learn of one payment at the same time.
      if (movement === 'settled' && arrived.get(purchase.payment) === true) return
      if (movement === 'settled') arrived.set(purchase.payment, true)
      emit({ type: 'payment', movement, ...purchase })
      writer?.write(formatAuditLine(gate, now(), movement, purchase))
    },
    drain: async () => await writer?.drain(),
  }
}

/** One line of the audit log: JSON, its members in this order (docs/payments.md). */
export function formatAuditLine(
  gate: string,
  atMs: number,
  movement: Movement,
  { payment, policy, resource, callerClass, amountMsat, uses }: Purchase,
): string {
  return JSON.stringify({
    v: 1,
    at: new Date(atMs).toISOString(),
    gate,
    movement,
    payment,
    policy,
    resource,
    class: callerClass,
    msat: amountMsat,
    uses,
  })
}
