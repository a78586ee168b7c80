/**
 * The load of the suites over HTTP: a fixed number of requests on kept connections, each answer's status checked. It is
 * faster than any server that it asks, so that the next request always lies in a socket before the server looks: a server
 * that has to be woken for each pays for that too, and the slower it is, the more often.
 */
import { KeptConnection } from './kept-connection.js'
import { PROOFS } from './proofs.js'

/** So many requests wait for the server while the load answers one; one at a time on each, as from so many clients. */
const CONNECTIONS = 64

export const contenders = { load }

function load() {
  /** @type {KeptConnection[]} */
  let connections = []
  /** @type {Buffer[]} one per request */
  let requests = []
  return {
    /** @param {{ port: number, round: number, requests: number, proof?: import('./proofs.js').ProofName }} plan */
    async prepare(plan) {
      const plain = requestOf(plan.port)
      requests = Array.from({ length: plan.requests }, () => plain)
      connections = await Promise.all(
        Array.from({ length: CONNECTIONS }, (_, index) =>
          KeptConnection.open(plan.port, `127.7.${plan.round}.${index + 1}`),
        ),
      )
      await Promise.all(connections.map(async (connection) => await connection.ask(plain)))
      const prove = plan.proof && PROOFS[plan.proof]
      if (prove === undefined) return
      await each(connections, requests, async (connection, index) => {
        requests[index] = requestOf(plan.port, await prove((await connection.ask(plain)).read()))
      })
    },
    /** @param {{ status: number }} expected */
    async fire({ status }) {
      await each(connections, requests, async (connection, index) => {
        const answer = await connection.ask(requests[index] ?? Buffer.of())
        if (answer.status === status) return
        throw new Error(`expected ${status}, got ${answer.status}: ${answer.read().body}`)
      })
    },
    hangUp() {
      for (const connection of connections) connection.close()
    },
  }
}

/**
 * @param {readonly KeptConnection[]} connections
 * @param {readonly Buffer[]} requests
 * @param {(connection: KeptConnection, index: number) => Promise<void>} one
 */
async function each(connections, requests, one) {
  let next = 0
  await Promise.all(
    connections.map(async (connection) => {
      while (next < requests.length) await one(connection, next++)
    }),
  )
}

/**
 * @param {number} port
 * @param {Record<string, string>} [fields]
 */
function requestOf(port, fields = {}) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `GET /search HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n${lines.join('')}\r\n`,
    'latin1',
  )
}
