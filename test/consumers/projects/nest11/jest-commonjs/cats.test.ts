import { expect, test } from '@jest/globals'
import { Controller, Get } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { createGate, RequirePoW, TURNPIKE_GATE, TurnpikeGuard, TurnpikeModule } from '@turnpike/nestjs'

@Controller('cats')
class CatsController {
  @Get()
  @RequirePoW(3)
  get() {
    return { name: 'Tom' }
  }
}

const secret = 'a secret of the consumer, long enough'

/** Status of a call to the application that is made of the module. */
async function statusOf(building: ReturnType<typeof Test.createTestingModule>): Promise<number> {
  const app = (await building.compile()).createNestApplication()
  await app.listen(0, '127.0.0.1')
  const { status } = await fetch(`${await app.getUrl()}/cats`)
  await app.close()
  return status
}

test('the gate stands in the application', async () => {
  const imports = [TurnpikeModule.forRoot({ secret })]
  expect(await statusOf(Test.createTestingModule({ imports, controllers: [CatsController] }))).toBe(402)
})

test('overrideGuard takes it away', async () => {
  const building = Test.createTestingModule({ controllers: [CatsController] })
    .overrideGuard(TurnpikeGuard)
    .useValue({ canActivate: () => true })
  expect(await statusOf(building)).toBe(200)
})

test('a gate that admits all leaves the checks in place', async () => {
  const admitsAll = { ...createGate({ secret }), decide: () => ({ outcome: 'skip' }) }
  const imports = [TurnpikeModule.forRoot({ secret })]
  const building = Test.createTestingModule({ imports, controllers: [CatsController] })
    .overrideProvider(TURNPIKE_GATE)
    .useValue(admitsAll)
  expect(await statusOf(building)).toBe(200)
})
