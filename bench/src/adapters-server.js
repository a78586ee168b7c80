/** The servers of the adapters suite: Koa, and Nest on both platforms, each bare, limited by a peer and by Turnpike. */
import { Router } from '@koa/router'
import { Controller, Get, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler'
import { turnpike } from '@turnpike/koa'
import { Ceiling, Gated, TurnpikeModule, pow } from '@turnpike/nestjs'
import Koa from 'koa'
import { createRequire } from 'node:module'
import { measured } from './measured-server.js'

/** @import { AbstractHttpAdapter } from '@nestjs/core' */
/** @import { DynamicModule } from '@nestjs/common' */

/** Never reached, so that every call is admitted. */
const PLENTY = 1_000_000
const MINUTE_MS = 60_000
const GATE = { name: 'bench', secret: 'a secret of 32 characters or more' }

/** It has no types. @type {(options: object) => Koa.Middleware} */
const ratelimit = createRequire(import.meta.url)('koa-ratelimit')

const onExpress = () => new ExpressAdapter()
const onFastify = () => new FastifyAdapter()

export const contenders = {
  koa: () => koa(),
  'koa-ratelimit': () =>
    koa(
      ratelimit({
        driver: 'memory',
        db: new Map(),
        duration: MINUTE_MS,
        max: PLENTY,
        id: (/** @type {Koa.Context} */ ctx) => ctx.ip,
      }),
    ),
  'koa-ceiling': () => koa(turnpike(GATE).ceiling(`${PLENTY}/1m`)),
  'koa-free': () => koa(turnpike(GATE).protect({ free: `${PLENTY}/1m` })),
  ...nestContenders('express', onExpress),
  ...nestContenders('fastify', onFastify),
}

/**
 * @param {string} platform
 * @param {() => AbstractHttpAdapter} adapter
 */
function nestContenders(platform, adapter) {
  const limits = ThrottlerModule.forRoot([{ ttl: MINUTE_MS, limit: PLENTY }])
  const free = Gated({ free: `${PLENTY}/1m`, require: pow(4) })
  return {
    [`nest-${platform}`]: () => nest(adapter()),
    [`nest-${platform}-throttler`]: () => nest(adapter(), limits, UseGuards(ThrottlerGuard)),
    [`nest-${platform}-ceiling`]: () =>
      nest(adapter(), TurnpikeModule.forRoot(GATE), Ceiling(`${PLENTY}/1m`)),
    [`nest-${platform}-free`]: () => nest(adapter(), TurnpikeModule.forRoot(GATE), free),
  }
}

/** @param {Koa.Middleware[]} gates */
function koa(...gates) {
  const router = new Router()
  router.get('/search', ...gates, (ctx) => {
    ctx.body = { ok: true, items: [1, 2, 3] }
  })
  const app = new Koa().use(router.routes())
  return measured(() => app.listen(0, '127.0.0.1'))
}

class RootModule {
  contents = 'what NestFactory is given with it'
}
Module({})(RootModule)

/**
 * @param {AbstractHttpAdapter} adapter
 * @param {DynamicModule} [imported]
 * @param {MethodDecorator} [gate]
 */
async function nest(adapter, imported, gate) {
  class SearchController {
    search() {
      return { ok: true, items: [1, 2, 3] }
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(SearchController.prototype, 'search') ?? {}
  for (const decorate of gate === undefined ? [Get('search')] : [gate, Get('search')]) {
    decorate(SearchController.prototype, 'search', descriptor)
  }
  Controller()(SearchController)
  const imports = imported === undefined ? [] : [imported]
  const root = { module: RootModule, imports, controllers: [SearchController] }
  const app = await NestFactory.create(root, adapter, { logger: false })
  await app.listen(0, '127.0.0.1')
  return measured(() => app.getHttpServer())
}
