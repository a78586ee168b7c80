import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRegtestNetwork, startLndFront, startPhoenixdFront } from '@turnpike/regtest'
import type { LndFront, PhoenixdFront, RegtestNetwork } from '@turnpike/regtest'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, isPreimageOf } from './front-calls.ts'
import type { Reply } from './front-calls.ts'

/** One network for both, on a clock of the tests. */
let network: RegtestNetwork
let nowMs = 1_790_000_000_000
let lnd: LndFront
let phoenixd: PhoenixdFront

beforeAll(async () => {
  network = await createRegtestNetwork({ now: () => nowMs, balanceSats: 100_000 })
  lnd = await startLndFront(network)
  phoenixd = await startPhoenixdFront(network)
})
afterAll(async () => {
  await lnd.close()
  await phoenixd.close()
  await network.close()
})

const addInvoice = async (sats = 10, expirySeconds = 600) =>
  await network.payee.addInvoice({ amountMsat: sats * 1000, memo: 'tests', expirySeconds })
const base64 = (hex: unknown): string => Buffer.from(String(hex), 'hex').toString('base64')

describe('the front of LND', () => {
  const ask = async (path: string, body?: unknown, macaroon = lnd.adminMacaroon) =>
    await call(`${lnd.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'Grpc-Metadata-macaroon': macaroon },
    })
  const pay = async (payment_request: string, more: object = { no_inflight_updates: true }) =>
    await ask('/v2/router/send', { payment_request, timeout_seconds: 5, ...more })

  test.each([
    ['no macaroon', '', '/v1/getinfo', 'expected 1 macaroon, got 0'],
    [
      'another macaroon',
      'abcd',
      '/v1/getinfo',
      'verification failed: signature mismatch after caveat verification',
    ],
  ])('turns %s away', async (_what, macaroon, path, message) => {
    expect(await ask(path, undefined, macaroon)).toMatchObject({ status: 500, body: { code: 2, message } })
  })

  test('lets the invoice macaroon make invoices and look at them, and not pay', async () => {
    const made = await ask('/v1/invoices', { value: 3, memo: 'x', expiry: '60' }, lnd.invoiceMacaroon)
    const hash = Buffer.from(String(made.body['r_hash']), 'base64').toString('hex')
    expect(await ask(`/v1/invoice/${hash}`, undefined, lnd.invoiceMacaroon)).toMatchObject({
      status: 200,
      body: { value_msat: '3000', state: 'OPEN', memo: 'x', expiry: '60' },
    })
    const refused = await ask('/v2/router/send', {}, lnd.invoiceMacaroon)
    expect(refused).toMatchObject({ status: 500, body: { error: { message: 'permission denied' } } })
  })

  test('makes an invoice, is paid, and shows it settled', async () => {
    const made = await ask('/v1/invoices', { value_msat: '7000', memo: 'hé', expiry: '600', private: true })
    const hash = Buffer.from(String(made.body['r_hash']), 'base64').toString('hex')
    const before = await ask(`/v1/invoice/${hash}`)
    expect(before.body).toMatchObject({ state: 'OPEN', amt_paid_msat: '0', settled: false })
    const paid = await pay(String(made.body['payment_request']))
    const result = Object(paid.body['result'])
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      fee_msat: '0',
      failure_reason: 'FAILURE_REASON_NONE',
    })
    expect(isPreimageOf(result.payment_preimage, hash)).toBe(true)
    const after = await ask(`/v1/invoice/${hash}`)
    expect(after.body).toMatchObject({ state: 'SETTLED', amt_paid_msat: '7000', value: '7' })
    expect(after.body['r_preimage']).toBe(base64(result.payment_preimage))
  })

  test('shows the preimage of an unpaid invoice, as LND does', async () => {
    const { paymentHash, preimage } = await addInvoice()
    expect((await ask(`/v1/invoice/${paymentHash}`)).body['r_preimage']).toBe(base64(preimage))
  })

  test('knows no invoice of others', async () => {
    const body = { code: 5, message: 'unable to locate invoice', details: [] }
    expect(await ask(`/v1/invoice/${'00'.repeat(32)}`)).toMatchObject({ status: 404, body })
  })

  test('cancels what has expired', async () => {
    const { paymentHash, invoice } = await addInvoice(10, 60)
    nowMs += 61_000
    expect((await ask(`/v1/invoice/${paymentHash}`)).body['state']).toBe('CANCELED')
    expect(await pay(invoice)).toMatchObject({ status: 500, body: { error: { code: 2 } } })
  })

  test('says what went wrong with a payment in the payment, or in an error', async () => {
    const dear = await addInvoice(200_000)
    expect((await pay(dear.invoice)).body['result']).toMatchObject({
      status: 'FAILED',
      failure_reason: 'FAILURE_REASON_INSUFFICIENT_BALANCE',
    })
    const once = await addInvoice()
    await pay(once.invoice)
    expect(await pay(once.invoice)).toMatchObject({
      status: 409,
      body: { error: { code: 6, message: 'invoice is already paid' } },
    })
    expect(await pay(once.invoice, { timeout_seconds: 0 })).toMatchObject({ status: 500 })
  })

  test('streams what happens to a payment, and tracks it by its hash in either base64', async () => {
    const { paymentHash, invoice } = await addInvoice()
    await network.payee.hold(paymentHash)
    const sending = pay(invoice, {})
    while ((await network.payee.findInvoice(paymentHash))?.state !== 'accepted') await sleep(5)
    const tracking = ask(`/v2/router/track/${base64(paymentHash).replaceAll('+', '-').replaceAll('/', '_')}`)
    const quiet = ask(`/v2/router/track/${encodeURIComponent(base64(paymentHash))}?no_inflight_updates=true`)
    await network.payee.release(paymentHash)
    const statuses = ({ text }: Reply): readonly (string | undefined)[] =>
      text
        .trim()
        .split('\n')
        .map((line) => /"status":"(\w+)"/.exec(line)?.[1])
    expect(statuses(await sending)).toEqual(['IN_FLIGHT', 'SUCCEEDED'])
    expect(statuses(await tracking).at(-1)).toBe('SUCCEEDED')
    expect(statuses(await quiet)).toEqual(['SUCCEEDED'])
  })

  test('has not begun payments of others', async () => {
    const error = { code: 5, message: "payment isn't initiated" }
    const path = `/v2/router/track/${base64('00'.repeat(32))}`
    expect(await ask(path)).toMatchObject({ status: 404, body: { error } })
  })
})

describe('the front of phoenixd', () => {
  const ask = async (path: string, form?: Record<string, string>, password = phoenixd.password) =>
    await call(`${phoenixd.url}${path}`, {
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      headers: { Authorization: `Basic ${Buffer.from(`:${password}`).toString('base64')}` },
    })

  test('asks for a password', async () => {
    expect((await call(`${phoenixd.url}/getbalance`)).status).toBe(401)
    expect((await ask('/getbalance', undefined, 'wrong')).status).toBe(401)
  })

  test.each([
    [{ amountSat: '10' }, 'description'],
    [{ amountSat: '10.5', description: 'x' }, 'integer'],
    [{ amountSat: '10', description: 'x'.repeat(129) }, '128'],
  ])('takes no form such as %j', async (form, word) => {
    expect(await ask('/createinvoice', form)).toMatchObject({
      status: 400,
      text: expect.stringContaining(word),
    })
  })

  test('takes forms only', async () => {
    const headers = { Authorization: `Basic ${Buffer.from(`:${phoenixd.password}`).toString('base64')}` }
    const reply = await call(`${phoenixd.url}/createinvoice`, { method: 'POST', body: '{}', headers })
    expect(reply.status).toBe(415)
  })

  test('makes an invoice, pays it, and has received less than was asked for', async () => {
    const form = { amountSat: '10', description: 'x', expirySeconds: '600' }
    const made = await ask('/createinvoice', form, phoenixd.limitedPassword)
    const hash = String(made.body['paymentHash'])
    const unpaid = await ask(`/payments/incoming/${hash}`, undefined, phoenixd.limitedPassword)
    expect(unpaid.body).toMatchObject({ isPaid: false, receivedSat: 0, fees: 0 })
    expect(isPreimageOf(unpaid.body['preimage'], hash)).toBe(true)
    const paid = await ask('/payinvoice', { invoice: String(made.body['serialized']) })
    expect(paid.body).toMatchObject({ recipientAmountSat: 10, routingFeeSat: 0, paymentHash: hash })
    expect(isPreimageOf(paid.body['paymentPreimage'], hash)).toBe(true)
    expect((await ask(`/payments/incoming/${hash}`)).body).toMatchObject({
      isPaid: true,
      receivedSat: 9,
      fees: 1000,
    })
    expect((await ask(`/payments/outgoingbyhash/${hash}`)).body).toMatchObject({ isPaid: true, sent: 10 })
  })

  test('does not pay with the limited password', async () => {
    const { invoice, paymentHash } = await addInvoice()
    expect((await ask('/payinvoice', { invoice }, phoenixd.limitedPassword)).status).toBe(401)
    expect(await network.payee.findInvoice(paymentHash)).toMatchObject({ state: 'open' })
  })

  test('answers a payment that failed with 200 and a reason', async () => {
    const { invoice, paymentHash } = await addInvoice(200_000)
    expect(await ask('/payinvoice', { invoice })).toMatchObject({
      status: 200,
      body: { paymentHash, reason: expect.stringContaining('not enough funds') },
    })
    expect((await ask('/payinvoice', { invoice: 'nonsense' })).status).toBe(400)
  })

  test.each(['incoming', 'outgoingbyhash'])('knows no %s payment of others', async (kind) => {
    expect((await ask(`/payments/${kind}/${'00'.repeat(32)}`)).status).toBe(404)
  })
})
