/** Rounds in turn, A B C A B C: what disturbs the machine for a while disturbs all contenders alike. */
import { startChild } from './child.js'
import { perOperation } from './cpu.js'

/**
 * @param {readonly string[]} names
 * @param {number} rounds
 * @param {(name: string, round: number) => Promise<import('./cpu.js').Cost>} run
 * @returns {Promise<Map<string, number[]>>} microseconds of CPU per operation, by contender, one per round
 */
export async function inTurn(names, rounds, run) {
  /** @type {Map<string, number[]>} */
  const costs = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) costs.get(name)?.push(perOperation(await run(name, round)))
  }
  return costs
}

/**
 * Starts one child per contender, runs rounds of `method` in turn, ends the children.
 *
 * @param {string} module
 * @param {readonly string[]} names
 * @param {{ rounds: number, warmUps: number, method: string }} plan
 * @returns {Promise<Map<string, number[]>>}
 */
export async function childrenInTurn(module, names, { rounds, warmUps, method }) {
  const children = new Map(names.map((name) => [name, startChild(module, name)]))
  try {
    const run = async (/** @type {string} */ name) => await children.get(name)?.call(method)
    await inTurn(names, warmUps, run)
    return await inTurn(names, rounds, run)
  } finally {
    await Promise.all([...children.values()].map((child) => child.end()))
  }
}
