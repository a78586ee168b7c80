import type { InvoiceTerms, Wallet } from '@turnpike/client'
import { PaymentError } from '@turnpike/client'
import type { SampleClient } from './sample-hosts.ts'

/** A wallet for the invoices of a sample gate: it pays by that server's own tool, which may be in another process. */
export function sampleWallet(payer: () => SampleClient | undefined): Wallet {
  return {
    network: 'regtest',
    readInvoice: readFakeInvoice,
    async payInvoice({ invoice }) {
      const paid = await payer()?.callTool({ name: 'settle', arguments: { q: invoice } })
      return { preimage: paid?.content[0].text ?? '', fees_paid: 0 }
    },
  }
}

/** As createFakeLightning writes them. */
function readFakeInvoice(invoice: string): InvoiceTerms {
  const [, amount, paymentHash] = /^lnbcrt(\d+)n1p([\da-f]{64})q*$/.exec(invoice) ?? []
  if (paymentHash === undefined) throw new PaymentError('invoice_invalid', 'no invoice of the tests')
  return {
    paymentHash,
    amountMsat: Number(amount) * 100,
    expiresAtMs: Date.now() + 600_000,
    network: 'regtest',
  }
}
