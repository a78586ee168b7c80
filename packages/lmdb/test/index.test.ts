import { expect, test } from '@jest/globals'
import * as lmdb from '@turnpike/lmdb'

test('the public surface is exactly this', () => {
  expect(Object.keys(lmdb)).toEqual(['lmdbStore'])
})
