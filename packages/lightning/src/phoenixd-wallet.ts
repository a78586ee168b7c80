import type { PaymentState } from '@turnpike/client'
import { stateMissing } from './backend.ts'
import { LightningError } from './lightning-error.ts'
import { type PhoenixdOptions, phoenixdService } from './phoenixd.ts'
import { integerIn, memberOf, textIn } from './reply.ts'
import type { Service, ServiceReply } from './service.ts'
import { checkWalletOptions } from './payment-time.ts'
import type { WalletOptions } from './service-options.ts'
import { createWallet, type LightningWallet, type Sent, succeeded } from './wallet.ts'

/** The password is `http-password` of phoenix.conf: the limited one cannot pay. */
export type PhoenixdWalletOptions = PhoenixdOptions & WalletOptions

/**
 * Pays from phoenixd, by its HTTP API (phoenix.acinq.co/server/api). Calls `POST /payinvoice` and
 * `GET /payments/outgoingbyhash/{hash}`. It cannot be told a limit of the fee: `maxFeeMsat` is ignored.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function phoenixdWallet(options: PhoenixdWalletOptions): LightningWallet {
  const timeoutMs = checkWalletOptions('phoenixdWallet()', options, ['password'])
  const service = phoenixdService('phoenixdWallet()', options)
  return createWallet({
    name: 'phoenixd',
    network: options.network,
    now: options.now,
    send: async ({ invoice }) =>
      sentOf(
        await service.call({
          method: 'POST',
          path: '/payinvoice',
          form: { invoice },
          timeoutMs,
          repeatable: false,
        }),
      ),
    find: async (paymentHash) => await findPayment(service, paymentHash),
    close: () => service.close(),
  })
}

function sentOf({ status, body, words }: ServiceReply): Sent {
  const preimage = textIn(body, 'paymentPreimage')
  if (status === 200 && preimage !== undefined) {
    const feeSat = integerIn(body, 'routingFeeSat')
    return { outcome: 'paid', preimage, feesMsat: feeSat === undefined ? undefined : feeSat * 1000 }
  }
  const reason = textIn(body, 'reason') ?? (status === 400 ? words : undefined)
  // "already paid", "already in progress": it failed to pay twice, which says nothing about the first time.
  const isOfThisCall = reason !== undefined && !/already|progress/i.test(reason)
  if (isOfThisCall) return { outcome: 'failed', reason }
  throw new LightningError('lightning_failed', `phoenixd: status ${status}: ${words}`)
}

/** `isPaid` has meant "no longer under way" in old versions: only a preimage shows success. */
async function findPayment(service: Service, paymentHash: string): Promise<PaymentState> {
  const path = `/payments/outgoingbyhash/${paymentHash}`
  const reply = await service.call({ method: 'GET', path, repeatable: true })
  if (reply.status === 404) return { state: 'unknown' }
  if (reply.status !== 200 || typeof memberOf(reply.body, 'isPaid') !== 'boolean')
    throw stateMissing('phoenixd')
  const preimage = textIn(reply.body, 'preimage')
  if (preimage === undefined) {
    return { state: integerIn(reply.body, 'completedAt') === undefined ? 'pending' : 'failed' }
  }
  return succeeded(preimage, integerIn(reply.body, 'fees'))
}
