/** The load of the mcp suite over HTTP: JSON-RPC on kept connections, each answer read and checked. */
import { Agent, request as send } from 'node:http'
import { checkAnswer, searchCall, solved } from './mcp-variants.js'

const CONNECTIONS = 20
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

export const contenders = { load }

function load() {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  /** @type {string[]} */
  let bodies = []
  let port = 0
  /** @type {import('./mcp-variants.js').Variant} */
  let variant = 'plain'
  return {
    /** @param {{ port: number, variant: typeof variant, requests: number }} plan */
    async prepare(plan) {
      ;({ port, variant } = plan)
      bodies = Array.from({ length: plan.requests }, (_, index) => JSON.stringify(searchCall(index)))
      if (variant !== 'proven') return
      await each(bodies.length, async (index) => {
        const credential = await solved(await post(port, agent, bodies[index] ?? ''))
        bodies[index] = JSON.stringify(searchCall(index, credential))
      })
    },
    async fire() {
      await each(bodies.length, async (index) =>
        checkAnswer(variant, await post(port, agent, bodies[index] ?? '')),
      )
    },
  }
}

/**
 * @param {number} count
 * @param {(index: number) => Promise<void>} one
 */
async function each(count, one) {
  let next = 0
  const lane = async () => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
}

/**
 * @param {number} port
 * @param {Agent} agent
 * @param {string} body
 * @returns {Promise<{ result?: unknown }>}
 */
function post(port, agent, body) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/mcp', agent, method: 'POST', headers: HEADERS }
    const request = send(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (/** @type {string} */ chunk) => (text += chunk))
      response.on('end', () => resolve(messageIn(text)))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** As JSON, or as the data of an event. @param {string} text */
function messageIn(text) {
  return JSON.parse(text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? 'null'))
}
