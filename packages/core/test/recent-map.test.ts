import { describe, expect, test } from '@jest/globals'
import { RecentMap } from '../src/recent-map.ts'

function filled(capacity: number, keys: readonly string[]): RecentMap<string> {
  const map = new RecentMap<string>(capacity)
  for (const key of keys) map.set(key, key)
  return map
}

/** Which of the keys it still has. */
function kept(map: RecentMap<string>, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => map.get(key) !== undefined)
}

const SIX = ['a', 'b', 'c', 'd', 'e', 'f']

describe('recent map', () => {
  test('has at least the newest entries of its capacity, and at most twice as many', () => {
    expect(kept(filled(2, SIX), SIX)).toEqual(['c', 'd', 'e', 'f'])
    expect(kept(filled(2, SIX.slice(0, 5)), SIX)).toEqual(['c', 'd', 'e'])
  })

  test('makes what it does not have, once', () => {
    const map = new RecentMap<string>(2)
    expect(map.recall('a', () => 'made')).toBe('made')
    expect(map.recall('a', () => 'made again')).toBe('made')
    expect(map.get('a')).toBe('made')
  })

  test('does not remember that nothing could be made', () => {
    const map = new RecentMap<string>(2)
    expect(map.recall('a', () => undefined)).toBeUndefined()
    expect(map.recall('a', () => 'made')).toBe('made')
  })

  test('keeps what is recalled, and forgets what is only looked at', () => {
    const [recalled, looked] = [filled(2, ['a', 'b']), filled(2, ['a', 'b'])]
    for (const key of SIX.slice(2)) {
      expect(recalled.recall('a', () => 'made anew')).toBe('a')
      looked.get('a')
      for (const map of [recalled, looked]) map.set(key, key)
    }
    expect([recalled.get('a'), looked.get('a')]).toEqual(['a', undefined])
  })
})
