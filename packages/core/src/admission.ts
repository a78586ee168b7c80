import { ADMISSION_HEADER } from '@turnpike/protocol'
import type { CountedCaller } from './caller.ts'
import type { Admission, HeaderFields, Pass, Way } from './decision.ts'
import type { Emit } from './emitter.ts'
import type { Policy, WindowRole } from './policy.ts'
import type { ShownWindow } from './rate-limit-fields.ts'
import type { Ending } from './request.ts'
import type { Settled, Settlement, Taken } from './settlement.ts'

/** What an admission is made of. */
export interface AdmissionParts {
  readonly policy: Policy
  readonly caller: CountedCaller
  readonly way: Way
  /** All windows counted for the request so far, by whichever policy. */
  readonly windows: () => readonly ShownWindow[]
  readonly taken: Taken
  /** Of the scarcest credential; undefined when none was spent. */
  readonly usesLeft: number | undefined
}

/** An admission, and the two ways in which it ends. */
export interface Admitted {
  readonly admission: Admission
  readonly finish: Pass['finish']
  /** An inner policy refused: everything is given back (R4). */
  readonly undo: () => unknown
}

/** Lets a call through and follows it to its end (R31). */
export function admit(parts: AdmissionParts, settlement: Settlement, emit: Emit): Admitted {
  const { policy, caller, way, taken, usesLeft } = parts
  let settled: Settled | Promise<Settled> | undefined
  let finished: Promise<void> | undefined
  settlement.open(taken)
  emit({ type: 'admitted', policy: policy.name, way, callerClass: caller.caller.class })

  const undo = () => (settled ??= settlement.undo(taken))
  const settle = (giveBack: boolean) => (settled ??= settlement.end(taken, policy.name, giveBack))
  const finish = async (ending: Ending) => {
    const claims = await (ending.kind === 'notStarted' ? undo() : settle(isGivenBack(ending, policy)))
    emit({ type: 'ended', policy: policy.name, way, ending: ending.kind, status: statusOf(ending), claims })
  }
  return {
    undo,
    finish: (ending) => (finished ??= finish(ending)),
    admission: {
      way,
      caller: caller.caller,
      policy: policy.name,
      usesLeft,
      remaining: (role) => remaining(parts.windows(), role),
      async giveBack() {
        await settle(true)
      },
    },
  }
}

/** The pass of an admitted call. `speaker` is the admission that stands for the whole request (R25). */
export function createPass(speaker: Admission, finish: Pass['finish'], fields: HeaderFields): Pass {
  const { way, usesLeft } = speaker
  return {
    outcome: 'pass',
    proven: way !== 'free' && way !== 'observed',
    headers: { ...fields, [ADMISSION_HEADER]: usesLeft === undefined ? way : `${way};uses=${usesLeft}` },
    admission: speaker,
    finish,
  }
}

/** The engine decides the money (R31): once headers are out, every ending keeps; an abort is no refund. */
function isGivenBack(ending: Ending, policy: Policy): boolean {
  switch (ending.kind) {
    case 'completed':
      return policy.giveBackOn(ending.status)
    case 'errored':
      return ending.status === undefined
    case 'aborted':
      return false
    case 'notStarted':
      return true
  }
}

function statusOf(ending: Ending): number | undefined {
  return ending.kind === 'notStarted' ? undefined : ending.status
}

function remaining(windows: readonly ShownWindow[], role: WindowRole): number | undefined {
  const left = windows.filter(({ window }) => window.role === role).map(({ state }) => state.remaining)
  return left.length === 0 ? undefined : Math.min(...left)
}
