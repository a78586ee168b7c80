/** The load of the Express suite: a fixed number of requests on kept connections, each answer read and checked. */
import { Agent, get } from 'node:http'
import { PROOFS } from './proofs.js'

const CONNECTIONS = 20

export const contenders = { load }

function load() {
  /** @type {Agent[]} */
  let agents = []
  /** @type {(Record<string, string> | undefined)[]} what to send besides, one per request */
  let proofs = []
  let port = 0
  let requests = 0
  return {
    /** @param {{ port: number, round: number, requests: number, proof?: import('./proofs.js').ProofName }} plan */
    async prepare(plan) {
      ;({ port, requests } = plan)
      agents = openAgents(plan.round)
      proofs = Array.from({ length: requests })
      await Promise.all(agents.map((agent) => ask(port, agent)))
      const prove = plan.proof && PROOFS[plan.proof]
      if (prove === undefined) return
      await each(agents, requests, async (agent, index) => {
        proofs[index] = await prove(await ask(port, agent))
      })
    },
    /** @param {{ status: number }} expected */
    async fire({ status }) {
      await each(agents, requests, async (agent, index) => {
        const answer = await ask(port, agent, proofs[index])
        if (answer.status !== status)
          throw new Error(`expected ${status}, got ${answer.status}: ${answer.body}`)
      })
    },
    hangUp() {
      for (const agent of agents) agent.destroy()
    },
  }
}

/**
 * One connection each, from an address of its own: the whole of 127.0.0.0/8 is this machine (on Linux).
 *
 * @param {number} round
 */
function openAgents(round) {
  return Array.from(
    { length: CONNECTIONS },
    (_, index) => new Agent({ keepAlive: true, maxSockets: 1, localAddress: `127.7.${round}.${index + 1}` }),
  )
}

/**
 * @param {readonly Agent[]} agents
 * @param {number} requests
 * @param {(agent: Agent, index: number) => Promise<void>} one
 */
async function each(agents, requests, one) {
  let next = 0
  await Promise.all(
    agents.map(async (agent) => {
      while (next < requests) await one(agent, next++)
    }),
  )
}

/**
 * @param {number} port
 * @param {Agent} agent
 * @param {Record<string, string>} [headers]
 * @returns {Promise<import('./proofs.js').Answer>}
 */
function ask(port, agent, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/search', agent, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (/** @type {string} */ chunk) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}
