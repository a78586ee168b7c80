import { describe, expect, test } from '@jest/globals'
import { anyOf, type Invoice, type InvoiceRequest, pow, sats } from '@turnpike/core'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { bought, caveatsOf, macaroonOf, paidGate, paying, payments, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request } from './requests.ts'

describe('an offer of sats', () => {
  test('is in the header in the form that every client reads, and flat in the body', async () => {
    const { gate } = paidGate({ name: 'my-api' })
    const policy = gate.policy({ require: sats(10) })
    const refusal = refusalOf(await gate.decide(request(), policy))
    const offer = satsOfferOf(refusal)
    const { macaroon, invoice } = offer
    expect(refusal).toMatchObject({ status: 402, code: 'proof_required' })
    expect(refusal.headers['www-authenticate']).toEqual([
      `L402 macaroon="${macaroon}", invoice="${invoice}", version="0", token="${macaroon}"`,
    ])
    expect(refusal.headers['cache-control']).toBe('no-store')
    expect(refusal.body).toMatchObject({ macaroon, invoice, priceSats: 10 })
    expect(offer).toMatchObject({ rail: 'lightning', sats: 10, uses: 1 })
    expect(refusal.body.detail).toContain('pay: 10 sats over Lightning, good for one call')
    expect(refusal.body.detail).toContain('Authorization: L402 <macaroon>:<preimage>')
  })

  test('beside one of work comes first, and all fields stay below 4 kB with 390-character invoices', async () => {
    const { gate } = paidGate({ name: 'a-gate-with-a-name-of-32-letters' })
    const require = anyOf(pow(4), sats(10, { uses: 100, validFor: '7d' }))
    const policy = gate.policy({ name: 'n'.repeat(64), free: ['1/1m', '2/1d'], ceiling: '600/1m', require })
    await gate.decide(request(), policy)
    const { headers, body } = refusalOf(await gate.decide(request(), policy))
    const lines = [headers['www-authenticate'] ?? []].flat()
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['L402', 'PoW'])
    expect(body.invoice).toHaveLength(390)
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}: ${one}\r\n`),
    )
    expect(fields.join('').length).toBeLessThan(4096)
    for (const line of lines) expect(line).not.toMatch(/^PoW.*(?:token|macaroon|invoice)=/)
  })

  test('R23 R28 carries its terms signed in the identifier, and names service, capability and end in caveats', async () => {
    const { gate, lightning, clock } = paidGate({ name: 'my-api' })
    const policy = gate.policy({ name: 'search', require: sats(500, { uses: 100, validFor: '48h' }) })
    const { macaroon } = satsOfferOf(await gate.decide(request(), policy))
    const { identifier, location } = macaroonOf(macaroon)
    const hex = Buffer.from(identifier).toString('hex')
    expect(identifier).toHaveLength(66)
    expect(location).toBeUndefined()
    expect(hex.slice(0, 4)).toBe('0000')
    expect(hex.slice(4, 68)).toBe(lightning.invoices[0]?.paymentHash)
    expect(Number.parseInt(hex.slice(72, 76), 16)).toBeLessThan(64)
    expect(Number.parseInt(hex.slice(76, 92), 16)).toBe(500_000)
    expect(Number.parseInt(hex.slice(92, 100), 16)).toBe(100)
    const [services, capabilities = '', validUntil] = caveatsOf(macaroon)
    expect(services).toBe('services=my-api:0')
    expect(capabilities).toMatch(/^my-api_capabilities=r[A-Za-z0-9_-]{22}$/)
    expect(validUntil).toBe(`my-api_valid_until=${clock.ms / 1000 + 48 * 3600}`)
  })

  test('R28 tells payers the name of the gate alone', async () => {
    const { gate, lightning } = paidGate({ name: 'my-api' })
    await gate.decide(
      request({ path: '/secret-path' }),
      gate.policy({ name: 'secret-name', require: sats(10) }),
    )
    expect(lightning.requests[0]).toMatchObject({ memo: 'my-api', amountMsat: 10_000, expirySeconds: 600 })
  })

  test('R27 is good for 24 hours, and at least an hour longer than the invoice can be paid', async () => {
    const { gate, clock } = paidGate()
    const { macaroon } = satsOfferOf(await gate.decide(request(), gate.policy({ require: sats(10) })))
    expect(caveatsOf(macaroon)[2]).toBe(`turnpike_valid_until=${clock.ms / 1000 + 24 * 3600}`)
    const late = paidGate(payments({ invoiceExpiry: '1d' }))
    const policy = late.gate.policy({ require: sats(10, { validFor: '25h' }) })
    late.lightning.instead.createInvoice = async (ask) => lateInvoice(late.clock.ms, ask)
    const offer = satsOfferOf(await late.gate.decide(request(), policy))
    expect(caveatsOf(offer.macaroon)[2]).toBe(`turnpike_valid_until=${offer.expiresAt + 3600}`)
  })

  test('R24 has an invoice of its own for each 402: 20 at once get 20 hashes, whoever shares an address', async () => {
    const { gate, lightning } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    const offers = await Promise.all(
      Array.from({ length: 20 }, async () => satsOfferOf(await gate.decide(request(), policy))),
    )
    expect(new Set(offers.map(({ invoice }) => invoice)).size).toBe(20)
    expect(new Set(lightning.invoices.map(({ paymentHash }) => paymentHash)).size).toBe(20)
  })

  test('R24 is the same one again for a client that shows it unpaid', async () => {
    const { gate, lightning, clock } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    const first = satsOfferOf(await gate.decide(request(), policy))
    const again = refusalOf(await gate.decide(paying(`${first.macaroon}:`), policy))
    expect(again).toMatchObject({ status: 402, code: 'credential_unsettled' })
    expect(satsOfferOf(again)).toEqual(first)
    expect(again.headers['retry-after']).toBeUndefined()
    expect(lightning.invoices).toHaveLength(1)
    clock.ms += 590_000
    expect(satsOfferOf(await gate.decide(paying(`${first.macaroon}:`), policy)).invoice).not.toBe(
      first.invoice,
    )
  })

  test('R24 R27 is another one where the payment was revoked: nobody is to pay for nothing', async () => {
    const { gate, lightning } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    const first = satsOfferOf(await gate.decide(request(), policy))
    await gate.revoke(lightning.invoices[0]?.paymentHash.toUpperCase() ?? '')
    const again = satsOfferOf(await gate.decide(paying(`${first.macaroon}:`), policy))
    expect(again.invoice).not.toBe(first.invoice)
  })

  test('R24 is another one where the offer shown is of another resource, price, gate or process', async () => {
    const { gate, lightning } = paidGate()
    const policy = gate.policy({ name: 'a', require: sats((view) => (view.path === '/dear' ? 20 : 10)) })
    const first = satsOfferOf(await gate.decide(request(), policy))
    const other = gate.policy({ name: 'b', require: sats(10) })
    const shown = `${first.macaroon}:`
    const offers = [
      satsOfferOf(await gate.decide(paying(shown), other)),
      satsOfferOf(await gate.decide(paying(shown, { path: '/dear' }), policy)),
      satsOfferOf(await gate.decide(paying(narrowedToNothing(shown)), policy)),
    ]
    const restarted = paidGate({ lightning })
    const same = restarted.gate.policy({ name: 'a', require: sats(10) })
    const decided = refusalOf(await restarted.gate.decide(paying(shown), same))
    expect(decided.code).toBe('credential_unsettled')
    offers.push(satsOfferOf(decided))
    expect(new Set([first, ...offers].map(({ invoice }) => invoice)).size).toBe(5)
  })

  test('R24 is looked for in the first four credentials alone: each costs the gate some work', async () => {
    const { gate } = paidGate()
    const elsewhere = paidGate()
    const policy = gate.policy({ name: 'a', require: sats(10) })
    const known = satsOfferOf(await gate.decide(request(), policy))
    const there = elsewhere.gate.policy({ name: 'a', require: sats(10) })
    const { macaroon: unknown } = satsOfferOf(await elsewhere.gate.decide(request(), there))
    const offeredAfter = async (others: number) => {
      const headers = {
        authorization: `L402 ${Array.from({ length: others }, () => unknown).join(',')}:`,
        'x-l402': `${known.macaroon}:`,
      }
      return satsOfferOf(await gate.decide(request({ headers }), policy)).invoice
    }
    expect(await offeredAfter(3)).toBe(known.invoice)
    expect(await offeredAfter(4)).not.toBe(known.invoice)
  })

  test('is not made where the policy only observes, nor while the free allowance lasts', async () => {
    const { gate, lightning } = paidGate()
    passOf(await gate.decide(request(), gate.policy({ mode: 'observe', require: sats(10) })))
    passOf(await gate.decide(request(), gate.policy({ free: '1/1m', require: sats(10) })))
    expect(lightning.requests).toEqual([])
  })
})

describe('minting (R24)', () => {
  test('is limited for each caller: over it the sats are left out, and with no other way it is 429', async () => {
    const { gate, clock } = paidGate(payments({ mint: { perCaller: '2/1m' } }))
    const both = gate.policy({ require: anyOf(pow(1), sats(10)) })
    const alone = gate.policy({ require: sats(10) })
    satsOfferOf(await gate.decide(request(), both))
    satsOfferOf(await gate.decide(request(), alone))
    clock.ms += 10_000
    const left = refusalOf(await gate.decide(request(), both))
    expect(left).toMatchObject({ status: 402, code: 'proof_required' })
    expect(left.body.offers?.map(({ rail }) => rail)).toEqual(['pow'])
    const none = refusalOf(await gate.decide(request(), alone))
    expect(none).toMatchObject({ status: 429, code: 'issue_flood', headers: { 'retry-after': '50' } })
    satsOfferOf(await gate.decide(request({ ip: '198.51.100.7' }), alone))
    clock.ms += 50_000
    satsOfferOf(await gate.decide(request(), alone))
  })

  test('is limited for each process, whoever asks', async () => {
    const { gate, clock, lightning } = paidGate(payments({ mint: { perGate: '2/1m' } }))
    const policy = gate.policy({ require: sats(10) })
    for (const ip of ['192.0.2.1', '192.0.2.2']) satsOfferOf(await gate.decide(request({ ip }), policy))
    clock.ms += 10_000
    const none = refusalOf(await gate.decide(request({ ip: '192.0.2.3' }), policy))
    expect(none).toMatchObject({ status: 503, code: 'lightning_down', headers: { 'retry-after': '50' } })
    expect(lightning.requests).toHaveLength(2)
  })

  test('does not stop a caller who shows an unpaid offer from getting it again', async () => {
    const { gate } = paidGate(payments({ mint: { perCaller: '1/1m' } }))
    const policy = gate.policy({ require: sats(10) })
    const first = satsOfferOf(await gate.decide(request(), policy))
    for (let round = 0; round < 3; round += 1) {
      expect(satsOfferOf(await gate.decide(paying(`${first.macaroon}:`), policy))).toEqual(first)
    }
  })

  test('does not hold the 402 longer than its bound: then the offer goes out without sats', async () => {
    const { gate, lightning, lines } = paidGate(payments({ invoiceWait: '50ms' }))
    const aborted: boolean[] = []
    lightning.instead.createInvoice = ({ signal }) =>
      new Promise(() => signal.addEventListener('abort', () => aborted.push(true)))
    const policy = gate.policy({ require: anyOf(pow(1), sats(10)) })
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal.body.offers?.map(({ rail }) => rail)).toEqual(['pow'])
    expect(aborted).toEqual([true])
    expect(lines.join()).toContain('payments_down')
  })

  test('by a dead backend closes this way alone: 503 only where there is no other', async () => {
    const { gate, lightning } = paidGate()
    lightning.instead.createInvoice = () => Promise.reject(new Error('connection refused'))
    const both = refusalOf(await gate.decide(request(), gate.policy({ require: anyOf(pow(1), sats(10)) })))
    expect(both).toMatchObject({ status: 402, code: 'proof_required' })
    expect(both.body.offers?.map(({ rail }) => rail)).toEqual(['pow'])
    const alone = refusalOf(await gate.decide(request(), gate.policy({ require: sats(10) })))
    expect(alone).toMatchObject({ status: 503, code: 'lightning_down', headers: { 'retry-after': '1' } })
    expect(alone.body.offers).toBeUndefined()
  })

  test('rests after five failures in a row, tries once, and goes on when that works', async () => {
    const { gate, lightning, clock } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    lightning.instead.createInvoice = () => Promise.reject(new Error('connection refused'))
    for (let call = 0; call < 8; call += 1) await gate.decide(request(), policy)
    expect(lightning.requests).toHaveLength(5)
    clock.ms += 5000
    for (let call = 0; call < 3; call += 1) await gate.decide(request(), policy)
    expect(lightning.requests).toHaveLength(6)
    lightning.instead.createInvoice = undefined
    clock.ms += 5000
    satsOfferOf(await gate.decide(request(), policy))
    satsOfferOf(await gate.decide(request(), policy))
  })

  test('throws an invoice away whose payment hash another one had: one payment would be for both (R26)', async () => {
    const { gate, lightning, lines, clock } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    lightning.instead.createInvoice = async (ask) => lateInvoice(clock.ms, ask)
    satsOfferOf(await gate.decide(request(), policy))
    expect(refusalOf(await gate.decide(request({ ip: '198.51.100.7' }), policy)).code).toBe('lightning_down')
    expect(lines.join()).toContain('invoice_wrong')
  })

  test.each<[string, (ask: Invoice) => Partial<Invoice>]>([
    ['for less', ({ amountMsat }) => ({ amountMsat: amountMsat - 1 })],
    ['for more', ({ amountMsat }) => ({ amountMsat: amountMsat + 1 })],
    ['without an amount', () => ({ amountMsat: 0 })],
    ['of another network', () => ({ network: 'bitcoin' })],
    ['that has expired', ({ expiresAtMs }) => ({ expiresAtMs: expiresAtMs - 600_000 })],
    ['that stands for longer than asked', ({ expiresAtMs }) => ({ expiresAtMs: expiresAtMs + 3_600_000 })],
    ['without an end', () => ({ expiresAtMs: Number.NaN })],
    [
      'with a charge id for a hash, as OpenNode has it',
      () => ({ paymentHash: '3a1c6b5e-47c1-4d0e-9f0e-000000000000' }),
    ],
    ['in upper case', ({ invoice }) => ({ invoice: invoice.toUpperCase() })],
    ['that would break the header', ({ invoice }) => ({ invoice: `${invoice}", x="` })],
    ['too long for a header', ({ invoice }) => ({ invoice: invoice.padEnd(2049, 'q') })],
  ])('throws an invoice away that is %s (R26)', async (_, change) => {
    const { gate, lightning, lines, clock } = paidGate()
    const policy = gate.policy({ require: sats(10) })
    lightning.instead.createInvoice = async (ask) => {
      const good = lateInvoice(clock.ms, ask)
      return { ...good, ...change(good) }
    }
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('lightning_down')
    expect(lines.join()).toContain('invoice_wrong')
  })
})

test('R31 what was bought admits its one call, and says so', async () => {
  const paid = paidGate()
  const policy = paid.gate.policy({ require: sats(10) })
  const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
  const pass = passOf(await paid.gate.decide(paying(credential), policy))
  expect(pass.headers['turnpike-admission']).toBe('lightning;uses=0')
  expect(pass.proven).toBe(true)
  await pass.finish({ kind: 'completed', status: 200 })
  await pause(0)
  const replay = refusalOf(await paid.gate.decide(paying(credential), policy))
  expect(replay).toMatchObject({ status: 402, code: 'credential_spent' })
  expect(satsOfferOf(replay).invoice).not.toBe(paid.lightning.invoices[0]?.invoice)
})

function narrowedToNothing(credential: string): string {
  return credential.replace(/^.{20}/, 'A'.repeat(20))
}

/** What an honest backend makes, a little late. */
function lateInvoice(nowMs: number, { amountMsat, expirySeconds }: InvoiceRequest): Invoice {
  return {
    invoice: `lnbcrt${amountMsat}p1q`,
    paymentHash: createHash('sha256').update(String(nowMs)).digest('hex'),
    amountMsat,
    expiresAtMs: nowMs + expirySeconds * 1000 + 5000,
    network: 'regtest',
  }
}
