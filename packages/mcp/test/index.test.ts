import * as mcp from '@turnpike/mcp'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(mcp).toSorted()).toEqual([
    'CHALLENGE_META',
    'CREDENTIAL_META',
    'EXTENSION',
    'PRICE_META',
    'RECEIPT_META',
    'admission',
    'gateMcpServer',
    'refuseByStatus',
    'requestListener',
    'withRequest',
    'withTurnpike',
  ])
})
