import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Router } from '@koa/router'
import { anyOf, createGate, pow, sats, type Gate, type GateOptions } from '@turnpike/core'
import { turnpike as forExpress } from '@turnpike/express'
import { turnpike as forKoa } from '@turnpike/koa'
import { RequireAnyOf, RequireSats, TurnpikeModule } from '@turnpike/nestjs'
import { turnpike as forNode } from '@turnpike/node'
import express from 'express'
import Koa from 'koa'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** A server that sells: `/paid` for 10 sats, three calls of `/bundle` for 30, `/either` for work or 10 sats. */
export interface Shop {
  readonly url: string
  /** Its handlers throw from now on, or serve again. */
  readonly mood: { fails: boolean }
  readonly gate: Gate
  close(): Promise<void>
}

type Mood = Shop['mood']
/** Opens the server alone. @returns what closes it */
type Opening = (gate: Gate, mood: Mood) => Promise<{ readonly url: string; close(): Promise<void> }>

const WARES = {
  paid: sats(10),
  bundle: sats(30, { uses: 3 }),
  either: anyOf(pow(4), sats(10)),
}

export const SHOPS: readonly (readonly [string, Opening])[] = [
  ['Express', openExpress],
  ['Koa', openKoa],
  ['Nest', openNest],
  ['node:http', openNode],
]

/** A shop on a gate of its own. */
export async function openShop(open: Opening, options: GateOptions): Promise<Shop> {
  const gate = createGate({ name: 'shop', log: () => undefined, ...options })
  const mood = { fails: false }
  const opened = await open(gate, mood)
  return {
    url: opened.url,
    mood,
    gate,
    async close() {
      await opened.close()
      await gate.close()
    },
  }
}

function serve(mood: Mood): { readonly served: true } {
  if (mood.fails) throw new Error('the handler is in a bad mood')
  return { served: true }
}

export async function openExpress(gate: Gate, mood: Mood) {
  const app = express()
  const { protect } = forExpress(gate)
  for (const [name, requirement] of Object.entries(WARES)) {
    app.get(
      `/${name}`,
      protect(requirement, { name }),
      (_request, response) => void response.json(serve(mood)),
    )
  }
  return await listening(app.listen(0, '127.0.0.1'))
}

async function openKoa(gate: Gate, mood: Mood) {
  const app = new Koa()
  const router = new Router()
  app.silent = true
  const { protect } = forKoa(gate)
  for (const [name, requirement] of Object.entries(WARES)) {
    router.get(`/${name}`, protect(requirement, { name }), (ctx) => {
      ctx.body = serve(mood)
    })
  }
  app.use(router.routes())
  return await listening(app.listen(0, '127.0.0.1'))
}

@Controller()
class ShopController {
  readonly mood: Mood

  constructor(@Inject('mood') mood: Mood) {
    this.mood = mood
  }

  @Get('paid')
  @RequireSats(10)
  paid() {
    return serve(this.mood)
  }

  @Get('bundle')
  @RequireSats(30, { uses: 3 })
  bundle() {
    return serve(this.mood)
  }

  @Get('either')
  @RequireAnyOf(pow(4), sats(10))
  either() {
    return serve(this.mood)
  }
}

async function openNest(gate: Gate, mood: Mood) {
  @Module({
    imports: [TurnpikeModule.forRoot({ gate })],
    controllers: [ShopController],
    providers: [{ provide: 'mood', useValue: mood }],
  })
  class ShopModule {}

  const app = await NestFactory.create(ShopModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  const server: Server = app.getHttpServer()
  return { url: urlOf(server), close: async () => await app.close() }
}

async function openNode(gate: Gate, mood: Mood) {
  const { protect } = forNode(gate, { onError: () => undefined })
  const listeners = new Map(
    Object.entries(WARES).map(([name, requirement]) => [
      `/${name}`,
      protect(requirement, { name })((_request, response) => {
        const body = JSON.stringify(serve(mood))
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
      }),
    ]),
  )
  return await listening(
    createServer((request, response) => {
      const listener = listeners.get(request.url ?? '')
      if (listener === undefined) response.writeHead(404).end()
      else listener(request, response)
    }).listen(0, '127.0.0.1'),
  )
}

async function listening(server: Server) {
  await once(server, 'listening')
  return {
    url: urlOf(server),
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function urlOf(server: Server): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
