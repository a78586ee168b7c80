import { Ceiling, FreeAllowance, TurnpikeGuard, PolicyGuard } from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import { Controller, Get, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { gated, PLATFORMS, statuses, visiting, type Visit } from './nest-app.ts'
import { LevelsController, PartsController } from './sample-controllers.ts'

describe.each(PLATFORMS)('the guard on %s', (_name, adapter) => {
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
