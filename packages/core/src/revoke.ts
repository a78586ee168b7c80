import type { Engine } from './engine.ts'
import { TurnpikeError } from './errors.ts'
import { LONGEST_VALIDITY_MS } from './sats-terms.ts'
import { SHARDS } from './store.ts'

const PAYMENT_HASH = /^[0-9a-f]{64}$/i

/**
 * Leaves a payment no use, wherever it may be presented. Its home shard is in the macaroon, which the operator does not have;
 * so it is revoked in all of them.
 *
 * @throws TurnpikeError `option_invalid`
 */
export async function revokePayment({ store, rails, now }: Engine, paymentHash: string): Promise<void> {
  if (!PAYMENT_HASH.test(paymentHash)) {
    throw new TurnpikeError('option_invalid', 'revoke() takes a payment hash: 64 hex digits')
  }
  const credential = paymentHash.toLowerCase()
  for (const rail of rails.values()) rail.forget?.(credential)
  const untilMs = now() + LONGEST_VALIDITY_MS
  await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => await store.revoke(credential, shard, untilMs)),
  )
}
