import { TurnpikeError } from '@turnpike/core'
import type { ModulesContainer } from '@nestjs/core'
import { gateModules } from './boot-module.ts'
import type { Entrance } from './entrance.ts'
import { hasLostMarks } from './gate-mark.ts'
import { checkGuardOrder, isBound, isBoundGlobally } from './guard-order.ts'
import { handlersOf, methodsOf, type HandlerEntry } from './handlers.ts'
import { documentAnswers } from './swagger.ts'

/**
 * Looks at every handler while the application is made, before there are routes: a handler that would not be gated as it
 * says stops the start.
 *
 * @param needsUser - must a guard have set `request.user` before ours runs?
 * @throws TurnpikeError `module_twice`, `gate_lost`, `guard_order`, and as a policy's own check does, with class and method
 */
export function checkApplication(entrance: Entrance, modules: ModulesContainer, needsUser: boolean): void {
  if (gateModules(modules).length > 1) {
    throw new TurnpikeError(
      'module_twice',
      'TurnpikeModule is configured twice: two gates would each ask for a credential. Call forRoot() once, in the root ' +
        'module; other modules need no import of it',
    )
  }
  for (const method of methodsOf(modules)) checkKept(method)
  for (const handler of handlersOf(modules)) {
    const plan = planAt(entrance, handler)
    if (plan.kind === 'unsaid' || plan.kind === 'open') continue
    if (handler.isMarked) checkBound(handler, modules)
    if (!handler.isMarked && !isBoundGlobally(modules)) continue
    if (needsUser) checkGuardOrder(handler, modules)
    documentAnswers(handler, plan.kind === 'dynamic' || plan.policy.ways.length > 0)
  }
}

function checkKept({ host, key, handler, where }: HandlerEntry): void {
  if (hasLostMarks(host, key, handler)) throw lost(where)
}

/** A wrapper may take our marks along and leave the guard behind. */
function checkBound(handler: HandlerEntry, modules: ModulesContainer): void {
  if (!isBound(handler) && !isBoundGlobally(modules)) throw lost(handler.where)
}

function lost(where: string): TurnpikeError {
  return new TurnpikeError(
    'gate_lost',
    `${where} was gated, but the method that Nest will call is not: a decorator above ours put another function in its ` +
      'place, or a subclass overrode it. Move @Require..., @Gated and the like to the top, or repeat them on the override ' +
      '(@SkipGate() where it is meant to be open)',
  )
}

function planAt(entrance: Entrance, { host, handler, where }: HandlerEntry): ReturnType<Entrance['plan']> {
  try {
    return entrance.plan(host, handler)
  } catch (error) {
    if (!(error instanceof TurnpikeError) || error.message.startsWith(where)) throw error
    throw new TurnpikeError(error.code, `${where}: ${complaintOf(error)}`, { cause: error })
  }
}

/** The message without the reference that every TurnpikeError ends in. */
function complaintOf({ code, message }: TurnpikeError): string {
  if (code === 'rail_missing' && message.includes("'lightning'")) {
    return (
      'it asks for sats, and this gate has no Lightning backend to be paid through: give TurnpikeModule one in `lightning`, ' +
      'or ask for work alone with @RequirePoW(4)'
    )
  }
  return message.replace(` (${code}: npx @turnpike/cli explain ${code})`, '')
}
