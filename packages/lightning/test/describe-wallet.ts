import type { Wallet } from '@turnpike/client'
import { type Fault, type FaultProxy, startFaultProxy, type Through } from '@turnpike/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { SPECIFIED } from './invoice-vectors.ts'

/** A wallet with a node behind it, and the hands on both ends of its payments. */
export interface OpenWallet {
  readonly wallet: Wallet
  /** What no error may show. */
  readonly secret: string
  /** What it can spend, msat. */
  readonly balanceMsat: () => Promise<number>
  /** An invoice of somebody else. */
  readonly invoice: (terms?: {
    readonly amountMsat?: number
    readonly expirySeconds?: number
  }) => Promise<string>
  /** Keeps payments of that hash under way, until released; or has them turned away. */
  readonly hold: (paymentHash: string) => Promise<void>
  readonly release: (paymentHash: string) => Promise<void>
  readonly cancel: (paymentHash: string) => Promise<void>
  readonly advance: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

export interface WalletSubject {
  /** Opens it once, for all tests. */
  readonly open: (through: Through) => Promise<OpenWallet>
  /** The calls by which it pays; undefined for what is not reached over HTTP. */
  readonly payPath?: RegExp
  /** False where what happens below the answers of its node is the business of code that another subject has shown. */
  readonly transport?: boolean
}

type Opened = () => OpenWallet

/** What every wallet must do (RULES R35), by its port alone; and, where it is reached over HTTP, when its node fails. */
export function describeWallet(name: string, subject: WalletSubject): void {
  describe(`wallet: ${name}`, () => {
    let opened: OpenWallet
    let proxy: FaultProxy | undefined
    beforeAll(async () => {
      opened = await subject.open(async (serviceUrl) => {
        proxy = await startFaultProxy(serviceUrl)
        return proxy.url
      })
    })
    afterEach(() => proxy?.heal())
    afterAll(async () => {
      await opened.close()
      await proxy?.close()
    })
    describeRefusals(() => opened)
    describePayments(() => opened)
    const { payPath, transport = true } = subject
    if (payPath === undefined) return
    const between = (): FaultProxy => {
      if (proxy === undefined) throw new Error('open() has not put the node through the proxy')
      return proxy
    }
    describeAnswers(() => opened, between, payPath)
    if (transport) describeTransport(() => opened, between, payPath)
  })
}

/** What the wallet spends while `act` runs. */
async function spentBy(opened: OpenWallet, act: () => Promise<unknown>): Promise<number> {
  const before = await opened.balanceMsat()
  await act()
  return before - (await opened.balanceMsat())
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => ({ code: `none, but ${inspect(value)}` }),
    (error: unknown) => error,
  )
}

function describeRefusals(opened: Opened): void {
  describe('does not pay', () => {
    const onMainnet = SPECIFIED.find(({ network }) => network === 'bitcoin')?.invoice ?? ''
    const open = SPECIFIED.find(({ refused }) => refused?.includes('open') === true)?.invoice ?? ''

    test.each([
      ['nothing', ''],
      ['what is no invoice', 'lnbcrt100n1qqqqqq'],
      ['what leaves the amount open', open],
      ['what is of another network', onMainnet],
    ])('%s', async (_, invoice) => {
      const { wallet } = opened()
      const spent = await spentBy(opened(), async () => {
        expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'invoice_invalid' })
      })
      expect(spent).toBe(0)
    })

    test('what has expired', async () => {
      const { wallet, advance } = opened()
      const invoice = await opened().invoice({ expirySeconds: 60 })
      await advance(61_000)
      expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'invoice_invalid' })
    })

    test('what its payee turns away: that has definitely failed', async () => {
      const { wallet, cancel } = opened()
      const invoice = await opened().invoice()
      const { paymentHash } = wallet.readInvoice(invoice)
      await cancel(paymentHash)
      const spent = await spentBy(opened(), async () => {
        expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'payment_failed' })
      })
      expect(spent).toBe(0)
      expect((await wallet.findPayment?.(paymentHash))?.state).toMatch(/^(?:failed|unknown)$/)
    })

    test('more than it has: that has definitely failed', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice({ amountMsat: 20_000_000_000 })
      expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'payment_failed' })
    })
  })
}

