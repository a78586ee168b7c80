import { whenKnown, type Answer, type Decision, type Gate, type Pass, type Policy } from '@turnpike/core'
import { sendAnswer } from './answer.ts'
import { applyPass } from './pass.ts'
import { viewOf, type NodeRequest, type NodeView, type ViewExtras } from './request-view.ts'
import { isGone, type NodeResponse } from './response.ts'
import { watchLive } from './watch.ts'

/** What an adapter does next: run the handler (`pass`, `skip`) or nothing more (`answered`). */
export type Entry = Pass | { readonly outcome: 'skip' } | { readonly outcome: 'answered' }

/** A raw request with its response. */
export interface Exchange {
  readonly request: NodeRequest
  readonly response: NodeResponse
  readonly extras?: ViewExtras
  /** Sends an answer of the gate by the framework's own means (default: `sendAnswer`); may throw where that is the way. */
  answer?(answer: Answer): void
}

/**
 * The flow that all Node adapters share: decides, sends a refusal, or prepares the response and watches how it ends.
 * A client that left while the gate was deciding gets no handler run for it, and its use back (R31).
 *
 * @returns at once, where the gate decides at once. Rejects with what the gate rejects with, for the framework to handle.
 */
export function admit(gate: Gate, policy: Policy, exchange: Exchange): Entry | Promise<Entry> {
  const view = viewOf(exchange.request, exchange.extras)
  return whenKnown(gate.decide(view, policy), (decision) => carryOut(decision, exchange, view))
}

function carryOut(decision: Decision, exchange: Exchange, view: NodeView): Entry {
  switch (decision.outcome) {
    case 'skip':
      return decision
    case 'preflight':
      answerPreflight(exchange.response)
      return { outcome: 'answered' }
    case 'refuse':
      answerWith(exchange, decision)
      return { outcome: 'answered' }
    case 'pass':
      return enter(exchange.response, decision, view)
  }
}

/** No CORS layer stands before the gate, so there is nothing to tell the browser; but the handler is not for it. */
function answerPreflight(response: NodeResponse): void {
  if (response.headersSent || isGone(response)) return
  response.statusCode = 204
  response.end()
}

/** Sends an answer of the gate. */
export function answerWith(exchange: Exchange, answer: Answer): void {
  if (exchange.answer === undefined) sendAnswer(exchange.response, answer)
  else exchange.answer(answer)
}

function enter(response: NodeResponse, pass: Pass, view: NodeView): Entry {
  if (isGone(response)) {
    void pass.finish({ kind: 'notStarted' })
    return { outcome: 'answered' }
  }
  if (pass.awaitsEnding) watchLive(response, (ending) => void pass.finish(ending))
  applyPass(response, pass)
  view.admission = pass.admission
  return pass
}
