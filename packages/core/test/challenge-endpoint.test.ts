import { describe, expect, test } from '@jest/globals'
import { type Answer, pow } from '@turnpike/core'
import { parseChallenge, type PowOffer } from '@turnpike/protocol'
import { passOf, powOfferOf, refusalOf, request, testGate, work } from './requests.ts'

function challengeOf({ status, body }: Answer): Omit<PowOffer, 'rail'> {
  expect(status).toBe(200)
  return body as Omit<PowOffer, 'rail'>
}

const solvedBy = (answer: Answer) => ({ 'x-pow-solution': work(challengeOf(answer)) })

describe('GET /api/challenge', () => {
  test('without a resource gives one for any route, at the highest base difficulty of all (R20)', async () => {
    const { gate } = testGate()
    const easy = gate.policy({ require: pow(1) })
    const hard = gate.policy({ require: pow(1.5) })
    const answer = await gate.issue(request())
    expect(answer.headers).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(Object.keys(answer.body).toSorted()).toEqual(
      [
        'algorithm',
        'challenge',
        'count',
        'difficulty',
        'expectedHashes',
        'expiresAt',
        'header',
        'target',
      ].toSorted(),
    )
    expect(challengeOf(answer)).toMatchObject({ difficulty: 1.5, expectedHashes: 64, count: 1 })
    passOf(await gate.decide(request({ path: '/a', headers: solvedBy(answer) }), easy))
    passOf(await gate.decide(request({ path: '/b', headers: solvedBy(await gate.issue(request())) }), hard))
    expect(refusalOf(await gate.decide(request({ path: '/b', headers: solvedBy(answer) }), hard)).code).toBe(
      'credential_spent',
    )
  })

  test.each([3.2, 4.2, 1.7])(
    'gives enough work for routes that share it among nonces (%d)',
    async (difficulty) => {
      const { gate } = testGate()
      const prepared = gate.policy({ require: pow(difficulty, { count: 3 }) })
      const { expectedHashes } = challengeOf(await gate.issue(request()))
      expect(expectedHashes).toBeGreaterThanOrEqual(
        powOfferOf(await gate.decide(request(), prepared)).expectedHashes - 1,
      )
    },
  )

  test('tells a policy from a route of the same text (R28)', async () => {
    const { gate } = testGate()
    const route = gate.policy({ require: pow(1) })
    const named = gate.policy({ name: 'GET /search', require: pow(1) })
    await gate.decide(request(), route)
    await gate.decide(request(), named)
    const headers = solvedBy(await gate.issue(request(), 'GET /search'))
    passOf(await gate.decide(request({ headers }), named))
  })

  test('gives single use: routes that sell several calls refuse it (R20)', async () => {
    const { gate } = testGate()
    gate.policy({ require: pow(1) })
    const pass = gate.policy({ require: pow(1, { uses: 5 }) })
    const headers = solvedBy(await gate.issue(request()))
    expect(refusalOf(await gate.decide(request({ headers }), pass)).code).toBe('credential_wrong_resource')
  })

  test('with a resource seen before gives a challenge for that one', async () => {
    const { gate } = testGate()
    const search = gate.policy({ name: 'search', require: pow(1) })
    const other = gate.policy({ name: 'other', require: pow(1) })
    await gate.decide(request(), search)
    const answer = await gate.issue(request(), 'search')
    expect(parseChallenge(challengeOf(answer).challenge)?.challenge.gateWide).toBe(false)
    expect(refusalOf(await gate.decide(request({ headers: solvedBy(answer) }), other)).code).toBe(
      'credential_wrong_resource',
    )
    passOf(await gate.decide(request({ headers: solvedBy(answer) }), search))
  })

  test.each(['never seen', '', 'x'.repeat(5000), '__proto__'])(
    'with a resource not known (%#) gives a gate-wide one',
    async (resource) => {
      const { gate } = testGate()
      gate.policy({ require: pow(1) })
      const answer = await gate.issue(request(), resource)
      expect(parseChallenge(challengeOf(answer).challenge)?.challenge.gateWide).toBe(true)
    },
  )

  test('is 404 where no route asks for single-use work', async () => {
    const { gate } = testGate()
    gate.policy({ free: '1/1m' })
    expect(await gate.issue(request())).toMatchObject({ status: 404, body: { code: 'no_challenge' } })
  })
})
