/** The scenario on node:http, or on http2 (without TLS) when the first argument says so. */
import { admission, turnpike } from '@turnpike/node'
import { openScenario, OWN_EXPOSED_FIELD, scenarioGates } from '@turnpike/testkit/scenario'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { pipeline, Readable } from 'node:stream'

/** @import { NodeRequest } from '@turnpike/node' */
/** @import { ScenarioReply, ScenarioRoute } from '@turnpike/testkit/scenario' */
/** @typedef {import('node:http').IncomingMessage & { body?: unknown }} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {(request: Request, response: Response) => unknown} Listener */

const scenario = openScenario()
const options = {
  onError: scenario.reportError,
  /** @param {NodeRequest} request */
  ip: (request) =>
    scenario.settings.trustProxy === undefined
      ? undefined
      : String(request.headers['x-forwarded-for']).split(',').pop()?.trim(),
}
const main = turnpike(scenario.gate, options)
const second = turnpike(scenario.secondGate, options)

const gateOf = scenarioGates(main, second)
const routes = scenario.routes.map((route) => ({
  ...route,
  pattern: patternOf(route),
  listener: listenerOf(route),
}))
const listener = withCors(main.endpoints()(dispatch))

const server =
  process.argv[2] === 'http2'
    ? // One listener serves both; JSDoc has no way to leave it generic.
      createHttp2Server((request, response) => void Reflect.apply(listener, undefined, [request, response]))
    : createServer(listener)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') scenario.listening(address.port, () => server.close())
})

/** @type {Listener} */
function dispatch(request, response) {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = routes.find((candidate) => candidate.method === method && candidate.pattern.test(path))
  if (route !== undefined) return route.listener(request, response)
  response.statusCode = 404
  return response.end()
}

/** Lenient about case and a last slash, as Express is. @param {ScenarioRoute} route */
function patternOf({ mount = '', path }) {
  return new RegExp(`^${(mount + path).replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i')
}

/** @param {ScenarioRoute} route @returns {Listener} */
function listenerOf({ policies, reply, parsed }) {
  /** @type {Listener} */
  const handler = async (request, response) => {
    send(response, await scenario.handle(reply, admission(request)))
  }
  const gated = policies.toReversed().reduce((inner, name) => gateOf(name)(inner), handler)
  return parsed === true ? withBody(gated) : gated
}

/** @param {Response} response @param {ScenarioReply} reply */
function send(response, { status, headers, body }) {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body instanceof Readable) pipeline(body, response, () => undefined)
  else if (body === undefined) response.end()
  else {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(body))
  }
}

/** @param {Listener} inner @returns {Listener} */
function withBody(inner) {
  return async (request, response) => {
    const parts = []
    for await (const part of request.setEncoding('utf8')) parts.push(part)
    request.body = JSON.parse(parts.join(''))
    return await inner(request, response)
  }
}

/** What the cors middleware does. @param {Listener} inner @returns {Listener} */
function withCors(inner) {
  return (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Expose-Headers', OWN_EXPOSED_FIELD)
    if (request.method !== 'OPTIONS') return inner(request, response)
    response.statusCode = 204
    return response.end()
  }
}
