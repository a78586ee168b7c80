import type { Invoice, InvoiceRequest } from '@turnpike/core'
import { describe, expect, test } from '@jest/globals'
import { inspect } from 'node:util'
import type { Fault, FaultProxy } from './fault-proxy.ts'
import type { OpenBackend } from './open-backend.ts'
import { errorOf } from './rejection.ts'
import { request } from './sample-invoice-request.ts'

/**
 * What a backend over HTTP must do when its service fails, or says what is not so.
 *
 * @param transport also what it must do when there is no answer, or none that is one.
 */
export function describeBackendFaults(
  opened: () => OpenBackend,
  proxyOf: () => FaultProxy | undefined,
  transport: boolean,
): void {
  const proxy = (): FaultProxy => {
    const there = proxyOf()
    if (there === undefined) throw new Error('open() has not put the service through the proxy')
    return there
  }
  describeFailures(opened, proxy, transport)
  describeLies(opened, proxy)
}

type Failure = readonly [fault: Fault, creating: string, looking: string]

const ANSWERS: readonly Failure[] = [
  ['status401', 'lightning_denied', 'lightning_denied'],
  ['status500', 'lightning_failed', 'lightning_failed'],
  ['notJson', 'lightning_reply_invalid', 'lightning_reply_invalid'],
  ['emptyObject', 'lightning_invoice_refused', 'lightning_reply_invalid'],
]
const NO_ANSWERS: readonly Failure[] = [
  ['huge', 'lightning_reply_invalid', 'lightning_reply_invalid'],
  ['redirect', 'lightning_reply_invalid', 'lightning_reply_invalid'],
  ['drop', 'lightning_failed', 'lightning_failed'],
]

function describeFailures(opened: () => OpenBackend, proxy: () => FaultProxy, transport: boolean): void {
  describe('when the service fails', () => {
    test.each(transport ? [...ANSWERS, ...NO_ANSWERS] : ANSWERS)(
      '%s is an error without a secret',
      async (fault, creating, looking) => {
        const { backend, secret } = opened()
        const { paymentHash } = await backend.createInvoice(request())
        proxy().fail(fault)
        const [made, looked] = await Promise.all([
          errorOf(backend.createInvoice(request())),
          errorOf(backend.lookUp(paymentHash, request().signal)),
        ])
        expect(made).toMatchObject({ code: creating })
        expect(looked).toMatchObject({ code: looking })
        expect(proxy().ledAway).toEqual([])
        for (const error of [made, looked])
          expect(inspect(error, { depth: 6, showHidden: true })).not.toContain(secret)
      },
    )

    if (!transport) return
    test('a connection that breaks once is nobody else’s business', async () => {
      const { backend } = opened()
      proxy().fail('drop', { times: 1 })
      const { paymentHash } = await backend.createInvoice(request())
      proxy().fail('drop', { times: 1 })
      await expect(backend.lookUp(paymentHash, request().signal)).resolves.toBe('pending')
    })

    test('a call ends when its caller has left', async () => {
      const { backend } = opened()
      proxy().fail('hang')
      const left = new AbortController()
      const made = errorOf(backend.createInvoice(request({ signal: left.signal })))
      const startedAt = performance.now()
      setTimeout(() => left.abort(), 20)
      expect(await made).toMatchObject({ code: 'lightning_timeout' })
      expect(performance.now() - startedAt).toBeLessThan(5000)
    })
  })
}

function describeLies(opened: () => OpenBackend, proxy: () => FaultProxy): void {
  /** The service's answer to the first request is its answer to the second one, too. */
  const answerTwice = async (first: Partial<InvoiceRequest>): Promise<void> => {
    let answer: string | undefined
    proxy().edit((text) => (answer ??= text))
    await opened().backend.createInvoice(request(first))
  }
  const refused = async (changes: Partial<InvoiceRequest> = {}): Promise<unknown> =>
    await errorOf(opened().backend.createInvoice(request(changes)))

  describe('when the invoice is not what was asked for', () => {
    test('another amount is refused', async () => {
      await answerTwice({ amountMsat: 1000 })
      expect(await refused()).toMatchObject({
        code: 'lightning_invoice_refused',
        message: expect.stringContaining('1000 msat'),
      })
    })

    test('another lifetime is refused', async () => {
      await answerTwice({ expirySeconds: 60 })
      expect(await refused()).toMatchObject({
        code: 'lightning_invoice_refused',
        message: expect.stringContaining('60 s'),
      })
    })

    test('another network is refused', async () => {
      proxy().edit((text) => text.replace(INVOICE, ON_MAINNET))
      expect(await refused({ amountMsat: 250_000_000, expirySeconds: 60 })).toMatchObject({
        code: 'lightning_invoice_refused',
        message: expect.stringContaining('network'),
      })
    })

    test('another hash than the service names is refused', async () => {
      const other: Invoice = await opened().backend.createInvoice(request())
      proxy().edit((text) => text.replace(INVOICE, other.invoice))
      expect(await refused()).toMatchObject({
        code: 'lightning_invoice_refused',
        message: expect.stringContaining('hash'),
      })
    })

    test('text that is no invoice is refused', async () => {
      proxy().edit((text) => text.replace(INVOICE, 'lnbcrt1qqqqqq'))
      expect(await refused()).toMatchObject({ code: 'lightning_invoice_refused' })
    })

    test('a state that does not exist is an error', async () => {
      const { backend } = opened()
      const { paymentHash } = await backend.createInvoice(request())
      proxy().edit((text) =>
        text.replaceAll(/"(?:OPEN|unpaid)"/g, '"paidish"').replaceAll(/\b(?:true|false)\b/g, '"yes"'),
      )
      expect(await errorOf(backend.lookUp(paymentHash, request().signal))).toMatchObject({
        code: 'lightning_reply_invalid',
      })
    })
  })
}

/** Wherever it stands in an answer. */
const INVOICE = /\bln(?:bcrt|bc|tbs|tb)[0-9a-z]{100,}/
/** From BOLT 11: 0.0025 BTC, within one minute. */
const ON_MAINNET =
  'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqq' +
  'syqcyq5rqwzqfqypqdpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpu9qrsgqhtjpauu9ur7fw2thcl4y9vfvh4m9wlfyz2gem29g5ghe2aa' +
  'k2pm3ps8fdhtceqsaagty2vph7utlgj48u0ged6a337aewvraedendscp573dxr'
