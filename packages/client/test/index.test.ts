import { expect, test } from '@jest/globals'

test('@turnpike/client exports what its documentation lists, and no more', async () => {
  expect(Object.keys(await import('@turnpike/client')).toSorted()).toEqual(['createFetch'])
})
