import {
  createGate,
  FreeAllowance,
  GateRefusal,
  RequirePoW,
  TURNPIKE_GATE,
  TurnpikeGuard,
  TurnpikeModule,
  type TurnpikeModuleOptions,
  type TurnpikeOptionsFactory,
} from '@turnpike/nestjs'
import type { Gate } from '@turnpike/core'
import { describe, expect, test } from '@jest/globals'
import {
  Catch,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type ArgumentsHost,
  type DynamicModule,
  type ExceptionFilter,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { Test } from '@nestjs/testing'
import { bootError, gated, PLATFORMS, quietModule, SECRET, visiting } from './nest-app.ts'

const settings: TurnpikeModuleOptions = { name: 'settings', secret: SECRET, log: () => undefined }

@Injectable()
class Settings implements TurnpikeOptionsFactory {
  createTurnpikeOptions(): TurnpikeModuleOptions {
    return settings
  }
}

@Module({
  providers: [Settings, { provide: 'settings', useValue: settings }],
  exports: [Settings, 'settings'],
})
class SettingsModule {}

@Controller('cats')
class CatsController {
  readonly gate: Gate

  constructor(@Inject(TURNPIKE_GATE) gate: Gate) {
    this.gate = gate
  }

  @Get()
  @FreeAllowance('1/1m')
  get() {
    return { gate: this.gate.name }
  }

  @Get('paid')
  @RequirePoW(4)
  paid() {
    return {}
  }
}

describe('TurnpikeModule', () => {
  test.each<[string, DynamicModule]>([
    ['forRoot', TurnpikeModule.forRoot(settings)],
    [
      'forRootAsync with useFactory',
      TurnpikeModule.forRootAsync({ useFactory: () => Promise.resolve(settings) }),
    ],
    [
      'forRootAsync with imports and inject',
      TurnpikeModule.forRootAsync({
        imports: [SettingsModule],
        inject: ['settings'],
        useFactory: (injected: TurnpikeModuleOptions) => injected,
      }),
    ],
    ['forRootAsync with useClass', TurnpikeModule.forRootAsync({ useClass: Settings })],
    [
      'forRootAsync with useExisting',
      TurnpikeModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
    ],
  ])('is configured by %s, and global', async (_how, module) => {
    await visiting(
      { imports: [module], controllers: [CatsController] },
      new ExpressAdapter(),
      async ({ send }) => {
        expect([(await send('/cats')).json(), (await send('/cats')).status]).toEqual([
          { gate: 'settings' },
          429,
        ])
      },
    )
  })

  test('hands on what goes wrong in an asynchronous configuration', async () => {
    const broken = TurnpikeModule.forRootAsync({ useFactory: () => Promise.reject(new Error('no settings')) })
    expect(await bootError({ imports: [broken], controllers: [CatsController] })).toEqual(
      new Error('no settings'),
    )
    const nmae: object = { nmae: 'x' }
    const misspelt = TurnpikeModule.forRootAsync({ useFactory: () => nmae })
    expect(await bootError({ imports: [misspelt], controllers: [CatsController] })).toMatchObject({
      code: 'option_unknown',
    })
  })

  test.each([
    ['a gate of its own is closed', undefined, 'gate_closed'],
    [
      'a shared one is left open to its owner',
      createGate({ secret: SECRET, log: () => undefined }),
      undefined,
    ],
  ])('at shutdown %s', async (_what, gate, code) => {
    const module = gate === undefined ? quietModule() : TurnpikeModule.forRoot({ gate })
    const used: Gate = await visiting(
      { imports: [module] },
      new ExpressAdapter(),
      async ({ app }) => await Promise.resolve(app.get<Gate>(TURNPIKE_GATE)),
    )
    const view = { method: 'GET', path: '/', header: () => undefined, body: () => undefined }
    const deciding = (async (): Promise<unknown> => await used.decide(view, used.policy({})))()
    expect(await deciding.catch((error: unknown) => error)).toMatchObject(
      code === undefined ? { outcome: 'pass' } : { code },
    )
  })
})

describe.each(PLATFORMS)('on %s', (_name, adapter) => {
  describe('the challenge endpoint', () => {
    test('stands where clients look for it, whatever the global prefix', async () => {
      await visiting(
        gated([CatsController]),
        adapter(),
        async ({ send }) => {
          expect([(await send('/api/challenge')).status, (await send('/v2/cats')).status]).toEqual([200, 200])
        },
        (app) => app.setGlobalPrefix('v2'),
      )
    })

    test('stands before a controller that takes all paths, at the path that was asked for', async () => {
      @Controller()
      class AllController {
        @Get('*')
        @RequirePoW(4)
        get() {
          return {}
        }
      }
      await visiting(gated([AllController], { challengePath: '/toll' }), adapter(), async ({ send }) => {
        expect((await send('/toll')).json()).toMatchObject({ algorithm: 'sha256' })
      })
    })

    test("answers 500 without a word when the operator's own function breaks", async () => {
      const caller = () => {
        throw new Error('the data base is down')
      }
      await visiting(gated([], { caller }), adapter(), async ({ send }) => {
        const { status, text } = await send('/api/challenge')
        expect([status, text]).toEqual([500, '{"statusCode":500,"message":"Internal server error"}'])
      })
    })
  })

  test("R32 a refusal keeps its fields through an application's filter that words the body anew", async () => {
    @Catch()
    class Worded implements ExceptionFilter {
      readonly #host: HttpAdapterHost

      constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
        this.#host = host
      }
      catch(error: unknown, host: ArgumentsHost): void {
        const status = error instanceof GateRefusal ? error.getStatus() : 500
        this.#host.httpAdapter.reply(host.switchToHttp().getResponse(), { worded: status }, status)
      }
    }
    await visiting(
      gated([CatsController]),
      adapter(),
      async ({ send }) => {
        const answer = await send({
          path: '/cats/paid',
          headers: { Origin: 'https://a.example' },
        })
        expect([answer.status, answer.text]).toEqual([402, '{"worded":402}'])
        expect(answer.field('WWW-Authenticate')).toMatch(/^PoW challenge=/)
        expect(answer.field('Access-Control-Expose-Headers')).toMatch(/WWW-Authenticate/)
      },
      (app) => app.useGlobalFilters(new Worded(app.get(HttpAdapterHost))),
    )
  })
})

describe("a user's tests", () => {
  test('go without the gate by overrideGuard, and without the module', async () => {
    const module = await Test.createTestingModule({
      controllers: [CatsController],
      providers: [{ provide: TURNPIKE_GATE, useValue: { name: 'none' } }],
    })
      .overrideGuard(TurnpikeGuard)
      .useValue({ canActivate: () => true })
      .compile()
    expect(module.get(CatsController).get()).toEqual({ gate: 'none' })
    await module.close()
  })

  test('take a gate that admits all, and keep the checks at start', async () => {
    const admitsAll = { ...createGate(settings), decide: () => Promise.resolve({ outcome: 'skip' }) }
    const module = await Test.createTestingModule({
      imports: [TurnpikeModule.forRoot({})],
      controllers: [CatsController],
    })
      .overrideProvider(TURNPIKE_GATE)
      .useValue(admitsAll)
      .compile()
    const app = module.createNestApplication()
    await app.listen(0, '127.0.0.1')
    const answer = await fetch(`${await app.getUrl()}/cats/paid`)
    expect(answer.status).toBe(200)
    await app.close()
  })
})
