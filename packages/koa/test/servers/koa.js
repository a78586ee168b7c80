/** The scenario on Koa. Which major: the first argument, 'koa' or 'koa2'. */
import { Router } from '@koa/router'
import { turnpike } from '@turnpike/koa'
import { openScenario, OWN_EXPOSED_FIELD, scenarioGates } from '@turnpike/testkit/scenario'
import mount from 'koa-mount'
import { createRequire } from 'node:module'
import { json } from 'node:stream/consumers'

/** @import { ScenarioReply, ScenarioRoute } from '@turnpike/testkit/scenario' */
/** @import { Context, Middleware } from 'koa' */

const require = createRequire(import.meta.url)
/** @type {typeof import('koa')} */
const Koa = require(process.argv[2] ?? 'koa')
/** @type {(options: object) => Middleware} */
const cors = require('@koa/cors')

const scenario = openScenario()
const main = turnpike(scenario.gate)
const second = turnpike(scenario.secondGate)

const gateOf = scenarioGates(main, second)

const app = new Koa(proxySetting())
/** @type {(error: Error, ctx: Context) => void} */
const failed = (error, ctx) => {
  scenario.reportError(error)
  // Koa 2 leaves an answer hanging when its stream fails after the header.
  if (ctx.headerSent) ctx.res.destroy(error)
}
app.on('error', failed)
app.use(cors({ origin: '*', exposeHeaders: OWN_EXPOSED_FIELD }))
app.use(main.endpoints())
app.use(mount('/mounted', main.endpoints()))
const router = new Router()
for (const route of scenario.routes) add(route)
app.use(router.routes())

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') scenario.listening(address.port, () => server.close())
})

function proxySetting() {
  const { trustProxy } = scenario.settings
  if (trustProxy === undefined) return {}
  return trustProxy === true ? { proxy: true } : { proxy: true, maxIpsCount: trustProxy }
}

/** @param {ScenarioRoute} route */
function add({ method, mount: prefix, path, policies, reply, parsed }) {
  const parsers = parsed === true ? [parseBody] : []
  const verb = method === 'GET' ? 'get' : 'post'
  const target = prefix === undefined ? router : new Router()
  target[verb](path, ...parsers, ...policies.map(gateOf), async (ctx) => {
    send(ctx, await scenario.handle(reply, ctx.state.turnpike))
  })
  if (prefix !== undefined) app.use(mount(prefix, target.routes()))
}

/** @type {Middleware} */
async function parseBody(ctx, next) {
  Object.assign(ctx.request, { body: await json(ctx.req) })
  await next()
}

/** @param {Context} ctx @param {ScenarioReply} reply */
function send(ctx, { status, headers, body }) {
  ctx.status = status
  ctx.set({ ...headers })
  if (body !== undefined) ctx.body = body
}
