/** The first solution of a fresh process: difficulty 4, as many hashes as it takes on average, everything still cold. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './cpu.js'

const PROCESSES = 25
const MAIN = fileURLToPath(new URL('solve-cold-main.js', import.meta.url))

/**
 * @typedef {object} ColdStart
 * @property {number} bestMs by the clock
 * @property {number} medianMs by the clock
 * @property {number} cpuMs median of the CPU time, the compiler's threads and all
 */

/** @returns {ColdStart} */
export function measureColdStart() {
  const starts = Array.from({ length: PROCESSES }, startOnce)
  const wall = starts.map(({ wallMs }) => wallMs)
  return {
    bestMs: Math.min(...wall),
    medianMs: median(wall),
    cpuMs: median(starts.map(({ cpuMs }) => cpuMs)),
  }
}

/** @returns {{ wallMs: number, cpuMs: number }} */
function startOnce() {
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN], { encoding: 'utf8' })
  if (stdout === '') throw new Error(`no cold start: ${stderr}`)
  return JSON.parse(stdout)
}
