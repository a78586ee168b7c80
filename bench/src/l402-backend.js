/** A Lightning backend that costs nothing: what is measured is the gate. Whoever has an invoice can read its preimage. */
import { hash } from 'node:crypto'

/** Characters of an invoice with a few routing hints. */
const INVOICE_LENGTH = 390
const START = /^lnbcrt\d+n1p([0-9a-f]{64})/

/** More than a round takes, and what is asked for before it. */
const STOCK = 2000

/**
 * Its invoices lie ready, as far as they are laid in: what making one up takes is not the gate's.
 *
 * @returns {import('@turnpike/core').LightningBackend & { layIn(): void }}
 */
export function freeBackend() {
  /** @type {{ invoice: string, paymentHash: string }[]} */
  const stock = []
  let made = 0
  const layIn = () => {
    while (stock.length < STOCK) stock.push(madeUp((made += 1)))
  }
  return {
    name: 'bench',
    network: 'regtest',
    isFake: true,
    layIn,
    async createInvoice({ amountMsat, expirySeconds }) {
      const { invoice, paymentHash } = stock.pop() ?? madeUp((made += 1))
      const expiresAtMs = Date.now() + expirySeconds * 1000
      return { invoice, paymentHash, amountMsat, expiresAtMs, network: 'regtest' }
    },
    lookUp: async () => 'settled',
  }
}

/** @param {number} number of an invoice for ten satoshis, which all rows cost */
function madeUp(number) {
  const preimage = hash('sha256', `preimage ${number}`, 'hex')
  const text = `lnbcrt100n1p${preimage}`.padEnd(INVOICE_LENGTH, 'q')
  return {
    // In one piece, as it comes off a wire: a text put together is flattened by whoever first looks at it.
    invoice: Buffer.from(text).toString('latin1'),
    paymentHash: hash('sha256', Buffer.from(preimage, 'hex'), 'hex'),
  }
}

/** @param {string} invoice */
export function preimageIn(invoice) {
  const preimage = START.exec(invoice)?.[1]
  if (preimage === undefined) throw new Error(`not an invoice of the suite: ${invoice}`)
  return preimage
}
