import * as telemetry from '@turnpike/telemetry'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(telemetry).toSorted()).toEqual(['instrument'])
})
