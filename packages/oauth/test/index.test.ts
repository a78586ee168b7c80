import { expect, test } from '@jest/globals'
import * as oauth from '@turnpike/oauth'

test('the public surface is exactly this', () => {
  expect(Object.keys(oauth).toSorted()).toEqual(['accessTokens', 'bearer'])
})
