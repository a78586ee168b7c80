import { describe, expect, test } from '@jest/globals'
import { createFetch, type Wallet } from '@turnpike/client'
import { anchorsOf, rowsOf, sectionOf, textOf } from './document.ts'

const ERRORS = 'docs/errors.md'
const AGENTS = 'docs/agents.md'

/** Far from every name there is. */
const misspelt: object = { zzzzzzzzzzzzzzzzzzzz: 1 }
const wallet: Wallet = {
  network: 'regtest',
  readInvoice: () => ({ network: 'regtest', amountMsat: 1, paymentHash: '', expiresAtMs: 0 }),
  payInvoice: async () => await Promise.resolve({ preimage: '' }),
}

describe('docs/agents.md', () => {
  test.each([
    ['## createFetch', () => createFetch(misspelt)],
    ['## Budget', () => createFetch({ wallet, budget: misspelt })],
  ])('%s has a row for every option, and none is left over', (heading, configure) => {
    const names = rowsOf(sectionOf(AGENTS, heading)).map(([name = '']) => /^`(\w+)`$/.exec(name)?.[1])
    expect(names.filter((name) => name !== undefined).toSorted()).toEqual(namesIn(configure).toSorted())
  })

  test('has every event', () => {
    const source = textOf('packages/client/src/events.ts')
    const types = [...source.matchAll(/readonly type: '(\w+)'/g)].map(([, type = '']) => type)
    const [, ...rows] = rowsOf(sectionOf(AGENTS, '## Events'))
    const listed = rows.flatMap(([names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    )
    expect(types.length).toBeGreaterThan(8)
    expect(listed.toSorted()).toEqual(types.toSorted())
  })
})

describe('docs/errors.md', () => {
  const codes = [
    ...membersOf('packages/client/src/payment-error.ts', 'PaymentErrorCode'),
    ...membersOf('packages/client/src/ledger-error.ts', 'LedgerErrorCode'),
    'budget_exceeded',
  ]

  test('every code of a client has an entry, and none is left over', () => {
    const headings = [...sectionOf(ERRORS, '## Errors of clients').matchAll(/^### (.+)$/gm)]
    expect(headings.map(([, code = '']) => code).toSorted()).toEqual(codes.toSorted())
  })

  test('every code of a client is the anchor that messages name', () => {
    expect(codes.filter((code) => !anchorsOf(ERRORS).includes(code))).toEqual([])
  })
})

/** The members of a union of texts, read from the source. */
function membersOf(file: string, union: string): readonly string[] {
  const declared =
    new RegExp(`export type ${union} =([^\\n]*(?:\\n  [^\\n]+)*)`).exec(textOf(file))?.[1] ?? ''
  return [...declared.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code)
}

/** All names there are: a far-fetched one gets the list for an answer. */
function namesIn(configure: () => unknown): readonly string[] {
  try {
    configure()
  } catch (error) {
    return /it has ([\w, ]+)/.exec(String(error))?.[1]?.split(', ') ?? []
  }
  throw new Error('an option that does not exist was taken')
}
