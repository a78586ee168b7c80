import {
  Admitted,
  Ceiling,
  FreeAllowance,
  Gated,
  RequireAnyOf,
  RequirePoW,
  SkipGate,
  TurnpikeGuard,
  PolicyGuard,
  admission,
  pow,
} from '@turnpike/nestjs'
import type { Admission } from '@turnpike/core'
import { describe, expect, test } from '@jest/globals'
import {
  Controller,
  Get,
  Param,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { gated, PLATFORMS, visiting, type Visit } from './nest-app.ts'

const work = pow(1, { adaptive: { max: 1 }, quota: false })

/** Statuses of calls in turn. */
async function statuses({ send }: Visit, paths: readonly string[]): Promise<readonly number[]> {
  const got: number[] = []
  for (const path of paths) got.push((await send(path)).status)
  return got
}

const byHeader = (context: ExecutionContext) => {
  const { headers }: { headers: Record<string, string> } = context.switchToHttp().getRequest()
  return headers['x-plan'] === 'big' ? { free: '3/1m' as const } : { require: work }
}

@Controller('levels')
@RequirePoW(1)
@FreeAllowance('1/1m')
class LevelsController {
  @Get('inherits')
  inherits() {
    return {}
  }
  @Get('allows')
  @FreeAllowance('2/1m')
  allows() {
    return {}
  }
  @Get('charges')
  @FreeAllowance(false)
  charges() {
    return {}
  }
  @Get('limits')
  @Ceiling('1/1m')
  limits() {
    return {}
  }
  @Get('open')
  @SkipGate()
  open(@Admitted() admitted: Admission | undefined) {
    return { admitted: admitted ?? null }
  }
}

@Controller('exempt')
@SkipGate()
class ExemptController {
  @Get('open')
  open() {
    return {}
  }
  @Get('own')
  @RequirePoW(1)
  own() {
    return {}
  }
  @Get('back')
  @SkipGate(false)
  back() {
    return {}
  }
}

@Controller('parts')
class PartsController {
  @Get('any/:id')
  @RequireAnyOf(work)
  any(@Admitted() admitted: Admission | undefined, @Req() request: Parameters<typeof admission>[0]) {
    return { way: admitted?.way, same: admission(request) === admitted }
  }
  @Get('callback')
  @Gated(byHeader)
  callback() {
    return {}
  }
  @Get('windows')
  @FreeAllowance([{ limit: 1, windowMs: 60_000 }, '5/1h'])
  windows() {
    return {}
  }
  @Get('named/:id')
  @Gated({ name: 'named', require: work })
  named(@Param('id') id: string) {
    return { id }
  }
  @Get('untouched')
  untouched() {
    return {}
  }
}

const sameName = (path: string) => {
  @Controller(path)
  class SameNameController {
    @Get()
    @FreeAllowance('1/1m')
    get() {
      return {}
    }
  }
  return SameNameController
}

describe.each(PLATFORMS)('on %s', (_name, adapter) => {
  describe('a level', () => {
    test.each([
      ['inherits', 'what the class says', [200, 402]],
      ['allows', 'its own allowance and the requirement of its class', [200, 200, 402]],
      ['charges', 'no allowance where it takes that away', [402]],
      ['limits', 'what its class demands, and a ceiling of its own above it', [200, 429]],
      ['open', 'nothing where it skips', [200, 200, 200]],
    ])('%s: a handler demands %s', async (path, _what, expected) => {
      await visiting(gated([LevelsController]), adapter(), async (visit) => {
        expect(
          await statuses(
            visit,
            expected.map(() => `/levels/${path}`),
          ),
        ).toEqual(expected)
      })
    })

    test('that skips shows its handler no admission', async () => {
      await visiting(gated([LevelsController]), adapter(), async ({ send }) => {
        expect((await send('/levels/open')).json()).toEqual({ admitted: null })
      })
    })

    test('that skips on the class leaves out handlers with a gate of their own', async () => {
      const options = { policy: { require: work } }
      await visiting(gated([ExemptController], options), adapter(), async (visit) => {
        expect(await statuses(visit, ['/exempt/open', '/exempt/own', '/exempt/back'])).toEqual([
          200, 402, 402,
        ])
      })
    })
  })

  describe('a decorator', () => {
    test('admits who has done the work, and tells the handler so', async () => {
      await visiting(gated([PartsController]), adapter(), async ({ work: worked }) => {
        const answer = await worked('/parts/any/7')
        expect([answer.status, answer.json()]).toEqual([200, { way: 'pow', same: true }])
      })
    })

    test('binds challenges to the full pattern of the route, with prefix and version', async () => {
      const set = (app: Visit['app']) => app.setGlobalPrefix('v2')
      const resource = await visiting(
        gated([PartsController]),
        adapter(),
        async ({ send }) => (await send('/v2/parts/any/7')).json(),
        set,
      )
      expect(resource).toMatchObject({ resource: 'GET /v2/parts/any/:id' })
    })

    test('takes windows as objects and lists', async () => {
      await visiting(gated([PartsController]), adapter(), async (visit) => {
        expect(await statuses(visit, ['/parts/windows', '/parts/windows'])).toEqual([200, 429])
      })
    })

    test('takes a callback of the execution context for the whole policy', async () => {
      await visiting(gated([PartsController]), adapter(), async ({ send }) => {
        const big = { path: '/parts/callback', headers: { 'x-plan': 'big' } }
        const got: number[] = []
        for (let call = 0; call < 4; call += 1) got.push((await send(big)).status)
        expect([...got, (await send('/parts/callback')).status]).toEqual([200, 200, 200, 429, 402])
      })
    })

    test('names a policy, and challenges with it', async () => {
      await visiting(gated([PartsController]), adapter(), async ({ send }) => {
        expect((await send('/parts/named/7')).json()).toMatchObject({ resource: 'named' })
      })
    })

    test('on two controllers of one name gives each its own windows', async () => {
      await visiting(gated([sameName('one'), sameName('other')]), adapter(), async (visit) => {
        expect(await statuses(visit, ['/one', '/one', '/other'])).toEqual([200, 429, 200])
      })
    })
  })

  describe('the guard', () => {
    const bound = (visit: Visit['app']) => visit.useGlobalGuards(visit.get(TurnpikeGuard))

    test.each([
      ['APP_GUARD with useClass', { provide: APP_GUARD, useClass: TurnpikeGuard }, undefined],
      ['APP_GUARD with useExisting', { provide: APP_GUARD, useExisting: TurnpikeGuard }, undefined],
      ['useGlobalGuards', undefined, bound],
    ])('bound by %s, class and method decides once', async (_how, provider, prepare) => {
      @Controller('all')
      @UseGuards(TurnpikeGuard)
      @FreeAllowance('2/1m')
      class AllController {
        @Get()
        @Ceiling('9/1m')
        get() {
          return {}
        }
      }
      const metadata = { ...gated([AllController]), providers: provider === undefined ? [] : [provider] }
      await visiting(
        metadata,
        adapter(),
        async (visit) => {
          expect(await statuses(visit, ['/all', '/all', '/all'])).toEqual([200, 200, 429])
        },
        prepare,
      )
    })

    test('bound globally reaches undecorated handlers with the policy of the module, in one bucket', async () => {
      const metadata = {
        ...gated([PartsController, LevelsController], { policy: { ceiling: '2/1m' } }),
        providers: [{ provide: APP_GUARD, useClass: TurnpikeGuard }],
      }
      await visiting(metadata, adapter(), async (visit) => {
        expect(await statuses(visit, ['/parts/untouched', '/parts/untouched', '/parts/untouched'])).toEqual([
          200, 200, 429,
        ])
        expect(await statuses(visit, ['/levels/open'])).toEqual([200])
      })
    })

    test('bound nowhere leaves undecorated handlers alone', async () => {
      await visiting(gated([PartsController], { policy: { ceiling: '1/1m' } }), adapter(), async (visit) => {
        expect(await statuses(visit, ['/parts/untouched', '/parts/untouched'])).toEqual([200, 200])
      })
    })

    test('of a policy of its own limits all handlers together', async () => {
      const all = PolicyGuard({ name: 'all', ceiling: '2/1m' })
      const metadata = { ...gated([PartsController]), providers: [{ provide: APP_GUARD, useClass: all }] }
      await visiting(metadata, adapter(), async (visit) => {
        expect(
          await statuses(visit, ['/parts/untouched', '/parts/any/1', '/parts/untouched', '/parts/untouched']),
        ).toEqual([200, 402, 200, 429])
      })
    })

    test('below the decorator of another runs after it, and counts by the user that it found', async () => {
      class UserGuard implements CanActivate {
        canActivate(context: ExecutionContext): boolean {
          const request: { headers: Record<string, string>; user?: unknown } = context
            .switchToHttp()
            .getRequest()
          request.user = { id: request.headers['x-user'] }
          return true
        }
      }
      @Controller('mine')
      class MineController {
        @Get()
        @FreeAllowance('1/1m')
        @UseGuards(UserGuard)
        get() {
          return {}
        }
      }
      const callerFromUser = (user: unknown) => ({ class: 'account', id: JSON.stringify(user) })
      await visiting(gated([MineController], { callerFromUser }), adapter(), async ({ send }) => {
        const got: number[] = []
        for (const user of ['a', 'a', 'b']) {
          got.push((await send({ path: '/mine', headers: { 'x-user': user } })).status)
        }
        expect(got).toEqual([200, 429, 200])
      })
    })
  })

  test('HEAD counts as the GET of its handler', async () => {
    @Controller('head')
    class HeadController {
      @Get()
      @RequirePoW(1)
      get() {
        return {}
      }
    }
    await visiting(gated([HeadController]), adapter(), async ({ send }) => {
      const { status, text } = await send({ path: '/head', method: 'HEAD' })
      expect([status, text]).toEqual([402, ''])
    })
  })
})
