import type { Leaf, PreparedWay, Rail, RailContext, Verdict } from '@turnpike/core'
import { createHash, randomUUID } from 'node:crypto'

/** How a caller pays in the scenario: any text is good for one call. */
export const VOUCHER_HEADER = 'x-voucher'

/** Demands a voucher. */
export const voucher: Leaf = { rail: 'lightning', terms: undefined }

/**
 * Stands in for a payment: a paid use that can be given back (R31), without a Lightning network behind it. Adapters
 * must not see the difference; that payments are checked is the business of the real rail's tests.
 */
export const voucherRail: Rail = {
  kind: 'lightning',
  prepare: () => prepared,
  read: (view) => {
    const text = view.header(VOUCHER_HEADER)
    return text === undefined ? [] : [{ rail: 'lightning', text }]
  },
  authenticate: () => 'Voucher',
}

const prepared: PreparedWay = {
  rail: 'lightning',
  quota: [],
  counted: false,
  verify: ({ text }, context) => ({ outcome: 'valid', claims: [claimOf(text, context)] }),
  offer: () => undefined,
}

type Claim = Extract<Verdict, { outcome: 'valid' }>['claims'][number]

function claimOf(text: string, { shard, nowMs }: RailContext): Claim {
  return {
    credential: createHash('sha256').update(text).digest('hex'),
    shard,
    claimId: randomUUID(),
    uses: 1,
    expiresAtMs: nowMs + 3_600_000,
    leaseMs: 30_000,
    lapse: 'giveBack',
    settled: true,
  }
}
