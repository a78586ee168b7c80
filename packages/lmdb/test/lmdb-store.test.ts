import { afterEach, describe, expect, test } from '@jest/globals'
import { TurnpikeError } from '@turnpike/core'
import type { AdmitOutcome, Store } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { open as openDriver } from 'lmdb'
import { execFile } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BEGAN_MS, freshPlace, openFile, type OpenFile } from './open-file.ts'
import { claiming, taking } from './requests.ts'

const run = promisify(execFile)
const opened: OpenFile[] = []

function file(...args: Parameters<typeof openFile>): OpenFile {
  const one = openFile(...args)
  opened.push(one)
  return one
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (one) => await one.close()))
})

/** What `full-disk.js` prints. */
interface FullDiskReport {
  readonly admitted: readonly string[]
  readonly failed: number
  readonly known: string
}

/** The table of a file, past the store. */
function openTable(path: string) {
  return openDriver<Buffer, string>({
    path,
    encoding: 'binary',
    noSubdir: true,
    noSync: true,
    overlappingSync: false,
  })
}

/** Writes over a record, as a broken disk might. */
function spoil(path: string, key: string): void {
  const table = openTable(path)
  if (table.getBinary(key) === undefined) throw new Error(`no record '${key}'`)
  table.putSync(key, Buffer.from([1, 255, 255]))
}

/** The beginning of an LMDB file of some version. */
function headOf(version: number): Buffer {
  const head = Buffer.alloc(100)
  head.writeUInt32LE(0xbeefc0de, 24)
  head.writeUInt16LE(version, 28)
  return head
}

/** @returns how many entries of a kind are in the file */
function countOf(path: string, letter: string): number {
  const table = openTable(path)
  return table.getKeysCount({ start: letter, end: `${letter}\uFFFF` })
}

async function takeAll(store: Store, holders: readonly string[]): Promise<readonly AdmitOutcome[]> {
  return await Promise.all(holders.map(async (holder) => await store.admit(taking(holder))))
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix} ${i}`)
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

describe('lmdb store, full (R18)', () => {
  test('R18 newcomers are turned away, those known go on, nothing spent is forgotten', async () => {
    const one = file({ maxBytes: 2 ** 20 })
    await one.store.admit(claiming())
    const known = await takeAll(one.store, names('early', 10))
    expect(known.every(({ outcome }) => outcome === 'admitted')).toBe(true)
    let last: AdmitOutcome | undefined
    for (let i = 0; last?.outcome !== 'full' && i < 200; i += 1)
      last = (await takeAll(one.store, names(`crowd ${i}`, 100))).at(-1)
    expect(last).toEqual({ outcome: 'full' })
    expect(await one.store.admit(claiming({ credential: 'new' }))).toEqual({ outcome: 'full' })
    expect(await one.store.admit(taking('early 1'))).toMatchObject({ outcome: 'admitted' })
    expect(await one.store.admit(claiming())).toMatchObject({ ways: [{ claims: ['spent'] }] })
    expect(statSync(one.path).size).toBeLessThan(20 * 2 ** 20)
  })
  test('R18 there is room again when the others have expired', async () => {
    const one = file({ maxBytes: 2 ** 20 })
    for (let i = 0; i < 130; i += 1) await takeAll(one.store, names(`crowd ${i}`, 100))
    expect(await one.store.admit(taking('late'))).toEqual({ outcome: 'full' })
    await one.advance(3000)
    let tries = 0
    while ((await one.store.admit(taking('late'))).outcome === 'full') tries += 1
    expect(tries).toBeLessThan(60)
  })
  test('a full disk rejects what must be written, loses nothing, and is no trouble any more when there is space', async () => {
    const place = freshPlace()
    const script = join(import.meta.dirname, 'full-disk.js')
    // No file of the child grows beyond 2 MB.
    const command = `ulimit -f 2048; exec "${process.execPath}" "${script}" "${place.path}"`
    const { stdout } = await run('bash', ['-c', command])
    const { admitted, failed, known } = JSON.parse(stdout) as FullDiskReport
    expect([admitted.length > 100, failed > 100, known]).toEqual([true, true, 'refused'])
    const store = lmdbStore(place.path)
    const again = await Promise.all(
      admitted.map(async (credential) => await store.admit(claiming({ credential, expiresAtMs: 4e12 }))),
    )
    expect(again.filter(({ outcome }) => outcome === 'admitted')).toEqual([])
    expect(await store.admit(claiming({ credential: 'new', expiresAtMs: 4e12 }))).toMatchObject({
      outcome: 'admitted',
    })
    await store.close()
    place.remove()
  })
})

describe('lmdb store, swept', () => {
  test('expired records leave with the traffic of others, a few at a time', async () => {
    const one = file()
    await takeAll(one.store, names('early', 1000))
    await Promise.all(
      names('solution', 500).map(async (credential) => await one.store.admit(claiming({ credential }))),
    )
    await one.store.hold({ seal: 'seal', shard: 0, claims: [], ttlMs: 1000 })
    expect([countOf(one.path, 'w'), countOf(one.path, 'c'), countOf(one.path, 'h')]).toEqual([1000, 500, 1])
    await one.advance(80_000)
    await one.store.admit(taking('late'))
    expect(countOf(one.path, 'w')).toBeGreaterThan(900)
    for (let i = 0; i < 800; i += 1) await one.store.admit(taking(`late ${i % 4}`, { cost: 0 }))
    expect([countOf(one.path, 'w'), countOf(one.path, 'c'), countOf(one.path, 'h')]).toEqual([1, 0, 0])
    expect(countOf(one.path, 'x')).toBe(1)
  })
  test('R13 a credential is remembered a minute beyond its end, and as long as a lease runs', async () => {
    const one = file()
    await one.store.admit(claiming({ leaseMs: 200_000 }))
    await one.store.admit(claiming({ credential: 'other' }))
    await one.advance(69_000)
    await one.store.inspect('nobody', 0)
    expect(countOf(one.path, 'c')).toBe(2)
    await one.advance(3000)
    await one.store.inspect('nobody', 0)
    expect(countOf(one.path, 'c')).toBe(1)
    await one.advance(200_000)
    await one.store.inspect('nobody', 0)
    expect([countOf(one.path, 'c'), countOf(one.path, 'x')]).toEqual([0, 0])
  })
  test('a busy holder stays, whatever its entry in the index says', async () => {
    const one = file()
    for (let i = 0; i < 20; i += 1) {
      expect(await one.store.admit(taking('busy'))).toMatchObject({ outcome: 'admitted' })
      await one.advance(600)
    }
    expect([countOf(one.path, 'w'), countOf(one.path, 'x')]).toEqual([1, 1])
  })
  test('a spoilt record is not swept away: it may hold something spent', async () => {
    const one = file()
    await one.store.admit(claiming())
    spoil(one.path, 'csolution')
    await one.advance(100_000)
    await one.store.inspect('nobody', 0)
    expect(countOf(one.path, 'c')).toBe(1)
    expect(await one.store.admit(claiming())).toEqual({ outcome: 'corrupt' })
  })
  test('the file does not grow without bound', async () => {
    const one = file()
    const sizes: number[] = []
    for (let round = 0; round < 60; round += 1) {
      await takeAll(one.store, names(`caller ${round}`, 500))
      await one.advance(700)
      sizes.push(statSync(one.path).size)
    }
    const early = Math.max(...sizes.slice(0, 20))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1.5 * early)
    expect(countOf(one.path, 'w')).toBeLessThan(2500)
  })
})
