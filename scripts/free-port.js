import { once } from 'node:events'
import { createServer } from 'node:net'

const HIGHEST_PORT = 65_535

/** @returns {Promise<number>} a port of loopback on which nobody listens */
export async function freePort() {
  const [port = 0] = await freePorts(1)
  return port
}

/**
 * @param {number} count
 * @param {number} [companion] how far above each port another one has to be free, too; 0: none has
 * @returns {Promise<readonly number[]>} different ports of loopback on which nobody listens
 */
export async function freePorts(count, companion = 0) {
  /** @type {number[]} */
  const found = []
  /** @type {import('node:net').Server[]} */
  const held = []
  while (found.length < count) {
    const server = await hold(0)
    if (server === undefined) continue
    held.push(server)
    const port = portOf(server)
    const other = companion === 0 ? server : await hold(port + companion)
    if (other === undefined) continue
    held.push(other)
    found.push(port)
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  return found
}

/** @type {(port: number) => Promise<import('node:net').Server | undefined>} nothing where it is taken, or there is none */
async function hold(port) {
  if (port > HIGHEST_PORT) return undefined
  const server = createServer().listen(port, '127.0.0.1')
  return await once(server, 'listening').then(
    () => server,
    () => undefined,
  )
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
