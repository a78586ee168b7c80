import { describe, expect, test } from '@jest/globals'
import { memoryStore, type Policy, pow, type PowTerms } from '@turnpike/core'
import { decodeBase64url, encodeBase64url, homeShard, parseChallenge, solves } from '@turnpike/protocol'
import {
  passOf,
  powOfferOf,
  refusalOf,
  request,
  SECRET,
  solved,
  testGate,
  type TestGate,
  work,
} from './requests.ts'

function demand(parts: TestGate, difficulty = 1, terms: Omit<PowTerms, 'difficulty'> = {}): Policy {
  return parts.gate.policy({ require: pow(difficulty, { quota: false, ...terms }) })
}

async function codeOf({ gate }: TestGate, policy: Policy, headers: Readonly<Record<string, string>>) {
  const decision = await gate.decide(request({ headers }), policy)
  return decision.outcome === 'refuse' ? decision.code : decision.outcome
}

const offerFor = async ({ gate }: TestGate, policy: Policy) =>
  powOfferOf(await gate.decide(request(), policy))

describe('a solution', () => {
  test.each([1, 4, 16])('of %i nonces admits one call, and only one', async (count) => {
    const parts = testGate()
    const policy = demand(parts, 1.5, { count })
    const offer = await offerFor(parts, policy)
    expect(offer.count).toBe(count)
    expect(await codeOf(parts, policy, solved(offer))).toBe('pass')
    expect(await codeOf(parts, policy, solved(offer))).toBe('credential_spent')
  })

  test('in 1,000 concurrent copies admits exactly one (R12)', async () => {
    const parts = testGate()
    const policy = demand(parts)
    const headers = solved(await offerFor(parts, policy))
    const decisions = await Promise.all(
      Array.from({ length: 1000 }, async () => await parts.gate.decide(request({ headers }), policy)),
    )
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(1)
  })

  test('may come as Authorization: PoW', async () => {
    const parts = testGate()
    const policy = demand(parts)
    const authorization = `PoW ${work(await offerFor(parts, policy))}`
    expect(await codeOf(parts, policy, { authorization })).toBe('pass')
    const beside = `Bearer abc, PoW ${work(await offerFor(parts, policy))}`
    expect(await codeOf(parts, policy, { authorization: beside })).toBe('pass')
  })

  test.each([
    ['nothing', ''],
    ['junk', 'open sesame'],
    ['a nonce alone', 'nonce=00'],
    ['a challenge that is too short', 'challenge=abc,nonce=00'],
    ['ten thousand characters', `challenge=${'A'.repeat(10_000)},nonce=00`],
    ['a nonce in capitals', 'challenge=CHALLENGE,nonce=AB'],
    ['a nonce with a prefix', 'challenge=CHALLENGE,nonce=0x1f'],
    ['a nonce of 33 digits', `challenge=CHALLENGE,nonce=${'0'.repeat(33)}`],
    ['17 nonces', `challenge=CHALLENGE,nonce=${Array.from({ length: 17 }, (_, n) => `0${n}`).join('.')}`],
  ])('that is %s is malformed', async (_what, text) => {
    const parts = testGate()
    const policy = demand(parts)
    const { challenge } = await offerFor(parts, policy)
    const header = text.replace('CHALLENGE', challenge)
    expect(await codeOf(parts, policy, { 'x-pow-solution': header })).toBe('credential_malformed')
  })

  test('with the wrong number of nonces, a repeated one, or one that falls short is no work', async () => {
    const parts = testGate()
    const policy = demand(parts, 1.5, { count: 4 })
    const offer = await offerFor(parts, policy)
    const [head = '', nonces = ''] = work(offer).split('nonce=')
    const [first = '', ...rest] = nonces.split('.')
    const lazy = [
      'fffffff0',
      'fffffff1',
      'fffffff2',
      'fffffff3',
      'fffffff4',
      'fffffff5',
      'fffffff6',
      'fffffff7',
    ].find((nonce) => !solves(offer.challenge, nonce, Number.parseInt(offer.target, 16)))
    const wrong = [
      [first],
      [first, first, first, first],
      [first, ...rest.slice(0, 2), lazy],
      [...rest, first],
    ]
    for (const list of wrong) {
      const header = { 'x-pow-solution': `${head}nonce=${list.join('.')}` }
      expect(await codeOf(parts, policy, header)).toBe('credential_wrong_work')
    }
  })
})

