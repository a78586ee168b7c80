import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRegtestNetwork } from '@turnpike/regtest'
import type { RegtestNetwork } from '@turnpike/regtest'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const dist = pathToFileURL(resolve(import.meta.dirname, '../dist/index.js')).href
const { signal } = new AbortController()

describe('a process with a network', () => {
  test.each([
    ['in it', '{}'],
    ['in a thread of its own', '{ inWorker: true }'],
  ])(
    '%s says nothing of its own, leaves no handle, and ends by itself',
    async (_where, options) => {
      const script = `
import { createRegtestNetwork } from ${JSON.stringify(dist)}
const { backend, wallet } = await createRegtestNetwork(${options})
const { signal } = new AbortController()
const { invoice } = await backend.createInvoice({ amountMsat: 3000, memo: '', expirySeconds: 60, signal })
await wallet.payInvoice({ invoice })
const handles = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Immediate/.test(name))
process.stderr.write(handles.filter((name) => name !== 'MessagePort').join())`
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
        timeout: 20_000,
      })
      expect([stdout, stderr]).toEqual(['', ''])
    },
    30_000,
  )
})

describe('a network in a thread of its own', () => {
  let network: RegtestNetwork
  let nowMs = 1_790_000_000_000
  beforeAll(async () => {
    network = await createRegtestNetwork({ inWorker: true, now: () => nowMs, balanceSats: 5000 })
  })
  afterAll(async () => {
    await network.close()
  })
  const invoiceOf = async (sats: number) =>
    await network.backend.createInvoice({ amountMsat: sats * 1000, memo: 'x', expirySeconds: 60, signal })

  test('pays as the other one does, on the clock of this thread', async () => {
    const { invoice, paymentHash, expiresAtMs } = await invoiceOf(10)
    expect(expiresAtMs).toBe(nowMs + 60_000)
    const { preimage } = await network.wallet.payInvoice({ invoice })
    expect(await network.backend.lookUp(paymentHash, signal)).toBe('settled')
    expect(await network.wallet.findPayment(paymentHash)).toMatchObject({ state: 'succeeded', preimage })
    const late = await invoiceOf(10)
    nowMs += 60_000
    expect(await network.wallet.send(late.invoice)).toMatchObject({ fault: 'expired' })
    expect(await network.backend.lookUp(late.paymentHash, signal)).toBe('gone')
  })

  test('fails as the other one does', async () => {
    const { invoice } = await invoiceOf(6000)
    await expect(network.wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_failed' })
    await expect(network.payee.cancel('00'.repeat(32))).rejects.toThrow('no invoice')
    await expect(network.openWallet({ balanceSats: 1 })).rejects.toThrow('balanceSats')
  })

  test('holds payments, has several wallets, and leaves this thread free meanwhile', async () => {
    const other = await network.openWallet({ balanceSats: 1000 })
    const { invoice, paymentHash } = await invoiceOf(10)
    await network.payee.hold(paymentHash)
    let turns = 0
    const ticking = setInterval(() => (turns += 1), 1)
    const paying = other.send(invoice)
    while ((await network.payee.findInvoice(paymentHash))?.state !== 'accepted')
      await network.wallet.balanceMsat()
    await network.payee.release(paymentHash)
    expect(await paying).toMatchObject({ state: 'succeeded' })
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(0)
  })

  test('ends what is under way when it is closed', async () => {
    const closing = await createRegtestNetwork({ inWorker: true, balanceSats: 1000 })
    const { invoice, paymentHash } = await closing.backend.createInvoice({
      amountMsat: 1000,
      memo: '',
      expirySeconds: 60,
      signal,
    })
    await closing.payee.hold(paymentHash)
    const ended = closing.wallet.send(invoice).catch(String)
    await closing.close()
    expect(await ended).toContain('closed')
    await expect(closing.wallet.balanceMsat()).rejects.toThrow('closed')
  })
})
