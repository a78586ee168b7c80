/** The scenario on Nest. Which platform: the first argument, 'express' or 'fastify'. Decorators are applied by hand. */
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Module,
  Post,
  Req,
  Res,
  StreamableFile,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Admitted, Gated, PolicyGuard, TurnpikeModule } from '@turnpike/nestjs'
import { turnpike } from '@turnpike/node'
import { openScenario, OWN_EXPOSED_FIELD, SCENARIO_POLICIES } from '@turnpike/testkit/scenario'
import { Readable } from 'node:stream'

/** @import { ScenarioPolicyName, ScenarioReply, ScenarioRoute } from '@turnpike/testkit/scenario' */
/** @import { Admission, PolicyOptions } from '@turnpike/core' */
/** @import { AbstractHttpAdapter } from '@nestjs/core' */
/** @import { ArgumentsHost, CanActivate, MiddlewareConsumer, Type } from '@nestjs/common' */
/** @import { IncomingMessage, Server, ServerResponse } from 'node:http' */

const scenario = openScenario()
const { trustProxy } = scenario.settings
/** @type {AbstractHttpAdapter} */
const adapter = process.argv[2] === 'express' ? onExpress() : onFastify()

/** One guard per policy, however many routes it stands on. @type {Map<ScenarioPolicyName, Type<CanActivate>>} */
const guards = new Map()

class ScenarioModule {
  /** @param {MiddlewareConsumer} consumer */
  configure(consumer) {
    consumer.apply(secondGate()).forRoutes('two-gates')
  }
}
Module({
  imports: [TurnpikeModule.forRoot({ gate: scenario.gate })],
  controllers: scenario.routes.map(controllerOf),
})(ScenarioModule)

class Failed {
  /** @param {unknown} error @param {ArgumentsHost} host */
  catch(error, host) {
    const response = host.switchToHttp().getResponse()
    if (error instanceof HttpException) {
      adapter.reply(response, error.getResponse(), error.getStatus())
      return
    }
    scenario.reportError(error)
    adapter.reply(response, {}, 500)
  }
}
Catch()(Failed)

const app = await NestFactory.create(ScenarioModule, adapter, { logger: false })
app.enableCors({ exposedHeaders: [OWN_EXPOSED_FIELD] })
app.useGlobalFilters(new Failed())
await app.listen(0, '127.0.0.1')
/** @type {Server} */
const server = app.getHttpServer()
const address = server.address()
if (address !== null && typeof address === 'object') {
  scenario.listening(address.port, () => void app.close())
}

function onExpress() {
  const express = new ExpressAdapter()
  if (trustProxy !== undefined) express.set('trust proxy', trustProxy)
  return express
}

function onFastify() {
  // As lenient about paths as Express; and no number of hops works here, so the proxy is named by its address.
  const fastify = new FastifyAdapter({
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true },
    ...(trustProxy !== undefined && { trustProxy: trustProxy === true ? true : '127.0.0.1' }),
  })
  // Bodies of any kind reach the handler, as they do on Express.
  fastify.getInstance().addContentTypeParser('*', (_request, _payload, done) => done(null))
  return fastify
}

/** Another gate, as a middleware of the application: both platforms call it with Node's own request. */
function secondGate() {
  const { windows, options } = SCENARIO_POLICIES.foreign
  const ceiling = turnpike(scenario.secondGate).ceiling(windows, options)
  return (
    /** @type {IncomingMessage} */ request,
    /** @type {ServerResponse} */ response,
    /** @type {() => void} */ next,
  ) => ceiling(() => next())(request, response)
}

/** A class with the one handler of a route. @param {ScenarioRoute} route */
function controllerOf({ method, mount = '', path, policies, reply }) {
  class ScenarioController {
    /** @param {unknown} _request @param {unknown} response @param {Admission | undefined} admission */
    async handle(_request, response, admission) {
      return send(response, await scenario.handle(reply, admission))
    }
  }
  /** @type {object} */
  const prototype = ScenarioController.prototype
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'handle') ?? {}
  const own = policies.filter((name) => SCENARIO_POLICIES[name].kind !== 'foreign')
  // Guards of one target run from the lowest decorator up.
  for (const name of own) gateOf(name, own.length)(prototype, 'handle', descriptor)
  const verb = method === 'GET' ? Get(path) : Post(path)
  verb(prototype, 'handle', descriptor)
  Req()(prototype, 'handle', 0)
  Res({ passthrough: true })(prototype, 'handle', 1)
  Admitted()(prototype, 'handle', 2)
  Controller(mount)(ScenarioController)
  return ScenarioController
}

/** A policy alone is said by a decorator; several are guards. @param {ScenarioPolicyName} name @param {number} among */
function gateOf(name, among) {
  if (among === 1) return Gated(optionsOf(name))
  const guard = guards.get(name) ?? PolicyGuard(optionsOf(name))
  guards.set(name, guard)
  return UseGuards(guard)
}

/** @param {ScenarioPolicyName} name @returns {PolicyOptions} */
function optionsOf(name) {
  const policy = SCENARIO_POLICIES[name]
  return policy.kind === 'protect'
    ? { ...policy.options, require: policy.require }
    : { ...policy.options, ceiling: policy.windows }
}

/** @param {unknown} response @param {ScenarioReply} reply */
function send(response, { status, headers, body }) {
  adapter.status(response, status)
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value)
  return body instanceof Readable ? new StreamableFile(body, { type: headers['Content-Type'] ?? '' }) : body
}
