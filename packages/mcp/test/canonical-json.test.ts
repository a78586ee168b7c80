import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonicalJson, checkCanonical, NotCanonicalError } from '../src/canonical-json.ts'

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const deepText = `${'['.repeat(10_000)}${']'.repeat(10_000)}`

describe('canonical JSON (RFC 8785)', () => {
  test.each([
    ['1e400 as parsed', JSON.parse('1e400')],
    ['-1e400 among members', JSON.parse('{"a":[-1e400]}')],
    ['NaN', Number.NaN],
    ['a nesting of 65 (R34)', nested(65)],
    ['a nesting of 10,000', JSON.parse(deepText)],
    ['undefined', undefined],
    ['a function', () => undefined],
    ['a bigint', 1n],
  ])('has no form for %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonicalError)
    expect(() => checkCanonical(value)).toThrow(NotCanonicalError)
  })

  test.each([
    ['literals', '[null,true,false]', '[null,true,false]'],
    ['a nesting of 64', JSON.stringify(nested(64)), JSON.stringify(nested(64))],
    // RFC 8785 §3.2.2 and §3.2.4
    [
      "the RFC's numbers and texts",
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      "the RFC's order of members",
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
    ['-0', '-0', '0'],
    ['an own __proto__ (R34)', '{"b":1,"__proto__":{"a":2}}', '{"__proto__":{"a":2},"b":1}'],
  ])('writes %s', (_what, text, canonical) => {
    expect(canonicalJson(JSON.parse(text))).toBe(canonical)
    expect(() => checkCanonical(JSON.parse(text))).not.toThrow()
  })

  test('reads back as the same value, and does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = canonicalJson(value)
        expect(JSON.stringify(JSON.parse(text))).toBe(
          JSON.stringify(JSON.parse(canonicalJson(reversed(value)))),
        )
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(canonicalJson(reversed(value))).toBe(text)
      }),
    )
  })

  test('tells different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same)
      }),
    )
  })
})

/** The same value with its members in the opposite order. */
function reversed(value: unknown): unknown {
  return remade(value, (members) => members.toReversed())
}

function sorted(value: unknown): unknown {
  return remade(value, (members) => members.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function remade(value: unknown, order: (members: [string, unknown][]) => [string, unknown][]): unknown {
  if (Array.isArray(value)) return value.map((item) => remade(item, order))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    order(Object.entries(value)).map(([name, member]) => [name, remade(member, order)]),
  )
}
