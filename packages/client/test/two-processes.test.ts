import { afterEach, describe, expect, test } from '@jest/globals'
import { fileLedger } from '@turnpike/client/file-ledger'
import { openMarket } from './market.ts'

let market: Awaited<ReturnType<typeof openMarket>> | undefined
afterEach(() => market?.close())

describe('two processes with one ledger', () => {
  test('R35 never spend more than the budget, together', async () => {
    market = await openMarket({ sats: 10 })
    const paths = Array.from({ length: 15 }, (_, call) => `/${call}`)
    const [one, two] = await Promise.all([
      market.send({ paths, perDaySats: 155 }),
      market.send({ paths: paths.map((path) => `/two${path}`), perDaySats: 155 }),
    ])
    const endings = [...one, ...two].filter((line) => !line.startsWith('steps'))
    expect(endings.filter((ending) => ending === '200')).toHaveLength(15)
    expect(endings.filter((ending) => ending === 'BudgetExceededError')).toHaveLength(15)
    expect(market.network.paid).toHaveLength(15)
    const { spends } = await fileLedger(market.ledger).read()
    expect(spends.map(({ paymentHash }) => paymentHash).toSorted()).toEqual(market.network.paid.toSorted())
  })
})
