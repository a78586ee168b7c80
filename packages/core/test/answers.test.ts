import { describe, expect, test } from '@jest/globals'
import { type AdmitOutcome, memoryStore, pow, type Store, VERSION } from '@turnpike/core'
import { readFileSync } from 'node:fs'
import { powOfferOf, refusalOf, request, testGate } from './requests.ts'

/** A store whose every decision is the one given; the faults of real ones cannot be provoked in memory. */
function storeThatSays(say: () => AdmitOutcome | Promise<AdmitOutcome>): Store {
  return { ...memoryStore(), admit: say }
}

describe('503', () => {
  test.each([
    ['store_down', () => Promise.reject(new Error('connection refused'))],
    [
      'store_down',
      () => {
        throw new Error('thrown at once')
      },
    ],
    ['store_full', () => ({ outcome: 'full' }) as const],
    ['store_corrupt', () => ({ outcome: 'corrupt' }) as const],
    ['store_late', () => ({ outcome: 'late' }) as const],
  ])('%s: nothing is claimed, nobody passes, Retry-After says when (R14, R18)', async (code, say) => {
    const { gate } = testGate({ store: storeThatSays(say) })
    const policy = gate.policy({ require: pow(1) })
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 503, code })
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(refusal.body.offers).toBeUndefined()
  })

  test('a store that is down is named in the log once a minute, not once a call', async () => {
    const { gate, clock, lines } = testGate({
      store: storeThatSays(() => Promise.reject(new Error('no route'))),
    })
    const policy = gate.policy({ free: '1/1m' })
    for (let call = 0; call < 5; call++) await gate.decide(request(), policy)
    expect(lines).toEqual([expect.stringMatching(/no route.*store_failed/)])
    clock.ms += 60_000
    await gate.decide(request(), policy)
    expect(lines).toHaveLength(2)
  })

  test('an answer that came too late is asked for once more (R13)', async () => {
    const real = memoryStore()
    let asked = 0
    const store: Store = { ...real, admit: (ask) => (++asked === 1 ? { outcome: 'late' } : real.admit(ask)) }
    const { gate } = testGate({ store })
    expect((await gate.decide(request(), gate.policy({ free: '1/1m' }))).outcome).toBe('pass')
    expect(asked).toBe(2)
  })

  test('a full memory store turns newcomers away and keeps those it has (R18)', async () => {
    const clock = { ms: 1_800_000_000_000 }
    const { gate } = testGate({
      store: memoryStore({ maxHolders: 2, now: () => clock.ms }),
      now: () => clock.ms,
    })
    const policy = gate.policy({ free: '5/1m' })
    const ask = (ip: string) => gate.decide(request({ ip }), policy)
    expect((await ask('192.0.2.1')).outcome).toBe('pass')
    expect((await ask('192.0.2.2')).outcome).toBe('pass')
    expect(refusalOf(await ask('192.0.2.3')).code).toBe('store_full')
    expect((await ask('192.0.2.1')).outcome).toBe('pass')
    clock.ms += 61_000
    expect((await ask('192.0.2.3')).outcome).toBe('pass')
  })
})

describe('a 402', () => {
  test('is never kept by a cache, and names what it is for', async () => {
    const { gate } = testGate()
    const refusal = refusalOf(
      await gate.decide(request({ method: 'HEAD', path: '/x' }), gate.policy({ require: pow(4) })),
    )
    expect(refusal.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    })
    expect(refusal.body).toMatchObject({
      type: 'urn:turnpike:problem:proof_required',
      status: 402,
      code: 'proof_required',
      resource: 'GET /x',
    })
    expect(refusal.headers['www-authenticate']).toEqual([
      expect.stringMatching(
        /^PoW challenge="[\w-]{100}", difficulty="4", target="0000ffff", count="1", algorithm="sha256", expires="\d{10}"$/,
      ),
    ])
  })

  test('puts data first, then a sentence for the person in charge, then the command, pinned (R36)', async () => {
    const { gate } = testGate()
    const refusal = refusalOf(await gate.decide(request(), gate.policy({ require: pow(4) })))
    const { challenge } = powOfferOf(refusal)
    const { detail } = refusal.body
    const order = [
      '65,536 SHA-256 hashes',
      'For the person in charge',
      'To work: find a nonce',
      'Command: ',
    ].map((part) => detail.indexOf(part))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order.every((at) => at >= 0)).toBe(true)
    expect(
      detail.endsWith(`npx -y @turnpike/cli@${VERSION} solve --challenge ${challenge} --target 0000ffff`),
    ).toBe(true)
  })

  test('leaves the command out where the operator wants no commands in answers', async () => {
    const { gate } = testGate({ commandHint: false })
    const refusal = refusalOf(await gate.decide(request(), gate.policy({ require: pow(4) })))
    expect(refusal.body.detail).not.toContain('npx')
  })

  test('says how many nonces and how many calls', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(5.5, { count: 4, uses: 20 }) })
    const { detail } = refusalOf(await gate.decide(request(), policy)).body
    expect(detail).toContain('good for 20 calls')
    expect(detail).toContain('4 different nonces')
    expect(detail).toContain('about 5 s of one processor')
    expect(detail).toMatch(/--count 4$/)
  })

  test('carries the release it came with', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(VERSION).toBe(version)
  })
})

describe('rate-limit fields', () => {
  test('name each window by its role, and by the policy where it has a name', async () => {
    const { gate } = testGate()
    const policy = gate.policy({
      name: 'search',
      free: ['2/1s', '60/1m'],
      ceiling: '600/1m',
      require: pow(4),
    })
    const decision = await gate.decide(request(), policy)
    expect(decision.outcome === 'pass' && decision.headers).toMatchObject({
      'ratelimit-policy':
        '"search ceiling";q=600;w=60, "search free-1s";q=2;w=1, "search free-60s";q=60;w=60',
      ratelimit: '"search ceiling";r=599;t=60, "search free-1s";r=1;t=1, "search free-60s";r=59;t=60',
    })
  })

  test('come in the older spelling too, on request', async () => {
    const { gate, clock } = testGate({ legacyHeaders: true })
    const decision = await gate.decide(request(), gate.policy({ free: '2/1m', ceiling: '9/1m' }))
    expect(decision.outcome === 'pass' && decision.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': String(clock.ms / 1000 + 60),
    })
  })
})
