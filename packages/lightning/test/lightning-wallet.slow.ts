import { lightningWallet } from '@turnpike/lightning'
import { describe, expect, test } from '@jest/globals'
import { freshInvoice } from './shared-network.ts'

describe('lightningWallet', () => {
  test('does not wait for ever: what does not answer leaves the payment in doubt', async () => {
    const { invoice, now } = await freshInvoice()
    const never = async (): Promise<never> => await new Promise(() => undefined)
    const wallet = lightningWallet(
      { payInvoice: never, findPayment: never },
      { network: 'regtest', now, paymentTimeoutMs: 50 },
    )
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    await expect(wallet.findPayment?.('ab'.repeat(32))).rejects.toThrow('no answer in time')
  })

  test('does not pay again what it has not waited for to the end', async () => {
    const { invoice, now } = await freshInvoice()
    let calls = 0
    const payInvoice = async (): Promise<never> => {
      calls += 1
      return await new Promise(() => undefined)
    }
    const wallet = lightningWallet({ payInvoice }, { network: 'regtest', now, paymentTimeoutMs: 20 })
    for (const _ of [1, 2]) {
      await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    }
    expect(calls).toBe(1)
  })

  test('what it throws leaves the payment in doubt', async () => {
    const { invoice, now } = await freshInvoice()
    const payInvoice = async (): Promise<never> => await Promise.reject(new Error('PAYMENT_FAILED'))
    const wallet = lightningWallet({ payInvoice }, { network: 'regtest', now })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    expect(wallet).not.toHaveProperty('findPayment')
  })
})
