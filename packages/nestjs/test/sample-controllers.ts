import type { Admission } from '@turnpike/core'
import {
  Admitted,
  Ceiling,
  FreeAllowance,
  Gated,
  RequireAnyOf,
  RequirePoW,
  SkipGate,
  admission,
  pow,
} from '@turnpike/nestjs'
import { Controller, Get, Param, Req, type ExecutionContext } from '@nestjs/common'

/** The cheapest work. */
export const WORK = pow(1, { adaptive: { max: 1 }, quota: false })

const byHeader = (context: ExecutionContext) => {
  const { headers }: { headers: Record<string, string> } = context.switchToHttp().getRequest()
  return headers['x-plan'] === 'big' ? { free: '3/1m' as const } : { require: WORK }
}

/** What a handler adds to the demands of its class. */
@Controller('levels')
@RequirePoW(1)
@FreeAllowance('1/1m')
export class LevelsController {
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

/** What each decorator demands by itself. */
@Controller('parts')
export class PartsController {
  @Get('any/:id')
  @RequireAnyOf(WORK)
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
  @Gated({ name: 'named', require: WORK })
  named(@Param('id') id: string) {
    return { id }
  }
  @Get('untouched')
  untouched() {
    return {}
  }
}