describe('a signed challenge', () => {
  test.each(Array.from({ length: 75 }, (_, byte) => byte))(
    'with byte %i changed is not honoured',
    async (byte) => {
      const parts = testGate()
      const policy = demand(parts, 0.25)
      const offer = await offerFor(parts, policy)
      const bytes = decodeBase64url(offer.challenge) ?? new Uint8Array(75)
      bytes[byte] = (bytes[byte] ?? 0) ^ 1
      const challenge = encodeBase64url(bytes)
      const code = await codeOf(parts, policy, { 'x-pow-solution': work({ ...offer, challenge }) })
      // Version 0 and a count of no nonces cannot even be read; the key id names another key; all else breaks the MAC.
      const [unreadable, foreign] = [byte === 0 || byte === 2, byte === 1]
      const forged = foreign ? 'credential_unknown_key' : 'credential_forged'
      expect(code).toBe(unreadable ? 'credential_malformed' : forged)
    },
  )

  test('made with another secret, or by a gate of another name, is not honoured (R29)', async () => {
    const home = testGate()
    const policy = demand(home)
    for (const options of [{ secret: `${SECRET} but another` }, { name: 'another' }]) {
      const stranger = testGate(options)
      const offer = await offerFor(stranger, demand(stranger))
      expect(['credential_unknown_key', 'credential_forged']).toContain(
        await codeOf(home, policy, solved(offer)),
      )
    }
  })

  test('survives both steps of a rotation, and ends with the third (R29)', async () => {
    const [old, fresh] = ['the old secret, thirty-two characters', 'the new secret, thirty-two characters']
    const before = testGate({ secret: old })
    const appended = testGate({ secret: [old, fresh] })
    const moved = testGate({ secret: [fresh, old] })
    const dropped = testGate({ secret: fresh })
    const byOld = () => offerFor(before, demand(before))
    const byNew = () => offerFor(moved, demand(moved))
    expect(await codeOf(appended, demand(appended), solved(await byOld()))).toBe('pass')
    expect(await codeOf(moved, demand(moved), solved(await byOld()))).toBe('pass')
    expect(await codeOf(appended, demand(appended), solved(await byNew()))).toBe('pass')
    expect(await codeOf(dropped, demand(dropped), solved(await byNew()))).toBe('pass')
    expect(await codeOf(dropped, demand(dropped), solved(await byOld()))).toBe('credential_unknown_key')
    expect(await codeOf(before, demand(before), solved(await byNew()))).toBe('credential_unknown_key')
  })

  test.each([
    ['a millisecond before', -1, 'pass'],
    ['at', 0, 'credential_expired'],
    ['a millisecond after', 1, 'credential_expired'],
    ['a minute and a bit after', 61_000, 'credential_expired'],
  ])('shown %s its expiry: %s', async (_when, offsetMs, outcome) => {
    const parts = testGate()
    const policy = demand(parts)
    const offer = await offerFor(parts, policy)
    parts.clock.ms = offer.expiresAt * 1000 + offsetMs
    expect(await codeOf(parts, policy, solved(offer))).toBe(outcome)
  })

  test('is for its resource alone, and a policy named like a route is another resource (R28)', async () => {
    const parts = testGate()
    const unnamed = demand(parts)
    const named = parts.gate.policy({ name: 'GET /search', require: pow(1) })
    const elsewhere = request({ path: '/other', headers: solved(await offerFor(parts, unnamed)) })
    expect(refusalOf(await parts.gate.decide(elsewhere, unnamed)).code).toBe('credential_wrong_resource')
    expect(await codeOf(parts, named, solved(await offerFor(parts, unnamed)))).toBe(
      'credential_wrong_resource',
    )
    expect(await codeOf(parts, unnamed, solved(await offerFor(parts, named)))).toBe(
      'credential_wrong_resource',
    )
  })

  test('for GET serves HEAD too', async () => {
    const parts = testGate()
    const policy = demand(parts)
    const headers = solved(await offerFor(parts, policy))
    expect(passOf(await parts.gate.decide(request({ method: 'HEAD', headers }), policy)).admission.way).toBe(
      'pow',
    )
  })

  test('below the work of today is too weak (R20)', async () => {
    const parts = testGate()
    const easy = parts.gate.policy({ name: 'x', require: pow(1, { quota: false }) })
    const hard = parts.gate.policy({ name: 'x', require: pow(1.25, { quota: false }) })
    expect(await codeOf(parts, hard, solved(await offerFor(parts, easy)))).toBe('credential_too_weak')
    expect(await codeOf(parts, easy, solved(await offerFor(parts, hard)))).toBe('pass')
  })

  test("carries its caller's home shard in the first byte of its id (R9)", async () => {
    const parts = testGate()
    const policy = demand(parts)
    const idOf = async (ip: string) => {
      const offer = powOfferOf(await parts.gate.decide(request({ ip }), policy))
      return homeShard(parseChallenge(offer.challenge)?.challenge.id ?? new Uint8Array(16))
    }
    expect(await idOf('192.0.2.7')).toBe(await idOf('192.0.2.200'))
    const shards = new Set(await Promise.all(Array.from({ length: 40 }, (_, n) => idOf(`198.51.${n}.1`))))
    expect(shards.size).toBeGreaterThan(10)
  })
})