function describePayments(opened: Opened): void {
  describe('pays', () => {
    test('with a preimage that proves it, and finds it again', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice()
      const { paymentHash, amountMsat } = wallet.readInvoice(invoice)
      expect(amountMsat).toBe(10_000)
      await expect(wallet.findPayment?.(paymentHash)).resolves.toEqual({ state: 'unknown' })
      const spent = await spentBy(opened(), async () => {
        const { preimage, fees_paid } = await wallet.payInvoice({ invoice, maxFeeMsat: 1000 })
        expect(createHash('sha256').update(preimage, 'hex').digest('hex')).toBe(paymentHash)
        expect(fees_paid).toBe(0)
        await expect(wallet.findPayment?.(paymentHash)).resolves.toEqual({
          state: 'succeeded',
          preimage,
          fees_paid,
        })
      })
      expect(spent).toBe(10_000)
    })

    test('an invoice in capitals', async () => {
      const invoice = await opened().invoice()
      await expect(opened().wallet.payInvoice({ invoice: invoice.toUpperCase() })).resolves.toHaveProperty(
        'preimage',
      )
    })

    test('an invoice once, however often it is asked to', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice()
      const spent = await spentBy(opened(), async () => {
        const [one, other] = await Promise.all([
          wallet.payInvoice({ invoice }),
          wallet.payInvoice({ invoice }),
        ])
        expect(other).toEqual(one)
        const later = await wallet.payInvoice({ invoice }).catch((error: unknown) => error)
        expect(later).toMatchObject(
          later instanceof Error ? { code: 'payment_in_doubt' } : { preimage: one.preimage },
        )
      })
      expect(spent).toBe(10_000)
    })

    test('and knows when a payment is under way', async () => {
      const { wallet, hold, release } = opened()
      const invoice = await opened().invoice()
      const { paymentHash } = wallet.readInvoice(invoice)
      await hold(paymentHash)
      const paid = wallet.payInvoice({ invoice })
      await until(async () => (await wallet.findPayment?.(paymentHash))?.state !== 'unknown')
      await expect(wallet.findPayment?.(paymentHash)).resolves.toEqual({ state: 'pending' })
      await release(paymentHash)
      await expect(paid).resolves.toHaveProperty('preimage')
    })
  })
}

type Between = () => FaultProxy

/** One attempt fails; a second one would get through. */
async function failOnce(opened: OpenWallet, proxy: FaultProxy, fault: Fault, payPath: RegExp): Promise<void> {
  const { wallet, secret } = opened
  const invoice = await opened.invoice()
  const sentBefore = proxy.passedOn.length
  proxy.fail(fault, { path: payPath, times: 1 })
  const spent = await spentBy(opened, async () => {
    const error = await errorOf(wallet.payInvoice({ invoice }))
    expect(error).toMatchObject({ code: fault === 'status401' ? 'wallet_unreachable' : 'payment_in_doubt' })
    expect(inspect(error, { depth: 6, showHidden: true })).not.toContain(secret)
  })
  expect(spent).toBe(0)
  expect(proxy.ledAway).toEqual([])
  const sent = proxy.passedOn
    .slice(sentBefore)
    .filter((call) => call.startsWith('POST') && payPath.test(call))
  expect(sent).toEqual([])
}

function describeAnswers(opened: Opened, proxy: Between, payPath: RegExp): void {
  describe('when its node answers nonsense', () => {
    test.each<Fault>(['status500', 'notJson', 'emptyObject'])(
      '%s leaves the payment in doubt, and there is no second attempt',
      async (fault) => await failOnce(opened(), proxy(), fault, payPath),
    )

    test('a preimage that proves nothing leaves the payment in doubt', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice()
      proxy().edit((answer) => answer.replaceAll(/(preimage":\s*")[0-9a-f]{64}/gi, `$1${'ab'.repeat(32)}`))
      expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'payment_in_doubt' })
    })

    test('a look-back that fails is an error, not a state', async () => {
      const { wallet } = opened()
      for (const fault of ['status401', 'status500', 'notJson', 'emptyObject'] as const) {
        proxy().fail(fault)
        await expect(wallet.findPayment?.('ab'.repeat(32))).rejects.toBeInstanceOf(Error)
      }
    })
  })
}

function describeTransport(opened: Opened, proxy: Between, payPath: RegExp): void {
  describe('when its node cannot be talked to', () => {
    test.each<Fault>(['huge', 'redirect', 'drop'])(
      '%s leaves the payment in doubt, and there is no second attempt',
      async (fault) => await failOnce(opened(), proxy(), fault, payPath),
    )

    test('a refused credential is a wallet that was not asked', async () => {
      await failOnce(opened(), proxy(), 'status401', payPath)
    })

    test('a lost answer is looked up', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice()
      proxy().fail('swallow', { path: payPath, times: 1 })
      const spent = await spentBy(opened(), async () => {
        await expect(wallet.payInvoice({ invoice })).resolves.toHaveProperty('preimage')
      })
      expect(spent).toBe(10_000)
    })

    test('without any answer the payment is in doubt, and found later', async () => {
      const { wallet } = opened()
      const invoice = await opened().invoice()
      proxy().fail('swallow')
      expect(await errorOf(wallet.payInvoice({ invoice }))).toMatchObject({ code: 'payment_in_doubt' })
      proxy().heal()
      const { paymentHash } = wallet.readInvoice(invoice)
      await expect(wallet.findPayment?.(paymentHash)).resolves.toMatchObject({ state: 'succeeded' })
    })

    test('a look-back without an answer is an error, not a state', async () => {
      proxy().fail('drop')
      await expect(opened().wallet.findPayment?.('ab'.repeat(32))).rejects.toBeInstanceOf(Error)
    })
  })
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 20))
}
