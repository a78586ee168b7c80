import { describe, expect, test } from '@jest/globals'
import { privateCacheControl } from '@turnpike/node'

describe('Cache-Control of a proven answer', () => {
  test.each([
    [undefined, 'private'],
    ['', 'private'],
    [' , ', 'private'],
    ['public', 'private'],
    ['public, max-age=60, s-maxage=600', 'private, max-age=60'],
    ['Public, S-MaxAge = 600', 'private'],
    ['max-age=60', 'private, max-age=60'],
    ['no-cache', 'private, no-cache'],
    ['private', 'private'],
    ['PRIVATE, max-age=5', 'PRIVATE, max-age=5'],
    ['no-store', 'no-store'],
    ['max-age=60, no-store', 'max-age=60, no-store'],
    ['private="set-cookie", max-age=60', 'private, max-age=60'],
    ['no-cache="a, private", public', 'private, no-cache="a, private"'],
    ['x="no-store"', 'private, x="no-store"'],
  ])('R25 %j becomes %j', (have, expected) => {
    expect(privateCacheControl(have)).toBe(expected)
  })

  test('R25 reads several lines as one', () => {
    expect(privateCacheControl(['public', 'max-age=1'])).toBe('private, max-age=1')
  })
})
