import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { apiKey, type ApiKeyOptions, pow } from '@turnpike/core'
import { passOf, refusalOf, request, testGate } from './requests.ts'

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')
const keys = [
  { id: 'acme', sha256: hashOf('key-of-acme') },
  { id: 'zeta-bot', sha256: hashOf('key-of-zeta').toUpperCase(), subject: 'zeta', class: 'agent' },
]
const withKey = (key: string) => request({ headers: { 'x-api-key': key } })

describe('apiKey()', () => {
  test.each<readonly [string, unknown, string]>([
    ['a plain key', { keys: [{ id: 'acme', sha256: 'key-of-acme' }] }, 'option_invalid'],
    ['no hash', { keys: [{ id: 'acme' }] }, 'option_invalid'],
    ['an empty id', { keys: [{ id: '', sha256: hashOf('k') }] }, 'option_invalid'],
    ['a class that is no text', { keys: [{ id: 'a', sha256: hashOf('k'), class: 1 }] }, 'option_invalid'],
    [
      'one key twice',
      { keys: [keys[0], { id: 'b', sha256: hashOf('key-of-acme').toUpperCase() }] },
      'option_invalid',
    ],
    ['a header that is none', { keys, header: 'X API Key' }, 'option_invalid'],
    ['the hash of no key', { keys: [{ id: 'acme', sha256: hashOf('').toUpperCase() }] }, 'option_invalid'],
    ['no list', { keys: {} }, 'option_invalid'],
    ['nothing', undefined, 'option_invalid'],
    ['a misspelt option', { keys, headers: 'X-Key' }, 'option_unknown'],
    ['a misspelt member', { keys: [{ id: 'a', sha265: hashOf('k') }] }, 'option_unknown'],
  ])('given %s does not start', (_what, options, code) => {
    expect(() => apiKey(options as ApiKeyOptions)).toThrow(expect.objectContaining({ code }))
  })

  test('never shows a plain key in its complaint', () => {
    expect(() => apiKey({ keys: [{ id: 'acme', sha256: 'key-of-acme' }] })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('key-of-acme') }),
    )
  })

  test('names the callers it knows: partners, unless it says otherwise', async () => {
    const { gate } = testGate({ identities: [apiKey({ keys })] })
    const policy = gate.policy({ free: '1/1m', require: pow(1) })
    const callerOf = async (key: string) => passOf(await gate.decide(withKey(key), policy)).admission.caller
    expect(await callerOf('key-of-acme')).toEqual({
      class: 'partner',
      id: 'acme',
      subject: 'acme',
      byAddress: false,
    })
    expect(await callerOf('key-of-zeta')).toMatchObject({ class: 'agent', id: 'zeta-bot', subject: 'zeta' })
  })

  test.each([
    'key-of-acm',
    'key-of-acme ',
    '',
    hashOf('key-of-acme'),
    'x'.repeat(600),
    'key-of-acme, key-of-acme',
  ])('R32 refuses the wrong key %j by name once no free call is left', async (key) => {
    const { gate } = testGate({ identities: [apiKey({ keys })] })
    const policy = gate.policy({ free: '1/1m', require: pow(1) })
    const pass = passOf(await gate.decide(withKey(key), policy))
    expect(pass.admission.caller.class).toBe('anonymous')
    expect(pass.headers['turnpike-admission']).toBe('free;unproven=api_key_unknown')

    const refusal = refusalOf(await gate.decide(withKey(key), policy))
    expect(refusal).toMatchObject({ status: 401, code: 'api_key_unknown' })
    expect([refusal.headers['www-authenticate']].flat()[0]).toBe(
      'ApiKey header="X-API-Key", error="invalid_token"',
    )
    expect(refusal.body.detail).toContain('a key in the header X-API-Key')
    expect(refusal.body.offers).toHaveLength(1)
  })

  test('reads a header of your choice, and Authorization as Bearer', async () => {
    for (const [header, field, value] of [
      ['X-Partner', 'x-partner', 'key-of-acme'],
      ['Authorization', 'authorization', 'Bearer key-of-acme'],
    ] as const) {
      const { gate } = testGate({ identities: [apiKey({ keys, header })] })
      const view = request({ headers: { [field]: value } })
      const { admission } = passOf(await gate.decide(view, gate.policy({ free: '1/1m' })))
      expect(admission.caller.id).toBe('acme')
    }
  })

  test('takes two keys in Authorization for none: which of them counts would be chance', async () => {
    const { gate } = testGate({ identities: [apiKey({ keys, header: 'Authorization' })] })
    const view = request({ headers: { authorization: 'Bearer key-of-acme, Bearer key-of-zeta' } })
    const pass = passOf(await gate.decide(view, gate.policy({ free: '1/1m' })))
    expect(pass.headers['turnpike-admission']).toBe('free;unproven=api_key_unknown')
  })

  test('answers at once: a gate in memory waits for nothing', () => {
    const { gate } = testGate({ identities: [apiKey({ keys })] })
    expect(gate.decide(withKey('key-of-acme'), gate.policy({ free: '1/1m' }))).not.toBeInstanceOf(Promise)
  })
})
