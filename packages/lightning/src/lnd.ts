import type { InvoiceState, LightningBackend } from '@turnpike/core'
import { createBackend, stateNamed } from './backend.ts'
import { memberOf, textIn } from './reply.ts'
import { createService, type Service } from './service.ts'
import { checkCredential, checkServiceOptions, type ServiceOptions } from './service-options.ts'

/** Options of `lnd()`. */
export interface LndOptions extends ServiceOptions {
  /** Hex of a macaroon that may add and look up invoices, and nothing else (docs/lightning.md). */
  readonly macaroon: string | undefined
  /** Names private channels in the invoices: for nodes without a public channel. Default `false`. */
  readonly routeHints?: boolean
}

/** lnrpc.Invoice.InvoiceState; `ACCEPTED` is held, not yet ours. */
const STATES = new Map<string, InvoiceState>([
  ['SETTLED', 'settled'],
  ['OPEN', 'pending'],
  ['ACCEPTED', 'pending'],
  ['CANCELED', 'gone'],
])

/**
 * Gets paid through an LND node, by its REST API (github.com/lightningnetwork/lnd, lnrpc/lightning.swagger.json).
 * Calls `POST /v1/invoices` and `GET /v1/invoice/{hash}`.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 * @example lnd({ url: 'https://localhost:8080', macaroon, tls: { certificate: readFileSync('tls.cert', 'utf8') } })
 */
export function lnd(options: LndOptions): LightningBackend {
  checkServiceOptions('lnd()', options, ['macaroon', 'routeHints'])
  const service = lndService('lnd()', options)
  return createBackend({
    name: 'lnd',
    network: options.network,
    now: options.now,
    make: async ({ amountMsat, memo, expirySeconds, signal }) => {
      const hints = options.routeHints === true ? { private: true } : {}
      // 64-bit integers are texts in JSON made from protocol buffers.
      const json = { value_msat: String(amountMsat), memo, expiry: String(expirySeconds), ...hints }
      const reply = await service.ask({
        method: 'POST',
        path: '/v1/invoices',
        json,
        signal,
        repeatable: true,
      })
      return { invoice: textIn(reply, 'payment_request'), paymentHash: hexOf(textIn(reply, 'r_hash')) }
    },
    look: async (paymentHash, signal) => {
      const path = `/v1/invoice/${paymentHash}`
      const reply = await service.ask({ method: 'GET', path, signal, repeatable: true })
      return stateNamed('lnd', STATES, textIn(reply, 'state'))
    },
    close: () => service.close(),
  })
}

/** @throws TurnpikeError `option_invalid` for a macaroon that is not in hex. */
export function lndService(owner: string, options: ServiceOptions & Pick<LndOptions, 'macaroon'>): Service {
  const { macaroon } = options
  checkCredential(owner, macaroon, {
    name: 'macaroon',
    form: /^(?:[0-9a-fA-F]{2}){20,}$/,
    hint: 'must be the macaroon in hex: xxd -p -c 1000 invoice.macaroon',
  })
  return createService(owner, options, { 'grpc-metadata-macaroon': macaroon }, isMacaroonRefused)
}

/** LND answers 500 to a macaroon that it does not take; streams wrap the error. */
function isMacaroonRefused(body: unknown): boolean {
  const message = textIn(memberOf(body, 'error') ?? body, 'message') ?? ''
  return /permission denied|verification failed|macaroon/.test(message)
}

/** Bytes are base64 in JSON made from protocol buffers. */
function hexOf(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex')
}