describe('binding (R19)', () => {
  const agent = { class: 'agent', id: 'a1' }
  const keyed = () =>
    testGate({ caller: (view) => (view.header('x-agent') === undefined ? undefined : agent) })

  test('leaves callers known by address alone unbound: another address may redeem', async () => {
    const parts = testGate()
    const policy = demand(parts)
    const headers = solved(await offerFor(parts, policy))
    expect(
      passOf(await parts.gate.decide(request({ ip: '203.0.113.9', headers }), policy)).admission.way,
    ).toBe('pow')
  })

  test('holds authenticated callers to their own challenges', async () => {
    const parts = keyed()
    const policy = demand(parts)
    const offer = powOfferOf(await parts.gate.decide(request({ headers: { 'x-agent': '1' } }), policy))
    expect(await codeOf(parts, policy, solved(offer))).toBe('credential_wrong_caller')
    expect(await codeOf(parts, policy, { ...solved(offer), 'x-agent': '1' })).toBe('pass')
  })

  test('holds a solution for several uses to its caller, which it admits so often and no more', async () => {
    const parts = testGate()
    const policy = demand(parts, 1, { uses: 3 })
    const offer = await offerFor(parts, policy)
    expect(offer.uses).toBe(3)
    const headers = solved(offer)
    const elsewhere = request({ ip: '203.0.113.9', headers })
    expect(refusalOf(await parts.gate.decide(elsewhere, policy)).code).toBe('credential_wrong_caller')
    const left: (number | undefined)[] = []
    for (let use = 0; use < 3; use++) {
      left.push(passOf(await parts.gate.decide(request({ headers }), policy)).admission.usesLeft)
    }
    expect(left).toEqual([2, 1, 0])
    expect(await codeOf(parts, policy, headers)).toBe('credential_spent')
  })

  test("refuses an unbound challenge where bind is 'caller', and binds to the address there", async () => {
    const parts = testGate()
    const bound = parts.gate.policy({ name: 'x', require: pow(1, { bind: 'caller' }) })
    const unbound = parts.gate.policy({ name: 'x', require: pow(1, { bind: 'none' }) })
    expect(await codeOf(parts, bound, solved(await offerFor(parts, unbound)))).toBe('credential_wrong_caller')
    expect(await codeOf(parts, bound, solved(await offerFor(parts, bound)))).toBe('pass')
  })
})

describe('one clock (R13)', () => {
  test('two processes 60 s apart on one store: one solution, one pass', async () => {
    const storeClock = { ms: 1_800_000_000_000 }
    const store = memoryStore({ now: () => storeClock.ms })
    const early = testGate({ store })
    const late = testGate({ store })
    late.clock.ms += 60_000
    const offer = await offerFor(early, demand(early))
    storeClock.ms = early.clock.ms = offer.expiresAt * 1000 - 1
    late.clock.ms = storeClock.ms + 60_000
    expect(await codeOf(late, demand(late), solved(offer))).toBe('pass')
    expect(await codeOf(early, demand(early), solved(offer))).toBe('credential_spent')
  })

  test('a solution issued before the store began is lost, not replayed (R15)', async () => {
    const before = testGate()
    const offer = await offerFor(before, demand(before))
    const after = testGate()
    after.clock.ms += 5000
    const restarted = testGate({
      store: memoryStore({ now: () => after.clock.ms }),
      now: () => after.clock.ms,
    })
    expect(await codeOf(restarted, demand(restarted), solved(offer))).toBe('credential_lost')
  })
})
