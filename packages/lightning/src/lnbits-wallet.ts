import type { PaymentState } from '@turnpike/client'
import { stateMissing } from './backend.ts'
import { LightningError } from './lightning-error.ts'
import { lnbitsService } from './lnbits.ts'
import { hashIn, integerIn, memberOf, textIn } from './reply.ts'
import type { Service } from './service.ts'
import { checkWalletOptions } from './payment-time.ts'
import type { WalletOptions } from './service-options.ts'
import { createWallet, type LightningWallet, type Sent, succeeded } from './wallet.ts'

/** Options of `lnbitsWallet()`. */
export interface LnbitsWalletOptions extends WalletOptions {
  /** The wallet's admin key: LNbits has no other that can pay. Keep little in that wallet. */
  readonly adminKey: string | undefined
}

/** LNbits answers after some seconds, whether the payment has ended or not. */
const ASK_AGAIN_MS = 500
/** What LNbits answers to a payment that it has given up. */
const PAYMENT_ERROR = 520

/**
 * Pays from an LNbits wallet, by its API. Calls `POST /api/v1/payments` and `GET /api/v1/payments/{hash}`. It cannot be
 * told a limit of the fee: `maxFeeMsat` is ignored.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function lnbitsWallet(options: LnbitsWalletOptions): LightningWallet {
  const timeoutMs = checkWalletOptions('lnbitsWallet()', options, ['adminKey'])
  const service = lnbitsService('lnbitsWallet()', options, 'adminKey', options.adminKey)
  return createWallet({
    name: 'lnbits',
    network: options.network,
    now: options.now,
    send: async ({ invoice }, { paymentHash }) => {
      const until = performance.now() + timeoutMs
      const json = { out: true, bolt11: invoice }
      const path = '/api/v1/payments'
      const reply = await service.call({ method: 'POST', path, json, timeoutMs, repeatable: false })
      // Only LNbits itself names the payment: then it has taken it.
      if (hashIn(reply.body, 'payment_hash') === paymentHash) return await endOf(service, paymentHash, until)
      const given = reply.status === PAYMENT_ERROR && textIn(reply.body, 'status') === 'failed'
      if (given || reply.status === 400) return { outcome: 'failed', reason: reply.words }
      throw new LightningError('lightning_failed', `lnbits: status ${reply.status}: ${reply.words}`)
    },
    find: async (paymentHash) => await findPayment(service, paymentHash),
    close: () => service.close(),
  })
}

/** From here on the payment is sent: a look-up that fails says nothing about it. */
async function endOf(service: Service, paymentHash: string, until: number): Promise<Sent> {
  for (;;) {
    const found = await findPayment(service, paymentHash).catch((): PaymentState => ({ state: 'pending' }))
    if (found.state === 'succeeded') {
      return { outcome: 'paid', preimage: found.preimage, feesMsat: found.fees_paid }
    }
    if (found.state === 'failed') return { outcome: 'failed', reason: 'the payment failed' }
    if (performance.now() + ASK_AGAIN_MS > until) return { outcome: 'pending' }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  }
}

/** Without a valid key LNbits answers, too, and about payments of others: only `details` shows that it is ours. */
async function findPayment(service: Service, paymentHash: string): Promise<PaymentState> {
  const path = `/api/v1/payments/${paymentHash}`
  const reply = await service.call({ method: 'GET', path, repeatable: true })
  if (reply.status === 404) return { state: 'unknown' }
  const paid = memberOf(reply.body, 'paid')
  const details = memberOf(reply.body, 'details')
  const outgoing = (integerIn(details, 'amount') ?? 0) < 0
  if (reply.status !== 200 || typeof paid !== 'boolean' || !outgoing) throw stateMissing('lnbits')
  if (textIn(details, 'status') === 'failed') return { state: 'failed' }
  if (!paid) return { state: 'pending' }
  const fee = integerIn(details, 'fee')
  return succeeded(
    textIn(reply.body, 'preimage') ?? textIn(details, 'preimage'),
    fee === undefined ? undefined : Math.abs(fee),
  )
}
