import { describe, expect, test } from '@jest/globals'
import { FreeAllowance, SkipGate, TURNPIKE_GATE } from '@turnpike/nestjs'
import type { Gate, GateStatus } from '@turnpike/core'
import {
  Controller,
  Get,
  Inject,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common'
import { PLATFORMS, quietModule, visiting } from './nest-app.ts'

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request: { readonly headers: Readonly<Record<string, unknown>> } = context
      .switchToHttp()
      .getRequest()
    return request.headers['authorization'] === 'operator'
  }
}

@Controller()
class SearchController {
  @Get('search')
  @FreeAllowance('9/1m')
  search() {
    return {}
  }
}

@Controller('ops')
@UseGuards(AdminGuard)
class OperationsController {
  readonly #gate: Gate

  constructor(@Inject(TURNPIKE_GATE) gate: Gate) {
    this.#gate = gate
    gate.status()
  }

  @Get('turnpike')
  @SkipGate()
  status(): GateStatus {
    return this.#gate.status()
  }
}

describe.each(PLATFORMS)('on %s, the status', (_name, platform) => {
  test("is a controller of the application's own, behind its own guard", async () => {
    const metadata = { imports: [quietModule()], controllers: [SearchController, OperationsController] }
    await visiting(metadata, platform(), async ({ send }) => {
      await send('/search')
      expect((await send('/ops/turnpike')).status).toBe(403)
      const allowed = await send({ path: '/ops/turnpike', headers: { authorization: 'operator' } })
      expect([allowed.status, allowed.json()]).toMatchObject([
        200,
        { version: 1, policies: [{ admitted: { free: 1 }, lastMinute: { admitted: 1 } }] },
      ])
    })
  })
})
