import type { BitcoinNetwork, InvoiceRequest, InvoiceState, LightningBackend } from '@turnpike/core'
import { readInvoice } from './invoice.ts'
import { LightningError } from './lightning-error.ts'
import { checkMade, checkRequest, type MadeInvoice } from './made-invoice.ts'
import { isHash, quote } from './reply.ts'

/** What differs from service to service. */
export interface BackendParts {
  readonly name: string
  readonly network: BitcoinNetwork | undefined
  readonly now: (() => number) | undefined
  readonly leaksPreimages?: boolean
  make(request: InvoiceRequest): Promise<MadeInvoice>
  look(paymentHash: string, signal: AbortSignal): Promise<InvoiceState>
  close(): void | Promise<void>
}

/** A backend: its own calls, between checks that all of them share. */
export function createBackend(parts: BackendParts): LightningBackend {
  const { name, network = 'bitcoin', now = Date.now } = parts
  return {
    name,
    network,
    ...(parts.leaksPreimages === true ? { leaksPreimages: true } : {}),
    createInvoice: async (request) => {
      checkRequest(name, request)
      const made = await parts.make(request)
      return checkMade(made, request, { owner: name, network, nowMs: now() })
    },
    lookUp: async (paymentHash, signal) => {
      if (!isHash(paymentHash)) throw new RangeError(`${name}: a payment hash is 64 lower-case hex digits`)
      return await parts.look(paymentHash, signal)
    },
    close: async () => {
      await parts.close()
    },
  }
}

/** A clock of the service may be so much behind ours; until then its invoice may still be paid. */
const GRACE_MS = 60_000

/**
 * The state of an invoice that is not paid, for services that do not say when one has expired.
 *
 * @param invoice - as the service repeats it; without one it stays pending.
 */
export function unpaidState(invoice: string | undefined, nowMs: number): InvoiceState {
  if (invoice === undefined) return 'pending'
  return readInvoice(invoice).expiresAtMs + GRACE_MS <= nowMs ? 'gone' : 'pending'
}

/**
 * The state that a service names.
 *
 * @throws LightningError `lightning_reply_invalid` for a name that its API does not have.
 */
export function stateNamed(
  owner: string,
  states: ReadonlyMap<string, InvoiceState>,
  name: string | undefined,
): InvoiceState {
  const state = name === undefined ? undefined : states.get(name)
  if (state === undefined) throw stateMissing(owner, name)
  return state
}

/** The error for an answer without a state, or with one that the service's API does not have. */
export function stateMissing(owner: string, name?: string): LightningError {
  const said = name === undefined ? 'none' : `'${quote(name)}'`
  return new LightningError(
    'lightning_reply_invalid',
    `${owner}: the answer has no state that is known: ${said}`,
  )
}
