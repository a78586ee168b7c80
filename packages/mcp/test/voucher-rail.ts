import type { Rail } from '@turnpike/core'

const VOUCHER = /^L402 (voucher-\w+)$/
let claims = 0

/** A paid use that can be given back, without a payment network: `L402 voucher-7` is good for one call. */
export const voucherRail: Rail = {
  kind: 'lightning',
  prepare: () => ({
    rail: 'lightning',
    quota: [],
    counted: false,
    verify: ({ text }, { nowMs }) => ({
      outcome: 'valid',
      claims: [
        {
          credential: text,
          shard: 5,
          claimId: `claim-${++claims}`,
          uses: 1,
          expiresAtMs: nowMs + 3_600_000,
          leaseMs: 30_000,
          lapse: 'giveBack',
          settled: true,
        },
      ],
    }),
    offer: () => ({
      rail: 'lightning',
      macaroon: 'AgEB',
      invoice: 'lnbcrt1',
      sats: 10,
      uses: 1,
      expiresAt: 2_000_000_000,
    }),
  }),
  read(view) {
    const text = VOUCHER.exec(view.header('authorization') ?? '')?.[1]
    return text === undefined ? [] : [{ rail: 'lightning', text }]
  },
  authenticate: () => 'L402',
}

export const voucher = { rail: 'lightning', terms: { sats: 10 } } as const
