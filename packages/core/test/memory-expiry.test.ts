import { describe, expect, test } from '@jest/globals'
import { ExpiringMap } from '../src/memory-expiry.ts'

/** Values are the times at which their entries die. */
const mapOf = (max: number) => new ExpiringMap<number>(max, (diesMs, nowMs) => diesMs <= nowMs)

describe('expiring map', () => {
  test('stays below twice what is alive in it, by looking at two entries for each one added', () => {
    const map = mapOf(1_000_000)
    let most = 0
    for (let nowMs = 0; nowMs < 20_000; nowMs += 1) {
      map.add(`${nowMs}`, nowMs + 100)
      map.tidy(nowMs)
      most = Math.max(most, map.size)
    }
    expect(most).toBeGreaterThanOrEqual(100)
    expect(most).toBeLessThanOrEqual(210)
  })

  test('forgets nothing that is alive', () => {
    const map = mapOf(10)
    for (let i = 0; i < 10; i += 1) map.add(`${i}`, 1000)
    map.tidy(999)
    expect([map.isFull, map.makeRoom(999), map.size]).toEqual([true, false, 10])
  })

  test('makes room when it is told to, and not before', () => {
    const map = mapOf(2)
    map.add('a', 10)
    map.add('b', 1000)
    map.tidy(0)
    expect([map.get('a'), map.isFull]).toEqual([10, true])
    expect([map.makeRoom(10), map.get('a'), map.get('b')]).toEqual([true, undefined, 1000])
  })

  test('looks at a part of a large map at a time, and comes round', () => {
    const map = mapOf(1000)
    for (let i = 0; i < 1000; i += 1) map.add(`${i}`, i === 700 ? 10 : 1000)
    const rounds = [1, 2, 3, 4].map(() => map.makeRoom(10))
    expect(rounds).toEqual([false, false, true, false])
  })

  test('an empty map has nothing to forget', () => {
    expect(mapOf(0).makeRoom(0)).toBe(false)
  })
})
