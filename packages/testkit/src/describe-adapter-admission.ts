import { describe, expect, test } from '@jest/globals'
import { isWorkOffer, workOffer, type AdapterSubject } from './adapter-subject.ts'
import { bruteForce } from './brute-force.ts'

/** Who gets in: limits, challenges, proofs, and several policies on one request. */
export function describeAdmission(subject: AdapterSubject): void {
  describe('limit', () => {
    describeLimit(subject)
  })
  describe('challenge', () => {
    describeChallenge(subject)
  })
  describe('challenge endpoint', () => {
    describeEndpoint(subject)
  })
  describe('path', () => {
    describePaths(subject)
  })
  describe('several policies', () => {
    describeSeveral(subject)
  })
  describe('admission', () => {
    describeHandlerView(subject)
  })
}

const WHOLE_SECONDS = /^[1-9]\d*$/

function describeLimit(subject: AdapterSubject): void {
  test('a call below the limit passes with rate-limit fields and without Retry-After', async () => {
    const answer = await subject.visitor().send({ path: '/limited' })
    expect(answer.status).toBe(200)
    expect(answer.field('RateLimit-Policy')).toMatch(/"limited ceiling";q=2;w=3600/)
    expect(answer.field('RateLimit')).toMatch(/"limited ceiling";r=1/)
    expect(answer.field('Retry-After')).toBeUndefined()
    expect(answer.field('Turnpike-Admission')).toBe('free')
  })

  test('the call above the limit gets 429 and Retry-After, and its handler does not run', async () => {
    const visitor = subject.visitor()
    const since = await subject.mark()
    await visitor.send({ path: '/limited' })
    await visitor.send({ path: '/limited' })
    const answer = await visitor.send({ path: '/limited' })
    expect(answer.status).toBe(429)
    expect(answer.field('Retry-After')).toMatch(WHOLE_SECONDS)
    expect(answer.field('RateLimit')).toMatch(/"limited ceiling";r=0/)
    expect(answer.field('Content-Type')).toMatch(/^application\/problem\+json/)
    expect(answer.field('Turnpike-Admission')).toBeUndefined()
    const started = (await subject.log(since)).filter(({ type }) => type === 'started')
    expect(started).toHaveLength(2)
  })

  test('after the window calls pass again', async () => {
    const visitor = subject.visitor()
    let refusal = await visitor.send({ path: '/brief' })
    while (refusal.status === 200) refusal = await visitor.send({ path: '/brief' })
    expect([refusal.status, refusal.field('Retry-After')]).toEqual([429, '1'])
    await new Promise((resolve) => {
      setTimeout(resolve, 1010)
    })
    const answer = await visitor.send({ path: '/brief' })
    expect(answer.status).toBe(200)
    expect(answer.field('RateLimit')).toMatch(/"brief ceiling";r=1/)
  })
}

