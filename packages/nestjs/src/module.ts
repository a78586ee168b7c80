import type { Gate } from '@turnpike/core'
import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { checkApplication } from './boot-check.ts'
import { mountChallengeRoute } from './challenge-route.ts'
import { ENTRANCE, Entrance, TURNPIKE_GATE } from './entrance.ts'
import { TurnpikeGuard } from './guard.ts'
import { warnOfMistakes } from './mistakes.ts'
import { gateOf, type TurnpikeModuleOptions } from './module-options.ts'

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<TurnpikeModuleOptions>({
    optionsInjectionToken: Symbol.for('turnpike:options'),
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createTurnpikeOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build()

/**
 * One gate for the whole application: mounts the challenge endpoint, checks all handlers at start, and settles what is
 * pending at the end.
 *
 * @example `@Module({ imports: [TurnpikeModule.forRoot({ name: 'my-api', secret })] })`
 * @example `TurnpikeModule.forRootAsync({ inject: [ConfigService], useFactory: (config) => config.get('turnpike') })`
 * @throws TurnpikeError while the application is made: see `docs/errors.md`
 */
@Module({
  providers: [
    { provide: TURNPIKE_GATE, inject: [MODULE_OPTIONS_TOKEN], useFactory: gateOf },
    {
      provide: ENTRANCE,
      inject: [TURNPIKE_GATE, MODULE_OPTIONS_TOKEN, HttpAdapterHost],
      useFactory: (gate: Gate, options: TurnpikeModuleOptions, platform: HttpAdapterHost) =>
        new Entrance(gate, options, platform),
    },
    TurnpikeGuard,
  ],
  exports: [ENTRANCE, TURNPIKE_GATE, TurnpikeGuard],
})
export class TurnpikeModule
  extends ConfigurableModuleClass
  implements NestModule, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #entrance: Entrance
  readonly #options: TurnpikeModuleOptions
  readonly #platform: HttpAdapterHost

  constructor(
    @Inject(ENTRANCE) entrance: Entrance,
    @Inject(MODULE_OPTIONS_TOKEN) options: TurnpikeModuleOptions,
    @Inject(HttpAdapterHost) platform: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    super()
    this.#entrance = entrance
    this.#options = options
    this.#platform = platform
    const needsUser = options.callerFromUser !== undefined && options.userSetBy !== 'middleware'
    checkApplication(entrance, modules, needsUser)
  }

  /** Nest calls this between its own middleware (CORS, body parsers) and the controllers' routes: where ours belongs. */
  configure(): void {
    mountChallengeRoute(this.#entrance.gate, this.#platform.httpAdapter)
  }

  onApplicationBootstrap(): void {
    if (this.#platform.httpAdapter !== undefined)
      warnOfMistakes(this.#entrance.gate, this.#platform.httpAdapter)
  }

  /** The server takes no requests any more by then. */
  async onApplicationShutdown(): Promise<void> {
    const { gate } = this.#entrance
    await (this.#options.gate === undefined ? gate.close() : gate.drain())
  }
}
