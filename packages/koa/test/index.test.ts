import * as koa from '@turnpike/koa'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(koa).toSorted()).toEqual([
    'TurnpikeError',
    'anyOf',
    'createGate',
    'memoryStore',
    'pow',
    'sats',
    'turnpike',
  ])
})
