import type { LightningBackend } from '@turnpike/core'
import { createBackend, stateMissing, unpaidState } from './backend.ts'
import { hashIn, memberOf, textIn } from './reply.ts'
import { createService, type Service } from './service.ts'
import { checkCredential, checkServiceOptions, type ServiceOptions } from './service-options.ts'

/** Options of `phoenixd()` and, with what wallets take, of `phoenixdWallet()`. */
export interface PhoenixdOptions extends ServiceOptions {
  /** For a backend, `http-password-limited-access` of phoenix.conf, which cannot pay; for a wallet, `http-password`. */
  readonly password: string | undefined
}

/** In phoenixd's own measure: the UTF-16 units of a text. */
const LONGEST_MEMO = 128

/**
 * Gets paid through phoenixd, by its HTTP API (phoenix.acinq.co/server/api). Calls `POST /createinvoice` and
 * `GET /payments/incoming/{hash}`. What it says to have received is net of the fee for liquidity, so that is never
 * compared with the price: a payment is settled when phoenixd says so (R26).
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 * @example phoenixd({ url: 'http://127.0.0.1:9740', password: process.env.PHOENIXD_LIMITED_PASSWORD })
 */
export function phoenixd(options: PhoenixdOptions): LightningBackend {
  checkServiceOptions('phoenixd()', options, ['password'])
  const service = phoenixdService('phoenixd()', options)
  const now = options.now ?? Date.now
  return createBackend({
    name: 'phoenixd',
    network: options.network,
    now,
    make: async ({ amountMsat, memo, expirySeconds, signal }) => {
      if (memo.length > LONGEST_MEMO)
        throw new RangeError(`phoenixd: the memo has more than ${LONGEST_MEMO} letters`)
      const form = {
        amountSat: String(amountMsat / 1000),
        description: memo,
        expirySeconds: String(expirySeconds),
      }
      const reply = await service.ask({
        method: 'POST',
        path: '/createinvoice',
        form,
        signal,
        repeatable: true,
      })
      return { invoice: textIn(reply, 'serialized'), paymentHash: hashIn(reply, 'paymentHash') }
    },
    look: async (paymentHash, signal) => {
      const path = `/payments/incoming/${paymentHash}`
      const reply = await service.ask({ method: 'GET', path, signal, repeatable: true })
      const paid = memberOf(reply, 'isPaid')
      if (typeof paid !== 'boolean') throw stateMissing('phoenixd')
      if (paid) return 'settled'
      const invoice = textIn(reply, 'invoice')
      // `isExpired` has no grace: what arrived at the last moment may still be taken.
      if (invoice === undefined && memberOf(reply, 'isExpired') === true) return 'gone'
      return unpaidState(invoice, now())
    },
    close: () => service.close(),
  })
}

/** @throws TurnpikeError `option_invalid` for an empty password. */
export function phoenixdService(owner: string, options: PhoenixdOptions): Service {
  const hint = 'must be a password of phoenix.conf'
  checkCredential(owner, options.password, { name: 'password', form: /^\S+$/, hint })
  const basic = Buffer.from(`:${options.password}`).toString('base64')
  return createService(owner, options, { authorization: `Basic ${basic}` })
}
