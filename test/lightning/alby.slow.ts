import { fetch402, Fetch402InterruptedError, fetchWithL402 } from '@getalby/lightning-tools/402'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createRegtestNetwork } from '@turnpike/regtest'
import type { RegtestNetwork } from '@turnpike/regtest'
import { openExpress, openShop } from './shops.ts'
import type { Shop } from './shops.ts'

/** The client of Alby's lightning-tools, as published, with a wallet that really pays. */
let network: RegtestNetwork
let shop: Shop
let paid: string[] = []

/** All that the client asks of a wallet. */
const wallet = {
  payInvoice: async ({ invoice }: { invoice: string }) => {
    paid.push(invoice)
    return await network.wallet.payInvoice({ invoice })
  },
}

beforeAll(async () => {
  network = await createRegtestNetwork()
  shop = await openShop(openExpress, { lightning: network.backend })
})
afterAll(async () => {
  await shop.close()
  await network.close()
})
beforeEach(() => {
  paid = []
})

describe.each([
  ['fetch402', fetch402],
  ['fetchWithL402', fetchWithL402],
])("Alby's %s", (_name, fetchPaid) => {
  test.each([
    ['where only sats will do', '/paid'],
    ['where work would do, too', '/either'],
  ])('pays once and is served %s', async (_where, path) => {
    const response = await fetchPaid(`${shop.url}${path}`, {}, { wallet })
    expect([response.status, response.headers.get('turnpike-admission')]).toEqual([200, 'lightning;uses=0'])
    expect(await response.json()).toEqual({ served: true })
    expect([paid.length, response.payment?.amountSat]).toEqual([1, 10])
  })

  test('uses what it has bought until it is used up, and does not pay again', async () => {
    const url = `${shop.url}/bundle`
    const first = await fetchPaid(url, {}, { wallet })
    await first.body?.cancel()
    const credentials = first.payment?.credentials
    if (credentials === undefined) throw new Error('no credentials')
    const statuses: number[] = []
    for (let call = 0; call < 3; call += 1) {
      const answer = await fetchPaid(url, {}, { wallet, credentials })
      await answer.body?.cancel()
      statuses.push(answer.status)
    }
    expect([first.status, ...statuses]).toEqual([200, 200, 200, 402])
    expect(paid).toHaveLength(1)
  })

  test('can go on after its wallet has lost the answer', async () => {
    const forgetful = {
      async payInvoice({ invoice }: { invoice: string }): Promise<never> {
        await network.wallet.payInvoice({ invoice })
        throw new Error('the answer is lost')
      },
    }
    const url = `${shop.url}/paid`
    const interrupted: unknown = await fetchPaid(url, {}, { wallet: forgetful }).catch(
      (error: unknown) => error,
    )
    if (!(interrupted instanceof Fetch402InterruptedError)) throw new Error('not interrupted')
    const { pendingPayment, paymentHash } = interrupted
    const found = await network.wallet.findPayment(paymentHash)
    if (found.state !== 'succeeded' || pendingPayment === undefined) throw new Error('not found')
    const resume = { pendingPayment, preimage: found.preimage }
    const response = await fetchPaid(url, {}, { wallet, resume })
    expect([response.status, paid.length]).toEqual([200, 0])
    await response.body?.cancel()
  })
})
