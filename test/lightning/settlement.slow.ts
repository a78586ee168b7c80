import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { memoryStore } from '@turnpike/core'
import type { GateOptions } from '@turnpike/core'
import { lnbits, lnd } from '@turnpike/lightning'
import { createRegtestNetwork, startLnbitsFront, startLndFront } from '@turnpike/regtest'
import type { LnbitsFront, LndFront, RegtestNetwork } from '@turnpike/regtest'
import { ask, billOf, buy, settle } from './purchase.ts'
import { openExpress, openShop } from './shops.ts'
import type { Shop } from './shops.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Both sides of it are late payers, and takers of late payments, as many nodes are. */
let network: RegtestNetwork
let nowMs = Date.now()
let shop: Shop
const now = (): number => nowMs

beforeAll(async () => {
  network = await createRegtestNetwork({ now, acceptsLate: true })
})
afterAll(async () => {
  await network.close()
})
afterEach(async () => {
  await shop.close()
})

async function open(options: GateOptions): Promise<void> {
  shop = await openShop(openExpress, { now, store: memoryStore({ now }), ...options })
}

describe('the time of a payment', () => {
  beforeEach(async () => {
    await open({ lightning: network.backend })
  })

  test('R27 may be after the end of its invoice: what arrived counts', async () => {
    const bill = billOf(await ask(`${shop.url}/paid`))
    nowMs += 11 * MINUTE_MS
    const late = await settle(bill, network.wallet)
    expect((await ask(`${shop.url}/paid`, late)).status).toBe(200)
  })

  test('R27 does not matter any more once the credential has ended', async () => {
    const credential = await buy(`${shop.url}/paid`, network.wallet)
    nowMs += 24 * HOUR_MS + 2 * MINUTE_MS
    expect(await ask(`${shop.url}/paid`, credential)).toMatchObject({
      status: 402,
      body: { code: 'credential_expired' },
    })
  })
})

describe('a node that tells anyone the preimages of unpaid invoices', () => {
  let front: LnbitsFront
  beforeEach(async () => {
    front = await startLnbitsFront(network)
    const { invoiceKey } = front.merchant
    await open({ lightning: lnbits({ url: front.url, invoiceKey, network: 'regtest', now }) })
  })
  afterEach(async () => {
    await front.close()
  })

  test('R26 sells nothing for a preimage that was not paid for, and does for the same one once it was', async () => {
    const bill = billOf(await ask(`${shop.url}/paid`))
    const { paymentHash } = network.wallet.readInvoice(bill.invoice)
    const leaked = await ask(`${front.url}/api/v1/payments/${paymentHash}`)
    const stolen = `L402 ${bill.macaroon}:${String(leaked.body['preimage'])}`

    const refused = await ask(`${shop.url}/paid`, stolen)
    expect(refused).toMatchObject({ status: 402, body: { code: 'credential_unsettled' } })
    expect(billOf(refused)).toEqual(bill)

    expect(await settle(bill, network.wallet)).toBe(stolen)
    // That it was not settled is known for a second.
    nowMs += 1001
    expect((await ask(`${shop.url}/paid`, stolen)).status).toBe(200)
  })
})

describe('a node that fails', () => {
  let front: LndFront
  beforeEach(async () => {
    front = await startLndFront(network)
    const backend = lnd({
      url: front.url,
      macaroon: front.invoiceMacaroon,
      network: 'regtest',
      now,
      timeoutMs: 2000,
    })
    await open({ lightning: backend, payments: { invoiceWait: '1s' } })
  })
  afterEach(async () => {
    await front.close()
  })

  test.each(['refuse', 'drop', 'garble', 'hang'] as const)(
    'R24 by %s closes the way of sats alone, and only while it does',
    async (disturbance) => {
      front.disturb(disturbance)
      const [paid, either] = await Promise.all([ask(`${shop.url}/paid`), ask(`${shop.url}/either`)])
      expect(paid).toMatchObject({ status: 503, body: { code: 'lightning_down' } })
      expect(either.status).toBe(402)
      expect(either.headers.get('www-authenticate')).toMatch(/^PoW /)
      front.disturb(undefined)
      nowMs += MINUTE_MS
      expect((await ask(`${shop.url}/paid`, await buy(`${shop.url}/paid`, network.wallet))).status).toBe(200)
    },
  )

  test('R26 when it is asked about a payment, spends nothing: the credential is good afterwards', async () => {
    const credential = await buy(`${shop.url}/paid`, network.wallet)
    front.disturb('drop')
    expect(await ask(`${shop.url}/paid`, credential)).toMatchObject({
      status: 503,
      body: { code: 'lightning_down' },
    })
    front.disturb(undefined)
    nowMs += MINUTE_MS
    expect((await ask(`${shop.url}/paid`, credential)).status).toBe(200)
  })
})
