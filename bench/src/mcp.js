/** CPU time that a call costs an MCP server, plain and behind a gate, over HTTP and on stdio. */
import { startChild } from './child.js'
import { median, medianRatio } from './cpu.js'
import { childrenInTurn, inTurn } from './rounds.js'

const ROUNDS = 9
/** Fewer, and one would measure the compiler. */
const WARM_UPS = 8
const REQUESTS = 1500

/** Row, variant. */
const LINES = /** @type {const} */ ([
  ['plain', 'plain'],
  ['gated, admitted free', 'free'],
  ['gated, refused', 'refused'],
  ['gated, proven by work', 'proven'],
])
/** What is measured, variant, times a plain call at most. */
const BARS = /** @type {const} */ ([
  ['a free call', 'free', 1.15],
  ['a proven call', 'proven', 1.15],
  ['a refused call', 'refused', 1],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runMcp() {
  const names = LINES.map(([, name]) => name)
  const stdio = { rounds: ROUNDS, warmUps: WARM_UPS, method: 'round' }
  const carriers = /** @type {const} */ ([
    ['HTTP', await overHttp(names)],
    ['stdio', await childrenInTurn('mcp-stdio.js', names, stdio)],
  ])
  return {
    suite: 'mcp',
    tables: carriers.map(([carrier, costs]) => ({
      title: `MCP over ${carrier}: CPU of the server process per call of a tool`,
      columns: ['', 'best µs', 'median µs', 'plain = 1'],
      rows: LINES.map(([row, name]) => [
        row,
        Math.min(...of(costs, name)),
        median(of(costs, name)),
        medianRatio(of(costs, name), of(costs, 'plain')),
      ]),
    })),
    bars: carriers.flatMap(([carrier, costs]) =>
      BARS.map(([what, name, limit]) => ({
        what: `${carrier}, ${what}`,
        value: medianRatio(of(costs, name), of(costs, 'plain')),
        relation: /** @type {const} */ ('at most'),
        limit,
        unit: 'x plain',
      })),
    ),
    beside: carriers.flatMap(([carrier, costs]) =>
      BARS.map(([what, name]) => ({
        what: `MCP over ${carrier}, ${what}: all of the server`,
        peer: 'the plain server',
        times: medianRatio(of(costs, 'plain'), of(costs, name)),
      })),
    ),
    notes: [
      `${ROUNDS} interleaved rounds, ${REQUESTS} calls each over HTTP on 20 kept connections, 4000 on stdio, 20 in flight.`,
      'SDK 2.x: createMcpHandler, which makes a server for each request, and serveStdio. Memory store. Solutions are found outside the measured interval.',
    ],
  }
}

/**
 * @param {Map<string, number[]>} costs
 * @param {string} name
 */
function of(costs, name) {
  return costs.get(name) ?? []
}

/** @param {readonly string[]} names */
async function overHttp(names) {
  const load = startChild('mcp-http-load.js', 'load')
  const servers = new Map(names.map((name) => [name, startChild('mcp-http-server.js', name)]))
  try {
    const run = async (/** @type {string} */ variant) => {
      const server = servers.get(variant)
      await load.call('prepare', { port: await server?.call('listen'), variant, requests: REQUESTS })
      await server?.call('start')
      await load.call('fire')
      return { cpuUs: await server?.call('stop'), ops: REQUESTS }
    }
    await inTurn(names, WARM_UPS, run)
    return await inTurn(names, ROUNDS, run)
  } finally {
    await Promise.all([load, ...servers.values()].map((child) => child.end()))
  }
}
