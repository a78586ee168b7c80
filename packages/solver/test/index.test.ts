import { expect, test } from '@jest/globals'

test('@turnpike/solver exports what its documentation lists, and no more', async () => {
  expect(Object.keys(await import('@turnpike/solver')).toSorted()).toEqual(['SolverError', 'solve'])
})
