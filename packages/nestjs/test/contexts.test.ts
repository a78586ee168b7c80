import { Gated, RequirePoW, TurnpikeGuard, type TurnpikeModuleOptions } from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import { Controller, type INestApplication, type Type } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius'
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { firstValueFrom } from 'rxjs'
import { gated, visiting } from './nest-app.ts'

interface Socket extends NodeJS.EventEmitter {
  send(text: string): void
  close(): void
}
const { WebSocket }: { WebSocket: new (url: string) => Socket } = createRequire(import.meta.url)('ws')

@Controller()
class MessagesController {
  @MessagePattern('free')
  free() {
    return 'let through'
  }
  @MessagePattern('gated')
  @RequirePoW(4)
  gated() {
    return 'let through'
  }
}

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('free')
  free() {
    return { event: 'free', data: 'let through' }
  }
  @SubscribeMessage('gated')
  @Gated({ free: '60/1m' })
  gated() {
    return { event: 'gated', data: 'let through' }
  }
}

/** An application whose global guard has a policy for everybody, and what it warned of. */
function application(controllers: readonly Type[], providers: readonly Type[]) {
  const lines: string[] = []
  const options: TurnpikeModuleOptions = { policy: { ceiling: '1/1m' }, log: (line) => lines.push(line) }
  const metadata = {
    ...gated(controllers, options),
    providers: [...providers, { provide: APP_GUARD, useClass: TurnpikeGuard }],
  }
  return { metadata, lines }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

describe('a message handler', () => {
  async function calling(pattern: string): Promise<{ answer: unknown; lines: readonly string[] }> {
    const { metadata, lines } = application([MessagesController], [])
    const options = { host: '127.0.0.1', port: await freePort() }
    const answer = await visiting(
      metadata,
      new ExpressAdapter(),
      async ({ app }) => {
        await app.startAllMicroservices()
        const client = ClientProxyFactory.create({ transport: Transport.TCP, options })
        const answered = await firstValueFrom(client.send<unknown>(pattern, {})).catch(
          (error: unknown) => error,
        )
        await client.close()
        return answered
      },
      (app) => app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig: true }),
    )
    return { answer, lines }
  }

  test('without a decorator is untouched by a global guard', async () => {
    expect(await calling('free')).toEqual({ answer: 'let through', lines: [] })
  })

  test('with one fails closed, with an error that says so to the caller and more to the operator', async () => {
    const { answer, lines } = await calling('gated')
    expect(answer).toEqual({ code: 'context_not_http', message: expect.stringMatching(/HTTP route/) })
    expect(lines).toEqual([
      expect.stringMatching(/MessagesController\.gated .*rpc.*gate the HTTP handler.*context_not_http/),
    ])
  })
})

describe('a gateway handler', () => {
  async function calling(event: string): Promise<{ answer: unknown; lines: readonly string[] }> {
    const { metadata, lines } = application([], [ChatGateway])
    const answer = await visiting(
      metadata,
      new ExpressAdapter(),
      async ({ app }) => {
        const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}`)
        await once(socket, 'open')
        socket.send(JSON.stringify({ event }))
        const [message]: readonly unknown[] = await once(socket, 'message')
        socket.close()
        const parsed: unknown = JSON.parse(String(message))
        return parsed
      },
      (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
    )
    return { answer, lines }
  }

  function portOf(app: INestApplication): number {
    const server: Server = app.getHttpServer()
    const address: AddressInfo | string | null = server.address()
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }

  test('without a decorator is untouched by a global guard', async () => {
    expect(await calling('free')).toEqual({ answer: { event: 'free', data: 'let through' }, lines: [] })
  })

  test('with one fails closed, with an error that says so to the caller and more to the operator', async () => {
    const { answer, lines } = await calling('gated')
    expect(answer).toMatchObject({ event: 'exception', data: { code: 'context_not_http' } })
    expect(lines).toEqual([expect.stringMatching(/ChatGateway\.gated .*ws.*connection tickets/)])
  })
})

@Resolver()
class CatsResolver {
  @Query('free')
  free() {
    return 'let through'
  }
  @Query('gated')
  @RequirePoW(4)
  gated() {
    return 'let through'
  }
}

describe('a resolver', () => {
  const graphql = GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    typeDefs: 'type Query { free: String, gated: String }',
  })

  async function querying(field: string): Promise<{ answer: unknown; lines: readonly string[] }> {
    const { metadata, lines } = application([], [CatsResolver])
    const imports = [...(metadata.imports ?? []), graphql]
    const answer = await visiting({ ...metadata, imports }, new FastifyAdapter(), async ({ send }) => {
      const body = JSON.stringify({ query: `{ ${field} }` })
      const headers = { 'Content-Type': 'application/json' }
      const { text } = await send({ method: 'POST', path: '/graphql', headers, body })
      const parsed: unknown = JSON.parse(text)
      return parsed
    })
    return { answer, lines }
  }

  test('without a decorator is untouched by a global guard', async () => {
    expect(await querying('free')).toEqual({ answer: { data: { free: 'let through' } }, lines: [] })
  })

  test('with one fails closed, with an error that says so to the caller and more to the operator', async () => {
    const { answer, lines } = await querying('gated')
    expect(answer).toMatchObject({
      data: { gated: null },
      errors: [{ message: expect.stringMatching(/HTTP route/), extensions: { code: 'context_not_http' } }],
    })
    expect(lines).toEqual([expect.stringMatching(/CatsResolver\.gated .*graphql.*\/graphql/)])
  })
})
