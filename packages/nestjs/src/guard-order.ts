import { TurnpikeError } from '@turnpike/core'
import type { ModulesContainer } from '@nestjs/core'
import { APP_GUARD } from '@nestjs/core'
import { GUARDS, TurnpikeGuard } from './guard.ts'
import type { HandlerEntry } from './handlers.ts'

/** Is our guard bound to the handler or its class? */
export function isBound({ host, handler }: HandlerEntry): boolean {
  return [...guardsOf(host), ...guardsOf(handler)].includes(TurnpikeGuard)
}

/** Is our guard an `APP_GUARD`? One of `useGlobalGuards` comes too late to be seen. */
export function isBoundGlobally(modules: ModulesContainer): boolean {
  return globalGuards(modules).includes(TurnpikeGuard)
}

/**
 * Names a handler whose guard of ours runs before the application's, which would have told who the user is. Guards run
 * global first, then the class's, then the method's; of several decorators on one target the lowest first.
 *
 * @throws TurnpikeError `guard_order`
 */
export function checkGuardOrder({ host, handler, where }: HandlerEntry, modules: ModulesContainer): void {
  const guards = [...globalGuards(modules), ...guardsOf(host), ...guardsOf(handler)]
  const own = guards.indexOf(TurnpikeGuard)
  const later = guards.slice(own + 1).find((guard) => guard !== TurnpikeGuard)
  if (own > 0 || later === undefined) return
  throw new TurnpikeError(
    'guard_order',
    `${where}: the gate runs before ${nameOf(later)}, but names callers by request.user (callerFromUser), which is not ` +
      `set by then. Write @UseGuards(${nameOf(later)}) below the gate's decorators, or on the class, or bind it as ` +
      "APP_GUARD; where a middleware sets the user, say userSetBy: 'middleware'",
  )
}

function guardsOf(target: object): readonly unknown[] {
  const guards: unknown = Reflect.getMetadata(GUARDS, target)
  return Array.isArray(guards) ? guards : []
}

/** Nest gives each `APP_GUARD` a token of its own that begins so. */
function globalGuards(modules: ModulesContainer): readonly unknown[] {
  return [...modules.values()].flatMap(({ providers }) =>
    [...providers.entries()]
      .filter(([token]) => typeof token === 'string' && token.startsWith(APP_GUARD))
      // An alias (`useExisting`) names its guard as what it is to be injected with.
      .map(([, { isAlias, inject, metatype }]) => (isAlias ? inject?.[0] : metatype)),
  )
}

function nameOf(guard: unknown): string {
  const guardClass: unknown = typeof guard === 'object' && guard !== null ? guard.constructor : guard
  return typeof guardClass === 'function' ? guardClass.name : 'the other guard'
}
