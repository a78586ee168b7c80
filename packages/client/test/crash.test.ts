import { describe, expect, test } from '@jest/globals'
import { memoryLedger, PaymentError } from '@turnpike/client'
import type { Ledger, Payment, PaymentState, Wallet } from '@turnpike/client'
import { client, useServers } from './site.ts'
import { toySeller } from './toy-seller.ts'
import { toyNetwork, walletOf, type ToyNetwork, type ToyWalletOptions } from './toy-wallet.ts'

const serve = useServers()

/** Stands for kill -9: from one step on, nothing that was begun ever comes back. */
function mortal(diesAtStep: number) {
  let steps = 0
  let die = (): void => {}
  const died = new Promise<'died'>((resolve) => {
    die = () => resolve('died')
  })
  const step = async (): Promise<void> => {
    steps += 1
    if (steps < diesAtStep) return
    die()
    await new Promise<never>(() => {})
  }
  const both = async <T>(act: () => Promise<T>): Promise<T> => {
    await step()
    const done = await act()
    await step()
    return done
  }
  return { both, died, isOver: () => steps < diesAtStep }
}

/** The same book as another process sees it, which knows that the ones before it are dead. */
function seenBy(process: string, ledger: Ledger, both: ReturnType<typeof mortal>['both']): Ledger {
  return {
    process,
    isGone: (other) => other !== process,
    read: async () => await both(async () => await ledger.read()),
    update: async (turn) => await both(async () => await ledger.update(turn)),
  }
}

function walletSeenBy(
  network: ToyNetwork,
  both: ReturnType<typeof mortal>['both'],
  options: ToyWalletOptions = {},
): Wallet {
  const wallet = walletOf(network, options)
  return {
    ...wallet,
    payInvoice: async (request) => await both(async () => await wallet.payInvoice(request)),
  }
}

/** One call in a process that dies at a step, and the same call in a process after it. */
async function callTwice(diesAtStep: number, options: ToyWalletOptions = {}) {
  const network = toyNetwork()
  const seller = toySeller(network)
  const url = await serve(seller.handle)
  const ledger = memoryLedger()
  const first = mortal(diesAtStep)
  const send: typeof fetch = async (...request) => await first.both(async () => await fetch(...request))
  const c = client({
    wallet: walletSeenBy(network, first.both, options),
    ledger: seenBy('first', ledger, first.both),
    fetch: send,
  })
  const end = await Promise.race([c.fetch(url).then(() => 'done'), first.died])
  const { both } = mortal(Infinity)
  const next = client({
    wallet: walletSeenBy(network, both, options),
    ledger: seenBy('second', ledger, both),
  })
  const { status } = await next.fetch(url)
  return { end, status, network, seller, ledger, next }
}

describe('a process that dies between two steps of a paid call', () => {
  test('R35 never pays for nothing: the one after it goes on with what was begun', async () => {
    let step = 1
    let resumed = 0
    for (; ; step += 1) {
      const { end, status, network, seller, ledger, next } = await callTwice(step)
      if (end === 'done') break
      expect([step, status]).toEqual([step, 200])
      // What was served to the dead one was paid for, too.
      expect([step, network.paid.length]).toEqual([step, seller.seen.admitted])
      const { spends, purchases } = await ledger.read()
      expect([step, spends.map(({ paymentHash }) => paymentHash), purchases]).toEqual([
        step,
        network.paid,
        [],
      ])
      if (next.types().includes('paid') && next.events.some((e) => e.type === 'paid' && e.isResumed))
        resumed += 1
    }
    expect(step).toBeGreaterThan(10)
    expect(resumed).toBeGreaterThan(1)
  })

  test('R35 with a wallet that cannot look back: what is in doubt stays reserved, and nothing else is paid', async () => {
    for (let step = 1; ; step += 1) {
      const { end, status, network, ledger, next } = await callTwice(step, { onFind: false })
      if (end === 'done') break
      const { spends, purchases } = await ledger.read()
      // Either all went well, or one payment is in doubt and neither spent nor free.
      const isWell = status === 200 && spends.length === network.paid.length && purchases.length === 0
      const isInDoubt = status === 402 && next.reason() === 'payment_in_doubt' && purchases.length === 1
      expect([step, isWell || isInDoubt, network.paid.length - spends.length <= 1]).toEqual([
        step,
        true,
        true,
      ])
    }
  })
})

