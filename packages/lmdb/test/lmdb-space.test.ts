import { describe, expect, test } from '@jest/globals'
import type { AdmitOutcome } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { countOf, spoil } from './file-table.ts'
import { filesOfTests, freshPlace } from './open-file.ts'
import { claiming, takeAll, taking } from './requests.ts'

const run = promisify(execFile)
const file = filesOfTests()

/** What `full-disk.js` prints. */
interface FullDiskReport {
  readonly admitted: readonly string[]
  readonly failed: number
  readonly known: string
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix} ${i}`)
}

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
