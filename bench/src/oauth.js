/** What an access token costs the server: beside no gate at all, and beside the MCP SDK's own middleware. */
import { median, medianRatio } from './cpu.js'
import { measureServers, REQUESTS, ROUNDS } from './server-rounds.js'

/** Row, variant of the server, status that every answer must have, proof. */
const LINES = /** @type {const} */ ([
  ['bare Express, nobody looks at the token', 'bare', 200, 'token'],
  ['Turnpike, a program with its token', 'turnpike', 200, 'token'],
  ['MCP SDK requireBearerAuth, a program with its token', 'sdk', 200, 'token'],
  ['Turnpike, a new token for every request', 'turnpike-new', 200, 'token'],
  ['MCP SDK requireBearerAuth, a new token for every request', 'sdk-new', 200, 'token'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runOauth() {
  const costs = await measureServers('oauth-server.js', LINES)
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  const known = medianRatio(of('turnpike'), of('sdk'))
  return {
    suite: 'OAuth',
    tables: [
      {
        title: 'CPU of the server process per request with a verified JWT',
        columns: ['', 'best µs', 'median µs', 'bare = 1'],
        rows: LINES.map(([row, name]) => [
          row,
          Math.min(...of(name)),
          median(of(name)),
          medianRatio(of(name), of('bare')),
        ]),
      },
    ],
    bars: [
      {
        what: 'a verified token',
        value: known,
        relation: 'at most',
        limit: 1,
        unit: "x requireBearerAuth's",
      },
    ],
    beside: [
      {
        what: 'a call with an access token: all of the server',
        peer: 'MCP SDK requireBearerAuth',
        times: 1 / known,
      },
    ],
    notes: [
      `Servers: ${ROUNDS} interleaved rounds of ${REQUESTS} requests on 64 kept connections from another process; one server process per row, the same small JSON from every handler, tokens of ES256 signed outside the measured interval.`,
      'Both verify by the same jose with the key at hand, the same claims and one scope. Turnpike remembers for a minute which tokens were good, and decides on a policy besides; the SDK verifies each time and does no more.',
      `A new token for every request, which no program has: ${medianRatio(of('turnpike-new'), of('sdk-new')).toFixed(2)} times requireBearerAuth.`,
    ],
  }
}
