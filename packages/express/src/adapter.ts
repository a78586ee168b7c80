import {
  ceilingPolicy,
  isPromise,
  protectPolicy,
  toGate,
  type Admission,
  type CeilingOptions,
  type Gate,
  type GateOptions,
  type Policy,
  type ProtectOptions,
  type Requirement,
  type Windows,
} from '@turnpike/core'
import { admit, answerChallenge, type Entry, type Exchange, type ViewExtras } from '@turnpike/node'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { createMistakeWatch } from './mistakes.ts'

declare global {
  namespace Express {
    interface Request {
      /** How the gate admitted this request; undefined when no policy admitted it. */
      turnpike?: Admission | undefined
    }
  }
}

/** May be taken apart: `const { protect, ceiling, endpoints } = turnpike(...)`. */
export interface ExpressTurnpike {
  readonly gate: Gate
  /** Demands a requirement once the free allowance is used up; `protect()` is 60 calls a minute free, then `pow(4)`. */
  readonly protect: (requirement?: Requirement | ProtectOptions, options?: ProtectOptions) => RequestHandler
  /** Limits all callers, however admitted. */
  readonly ceiling: (windows: Windows, options?: CeilingOptions) => RequestHandler
  /** Answers the challenge endpoint below wherever it is mounted. */
  readonly endpoints: () => RequestHandler
}

/**
 * The gate for Express 4 and 5.
 *
 * @example
 * const { protect, ceiling, endpoints } = turnpike({ name: 'my-api', secret })
 * app.use(endpoints(), ceiling('600/1m'))
 * app.post('/tools/call', protect(anyOf(pow(4), sats(10)), { free: '60/1m' }), handler)
 * @throws TurnpikeError as `createGate` and `gate.policy` do, at boot
 */
export function turnpike(gateOrOptions: Gate | GateOptions): ExpressTurnpike {
  const gate = toGate(gateOrOptions)
  return {
    gate,
    protect: (requirement, options) => gated(gate, gate.policy(protectPolicy(requirement, options))),
    ceiling: (windows, options) => gated(gate, gate.policy(ceilingPolicy(windows, options))),
    endpoints: () => (request, response, next) => {
      // `url` has lost the mount prefix, `originalUrl` has not.
      const answering = answerChallenge(gate, request.url, exchangeOf(request, response))
      if (answering === false) next()
      else void handOn(answering, next, () => undefined)
    },
  }
}

function gated(gate: Gate, policy: Policy): RequestHandler {
  const warnOfMistakes = createMistakeWatch(gate)
  const handler: RequestHandler = (request, response, next) => {
    warnOfMistakes(handler, request)
    const goOn = (entry: Entry) => {
      if (entry.outcome === 'answered') return
      if (entry.outcome === 'pass') request.turnpike = entry.admission
      next()
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
