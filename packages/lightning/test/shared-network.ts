import { createRegtestNetwork, type RegtestNetwork } from '@turnpike/regtest'

/** One network for a file of tests, with a clock that they can set ahead. */
export interface SharedNetwork {
  readonly network: RegtestNetwork
  readonly now: () => number
  readonly advance: (ms: number) => Promise<void>
}

let shared: Promise<SharedNetwork> | undefined

export async function sharedNetwork(): Promise<SharedNetwork> {
  return await (shared ??= start())
}

/** An invoice of the payee, and the clock that it goes by. */
export async function freshInvoice(): Promise<{ invoice: string; now: () => number }> {
  const { network, now } = await sharedNetwork()
  const terms = { amountMsat: 10_000, memo: 'a purchase', expirySeconds: 600 }
  return { invoice: (await network.payee.addInvoice(terms)).invoice, now }
}

async function start(): Promise<SharedNetwork> {
  let ahead = 0
  const now = (): number => Date.now() + ahead
  return {
    network: await createRegtestNetwork({ now }),
    now,
    advance: async (ms) => void (ahead += ms),
  }
}
