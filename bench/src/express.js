/** CPU time that a request costs an Express server, behind Turnpike and behind express-rate-limit. */
import { median, medianRatio } from './cpu.js'
import { measureServers, REQUESTS, ROUNDS } from './server-rounds.js'

/** Row, variant of the server, status that every answer must have. */
const LINES = /** @type {const} */ ([
  ['bare Express', 'bare', 200],
  ['express-rate-limit, draft-8 fields', 'limit-draft-8', 200],
  ['express-rate-limit, draft-7 fields', 'limit-draft-7', 200],
  ['express-rate-limit, X-RateLimit fields', 'limit-legacy', 200],
  ['Turnpike ceiling, admitted', 'ceiling', 200],
  ['Turnpike free allowance, admitted', 'free', 200],
  ['Turnpike 402 with an offer of work', 'refused', 402],
  ['Turnpike admitted by work', 'solved', 200, 'work'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runExpress() {
  const costs = await measureServers('express-server.js', LINES)
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  const ratio = (/** @type {string} */ name) => medianRatio(of(name), of('bare'))
  return {
    suite: 'Express',
    tables: [
      {
        title: 'CPU of the server process per request',
        columns: ['', 'best µs', 'median µs', 'bare = 1'],
        rows: LINES.map(([row, name]) => [row, Math.min(...of(name)), median(of(name)), ratio(name)]),
      },
    ],
    bars: [
      bar('admitted free', ratio('free'), 'below', ratio('limit-draft-8')),
      bar('402', ratio('refused'), 'at most', 1.3),
      bar('admitted by work', ratio('solved'), 'at most', 1.6),
    ],
    beside: [
      {
        what: 'Express, an admitted call: all of the server',
        peer: 'express-rate-limit',
        times: medianRatio(of('limit-draft-8'), of('free')),
      },
    ],
    notes: [
      `${ROUNDS} interleaved rounds of ${REQUESTS} requests on 64 kept connections from another process; one server process per row, NODE_ENV=production, the same small JSON from every handler.`,
      'Each round comes from 64 loopback addresses of its own, so that nobody reaches a default limit of the gate.',
      'The limit of `admitted free` is what express-rate-limit with draft-8 fields costs in the same run.',
      'Challenges are fetched and solved outside the measured interval. Solved work has its quota counted, but set high, and flat difficulty: an address redeems more in a second than the default allows in a minute.',
    ],
  }
}

/**
 * @param {string} what
 * @param {number} value
 * @param {import('./table.js').Bar['relation']} relation
 * @param {number} limit
 * @returns {import('./table.js').Bar}
 */
function bar(what, value, relation, limit) {
  return { what, value, relation, limit, unit: 'x bare' }
}
