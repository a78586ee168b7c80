import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import { createRegtestNetwork } from '@turnpike/regtest'
import type { RegtestNetwork } from '@turnpike/regtest'
import { createRawHttp } from '@turnpike/testkit'
import { admissionOf, ask, billOf, buy, settle } from './purchase.ts'
import { openShop, SHOPS } from './shops.ts'
import type { Shop } from './shops.ts'

/** One real network for all frameworks. */
let network: RegtestNetwork
beforeAll(async () => {
  network = await createRegtestNetwork()
})
afterAll(async () => {
  await network.close()
})

/** The name that L402 had before. */
const lsat = (bought: string): string => bought.replace('L402', 'LSAT')

describe.each(SHOPS)('paying on %s', (_name, open) => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop(open, { lightning: network.backend })
  })
  afterAll(async () => {
    await shop.close()
  })

  test('402, pay, 200; the same again is refused, with another bill', async () => {
    const refused = await ask(`${shop.url}/paid`)
    expect(refused).toMatchObject({ status: 402, body: { code: 'proof_required' } })
    const bill = billOf(refused)
    expect(network.wallet.readInvoice(bill.invoice)).toMatchObject({ amountMsat: 10_000, network: 'regtest' })

    const credential = await settle(bill, network.wallet)
    const served = await ask(`${shop.url}/paid`, credential)
    expect([served.status, served.body, admissionOf(served)]).toEqual([
      200,
      { served: true },
      'lightning;uses=0',
    ])

    const replayed = await ask(`${shop.url}/paid`, credential)
    expect(replayed).toMatchObject({ status: 402, body: { code: 'credential_spent' } })
    expect(billOf(replayed).invoice).not.toBe(bill.invoice)
  })

  test('R31 what a failed handler was paid for is given back: the same credential succeeds later', async () => {
    const credential = await buy(`${shop.url}/paid`, network.wallet)
    shop.mood.fails = true
    expect((await ask(`${shop.url}/paid`, credential)).status).toBe(500)
    shop.mood.fails = false
    await shop.gate.drain()
    expect((await ask(`${shop.url}/paid`, credential)).status).toBe(200)
    expect((await ask(`${shop.url}/paid`, credential)).status).toBe(402)
  })

  test('R23 a bundle of three admits three times, and not a fourth', async () => {
    const credential = await buy(`${shop.url}/bundle`, network.wallet)
    const answers = [1, 2, 3, 4].map(() => `${shop.url}/bundle`)
    const seen: unknown[] = []
    for (const url of answers) {
      const answer = await ask(url, credential)
      seen.push([answer.status, admissionOf(answer)])
    }
    expect(seen).toEqual([
      [200, 'lightning;uses=2'],
      [200, 'lightning;uses=1'],
      [200, 'lightning;uses=0'],
      [402, null],
    ])
  })

  test('R24 who shows an unpaid bill gets it again, and others get their own', async () => {
    const bill = billOf(await ask(`${shop.url}/paid`))
    expect(billOf(await ask(`${shop.url}/paid`, `L402 ${bill.macaroon}:`))).toEqual(bill)
    expect(billOf(await ask(`${shop.url}/paid`)).invoice).not.toBe(bill.invoice)
  })

  test('what was bought for one thing does not open another', async () => {
    const credential = await buy(`${shop.url}/paid`, network.wallet)
    expect(await ask(`${shop.url}/bundle`, credential)).toMatchObject({ status: 402 })
    expect(await ask(`${shop.url}/paid`, credential)).toMatchObject({ status: 200 })
  })

  test.each([
    [
      'in two lines, as Aperture’s clients do',
      (bought: string) => ({ Authorization: [lsat(bought), bought] }),
    ],
    ['as LSAT', (bought: string) => ({ Authorization: lsat(bought) })],
    [
      'in X-L402, beside a key of another kind',
      (bought: string) => ({
        Authorization: 'Bearer something-else',
        'X-L402': bought.slice('L402 '.length),
      }),
    ],
  ])('who shows what was bought %s is served once', async (_how, headers) => {
    const bought = await buy(`${shop.url}/paid`, network.wallet)
    const client = createRawHttp(shop.url)
    const request = { path: '/paid', headers: headers(bought) }
    const statuses = [(await client.send(request)).status, (await client.send(request)).status]
    client.close()
    expect(statuses).toEqual([200, 402])
  })

  test('the fields of a 402 stay below 4 kB, work and a real invoice together', async () => {
    const { headers } = await ask(`${shop.url}/either`)
    const fields = [...headers].map(([name, value]) => `${name}: ${value}`.length + 2)
    const field = headers.get('www-authenticate') ?? ''
    expect(field).toMatch(/^L402 macaroon="[^"]+", invoice="lnbcrt[^"]{300,}".*, PoW /)
    expect(fields.reduce((sum, length) => sum + length, 0)).toBeLessThan(4096)
  })

  test('a preimage of another payment opens nothing', async () => {
    const bill = billOf(await ask(`${shop.url}/paid`))
    const other = await buy(`${shop.url}/paid`, network.wallet)
    const forged = `L402 ${bill.macaroon}:${other.split(':')[1] ?? ''}`
    expect((await ask(`${shop.url}/paid`, forged)).status).toBe(402)
  })

  test.each([
    ['works', { prefer: 'work' }, 'pow;uses=0'],
    ['pays', { prefer: 'pay', solve: false }, 'lightning;uses=0'],
  ] as const)('an agent that %s gets in where either will do', async (_does, options, admission) => {
    const { wallet } = network
    const response = await createFetch({ ...options, wallet, budget: { perCallSats: 20 } })(
      `${shop.url}/either`,
    )
    expect([response.status, response.headers.get('turnpike-admission')]).toEqual([200, admission])
    await response.body?.cancel()
  })
})
