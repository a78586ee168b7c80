import { coreLightning, lnbits, lnd, phoenixd } from '@turnpike/lightning'
import type { LightningBackend } from '@turnpike/core'
import { describe, expect, test } from '@jest/globals'
import { type CannedAnswer, cannedServer, type CannedServer } from './canned-server.ts'
import { KEY, MACAROON, PASSWORD, RUNE } from './credentials.ts'
import { bytesField, numberField, writeInvoice } from '@turnpike/testkit'

const HASH = '0001020304050607080900010203040506070809000102030405060708090102'
const HASH_BASE64 = Buffer.from(HASH, 'hex').toString('base64')
const MADE_AT = 1_790_000_000
const EXPIRES_AT_MS = (MADE_AT + 600) * 1000
const INVOICE = writeInvoice('lnbc100n', MADE_AT, [
  bytesField(1, Buffer.from(HASH, 'hex')),
  bytesField(16, new Uint8Array(32)),
  bytesField(13, Buffer.from('my-api')),
  numberField(6, 600),
])
const REQUEST = {
  amountMsat: 10_000,
  memo: 'my api',
  expirySeconds: 600,
  signal: AbortSignal.timeout(60_000),
}

let nowMs = MADE_AT * 1000
const now = (): number => nowMs
const OPEN: Readonly<Record<string, (url: string) => LightningBackend>> = {
  lnd: (url) => lnd({ url, macaroon: MACAROON, now }),
  phoenixd: (url) => phoenixd({ url, password: PASSWORD, now }),
  lnbits: (url) => lnbits({ url, invoiceKey: KEY, now }),
  coreLightning: (url) => coreLightning({ url, rune: RUNE, now }),
}

async function asking<T>(
  name: string,
  answer: CannedAnswer,
  ask: (backend: LightningBackend, server: CannedServer) => Promise<T>,
): Promise<T> {
  const server = await cannedServer(answer)
  const backend = OPEN[name]?.(server.url)
  if (backend === undefined) throw new Error(`there is no ${name}`)
  try {
    return await ask(backend, server)
  } finally {
    await backend.close?.()
    server.close()
  }
}

describe('a backend makes an invoice', () => {
  test.each<[string, string, object, string | object, object]>([
    [
      'lnd',
      'POST /v1/invoices',
      { 'grpc-metadata-macaroon': MACAROON, 'content-type': 'application/json' },
      { value_msat: '10000', memo: 'my api', expiry: '600' },
      { r_hash: HASH_BASE64, payment_request: INVOICE, add_index: '1', payment_addr: 'AAAA' },
    ],
    [
      'phoenixd',
      'POST /createinvoice',
      { authorization: 'Basic Omh1bnRlcjI=', 'content-type': 'application/x-www-form-urlencoded' },
      'amountSat=10&description=my+api&expirySeconds=600',
      { amountSat: 10, paymentHash: HASH, serialized: INVOICE },
    ],
    [
      'lnbits',
      'POST /api/v1/payments',
      { 'x-api-key': KEY, 'content-type': 'application/json' },
      { out: false, unit: 'sat', amount: 10, memo: 'my api', expiry: 600 },
      { payment_hash: HASH, bolt11: INVOICE, checking_id: HASH },
    ],
    [
      'coreLightning',
      'POST /v1/invoice',
      { rune: RUNE, 'content-type': 'application/json' },
      {
        amount_msat: 10_000,
        label: expect.stringMatching(/^turnpike-[0-9a-f-]{36}$/),
        description: 'my api',
        expiry: 600,
      },
      { bolt11: INVOICE, payment_hash: HASH, payment_secret: HASH, expires_at: 1_790_000_600 },
    ],
  ])('by the API of %s: %s', async (...[name, call, headers, body, answer]) => {
    await asking(name, [201, answer], async (backend, { calls }) => {
      await expect(backend.createInvoice(REQUEST)).resolves.toEqual({
        invoice: INVOICE,
        paymentHash: HASH,
        amountMsat: 10_000,
        expiresAtMs: EXPIRES_AT_MS,
        network: 'bitcoin',
      })
      expect(calls).toHaveLength(1)
      expect(calls[0]).toMatchObject({ call, headers })
      const sent = calls[0]?.body ?? ''
      expect(typeof body === 'string' ? sent : JSON.parse(sent)).toEqual(body)
    })
  })

  test('with the name of version 0 of LNbits', async () => {
    const answer = { payment_hash: HASH, payment_request: INVOICE }
    const made = await asking(
      'lnbits',
      [201, answer],
      async (backend) => await backend.createInvoice(REQUEST),
    )
    expect(made.invoice).toBe(INVOICE)
  })

  test('but not one whose time is over', async () => {
    nowMs = EXPIRES_AT_MS
    const answer = { payment_hash: HASH, bolt11: INVOICE }
    await asking('lnbits', [201, answer], async (backend) => {
      await expect(backend.createInvoice(REQUEST)).rejects.toThrow('clocks')
    })
    nowMs = MADE_AT * 1000
  })

  test('with private channels in it, when LND is asked for them', async () => {
    const server = await cannedServer([200, { r_hash: HASH_BASE64, payment_request: INVOICE }])
    const backend = lnd({ url: server.url, macaroon: MACAROON, routeHints: true, now })
    await backend.createInvoice(REQUEST)
    expect(JSON.parse(server.calls[0]?.body ?? '')).toMatchObject({ private: true })
    await backend.close?.()
    server.close()
  })
})

