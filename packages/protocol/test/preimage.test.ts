import { describe, expect, test } from '@jest/globals'
import { isPreimageOf } from '@turnpike/protocol'

describe('preimage', () => {
  // sha256 of 32 zero bytes, as every payer can compute it.
  const HASH = '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925'

  test.each([
    ['another one', 'ab'.repeat(32), HASH],
    ['a short one', '00'.repeat(31), HASH],
    ['capital digits', '0A'.repeat(32), HASH],
    ['the hash itself', HASH, HASH],
    ['a hash in capitals', '00'.repeat(32), HASH.toUpperCase()],
    ['nothing', '', ''],
  ])('proves nothing: %s', (_, preimage, hash) => {
    expect(isPreimageOf(preimage, hash)).toBe(false)
  })

  test('proves the payment whose hash it has', () => {
    expect(isPreimageOf('00'.repeat(32), HASH)).toBe(true)
  })
})
