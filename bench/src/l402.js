/** What a payment costs the server: in CPU time, beside no gate at all, and beside x402 with a facilitator that is free. */
import { median, medianRatio } from './cpu.js'
import { measureVerifying } from './l402-verify.js'
import { measureServers, REQUESTS, ROUNDS } from './server-rounds.js'

/** Row, variant of the server, status that every answer must have, proof. */
const LINES = /** @type {const} */ ([
  ['bare Express', 'bare', 200],
  ['Turnpike 402 with offers of work and of sats', 'refused', 402],
  ['the same, to a caller that shows its unpaid offer of sats', 'again', 402, 'unpaid'],
  ['Turnpike, paid', 'paid', 200, 'l402'],
  ['@x402/express 402', 'x402', 402],
  ['@x402/express, paid', 'x402-paid', 200, 'x402'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runL402() {
  const verifying = await measureVerifying()
  const costs = await measureServers('l402-server.js', LINES)
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  const ratio = (/** @type {string} */ name) => medianRatio(of(name), of('bare'))
  return {
    suite: 'L402',
    tables: [
      verifying.table,
      {
        title: 'CPU of the server process per request',
        columns: ['', 'best µs', 'median µs', 'bare = 1'],
        rows: LINES.map(([row, name]) => [row, Math.min(...of(name)), median(of(name)), ratio(name)]),
      },
    ],
    bars: [
      ...verifying.bars,
      {
        what: '402 with both offers',
        value: ratio('refused'),
        relation: 'at most',
        limit: 1.5,
        unit: 'x bare',
      },
      { what: 'paid call', value: ratio('paid'), relation: 'at most', limit: 1.6, unit: 'x bare' },
    ],
    beside: [
      ...verifying.beside,
      {
        what: 'a 402 with both offers: all of the server',
        peer: '@x402/express',
        times: medianRatio(of('x402'), of('refused')),
      },
      {
        what: 'a paid call: all of the server',
        peer: '@x402/express',
        times: medianRatio(of('x402-paid'), of('paid')),
      },
    ],
    notes: [
      `Servers: ${ROUNDS} interleaved rounds of ${REQUESTS} requests on 64 kept connections from another process; one server process per row, the same small JSON from every handler.`,
      "The backend's invoices, of 390 characters, are made before each round: what a real one costs comes on top. Every 402 takes one, whoever asks; only a caller that shows an unpaid offer gets that again (R24). Payments are known to be settled (`verify: 'preimage'`), each pays for one call.",
      'Offers are fetched and paid outside the measured interval. The scheme and the facilitator of x402 check nothing and cost nothing.',
    ],
  }
}
