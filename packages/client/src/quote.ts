import { inSats, type Limits } from './budget.ts'
import { messageOf } from './error-message.ts'
import { obstacle, type Obstacle } from './obstacle.ts'
import type { Sale } from './refusal.ts'
import { termsOf } from './token-terms.ts'
import type { InvoiceTerms, Wallet } from './wallet.ts'

/** What a credential costs, by its invoice. */
export interface Quote {
  readonly kind: 'quote'
  readonly sale: Sale
  readonly terms: InvoiceTerms
  readonly maxFeeMsat: number
  /** When the credential's own token says that it ends. */
  readonly validUntilMs: number | undefined
}

/** An invoice that ends sooner is not worth beginning with. */
const LEAST_LIFE_MS = 5000

/** Reads the invoice and holds it against what else the server says (R35). */
export function quoteFor(sale: Sale, wallet: Wallet, limits: Limits, nowMs: number): Quote | Obstacle {
  const terms = readTerms(sale, wallet)
  if ('reason' in terms) return terms
  const { network, expiresAtMs, amountMsat, paymentHash } = terms
  if (network !== wallet.network) {
    return obstacle('wrong_network', `The invoice is for ${network}; the wallet pays on ${wallet.network}.`)
  }
  if (expiresAtMs < nowMs + LEAST_LIFE_MS) {
    return obstacle('invoice_expired', 'The invoice has expired, or is about to. Is the clock right?')
  }
  if (sale.sats !== undefined && sale.sats * 1000 !== amountMsat) {
    const message = `The offer says ${sale.sats} sats, its invoice demands ${inSats(amountMsat)}.`
    return obstacle('price_mismatch', message)
  }
  const token = termsOf(sale.token)
  if (token.paymentHash !== undefined && token.paymentHash !== paymentHash) {
    return obstacle('hash_mismatch', 'The token belongs to another invoice than the one that came with it.')
  }
  const maxFeeMsat = limits.maxFeeMsat(amountMsat)
  return { kind: 'quote', sale, terms, maxFeeMsat, validUntilMs: token.validUntilMs }
}

function readTerms({ invoice }: Sale, wallet: Wallet): InvoiceTerms | Obstacle {
  try {
    const terms = wallet.readInvoice(invoice)
    const { amountMsat, paymentHash } = terms
    if (Number.isSafeInteger(amountMsat) && amountMsat > 0 && /^[0-9a-f]{64}$/.test(paymentHash)) return terms
    return obstacle('invoice_invalid', 'The invoice leaves its amount open.')
  } catch (error) {
    return obstacle('invoice_invalid', `The wallet cannot read the invoice: ${messageOf(error)}`)
  }
}
