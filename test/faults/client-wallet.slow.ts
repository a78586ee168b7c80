import { describe, expect, test } from '@jest/globals'
import { fileLedger } from '@turnpike/client/file-ledger'
import { openMarket } from '../../packages/client/test/market.ts'

/** How many steps there are at most; buyers mostly wait for the locks of the dead, so many may wait at once. */
const MOST_STEPS = 80
const AT_ONCE = 10

interface Outcome {
  readonly dieAt: number
  readonly wasKilled: boolean
  readonly ending: string | undefined
  readonly paid: number
  readonly admitted: number
  readonly spends: number
  readonly leftOver: number
}

/** A buyer that dies at a step, and the next one with the same call. */
async function dieAndGoOn(dieAt: number): Promise<Outcome> {
  const market = await openMarket()
  try {
    const first = await market.send({ paths: ['/tool'], dieAt })
    const [ending] = await market.send({ paths: ['/tool'] })
    const { spends, purchases } = await fileLedger(market.ledger).read()
    const { network, seller } = market
    return {
      dieAt,
      wasKilled: first.at(-1) === 'killed',
      ending,
      paid: network.paid.length,
      admitted: seller.seen.admitted,
      spends: spends.length,
      leftOver: purchases.length,
    }
  } finally {
    market.close()
  }
}

describe('kill -9 between every two steps of a paid call', () => {
  test('R35 never costs twice: the next process goes on with what was begun', async () => {
    const outcomes: Outcome[] = []
    for (let from = 1; from <= MOST_STEPS && outcomes.every(({ wasKilled }) => wasKilled); from += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, async (_, index) => await dieAndGoOn(from + index))
      outcomes.push(...(await Promise.all(batch)))
    }
    const killed = outcomes.filter(({ wasKilled }) => wasKilled)
    // Calls, the payment, and each writing of the ledger with the steps inside it.
    expect(killed.length).toBeGreaterThan(20)
    expect(killed.length).toBeLessThan(outcomes.length)
    const wrong = killed.filter(({ ending, paid, admitted, spends, leftOver }) => {
      return ending !== '200' || paid !== admitted || spends !== paid || leftOver !== 0
    })
    expect(wrong).toEqual([])
  })
})
