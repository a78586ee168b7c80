/** The line between the servers and Redis, which can go dead or be cut. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * @typedef {object} RedisLink
 * @property {string} url
 * @property {() => void} cut ends all connections; new ones work
 * @property {(isFrozen: boolean) => void} freeze nothing passes any more, and nobody is told; or all that waited does
 * @property {() => void} close
 */

/** @typedef {import('node:net').Socket} Socket */

/** @param {number} port of the server @returns {Promise<RedisLink>} */
export async function openRedisLink(port) {
  /** @type {Set<Socket>} */
  const sockets = new Set()
  let isFrozen = false
  const join = (/** @type {Socket} */ one, /** @type {Socket} */ other) => {
    sockets.add(one)
    one.on('error', () => undefined)
    one.once('close', () => {
      sockets.delete(one)
      other.destroy()
    })
    one.on('data', (data) => other.write(data))
    if (isFrozen) one.pause()
  }
  const link = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    join(near, far)
    join(far, near)
  }).listen(0, '127.0.0.1')
  await once(link, 'listening')
  const address = link.address()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    cut,
    freeze(frozen) {
      isFrozen = frozen
      for (const socket of sockets) {
        if (frozen) socket.pause()
        else socket.resume()
      }
    },
    close() {
      cut()
      link.close()
    },
  }
}
