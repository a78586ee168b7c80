import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  anyOf,
  apiKey,
  type GateOptions,
  type Identity,
  type IdentitySource,
  pow,
  type RequestView,
} from '@turnpike/core'
import { passOf, refusalOf, request, testGate } from './requests.ts'
import { bearer, token, tokenSource } from './tokens.ts'

const KEY = 'canary-api-key-of-a-partner'
const sha256 = createHash('sha256').update(KEY).digest('hex')
const friends = apiKey({ keys: [{ id: 'acme', sha256 }] })

/** A gate with an access audit, and its lines as they are read. */
function audited(options: GateOptions = {}) {
  const lines: string[] = []
  const made = testGate({ name: 'my-api', accessAudit: (line) => void lines.push(line), ...options })
  return { ...made, audit: lines, read: () => lines.map((line): unknown => JSON.parse(line)) }
}

/** A source that has verified this. */
function knowing(claims: Readonly<Record<string, unknown>>, more: Partial<Identity> = {}): IdentitySource {
  const identity: Identity = {
    source: 'bearer',
    class: 'agent',
    id: 'an id',
    subject: 'a subject',
    scopes: [],
    claims,
    ...more,
  }
  return { kind: 'bearer', verify: () => ({ outcome: 'verified', identity }), challenges: () => [] }
}

const about = { v: 1, at: '2027-01-15T08:00:00.000Z', gate: 'my-api' }