function describeChallenge(subject: AdapterSubject): void {
  test('R32 a call without proof gets 402 and an offer, and its handler does not run', async () => {
    const since = await subject.mark()
    const answer = await subject.visitor().send({ path: '/paid' })
    expect(answer.status).toBe(402)
    expect(answer.lines('WWW-Authenticate')).toEqual([expect.stringMatching(/^PoW challenge="[\w-]{100}"/)])
    expect(answer.field('Cache-Control')).toBe('no-store')
    expect(answer.field('Content-Type')).toMatch(/^application\/problem\+json/)
    expect(answer.json()).toMatchObject({ code: 'proof_required', status: 402, resource: 'paid' })
    expect((await subject.log(since)).map(({ type }) => type)).toEqual(['refused'])
  })

  test('R25 a proof admits one call; shown again, it gets 402 and a fresh offer', async () => {
    const visitor = subject.visitor()
    const headers = await visitor.work({ path: '/paid' })
    const admitted = await visitor.send({ path: '/paid', headers })
    expect(admitted.status).toBe(200)
    expect(admitted.field('Turnpike-Admission')).toBe('pow;uses=0')
    const again = await visitor.send({ path: '/paid', headers })
    expect(again.status).toBe(402)
    expect(again.json()).toMatchObject({ code: 'credential_spent' })
    expect(bruteForce(workOffer(again))).not.toBe(headers['X-PoW-Solution'])
  })

  test('HEAD counts as GET: refused without a body, admitted by the proof of a GET, which is spent', async () => {
    const visitor = subject.visitor()
    const refused = await visitor.send({ method: 'HEAD', path: '/paid' })
    expect(refused.status).toBe(402)
    expect(refused.text).toBe('')
    expect(refused.field('WWW-Authenticate')).toMatch(/^PoW /)
    const headers = await visitor.work({ path: '/paid' })
    expect((await visitor.send({ method: 'HEAD', path: '/paid', headers })).status).toBe(200)
    expect((await visitor.send({ path: '/paid', headers })).json()).toMatchObject({
      code: 'credential_spent',
    })
  })

  test('a large body that nobody reads leaves the connection usable', async () => {
    const client = subject.keepAlive()
    const refused = await client.send({ method: 'POST', path: '/upload', body: 'x'.repeat(1_000_000) })
    const next = await client.send({ path: '/open/admission' })
    expect([refused.status, next.status, client.connections]).toEqual([402, 200, 1])
  })
}

function describeEndpoint(subject: AdapterSubject): void {
  test.each(['/api/challenge', '/api/challenge?resource=paid'])(
    '%s gives a challenge that admits',
    async (path) => {
      const visitor = subject.visitor()
      const answer = await visitor.send({ path })
      expect([answer.status, answer.field('Cache-Control')]).toEqual([200, 'no-store'])
      expect(answer.field('Content-Type')).toMatch(/^application\/json/)
      const offer = answer.json()
      if (!isWorkOffer(offer)) throw new Error(answer.text)
      const headers = { 'X-PoW-Solution': bruteForce(offer) }
      expect((await visitor.send({ path: '/paid', headers })).status).toBe(200)
    },
  )

  test('HEAD gets no body, and POST is not for the endpoint', async () => {
    const visitor = subject.visitor()
    const head = await visitor.send({ method: 'HEAD', path: '/api/challenge' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await visitor.send({ method: 'POST', path: '/api/challenge' })).status).toBe(404)
  })

  const { limits } = subject.adapter
  if (limits?.mounting === undefined) {
    test('stands below the prefix at which it is mounted', async () => {
      expect((await subject.visitor().send({ path: '/mounted/api/challenge' })).status).toBe(200)
    })
  }
}

