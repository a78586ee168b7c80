import { Controller, Get, Post } from '@nestjs/common'
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger'
import { Admitted, Ceiling, FreeAllowance, RequirePoW, SkipGate, type Admission } from '@turnpike/nestjs'

class SearchResult {
  @ApiProperty({ type: [String] })
  results: readonly string[] = ['wait', 'work', 'pay']

  @ApiProperty({ type: String, description: 'How the call was admitted.' })
  admittedBy = ''
}

/** All handlers ask for work, unless they say something nearer. */
@Controller('tools')
@RequirePoW(4)
export class ToolsController {
  /** Five a minute are free. */
  @Get('search')
  @FreeAllowance('5/1m')
  @ApiOkResponse({ type: SearchResult })
  search(@Admitted() admission: Admission | undefined): SearchResult {
    return Object.assign(new SearchResult(), { admittedBy: admission?.way })
  }

  /** Each costs a proof of work, and nobody gets more than 100 an hour. */
  @Post('call')
  @Ceiling('100/1h')
  call(@Admitted() admission: Admission | undefined): object {
    return { content: [{ type: 'text', text: 'You worked your way in.' }], admittedBy: admission?.way }
  }

  @Get('health')
  @SkipGate()
  health(): object {
    return { up: true }
  }
}
