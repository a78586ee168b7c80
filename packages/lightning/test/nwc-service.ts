import { NWCWalletService, NWCWalletServiceKeyPair } from '@getalby/sdk/nwc'
import { createECDH, randomBytes } from 'node:crypto'
import { sharedNetwork } from './shared-network.ts'

type Handler = Parameters<NWCWalletService['subscribe']>[1]
export type Answer<Result> = {
  readonly result: Result | undefined
  readonly error: { code: string; message: string } | undefined
}

/** What a wallet says of a payment. */
export const TRANSACTION = {
  type: 'outgoing',
  invoice: 'lnbcrt...',
  description: '',
  description_hash: '',
  preimage: '',
  payment_hash: '',
  amount: 1,
  fees_paid: 0,
  settled_at: 0,
  created_at: 0,
  expires_at: 0,
}

/** An answer in the shape of the SDK. */
export function answer(result: unknown, error?: { code: string; message: string }): Answer<never> {
  return { result: result as never, error }
}

/** What a wallet answers that only pays. */
export async function payer(): Promise<Handler> {
  const { network } = await sharedNetwork()
  return {
    payInvoice: async ({ invoice }) => {
      const outcome = await network.wallet.send(invoice)
      if (outcome.state === 'succeeded')
        return answer({ preimage: outcome.preimage, fees_paid: outcome.feeMsat })
      const code = outcome.fault === 'insufficient_liquidity' ? 'INSUFFICIENT_BALANCE' : 'PAYMENT_FAILED'
      return answer(undefined, { code, message: outcome.message })
    },
    lookupInvoice: async ({ payment_hash = '' }) => {
      const sent = await network.wallet.findSent(payment_hash)
      if (sent === undefined)
        return answer(undefined, { code: 'NOT_FOUND', message: 'transaction not found' })
      const paid =
        sent.state === 'succeeded' ? { preimage: sent.preimage, state: 'settled' } : { state: sent.state }
      return answer({ ...TRANSACTION, ...paid })
    },
  }
}

/** A wallet service of the SDK on that relay. */
export async function serve(
  relayUrl: string,
  handler: Handler,
): Promise<{ url: string; secret: string; close: () => void }> {
  const [walletSecret, secret] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const service = new NWCWalletService({ relayUrl })
  await service.publishWalletServiceInfoEvent(walletSecret, ['pay_invoice', 'lookup_invoice'], [])
  const stop = await service.subscribe(
    new NWCWalletServiceKeyPair(walletSecret, publicKeyOf(secret)),
    handler,
  )
  const query = new URLSearchParams({ relay: relayUrl, secret }).toString()
  const url = `nostr+walletconnect://${publicKeyOf(walletSecret)}?${query}`
  return {
    url,
    secret,
    close: () => {
      stop()
      service.close()
    },
  }
}

/** The X coordinate of the key (BIP 340). */
function publicKeyOf(secret: string): string {
  const key = createECDH('secp256k1')
  key.setPrivateKey(secret, 'hex')
  return key.getPublicKey('hex', 'compressed').slice(2)
}
