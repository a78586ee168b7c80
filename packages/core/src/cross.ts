import { AdmittedCall } from './admission.ts'
import type { CallMeter } from './call-meter.ts'
import type { Pass, Way } from './decision.ts'
import type { Engine } from './engine.ts'
import { holdablePass } from './hold.ts'
import { faultIn, identitiesIn } from './identification.ts'
import type { Question } from './question.ts'
import { rateLimitFields, type ShownWindow } from './rate-limit-fields.ts'
import type { Taken } from './settlement.ts'

/** How a call was let in, and what that took. */
export interface Toll {
  readonly way: Way
  readonly windows: readonly ShownWindow[]
  readonly taken: Taken
  readonly meters?: readonly CallMeter[] | undefined
  readonly usesLeft: number | undefined
}

/** Enters the call among those of the request, and lets one admission speak for them all. */
export function cross(engine: Engine, question: Question, toll: Toll): Pass {
  const { policy, asked, caller, passage, findings } = question
  const identities = findings.length === 0 ? undefined : identitiesIn(findings)
  const { way, windows, taken, meters, usesLeft } = toll
  const call = new AdmittedCall(
    { policy, caller, passage, way, taken, meters, usesLeft, identities },
    engine.settlement,
    engine.emit,
  )
  const speaker = passage.cross({ policy: asked, call, windows })
  const legacyAtMs = engine.options.legacyHeaders === true ? engine.now() : undefined
  const headers = rateLimitFields(passage.windows(), legacyAtMs)
  const unproven = findings.length === 0 ? undefined : faultIn(findings)
  return holdablePass(engine, question, call, { speaker, headers, unproven })
}
