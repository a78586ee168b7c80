/** Turnpike in the proof-of-work suite: the rail alone, and whole decisions. */
import { createGate, pow } from '@turnpike/core'
import { formatSolution } from '@turnpike/protocol'
import { solve } from '@turnpike/solver'
import { createKeyring } from '../../packages/core/dist/keys.js'
import { createPowRail } from '../../packages/core/dist/pow-rail.js'
import { measure, repeat } from './cpu.js'

const OPS = 10_000
const POOL = 64
const SECRET = 'a secret of 32 characters or more'
/** Callers per round of whole decisions: with default quotas and adaptive difficulty none of them gets near a limit. */
const CALLERS = 5000
const EASY = 1

export const turnpikeContenders = {
  issue: () => {
    const way = prepared(1)
    return repeat(OPS, () => way.offer(context(), []))
  },
  'verify-1': async () => await verifying(1, (text) => text, 'valid'),
  'verify-4': async () => await verifying(4, (text) => text, 'valid'),
  'verify-forged': async () => await verifying(1, forge, 'invalid'),
  'decide-free': () => deciding({ free: '1000/1m', require: pow(EASY) }, 'pass'),
  'decide-402': () => deciding({ require: pow(EASY) }, 'refuse'),
  'decide-solved': decidingOnSolutions,
}

/** @param {number} count nonces */
function prepared(count) {
  const rail = createPowRail(createKeyring([SECRET], 'pow', 'bench'))
  return rail.prepare(pow(EASY, { count }).terms)
}

function context() {
  const caller = { class: 'anonymous', id: '192.0.2.7', subject: '192.0.2.0/24', byAddress: true }
  const resource = /** @type {const} */ ({ kind: 'route', text: 'POST /tools/call' })
  return { caller, resource, shard: 7, nowMs: Date.now(), recent: 0 }
}

/**
 * @param {number} count
 * @param {(text: string) => string} change
 * @param {'valid' | 'invalid'} expected
 */
async function verifying(count, change, expected) {
  const way = prepared(count)
  /** @type {string[]} */
  const pool = []
  for (let index = 0; index < POOL; index += 1)
    pool.push(change(await solved(await way.offer(context(), []))))
  return repeat(OPS, (index) => {
    const { outcome } = way.verify({ rail: 'pow', text: pool[index % POOL] ?? '' }, context())
    if (outcome !== expected) throw new Error(`expected ${expected}, got ${outcome}`)
  })
}

/**
 * @param {import('../../packages/core/dist/rail.js').Offered} offer
 * @returns {Promise<string>} the header value that redeems it
 */
async function solved(offer) {
  if (offer === undefined || 'unoffered' in offer || offer.rail !== 'pow') throw new Error('no offer of work')
  const { challenge, target, count } = offer
  const { nonces } = await solve({ challenge, target, count, workers: 0 })
  return formatSolution({ challenge, nonces })
}

/** @param {string} text one bit of the MAC is wrong, all else is as it was */
function forge(text) {
  const at = 'challenge='.length + 90
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/**
 * @param {number} caller
 * @param {string} [solution]
 * @returns {import('@turnpike/core').RequestView}
 */
function viewOf(caller, solution) {
  return {
    method: 'POST',
    path: '/tools/call',
    ip: `10.7.${caller >> 8}.${caller & 255}`,
    header: (name) => (name === 'x-pow-solution' ? solution : undefined),
    body: () => undefined,
  }
}

/**
 * @param {import('@turnpike/core').PolicyOptions} options
 * @param {'pass' | 'refuse'} expected
 */
function deciding(options, expected) {
  const gate = createGate({ name: 'bench', secret: SECRET })
  const policy = gate.policy(options)
  const decideOne = decider(gate, policy, expected)
  return {
    run: async () =>
      await measure(async () => {
        for (let index = 0; index < OPS; index += 1) await decideOne(index % CALLERS)
        return OPS
      }),
  }
}

function decidingOnSolutions() {
  const gate = createGate({ name: 'bench', secret: SECRET })
  const policy = gate.policy({ require: pow(EASY) })
  const decideOne = decider(gate, policy, 'pass')
  return {
    run: async () => {
      /** @type {string[]} */
      const solutions = []
      for (let caller = 0; caller < OPS / 5; caller += 1) {
        const refusal = await gate.decide(viewOf(caller), policy)
        if (refusal.outcome !== 'refuse') throw new Error(`expected a refusal, got ${refusal.outcome}`)
        solutions.push(await solved(refusal.body.offers?.[0]))
      }
      return await measure(async () => {
        for (const [caller, solution] of solutions.entries()) await decideOne(caller, solution)
        return solutions.length
      })
    },
  }
}

/**
 * One decision on a request made for it, as in a server: nothing of it outlives the next ones.
 *
 * @param {import('@turnpike/core').Gate} gate
 * @param {import('@turnpike/core').Policy} policy
 * @param {'pass' | 'refuse'} expected
 */
function decider(gate, policy, expected) {
  /**
   * @param {number} caller
   * @param {string} [solution]
   */
  return async (caller, solution) => {
    const decision = await gate.decide(viewOf(caller, solution), policy)
    if (decision.outcome !== expected) throw new Error(`expected ${expected}, got ${decision.outcome}`)
    if (decision.outcome === 'pass') void decision.finish({ kind: 'completed', status: 200 })
  }
}
