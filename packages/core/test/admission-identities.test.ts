import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { apiKey } from '@turnpike/core'
import { passOf, request, testGate } from './requests.ts'
import { bearer, token, tokenSource } from './tokens.ts'

const friends = apiKey({ keys: [{ id: 'acme', sha256: createHash('sha256').update('key').digest('hex') }] })

describe('admission.identities', () => {
  test('is empty for callers who have proven nothing, and where nobody asks', async () => {
    const { gate } = testGate()
    const plain = passOf(await gate.decide(request(token('alice')), gate.policy({ free: '9/1m' })))
    const asking = gate.policy({ free: '9/1m', require: bearer(tokenSource()) })
    const anonymous = passOf(await gate.decide(request(), asking))
    const bad = passOf(await gate.decide(request(token('bad')), asking))
    expect([plain, anonymous, bad].map(({ admission }) => admission.identities)).toEqual([[], [], []])
  })

  test('is who it has proven to be, the token before the key, whatever the way', async () => {
    const { gate } = testGate({ identities: [friends] })
    const policy = gate.policy({ free: '1/1m', require: bearer(tokenSource()) })
    const headers = { ...token('alice/browser').headers, 'x-api-key': 'key' }
    for (const way of ['free', 'bearer']) {
      const { admission } = passOf(await gate.decide(request({ headers }), policy))
      expect(admission).toMatchObject({
        way,
        identities: [
          { source: 'bearer', subject: 'alice', client: 'browser', scopes: ['read'] },
          { source: 'apiKey', subject: 'acme' },
        ],
      })
    }
  })

  test('is nobody for whoever shows a proof for the second time', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '9/1m', require: bearer(tokenSource()) })
    const call = async () => passOf(await gate.decide(request(token('alice', 'proof')), policy)).admission
    expect((await call()).identities).toMatchObject([{ subject: 'alice' }])
    expect((await call()).identities).toEqual([])
  })

  test('R34 is known again when a held call goes on', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'p', require: bearer(tokenSource()) })
    const seal = await passOf(await gate.decide(request(token('alice')), policy)).hold()
    const resumed = await gate.resume(request(token('alice')), policy, seal ?? '')
    expect(resumed).toMatchObject({
      outcome: 'resumed',
      pass: { admission: { identities: [{ subject: 'alice' }] } },
    })
  })
})
