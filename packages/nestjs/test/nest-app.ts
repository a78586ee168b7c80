import { bruteForce, type WorkOffer, createRawHttp, type RawAnswer, type RawRequest } from '@turnpike/testkit'
import { TurnpikeModule, type TurnpikeModuleOptions } from '@turnpike/nestjs'
import type { DynamicModule, INestApplication, LoggerService, ModuleMetadata, Type } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import type { Server } from 'node:http'

export const PLATFORMS: readonly (readonly [string, () => AbstractHttpAdapter])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
]

/** The module with a gate that says nothing. */
export function quietModule(options: TurnpikeModuleOptions = {}): DynamicModule {
  return TurnpikeModule.forRoot({ secret: SECRET, log: () => undefined, ...options })
}

const nothing = (): void => undefined
const SILENT: LoggerService = { log: nothing, warn: nothing, error: nothing }

export const SECRET = 'a secret of the tests, long enough to be one'

/** What becomes of an application that is made and thrown away: undefined, or the error that stopped it. */
export async function bootError(metadata: ModuleMetadata): Promise<unknown> {
  try {
    const app = (await Test.createTestingModule(metadata).setLogger(SILENT).compile()).createNestApplication()
    await app.init()
    await app.close()
    return undefined
  } catch (error) {
    return error
  }
}

/** Talks to a running application. */
export interface Visit {
  readonly app: INestApplication
  readonly send: (request: RawRequest | string) => Promise<RawAnswer>
  /** The call, with the work done that it asks for. */
  readonly work: (path: string) => Promise<RawAnswer>
}

/** Serves an application for as long as `talk` takes. */
export async function visiting<T>(
  metadata: ModuleMetadata,
  adapter: AbstractHttpAdapter,
  talk: (visit: Visit) => Promise<T>,
  prepare: (app: INestApplication) => void = () => undefined,
): Promise<T> {
  const app = (await Test.createTestingModule(metadata).setLogger(SILENT).compile()).createNestApplication(
    adapter,
    {
      logger: false,
    },
  )
  prepare(app)
  await app.listen(0, '127.0.0.1')
  const server: Server = app.getHttpServer()
  const address = server.address()
  const client = createRawHttp(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  const send: Visit['send'] = async (request) =>
    await client.send(typeof request === 'string' ? { path: request } : request)
  try {
    return await talk({ app, send, work: async (path) => await work(send, path) })
  } finally {
    client.close()
    await app.close()
  }
}

async function work(send: Visit['send'], path: string): Promise<RawAnswer> {
  const { offers }: { offers: readonly [WorkOffer] } = JSON.parse((await send(path)).text)
  return await send({ path, headers: { 'X-PoW-Solution': bruteForce(offers[0]) } })
}

/** An application of controllers behind a quiet gate. */
export function gated(controllers: readonly Type[], options: TurnpikeModuleOptions = {}): ModuleMetadata {
  return { imports: [quietModule(options)], controllers: [...controllers] }
}

/** @returns the statuses of calls in turn */
export async function statuses({ send }: Visit, paths: readonly string[]): Promise<readonly number[]> {
  const got: number[] = []
  for (const path of paths) got.push((await send(path)).status)
  return got
}
