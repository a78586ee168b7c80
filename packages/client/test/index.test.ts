import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'

describe('@turnpike/client', () => {
  test('exports what its documentation lists, and no more', async () => {
    expect(Object.keys(await import('@turnpike/client')).toSorted()).toEqual([
      'BudgetExceededError',
      'LedgerError',
      'PaymentError',
      'createFetch',
      'createNegotiator',
      'isLoopback',
      'memoryLedger',
      'refusalOf',
    ])
  })

  test('has a second entry, for Node alone', async () => {
    expect(Object.keys(await import('@turnpike/client/file-ledger'))).toEqual(['fileLedger'])
  })
})

describe('the first entry', () => {
  test('and all that it imports runs where there is no Node', () => {
    const seen = new Set<string>()
    const outside = importsOf('index.ts', seen).filter((name) => !name.startsWith('@turnpike/'))
    expect(outside).toEqual([])
    expect(seen.size).toBeGreaterThan(20)
    expect(seen.has('file-ledger.ts')).toBe(false)
  })
})

/** What a file of ours and those that it imports import from elsewhere; types are gone when it runs. */
function importsOf(file: string, seen: Set<string>): readonly string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
  const names = [...text.matchAll(/^(?:import|export) (?!type)[^']*from '([^']+)'/gm)].map(
    ([, name = '']) => name,
  )
  return names.flatMap((name) => (name.startsWith('./') ? importsOf(name.slice(2), seen) : [name]))
}
