/** The load of the Express suite: a fixed number of requests on kept connections, each answer read and checked. */
import { formatSolution } from '@turnpike/protocol'
import { solve } from '@turnpike/solver'
import { Agent, get } from 'node:http'

const CONNECTIONS = 20

export const contenders = { load }

function load() {
  /** @type {Agent[]} */
  let agents = []
  /** @type {(string | undefined)[]} header values to send, one per request */
  let solutions = []
  let port = 0
  let requests = 0
  return {
    /** @param {{ port: number, round: number, requests: number, solve: boolean }} plan */
    async prepare(plan) {
      ;({ port, requests } = plan)
      agents = openAgents(plan.round)
      solutions = Array.from({ length: requests })
      await Promise.all(agents.map((agent) => ask(port, agent)))
      if (plan.solve) {
        await each(agents, requests, async (agent, index) => {
          solutions[index] = await solved(await ask(port, agent))
        })
      }
    },
    /** @param {{ status: number }} expected */
    async fire({ status }) {
      await each(agents, requests, async (agent, index) => {
        const answer = await ask(port, agent, solutions[index])
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
 * @param {string} [solution]
 * @returns {Promise<{ status: number | undefined, body: string }>}
 */
function ask(port, agent, solution) {
  const headers = solution === undefined ? {} : { 'x-pow-solution': solution }
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/search', agent, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (/** @type {string} */ chunk) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, body }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** @param {{ body: string }} refusal */
async function solved({ body }) {
  const { challenge, target, count } = JSON.parse(body).offers[0]
  const { nonces } = await solve({ challenge, target, count, workers: 0 })
  return formatSolution({ challenge, nonces })
}
