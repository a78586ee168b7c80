import { TurnpikeError } from '@turnpike/core'
import type { ModulesContainer } from '@nestjs/core'
import { ENTRANCE, type Entrance } from './entrance.ts'
import { handlersOf } from './handlers.ts'

/** Modules that bring a gate along: more than one are two gates. */
export function gateModules(modules: ModulesContainer): readonly unknown[] {
  return [...modules.values()].filter(({ providers }) => providers.has(ENTRANCE))
}

/**
 * To be asked where the guard was given nothing to work with.
 * @throws TurnpikeError `module_missing` when nobody imports the module; a failure of the module itself is Nest's to report
 */
export function demandModule(modules: ModulesContainer): void {
  if (gateModules(modules).length > 0) return
  const gated = handlersOf(modules).find(({ isMarked }) => isMarked)
  throw new TurnpikeError(
    'module_missing',
    `${gated === undefined ? 'a guard' : gated.where} is gated, but there is no gate: import ` +
      "TurnpikeModule.forRoot({ name: 'my-api', secret }) in the root module",
  )
}

/** @throws TurnpikeError `module_missing` when the guard's own module does not see the gate */
export function demandEntrance(entrance: Entrance | undefined): Entrance {
  if (entrance !== undefined) return entrance
  throw new TurnpikeError(
    'module_missing',
    'a module with gated handlers does not see TurnpikeModule: import it there too, or leave `isGlobal` on',
  )
}
