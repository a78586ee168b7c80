/** The scenario on Express. Which major: the first argument, 'express' or 'express4'. */
import { turnpike } from '@turnpike/express'
import { openScenario, OWN_EXPOSED_FIELD, scenarioGates } from '@turnpike/testkit/scenario'
import { createRequire } from 'node:module'
import { pipeline, Readable } from 'node:stream'

/** @import { ScenarioReply, ScenarioRoute } from '@turnpike/testkit/scenario' */
/** @import { RequestHandler, Response, Router } from 'express' */

const require = createRequire(import.meta.url)
/** @type {typeof import('express')} */
const express = require(process.argv[2] ?? 'express')
/** @type {(options: object) => RequestHandler} */
const cors = require('cors')

const scenario = openScenario()
const main = turnpike(scenario.gate)
const second = turnpike(scenario.secondGate)

const gateOf = scenarioGates(main, second)

const app = express()
if (scenario.settings.trustProxy !== undefined) app.set('trust proxy', scenario.settings.trustProxy)
app.use(cors({ exposedHeaders: [OWN_EXPOSED_FIELD] }))
app.use(main.endpoints())
app.use('/mounted', main.endpoints())
for (const route of scenario.routes) add(route)
/** @type {import('express').ErrorRequestHandler} */
const failed = (error, _request, response, next) => {
  scenario.reportError(error)
  if (response.headersSent) next(error)
  else response.status(500).json({})
}
app.use(failed)

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') scenario.listening(address.port, () => server.close())
})

/** @param {ScenarioRoute} route */
function add({ method, mount, path, policies, reply, parsed }) {
  const router = mount === undefined ? app : express.Router()
  if (mount !== undefined) app.use(mount, /** @type {Router} */ (router))
  const parsers = parsed === true ? [express.json()] : []
  const verb = method === 'GET' ? 'get' : 'post'
  router[verb](path, ...parsers, ...policies.map(gateOf), (request, response, next) => {
    scenario.handle(reply, request.turnpike).then((answer) => send(response, answer), next)
  })
}

/** @param {Response} response @param {ScenarioReply} reply */
function send(response, { status, headers, body }) {
  response.status(status).set(headers)
  if (body instanceof Readable) pipeline(body, response, () => undefined)
  else if (body === undefined) response.end()
  else response.json(body)
}
