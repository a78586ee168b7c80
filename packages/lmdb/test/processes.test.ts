import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { AdmitOutcome, AdmitRequest } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { createExactLog } from '@turnpike/testkit'
import { freshPlace, type FilePlace } from './open-file.ts'
import { claiming, taking } from './requests.ts'
import { startStoreProcesses, type StoreProcess } from './store-processes.ts'

let processes: readonly StoreProcess[] = []
let place: FilePlace
beforeEach(async () => {
  place = freshPlace()
  processes = startStoreProcesses(4)
  await Promise.all(processes.map(async (one) => await one.ask('open', place.path)))
})
afterEach(async () => {
  await Promise.all(processes.map(async (one) => await one.end()))
  place.remove()
})

describe('four processes on one file', () => {
  test('R11 of a thousand claims at once of one use, one is granted', async () => {
    const expiresAtMs = Date.now() + 60_000
    const rush = (process: number): readonly AdmitRequest[] =>
      Array.from({ length: 250 }, (_, i) => claiming({ claimId: `${process} ${i}`, expiresAtMs }))
    const outcomes = await Promise.all(
      processes.map(async (one, i) => await one.ask<readonly AdmitOutcome[]>('admitAll', rush(i))),
    )
    expect(outcomes.map((some) => some.length)).toEqual([250, 250, 250, 250])
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'admitted')).toHaveLength(1)
  })

  test('R7 one window is never above its limit, judged by the log of all admissions', async () => {
    const [limit, windowMs] = [100, 200]
    const request = taking('caller', { id: 'app:free:200', limit, windowMs })
    const logs = await Promise.all(
      processes.map(async (one) => await one.ask<readonly number[]>('hammer', request, 2 * limit)),
    )
    const log = createExactLog()
    for (const atMs of logs.flat()) log.add(atMs, 1)
    expect(log.mostWithin(windowMs)).toBeLessThanOrEqual(limit)
    expect(logs.every((one) => one.length >= 2 * limit)).toBe(true)
  })

  test('R11 one that comes and goes takes nothing from those that write meanwhile', async () => {
    const [visitor, other, ...writers] = processes
    await Promise.all([visitor?.ask('call', 'close', []), other?.ask('call', 'close', [])])
    const expiresAtMs = Date.now() + 600_000
    const visits = [visitor, other].map(async (one) => await one?.ask('comeAndGo', place.path, 10))
    const claims = writers.map(async (one, i) => {
      const [claim] = claiming({ credential: `of ${i}`, expiresAtMs }).ways[0]!.claims
      return await one.ask<readonly string[]>('claimOn', claim, 400)
    })
    const acknowledged = (await Promise.all(claims)).flat()
    expect(acknowledged.length).toBeGreaterThanOrEqual(2 * 400)
    await Promise.all(visits)
    const again = acknowledged.map((credential) => claiming({ credential, expiresAtMs }))
    const outcomes = await writers[0]?.ask<readonly AdmitOutcome[]>('admitAll', again)
    expect(outcomes?.filter(({ outcome }) => outcome !== 'refused')).toEqual([])
  })

  test('all of them fill it at once, and nobody meets a torn page', async () => {
    const [callers, window] = [8000, { id: 'app:free:3600000', limit: 1, windowMs: 3_600_000, cost: 1 }]
    const fill = async () =>
      await Promise.all(processes.map(async (one) => await one.ask<number>('fill', window, callers)))
    expect(await fill()).toEqual([callers, callers, callers, callers])
    expect(await fill()).toEqual([0, 0, 0, 0])
  })

  test('what one has written the others find, and one that ends leaves them alone', async () => {
    const [first, second] = processes
    const spent = claiming({ expiresAtMs: Date.now() + 60_000 })
    await first?.ask('call', 'admit', [spent])
    await first?.end()
    expect(await second?.ask('call', 'admit', [spent])).toMatchObject({ ways: [{ claims: ['spent'] }] })
    const store = lmdbStore(place.path)
    expect(await store.admit(spent)).toMatchObject({ ways: [{ claims: ['spent'] }] })
    await store.close()
  })
})