describe('a payment in doubt', () => {
  /** A wallet whose first payment breaks off, having gone through or not. */
  async function doubtful(
    goesThrough: boolean,
    onFind?: ToyWalletOptions['onFind'],
    error: Error = new Error('timeout'),
  ) {
    const network = toyNetwork()
    const seller = toySeller(network)
    const url = await serve(seller.handle)
    let payments = 0
    const onPay = (pay: () => Payment): Payment => {
      payments += 1
      if (payments > 1) return pay()
      if (goesThrough) pay()
      throw error
    }
    let ahead = 0
    const wallet = walletOf(network, onFind === undefined ? { onPay } : { onPay, onFind })
    const c = client({ wallet, budget: { perDaySats: 100 }, now: () => Date.now() + ahead })
    return { ...c, network, seller, url, wallet, later: (ms: number) => (ahead += ms) }
  }

  test('is looked up at once, and goes on where it went through', async () => {
    const { fetch, url, network, types } = await doubtful(true)
    expect((await fetch(url)).status).toBe(200)
    expect([network.paid.length, types()]).toEqual([1, ['challenged', 'paying', 'paid']])
  })

  test('R35 that the wallet does not know of yet is never sent again: it may still be on its way', async () => {
    const { fetch, url, wallet, reason, types, network } = await doubtful(false)
    for (let call = 0; call < 3; call += 1) {
      expect([(await fetch(url)).status, reason()]).toEqual([402, 'payment_in_doubt'])
    }
    expect(types()).toContain('inDoubt')
    expect(wallet.asked).toHaveLength(1)
    // It arrives.
    network.paid.push(...wallet.asked)
    expect((await fetch(url)).status).toBe(200)
    expect([wallet.asked.length, network.paid.length]).toEqual([1, 1])
  })

  test('that the wallet does not know of is free again when its invoice has expired', async () => {
    const { fetch, url, wallet, later, network } = await doubtful(false)
    expect((await fetch(url)).status).toBe(402)
    later(660_000)
    network.invoiceLifeMs = 1_200_000
    expect((await fetch(url)).status).toBe(200)
    expect([new Set(wallet.asked).size, network.paid.length]).toEqual([2, 1])
  })

  test('R35 of a process that died is sent once more, and not a third time', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const ledger = memoryLedger()
    const onPay = async () => await new Promise<never>(() => {})
    const ends: [number, string | undefined][] = []
    for (const process of ['first', 'second', 'third']) {
      const wallet = walletOf(network, { onPay })
      const isGone = (other: string): boolean => other !== process
      const c = client({ wallet, ledger: { ...ledger, process, isGone } })
      void c.fetch(url)
      const isAtWork = (): boolean => wallet.asked.length > 0 || c.reason() !== undefined
      while (!isAtWork()) await new Promise((resolve) => setTimeout(resolve, 2))
      ends.push([wallet.asked.length, c.reason()])
    }
    expect(ends).toEqual([
      [1, undefined],
      [1, undefined],
      [0, 'payment_in_doubt'],
    ])
  })

  test('R35 of a call that a human took long to approve is not taken over by another one', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    let now = Date.now()
    let finish = (): void => {}
    const held = new Promise<void>((resolve) => (finish = resolve))
    const wallet = walletOf(network, { onPay: async (pay) => (await held, pay()) })
    // Slower than any hold lasts; the invoice is good for longer.
    network.invoiceLifeMs = 3_600_000
    const ask = () => ((now += 700_000), true)
    const c = client({ wallet, now: () => now, approveAbove: { sats: 0, ask } })
    const calls = [c.fetch(url)]
    while (wallet.asked.length < 1) await new Promise((resolve) => setTimeout(resolve, 2))
    calls.push(c.fetch(url))
    while (wallet.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    finish()
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200])
    expect([new Set(wallet.asked).size, c.types().includes('inDoubt')]).toEqual([2, false])
  })

  test('R35 whose end cannot be written down stays reserved; the call ends as it would have', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const inner = memoryLedger()
    const wallet = walletOf(network, { onPay: () => Promise.reject(new Error('timeout')) })
    const update: Ledger['update'] = async (turn) => {
      if (wallet.asked.length > 0) throw new Error('disk full')
      return await inner.update(turn)
    }
    const c = client({ wallet, ledger: { ...inner, update } })
    expect([(await c.fetch(url)).status, c.reason()]).toEqual([402, 'payment_in_doubt'])
    expect(c.types()).toContain('ledgerFailed')
    expect((await inner.read()).purchases).toHaveLength(1)
  })

  test.each<[string, ToyWalletOptions['onFind']]>([
    ['under way', () => ({ state: 'pending' })],
    ['not to be looked up', () => Promise.reject(new Error('away'))],
    ['of a wallet that cannot look back', false],
  ])('that is %s stays reserved, and nothing more is paid for the same thing', async (_, onFind) => {
    const { fetch, url, wallet, reason } = await doubtful(false, onFind)
    for (let call = 0; call < 3; call += 1) {
      expect([(await fetch(url)).status, reason()]).toEqual([402, 'payment_in_doubt'])
    }
    expect(wallet.asked).toHaveLength(1)
    // Beside the 15 of 100 sats that are reserved, eight times 10 and the last one's fee limit fit.
    const others: string[] = []
    for (const path of 'abcdefghi') {
      others.push(
        await fetch(`${url}/${path}`).then(
          ({ status }) => String(status),
          (error: Error) => error.name,
        ),
      )
    }
    expect(others).toEqual([...Array.from({ length: 8 }, () => '200'), 'BudgetExceededError'])
  })

  test.each([
    ['says so itself', new PaymentError('payment_in_doubt', 'no answer')],
    ['breaks off in any other way', new TypeError('fetch failed')],
  ])('is one where the wallet %s: it stays reserved', async (_, error) => {
    const { fetch, url, reason, types } = await doubtful(true, false, error)
    expect([(await fetch(url)).status, reason()]).toEqual([402, 'payment_in_doubt'])
    expect(types()).not.toContain('notPaid')
  })

  test('that failed in the end is free again, also for other calls', async () => {
    let state: PaymentState = { state: 'pending' }
    const { fetch, url, later, types } = await doubtful(false, () => state)
    expect((await fetch(`${url}/a`)).status).toBe(402)
    for (const path of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) await fetch(`${url}/${path}`)
    await expect(fetch(`${url}/j`)).rejects.toThrow('budget_exceeded')
    state = { state: 'failed' }
    later(61_000)
    expect((await fetch(`${url}/k`)).status).toBe(200)
    expect(types()).toContain('inDoubt')
  })

  test('that failed in the end is made anew, with another invoice', async () => {
    let state: PaymentState = { state: 'pending' }
    const { fetch, url, wallet, types } = await doubtful(false, () => state)
    expect((await fetch(url)).status).toBe(402)
    state = { state: 'failed' }
    expect((await fetch(url)).status).toBe(200)
    expect([new Set(wallet.asked).size, wallet.asked.length]).toEqual([2, 2])
    expect(types()).toContain('notPaid')
  })

  test('whose preimage is that of something else stays reserved: the money may be gone', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const onPay = (pay: () => Payment): Payment => ({ ...pay(), preimage: 'ab'.repeat(32) })
    const c = client({ wallet: walletOf(network, { onPay, onFind: false }) })
    expect([(await c.fetch(url)).status, c.reason()]).toEqual([402, 'payment_in_doubt'])
  })

  test.each(['payment_failed', 'wallet_unreachable', 'invoice_invalid'] as const)(
    'is none after %s',
    async (code) => {
      const network = toyNetwork()
      const ledger = memoryLedger()
      const onPay = () => {
        throw new PaymentError(code, 'no')
      }
      const c = client({ wallet: walletOf(network, { onPay }), ledger })
      await c.fetch(await serve(toySeller(network).handle))
      expect([c.reason(), (await ledger.read()).purchases]).toEqual(['payment_failed', []])
    },
  )
})
