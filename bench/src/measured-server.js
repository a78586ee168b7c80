/** The server's end of a suite over HTTP: it listens when it is first asked to, and weighs its own process. */
import { once } from 'node:events'

/** Longer than any round, so that the load's connections stay. */
const KEEP_ALIVE_MS = 60_000

/** @param {() => import('node:http').Server} listen starts listening on a free port of 127.0.0.1 */
export function measured(listen) {
  /** @type {import('node:http').Server | undefined} */
  let server
  let before = process.cpuUsage()
  return {
    async listen() {
      if (server === undefined) {
        server = listen()
        server.keepAliveTimeout = KEEP_ALIVE_MS
        if (!server.listening) await once(server, 'listening')
      }
      const address = server.address()
      return typeof address === 'object' ? address?.port : undefined
    },
    start() {
      before = process.cpuUsage()
    },
    /** @returns microseconds of CPU since `start` */
    stop() {
      const { user, system } = process.cpuUsage(before)
      return user + system
    },
  }
}
