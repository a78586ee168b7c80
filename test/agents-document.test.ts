import { describe, expect, test } from '@jest/globals'
import { createFetch, type Wallet } from '@turnpike/client'
import { membersOf, MISSPELT, optionNames } from './code-names.ts'
import { anchorsOf, rowNamesOf, rowsOf, sectionOf, textOf } from './document.ts'

const ERRORS = 'docs/errors.md'
const AGENTS = 'docs/agents.md'

const wallet: Wallet = {
  network: 'regtest',
  readInvoice: () => ({ network: 'regtest', amountMsat: 1, paymentHash: '', expiresAtMs: 0 }),
  payInvoice: async () => await Promise.resolve({ preimage: '' }),
}

describe('docs/agents.md', () => {
  test.each([
    ['## createFetch', () => createFetch(MISSPELT)],
    ['## Budget', () => createFetch({ wallet, budget: MISSPELT })],
  ])('%s has a row for every option, and none is left over', (heading, configure) => {
    expect(rowNamesOf(AGENTS, heading).toSorted()).toEqual(optionNames(configure).toSorted())
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
