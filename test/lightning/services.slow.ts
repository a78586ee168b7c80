import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import type { ClientEvent } from '@turnpike/client'
import type { GateEvent, GateOptions } from '@turnpike/core'
import { createRegtestNetwork } from '@turnpike/regtest'
import type { RegtestNetwork } from '@turnpike/regtest'
import { inspect } from 'node:util'
import { ask, billOf, settle } from './purchase.ts'
import { SERVICES } from './services.ts'
import type { Service } from './services.ts'
import { openExpress, openShop } from './shops.ts'
import type { Shop } from './shops.ts'

const SECRET = 'canary-secret-canary-secret-canary-secret'
const EVENTS = ['admitted', 'refused', 'issued', 'ended', 'payment', 'overlap', 'warning'] as const

/** All that operators and agents get to see: events, log lines, audit lines, errors, what is printed. */
const seen: unknown[] = []
let network: RegtestNetwork

beforeAll(async () => {
  // The SDK of Nostr Wallet Connect tells each step and each end.
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, level).mockImplementation((...words: unknown[]) => void seen.push(words))
  }
  network = await createRegtestNetwork()
})
afterAll(async () => {
  await network.close()
  jest.restoreAllMocks()
})

describe.each(Object.entries(SERVICES))('a shop and an agent that use %s', (_name, open) => {
  let service: Service
  let shop: Shop
  const openWith = async (options: GateOptions): Promise<void> => {
    service = await open(network)
    shop = await openShop(openExpress, { lightning: service.backend, ...options })
  }
  afterEach(async () => {
    // The shop closes its backend.
    await shop.close()
    await service.wallet.close()
    await service.front.close()
  })

  test('make four calls, for two bundles', async () => {
    await openWith({ payments: { invoiceWait: '10s' } })
    const before = await network.wallet.balanceMsat()
    const bought: string[] = []
    const fetch = createFetch({
      wallet: service.wallet,
      solve: false,
      onEvent: ({ type }) => void (type === 'paid' && bought.push(type)),
    })
    const admissions: (string | null)[] = []
    for (let call = 0; call < 4; call += 1) {
      const response = await fetch(`${shop.url}/bundle`)
      admissions.push(response.headers.get('turnpike-admission'))
      await response.body?.cancel()
    }
    expect(admissions).toEqual([
      'lightning;uses=2',
      'lightning;uses=1',
      'lightning;uses=0',
      'lightning;uses=2',
    ])
    expect(bought).toHaveLength(2)
    expect(before - (await network.wallet.balanceMsat())).toBe(60_000)
  })

  describe('whatever goes wrong', () => {
    beforeEach(async () => {
      seen.length = 0
      await openWith({
        secret: SECRET,
        log: (line) => void seen.push(line),
        audit: (line) => void seen.push(line),
      })
      for (const type of EVENTS) shop.gate.on(type, (event: GateEvent) => seen.push(event))
    })

    test('show no preimage, macaroon, invoice or password', async () => {
      const { wallet, front, secrets } = service
      const traded = await trade(shop)
      await visit(shop, wallet)
      // The shop gets no invoice, then the agent no answer from its wallet.
      front.disturb?.('refuse')
      await visit(shop, wallet)
      front.disturb?.(undefined)
      const bill = billOf(await ask(`${shop.url}/paid`))
      front.disturb?.('garble')
      await wallet.payInvoice(bill).catch((error: unknown) => void seen.push(error))
      await wallet.payInvoice({ invoice: 'nonsense' }).catch((error: unknown) => void seen.push(error))
      front.disturb?.(undefined)
      await shop.gate.close()

      const text = inspect(seen, { depth: 10, maxArrayLength: null, maxStringLength: null })
      expect(text.length).toBeGreaterThan(2000)
      for (const secret of [SECRET, ...secrets, ...traded, bill.macaroon, bill.invoice]) {
        expect(secret.length).toBeGreaterThan(20)
        expect(text).not.toContain(secret)
      }
    }, 20_000)
  })
})

/** Buys, is served, is refused, shows nonsense, and has the handler fail. @returns what must not be seen of it */
async function trade(shop: Shop): Promise<readonly string[]> {
  const bill = billOf(await ask(`${shop.url}/paid`))
  const credential = await settle(bill, network.wallet)
  shop.mood.fails = true
  await ask(`${shop.url}/paid`, credential)
  shop.mood.fails = false
  await shop.gate.drain()
  const shown = [credential, credential, `${credential}0`, `L402 ${bill.macaroon}:${'00'.repeat(32)}`]
  for (const one of shown) await ask(`${shop.url}/paid`, one)
  return [bill.macaroon, bill.invoice, credential.split(':')[1] ?? '']
}

/** An agent that pays, if it can. */
async function visit(shop: Shop, wallet: Service['wallet']): Promise<void> {
  const onEvent = (event: ClientEvent) => seen.push(event)
  const fetch = createFetch({ wallet, solve: false, maxWaitMs: 0, onEvent })
  const response = await fetch(`${shop.url}/paid`).catch((error: unknown) => void seen.push(error))
  await response?.body?.cancel()
}
