import type { InvoiceState, LightningBackend } from '@turnpike/core'
import { randomUUID } from 'node:crypto'
import { createBackend, stateNamed } from './backend.ts'
import { hashIn, memberOf, textIn } from './reply.ts'
import { createService, type Service } from './service.ts'
import { checkCredential, checkServiceOptions, type ServiceOptions } from './service-options.ts'

/** Options of `coreLightning()` and `coreLightningWallet()`. */
export interface CoreLightningOptions extends ServiceOptions {
  /** A rune that is restricted to the methods which are called (docs/lightning.md). */
  readonly rune: string | undefined
}

/** The states of `listinvoices`. */
const STATES = new Map<string, InvoiceState>([
  ['paid', 'settled'],
  ['unpaid', 'pending'],
  ['expired', 'gone'],
])

/**
 * Gets paid through Core Lightning, by its plugin clnrest (docs.corelightning.org, "REST APIs"). Calls `POST /v1/invoice`
 * and `POST /v1/listinvoices`.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function coreLightning(options: CoreLightningOptions): LightningBackend {
  checkServiceOptions('coreLightning()', options, ['rune'])
  const service = coreLightningService('coreLightning()', options)
  return createBackend({
    name: 'core-lightning',
    network: options.network,
    now: options.now,
    make: async ({ amountMsat, memo, expirySeconds, signal }) => {
      const label = `turnpike-${randomUUID()}`
      const json = { amount_msat: amountMsat, label, description: memo, expiry: expirySeconds }
      const reply = await service.ask({ method: 'POST', path: '/v1/invoice', json, signal, repeatable: true })
      return { invoice: textIn(reply, 'bolt11'), paymentHash: hashIn(reply, 'payment_hash') }
    },
    look: async (paymentHash, signal) => {
      const json = { payment_hash: paymentHash }
      const reply = await service.ask({
        method: 'POST',
        path: '/v1/listinvoices',
        json,
        signal,
        repeatable: true,
      })
      const invoices = memberOf(reply, 'invoices')
      const [invoice] = Array.isArray(invoices) ? (invoices as readonly unknown[]) : []
      return stateNamed('core-lightning', STATES, textIn(invoice, 'status'))
    },
    close: () => service.close(),
  })
}

/** @throws TurnpikeError `option_invalid` for a rune that cannot be one. */
export function coreLightningService(owner: string, options: CoreLightningOptions): Service {
  const hint = 'must be a rune, as lightning-cli createrune gives it'
  const { rune } = options
  checkCredential(owner, rune, { name: 'rune', form: /^[\w-]{40,}=*$/, hint })
  return createService(owner, options, { rune })
}
