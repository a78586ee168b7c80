import { describe, expect, test } from '@jest/globals'
import { sats } from '@turnpike/core'
import { encodeBase64, encodeMacaroon, signMacaroon } from '@turnpike/protocol'
import { createHash } from 'node:crypto'
import { bought, caveatsOf, macaroonOf, narrowed, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request, SECRET } from './requests.ts'
import { sold, tampered } from './sold-credential.ts'

const DAY_MS = 86_400_000
const OTHER = 'another secret of the tests, long enough too'

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
})
