import type { LightningWallet } from '@turnpike/lightning'
import type { OpenWallet } from './describe-wallet.ts'
import { sharedNetwork } from './shared-network.ts'

/** A wallet whose node is that of the shared network. */
export async function openWalletOf(
  wallet: LightningWallet,
  secret: string,
  front?: { close(): Promise<void> },
): Promise<OpenWallet> {
  const { network, advance } = await sharedNetwork()
  const { payee } = network
  return {
    wallet,
    secret,
    advance,
    balanceMsat: async () => await network.wallet.balanceMsat(),
    invoice: async ({ amountMsat = 10_000, expirySeconds = 600 } = {}) =>
      (await payee.addInvoice({ amountMsat, memo: 'a purchase', expirySeconds })).invoice,
    hold: async (hash) => await payee.hold(hash),
    release: async (hash) => await payee.release(hash),
    cancel: async (hash) => await payee.cancel(hash),
    close: async () => {
      await wallet.close()
      await front?.close()
    },
  }
}
