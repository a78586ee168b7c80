import 'reflect-metadata'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createFetch } from '@turnpike/client'
import {
  Admitted,
  FreeAllowance,
  RequirePoW,
  TURNPIKE_GATE,
  TurnpikeModule,
  type Admission,
  type Gate,
} from '@turnpike/nestjs'

@Controller('cats')
@RequirePoW(3)
class CatsController {
  constructor(@Inject(TURNPIKE_GATE) private readonly gate: Gate) {}

  @Get('paid')
  paid(@Admitted() admission: Admission | undefined) {
    return {
      way: admission?.way,
      gate: this.gate.name,
      compiledTo: typeof require === 'function' ? 'commonjs' : 'esm',
    }
  }

  @Get('free')
  @FreeAllowance('1/1m')
  free() {
    return {}
  }
}

@Module({
  imports: [
    TurnpikeModule.forRootAsync({
      useFactory: () => ({ name: 'consumer', secret: 'a secret of the consumer, long enough' }),
    }),
  ],
  controllers: [CatsController],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  const statuses: number[] = []
  for (const path of ['paid', 'free', 'free']) statuses.push((await fetch(`${url}/cats/${path}`)).status)
  const admitted = await createFetch()(`${url}/cats/paid`)
  console.log(JSON.stringify({ statuses, admitted: admitted.status, body: await admitted.json() }))
  await app.close()
}

void main()
