import { describe, expect, test } from '@jest/globals'
import type { AdapterSubject } from './adapter-subject.ts'
import { GOOD_TOKEN, METADATA_PATH } from './token-source.ts'

/** Who calls: access tokens, and the documents that say where tokens come from. */
export function describeIdentities(subject: AdapterSubject): void {
  const call = (token?: string, method = 'GET') =>
    subject.visitor().send({
      method,
      path: '/identified',
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    })

  describe('access token', () => {
    test('R25 admits, and its answer is nobody else’s', async () => {
      const answer = await call(GOOD_TOKEN)
      expect([answer.status, answer.field('Turnpike-Admission')]).toEqual([200, 'bearer'])
      expect(answer.field('Cache-Control')).toBe('private')
      expect(answer.field('Vary')).toContain('Authorization')
      expect(answer.text).toContain('bearer')
    })

    test.each([
      ['missing', undefined, 'identity_required', 'Bearer realm="scenario"'],
      ['bad', 'stolen', 'bearer_expired', 'Bearer realm="scenario", error="invalid_token"'],
    ])('R32 %s is 401 with Bearer, and no handler runs', async (_what, token, code, challenge) => {
      const since = await subject.mark()
      const answer = await call(token)
      expect(answer.status).toBe(401)
      expect(answer.lines('WWW-Authenticate')).toEqual([challenge])
      expect(answer.field('Content-Type')).toMatch(/^application\/problem\+json/)
      expect(answer.json()).toMatchObject({ code })
      expect((await subject.log(since)).filter(({ type }) => type === 'started')).toEqual([])
    })

    test('is asked of HEAD as of GET', async () => {
      expect([(await call(undefined, 'HEAD')).status, (await call(GOOD_TOKEN, 'HEAD')).status]).toEqual([
        401, 200,
      ])
    })
  })

  describe('metadata of the resource (RFC 9728)', () => {
    test.each(['GET', 'HEAD'])('is served to %s, to scripts of any origin', async (method) => {
      const answer = await subject.visitor().send({ method, path: METADATA_PATH })
      expect([answer.status, answer.field('Cache-Control')]).toEqual([200, 'public, max-age=300'])
      expect(answer.field('Content-Type')).toMatch(/^application\/json/)
      expect(answer.field('Access-Control-Allow-Origin')).toBe('*')
    })

    test('names the resource and its authorization servers', async () => {
      const answer = await subject.visitor().send({ path: METADATA_PATH })
      expect(answer.json()).toEqual({
        resource: 'https://api.example/scenario',
        authorization_servers: ['https://login.example'],
      })
    })

    test('stands at its own path alone, and takes no other method', async () => {
      const send = async (method: string, path: string) =>
        (await subject.visitor().send({ method, path })).status
      expect(await send('POST', METADATA_PATH)).toBe(404)
      expect(await send('GET', `${METADATA_PATH}x`)).toBe(404)
    })
  })
}
