import type { ProblemCode } from '@turnpike/protocol'
import type { PlannedWay } from './plan.ts'
import { type ShownWindow, showWindows } from './rate-limit-fields.ts'
import type { WayRefusal } from './store.ts'
import { quotaFits, wayFault } from './verdict-code.ts'

/** One way of the plan and how it stands, once the store has refused. */
export interface JudgedWay {
  readonly way: PlannedWay
  readonly windows: readonly ShownWindow[]
  readonly fault: ProblemCode | undefined
  /** Its quota and the ceiling would admit another call. */
  readonly open: boolean
  /** The ceiling of the payment that was shown, where that is full (R5). */
  readonly ceiling: readonly ShownWindow[] | undefined
}

const NOTHING_KNOWN: WayRefusal = { windows: [], claims: [] }

/** What the store's refusal says of one way. */
export function judge(
  way: PlannedWay,
  refusal: WayRefusal = NOTHING_KNOWN,
  isUnderCeiling = true,
): JudgedWay {
  const windows = showWindows(way.windows, refusal.windows)
  const mayPass = way.take.common === undefined ? isUnderCeiling : isCommonOpen(way.take.common, refusal)
  return {
    way,
    windows,
    fault: wayFault(way, refusal),
    open: way.prepared !== undefined && !way.barred && mayPass && quotaFits(way, refusal),
    ceiling: way.ownCeiling === 0 ? undefined : fullCeiling(windows.slice(0, way.ownCeiling)),
  }
}

function fullCeiling(own: readonly ShownWindow[]): readonly ShownWindow[] | undefined {
  return own.every(fits) ? undefined : own
}

/** A store that refuses for common windows alone says nothing of the ways. */
function isCommonOpen(asked: readonly unknown[], { common = [] }: WayRefusal): boolean {
  return common.filter(({ retryMs }) => retryMs === 0).length === asked.length
}

/** Would the window admit the call now? */
export function fits({ state }: ShownWindow): boolean {
  return state.retryMs === 0
}
