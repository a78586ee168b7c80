import { describe, expect, test } from '@jest/globals'
import { anyOf, type GateOptions, pow, type RequestView, sats } from '@turnpike/core'
import { encodeBase64, encodeMacaroon, signMacaroon } from '@turnpike/protocol'
import type { FakeLightningOptions } from '@turnpike/testkit'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { bought, caveatsOf, macaroonOf, narrowed, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request, SECRET } from './requests.ts'

const DAY_MS = 86_400_000
const OTHER = 'another secret of the tests, long enough too'

/** A gate, a policy and a credential that was paid for and not used. */
async function sold(options: GateOptions = {}, backend: FakeLightningOptions = {}) {
  const paid = paidGate({ name: 'my-api', ...options }, backend)
  const policy = paid.gate.policy({ name: 'search', require: sats(10) })
  const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
  const decide = async (view: RequestView) => await paid.gate.decide(view, policy)
  const codeOf = async (shown: string) => refusalOf(await decide(paying(shown))).code
  return { ...paid, policy, credential, decide, codeOf }
}

/** The macaroon with other bytes in a place, its signature left alone. */
function tampered(credential: string, at: number): string {
  const macaroon = macaroonOf(credential)
  const identifier = macaroon.identifier.with(at, (macaroon.identifier[at] ?? 0) ^ 1)
  return credential.replace(/^[^:]*/, encodeBase64(encodeMacaroon({ ...macaroon, identifier })))
}

