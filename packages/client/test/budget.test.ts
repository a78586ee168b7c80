import { describe, expect, test } from '@jest/globals'
import { BudgetExceededError, memoryLedger, PaymentError } from '@turnpike/client'
import { client, useServers } from './site.ts'
import { toyGate } from './toy-gate.ts'
import { toySeller } from './toy-seller.ts'
import { toyNetwork, walletOf } from './toy-wallet.ts'

const serve = useServers()

describe('the budget', () => {
  test.each([
    ['perCallSats', 14.9, 10_000, 0],
    ['perDaySats', 14.9, 10_000, 0],
    ['totalSats', 0, 10_000, 0],
    ['perHostSats', 12, 10_000, 0],
  ] as const)(
    'of %s %d ends a call with what was asked, and nothing is paid',
    async (limit, sats, amountMsat, usedMsat) => {
      const network = toyNetwork()
      const url = await serve(toySeller(network).handle)
      const c = client({ wallet: walletOf(network), budget: { [limit]: sats } })
      const error: unknown = await c.fetch(url).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(BudgetExceededError)
      const asked = { origin: url, amountMsat, maxFeeMsat: 5000, limit, limitMsat: sats * 1000, usedMsat }
      expect(error).toMatchObject({ code: 'budget_exceeded', asked })
      expect([network.paid, c.reason()]).toEqual([[], 'over_budget'])
    },
  )

  test('leaves the other ways open', async () => {
    const network = toyNetwork()
    const gate = toyGate()
    const url = await serve((request, response) => {
      if (request.headers['x-pow-solution'] !== undefined) gate.handle(request, response)
      else gate.offerWith(response, network.invoice(10_000).invoice)
    })
    const c = client({ wallet: walletOf(network), prefer: 'pay', budget: { perCallSats: 1 } })
    expect((await c.fetch(url)).status).toBe(200)
    expect(network.paid).toEqual([])
  })

  test('R35 counts what was reserved until it is known to be free', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    let fails = true
    const onPay = (pay: () => { preimage: string }) => {
      if (fails) throw new PaymentError('payment_failed', 'no route')
      return pay()
    }
    const c = client({ wallet: walletOf(network, { onPay }), budget: { perDaySats: 15 } })
    expect((await c.fetch(`${url}/a`)).status).toBe(402)
    expect([c.types(), c.reason()]).toEqual([['challenged', 'paying', 'notPaid', 'gaveUp'], 'payment_failed'])
    fails = false
    expect((await c.fetch(`${url}/b`)).status).toBe(200)
    await expect(c.fetch(`${url}/c`)).rejects.toThrow('budget_exceeded')
  })

  test('counts the whole fee limit where the wallet does not say what routing cost', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const ledger = memoryLedger()
    const onPay = (pay: () => { preimage: string }) => ({ preimage: pay().preimage })
    await client({ wallet: walletOf(network, { onPay }), ledger }).fetch(url)
    expect((await ledger.read()).spends).toMatchObject([{ msat: 15_000, paymentHash: network.paid[0] }])
  })

  test.each([Infinity, NaN, -1, 1e300])(
    'R35 counts it, too, where the wallet says %d for routing',
    async (fee) => {
      const network = toyNetwork()
      const url = await serve(toySeller(network).handle)
      const ledger = memoryLedger()
      await client({ wallet: walletOf(network, { feeMsat: fee }), ledger }).fetch(url)
      expect((await ledger.read()).spends).toMatchObject([{ msat: 15_000 }])
    },
  )

  test('holds among twenty calls at once', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const c = client({ wallet: walletOf(network), budget: { perDaySats: 45, maxFeeSats: 0 } })
    const calls = Array.from({ length: 20 }, async (_, call) => await c.fetch(`${url}/${call}`))
    const ended = await Promise.allSettled(calls)
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    expect(network.paid).toHaveLength(4)
  })
})

describe('approveAbove', () => {
  const price = { amountMsat: 10_000, maxFeeMsat: 5000 }

  test('asks about more than its sats, and no is no', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const asked: unknown[] = []
    for (const [sats, answer] of [
      [14, false],
      [14, true],
      [15, false],
    ] as const) {
      const ask = (approval: unknown) => (asked.push(approval), answer)
      const c = client({ wallet: walletOf(network), approveAbove: { sats, ask } })
      await c.fetch(`${url}/tool`, { method: 'POST' })
      expect(c.reason()).toBe(answer || sats === 15 ? undefined : 'not_approved')
    }
    expect(asked).toEqual(Array.from({ length: 2 }, () => ({ origin: url, request: 'POST /tool', ...price })))
    expect(network.paid).toHaveLength(2)
  })

  test.each(['no', 1, {}, undefined])('takes nothing but true for a yes: not %p', async (answer) => {
    const network = toyNetwork()
    const ask = () => answer as boolean
    const c = client({ wallet: walletOf(network), approveAbove: { sats: 0, ask } })
    await c.fetch(await serve(toySeller(network).handle))
    expect([c.reason(), network.paid]).toEqual(['not_approved', []])
  })

  test('that throws ends the call, and nothing is paid', async () => {
    const network = toyNetwork()
    const ask = () => Promise.reject(new Error('nobody there'))
    const c = client({ wallet: walletOf(network), approveAbove: { sats: 0, ask } })
    await expect(c.fetch(await serve(toySeller(network).handle))).rejects.toThrow('nobody there')
    expect(network.paid).toEqual([])
  })
})
