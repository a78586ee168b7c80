import type { Decision } from './decision.ts'
import type { Engine } from './engine.ts'
import type { DecidedEvent } from './events.ts'
import type { Policy } from './policy.ts'
import { isPromise } from './when-known.ts'

/**
 * Makes a decision and, where somebody listens, reports it with the time that it took, what it waited for included. Where
 * nobody does, the clock is not looked at: that alone costs a fifth of a decision in memory.
 */
export function timed(
  { emit, isHeard }: Pick<Engine, 'emit' | 'isHeard'>,
  { name: policy }: Policy,
  decide: () => Decision | Promise<Decision>,
): Decision | Promise<Decision> {
  if (!isHeard('decided')) return decide()
  const beganMs = performance.now()
  const report: Report = (what) =>
    emit({ type: 'decided', policy, ...what, durationMs: performance.now() - beganMs })
  try {
    const decision = decide()
    if (isPromise(decision)) return reportLater(decision, report)
    report(describe(decision))
    return decision
  } catch (error) {
    report(FAULT)
    throw error
  }
}

type Report = (what: Pick<DecidedEvent, 'outcome' | 'way' | 'status' | 'code'>) => void

const FAULT = { outcome: 'fault' } as const

/** Awaited here, so that listeners run in the asynchronous context of the request: its span is theirs. */
async function reportLater(decision: PromiseLike<Decision>, report: Report): Promise<Decision> {
  let known: Decision
  try {
    known = await decision
  } catch (error) {
    report(FAULT)
    throw error
  }
  report(describe(known))
  return known
}

function describe(decision: Decision): Parameters<Report>[0] {
  switch (decision.outcome) {
    case 'pass':
      return { outcome: 'pass', way: decision.admission.way }
    case 'refuse':
      return { outcome: 'refuse', status: decision.status, code: decision.code }
    case 'skip':
    case 'preflight':
      return { outcome: decision.outcome }
  }
}
