import { BudgetExceededError } from './budget.ts'
import { answerOf, drop, placeOf, sendAgain, sendFirst, startCall } from './call.ts'
import type { Call } from './call.ts'
import { negotiatorWith } from './negotiator.ts'
import { checkOptions } from './fetch-options.ts'
import type { FetchOptions } from './fetch-options.ts'
import { readRefusal } from './refusal.ts'
import { unlessAborted } from './sleep.ts'
import type { Answer } from './subject.ts'

/**
 * Makes a `fetch` that gets through a gate: where the answer is 402 it solves the work that is offered or pays the
 * invoice, and where the answer says `Retry-After` it waits, all within the limits given. Whatever it cannot or may not
 * meet, it returns as it came, body unread. A credential goes to the origin that sold it, and is never carried along by
 * a redirect; what is left of it serves later calls for the same thing.
 *
 * The function rejects like `fetch`: when the network fails, or with the signal's reason when aborted. With a wallet it
 * also rejects with a `BudgetExceededError` where paying was the only way and the budget forbids it, with a
 * `LedgerError`, and with what `approveAbove.ask` throws; nothing was paid then.
 *
 * @throws TypeError, RangeError for options that cannot be
 * @example
 * const fetch = createFetch({ wallet, budget: { perCallSats: 20, perDaySats: 500 }, maxWaitMs: 10_000 })
 * const response = await fetch('https://api.example/search', { signal: AbortSignal.timeout(60_000) })
 */
export function createFetch(options: FetchOptions = {}): typeof fetch {
  const settings = checkOptions(options)
  const negotiator = negotiatorWith(settings.negotiator)
  return async (input, init) => {
    const signal = signalOf(input, init)
    const answer = runCall(startCall(new Request(input, init), signal, settings, negotiator))
    // Wherever the call is by now: what it began ends on its own, and a payment is written down.
    return signal === undefined ? await answer : await unlessAborted(answer, signal)
  }
}

/** The signal that the caller gave; see `Call`. */
function signalOf(...[input, init]: Parameters<typeof fetch>): AbortSignal | undefined {
  if (init?.signal !== undefined) return init.signal ?? undefined
  return input instanceof Request ? input.signal : undefined
}

async function runCall(call: Call): Promise<Response> {
  let answer: Answer | undefined
  try {
    let response = await sendFirst(call)
    for (;;) {
      const next = await meet(call, response)
      if (next === undefined) {
        answer = answerOf(response)
        return response
      }
      response = next
    }
  } finally {
    await call.negotiation.conclude(answer)
  }
}

/** Does what the refusal asks for and asks again; undefined when `response` is the last word. */
async function meet(call: Call, response: Response): Promise<Response | undefined> {
  const refusal = await readRefusal(response, call.settings.negotiator.now())
  if (refusal === undefined) return undefined
  call.refused = response
  // It may have come from where a redirect led to: that is who wants something.
  if (response.redirected)
    call.negotiation.moveTo(placeOf({ method: call.request.method, url: response.url }))
  const step = await call.negotiation.meet(refusal)
  switch (step.kind) {
    case 'leave':
      return undefined
    case 'giveUp':
      if (step.asked === undefined) return undefined
      drop(response)
      throw new BudgetExceededError(step.asked)
    case 'send':
      return await sendAgain(call, response, step.credential)
  }
}
