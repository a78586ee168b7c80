import { expect, test } from '@jest/globals'
import * as redis from '@turnpike/redis'

test('the public surface is exactly this', () => {
  expect(Object.keys(redis)).toEqual(['redisStore'])
})
