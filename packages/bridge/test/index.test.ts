import { expect, test } from '@jest/globals'

test('@turnpike/bridge exports what its documentation lists, and no more', async () => {
  expect(Object.keys(await import('@turnpike/bridge')).toSorted()).toEqual(['processIo', 'run'])
})
