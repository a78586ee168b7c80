import { describe, expect, test } from '@jest/globals'

describe('@turnpike/cli', () => {
  test('exports what its documentation lists, and no more', async () => {
    expect(Object.keys(await import('@turnpike/cli')).toSorted()).toEqual(['processIo', 'run'])
  })
})
