import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PaymentError } from '@turnpike/client'
import { readInvoice } from '@turnpike/lightning'
import { createRegtestNetwork } from '@turnpike/regtest'
import type { RegtestNetwork } from '@turnpike/regtest'
import { createHash } from 'node:crypto'

const { signal } = new AbortController()
const HOUR_S = 3600

/** BOLT 11's own examples; both belong to a far mainnet node. */
const MAINNET =
  'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpu9qrsgqhtjpauu9ur7fw2thcl4y9vfvh4m9wlfyz2gem29g5ghe2aak2pm3ps8fdhtceqsaagty2vph7utlgj48u0ged6a337aewvraedendscp573dxr'

/** In real time, shared by all that needs no clock of its own. */
let network: RegtestNetwork
/** On a clock that tests set; its wallet has little. */
let timed: RegtestNetwork
let nowMs = 1_790_000_000_000

beforeAll(async () => {
  network = await createRegtestNetwork()
  timed = await createRegtestNetwork({ now: () => nowMs, balanceSats: 10_000 })
})
afterAll(async () => {
  await network.close()
  await timed.close()
})

const invoiceOf = async (of: RegtestNetwork, sats: number, expirySeconds = HOUR_S) =>
  await of.backend.createInvoice({ amountMsat: sats * 1000, memo: 'tests', expirySeconds, signal })

const sha256 = (hex: string): string => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')

