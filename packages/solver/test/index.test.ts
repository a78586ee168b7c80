import { describe, expect, test } from '@jest/globals'

describe('@turnpike/solver', () => {
  test('exports what its documentation lists, and no more', async () => {
    expect(Object.keys(await import('@turnpike/solver')).toSorted()).toEqual(['SolverError', 'solve'])
  })
})
