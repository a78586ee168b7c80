import { enterAccess } from './access-entry.ts'
import { cross, type Toll } from './cross.ts'
import { within } from './deadline.ts'
import type { Decision, Pass, Refusal } from './decision.ts'
import type { Engine } from './engine.ts'
import type { Question } from './question.ts'
import { refuse, type Unadmitted } from './refuse.ts'
import { whenKnown } from './when-known.ts'

/** Refuses a call, unless its policy only observes. */
export function turnAway(engine: Engine, unadmitted: Unadmitted): Decision | Promise<Decision> {
  return whenKnown(refuse(engine, unadmitted), (refusal) =>
    unadmitted.policy.mode === 'observe'
      ? letThrough(engine, unadmitted, refusal)
      : turnBack(engine, unadmitted, refusal),
  )
}

function turnBack(engine: Engine, question: Question, refusal: Refusal): Refusal | Promise<Refusal> {
  const { policy, caller, passage } = question
  const { status, code } = refusal
  enterAccess(engine, question, { outcome: 'refused', code })
  engine.emit({ type: 'refused', policy: policy.name, status, code, callerClass: caller.caller.class })
  const undone = passage.turnBack()
  return undone === undefined ? refusal : refuseSoon(refusal, undone)
}

/** The caller may come again at once, so what is given back should be; but a store that fails keeps nobody waiting (R16). */
export async function refuseSoon<T>(refusal: T, undone: Promise<unknown>): Promise<T> {
  await within(UNDO_WAIT_MS, async () => await undone).catch(() => undefined)
  return refusal
}

const UNDO_WAIT_MS = 250

const NO_TOLL: Toll = {
  way: 'observed',
  windows: [],
  taken: { claims: [], windows: () => [] },
  usesLeft: undefined,
}

/** The policy only observes: report the refusal, and let the call through as it is. */
function letThrough(engine: Engine, question: Question, { status, code }: Refusal): Pass {
  const { policy, caller } = question
  enterAccess(engine, question, { outcome: 'observed', code })
  engine.emit({ type: 'observed', policy: policy.name, status, code, callerClass: caller.caller.class })
  return cross(engine, question, NO_TOLL)
}
