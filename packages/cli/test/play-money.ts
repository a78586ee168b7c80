import type { LightningBackend } from '@turnpike/core'
import { createHash, randomBytes } from 'node:crypto'
import { bytesField, numberField, writeInvoice } from '@turnpike/testkit'
import { serve } from './scripted-gate.ts'

export const PASSWORD = 'the-password-of-the-wallet'

/** Money of no value, and no network: a backend that gets it, and a phoenixd that pays with it. */
export interface PlayMoney extends LightningBackend {
  /** An invoice, and the preimage that proves its payment. */
  write(sats: number): { readonly invoice: string; readonly paymentHash: string }
  /** Is this the preimage of one of the invoices? */
  isPreimage(text: string): boolean
  /** Invoices that were paid. */
  readonly paid: string[]
  /** Address of a wallet, for `TURNPIKE_WALLET`: it pays everything, for a satoshi of routing. */
  wallet(): Promise<string>
}

const EXPIRY_SECONDS = 300

export function playMoney(): PlayMoney {
  const sales = new Map<string, { readonly preimage: string; readonly paymentHash: string }>()
  const paid: string[] = []
  let wallet: Promise<string> | undefined

  function write(sats: number) {
    const secret = randomBytes(32)
    const hash = createHash('sha256').update(secret).digest()
    const fields = [
      bytesField(1, hash),
      bytesField(16, randomBytes(32)),
      bytesField(13, Buffer.from('play money')),
      numberField(6, EXPIRY_SECONDS, 4),
    ]
    const invoice = writeInvoice(`lnbcrt${sats * 10}n`, Math.floor(Date.now() / 1000), fields)
    const paymentHash = hash.toString('hex')
    sales.set(invoice, { preimage: secret.toString('hex'), paymentHash })
    return { invoice, paymentHash }
  }

  async function startWallet(): Promise<string> {
    const url = await serve((request, response) => {
      const user = `Basic ${Buffer.from(`:${PASSWORD}`).toString('base64')}`
      if (request.headers.authorization !== user) return void response.writeHead(401).end()
      let form = ''
      request.setEncoding('utf8').on('data', (chunk) => (form += String(chunk)))
      request.on('end', () => {
        const invoice = new URLSearchParams(form).get('invoice') ?? ''
        paid.push(invoice)
        const paymentPreimage = sales.get(invoice)?.preimage
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ recipientAmountSat: 10, routingFeeSat: 1, paymentPreimage }))
      })
    })
    return `${url.replace('http://', `phoenixd+http://:${PASSWORD}@`)}?network=regtest`
  }

  return {
    name: 'play money',
    network: 'regtest',
    createInvoice: async ({ amountMsat }) =>
      await Promise.resolve({
        ...write(amountMsat / 1000),
        amountMsat,
        expiresAtMs: Date.now() + EXPIRY_SECONDS * 1000,
        network: 'regtest',
      }),
    lookUp: async (paymentHash) =>
      await Promise.resolve(
        paid.some((one) => sales.get(one)?.paymentHash === paymentHash) ? 'settled' : 'pending',
      ),
    write,
    isPreimage: (text) => [...sales.values()].some(({ preimage }) => preimage === text),
    paid,
    wallet: async () => await (wallet ??= startWallet()),
  }
}
