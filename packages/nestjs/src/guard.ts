import {
  Inject,
  Injectable,
  Optional,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { demandEntrance, demandModule } from './boot-module.ts'
import { ENTRANCE, type Entrance } from './entrance.ts'
import { refuseForeignContext } from './foreign-context.ts'
import { levelsOf, type Handler, type Host } from './gate-mark.ts'

/** Nest's key for the guards of a class or method, in the order in which they run. */
export const GUARDS = '__guards__'

/**
 * Decides by what the decorators of a handler and its class say. They bind it themselves; bound as a global guard
 * (`APP_GUARD`, `useGlobalGuards`) it also reaches handlers without any, for the module's own `policy`.
 */
@Injectable()
export class TurnpikeGuard implements CanActivate, OnModuleInit {
  readonly #entrance: Entrance | undefined

  constructor(
    @Optional() @Inject(ENTRANCE) entrance: Entrance | undefined,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    if (entrance === undefined) demandModule(modules)
    this.#entrance = entrance
  }

  onModuleInit(): void {
    demandEntrance(this.#entrance)
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const entrance = demandEntrance(this.#entrance)
    const host: Host = context.getClass()
    const handler: Handler = context.getHandler()
    const plan = entrance.plan(host, handler)
    if (plan.kind === 'unsaid' || plan.kind === 'open') return true
    if (context.getType() !== 'http') {
      // A global guard must not touch what nobody has asked it to.
      return levelsOf(host, handler).length === 0 || refuseForeignContext(entrance, context)
    }
    if (plan.kind === 'checked') return entrance.enter(context, plan.policy, () => plan.policy)
    const { callback, options } = plan
    return entrance.enter(context, callback, async () => {
      const made = await callback(context)
      return entrance.policy(Object.keys(options).length === 0 ? made : { ...made, ...options })
    })
  }
}
