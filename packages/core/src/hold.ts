import { bytesToHex } from '@noble/hashes/utils.js'
import { AdmittedCall, createPass, type PassFields } from './admission.ts'
import { onWay, reopen } from './allotment.ts'
import { CallMeter } from './call-meter.ts'
import { type Findings, identitiesIn } from './identification.ts'
import { isSlot } from './in-flight.ts'
import { paymentName } from './purchase.ts'
import type { CountedCaller } from './caller.ts'
import type { Pass, Way } from './decision.ts'
import type { Engine } from './engine.ts'
import { Passage } from './passage.ts'
import type { Policy } from './policy.ts'
import { randomBytes } from './random.ts'
import type { RequestView } from './request.ts'
import { resourceKey } from './resource.ts'
import { formatSeal, parseSeal } from './seal.ts'

/** Whose call it is, and about what. */
export interface HeldQuestion {
  readonly view: RequestView
  readonly policy: Policy
  readonly caller: CountedCaller
  /** What is known of who calls. */
  readonly findings: Findings
}

/**
 * What became of a seal that a caller showed.
 *
 * - `resumed`: the call goes on as it was admitted; this caller alone has it.
 * - `spent`: the seal is ours, but it was resumed before, or the call waited too long. The call must be admitted anew.
 * - `foreign`: no seal of this gate for this call of this caller.
 */
export type Resumption =
  | { readonly outcome: 'resumed'; readonly pass: Pass; readonly state: string | undefined }
  | { readonly outcome: 'spent'; readonly state: string | undefined }
  | { readonly outcome: 'foreign' }

/** The pass of an admitted call, which may be held. */
export function holdablePass(
  engine: Engine,
  question: HeldQuestion,
  call: AdmittedCall,
  fields: PassFields,
): Pass {
  return createPass(call, fields, {
    hold: (state) => hold(engine, question, call, state),
    awaitsEnding: call.owesEnding || engine.isHeard('ended'),
  })
}

async function hold(
  engine: Engine,
  question: HeldQuestion,
  call: AdmittedCall,
  state: string | undefined,
): Promise<string | undefined> {
  const { way, usesLeft, shard } = call
  const id = bytesToHex(randomBytes(16))
  const seal = formatSeal(engine.seals.current, bindingOf(question), { id, shard, way, usesLeft, state })
  if (seal !== undefined && (await call.hold(id))) return seal
  await call.giveBack()
  return undefined
}

/** Goes on with a call that was held, if this is the first to ask (R34). */
export async function resume(engine: Engine, question: HeldQuestion, text: string): Promise<Resumption> {
  const seal = parseSeal(engine.seals, bindingOf(question), text)
  if (seal === undefined) return { outcome: 'foreign' }
  const { way, usesLeft, state } = seal
  const claims = await engine.settlement.resume(seal.id, seal.shard)
  if (claims === undefined) return { outcome: 'spent', state }
  const { policy, caller, findings } = question
  const passage = new Passage(engine)
  const paid = claims.find((claim) => !isSlot(claim))
  const purchase = paid && {
    payment: paymentName(paid.credential),
    policy: policy.name,
    resource: policy.resource(question.view).text,
    callerClass: caller.caller.class,
  }
  const slot = claims.find(isSlot)
  const taken = {
    claims: claims.filter((claim) => !isSlot(claim)),
    slot: slot && { claim: slot, keeper: engine.store },
    windows: () => [],
    purchase,
  }
  const meters = reopenedMeters(engine, question, way)
  const call = new AdmittedCall(
    {
      policy,
      caller,
      passage,
      way,
      taken,
      meters,
      usesLeft,
      resumed: true,
      identities: identitiesIn(findings),
    },
    engine.settlement,
    engine.emit,
  )
  passage.cross({ policy, call, windows: [] })
  return {
    outcome: 'resumed',
    state,
    pass: holdablePass(engine, question, call, { speaker: call, headers: {} }),
  }
}

/** Each round is settled by itself: what was reserved before the pause covers nothing after it. */
function reopenedMeters(
  { callers, meters }: Engine,
  { view, policy, caller }: HeldQuestion,
  way: Way,
): readonly CallMeter[] {
  const reservations = reopen(policy.windows(view), caller, view, callers)
  return reservations.map((reservation) => new CallMeter(onWay(reservation, way), meters, undefined))
}

/** Addresses change under honest callers, so only named ones are bound to, as for work (R19). */
function bindingOf({ view, policy, caller: { caller } }: HeldQuestion): string {
  const owner = caller.byAddress ? [] : [caller.class, caller.id]
  return JSON.stringify([resourceKey(policy.resource(view)), ...owner])
}
