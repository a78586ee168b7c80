import { createBook, type Book } from './books.ts'
import { checkCustody } from './custody.ts'
import type { Emit } from './emitter.ts'
import { createInvoiceMint } from './invoice-mint.ts'
import { createKeyring } from './keys.ts'
import { createLightningRail } from './lightning-rail.ts'
import type { GateOptions } from './options.ts'
import { createPaymentLookup } from './payment-lookup.ts'
import { checkPaymentOptions } from './payment-options.ts'
import type { Rail } from './rail.ts'
import type { Warnings } from './warnings.ts'

/** What the gate has made before its rails. */
export interface Foundation {
  readonly name: string
  readonly secrets: readonly string[]
  readonly warnings: Warnings
  readonly book: Book
  readonly now: () => number
  readonly isProduction: boolean
}

/** Two bytes of key id: two secrets in 65,536 clash (R23, R29). */
const KEY_ID_BYTES = 2

/**
 * The Lightning rail of a gate, where it has a backend. Keys are of one gate and one network: what was bought with play money
 * opens nothing else (R29).
 *
 * @throws TurnpikeError `option_invalid`, `sats_on_memory_store`, `lightning_fake`, `lightning_leaks_preimages`
 */
export function lightningRails(options: GateOptions, foundation: Foundation): readonly Rail[] {
  const { lightning: backend, store } = options
  const settings = checkPaymentOptions(options.payments)
  if (backend === undefined) return []
  const { name, secrets, warnings, book, now, isProduction } = foundation
  checkCustody({ backend, store, settings, isProduction })
  const failed = (code: 'payments_down' | 'invoice_wrong', error: unknown) =>
    warnings.atMostEachMinute(code, `${FAULTS[code]} '${backend.name}': ${reasonOf(error)}`)
  const rail = createLightningRail({
    service: name,
    keyring: createKeyring(secrets, 'l402', `${name}/${backend.network}`, KEY_ID_BYTES),
    settings,
    warnings,
    book,
    mint: createInvoiceMint({
      backend,
      memo: name,
      expiryMs: settings.invoiceExpiryMs,
      waitMs: settings.invoiceWaitMs,
      limits: settings.perGate,
      onFault: failed,
    }),
    lookup: createPaymentLookup({ backend, now, onFault: (error) => failed('payments_down', error) }),
  })
  return [rail]
}

/** The books of a gate. */
export function openBook(options: GateOptions, emit: Emit, warnings: Warnings): Book {
  const { name = 'turnpike', audit, now = Date.now } = options
  return createBook({ gate: name, emit, audit, warnings, now })
}

const FAULTS = {
  payments_down: 'payments are not offered or not checked for now; this is what failed at',
  invoice_wrong: 'an invoice was thrown away, since it is not what was asked for, of',
} as const

/** Keys and credentials may stand in the messages of others: long words are left out. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/[^\s'"(),;]{24,}/g, '...').slice(0, 200)
}
