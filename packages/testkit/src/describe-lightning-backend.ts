import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { describeBackendFaults } from './describe-backend-faults.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { request } from './sample-invoice-request.ts'
import type { BackendSubject, OpenBackend } from './open-backend.ts'

const MEMOS = { longest: `${'é'.repeat(319)}x`, tooLong: 'é'.repeat(320) }

/**
 * What every Lightning backend must do (RULES R24, R26, R28), by its port alone, with a service behind it that gets paid
 * for real; and, where the service is reached over HTTP, when it fails.
 *
 * @example describeLightningBackend('phoenixd', { open: async (through) => { ... } })
 */
export function describeLightningBackend(name: string, subject: BackendSubject): void {
  describe(`Lightning backend: ${name}`, () => {
    let opened: OpenBackend
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
    describeInvoices(() => opened, subject.memos ?? MEMOS)
    describeStates(() => opened)
    if (subject.overHttp === false) return
    describeBackendFaults(
      () => opened,
      () => proxy,
      subject.transport ?? true,
    )
  })
}

function describeInvoices(opened: () => OpenBackend, { longest, tooLong }: typeof MEMOS): void {
  describe('createInvoice', () => {
    test.each([
      ['nothing', 0],
      ['less than nothing', -10_000],
      ['part of a sat', 1500],
      ['no number', Number.NaN],
      ['more than a number holds', 2 ** 60],
    ])('refuses an amount that is %s', async (_, amountMsat) => {
      await expect(opened().backend.createInvoice(request({ amountMsat }))).rejects.toBeInstanceOf(Error)
    })

    test('R28 refuses a memo that is too long, and takes the longest one', async () => {
      const { backend, memoOf } = opened()
      await expect(backend.createInvoice(request({ memo: tooLong }))).rejects.toBeInstanceOf(Error)
      const { invoice } = await backend.createInvoice(request({ memo: longest }))
      expect(memoOf(invoice)).toBe(longest)
    })

    test('refuses when nobody waits any more', async () => {
      await expect(
        opened().backend.createInvoice(request({ signal: AbortSignal.abort() })),
      ).rejects.toBeInstanceOf(Error)
    })

    test.each([
      [1000, 60, 'one sat for a minute'],
      [10_000, 600, 'naïve ⚡ 日本語'],
      [123_456_000, 86_400, 'a day'],
    ])('makes one over %i msat for %i s', async (amountMsat, expirySeconds, memo) => {
      const { backend, memoOf } = opened()
      const before = Date.now()
      const made = await backend.createInvoice(request({ amountMsat, expirySeconds, memo }))
      expect(made).toMatchObject({ amountMsat, network: backend.network })
      expect(made.paymentHash).toMatch(/^[0-9a-f]{64}$/)
      expect(made.invoice).toMatch(/^ln[a-z0-9]+$/)
      expect(memoOf(made.invoice)).toBe(memo)
      // The service's clock may have been set ahead by other tests, and counts in seconds.
      expect(made.expiresAtMs).toBeGreaterThan(before + expirySeconds * 1000 - 2000)
    })

    test('R24 makes another one for each call', async () => {
      const made = await Promise.all(
        [1, 2, 3, 4].map(async () => await opened().backend.createInvoice(request())),
      )
      expect(new Set(made.map(({ paymentHash }) => paymentHash)).size).toBe(4)
    })
  })
}

function describeStates(opened: () => OpenBackend): void {
  const signal = AbortSignal.timeout(600_000)

  describe('lookUp', () => {
    test.each([
      ['no hash', ''],
      ['upper case', 'AB'.repeat(32)],
      ['a path', `../${'ab'.repeat(30)}`],
      ['one that it does not know', '00'.repeat(32)],
    ])('R26 cannot tell about %s', async (_, hash) => {
      await expect(opened().backend.lookUp(hash, signal)).rejects.toBeInstanceOf(Error)
    })

    test('gives up when nobody waits any more', async () => {
      const { backend } = opened()
      const { paymentHash } = await backend.createInvoice(request())
      await expect(backend.lookUp(paymentHash, AbortSignal.abort())).rejects.toBeInstanceOf(Error)
    })

    test('R26 says settled once it has been paid, about that one alone', async () => {
      const { backend, pay } = opened()
      const [paid, other] = [await backend.createInvoice(request()), await backend.createInvoice(request())]
      await expect(backend.lookUp(paid.paymentHash, signal)).resolves.toBe('pending')
      await pay(paid.invoice)
      await expect(backend.lookUp(paid.paymentHash, signal)).resolves.toBe('settled')
      await expect(backend.lookUp(other.paymentHash, signal)).resolves.toBe('pending')
    })

    test('says gone once it can no longer be paid, and a paid one stays settled', async () => {
      const { backend, pay, advance } = opened()
      const [paid, other] = [await backend.createInvoice(request()), await backend.createInvoice(request())]
      await pay(paid.invoice)
      await advance(600_000 + 120_000)
      await expect(backend.lookUp(other.paymentHash, signal)).resolves.toBe('gone')
      await expect(backend.lookUp(paid.paymentHash, signal)).resolves.toBe('settled')
    })
  })
}
