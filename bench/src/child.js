/** A process of its own for each contender, so that none runs on another's warm or spoilt code and heap. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** No single call takes longer, unless something hangs. */
const LONGEST_CALL_MS = 60_000
const MAIN = fileURLToPath(new URL('child-main.js', import.meta.url))

/**
 * @typedef {object} Child
 * @property {(method: string, argument?: unknown) => Promise<any>} call runs a method of the contender in its process
 * @property {() => Promise<void>} end
 */

/**
 * Starts a process that holds one contender: what `contenders[name]()` of a module answers.
 *
 * @param {string} module file name beside this one
 * @param {string} name
 * @returns {Child}
 */
export function startChild(module, name) {
  const child = fork(MAIN, [module, name], {
    execArgv: ['--expose-gc', ...profileArguments(name)],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const gone = once(child, 'exit')
  return {
    async call(method, argument) {
      child.send({ method, argument })
      const [answer] = await Promise.race([
        once(child, 'message', { signal: AbortSignal.timeout(LONGEST_CALL_MS) }),
        gone.then(() => [{ error: 'the process ended' }]),
      ])
      if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`)
      return answer.result
    },
    async end() {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(timer)
    },
  }
}

/**
 * TURNPIKE_BENCH_PROFILE=<folder> writes a CPU profile of each contender there.
 *
 * @param {string} name
 * @returns {string[]}
 */
function profileArguments(name) {
  const folder = process.env['TURNPIKE_BENCH_PROFILE']
  if (folder === undefined) return []
  const file = `${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${process.hrtime.bigint()}.cpuprofile`
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`]
}
