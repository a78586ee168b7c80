import {
  anyOf,
  type BearerTerms,
  pow,
  type PolicyOptions,
  type PowTerms,
  type Price,
  type Requirement,
  sats,
  type SatsTerms,
  type Windows,
} from '@turnpike/core'
import { UseGuards } from '@nestjs/common'
import { addMark, type GateMark, type PolicyCallback } from './gate-mark.ts'
import { GUARDS, TurnpikeGuard } from './guard.ts'

/** Goes on a controller or on a handler. */
export type GateDecorator = ClassDecorator & MethodDecorator

/**
 * Demands a proof of work, once a free allowance (if there is one) is used up.
 *
 * @param difficulty - leading zero hex digits, or `{ bits }`
 * @example `@RequirePoW(4)`
 */
export function RequirePoW(
  difficulty: number | { readonly bits: number },
  options?: Omit<PowTerms, 'difficulty'>,
): GateDecorator {
  return gating({ decorator: '@RequirePoW', parts: { require: pow(difficulty, options) } })
}

/**
 * Demands a payment in satoshis over Lightning, once a free allowance (if there is one) is used up. The gate needs a backend in
 * `lightning`, else the application does not start.
 *
 * @param price - whole satoshis, or a function of the request
 * @example `@RequireSats(10)`
 * @example `@RequireSats(500, { uses: 100, validFor: '24h' })`
 */
export function RequireSats(price: Price, options?: Omit<SatsTerms, 'amountSats'>): GateDecorator {
  return gating({ decorator: '@RequireSats', parts: { require: sats(price, options) } })
}

/**
 * Demands an access token, once a free allowance (if there is one) is used up. The gate knows whose tokens it takes from its
 * option `identities`, such as `accessTokens(...)` of `@turnpike/oauth`; without one the application does not start.
 *
 * @param terms - scopes that must all be granted; a source, where the gate has several or none
 * @example `@RequireBearer()`
 * @example `@RequireBearer({ scope: 'search' })`
 */
export function RequireBearer(terms: BearerTerms = {}): GateDecorator {
  return gating({ decorator: '@RequireBearer', parts: { require: { rail: 'bearer', terms } } })
}

/**
 * Demands any one of several requirements; the caller chooses.
 *
 * @example `@RequireAnyOf(pow(4), sats(10))`
 * @throws TurnpikeError `requirement_invalid` for two requirements of one rail
 */
export function RequireAnyOf(...requirements: readonly Requirement[]): GateDecorator {
  const [only] = requirements
  const require = requirements.length === 1 && only !== undefined ? only : anyOf(...requirements)
  return gating({ decorator: '@RequireAnyOf', parts: { require } })
}

/** Calls per caller that cost nothing: `'60/1m'`, `{ limit, windowMs }`, or a list of such. `false`: none, whatever the class says. */
export function FreeAllowance(free: Windows | false): GateDecorator {
  return gating({ decorator: '@FreeAllowance', parts: { free } })
}

/** Most calls per caller, however admitted. `false`: no limit, whatever the class says. */
export function Ceiling(ceiling: Windows | false): GateDecorator {
  return gating({ decorator: '@Ceiling', parts: { ceiling } })
}

/**
 * Everything that a policy can say, or a callback that makes the whole policy of each request.
 *
 * @example `@Gated({ name: 'search', require: pow(4), free: '60/1m', mode: 'observe' })`
 * @example `@Gated((context) => plans.policyOf(context.switchToHttp().getRequest()))`
 */
export function Gated(policy: PolicyOptions | PolicyCallback): GateDecorator {
  return gating(
    typeof policy === 'function'
      ? { decorator: '@Gated', callback: policy }
      : { decorator: '@Gated', parts: policy },
  )
}

/** Exempts a handler or a controller from its gate; `@SkipGate(false)` puts a handler of an exempted controller back behind it. */
export function SkipGate(skipGate = true): GateDecorator {
  return gating({ decorator: '@SkipGate', skipGate })
}

/** Marks the target and binds the guard, so that nobody can forget to. */
function gating(mark: GateMark): GateDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const method: unknown = descriptor?.value
    addMark(mark, target, key, typeof method === 'function' ? method : undefined)
    if (mark.skipGate !== true) bindGuard(target, key, descriptor)
  }
}

/** Once per target, at the place of the lowest decorator of ours: guards run from the lowest decorator up. */
function bindGuard(target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void {
  const holder: unknown = descriptor === undefined ? target : descriptor.value
  const bound: unknown = typeof holder === 'function' ? Reflect.getOwnMetadata(GUARDS, holder) : undefined
  if (Array.isArray(bound) && bound.includes(TurnpikeGuard)) return
  const bind: (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => unknown =
    UseGuards(TurnpikeGuard)
  bind(target, key, descriptor)
}