describe('a backend looks an invoice up', () => {
  const invoice = INVOICE
  const unpaid = { isPaid: false, preimage: HASH, receivedSat: 0, fees: 0 }

  test.each<[string, string, object, object]>([
    ['lnd', 'settled', { state: 'SETTLED', amt_paid_msat: '10000' }, {}],
    ['lnd', 'pending', { state: 'OPEN', r_preimage: HASH_BASE64 }, {}],
    ['lnd', 'pending', { state: 'ACCEPTED' }, {}],
    ['lnd', 'gone', { state: 'CANCELED' }, {}],
    // Net of the fee for liquidity, and even all of it: settled nevertheless (R26).
    ['phoenixd', 'settled', { isPaid: true, preimage: HASH, receivedSat: 0, fees: 10_000 }, {}],
    ['phoenixd', 'pending', { ...unpaid, invoice }, {}],
    ['phoenixd', 'gone', { ...unpaid, isExpired: true }, {}],
    ['phoenixd', 'pending', { ...unpaid, invoice }, { atMs: EXPIRES_AT_MS + 59_000 }],
    ['phoenixd', 'gone', { ...unpaid, invoice }, { atMs: EXPIRES_AT_MS + 60_000 }],
    // What arrived at the last moment may still be taken.
    ['phoenixd', 'pending', { ...unpaid, invoice, isExpired: true }, { atMs: EXPIRES_AT_MS + 59_000 }],
    ['phoenixd', 'settled', { isPaid: true, isExpired: true }, {}],
    [
      'lnbits',
      'settled',
      { paid: true, preimage: HASH, details: { status: 'success', bolt11: invoice } },
      {},
    ],
    [
      'lnbits',
      'pending',
      { paid: false, preimage: HASH, details: { status: 'pending', bolt11: invoice } },
      {},
    ],
    ['lnbits', 'pending', { paid: false, preimage: HASH }, { atMs: EXPIRES_AT_MS * 2 }],
    ['lnbits', 'gone', { paid: false, details: { bolt11: invoice } }, { atMs: EXPIRES_AT_MS + 60_000 }],
    // Version 0 called all paid that was no longer pending.
    ['lnbits', 'gone', { paid: true, details: { status: 'failed' } }, {}],
    ['coreLightning', 'settled', { invoices: [{ status: 'paid', payment_preimage: HASH }] }, {}],
    ['coreLightning', 'pending', { invoices: [{ status: 'unpaid' }] }, {}],
    ['coreLightning', 'gone', { invoices: [{ status: 'expired' }] }, {}],
  ])('%s: %s is %o', async (name, state, answer, { atMs = MADE_AT * 1000 }: { atMs?: number }) => {
    nowMs = atMs
    await asking(name, [200, answer], async (backend) => {
      await expect(backend.lookUp(HASH, REQUEST.signal)).resolves.toBe(state)
    })
    nowMs = MADE_AT * 1000
  })

  test.each<[string, CannedAnswer]>([
    ['lnd', [404, { code: 5, message: 'unable to locate invoice', details: [] }]],
    ['lnd', [200, { state: 'constructor' }]],
    ['lnd', [200, [{ state: 'SETTLED' }]]],
    ['lnd', [200, null]],
    ['phoenixd', [404, 'Unknown endpoint (check api doc)']],
    ['phoenixd', [200, { isPaid: 'true' }]],
    ['lnbits', [404, { detail: 'Payment does not exist.' }]],
    ['lnbits', [200, { paid: 1 }]],
    ['coreLightning', [201, { invoices: [] }]],
    ['coreLightning', [201, { invoices: { 0: { status: 'paid' } } }]],
    ['coreLightning', [500, { code: -32602, message: 'payment_hash: should be a 32 byte hex value' }]],
  ])('%s cannot tell from %o (R26)', async (name, answer) => {
    await asking(name, answer, async (backend) => {
      await expect(backend.lookUp(HASH, REQUEST.signal)).rejects.toMatchObject({ name: 'LightningError' })
    })
  })

  test('by its own calls', async () => {
    const calls = async (name: string, answer: object): Promise<unknown> =>
      await asking(name, [200, answer], async (backend, server) => {
        await backend.lookUp(HASH, REQUEST.signal)
        return server.calls.map(({ call, body }) => `${call} ${body}`)
      })
    expect(await calls('lnd', { state: 'OPEN' })).toEqual([`GET /v1/invoice/${HASH} `])
    expect(await calls('phoenixd', { isPaid: true })).toEqual([`GET /payments/incoming/${HASH} `])
    expect(await calls('lnbits', { paid: true })).toEqual([`GET /api/v1/payments/${HASH} `])
    expect(await calls('coreLightning', { invoices: [{ status: 'paid' }] })).toEqual([
      `POST /v1/listinvoices {"payment_hash":"${HASH}"}`,
    ])
  })

  test('LNbits alone is known to give preimages away (R26)', () => {
    const leaking = Object.entries(OPEN).filter(
      ([, open]) => open('http://localhost').leaksPreimages === true,
    )
    expect(leaking.map(([name]) => name)).toEqual(['lnbits'])
  })
})
