import type { Book } from './book.ts'

/** Kinds of members; a question mark says that it may be absent. */
type Shape = Readonly<Record<string, 'text' | 'amount' | 'flag' | 'text?' | 'amount?' | readonly [Shape]>>

const HOLD: Shape = { process: 'text', call: 'text', untilMs: 'amount' }
const PURCHASE: Shape = {
  paymentHash: 'text',
  invoice: 'text',
  invoiceExpiresAtMs: 'amount',
  amountMsat: 'amount',
  maxFeeMsat: 'amount',
  scheme: 'text',
  token: 'text',
  origin: 'text',
  request: 'text',
  resource: 'text?',
  isTurnpike: 'flag',
  usesLeft: 'amount?',
  goodUntilMs: 'amount',
  wasAccepted: 'flag',
  holds: [HOLD],
  preimage: 'text?',
}
const BOOK: Shape = {
  version: 'amount',
  olderMsat: 'amount',
  spends: [{ paymentHash: 'text', host: 'text', atMs: 'amount', msat: 'amount' }],
  purchases: [PURCHASE],
  strikes: [{ origin: 'text', atMs: 'amount', weight: 'amount' }],
}

/** @returns one line of JSON, in the form that `parseBook` reads. */
export function formatBook(book: Book): string {
  return `${JSON.stringify(book)}\n`
}

/** @returns undefined for anything that `formatBook` of this release did not write: money is not counted by guesses. */
export function parseBook(text: string): Book | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isBook(value) ? value : undefined
}

function isBook(value: unknown): value is Book {
  return fits(value, BOOK) && 'version' in value && value.version === 1
}

function fits(value: unknown, shape: Shape): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = new Map<string, unknown>(Object.entries(value))
  return (
    [...members.keys()].every((name) => Object.hasOwn(shape, name)) &&
    Object.entries(shape).every(([name, kind]) => isOfKind(members.get(name), kind))
  )
}

function isOfKind(value: unknown, kind: Shape[string]): boolean {
  if (typeof kind === 'object') return Array.isArray(value) && value.every((item) => fits(item, kind[0]))
  if (value === undefined) return kind.endsWith('?')
  switch (kind) {
    case 'text':
    case 'text?':
      return typeof value === 'string'
    case 'amount':
    case 'amount?':
      return typeof value === 'number' && Number.isFinite(value) && value >= 0
    case 'flag':
      return typeof value === 'boolean'
  }
}
