import type { PaymentState } from '@turnpike/client'
import { stateMissing } from './backend.ts'
import { type CoreLightningOptions, coreLightningService } from './core-lightning.ts'
import { LightningError } from './lightning-error.ts'
import { integerIn, memberOf, textIn } from './reply.ts'
import type { Service, ServiceReply } from './service.ts'
import { checkWalletOptions, msToWait, secondsToTry } from './payment-time.ts'
import type { WalletOptions } from './service-options.ts'
import { createWallet, type LightningWallet, type Sent, succeeded } from './wallet.ts'

/** The rune may pay and list payments, and nothing else (docs/lightning.md). */
export type CoreLightningWalletOptions = CoreLightningOptions & WalletOptions

/**
 * Pays from Core Lightning, by its plugin clnrest. Calls `POST /v1/xpay` (version 24.11 and later) and
 * `POST /v1/listpays`.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function coreLightningWallet(options: CoreLightningWalletOptions): LightningWallet {
  const timeoutMs = checkWalletOptions('coreLightningWallet()', options, ['rune'])
  const service = coreLightningService('coreLightningWallet()', options)
  return createWallet({
    name: 'core-lightning',
    network: options.network,
    now: options.now,
    send: async ({ invoice, maxFeeMsat }) => {
      const limit = maxFeeMsat === undefined ? {} : { maxfee: maxFeeMsat }
      const json = { invstring: invoice, retry_for: secondsToTry(timeoutMs), ...limit }
      const waitMs = msToWait(timeoutMs)
      return sentOf(
        await service.call({ method: 'POST', path: '/v1/xpay', json, timeoutMs: waitMs, repeatable: false }),
      )
    },
    find: async (paymentHash) => await findPayment(service, paymentHash),
    close: () => service.close(),
  })
}

function sentOf({ status, body, words }: ServiceReply): Sent {
  const preimage = textIn(body, 'payment_preimage')
  if (preimage !== undefined) return { outcome: 'paid', preimage, feesMsat: feesOf(body) }
  // Versions differ in whether the JSON-RPC error is wrapped.
  const error = memberOf(body, 'error') ?? body
  if (integerIn(error, 'code') !== undefined)
    return { outcome: 'failed', reason: textIn(error, 'message') ?? words }
  throw new LightningError('lightning_failed', `core-lightning: status ${status}: ${words}`)
}

/** One entry for each attempt with that hash. */
async function findPayment(service: Service, paymentHash: string): Promise<PaymentState> {
  const json = { payment_hash: paymentHash }
  const reply = await service.ask({ method: 'POST', path: '/v1/listpays', json, repeatable: true })
  const pays = memberOf(reply, 'pays')
  if (!Array.isArray(pays)) throw stateMissing('core-lightning')
  const attempts = pays as readonly unknown[]
  const complete = attempts.find((attempt) => textIn(attempt, 'status') === 'complete')
  if (complete !== undefined) {
    return succeeded(textIn(complete, 'preimage') ?? textIn(complete, 'payment_preimage'), feesOf(complete))
  }
  if (attempts.length === 0) return { state: 'unknown' }
  const over = attempts.every((attempt) => textIn(attempt, 'status') === 'failed')
  return { state: over ? 'failed' : 'pending' }
}

function feesOf(pay: unknown): number | undefined {
  const sent = integerIn(pay, 'amount_sent_msat')
  const delivered = integerIn(pay, 'amount_msat')
  return sent === undefined || delivered === undefined ? undefined : sent - delivered
}
