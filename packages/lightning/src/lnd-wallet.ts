import type { PaymentState } from '@turnpike/client'
import { stateMissing } from './backend.ts'
import { LightningError } from './lightning-error.ts'
import { lndService } from './lnd.ts'
import { integerIn, memberOf, textIn } from './reply.ts'
import type { Service, ServiceReply } from './service.ts'
import { checkWalletOptions, msToWait, secondsToTry } from './payment-time.ts'
import type { WalletOptions } from './service-options.ts'
import { createWallet, type LightningWallet, type Sent, succeeded } from './wallet.ts'

/** Options of `lndWallet()`. */
export interface LndWalletOptions extends WalletOptions {
  /** Hex of a macaroon that may pay and look up payments, and nothing else (docs/lightning.md). */
  readonly macaroon: string | undefined
}

/**
 * gRPC codes that do not say that it failed: cancelled, deadline exceeded, unavailable, data loss; and already exists,
 * which is said of an attempt by another call.
 */
const NO_ANSWER: ReadonlySet<number | undefined> = new Set([undefined, 1, 4, 6, 14, 15])
const NOT_FOUND = 5

/**
 * Pays from an LND node, by its REST API (lnrpc/routerrpc/router.swagger.json). Calls `POST /v2/router/send` and
 * `GET /v2/router/track/{hash}`. LND 0.21 has no other way to pay.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function lndWallet(options: LndWalletOptions): LightningWallet {
  const timeoutMs = checkWalletOptions('lndWallet()', options, ['macaroon'])
  const service = lndService('lndWallet()', options)
  return createWallet({
    name: 'lnd',
    network: options.network,
    now: options.now,
    send: async ({ invoice, maxFeeMsat }, { amountMsat }) => {
      const json = {
        payment_request: invoice,
        timeout_seconds: secondsToTry(timeoutMs),
        no_inflight_updates: true,
        // Without a limit LND takes no route that costs anything; this one is Core Lightning's.
        fee_limit_msat: String(maxFeeMsat ?? Math.max(5000, Math.ceil(amountMsat / 100))),
      }
      return sentOf(
        await service.call({
          method: 'POST',
          path: '/v2/router/send',
          json,
          timeoutMs: msToWait(timeoutMs),
          repeatable: false,
          until: 'line',
        }),
      )
    },
    find: async (paymentHash) => await findPayment(service, paymentHash),
    close: () => service.close(),
  })
}

function sentOf(reply: ServiceReply): Sent {
  const result = memberOf(reply.body, 'result')
  switch (textIn(result, 'status') ?? '') {
    case 'SUCCEEDED': {
      return {
        outcome: 'paid',
        preimage: textIn(result, 'payment_preimage'),
        feesMsat: integerIn(result, 'fee_msat'),
      }
    }
    case 'FAILED':
      return { outcome: 'failed', reason: textIn(result, 'failure_reason') }
    default: {
      const error = memberOf(reply.body, 'error') ?? reply.body
      if (NO_ANSWER.has(integerIn(error, 'code'))) {
        throw new LightningError('lightning_failed', `lnd: status ${reply.status}: ${reply.words}`)
      }
      return { outcome: 'failed', reason: textIn(error, 'message') }
    }
  }
}

/** The stream of a payment under way stays open; its first line is the state now. */
async function findPayment(service: Service, paymentHash: string): Promise<PaymentState> {
  const hash = Buffer.from(paymentHash, 'hex').toString('base64url')
  const path = `/v2/router/track/${hash}=?no_inflight_updates=false`
  const reply = await service.call({ method: 'GET', path, repeatable: true, until: 'line' })
  const error = memberOf(reply.body, 'error') ?? reply.body
  // A server without this call says just 'Not Found'; LND says that the payment is not initiated.
  if (integerIn(error, 'code') === NOT_FOUND && textIn(error, 'message') !== 'Not Found')
    return { state: 'unknown' }
  const result = memberOf(reply.body, 'result')
  const status = textIn(result, 'status')
  if (status === 'FAILED') return { state: 'failed' }
  if (status === 'IN_FLIGHT' || status === 'INITIATED') return { state: 'pending' }
  if (status !== 'SUCCEEDED') throw stateMissing('lnd', status)
  return succeeded(textIn(result, 'payment_preimage'), integerIn(result, 'fee_msat'))
}
