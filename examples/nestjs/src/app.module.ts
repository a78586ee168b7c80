import { Module } from '@nestjs/common'
import { TurnpikeModule } from '@turnpike/nestjs'
import { randomBytes } from 'node:crypto'
import { ToolsController } from './tools.controller.ts'

/** The gate comes from a factory, as a secret from a vault would. */
@Module({
  imports: [
    TurnpikeModule.forRootAsync({
      useFactory: () => ({
        name: 'nestjs-example',
        // In production: a secret that outlives the process.
        secret: randomBytes(32).toString('base64url'),
      }),
    }),
  ],
  controllers: [ToolsController],
})
export class AppModule {}
