/** Servers of one suite in turn, each in a process of its own, under the same load from another. */
import { startChild } from './child.js'
import { inTurn } from './rounds.js'

/** Short ones and many: whoever disturbs the machine then disturbs all servers, and the medians leave it out. */
export const ROUNDS = 30
export const REQUESTS = 750
/** Our code and theirs are compiled by then: what is wanted is what a server costs that has run for a while. */
const WARM_UPS = 27

/**
 * One line of a table: what it says, the variant of the server, the status that every answer must have, and what proves
 * each request, if anything does.
 *
 * @typedef {readonly [row: string, name: string, status: number, proof?: import('./proofs.js').ProofName]} Line
 */

/**
 * @param {string} module file name of the servers
 * @param {readonly Line[]} lines
 * @param {number} [rounds]
 * @returns {Promise<Map<string, number[]>>} microseconds of the server's CPU per request, by variant, one per round
 */
export async function measureServers(module, lines, rounds = ROUNDS) {
  const load = startChild('server-load.js', 'load')
  /** @type {Map<string, import('./child.js').Child>} */
  const servers = new Map(lines.map(([, name]) => [name, startChild(module, name)]))
  try {
    const run = async (/** @type {string} */ name, /** @type {number} */ round) => {
      const [, , status, proof] = lines.find(([, variant]) => variant === name) ?? []
      return await measureRound({ load, server: servers.get(name), round, status, proof })
    }
    const names = lines.map(([, name]) => name)
    await inTurn(names, WARM_UPS, run)
    return await inTurn(names, rounds, async (name, round) => await run(name, WARM_UPS + round))
  } finally {
    await Promise.all([load, ...servers.values()].map((child) => child.end()))
  }
}

/**
 * @param {object} one
 * @param {import('./child.js').Child} one.load
 * @param {import('./child.js').Child | undefined} one.server
 * @param {number} one.round
 * @param {number | undefined} one.status
 * @param {import('./proofs.js').ProofName | undefined} one.proof
 * @returns {Promise<import('./cpu.js').Cost>}
 */
async function measureRound({ load, server, round, status, proof }) {
  const port = await server?.call('listen')
  await load.call('prepare', { port, round, requests: REQUESTS, proof })
  await server?.call('start')
  await load.call('fire', { status })
  const cpuUs = await server?.call('stop')
  await load.call('hangUp')
  return { cpuUs, ops: REQUESTS }
}
