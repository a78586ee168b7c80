import type { PreparedWay, Rail, RequestView } from '@turnpike/core'
import type { LightningOffer } from '@turnpike/protocol'

/**
 * A rail of paid uses without a payment network: `Authorization: L402 voucher-7`. It stands where Lightning will, so
 * that the engine's money rules can be held now: leases, give-backs, 409, unsettled.
 */
export interface VoucherTerms {
  readonly uses?: number
  readonly settled?: boolean
  readonly quota?: number
}

const VOUCHER = /^L402 (voucher-\w{1,32})$/
let claims = 0

export const voucherRail: Rail = {
  kind: 'lightning',
  prepare: (terms) => prepareVoucher(isVoucherTerms(terms) ? terms : {}),
  read(view: RequestView) {
    const text = VOUCHER.exec(view.header('authorization') ?? '')?.[1]
    return text === undefined ? [] : [{ rail: 'lightning', text }]
  },
  authenticate: (offer) =>
    offer.rail === 'lightning' ? `L402 macaroon="${offer.macaroon}", invoice="${offer.invoice}"` : '',
}

export function voucher(terms: VoucherTerms = {}) {
  return { rail: 'lightning', terms } as const
}

function prepareVoucher({ uses = 1, settled = true, quota }: VoucherTerms): PreparedWay {
  const offer: LightningOffer = {
    rail: 'lightning',
    macaroon: 'AgEB',
    invoice: 'lnbcrt1',
    sats: 10,
    uses,
    expiresAt: 2_000_000_000,
  }
  return {
    rail: 'lightning',
    quota: quota === undefined ? [] : [{ limit: quota, windowMs: 60_000 }],
    counted: false,
    verify: ({ text }, { nowMs }) => ({
      outcome: 'valid',
      claims: [
        {
          credential: text,
          shard: 5,
          claimId: `claim-${++claims}`,
          uses,
          expiresAtMs: nowMs + 3_600_000,
          leaseMs: 30_000,
          lapse: 'giveBack',
          settled,
        },
      ],
    }),
    offer: () => offer,
  }
}

function isVoucherTerms(terms: unknown): terms is VoucherTerms {
  return typeof terms === 'object' && terms !== null
}
