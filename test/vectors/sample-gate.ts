/** The gate that all vectors come from: its name, secret and clock are those of the examples in docs/protocol.md. */
import { createGate, type Gate, memoryStore, type Refusal, type RequestView } from '@turnpike/core'
import { bytesField, createFakeLightning, numberField, writeInvoice } from '@turnpike/testkit'
import { createHash } from 'node:crypto'

export const GATE = 'my-api'
export const SECRET = 'an example secret of 32 characters or more'
export const NOW_SECONDS = 1_800_000_000
export const PREIMAGE = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf'

const EXPIRY_SECONDS = 600
const PAYMENT_HASH = createHash('sha256').update(Buffer.from(PREIMAGE, 'hex')).digest('hex')
/** Over 10 satoshis; its signature is no node's, so no wallet pays it. */
const INVOICE = writeInvoice('lnbc100n', NOW_SECONDS, [
  bytesField(1, Buffer.from(PAYMENT_HASH, 'hex')),
  bytesField(13, new TextEncoder().encode(GATE)),
  numberField(6, EXPIRY_SECONDS, 2),
])

/** Meanwhile, what the system calls random is one byte over and over: every run makes the same vectors. */
export async function withoutChance<T>(make: () => Promise<T>): Promise<T> {
  const value = (bytes: Uint8Array): Uint8Array => bytes.fill(0x5a)
  Object.defineProperty(crypto, 'getRandomValues', { configurable: true, value })
  try {
    return await make()
  } finally {
    // That of its prototype shows again.
    Reflect.deleteProperty(crypto, 'getRandomValues')
  }
}

/** @returns a gate that was never called, which sells for work and for sats */
export function sampleGate(): Gate {
  const now = () => NOW_SECONDS * 1000
  const lightning = createFakeLightning({ network: 'bitcoin', isFake: false, now })
  lightning.instead.createInvoice = async ({ amountMsat }) =>
    await Promise.resolve({
      invoice: INVOICE,
      paymentHash: PAYMENT_HASH,
      amountMsat,
      expiresAtMs: (NOW_SECONDS + EXPIRY_SECONDS) * 1000,
      network: 'bitcoin',
    })
  lightning.instead.lookUp = async () => await Promise.resolve('settled')
  // Spread, it no longer passes for a memory store, on which nothing is sold for real money.
  const store = { ...memoryStore({ now }) }
  return createGate({ name: GATE, secret: SECRET, now, store, lightning, log: () => undefined })
}

/** `GET /search` by 192.0.2.1, with header fields by lower-case name. */
export function searchView(
  fields: Readonly<Record<string, string>> = {},
  more: Partial<RequestView> = {},
): RequestView {
  return {
    method: 'GET',
    path: '/search',
    ip: '192.0.2.1',
    header: (name) => fields[name],
    body: () => undefined,
    ...more,
  }
}

/** @throws Error for a call that was let in */
export async function refusalOf(
  gate: Gate,
  options: Parameters<Gate['policy']>[0],
  view = searchView(),
): Promise<Refusal> {
  const decision = await gate.decide(view, gate.policy(options))
  if (decision.outcome !== 'refuse') throw new Error('not refused')
  return decision
}
