import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createKeyring } from '../src/keys.ts'
import { formatSeal, parseSeal, SEAL_PREFIX, type Seal } from '../src/seal.ts'
import { SECRET } from './requests.ts'

const keyring = createKeyring([SECRET], 'seal', 'gate')
const SEAL: Seal = { id: 'ab'.repeat(16), shard: 5, way: 'pow', usesLeft: 0, state: 'the state' }

function textOf(seal: Seal = SEAL, binding = 'a'): string {
  const text = formatSeal(keyring.current, binding, seal)
  if (text === undefined) throw new Error('expected a seal')
  return text
}

/** The seal with another payload, under its old signature. */
function forged(change: (fields: readonly unknown[]) => unknown): string {
  const [payload = '', mac] = textOf().slice(SEAL_PREFIX.length).split('.')
  const fields: readonly unknown[] = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return `${SEAL_PREFIX}${Buffer.from(JSON.stringify(change(fields))).toString('base64url')}.${mac}`
}

describe('a seal (R34)', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['a state of the server', 'eyJuIjo3fQ'],
    ['the prefix alone', SEAL_PREFIX],
    ['no signature', textOf().replace(/\.[^.]*$/, '')],
    ['an empty signature', textOf().replace(/\.[^.]*$/, '.')],
    ['half a signature', textOf().slice(0, -22)],
    ['a part too many', `${textOf()}.x`],
    ['another spelling of its signature', `${textOf()}=`],
    ['another id', forged(([key, , ...rest]) => [key, 'cd'.repeat(16), ...rest])],
    ['another way', forged((fields) => fields.with(3, 'free'))],
    ['a key that the gate has not', forged((fields) => fields.with(0, 'x'))],
    ['no list', forged(() => ({}))],
    ['no JSON', `${SEAL_PREFIX}AAAA.${'A'.repeat(43)}`],
    ['megabytes', `${SEAL_PREFIX}${'A'.repeat(2_000_000)}`],
  ])('is not read from %s', (_what, text) => {
    expect(parseSeal(keyring, 'a', text)).toBeUndefined()
  })

  test('opens for its own binding only, and under the keys of its own gate', () => {
    expect(parseSeal(keyring, 'a', textOf())).toEqual(SEAL)
    expect(parseSeal(keyring, 'b', textOf())).toBeUndefined()
    for (const [secret, name] of [
      [SECRET, 'other'],
      [`${SECRET}!`, 'gate'],
    ] as const) {
      expect(parseSeal(createKeyring([secret], 'seal', name), 'a', textOf())).toBeUndefined()
    }
  })

  test('opens after its secret was rotated away from the front (R29)', () => {
    const rotated = createKeyring(['a newer secret of the tests, long enough', SECRET], 'seal', 'gate')
    expect(parseSeal(rotated, 'a', textOf())).toEqual(SEAL)
  })

  test('is not made of a state that is too long', () => {
    expect(formatSeal(keyring.current, 'a', { ...SEAL, state: 'x'.repeat(200_000) })).toBeUndefined()
    expect(textOf({ ...SEAL, state: 'x'.repeat(190_000) })).toContain(SEAL_PREFIX)
  })

  test('reads back as what was sealed', () => {
    const seals = fc.record({
      id: fc.string(),
      shard: fc.nat(63),
      way: fc.constantFrom('free', 'bearer', 'pow', 'lightning', 'observed' as const),
      usesLeft: fc.option(fc.nat(), { nil: undefined }),
      // A lone surrogate has no UTF-8; JSON escapes it.
      state: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
    })
    fc.assert(
      fc.property(seals, fc.string(), (seal, binding) => {
        expect(parseSeal(keyring, binding, textOf(seal as Seal, binding))).toEqual(seal)
      }),
    )
  })
})
