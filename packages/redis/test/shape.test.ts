import { describe, expect, test } from '@jest/globals'
import type { AdmitRequest, WindowTake } from '@turnpike/core'
import { createKeySpace } from '../src/keys.ts'
import { createShapeBook } from '../src/shape.ts'
import { createWindowNames } from '../src/window-names.ts'

const ENTRIES = 4000

function take(id: string, changes: Partial<WindowTake> = {}): WindowTake {
  return { holder: 'caller', id, limit: 10, windowMs: 60_000, cost: 1, ...changes }
}

function asking(...windows: readonly WindowTake[]): AdmitRequest {
  return { shard: 0, common: [], ways: [{ windows, claims: [] }], otherwise: [] }
}

function openBook() {
  const book = createShapeBook(
    createKeySpace('turnpike'),
    createWindowNames(() => undefined),
  )
  /** As a meter whose estimate is made of the request. */
  const fill = (count: number) => {
    for (let cost = 1; cost <= count; cost += 1)
      book.encode(asking(take('tokens', { cost, limit: 100_000, correctable: true })))
  }
  return { book, fill }
}

describe('a book of shapes that is full, and begun anew', () => {
  test('never takes one request for another', () => {
    const { book, fill } = openBook()
    book.encode(asking(take('first')))
    book.encode(asking(take('known', { limit: 77 })))
    fill(ENTRIES - 2)
    const added = take('added')
    expect(book.encode(asking(take('known', { limit: 77 }), added)).shape.json).toContain('"limit":77')
    book.encode(asking(take('other', { limit: 55 })))
    expect(book.encode(asking(take('other', { limit: 55 }), added)).shape.json).toContain('"limit":55')
  })

  test('leaves policies the scripts that they have', () => {
    const { book, fill } = openBook()
    const policies = Array.from({ length: 40 }, (_, index) => asking(take(`policy ${index}`)))
    for (let time = 0; time < 3; time += 1) {
      expect(policies.every((policy) => book.encode(policy).shape.script !== undefined)).toBe(true)
      fill(ENTRIES)
    }
  })

  test('has a script for so many policies, and for no more', () => {
    const { book } = openBook()
    const scripts = Array.from(
      { length: 70 },
      (_, index) => book.encode(asking(take(`policy ${index}`))).shape.script,
    )
    expect(scripts.filter((script) => script !== undefined)).toHaveLength(64)
  })
})
