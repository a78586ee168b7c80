import type { BitcoinNetwork } from '@turnpike/core'
import { type InvoiceTerms, PaymentError } from '@turnpike/client'
import { decode } from 'bolt11'
import { bitsOf, bytesOf, type InvoiceFields, numberOf, parseInvoiceFields } from './invoice-fields.ts'

/** An invoice as read: its terms, and what is only of interest to whoever had it made. */
export interface ReadInvoice extends InvoiceTerms {
  /** BOLT 11 text, lower case. */
  readonly invoice: string
  /** How long it can be paid, from the moment it was made. */
  readonly expirySeconds: number
  /** The memo; undefined when the invoice has only the hash of one. */
  readonly memo?: string
}

/** The longest that LND reads; a QR code cannot hold more. */
const LONGEST = 7089
const DEFAULT_EXPIRY_SECONDS = 3600
/** Ten words are more seconds than a date can have; more would not be exact. */
const LONGEST_EXPIRY_WORDS = 10

const NETWORKS: Readonly<Record<string, BitcoinNetwork>> = {
  bc: 'bitcoin',
  tb: 'testnet',
  tbs: 'signet',
  bcrt: 'regtest',
}
/** The package knows no signet by itself. Only fallback addresses use the numbers: those of testnet. */
const SIGNET = { bech32: 'tbs', pubKeyHash: 0x6f, scriptHash: 0xc4, validWitnessVersions: [0, 1] }

/** Values of the fields' letters. */
const FIELD = { hash: 1, features: 5, expiry: 6, memo: 13, secret: 16, payee: 19, memoHash: 23 } as const
/** Each at most once, and of this many words where the specification fixes it. */
const FIXED_WORDS = new Map<number, number | undefined>([
  [FIELD.hash, 52],
  [FIELD.secret, 52],
  [FIELD.memoHash, 52],
  [FIELD.payee, 53],
  [FIELD.memo, undefined],
  [FIELD.expiry, undefined],
  [FIELD.features, undefined],
])

/**
 * Features that an invoice may demand of its payer (BOLT 9: variable onion, payment secret, multi-part, blinded routes,
 * attribution data, metadata), and 262, by which LND marks blinded routes.
 */
const KNOWN_FEATURES: ReadonlySet<number> = new Set([8, 14, 16, 24, 36, 48, 262])

/** Millisatoshis to one unit of the amount, by its multiplier; pico is a tenth of one. */
const MULTIPLIERS: Readonly<Record<string, bigint>> = {
  '': 100_000_000_000n,
  m: 100_000_000n,
  u: 100_000n,
  n: 100n,
}

/**
 * Reads a BOLT 11 invoice for money: what is not plainly valid is refused. The package `bolt11` checks checksum,
 * signature and payee; the amount, the hash, the times and the features are read here, strictly, and both readings
 * must agree (docs/decisions/0015). It does not look at the time: an expired invoice is read like any other.
 *
 * @throws PaymentError `invoice_invalid`, saying what is wrong with it.
 */
export function readInvoice(text: string): ReadInvoice {
  try {
    return read(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read'
    throw new PaymentError('invoice_invalid', `the invoice is not valid: ${reason}`, { cause: error })
  }
}

function read(text: string): ReadInvoice {
  const invoice = lowered(text)
  const separator = invoice.lastIndexOf('1')
  const { network, amountMsat } = readPrefix(invoice.slice(0, separator))
  const second = network === 'signet' ? decode(invoice, SIGNET) : decode(invoice)
  const first = parseInvoiceFields(invoice.slice(separator + 1))
  checkFields(first)
  const paymentHash = hexOf(bytesOf(fieldOf(first, FIELD.hash) ?? []))
  if (second.tagsObject.payment_hash !== paymentHash || second.millisatoshis !== String(amountMsat)) {
    throw new Error('it can be read in two ways')
  }
  const expiry = fieldOf(first, FIELD.expiry)
  const expirySeconds = expiry === undefined ? DEFAULT_EXPIRY_SECONDS : numberOf(expiry)
  const memo = fieldOf(first, FIELD.memo)
  return {
    invoice,
    network,
    amountMsat,
    paymentHash,
    expirySeconds,
    expiresAtMs: (first.createdAtSeconds + expirySeconds) * 1000,
    ...(memo === undefined
      ? {}
      : { memo: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(memo)) }),
  }
}

/** Only plain letters and digits get so far: some others become one when lowered. */
function lowered(text: string): string {
  if (text.length > LONGEST) throw new Error(`it has more than ${LONGEST} characters`)
  if (!/^(?:[a-z0-9]+|[A-Z0-9]+)$/.test(text)) throw new Error('it is not bech32 in one case')
  return text.toLowerCase()
}

function readPrefix(prefix: string): { readonly network: BitcoinNetwork; readonly amountMsat: number } {
  const [, chain = '', digits, multiplier = ''] =
    /^ln(bcrt|bc|tbs|tb)(?:([1-9]\d{0,18})([munp]?))?$/.exec(prefix) ?? []
  const network = NETWORKS[chain]
  if (network === undefined) throw new Error('its prefix is not that of a known network with an amount')
  if (digits === undefined) throw new Error('it leaves the amount open')
  return { network, amountMsat: readAmount(BigInt(digits), multiplier) }
}

function readAmount(units: bigint, multiplier: string): number {
  const perUnit = MULTIPLIERS[multiplier]
  if (perUnit === undefined && units % 10n !== 0n) throw new Error('its amount has parts of a millisatoshi')
  const msat = perUnit === undefined ? units / 10n : units * perUnit
  if (msat > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('its amount is too large')
  return Number(msat)
}

function checkFields(found: InvoiceFields): void {
  for (const [field, length] of FIXED_WORDS) {
    const same = found.fields.get(field) ?? []
    if (same.length > 1) throw new Error('a field stands there twice')
    if (length !== undefined && same.some((words) => words.length !== length)) {
      throw new Error('a field has a wrong length')
    }
  }
  if (fieldOf(found, FIELD.hash) === undefined) throw new Error('it has no payment hash')
  if (fieldOf(found, FIELD.secret) === undefined) throw new Error('it has no payment secret')
  if ((fieldOf(found, FIELD.memo) === undefined) === (fieldOf(found, FIELD.memoHash) === undefined)) {
    throw new Error('it must have either a memo or the hash of one')
  }
  if ((fieldOf(found, FIELD.expiry)?.length ?? 0) > LONGEST_EXPIRY_WORDS)
    throw new Error('its expiry is too far')
  const demanded = bitsOf(fieldOf(found, FIELD.features) ?? []).filter((bit) => bit % 2 === 0)
  const unknown = demanded.find((bit) => !KNOWN_FEATURES.has(bit))
  if (unknown !== undefined) throw new Error(`it demands feature ${unknown}, which is not known`)
}

function fieldOf(found: InvoiceFields, field: number): readonly number[] | undefined {
  return found.fields.get(field)?.[0]
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
