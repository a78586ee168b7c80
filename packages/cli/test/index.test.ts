import { expect, test } from '@jest/globals'

test('@turnpike/cli exports what its documentation lists, and no more', async () => {
  expect(Object.keys(await import('@turnpike/cli')).toSorted()).toEqual(['processIo', 'run'])
})
