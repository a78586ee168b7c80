/** Issuing and verifying proof of work, beside altcha-lib. */
import { median, medianRatio } from './cpu.js'
import { childrenInTurn } from './rounds.js'

const ROUNDS = 12
const WARM_UPS = 3

/** Row name, name of the contender, and the contender it is a multiple of. */
const ISSUE = [
  ['Turnpike: offer of the rail', 'issue', 'issue'],
  ['Turnpike: gate.decide, refused with an offer (402)', 'decide-402', 'issue'],
  ['altcha-lib v2 createChallenge, SHA-256 cost 1', 'altcha2-issue', 'issue'],
  ['altcha-lib v1 createChallenge', 'altcha1-issue', 'issue'],
]
const VERIFY = [
  ['Turnpike: verify of the rail, 1 nonce', 'verify-1', 'verify-1'],
  ['Turnpike: verify of the rail, 4 nonces', 'verify-4', 'verify-1'],
  ['Turnpike: verify of the rail, forged MAC', 'verify-forged', 'verify-1'],
  ['Turnpike: gate.decide, admitted by work, memory store', 'decide-solved', 'verify-1'],
  ['Turnpike: gate.decide, admitted free (no proof of work in it)', 'decide-free', 'verify-1'],
  ['altcha-lib v2 verifySolution, SHA-256 cost 1', 'altcha2-verify', 'verify-1'],
  ['altcha-lib v2 verifySolution, forged signature', 'altcha2-forged', 'verify-1'],
  ['altcha-lib v1 verifySolution', 'altcha1-verify', 'verify-1'],
]

/** @returns {Promise<import('./table.js').Report>} */
export async function runPow() {
  const names = [...ISSUE, ...VERIFY].map(([, name = '']) => name)
  const costs = await childrenInTurn('pow-contenders.js', names, {
    rounds: ROUNDS,
    warmUps: WARM_UPS,
    method: 'run',
  })
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  return {
    suite: 'Proof of work',
    tables: [table('Issue', ISSUE, of), table('Verify', VERIFY, of)],
    bars: [
      { what: 'verify, 1 nonce', value: median(of('verify-1')), relation: 'at most', limit: 5, unit: 'µs' },
      {
        what: "verify, 1 nonce, to altcha-lib v2's",
        value: medianRatio(of('verify-1'), of('altcha2-verify')),
        relation: 'at most',
        limit: 0.2,
        unit: 'x',
      },
    ],
    beside: [
      {
        what: 'verify a proof of work',
        peer: 'altcha-lib v2',
        times: medianRatio(of('altcha2-verify'), of('verify-1')),
      },
      {
        what: 'make a challenge',
        peer: 'altcha-lib v2',
        times: medianRatio(of('altcha2-issue'), of('issue')),
      },
    ],
    notes: [
      `µs of CPU per operation over ${ROUNDS} interleaved rounds, one process per row.`,
      "The rail's offer and verify are called as the gate calls them, through packages/core/dist/pow-rail.js: parsing " +
        'of the header value, MAC, expiry, resource, caller, floor, work and the making of the claim are in it; the ' +
        "store's single-use check is not. It is in gate.decide, with all else that a decision does.",
      'altcha-lib gets the objects that it would parse from a payload, and no store: single use is left to its user.',
    ],
  }
}

/**
 * @param {string} title
 * @param {readonly (readonly string[])[]} lines
 * @param {(name: string) => readonly number[]} of
 * @returns {import('./table.js').Table}
 */
function table(title, lines, of) {
  return {
    title,
    columns: ['', 'best µs', 'median µs', 'ratio'],
    rows: lines.map(([row = '', name = '', base = '']) => [
      row,
      Math.min(...of(name)),
      median(of(name)),
      medianRatio(of(name), of(base)),
    ]),
  }
}
