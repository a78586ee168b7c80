import {
  ceilingPolicy,
  demandCalled,
  isPromise,
  protectPolicy,
  toGate,
  type CeilingOptions,
  type Gate,
  type GateOptions,
  type Policy,
  type ProtectOptions,
  type Requirement,
  type Windows,
} from '@turnpike/core'
import {
  admit,
  answerEndpoint,
  type Entry,
  type Exchange,
  sendAnswer,
  statusAnswers,
  type StatusOptions,
  type ViewExtras,
} from '@turnpike/node'
import type { Application, NextFunction, Request, RequestHandler, Response } from 'express'
import { showAdmissions } from './admission.ts'
import { warnOfMistakes } from './mistakes.ts'

/** May be taken apart: `const { protect, ceiling, endpoints } = turnpike(...)`. */
export interface ExpressTurnpike {
  readonly gate: Gate
  /** Demands a requirement once the free allowance is used up; `protect()` is 60 calls a minute free, then `pow(4)`. */
  readonly protect: (requirement?: Requirement | ProtectOptions, options?: ProtectOptions) => RequestHandler
  /** Limits all callers, however admitted. */
  readonly ceiling: (windows: Windows, options?: CeilingOptions) => RequestHandler
  /** Answers the challenge endpoint below wherever it is mounted, and serves `gate.documents`; mount it at the root. */
  readonly endpoints: () => RequestHandler
  /** Serves `gate.status()` to those whom `authorize` lets in; mount it where you like. */
  readonly status: (options: StatusOptions<Request>) => RequestHandler
}

/**
 * The gate for Express 4 and 5.
 *
 * @example
 * const { protect, ceiling, endpoints } = turnpike({ name: 'my-api', secret })
 * app.use(endpoints(), ceiling('600/1m'))
 * app.post('/tools/call', protect(anyOf(pow(4), sats(10)), { free: '60/1m' }), handler)
 * @throws TurnpikeError as `createGate` and `gate.policy` do, and `status_unguarded`, at boot
 */
export function turnpike(gateOrOptions: Gate | GateOptions): ExpressTurnpike {
  const gate = toGate(gateOrOptions)
  return {
    gate,
    protect: (requirement, options) => gated(gate, gate.policy(protectPolicy(requirement, options))),
    ceiling: (windows, options) => gated(gate, gate.policy(ceilingPolicy(windows, options))),
    endpoints: (...given: readonly unknown[]) => {
      demandCalled('endpoints()', given[0])
      return (request, response, next) => {
        // `url` has lost the mount prefix, `originalUrl` has not.
        const answering = answerEndpoint(gate, request.url, exchangeOf(request, response))
        if (answering === false) next()
        else void handOn(answering, next, () => undefined)
      }
    },
    status: (options) => {
      const answer = statusAnswers(gate, options)
      return (request, response, next) =>
        void handOn(answer(request, request.method), next, (known) => sendAnswer(response, known))
    },
  }
}

function gated(gate: Gate, policy: Policy): RequestHandler {
  let known: Application | undefined
  const handler: RequestHandler = (request, response, next) => {
    const { app } = request
    if (app !== known) {
      known = app
      showAdmissions(request)
      warnOfMistakes(gate, handler, request)
    }
    const goOn = ({ outcome }: Entry) => {
      if (outcome !== 'answered') next()
    }
    const entering = admit(gate, policy, exchangeOf(request, response))
    if (isPromise(entering)) void handOn(entering, next, goOn)
    else goOn(entering)
  }
  return handler
}

/** Hands every failure on: Express 4 does not look at the promise of a middleware. What `use` throws is not ours. */
async function handOn<T>(promise: Promise<T>, next: NextFunction, use: (value: T) => void): Promise<void> {
  let value: T
  try {
    value = await promise
  } catch (error) {
    next(error)
    return
  }
  use(value)
}

function exchangeOf(request: Request, response: Response): Exchange {
  return { request, response, extras: new ExpressExtras(request) }
}

/**
 * No route: under a mounted router Express knows the prefix with its values only (`/tenants/7/items/:id`), and a
 * middleware of `app.use` knows no route at all. Unnamed policies go by their place of creation instead (R6).
 */
class ExpressExtras implements ViewExtras {
  readonly #request: Request

  constructor(request: Request) {
    this.#request = request
  }

  /** Read once, if at all: Express works it out anew each time. */
  get ip(): string | undefined {
    return this.#request.ip
  }
}