describe('a wallet', () => {
  test.each([
    ['nothing', '', /no BOLT 11 invoice/],
    ['no invoice', 'lnbcrt1nonsense', /no BOLT 11 invoice/],
    ['an invoice of another network', MAINNET, /not of regtest/],
  ])('refuses %s', async (_what, invoice, message) => {
    await expect(network.wallet.payInvoice({ invoice })).rejects.toThrow(message)
    await expect(network.wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'invoice_invalid' })
  })

  test('refuses an invoice with a mistyped letter', async () => {
    const { invoice } = await invoiceOf(network, 10)
    const mistyped = invoice.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))
    await expect(network.wallet.payInvoice({ invoice: mistyped })).rejects.toMatchObject({
      code: 'invoice_invalid',
    })
  })

  test('pays, and what it gets is the preimage of the payment hash', async () => {
    const { invoice, paymentHash } = await invoiceOf(network, 21)
    const before = await network.wallet.balanceMsat()
    const { preimage, fees_paid } = await network.wallet.payInvoice({ invoice })
    expect([sha256(preimage), fees_paid]).toEqual([paymentHash, 0])
    expect(before - (await network.wallet.balanceMsat())).toBe(21_000)
    expect(await network.wallet.findPayment(paymentHash)).toEqual({
      state: 'succeeded',
      preimage,
      fees_paid: 0,
    })
  })

  test('reads what the invoice demands', async () => {
    const { invoice, paymentHash, expiresAtMs } = await invoiceOf(network, 21)
    expect(network.wallet.readInvoice(invoice)).toMatchObject({
      paymentHash,
      amountMsat: 21_000,
      expiresAtMs,
      network: 'regtest',
    })
  })

  test('does not pay an invoice twice, and knows how the first payment ended', async () => {
    const { invoice, paymentHash } = await invoiceOf(network, 10)
    const { preimage } = await network.wallet.payInvoice({ invoice })
    const before = await network.wallet.balanceMsat()
    await expect(network.wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    expect(await network.wallet.send(invoice)).toMatchObject({ fault: 'already_paid' })
    expect(await network.wallet.findPayment(paymentHash)).toMatchObject({ state: 'succeeded', preimage })
    expect(await network.wallet.balanceMsat()).toBe(before)
  })

  test('pays once when it is asked twice at once', async () => {
    const { invoice } = await invoiceOf(network, 10)
    const outcomes = await Promise.all([network.wallet.send(invoice), network.wallet.send(invoice)])
    expect(outcomes.map(({ state }) => state)).toEqual(['succeeded', 'failed'])
  })

  test('pays many at once', async () => {
    const invoices = await Promise.all([1, 2, 3, 4, 5].map(async (sats) => await invoiceOf(network, sats)))
    const payments = await Promise.all(
      invoices.map(async ({ invoice }) => await network.wallet.payInvoice({ invoice })),
    )
    expect(payments.map(({ preimage }) => sha256(preimage))).toEqual(
      invoices.map(({ paymentHash }) => paymentHash),
    )
  })

  test('cannot pay what another wallet has paid', async () => {
    const other = await network.openWallet({ balanceSats: 2000 })
    const { invoice } = await invoiceOf(network, 10)
    await other.payInvoice({ invoice })
    expect(await network.wallet.send(invoice)).toMatchObject({ state: 'failed', fault: 'rejected' })
    await expect(network.wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_failed' })
  })

  test('has what it was given, and cannot send more', async () => {
    const poor = await network.openWallet({ balanceSats: 1000 })
    expect(await poor.balanceMsat()).toBe(1_000_000)
    const { invoice, paymentHash } = await invoiceOf(network, 1001)
    expect(await poor.send(invoice)).toMatchObject({ fault: 'insufficient_liquidity' })
    await expect(poor.payInvoice({ invoice })).rejects.toBeInstanceOf(PaymentError)
    expect(await poor.findPayment(paymentHash)).toEqual({ state: 'unknown' })
    const affordable = await invoiceOf(network, 1000)
    expect(await poor.send(affordable.invoice)).toMatchObject({ state: 'succeeded' })
  })

  test('can send most of its channel in one payment', async () => {
    const { invoice } = await invoiceOf(network, 9_000_000)
    expect(await network.wallet.send(invoice)).toMatchObject({ state: 'succeeded' })
  })

  test.each([999, 0.5, -1, Number.NaN, 15_000_001])('cannot be opened with %p sats', async (balanceSats) => {
    await expect(network.openWallet({ balanceSats })).rejects.toThrow('balanceSats must be')
  })

  test('finds no way to a payee of another network', async () => {
    const { invoice } = await invoiceOf(timed, 10, 10 * 365 * 86_400)
    expect(await network.wallet.send(invoice)).toMatchObject({ fault: 'no_route' })
  })

  test('does not pay what has expired, whatever the time of the machine', async () => {
    const { invoice } = await invoiceOf(timed, 10, 60)
    nowMs += 60_000
    expect(await timed.wallet.send(invoice)).toMatchObject({ fault: 'expired' })
    await expect(timed.wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_failed' })
  })
})

describe('the payee', () => {
  test.each([0, -1000, 0.5, Number.NaN])('makes no invoice of %p msat', async (amountMsat) => {
    const asked = { amountMsat, memo: '', expirySeconds: 60, signal }
    await expect(network.backend.createInvoice(asked)).rejects.toThrow('amountMsat')
  })

  test('makes no invoice with a memo beyond 639 bytes', async () => {
    const asked = { amountMsat: 1000, expirySeconds: 60, signal }
    await expect(network.backend.createInvoice({ ...asked, memo: 'é'.repeat(320) })).rejects.toThrow('639')
    const made = await network.backend.createInvoice({ ...asked, memo: 'é'.repeat(319) })
    expect(readInvoice(made.invoice).memo).toBe('é'.repeat(319))
  })

  test('does nothing for those who have left', async () => {
    const asked = { amountMsat: 1000, memo: '', expirySeconds: 60, signal: AbortSignal.abort() }
    await expect(network.backend.createInvoice(asked)).rejects.toThrow('abort')
    await expect(network.backend.lookUp('00'.repeat(32), asked.signal)).rejects.toThrow('abort')
  })

  test('cannot say how an invoice stands that it has not made', async () => {
    await expect(network.backend.lookUp('00'.repeat(32), signal)).rejects.toThrow('no invoice')
  })

  test('makes invoices that others read alike: amount, memo, expiry, hash', async () => {
    const asked = { amountMsat: 10_000, memo: 'hello é', expirySeconds: 600, signal }
    const { invoice, paymentHash, expiresAtMs } = await timed.backend.createInvoice(asked)
    expect(readInvoice(invoice)).toMatchObject({
      paymentHash,
      amountMsat: 10_000,
      memo: 'hello é',
      expirySeconds: 600,
      expiresAtMs,
    })
    expect(expiresAtMs).toBe(Math.floor(nowMs / 1000) * 1000 + 600_000)
    expect(invoice).toMatch(/^lnbcrt100n1/)
  })

  test('knows open, settled and expired invoices apart', async () => {
    const paid = await invoiceOf(timed, 10, 60)
    const open = await invoiceOf(timed, 10, HOUR_S)
    const stateOf = async ({ paymentHash }: { paymentHash: string }) =>
      await timed.backend.lookUp(paymentHash, signal)
    expect(await stateOf(paid)).toBe('pending')
    await timed.wallet.payInvoice(paid)
    nowMs += 60_000
    expect([await stateOf(paid), await stateOf(open)]).toEqual(['settled', 'pending'])
    nowMs += HOUR_S * 1000
    expect([await stateOf(paid), await stateOf(open)]).toEqual(['settled', 'gone'])
  })

  test('turns payments of a cancelled invoice away', async () => {
    const { invoice, paymentHash } = await invoiceOf(network, 10)
    await network.payee.cancel(paymentHash)
    expect(await network.wallet.send(invoice)).toMatchObject({ fault: 'rejected' })
    expect(await network.backend.lookUp(paymentHash, signal)).toBe('gone')
  })

  test('takes late payments where it is told to', async () => {
    const late = await createRegtestNetwork({ now: () => nowMs, acceptsLate: true, balanceSats: 2000 })
    const { invoice, paymentHash } = await invoiceOf(late, 10, 60)
    nowMs += 61_000
    expect(await late.backend.lookUp(paymentHash, signal)).toBe('pending')
    await late.wallet.payInvoice({ invoice })
    expect(await late.backend.lookUp(paymentHash, signal)).toBe('settled')
    await late.close()
  })
})

describe('a payment that is held', () => {
  test('is pending on both sides until it is released', async () => {
    const { invoice, paymentHash } = await invoiceOf(network, 10)
    await network.payee.hold(paymentHash)
    const payment = network.wallet.send(invoice)
    expect(await network.wallet.send(invoice)).toMatchObject({ fault: 'in_flight' })
    expect(await network.wallet.findPayment(paymentHash)).toEqual({ state: 'pending' })
    expect(await network.payee.findInvoice(paymentHash)).toMatchObject({ state: 'accepted' })
    expect(await network.backend.lookUp(paymentHash, signal)).toBe('pending')
    await network.payee.release(paymentHash)
    expect(await payment).toMatchObject({ state: 'succeeded' })
    expect(await network.backend.lookUp(paymentHash, signal)).toBe('settled')
  })

  test('can still be turned away', async () => {
    const { invoice, paymentHash } = await invoiceOf(network, 10)
    await network.payee.hold(paymentHash)
    const payment = network.wallet.send(invoice)
    await network.wallet.send(invoice)
    const before = await network.wallet.balanceMsat()
    await network.payee.cancel(paymentHash)
    expect(await payment).toMatchObject({ fault: 'rejected' })
    expect((await network.wallet.balanceMsat()) - before).toBe(10_000)
  })
})

describe('the network', () => {
  test('goes on after more blocks than any payment may take', async () => {
    for (let block = 0; block < 50; block += 1) {
      nowMs += 600_000
      await invoiceOf(timed, 1)
    }
    const { invoice } = await invoiceOf(timed, 10)
    expect(await timed.wallet.send(invoice)).toMatchObject({ state: 'succeeded' })
  })

  test('exists more often than thirteen routing graphs would fit into memory', async () => {
    // Besides those of this file.
    for (let count = 0; count < 11; count += 1) {
      const another = await createRegtestNetwork({ balanceSats: 1000 })
      await another.close()
    }
    const { invoice } = await invoiceOf(network, 10)
    expect(await network.wallet.send(invoice)).toMatchObject({ state: 'succeeded' })
  })

  test('does nothing more once it is closed', async () => {
    const closed = await createRegtestNetwork()
    const { invoice } = await invoiceOf(closed, 10)
    await closed.close()
    await closed.close()
    await expect(closed.wallet.payInvoice({ invoice })).rejects.toThrow('closed')
    await expect(invoiceOf(closed, 10)).rejects.toThrow('closed')
  })
})
