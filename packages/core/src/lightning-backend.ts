/** Bitcoin networks, by the names that invoices have for them: lnbc, lntb, lntbs, lnbcrt (BOLT 11). */
export type BitcoinNetwork = 'bitcoin' | 'testnet' | 'signet' | 'regtest'

const NETWORKS: readonly unknown[] = [
  'bitcoin',
  'testnet',
  'signet',
  'regtest',
] satisfies readonly BitcoinNetwork[]

/** Backends are written by others too; what is held to the rules of production goes by this (R30). */
export function isBitcoinNetwork(name: unknown): name is BitcoinNetwork {
  return NETWORKS.includes(name)
}

/** An invoice to be made. */
export interface InvoiceRequest {
  /** Millisatoshis, a positive multiple of 1,000. */
  readonly amountMsat: number
  /** What the payer's wallet shows; at most 639 bytes of UTF-8 (BOLT 11). It names the gate only (R28). */
  readonly memo: string
  /** Seconds for which it can be paid. */
  readonly expirySeconds: number
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** An invoice as the backend made it, decoded and checked: what it says, not what was asked for. */
export interface Invoice {
  /** BOLT 11 text, lower case. */
  readonly invoice: string
  /** 64 lower-case hex digits. */
  readonly paymentHash: string
  readonly amountMsat: number
  readonly expiresAtMs: number
  readonly network: BitcoinNetwork
}

/** `gone`: expired or cancelled, and can never be paid. */
export type InvoiceState = 'settled' | 'pending' | 'gone'

/**
 * Where the gate's invoices come from. Every failure is an exception: the gate then answers 503 for this way alone
 * (R24, R26).
 */
export interface LightningBackend {
  /** For logs and events, such as 'phoenixd'. */
  readonly name: string
  readonly network: BitcoinNetwork
  /** Makes one invoice. @throws for anything but an invoice of just that amount on that network. */
  createInvoice(request: InvoiceRequest): Promise<Invoice>
  /** By payment hash, 64 lower-case hex digits. @throws when it cannot tell. */
  lookUp(paymentHash: string, signal: AbortSignal): Promise<InvoiceState>
  /** True when unpaid invoices' preimages can be read by others, so that a preimage alone proves nothing (R26). */
  readonly leaksPreimages?: boolean
  /** True for a stand-in that moves no real money; refused in production (R30). Regtest always is one. */
  readonly isFake?: boolean
  close?(): Promise<void>
}
