import {
  ceilingPolicy,
  demandCalled,
  protectPolicy,
  toGate,
  whenKnown,
  type Admission,
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
  keepFields,
  statusAnswers,
  type Entry,
  type StatusOptions,
} from '@turnpike/node'
import type { Context, Middleware, Next } from 'koa'
import { KoaExchange } from './exchange.ts'
import { warnOfMistakes } from './mistakes.ts'

declare module 'koa' {
  interface DefaultState {
    /** How the gate admitted this request; undefined when no policy admitted it. */
    turnpike?: Admission | undefined
  }
}

/** May be taken apart: `const { protect, ceiling, endpoints } = turnpike(...)`. */
export interface KoaTurnpike {
  readonly gate: Gate
  /** Demands a requirement once the free allowance is used up; `protect()` is 60 calls a minute free, then `pow(4)`. */
  readonly protect: (requirement?: Requirement | ProtectOptions, options?: ProtectOptions) => Middleware
  /** Limits all callers, however admitted. */
  readonly ceiling: (windows: Windows, options?: CeilingOptions) => Middleware
  /** Answers the challenge endpoint below wherever it is mounted, and serves `gate.documents`; mount it at the root. */
  readonly endpoints: () => Middleware
  /** Serves `gate.status()` to those whom `authorize` lets in; mount it where you like. */
  readonly status: (options: StatusOptions<Context>) => Middleware
}

/**
 * The gate for Koa 2 and 3, with or without a router.
 *
 * @example
 * const { protect, ceiling, endpoints } = turnpike({ name: 'my-api', secret })
 * app.use(endpoints()).use(ceiling('600/1m'))
 * router.post('/tools/call', protect(pow(4), { free: '60/1m' }), handler)
 * @throws TurnpikeError as `createGate` and `gate.policy` do, and `status_unguarded`, at boot
 */
export function turnpike(gateOrOptions: Gate | GateOptions): KoaTurnpike {
  const gate = toGate(gateOrOptions)
  return {
    gate,
    protect: (requirement, options) => gated(gate, gate.policy(protectPolicy(requirement, options))),
    ceiling: (windows, options) => gated(gate, gate.policy(ceilingPolicy(windows, options))),
    endpoints: (...given: readonly unknown[]) => {
      demandCalled('endpoints()', given[0])
      return async (ctx, next) => {
        // `url` has lost what koa-mount took off it, `originalUrl` has not.
        if (!(await answerEndpoint(gate, ctx.url, new KoaExchange(ctx)))) await next()
      }
    },
    status: (options) => {
      const answer = statusAnswers(gate, options)
      return async (ctx) => new KoaExchange(ctx).answer(await answer(ctx, ctx.method))
    },
  }
}

function gated(gate: Gate, policy: Policy): Middleware {
  return (ctx, next) => {
    warnOfMistakes(gate, ctx)
    return whenKnown(admit(gate, policy, new KoaExchange(ctx)), (entry) => goOn(ctx, entry, next))
  }
}

async function goOn(ctx: Context, entry: Entry, next: Next): Promise<void> {
  if (entry.outcome === 'answered') return
  if (entry.outcome === 'pass') ctx.state.turnpike = entry.admission
  try {
    await next()
  } catch (error) {
    // Koa takes all fields off the answer to an error, whatever was thrown and wherever it is caught.
    if (entry.outcome === 'pass') keepFields(ctx.res, entry.headers)
    throw error
  }
}
