import * as nestjs from '@turnpike/nestjs'
import { expect, test } from '@jest/globals'

test('the package exports what its documentation names', () => {
  expect(Object.keys(nestjs).toSorted()).toEqual([
    'Admitted',
    'Ceiling',
    'FreeAllowance',
    'GateRefusal',
    'Gated',
    'PolicyGuard',
    'RequireAnyOf',
    'RequireBearer',
    'RequirePoW',
    'RequireSats',
    'SkipGate',
    'TURNPIKE_GATE',
    'TurnpikeError',
    'TurnpikeGuard',
    'TurnpikeModule',
    'admission',
    'anyOf',
    'createGate',
    'memoryStore',
    'pow',
    'sats',
  ])
})
