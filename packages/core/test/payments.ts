import type { GateOptions, PaymentOptions, RequestView } from '@turnpike/core'
import type { Decision, GateEvent, PaymentEvent } from '@turnpike/core'
import {
  attenuateMacaroon,
  decodeBase64,
  decodeMacaroon,
  encodeBase64,
  encodeMacaroon,
  type LightningOffer,
  type Macaroon,
  type Offer,
} from '@turnpike/protocol'
import { createFakeLightning, type FakeLightning, type FakeLightningOptions } from '@turnpike/testkit'
import { refusalOf, request, type RequestParts, testGate, type TestGate } from './requests.ts'

/** A gate that sells, with a backend whose invoices can be paid by asking. */
export interface PaidGate extends TestGate {
  readonly lightning: FakeLightning
  /** Movements of money so far, in order. */
  readonly books: PaymentEvent[]
  /** Lines of the audit log so far. */
  readonly audit: string[]
}

export function paidGate(options: GateOptions = {}, backend: FakeLightningOptions = {}): PaidGate {
  const clock = { ms: 1_800_000_000_000 }
  const lightning = createFakeLightning({ now: () => clock.ms, ...backend })
  const audit: string[] = []
  const books: PaymentEvent[] = []
  const made = testGate({
    lightning,
    audit: (line) => void audit.push(line),
    now: () => clock.ms,
    ...options,
  })
  made.gate.on('payment', (event: GateEvent) => {
    if (event.type === 'payment') books.push(event)
  })
  return { ...made, clock, lightning, books, audit }
}

export const payments = (settings: PaymentOptions): GateOptions => ({ payments: settings })

export function satsOfferOf(decision: Decision): LightningOffer {
  const offer = refusalOf(decision).body.offers?.find((one: Offer) => one.rail === 'lightning')
  if (offer?.rail !== 'lightning') throw new Error('expected an offer of sats')
  return offer
}

/** A request with a credential. */
export function paying(credential: string, parts: RequestParts = {}): RequestView {
  return request({ ...parts, headers: { ...parts.headers, authorization: `L402 ${credential}` } })
}

/** Pays the invoice of an offer. @returns what stands behind `L402 ` */
export function bought(
  { lightning }: Pick<PaidGate, 'lightning'>,
  { macaroon, invoice }: LightningOffer,
): string {
  return `${macaroon}:${lightning.pay(invoice)}`
}

export function macaroonOf(text: string): Macaroon {
  const bytes = decodeBase64(text.split(':', 1)[0] ?? '')
  const macaroon = bytes && decodeMacaroon(bytes)
  if (macaroon === undefined) throw new Error('expected a macaroon')
  return macaroon
}

export function caveatsOf(text: string): string[] {
  return macaroonOf(text).caveats.map((caveat) => new TextDecoder().decode(caveat))
}

/** The credential with further caveats, as any holder may add them. */
export function narrowed(credential: string, ...caveats: readonly string[]): string {
  const [, preimage = ''] = credential.split(':')
  const encoder = new TextEncoder()
  const macaroon = caveats.reduce(
    (before, caveat) => attenuateMacaroon(before, encoder.encode(caveat)),
    macaroonOf(credential),
  )
  return `${encodeBase64(encodeMacaroon(macaroon))}:${preimage}`
}
