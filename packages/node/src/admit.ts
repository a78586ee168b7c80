import type { Answer, Gate, Pass, Policy } from '@turnpike/core'
import { sendAnswer } from './answer.ts'
import { applyPass } from './pass.ts'
import { requestView, type NodeRequest, type ViewExtras } from './request-view.ts'
import { isGone, type NodeResponse } from './response.ts'
import { watch } from './watch.ts'

/** What an adapter does next: run the handler (`pass`, `skip`) or nothing more (`answered`). */
export type Entry = Pass | { readonly outcome: 'skip' } | { readonly outcome: 'answered' }

/** A raw request with its response. */
export interface Exchange {
  readonly request: NodeRequest
  readonly response: NodeResponse
  readonly extras?: ViewExtras
  /** Sends an answer of the gate by the framework's own means (default: `sendAnswer`); may throw where that is the way. */
  readonly answer?: (answer: Answer) => void
}

/**
 * The flow that all Node adapters share: decides, sends a refusal, or prepares the response and watches how it ends.
 * A client that left while the gate was deciding gets no handler run for it, and its use back (R31).
 *
 * @throws what `gate.decide` throws; the adapter hands it to the framework.
 */
export async function admit(gate: Gate, policy: Policy, exchange: Exchange): Promise<Entry> {
  const { request, response, extras } = exchange
  const decision = await gate.decide(requestView(request, extras), policy)
  switch (decision.outcome) {
    case 'skip':
      return decision
    case 'refuse':
      answerWith(exchange, decision)
      return { outcome: 'answered' }
    case 'pass':
      return enter(response, decision)
  }
}

/** Sends an answer of the gate. */
export function answerWith({ response, answer: send }: Exchange, answer: Answer): void {
  if (send === undefined) sendAnswer(response, answer)
  else send(answer)
}

function enter(response: NodeResponse, pass: Pass): Entry {
  if (isGone(response)) {
    void pass.finish({ kind: 'notStarted' })
    return { outcome: 'answered' }
  }
  watch(response, (ending) => void pass.finish(ending))
  applyPass(response, pass)
  return pass
}