describe('the access audit', () => {
  test('takes no line of a caller who has proven nothing', async () => {
    const { gate, audit } = audited({ identities: [friends] })
    const policy = gate.policy({
      name: 'search',
      free: '1/1m',
      require: anyOf(bearer(tokenSource()), pow(1)),
    })
    passOf(await gate.decide(request(), policy))
    refusalOf(await gate.decide(request(), policy))
    refusalOf(await gate.decide(request(token('bad')), policy))
    expect(audit).toEqual([])
  })

  test('says who was admitted where, on which way, and who was refused with which code', async () => {
    const { gate, read } = audited()
    const source = tokenSource()
    const policy = gate.policy({ name: 'search', free: '1/1m', require: bearer(source, 'read') })
    const strict = gate.policy({ name: 'write', require: bearer(source, 'write') })
    for (let call = 0; call < 2; call += 1) passOf(await gate.decide(request(token('alice/browser')), policy))
    refusalOf(await gate.decide(request(token('alice/browser')), strict))
    const alice = { source: 'bearer', class: 'human', subject: 'alice', client: 'browser' }
    expect(read()).toEqual([
      { ...about, access: 'admitted', policy: 'search', resource: 'search', way: 'free', ...alice },
      { ...about, access: 'admitted', policy: 'search', resource: 'search', way: 'bearer', ...alice },
      {
        ...about,
        access: 'refused',
        policy: 'write',
        resource: 'write',
        code: 'bearer_scope',
        ...alice,
      },
    ])
  })

  test('says what a policy that observes would have done', async () => {
    const { gate, read } = audited()
    const policy = gate.policy({ name: 'soon', mode: 'observe', require: bearer(tokenSource(), 'write') })
    passOf(await gate.decide(request(token('robot')), policy))
    expect(read()).toMatchObject([{ access: 'observed', code: 'bearer_scope', subject: 'robot' }])
  })

  test('names issuer and subject as the token has them, and the token by a hash of its id alone', async () => {
    const jti = 'an-id-that-may-be-the-token-itself'
    const claims = { iss: 'https://login.example', sub: 'user-42', jti }
    const { gate, read, audit } = audited({ identities: [knowing(claims, { client: 'cli' })] })
    passOf(await gate.decide(request(), gate.policy({ name: 'p' })))
    expect(read()).toMatchObject([
      {
        issuer: 'https://login.example',
        subject: 'user-42',
        client: 'cli',
        token: createHash('sha256').update(jti).digest('hex').slice(0, 16),
      },
    ])
    expect(audit.join()).not.toContain(jti)
  })

  test('takes a line for each of two proofs of one call, by key and by token', async () => {
    const { gate, read, audit } = audited({ identities: [friends] })
    const policy = gate.policy({ name: 'search', require: bearer(tokenSource()) })
    const { headers } = token('canary-token')
    passOf(await gate.decide(request({ headers: { ...headers, 'x-api-key': KEY } }), policy))
    expect(read()).toMatchObject([
      { source: 'bearer', subject: 'canary-token' },
      { source: 'apiKey', subject: 'acme' },
    ])
    expect(audit.join()).not.toContain(KEY)
    expect(audit.join()).not.toContain('Bearer')
  })

  test('R1 does not name whoever shows a proof for the second time: nobody has proven anything', async () => {
    const { gate, read } = audited()
    const policy = gate.policy({ name: 'p', free: '5/1m', require: bearer(tokenSource()) })
    passOf(await gate.decide(request(token('alice/app', 'proof')), policy))
    passOf(await gate.decide(request(token('alice/app', 'proof')), policy))
    expect(read()).toMatchObject([{ access: 'admitted', subject: 'alice' }])
    expect(read()).toHaveLength(1)
  })

  test('has bounded lines without control characters, whatever an issuer says', async () => {
    const claims = { iss: `https://login.example/\n${'x'.repeat(5000)}`, sub: 7, jti: ['a'] }
    const { gate, audit, read } = audited({ identities: [knowing(claims, { subject: 's'.repeat(5000) })] })
    const path = `/${'p'.repeat(5000)}`
    passOf(await gate.decide(request({ path }), gate.policy({})))
    expect(audit[0]?.length).toBeLessThan(1000)
    expect(audit[0]).not.toContain('\n')
    expect(read()).toMatchObject([{ subject: 's'.repeat(200) }])
    expect(read()[0]).not.toHaveProperty('token')
  })

  test('has no character that breaks a line or steers a terminal, and says the same', async () => {
    const subject = 'a\u2028b\u0085c\u009b2Jd\u007fe\u202ef'
    const { gate, audit, read } = audited({ identities: [knowing({}, { subject })] })
    passOf(await gate.decide(request(), gate.policy({})))
    expect(audit[0]).toMatch(/^[ -~]+$/)
    expect(read()).toMatchObject([{ subject }])
  })

  test('that fails is a warning, and costs nobody the call; close() waits for its last line', async () => {
    let isDone = false
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      isDone = true
      throw new Error('disk full')
    }
    const { gate, lines } = audited({ accessAudit: slow, identities: [knowing({})] })
    passOf(await gate.decide(request(), gate.policy({})))
    expect(isDone).toBe(false)
    await gate.close()
    expect([isDone, lines]).toEqual([true, [expect.stringMatching(/disk full \(audit_failed/)]])
  })

  test('must be a function', () => {
    expect(() => audited({ accessAudit: 'access.jsonl' as never })).toThrow(/accessAudit takes a function/)
  })
})

describe('events', () => {
  test('name nobody, by token or by key', async () => {
    const { gate, lines } = audited({ identities: [friends] })
    const seen: unknown[] = []
    for (const type of ['admitted', 'refused', 'decided', 'ended', 'metered', 'storeFailed'] as const)
      gate.on(type, (event) => seen.push(event))
    gate.status()
    const policy = gate.policy({
      name: 'p',
      meters: { tokens: { limit: '9/1m', estimate: 1 } },
      require: bearer(tokenSource()),
    })
    const call = async (view: RequestView) => await gate.decide(view, policy)
    await passOf(
      await call(request({ headers: { ...token('canary/app').headers, 'x-api-key': KEY } })),
    ).finish({
      kind: 'completed',
      status: 200,
    })
    refusalOf(await call(request({ headers: { authorization: 'Bearer bad' } })))
    const text = JSON.stringify([seen, gate.status(), lines])
    expect(seen.length).toBeGreaterThan(5)
    for (const canary of ['canary', KEY, 'acme', '192.0.2.1']) expect(text).not.toContain(canary)
  })
})
