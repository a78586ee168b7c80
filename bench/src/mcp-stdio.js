/** The load of the mcp suite on stdio: each contender here starts a server and talks to it line by line. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { checkAnswer, INITIALIZE, searchCall, solved, toolCall } from './mcp-variants.js'

const SERVER = fileURLToPath(new URL('mcp-stdio-server.js', import.meta.url))
const REQUESTS = 4000
const IN_FLIGHT = 20

export const contenders = {
  plain: () => talk('plain'),
  free: () => talk('free'),
  refused: () => talk('refused'),
  proven: () => talk('proven'),
}

/** @param {import('./mcp-variants.js').Variant} variant */
async function talk(variant) {
  const ask = connect(variant)
  await ask(INITIALIZE)
  return {
    /** @returns {Promise<import('./cpu.js').Cost>} of the server's process */
    async round() {
      const calls = Array.from({ length: REQUESTS }, (_, index) => searchCall(index))
      if (variant === 'proven') {
        await each(async (index) => {
          calls[index] = searchCall(index, await solved(await ask(calls[index] ?? {})))
        })
      }
      const before = await spent(ask)
      await each(async (index) => checkAnswer(variant, await ask(calls[index] ?? {})))
      return { cpuUs: (await spent(ask)) - before, ops: REQUESTS }
    },
  }
}

/** @param {string} variant */
function connect(variant) {
  const child = spawn(process.execPath, [SERVER, variant], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  /** @type {Map<unknown, (answer: { id?: unknown, result?: unknown }) => void>} */
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', (line) => {
    /** @type {{ id?: unknown, result?: unknown }} */
    const answer = JSON.parse(line)
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  /** @param {{ id?: unknown }} message @returns {Promise<{ result?: unknown }>} */
  return (message) =>
    new Promise((resolve) => {
      waiting.set(message.id, resolve)
      child.stdin.write(`${JSON.stringify(message)}\n`)
    })
}

/** @param {(index: number) => Promise<void>} one */
async function each(one) {
  let next = 0
  const lane = async () => {
    while (next < REQUESTS) await one(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

/** The server tells by a tool that is never gated. @param {ReturnType<typeof connect>} ask */
async function spent(ask) {
  const { result } = await ask(toolCall(-1, 'cpu'))
  const { user, system } = JSON.parse(Object(result).content[0].text)
  return user + system
}
