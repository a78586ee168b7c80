import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRegtestNetwork, startClnrestFront, startLnbitsFront } from '@turnpike/regtest'
import type { ClnrestFront, LnbitsFront, RegtestNetwork } from '@turnpike/regtest'
import { call, isPreimageOf } from './front-calls.ts'

/** One network for both, on a clock of the tests. */
let network: RegtestNetwork
let nowMs = 1_790_000_000_000
let lnbits: LnbitsFront
let clnrest: ClnrestFront

beforeAll(async () => {
  network = await createRegtestNetwork({ now: () => nowMs, balanceSats: 100_000 })
  lnbits = await startLnbitsFront(network)
  clnrest = await startClnrestFront(network)
})
afterAll(async () => {
  await lnbits.close()
  await clnrest.close()
  await network.close()
})

const addInvoice = async (sats = 10, expirySeconds = 600) =>
  await network.payee.addInvoice({ amountMsat: sats * 1000, memo: 'tests', expirySeconds })

describe('the front of LNbits', () => {
  const ask = async (path: string, key: string, body?: unknown) =>
    await call(`${lnbits.url}/api/v1/payments${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: key === '' ? {} : { 'X-Api-Key': key },
    })
  const make = async (more: object = {}) =>
    await ask('', lnbits.merchant.invoiceKey, { out: false, amount: 10, unit: 'sat', memo: 'x', ...more })

  test.each([
    ['', 401],
    ['wrong', 401],
  ])('makes nothing with the key %j', async (key, status) => {
    expect((await ask('', key, { out: false, amount: 10 })).status).toBe(status)
  })

  test.each([[{ amount: 0 }], [{ amount: 1.5 }], [{ memo: 'x'.repeat(641) }], [{ unit: 'EUR' }]])(
    'makes no invoice of %j',
    async (more) => {
      expect((await make(more)).status).toBeGreaterThanOrEqual(400)
    },
  )

  test('makes an invoice, pays it, and shows it paid to both sides', async () => {
    const made = await make({ expiry: 600 })
    expect(made).toMatchObject({ status: 201, body: { status: 'pending', amount: 10_000 } })
    const hash = String(made.body['payment_hash'])
    const paid = await ask('', lnbits.payer.adminKey, { out: true, bolt11: made.body['bolt11'] })
    expect(paid).toMatchObject({
      status: 201,
      body: { status: 'success', amount: -10_000, payment_hash: hash },
    })
    const incoming = await ask(`/${hash}`, lnbits.merchant.invoiceKey)
    expect(incoming.body).toMatchObject({ paid: true, details: { amount: 10_000 } })
    const outgoing = await ask(`/${hash}`, lnbits.payer.invoiceKey)
    expect(outgoing.body).toMatchObject({ paid: true, details: { amount: -10_000 } })
    expect(isPreimageOf(outgoing.body['preimage'], hash)).toBe(true)
  })

  test('tells anyone the preimage of an invoice that nobody has paid', async () => {
    const { paymentHash, preimage } = await addInvoice()
    expect(await ask(`/${paymentHash}`, '')).toMatchObject({ status: 200, body: { paid: false, preimage } })
  })

  test('does not pay with an invoice key', async () => {
    const { invoice, paymentHash } = await addInvoice()
    expect((await ask('', lnbits.payer.invoiceKey, { out: true, bolt11: invoice })).status).toBe(403)
    expect(await network.payee.findInvoice(paymentHash)).toMatchObject({ state: 'open' })
  })

  test('answers a payment that failed with 520', async () => {
    const { invoice, paymentHash } = await addInvoice(200_000)
    const failed = await ask('', lnbits.payer.adminKey, { out: true, bolt11: invoice })
    expect(failed).toMatchObject({ status: 520, body: { status: 'failed' } })
    expect((await ask(`/${paymentHash}`, lnbits.payer.adminKey)).status).toBe(404)
  })

  test('fails what has expired', async () => {
    const { paymentHash } = await addInvoice(10, 60)
    nowMs += 61_000
    expect((await ask(`/${paymentHash}`, '')).body).toEqual({ paid: false, status: 'failed' })
  })
})

describe('the front of Core Lightning', () => {
  const ask = async (method: string, parameters: object = {}, rune = clnrest.rune) =>
    await call(`${clnrest.url}/v1/${method}`, {
      method: 'POST',
      body: JSON.stringify(parameters),
      headers: { 'Content-Type': 'application/json', ...(rune === '' ? {} : { Rune: rune }) },
    })
  const invoiceOf = (label: string) => ({ amount_msat: 10_000, label, description: 'x', expiry: 600 })

  test.each([
    ['', 403],
    ['wrong', 401],
  ])('does nothing with the rune %j', async (rune, status) => {
    expect((await ask('getinfo', {}, rune)).status).toBe(status)
  })

  test('keeps a rune to the methods that it is for', async () => {
    expect((await ask('invoice', invoiceOf('restricted'), clnrest.invoiceRune)).status).toBe(201)
    const { invoice, paymentHash } = await addInvoice()
    expect(await ask('xpay', { invstring: invoice }, clnrest.invoiceRune)).toMatchObject({
      status: 401,
      body: { code: 1502 },
    })
    expect(await network.payee.findInvoice(paymentHash)).toMatchObject({ state: 'open' })
  })

  test.each([
    ['invoice', {}, 500],
    ['stop', {}, 404],
    ['xpay', { invstring: 'nonsense' }, 500],
  ])('cannot do %s %j', async (method, parameters, status) => {
    expect((await ask(method, parameters)).status).toBe(status)
  })

  test('has each label once', async () => {
    await ask('invoice', invoiceOf('same'))
    expect(await ask('invoice', invoiceOf('same'))).toMatchObject({ status: 500, body: { code: 900 } })
  })

  test.each([
    ['xpay', 'invstring'],
    ['pay', 'bolt11'],
  ])('makes an invoice, has it paid by %s, and lists both', async (method, parameter) => {
    const made = await ask('invoice', invoiceOf(method))
    const payment_hash = String(made.body['payment_hash'])
    const [before] = Object((await ask('listinvoices', { payment_hash })).body).invoices
    expect([before.status, before.payment_preimage]).toEqual(['unpaid', undefined])
    const paid = await ask(method, { [parameter]: made.body['bolt11'] })
    expect(paid).toMatchObject({ status: 201, body: { amount_msat: 10_000, amount_sent_msat: 10_000 } })
    expect(isPreimageOf(paid.body['payment_preimage'], payment_hash)).toBe(true)
    const preimage = paid.body['payment_preimage']
    expect((await ask('listinvoices', { label: method })).body['invoices']).toMatchObject([
      { status: 'paid', amount_received_msat: 10_000, payment_preimage: preimage },
    ])
    expect((await ask('listpays', { payment_hash })).body['pays']).toMatchObject([
      { status: 'complete', preimage },
    ])
  })

  test('names the reason of a failure by its code', async () => {
    const dear = await addInvoice(200_000)
    expect(await ask('xpay', { invstring: dear.invoice })).toMatchObject({ status: 500, body: { code: 205 } })
    const late = await addInvoice(10, 60)
    nowMs += 61_000
    expect(await ask('xpay', { invstring: late.invoice })).toMatchObject({ status: 500, body: { code: 207 } })
    const listed = await ask('listinvoices', { payment_hash: late.paymentHash })
    expect(listed.body['invoices']).toMatchObject([{ status: 'expired' }])
  })

  test('lists nothing of others', async () => {
    const payment_hash = '00'.repeat(32)
    expect((await ask('listinvoices', { payment_hash })).body).toEqual({ invoices: [] })
    expect((await ask('listpays', { payment_hash })).body).toEqual({ pays: [] })
  })
})

describe('a front that is disturbed', () => {
  const parameters = { amount_msat: 1000, description: 'x' }
  const make = async (label: string, signal = AbortSignal.timeout(2000)) =>
    await call(`${clnrest.url}/v1/invoice`, {
      method: 'POST',
      body: JSON.stringify({ ...parameters, label }),
      headers: { 'Content-Type': 'application/json', Rune: clnrest.rune },
      signal,
    })
  const isMade = async (label: string): Promise<boolean> => {
    clnrest.disturb(undefined)
    return (await make(label)).body['code'] === 900
  }

  test.each([
    ['refuse', 500, false],
    ['drop', 'TypeError', false],
    ['hang', 'TimeoutError', false],
    ['dropAnswer', 'TypeError', true],
    ['garble', 'SyntaxError', true],
  ] as const)('by %s answers with %p; done all the same: %p', async (disturbance, seen, done) => {
    clnrest.disturb(disturbance)
    const asked = clnrest.requests.length
    const signal = AbortSignal.timeout(disturbance === 'hang' ? 200 : 5000)
    const answer = await make(disturbance, signal).then(
      ({ status }) => status,
      (error: Error) => error.name,
    )
    expect(answer).toBe(seen)
    expect(clnrest.requests.slice(asked)).toEqual(['POST /v1/invoice'])
    expect(await isMade(disturbance)).toBe(done)
  })
})
