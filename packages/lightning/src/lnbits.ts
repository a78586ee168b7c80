import type { LightningBackend } from '@turnpike/core'
import { createBackend, stateMissing, unpaidState } from './backend.ts'
import { hashIn, memberOf, textIn } from './reply.ts'
import { createService, type Service } from './service.ts'
import { checkCredential, checkServiceOptions, type ServiceOptions } from './service-options.ts'

/** Options of `lnbits()`. */
export interface LnbitsOptions extends ServiceOptions {
  /** The wallet's invoice key ("Invoice/read key"), which cannot pay. */
  readonly invoiceKey: string | undefined
}

/**
 * Gets paid through LNbits, by its API (github.com/lnbits/lnbits, `/api/v1/payments`). Calls `POST /api/v1/payments` and
 * `GET /api/v1/payments/{hash}`. LNbits tells anyone the preimage of an unpaid invoice, so a preimage alone proves
 * nothing: `leaksPreimages`, and the gate asks whether it is settled (R26).
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function lnbits(options: LnbitsOptions): LightningBackend {
  checkServiceOptions('lnbits()', options, ['invoiceKey'])
  const service = lnbitsService('lnbits()', options, 'invoiceKey', options.invoiceKey)
  const now = options.now ?? Date.now
  return createBackend({
    name: 'lnbits',
    network: options.network,
    now,
    leaksPreimages: true,
    make: async ({ amountMsat, memo, expirySeconds, signal }) => {
      const json = { out: false, unit: 'sat', amount: amountMsat / 1000, memo, expiry: expirySeconds }
      const reply = await service.ask({
        method: 'POST',
        path: '/api/v1/payments',
        json,
        signal,
        repeatable: true,
      })
      // The member was renamed in version 1.0.
      const invoice = textIn(reply, 'bolt11') ?? textIn(reply, 'payment_request')
      return { invoice, paymentHash: hashIn(reply, 'payment_hash') }
    },
    look: async (paymentHash, signal) => {
      const path = `/api/v1/payments/${paymentHash}`
      const reply = await service.ask({ method: 'GET', path, signal, repeatable: true })
      const paid = memberOf(reply, 'paid')
      if (typeof paid !== 'boolean') throw stateMissing('lnbits')
      const details = memberOf(reply, 'details')
      // Before version 1.0, `paid` was true for all that was no longer pending.
      if (textIn(details, 'status') === 'failed') return 'gone'
      return paid ? 'settled' : unpaidState(textIn(details, 'bolt11'), now())
    },
    close: () => service.close(),
  })
}

/** @throws TurnpikeError `option_invalid` for a key that cannot be one. */
export function lnbitsService(
  owner: string,
  options: ServiceOptions,
  name: string,
  key: string | undefined,
): Service {
  const hint = 'must be a key of the wallet, from its page "API info"'
  checkCredential(owner, key, { name, form: /^[\w-]{8,}$/, hint })
  return createService(owner, options, { 'x-api-key': key })
}