function describePaths(subject: AdapterSubject): void {
  test.each(['/PAID', '/paid/', '/paid?x=1'])('%s does not get around the gate', async (path) => {
    expect((await subject.visitor().send({ path })).status).not.toBe(200)
  })

  test('R6 spellings and parameters of a path share one window', async () => {
    const visitor = subject.visitor()
    const statuses: number[] = []
    for (const path of ['/items/1', '/ITEMS/2', '/items/3/', '/items/4']) {
      statuses.push((await visitor.send({ path })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 402])
  })

  test('a proof for one mounted route is none for another', async () => {
    const visitor = subject.visitor()
    const headers = await visitor.work({ path: '/a/x' })
    expect((await visitor.send({ path: '/b/x', headers })).json()).toMatchObject({
      code: 'credential_wrong_resource',
    })
    expect((await visitor.send({ path: '/a/x', headers })).status).toBe(200)
  })
}

function describeSeveral(subject: AdapterSubject): void {
  test('R4 the same policy twice on a request decides and counts once', async () => {
    const visitor = subject.visitor()
    const since = await subject.mark()
    expect((await visitor.send({ path: '/twice' })).status).toBe(200)
    await subject.endings('twice', since)
    const types = (await subject.log(since)).map(({ type }) => type)
    expect(types).toEqual(['admitted', 'started', 'ended'])
    expect((await visitor.send({ path: '/twice' })).status).toBe(200)
    expect((await visitor.send({ path: '/twice' })).status).toBe(429)
  })

  test('R4 an inner refusal gives back what the outer policy took', async () => {
    const visitor = subject.visitor()
    const refused = await visitor.send({ path: '/nested' })
    expect([refused.status, refused.field('Turnpike-Admission')]).toEqual([402, undefined])
    const headers = { 'X-PoW-Solution': bruteForce(workOffer(refused)) }
    const admitted = await visitor.send({ path: '/nested', headers })
    expect(admitted.status).toBe(200)
    expect(admitted.field('RateLimit')).toMatch(/"outer ceiling";r=0/)
    expect((await visitor.send({ path: '/nested' })).status).toBe(429)
  })

  test('R4 each of two policies sees one ending', async () => {
    const visitor = subject.visitor()
    const headers = await visitor.work({ path: '/nested' })
    const since = await subject.mark()
    await visitor.send({ path: '/nested', headers })
    expect(await subject.endings('outer', since)).toHaveLength(1)
    expect(await subject.endings('inner', since)).toHaveLength(1)
  })
}

function describeHandlerView(subject: AdapterSubject): void {
  test('the handler sees how its call was admitted', async () => {
    const visitor = subject.visitor()
    const headers = await visitor.work({ path: '/paid' })
    const worked = await visitor.send({ path: '/paid', headers })
    const caller = { class: 'tester' }
    expect(worked.json()).toMatchObject({ admission: { way: 'pow', policy: 'paid', usesLeft: 0, caller } })
    const free = await visitor.send({ path: '/sampled' })
    expect(free.json()).toMatchObject({ admission: { way: 'free', free: 2 } })
  })

  test('R33 the handler reports what it has used, and the budget refuses when it is gone', async () => {
    const visitor = subject.visitor()
    const first = await visitor.send({ path: '/metered' })
    expect(first.json()).toEqual({ left: 75, isGone: false })
    expect(first.field('RateLimit')).toMatch(/"metered tokens";r=90/)
    for (const left of [50, 25, 0]) {
      await subject.mark()
      expect((await visitor.send({ path: '/metered' })).json()).toMatchObject({ left })
    }
    await subject.mark()
    const refused = await visitor.send({ path: '/metered' })
    expect([refused.status, refused.json()]).toEqual([
      429,
      expect.objectContaining({ code: 'meter_exhausted' }),
    ])
    expect(refused.field('Retry-After')).toMatch(WHOLE_SECONDS)
  })

  test('a call that runs keeps its slot, and frees it when its client leaves', async () => {
    const visitor = subject.visitor()
    const since = await subject.mark()
    const running = visitor.open({ path: '/crowded' })
    await running.head
    const refused = await visitor.send({ path: '/crowded' })
    expect([refused.status, refused.json()]).toEqual([
      429,
      expect.objectContaining({ code: 'in_flight_limit' }),
    ])
    expect(refused.field('Retry-After')).toBe('1')
    expect(refused.field('RateLimit')).toMatch(/^"crowded ceiling";r=99\d;t=\d+$/)
    running.abort()
    await subject.endings('crowded', since)
    const next = visitor.open({ path: '/crowded' })
    expect((await next.head).status).toBe(200)
    next.abort()
  })

  test('an exempted call is neither counted nor marked', async () => {
    const since = await subject.mark()
    const answer = await subject.visitor().send({ path: '/exempting', headers: { 'x-exempt': 'yes' } })
    expect([answer.status, answer.json()]).toEqual([200, { admission: null }])
    expect(answer.field('Turnpike-Admission')).toBeUndefined()
    expect(answer.field('RateLimit')).toBeUndefined()
    expect((await subject.log(since)).map(({ type }) => type)).toEqual(['started'])
  })
}
