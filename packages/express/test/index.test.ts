import * as express from '@turnpike/express'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(express).toSorted()).toEqual([
    'TurnpikeError',
    'anyOf',
    'createGate',
    'memoryStore',
    'pow',
    'sats',
    'turnpike',
  ])
})
