import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { AdapterSubject } from './adapter-subject.ts'
import { OWN_EXPOSED_FIELD } from './scenario.ts'
import { VOUCHER_HEADER } from './voucher-rail.ts'

/** What browsers and caches on the way make of the answers. */
export function describeBrowsers(subject: AdapterSubject): void {
  describe('CORS', () => {
    describeCors(subject)
  })
  describe('cache fields', () => {
    describeCaches(subject)
  })
}

const Origin = 'https://agent.example'
const OURS = ['WWW-Authenticate', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Turnpike-Admission']

function describeCors(subject: AdapterSubject): void {
  test('a preflight is answered by the application, neither gated nor counted', async () => {
    const since = await subject.mark()
    const headers = {
      Origin,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'x-pow-solution',
    }
    const answer = await subject.visitor().send({ method: 'OPTIONS', path: '/paid', headers })
    expect([answer.status, answer.field('Access-Control-Allow-Origin')]).toEqual([204, '*'])
    expect(await subject.log(since)).toEqual([])
  })

  test.each([
    ['a 402', '/paid', 1, 402],
    ['a 429', '/limited', 3, 429],
    ['an admitted answer', '/open/admission', 1, 200],
    ['the challenge endpoint', '/api/challenge', 1, 200],
  ])(
    'a script may read our fields of %s, and those of the application',
    async (_what, path, calls, status) => {
      const visitor = subject.visitor()
      for (let call = 1; call < calls; call += 1) await visitor.send({ path })
      const answer = await visitor.send({ path, headers: { Origin } })
      expect([answer.status, answer.field('Access-Control-Allow-Origin')]).toEqual([status, '*'])
      const exposed = answer.field('Access-Control-Expose-Headers')?.split(/, ?/)
      expect(exposed).toEqual(expect.arrayContaining([OWN_EXPOSED_FIELD, ...OURS]))
    },
  )

  test('a request without Origin has nothing exposed by us', async () => {
    const answer = await subject.visitor().send({ path: '/paid' })
    expect(answer.field('Access-Control-Expose-Headers')).toBe(OWN_EXPOSED_FIELD)
  })
}

function describeCaches(subject: AdapterSubject): void {
  test.each([
    ['public with a life in shared caches', 'cached', 'private, max-age=60'],
    ['not to be stored', 'secret', 'no-store'],
    ['nothing about caches', 'admission', 'private'],
  ])(
    'R25 a proven answer whose handler says %s stays out of shared caches',
    async (_what, reply, expected) => {
      const headers = { [VOUCHER_HEADER]: randomUUID() }
      const answer = await subject.visitor().send({ path: `/sold/${reply}`, headers })
      expect([answer.status, answer.field('Cache-Control')]).toEqual([200, expected])
      const vary = answer.field('Vary')?.split(/, ?/)
      expect(vary).toEqual(expect.arrayContaining(['Authorization', 'X-PoW-Solution', 'X-L402']))
    },
  )

  test('R25 what the handler says in Vary stays', async () => {
    const headers = { [VOUCHER_HEADER]: randomUUID() }
    const answer = await subject.visitor().send({ path: '/sold/cached', headers })
    expect(answer.field('Vary')?.split(/, ?/)).toContain('Accept')
  })

  test('a free answer keeps the cache fields of its handler', async () => {
    const answer = await subject.visitor().send({ path: '/open/cached' })
    expect(answer.field('Cache-Control')).toBe('public, max-age=60, s-maxage=600')
    expect(answer.field('Vary')).not.toMatch(/authorization/i)
  })
}
