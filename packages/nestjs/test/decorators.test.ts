import { FreeAllowance, RequirePoW, SkipGate } from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import { Controller, Get } from '@nestjs/common'
import { gated, PLATFORMS, statuses, visiting, type Visit } from './nest-app.ts'
import { LevelsController, PartsController, WORK } from './sample-controllers.ts'

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
      const options = { policy: { require: WORK } }
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
