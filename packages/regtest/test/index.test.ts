import { expect, test } from '@jest/globals'
import * as regtest from '@turnpike/regtest'

test('the public surface is exactly this', () => {
  expect(Object.keys(regtest)).toEqual([
    'createRegtestNetwork',
    'startClnrestFront',
    'startLnbitsFront',
    'startLndFront',
    'startNwcFront',
    'startPhoenixdFront',
  ])
})
