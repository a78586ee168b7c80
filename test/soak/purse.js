/** The wallet of all agents of the soak, which remembers what it has paid for and how each purchase was last presented. */
import { createHash } from 'node:crypto'

/**
 * @typedef {object} Purchase
 * @property {string} paymentHash
 * @property {number} amountMsat
 * @property {string} preimage
 * @property {Presentation | undefined} shown how it went to a server; undefined when it never got that far
 *
 * @typedef {object} Presentation
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {string} body
 */

/** @param {import('@turnpike/client').Wallet} wallet */
export function openPurse(wallet) {
  /** By preimage. @type {Map<string, Purchase>} */
  const purchases = new Map()
  return {
    purchases,
    /** @type {import('@turnpike/client').Wallet} */
    wallet: {
      ...wallet,
      async payInvoice(request) {
        const { amountMsat } = wallet.readInvoice(request.invoice)
        const paid = await wallet.payInvoice(request)
        const paymentHash = createHash('sha256').update(Buffer.from(paid.preimage, 'hex')).digest('hex')
        purchases.set(paid.preimage, { paymentHash, amountMsat, preimage: paid.preimage, shown: undefined })
        return paid
      },
    },
    /**
     * Sends, and takes down which purchase it carries.
     *
     * @type {typeof fetch}
     */
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = await request.clone().text()
      const headers = Object.fromEntries(request.headers)
      const proof = `${headers['authorization'] ?? ''} ${headers['x-l402'] ?? ''} ${body}`
      for (const [word] of proof.matchAll(/[0-9a-f]{64}/g)) {
        const purchase = purchases.get(word)
        if (purchase !== undefined) purchase.shown = { path: new URL(request.url).pathname, headers, body }
      }
      return await fetch(request)
    },
  }
}

/** @typedef {ReturnType<typeof openPurse>} Purse */
