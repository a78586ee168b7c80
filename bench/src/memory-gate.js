/** A whole decision with an admitted answer, as a further row: what the store's figure does not show. */
import { createGate } from '@turnpike/core'
import { measure } from './cpu.js'

const CALLERS = 10_000
const OPS = 10_000

export function gateContender() {
  const gate = createGate({ name: 'bench', secret: 'a secret of 32 characters or more' })
  const policy = gate.policy({ free: '1000000/1h' })
  return {
    async hot() {
      return await measure(async () => {
        for (let index = 0; index < OPS; index += 1) {
          const decision = await gate.decide(viewOf(index % CALLERS), policy)
          if (decision.outcome !== 'pass') throw new Error(`expected a pass, got ${decision.outcome}`)
        }
        return OPS
      })
    },
  }
}

/**
 * @param {number} caller
 * @returns {import('@turnpike/core').RequestView}
 */
function viewOf(caller) {
  return {
    method: 'GET',
    path: '/search',
    ip: `10.7.${caller >> 8}.${caller & 255}`,
    header: () => undefined,
    body: () => undefined,
  }
}