describe('a payment credential', () => {
  test.each<[string, string, (credential: string) => string]>([
    ['credential_malformed', 'no macaroon', () => `nonsense:${'00'.repeat(32)}`],
    ['credential_malformed', 'nothing', () => '?'],
    ['credential_malformed', 'a preimage alone', (good) => `:${good.split(':')[1]}`],
    ['credential_malformed', 'a macaroon without a preimage part', (good) => good.split(':')[0] ?? ''],
    [
      'credential_malformed',
      'something after the signature',
      (good) => good.replace(/=*:/, (end) => `AAAA${end}`),
    ],
    ['credential_malformed', 'more than 8 kB', (good) => `${'A'.repeat(9000)}${good}`],
    ['credential_unknown_key', 'another key id', (good) => tampered(good, 34)],
    ['credential_wrong_preimage', 'another payment hash', (good) => tampered(good, 2)],
    ['credential_wrong_preimage', 'another preimage', (good) => good.replace(/:.*/, `:${'00'.repeat(32)}`)],
    ['credential_forged', 'a higher amount', (good) => tampered(good, 45)],
    ['credential_forged', 'more uses', (good) => tampered(good, 49)],
    ['credential_forged', 'another shard', (good) => tampered(good, 37)],
    ['credential_bad_caveat', 'a later end', (good) => narrowed(good, 'my-api_valid_until=9999999999')],
    ['credential_bad_caveat', 'an unknown condition of ours', (good) => narrowed(good, 'my-api_region=eu')],
    ['credential_bad_caveat', 'another service', (good) => narrowed(good, 'services=other:0')],
    ['credential_bad_caveat', 'no capability left', (good) => narrowed(good, 'my-api_capabilities=')],
    ['credential_expired', 'an end in the past', (good) => narrowed(good, 'my-api_valid_until=1799999999')],
  ])('is refused with 402, a fresh offer and %s: %s', async (code, _, change) => {
    const { decide, credential } = await sold()
    const refusal = refusalOf(await decide(paying(change(credential))))
    expect(refusal).toMatchObject({ status: 402, code })
    satsOfferOf(refusal)
    passOf(await decide(paying(credential)))
  })

  test('is read from Authorization in either name and any case, from X-L402, and from the second of two lines', async () => {
    const { policy, gate, ...paid } = await sold()
    const forms = [
      (good: string) => ({ authorization: `L402 ${good}` }),
      (good: string) => ({ authorization: `LSAT ${good}` }),
      (good: string) => ({ authorization: `lsat ${good}` }),
      (good: string) => ({ authorization: `LSAT ${good}, L402 ${good}` }),
      (good: string) => ({ authorization: `Bearer abc, L402 ${good}` }),
      (good: string) => ({ authorization: 'Bearer abc', 'x-l402': good }),
      (good: string) => ({ 'x-l402': `L402 ${good}` }),
      (good: string) => ({ authorization: `L402 AAAA,${good}` }),
      (good: string) => ({
        authorization: `L402 ${good.replaceAll('+', '-').replaceAll('/', '_').replace(/=*:/, ':')}`,
      }),
    ]
    for (const form of forms) {
      const credential = bought(paid, satsOfferOf(await gate.decide(request(), policy)))
      expect(passOf(await gate.decide(request({ headers: form(credential) }), policy)).admission.way).toBe(
        'lightning',
      )
    }
  })

  test('spelt in another way is the same payment: state goes by the payment hash', async () => {
    const { decide, credential } = await sold()
    await passOf(await decide(paying(credential))).finish({ kind: 'completed', status: 200 })
    const spellings = [
      narrowed(credential, 'RequestPath = /x'),
      credential.replaceAll('+', '-').replaceAll('/', '_').replace(/=*:/, ':'),
      credential.replace(/:.*/, (end) => end.toUpperCase()),
    ]
    for (const spelling of spellings) {
      expect(refusalOf(await decide(paying(spelling))).code).toBe('credential_spent')
    }
  })

  test('R23 is good for calls that cost no more than was paid: cheap arguments, dear call', async () => {
    const paid = paidGate()
    const price = (view: RequestView) => (view.body() === 'dear' ? 100 : 10)
    const policy = paid.gate.policy({ name: 'render', require: sats(price) })
    const cheap = bought(paid, satsOfferOf(await paid.gate.decide(request({ body: 'cheap' }), policy)))
    const dear = refusalOf(await paid.gate.decide(paying(cheap, { body: 'dear' }), policy))
    expect(dear).toMatchObject({ status: 402, code: 'credential_too_weak' })
    expect(satsOfferOf(dear).sats).toBe(100)
    passOf(await paid.gate.decide(paying(cheap, { body: 'cheap' }), policy))
  })

  test('R23 keeps its uses when the terms change, and is too weak when the price was raised after the sale', async () => {
    const paid = paidGate()
    const before = paid.gate.policy({ name: 'x', require: sats(10, { uses: 3 }) })
    const dearer = paid.gate.policy({ name: 'x', require: sats(11, { uses: 3 }) })
    const single = paid.gate.policy({ name: 'x', require: sats(10) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), before)))
    expect(refusalOf(await paid.gate.decide(paying(credential), dearer)).code).toBe('credential_too_weak')
    for (const left of [2, 1, 0]) {
      expect(passOf(await paid.gate.decide(paying(credential), single)).admission.usesLeft).toBe(left)
    }
  })

  test.each<[string, (view: RequestView) => number]>([
    ['NaN', () => Number.NaN],
    ['nothing', () => 0],
    ['a part of a satoshi', () => 0.5],
    ['less than nothing', () => -10],
    ['more than the cap', () => 100_001],
    ['a text', () => untyped('10')],
    ['an object, as a promise is', () => untyped({})],
    [
      'with an exception',
      () => {
        throw new Error('no such tool')
      },
    ],
  ])('R23 a price function that answers %s closes the way to the call', async (_, price) => {
    const { gate, lines, lightning } = paidGate()
    const alone = refusalOf(await gate.decide(request(), gate.policy({ require: sats(price) })))
    expect(alone).toMatchObject({ status: 503, code: 'price_unknown' })
    const both = refusalOf(await gate.decide(request(), gate.policy({ require: anyOf(pow(1), sats(price)) })))
    expect(both.body.offers?.map(({ rail }) => rail)).toEqual(['pow'])
    expect(lines.filter((line) => line.includes('price_invalid'))).toHaveLength(1)
    expect(lightning.requests).toEqual([])
  })

  test('R23 a price function that promises, and breaks its promise, ends no process', async () => {
    const { gate } = paidGate()
    const price = new Proxy(() => 10, { apply: async () => await Promise.reject(new Error('no body')) })
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    const refusal = refusalOf(await gate.decide(request(), gate.policy({ require: sats(price) })))
    await pause(0)
    process.off('unhandledRejection', hear)
    expect(refusal.code).toBe('price_unknown')
    expect(unheard).toEqual([])
  })

  test('R23 a credential shown while the price is not known admits nothing, and asks for nothing', async () => {
    let known = true
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(() => (known ? 10 : Number.NaN)) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    known = false
    expect(refusalOf(await paid.gate.decide(paying(credential), policy)).code).toBe('price_unknown')
    known = true
    passOf(await paid.gate.decide(paying(credential), policy))
  })

  test.each([
    ['another policy', { name: 'other' }, {}],
    ['a policy named like a route', { name: 'GET /search' }, {}],
    ['no policy name, the same path', {}, { path: '/search' }],
  ])('R28 is not good for %s', async (_, options, parts) => {
    const { gate, credential } = await sold()
    const policy = gate.policy({ ...options, require: sats(10) })
    expect(refusalOf(await gate.decide(paying(credential, parts), policy)).code).toBe(
      'credential_wrong_resource',
    )
  })

  test.each([',', '=', 'a b', 'services=x:0', 'ünïcödé ☕', 'x'.repeat(2000), '\n', '%2C'])(
    'R28 is good for the one resource it was bought for, even one called %j',
    async (text) => {
      const paid = paidGate()
      const policy = paid.gate.policy({ require: sats(10) })
      const credential = bought(
        paid,
        satsOfferOf(await paid.gate.decide(request({ path: `/${text}` }), policy)),
      )
      expect(caveatsOf(credential)).toHaveLength(3)
      expect(refusalOf(await paid.gate.decide(paying(credential, { path: `/${text}x` }), policy)).code).toBe(
        'credential_wrong_resource',
      )
      passOf(await paid.gate.decide(paying(credential, { path: `/${text}` }), policy))
    },
  )

  test('R34 is good for a tool whatever its arguments', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ name: 'tools', require: sats(10) })
    const call = (digest: string) => ({ resource: { kind: 'tool', text: 'deep_search', digest } }) as const
    const offer = satsOfferOf(await paid.gate.decide({ ...request(), ...call('one') }, policy))
    const shown = paying(bought(paid, offer))
    const other = { resource: { kind: 'tool', text: 'other', digest: 'one' } } as const
    expect(refusalOf(await paid.gate.decide({ ...shown, ...other }, policy)).code).toBe(
      'credential_wrong_resource',
    )
    passOf(await paid.gate.decide({ ...shown, ...call('two') }, policy))
  })

  test('HEAD counts as GET: what was bought for one is good for the other', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request({ method: 'HEAD' }), policy)))
    passOf(await paid.gate.decide(paying(credential), policy))
  })

  test('R13 is judged by the store when it ends; what a holder narrowed, by the gate', async () => {
    const { decide, credential, clock, codeOf } = await sold()
    const short = narrowed(credential, `my-api_valid_until=${clock.ms / 1000 + 100}`)
    clock.ms += 100_000
    expect(await codeOf(short)).toBe('credential_expired')
    clock.ms += DAY_MS - 100_001
    passOf(await decide(paying(credential)))
    const other = await sold()
    other.clock.ms += DAY_MS
    expect(await other.codeOf(other.credential)).toBe('credential_expired')
  })

  test('R29 survives a rotation, and ends with its secret', async () => {
    const { credential, lightning, clock } = await sold()
    const open = async (secret: readonly string[], shown: string) => {
      const { gate } = paidGate({ name: 'my-api', secret, lightning, now: () => clock.ms })
      return await gate.decide(paying(shown), gate.policy({ name: 'search', require: sats(10) }))
    }
    expect(refusalOf(await open([OTHER], credential)).code).toBe('credential_unknown_key')
    passOf(await open([SECRET, OTHER], credential))
    passOf(await open([OTHER, SECRET], credential))
  })

  test.each([
    ['another gate', { name: 'other-api' }, 'regtest'],
    ['another network', {}, 'signet'],
  ] as const)('R29 of one gate and network opens nothing at %s', async (_, options, network) => {
    const { credential } = await sold()
    const elsewhere = await sold(options, { network })
    expect(await elsewhere.codeOf(credential)).toBe('credential_unknown_key')
  })

  test('a payment hash and its preimage alone are no credential', async () => {
    const { credential, codeOf } = await sold()
    const macaroon = macaroonOf(credential)
    const signature = signMacaroon(new Uint8Array(32), macaroon.identifier, macaroon.caveats)
    const forged = encodeBase64(encodeMacaroon({ ...macaroon, signature }))
    expect(await codeOf(credential.replace(/^[^:]*/, forged))).toBe('credential_forged')
  })

  test('of two shown, the first good one counts', async () => {
    const { policy, gate, credential, ...paid } = await sold()
    const second = bought(paid, satsOfferOf(await gate.decide(request(), policy)))
    const headers = { authorization: `L402 ${tampered(credential, 40)}`, 'x-l402': second }
    passOf(await gate.decide(request({ headers }), policy))
    expect(refusalOf(await gate.decide(paying(second), policy)).code).toBe('credential_in_use')
  })

  test('that somebody else made is never signed: an offer holds nothing that the client sent', async () => {
    const { decide, credential, lightning } = await sold()
    const macaroon = macaroonOf(credential)
    const own = new Uint8Array(32).fill(7)
    const identifier = macaroon.identifier.slice()
    identifier.set(createHash('sha256').update(own).digest(), 2)
    const signature = signMacaroon(new Uint8Array(32), identifier, macaroon.caveats)
    const forged = encodeBase64(encodeMacaroon({ ...macaroon, identifier, signature }))
    const preimage = Buffer.from(own).toString('hex')
    for (const shown of [`${forged}:${preimage}`, `${forged}:`]) {
      const refusal = refusalOf(await decide(paying(shown)))
      expect(refusal).toMatchObject({ status: 402, code: 'credential_forged' })
      const offered = macaroonOf(satsOfferOf(refusal).macaroon)
      const hash = Buffer.from(offered.identifier.subarray(2, 34)).toString('hex')
      expect(lightning.invoices.map(({ paymentHash }) => paymentHash)).toContain(hash)
      expect(caveatsOf(satsOfferOf(refusal).macaroon)).toHaveLength(3)
    }
  })

  test('raced by two calls admits one of them', async () => {
    const { decide, credential } = await sold()
    const decisions = await Promise.all([decide(paying(credential)), decide(paying(credential))])
    expect(decisions.map(({ outcome }) => outcome).toSorted()).toEqual(['pass', 'refuse'])
  })

  test('is bound to the route pattern where the framework knows it: one payment for any item', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10) }, 'route')
    const item = (path: string) => ({ path, route: '/items/:id' })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(item('/items/1')), policy)))
    passOf(await paid.gate.decide(paying(credential, item('/items/2')), policy))
  })
})

/** What JavaScript may answer. */
function untyped<T>(value: unknown): T {
  const answered: T = JSON.parse(JSON.stringify(value))
  return answered
}
