import { describe, expect, test } from '@jest/globals'
import { TurnpikeError } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { open as openDriver } from 'lmdb'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spoil } from './file-table.ts'
import { BEGAN_MS, filesOfTests, freshPlace } from './open-file.ts'
import { claiming, takeAll, taking } from './requests.ts'

const file = filesOfTests()

/** The beginning of an LMDB file of some version. */
function headOf(version: number): Buffer {
  const head = Buffer.alloc(100)
  head.writeUInt32LE(0xbeefc0de, 24)
  head.writeUInt16LE(version, 28)
  return head
}

describe('lmdb store, opened', () => {
  const misspelt: object = { snyc: 'always' }
  const wrong: object = { sync: 'sometimes' }
  const timeless: object = { now: 7 }
  test.each([
    ['option_unknown', './never.mdb', misspelt],
    ['option_invalid', './never.mdb', wrong],
    ['option_invalid', './never.mdb', { maxBytes: 1000 }],
    ['option_invalid', './never.mdb', { maxBytes: 2 ** 20 - 1 }],
    ['option_invalid', './never.mdb', { maxBytes: 1.5e6 + 0.5 }],
    ['option_invalid', './never.mdb', { maxBytes: 2 ** 40 + 1 }],
    ['option_invalid', './never.mdb', timeless],
    ['option_invalid', '', {}],
  ])('refuses as %s what it cannot use: %j %j', (code, path, options) => {
    expect(() => lmdbStore(path, options)).toThrow(expect.objectContaining({ code }))
  })
  test.each([
    ['no LMDB file', Buffer.from('something else entirely, '.repeat(1000))],
    ['no LMDB file', Buffer.from('short')],
    ['another version', headOf(1)],
    ['cut off', headOf(2)],
  ])('refuses a file that the driver would stumble over: %s', (reason, bytes) => {
    const place = freshPlace()
    writeFileSync(place.path, bytes)
    expect(() => lmdbStore(place.path)).toThrow(expect.objectContaining({ code: 'store_unusable' }))
    expect(() => lmdbStore(place.path)).toThrow(reason)
    expect(() => lmdbStore(place.path)).toThrow(place.path)
    place.remove()
  })
  test('says when there is no file to use, but a folder', () => {
    const place = freshPlace()
    mkdirSync(place.path)
    expect(() => lmdbStore(place.path)).toThrow(expect.objectContaining({ code: 'store_unusable' }))
    place.remove()
  })
  test('refuses the file of some other program, and leaves it as it is', async () => {
    const place = freshPlace()
    const driver = openDriver<string, string>({ path: place.path, noSubdir: true, encoding: 'string' })
    await driver.put('their', 'own')
    await driver.close()
    expect(() => lmdbStore(place.path)).toThrow(TurnpikeError)
    place.remove()
  })
  test('makes the folders above its file', async () => {
    const place = freshPlace()
    const store = lmdbStore(join(place.path, '../some/where/store'))
    expect(await store.admit(taking('a'))).toMatchObject({ outcome: 'admitted' })
    await store.close()
    place.remove()
  })
  test('twice in one process is one memory', async () => {
    const one = file()
    const other = one.another()
    await one.store.admit(taking('a', { cost: 2 }))
    expect(await other.admit(taking('a'))).toMatchObject({ outcome: 'refused' })
    await other.close()
    expect(await one.store.admit(taking('b'))).toMatchObject({ outcome: 'admitted' })
  })
})

describe('lmdb store, closed', () => {
  test('has written what was asked before, and rejects what is asked after', async () => {
    const one = file()
    const before = one.store.admit(claiming())
    await one.store.close()
    expect(await before).toMatchObject({ outcome: 'admitted' })
    await expect(one.store.admit(taking('a'))).rejects.toThrow('closed')
    await expect(one.store.close()).resolves.toBeUndefined()
  })
})

describe.each(['everySecond', 'always'] as const)('lmdb store opened again, sync %s', (sync) => {
  test('R11 R15 remembers windows, claims, holds and when its memory began', async () => {
    const one = file({ sync })
    await one.store.admit(taking('a', { cost: 2 }))
    await one.store.admit(claiming())
    await one.store.hold({ seal: 'seal', shard: 0, claims: [], ttlMs: 5000 })
    await one.store.close()
    await one.advance(500)
    const again = one.another()
    expect(await again.inspect('a', 0)).toMatchObject([{ id: 'app:free:1000', used: 2, fullMs: 500 }])
    expect(await again.admit(claiming())).toMatchObject({ ways: [{ claims: ['spent'] }] })
    expect(await again.hold({ seal: 'seal', shard: 0, claims: [], ttlMs: 5000 })).toBe(false)
    const since = claiming({ credential: 'since', issuedAtMs: BEGAN_MS + 100 })
    const earlier = claiming({ credential: 'earlier', issuedAtMs: BEGAN_MS - 1000 })
    expect(await again.admit(since)).toMatchObject({ outcome: 'admitted' })
    expect(await again.admit(earlier)).toMatchObject({ ways: [{ claims: ['lost'] }] })
    await again.close()
  })
})

describe('lmdb store, spoilt (R14)', () => {
  test('R14 a corrupt record is the trouble of its caller alone, also within one transaction', async () => {
    const one = file()
    await takeAll(one.store, ['a', 'b'])
    spoil(one.path, 'wa')
    expect(await takeAll(one.store, ['b', 'a', 'c'])).toMatchObject([
      { outcome: 'admitted' },
      { outcome: 'corrupt' },
      { outcome: 'admitted' },
    ])
    expect(await one.store.inspect('b', 0)).toMatchObject([{ used: 2 }])
  })
  test('R14 nothing is charged beside a corrupt record', async () => {
    const one = file()
    await one.store.admit(claiming())
    spoil(one.path, 'csolution')
    const [way] = claiming().ways
    const request = { ...taking('a'), ways: [{ ...way!, windows: taking('a').ways[0]!.windows }] }
    expect(await one.store.admit(request)).toEqual({ outcome: 'corrupt' })
    expect(await one.store.inspect('a', 0)).toEqual([])
    await expect(one.store.keep({ credential: 'solution', shard: 0, claimId: 'claim' })).rejects.toThrow(
      'cut short',
    )
  })
  test('R14 reset makes a corrupt holder new', async () => {
    const one = file()
    await one.store.admit(taking('a'))
    spoil(one.path, 'wa')
    await one.store.reset('a', 0)
    expect(await one.store.admit(taking('a'))).toMatchObject({ windows: [{ remaining: 1 }] })
  })
  test('R14 a take that fits into no record is rejected by itself, and takes nothing', async () => {
    const one = file()
    const outcomes = await Promise.allSettled([
      one.store.admit(taking('a')),
      one.store.admit(taking('a', { cost: 0.5 })),
      one.store.admit(taking('k'.repeat(5000))),
      one.store.admit(taking('a')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(await one.store.inspect('a', 0)).toMatchObject([{ used: 2 }])
  })
})
