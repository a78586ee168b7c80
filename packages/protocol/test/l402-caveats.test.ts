import { describe, expect, test } from '@jest/globals'
import { formatL402Caveats, readL402Caveats } from '@turnpike/protocol'
import * as fc from 'fast-check'

const grant = { service: 'my-api', capability: 'rAAAAAAAAAAAAAAAAAAAAAA', validUntil: 1_800_000_000 }
const minted = formatL402Caveats(grant)
const read = (...further: readonly string[]) =>
  readL402Caveats('my-api', [...minted, ...further.map(bytesOf)])

describe('L402 caveats', () => {
  test.each([
    ['another service', 'services=other:0'],
    ['one more service', 'services=my-api:0,other:0'],
    ['another capability', 'my-api_capabilities=rBBBBBBBBBBBBBBBBBBBBBB'],
    ['one more capability', 'my-api_capabilities=rAAAAAAAAAAAAAAAAAAAAAA,x'],
    ['a later end', 'my-api_valid_until=1800000001'],
    ['an end that is no number', 'my-api_valid_until=soon'],
    ['an end with a sign', 'my-api_valid_until=+1700000000'],
    ['an end in hex', 'my-api_valid_until=0x1'],
    ['an end in scientific notation', 'my-api_valid_until=1e9'],
    ['no end', 'my-api_valid_until='],
    ['an unknown condition of the service', 'my-api_region=eu'],
    ['a condition of the service without a value', 'my-api_single'],
    ['a known condition with a blank', 'my-api_valid_until =1'],
    ['an endless caveat', `x=${'y'.repeat(1100)}`],
  ])('that widen, or that this release does not know, make it void: %s', (_, caveat) => {
    expect(read(caveat)).toBeUndefined()
  })

  test.each([0, 1, 2])('without one of the three that are minted it is void (%i)', (missing) => {
    expect(readL402Caveats('my-api', minted.toSpliced(missing, 1))).toBeUndefined()
  })

  test('of another service it is void', () => {
    expect(readL402Caveats('my', minted)).toBeUndefined()
    expect(readL402Caveats('other', minted)).toBeUndefined()
  })

  test('as minted it is good for what was sold', () => {
    expect(minted.map((bytes) => new TextDecoder().decode(bytes))).toEqual([
      'services=my-api:0',
      'my-api_capabilities=rAAAAAAAAAAAAAAAAAAAAAA',
      'my-api_valid_until=1800000000',
    ])
    const allowance = read()
    expect(allowance).toMatchObject({ issuedUntil: 1_800_000_000, validUntil: 1_800_000_000 })
    expect(allowance?.allows(grant.capability)).toBe(true)
    expect(allowance?.allows('r')).toBe(false)
  })

  test.each([
    ['of others, which are passed over', 'RequestPath = /x', 1_800_000_000],
    ['of others, of another type', 'preimage=00', 1_800_000_000],
    ['without a value, of others', 'just words', 1_800_000_000],
    ['of a service whose name begins like this one', 'my-api2_valid_until=5', 1_800_000_000],
    ['that narrow in time', 'my-api_valid_until=1700000000', 1_700_000_000],
    ['that repeat what was said', 'services=my-api:0', 1_800_000_000],
  ])('further ones %s', (_, caveat, validUntil) => {
    expect(read(caveat)).toMatchObject({ issuedUntil: 1_800_000_000, validUntil })
  })

  test('of two that narrow, the second must not take back what the first said', () => {
    expect(read('my-api_valid_until=5', 'my-api_valid_until=6')).toBeUndefined()
    expect(read('my-api_capabilities=', 'my-api_capabilities=rAAAAAAAAAAAAAAAAAAAAAA')).toBeUndefined()
  })

  test('never throw, and never come to more than what was sold', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (further) => {
        const allowance = readL402Caveats('my-api', [...minted, ...further])
        expect(allowance === undefined || allowance.validUntil <= grant.validUntil).toBe(true)
        expect(allowance?.allows('rBBBBBBBBBBBBBBBBBBBBBB') ?? false).toBe(false)
      }),
    )
  })
})

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
