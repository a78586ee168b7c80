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

async function start(): Promise<SharedNetwork> {
  let ahead = 0
  const now = (): number => Date.now() + ahead
  return {
    network: await createRegtestNetwork({ now }),
    now,
    advance: async (ms) => void (ahead += ms),
  }
}
