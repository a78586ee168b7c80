import { describe, expect, test } from '@jest/globals'
import type { ClaimState, Lapse } from '@turnpike/core'
import fc from 'fast-check'
import { credentialCodec } from '../src/credential-record.ts'
import { emptyFiledWindow, holderCodec, type FiledWindow } from '../src/holder-record.ts'
import { holdCodec } from '../src/hold-record.ts'
import { CorruptRecord, RecordReader, RecordWriter, type RecordCodec } from '../src/record-codec.ts'

function pack<Value>(codec: RecordCodec<Value>, value: Value): Buffer {
  const writer = new RecordWriter()
  writer.begin()
  codec.write(writer, value)
  return writer.end()
}

function unpack<Value>(codec: RecordCodec<Value>, bytes: Buffer): Value {
  const reader = new RecordReader()
  reader.begin(bytes)
  const value = codec.read(reader)
  reader.end()
  return value
}

function faultOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.name : 'no error'
  }
}

const units = fc.integer({ min: 1, max: 2 ** 32 })
const time = fc.integer({ min: 0, max: 2 ** 45 })

const anyWindow: fc.Arbitrary<FiledWindow> = fc
  .record({
    id: fc.string(),
    windowMs: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    headMs: time,
    headUnits: units,
    later: fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 }), units), { maxLength: 33 }),
  })
  .map(({ id, windowMs, headMs, headUnits, later }) => {
    const window = emptyFiledWindow(id, windowMs)
    Object.assign(window, { headMs, headUnits, units: headUnits, tailMs: headMs })
    const middle: number[] = []
    for (const [index, [apartMs, more]] of later.entries()) {
      window.tailMs += apartMs
      window.units += more
      if (index === later.length - 1) window.tailUnits = more
      else middle.push(window.tailMs, more)
    }
    if (middle.length > 0) window.middle = middle
    return window
  })

const anyCredential = fc.record({
  uses: units,
  used: units,
  givenBack: units,
  expiresAtMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
  claims: fc.array(
    fc.record({
      claimId: fc.string({ unit: 'grapheme' }),
      leaseEndMs: time,
      lapse: fc.constantFrom<Lapse>('keep', 'giveBack', 'free'),
      state: fc.constantFrom<ClaimState>('live', 'kept', 'lapsed', 'givenBack', 'overlap', 'exhausted'),
    }),
  ),
})

const anyRef = fc.record({
  credential: fc.string(),
  shard: fc.integer({ min: 0, max: 63 }),
  claimId: fc.string(),
})
const anyHold = fc.record({ endMs: time, claims: fc.option(fc.array(anyRef), { nil: undefined }) })

const holder = pack(holderCodec, [
  {
    ...emptyFiledWindow('app:free:1000', 1000),
    units: 3,
    headMs: 5000,
    headUnits: 1,
    tailMs: 5400,
    tailUnits: 2,
  },
])

describe('records that are none', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['another version', Buffer.from([2, ...holder.subarray(1)])],
    ['one byte too many', Buffer.from([...holder, 0])],
    ['more windows than bytes', Buffer.from([1, 200, 1])],
    ['a number that does not end', Buffer.from([1, ...Buffer.alloc(9, 255)])],
    ['a record of no units', Buffer.from([...holder.subarray(0, -1), 0])],
  ])('R14 are corrupt: %s', (_, bytes) => {
    expect(() => unpack(holderCodec, bytes)).toThrow(CorruptRecord)
  })
  test('R14 are corrupt wherever they were cut', () => {
    for (let length = 0; length < holder.length; length += 1)
      expect(() => unpack(holderCodec, holder.subarray(0, length))).toThrow(CorruptRecord)
  })
  test('R14 are read without harm, whatever their bytes', () => {
    const readers: readonly ((bytes: Buffer) => unknown)[] = [
      (bytes) => unpack(holderCodec, bytes),
      (bytes) => unpack(credentialCodec, bytes),
      (bytes) => unpack(holdCodec, bytes),
    ]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...readers), (noise, read) => {
        expect(faultOf(() => read(Buffer.from([1, ...noise])))).toMatch(/^(none|CorruptRecord)$/)
      }),
    )
  })
})

describe('values that fit into no record', () => {
  test.each([
    ['a fraction', 0.5],
    ['less than nothing', -1],
    ['beyond 2^53', 2 ** 53],
    ['no number', Number.NaN],
  ])('are refused, not rounded: %s', (_, headUnits) => {
    const window = { ...emptyFiledWindow('id', 1000), units: 1, headUnits }
    expect(() => pack(holderCodec, [window])).toThrow(RangeError)
  })
})

describe('records', () => {
  test('of holders read as they were written', () => {
    fc.assert(
      fc.property(fc.array(anyWindow), (windows) => {
        expect(unpack(holderCodec, pack(holderCodec, windows))).toEqual(windows)
      }),
    )
  })
  test('of holders leave out what has been taken out of the middle already, and windows of nothing', () => {
    const window = {
      ...emptyFiledWindow('id', 1000),
      units: 6,
      headMs: 20,
      headUnits: 1,
      tailMs: 40,
      tailUnits: 3,
    }
    const consumed = { ...window, middle: [10, 9, 30, 2], from: 2 }
    const read = unpack(holderCodec, pack(holderCodec, [emptyFiledWindow('empty', 1000), consumed]))
    expect(read).toEqual([{ ...window, middle: [30, 2] }])
  })
  test('of credentials read as they were written', () => {
    fc.assert(
      fc.property(anyCredential, (record) => {
        expect(unpack(credentialCodec, pack(credentialCodec, record))).toEqual(record)
      }),
    )
  })
  test('of holds read as they were written, resumed ones without their claims', () => {
    fc.assert(
      fc.property(anyHold, (held) => {
        expect(unpack(holdCodec, pack(holdCodec, held))).toEqual(held)
      }),
    )
  })
  test('written one behind the other stay what they are when the buffer grows', () => {
    const writer = new RecordWriter()
    const written = Array.from({ length: 40 }, (_, i) => {
      writer.begin()
      holdCodec.write(writer, {
        endMs: i,
        claims: [{ credential: 'c'.repeat(1000), shard: i, claimId: 'é' }],
      })
      return writer.end()
    })
    for (const [i, bytes] of written.entries()) expect(unpack(holdCodec, bytes).endMs).toBe(i)
  })
})
