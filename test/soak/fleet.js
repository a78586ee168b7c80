/** The servers of the soak: two processes, the second of which is killed now and then and comes back. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('server.js', import.meta.url))

/** @typedef {{ heapBytes: number, resources: Record<string, number> }} Weight */

/**
 * @typedef {object} Server
 * @property {string} url stays the same when it comes back
 * @property {() => number | undefined} pid
 * @property {(word: 'calm' | 'moody') => void} tell
 * @property {() => Promise<Weight>} weigh
 * @property {() => Promise<void>} kill by SIGKILL, then starts it again
 * @property {() => Promise<void>} stop
 */

/** @param {Record<string, string>} env @returns {Promise<Server>} */
export async function startServer(env) {
  let port = 0
  const start = async () => {
    const child = fork(SERVER, {
      env: { ...process.env, ...env, PORT: String(port) },
      execArgv: ['--expose-gc'],
    })
    const [first] = await once(child, 'message', { signal: AbortSignal.timeout(20_000) })
    port = Number(first.port)
    return child
  }
  let child = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => child.pid,
    tell: (word) => void child.send(word),
    async weigh() {
      child.send('weigh')
      /** @type {Weight[]} */
      const [weight = { heapBytes: Number.NaN, resources: {} }] = await once(child, 'message', {
        signal: AbortSignal.timeout(10_000),
      })
      return weight
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      child = await start()
    },
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(timer)
    },
  }
}
