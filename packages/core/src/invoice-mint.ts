import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts'
import { within } from './deadline.ts'
import { invoiceFault } from './invoice-check.ts'
import type { Invoice, LightningBackend } from './lightning-backend.ts'
import { RecentMap } from './recent-map.ts'
import { charge, clampedMs, emptyWindow, expire, retryMs } from './sliding-window.ts'
import type { WindowSpec } from './window.ts'

/** An invoice, or how long there will be none. */
export type Minted = { readonly invoice: Invoice } | { readonly waitMs: number }

/** Makes invoices, within limits: they are not free, and a slow node must not hold up the answers (R24). */
export interface InvoiceMint {
  /** @param nowMs - the gate's clock; limits and pauses go by it */
  mint(amountMsat: number, nowMs: number): Minted | Promise<Minted>
}

/** What invoices are made of, and how many. */
export interface MintOptions {
  readonly backend: LightningBackend
  /** What payers read in their wallets: the gate's name alone (R28). */
  readonly memo: string
  readonly expiryMs: number
  readonly waitMs: number
  /** Most invoices of this process. */
  readonly limits: readonly WindowSpec[]
  /** The backend failed, or made something else than was asked for. */
  readonly onFault: (code: 'payments_down' | 'invoice_wrong', error: unknown) => void
}

export function createInvoiceMint(options: MintOptions): InvoiceMint {
  const breaker = createCircuitBreaker()
  const made = new RecentMap<true>(HASHES_REMEMBERED)
  const limit = createLimit(options.limits)
  return {
    mint(amountMsat, nowMs) {
      const waitMs = limit.waitMs(nowMs) || breaker.pauseMs(nowMs)
      if (waitMs > 0) return { waitMs }
      limit.take(nowMs)
      return ask(options, { breaker, made }, { amountMsat, nowMs })
    },
  }
}

/** What it has learnt of the backend. */
interface Experience {
  readonly breaker: CircuitBreaker
  /** Payment hashes of its invoices. */
  readonly made: RecentMap<true>
}

const RETRY_MS = 1000
const HASHES_REMEMBERED = 10_000

async function ask(
  { backend, memo, expiryMs, waitMs, onFault }: MintOptions,
  { breaker, made }: Experience,
  { amountMsat, nowMs }: { readonly amountMsat: number; readonly nowMs: number },
): Promise<Minted> {
  const expirySeconds = Math.ceil(expiryMs / 1000)
  try {
    const invoice = await within(waitMs, (deadline) =>
      backend.createInvoice({
        amountMsat,
        memo,
        expirySeconds,
        get signal() {
          return deadline.signal
        },
      }),
    )
    const terms = { amountMsat, network: backend.network, expirySeconds, nowMs }
    const fault = invoiceFault(invoice, terms) ?? repetition(invoice, made)
    if (fault === undefined) {
      made.set(invoice.paymentHash, true)
      breaker.succeeded()
      return { invoice }
    }
    onFault('invoice_wrong', fault)
  } catch (error) {
    onFault('payments_down', error)
  }
  breaker.failed(nowMs)
  return { waitMs: RETRY_MS }
}

/** One payment would be for both of them, each with its uses in a shard of its own. */
function repetition({ paymentHash }: Invoice, made: RecentMap<true>): string | undefined {
  return made.get(paymentHash) === true ? 'its payment hash is that of an earlier invoice' : undefined
}

/** In this process alone: a limit for all callers cannot be part of one caller's decision (R9). */
function createLimit(specs: readonly WindowSpec[]) {
  const windows = specs.map(({ limit, windowMs }) => ({
    window: emptyWindow(),
    demand: { limit, windowMs, cost: 1 },
  }))
  return {
    waitMs(nowMs: number): number {
      let longest = 0
      for (const { window, demand } of windows) {
        const atMs = clampedMs(window, nowMs)
        expire(window, demand.windowMs, atMs)
        longest = Math.max(longest, retryMs(window, demand, atMs))
      }
      return longest
    },
    /** After `waitMs` with the same time. */
    take(nowMs: number): void {
      for (const { window, demand } of windows) charge(window, demand, clampedMs(window, nowMs))
    },
  }
}
