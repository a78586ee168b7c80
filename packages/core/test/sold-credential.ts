import { type GateOptions, type RequestView, sats } from '@turnpike/core'
import { encodeBase64, encodeMacaroon } from '@turnpike/protocol'
import type { FakeLightningOptions } from '@turnpike/testkit'
import { bought, macaroonOf, paidGate, paying, satsOfferOf } from './payments.ts'
import { refusalOf, request } from './requests.ts'

/** A gate, a policy and a credential that was paid for and not used. */
export async function sold(options: GateOptions = {}, backend: FakeLightningOptions = {}) {
  const paid = paidGate({ name: 'my-api', ...options }, backend)
  const policy = paid.gate.policy({ name: 'search', require: sats(10) })
  const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
  const decide = async (view: RequestView) => await paid.gate.decide(view, policy)
  const codeOf = async (shown: string) => refusalOf(await decide(paying(shown))).code
  return { ...paid, policy, credential, decide, codeOf }
}

/** The macaroon with other bytes in a place, its signature left alone. */
export function tampered(credential: string, at: number): string {
  const macaroon = macaroonOf(credential)
  const identifier = macaroon.identifier.with(at, (macaroon.identifier[at] ?? 0) ^ 1)
  return credential.replace(/^[^:]*/, encodeBase64(encodeMacaroon({ ...macaroon, identifier })))
}
