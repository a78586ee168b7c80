/** CPU time that a request costs a Koa or Nest server, behind Turnpike and behind the limiters people use there. */
import { median, medianRatio } from './cpu.js'
import { measureServers, REQUESTS, ROUNDS } from './server-rounds.js'

/** Table, variant of the bare server, that with the peer, name of the peer. */
const FRAMEWORKS = /** @type {const} */ ([
  ['Koa', 'koa', 'koa-ratelimit', 'koa-ratelimit'],
  ['Nest on Express', 'nest-express', 'nest-express-throttler', '@nestjs/throttler'],
  ['Nest on Fastify', 'nest-fastify', 'nest-fastify-throttler', '@nestjs/throttler'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runAdapters() {
  /** @type {Map<string, number[]>} */
  const costs = new Map()
  for (const framework of FRAMEWORKS) {
    for (const [name, rounds] of await measureServers('adapters-server.js', linesOf(framework)))
      costs.set(name, rounds)
  }
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  return {
    suite: 'adapters',
    tables: FRAMEWORKS.map((framework) => ({
      title: `${framework[0]}: CPU of the server process per request`,
      columns: ['', 'best µs', 'median µs', 'bare = 1'],
      rows: linesOf(framework).map(([row, name]) => [
        row,
        Math.min(...of(name)),
        median(of(name)),
        medianRatio(of(name), of(framework[1])),
      ]),
    })),
    bars: FRAMEWORKS.flatMap(([title, bare, peer]) =>
      [`${bare}-ceiling`, `${bare}-free`].map((name) => ({
        what: `${title}, ${name.endsWith('free') ? 'admitted free' : 'below a ceiling'}`,
        value: medianRatio(of(name), of(bare)),
        relation: /** @type {const} */ ('below'),
        limit: medianRatio(of(peer), of(bare)),
        unit: 'x bare',
      })),
    ),
    beside: FRAMEWORKS.map(([title, bare, peer, peerName]) => ({
      what: `${title}, an admitted call: all of the server`,
      peer: peerName,
      times: medianRatio(of(peer), of(`${bare}-free`)),
    })),
    notes: [
      `${ROUNDS} interleaved rounds of ${REQUESTS} requests per framework, as in the Express suite; the limits are what the peer costs in the same run.`,
      'koa-ratelimit and @nestjs/throttler with their memory stores and otherwise as they come; one route, on which the limiter stands.',
    ],
  }
}

/** @param {(typeof FRAMEWORKS)[number]} framework */
function linesOf([title, bare, peer, peerName]) {
  return /** @type {const} */ ([
    [`bare ${title}`, bare, 200],
    [peerName, peer, 200],
    ['Turnpike ceiling', `${bare}-ceiling`, 200],
    ['Turnpike free allowance', `${bare}-free`, 200],
  ])
}
