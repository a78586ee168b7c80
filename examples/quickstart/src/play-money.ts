import { createRegtestNetwork, startLndFront } from '@turnpike/regtest'
import type { LightningBackend } from '@turnpike/core'

/** A Lightning network of this process: real nodes, real invoices, coins of no worth. */
export interface PlayMoney {
  /** Gets paid. */
  readonly backend: LightningBackend
  /** A wallet with ten million sats, as `TURNPIKE_WALLET` names it. */
  readonly wallet: string
  close(): Promise<void>
}

/** Starts it. */
export async function openPlayMoney(): Promise<PlayMoney> {
  // In a thread of its own: a payment takes 20 ms of computing, in which the server would stand still.
  const network = await createRegtestNetwork({ inWorker: true })
  const node = await startLndFront(network)
  return {
    backend: network.backend,
    wallet: `lnd+${node.url.replace('://', `://:${node.adminMacaroon}@`)}?network=regtest`,
    close: async () => {
      await node.close()
      await network.close()
    },
  }
}
