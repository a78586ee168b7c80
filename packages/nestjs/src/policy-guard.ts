import type { PolicyOptions } from '@turnpike/core'
import {
  Inject,
  Injectable,
  Optional,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { demandEntrance, demandModule } from './boot-module.ts'
import { ENTRANCE, type Entrance } from './entrance.ts'

/**
 * A guard class with a policy of its own, beside what decorators say: for a ceiling around the whole application, or a
 * second policy on one handler. Call it once per policy, not once per use: each class is one policy.
 *
 * @throws TurnpikeError while the application is made, as a policy's own check does, and `module_missing`
 * @example `{ provide: APP_GUARD, useClass: PolicyGuard({ name: 'all', ceiling: '600/1m' }) }`
 */
export function PolicyGuard(options: PolicyOptions): Type<CanActivate> {
  @Injectable()
  class OnePolicyGuard implements CanActivate, OnModuleInit {
    readonly #entrance: Entrance | undefined

    constructor(
      @Optional() @Inject(ENTRANCE) entrance: Entrance | undefined,
      @Inject(ModulesContainer) modules: ModulesContainer,
    ) {
      if (entrance === undefined) demandModule(modules)
      entrance?.policy(options, 'place')
      this.#entrance = entrance
    }

    onModuleInit(): void {
      demandEntrance(this.#entrance)
    }

    canActivate(context: ExecutionContext): boolean | Promise<boolean> {
      const entrance = demandEntrance(this.#entrance)
      if (context.getType() !== 'http') return true
      const policy = entrance.policy(options, 'place')
      return entrance.enter(context, policy, () => policy)
    }
  }
  return OnePolicyGuard
}
