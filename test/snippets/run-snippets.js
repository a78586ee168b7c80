/**
 * Runs the snippets that its parent sends, one after the other, and tells what came of each. Servers listen on a free
 * loopback port whatever the snippet says, and are closed behind it; each snippet is alone in a folder of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { Server as HttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { openGatedExample } from './gated-example.js'
import { open } from './listen-anywhere.js'

/** The longest that one may take: none waits for anything but its servers. */
const RUN_WITHIN_MS = 15_000

/** @type {unknown[]} */
let thrown = []
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => thrown.push(error))
}
const exit = process.exit.bind(process)
Object.assign(process, {
  exit: (/** @type {number} */ code) => thrown.push(new Error(`it ends the process with ${code}`)),
})

Object.assign(globalThis, {
  /** @param {() => Promise<unknown>} shown what a page shows as a mistake */
  refused: async (shown) => {
    try {
      await shown()
    } catch (error) {
      if (typeof Object(error).code === 'string') return
      throw error
    }
    throw new Error('the page shows it as a mistake, and nothing was thrown')
  },
})

process.once('message', (/** @type {string[]} */ files) => void runAll(files))

/** @param {readonly string[]} files */
async function runAll(files) {
  open.delete(await openGatedExample())
  for (const file of files) {
    const error = await failureOf(file)
    process.send?.({ file, error })
  }
  process.disconnect()
  exit(0)
}

/** @param {string} file @returns {Promise<string | undefined>} what went wrong */
async function failureOf(file) {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-snippet-'))
  process.chdir(folder)
  thrown = []
  try {
    const ran = import(pathToFileURL(file).href)
    const late = pause(RUN_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new Error(`it still runs after ${RUN_WITHIN_MS} ms`)
    })
    await Promise.race([ran, late])
    // What it has set going and not waited for has its chance to fail.
    for (let turns = 0; turns < 20; turns += 1) await turn()
  } catch (error) {
    thrown.push(error)
  }
  await closeAll()
  process.chdir(tmpdir())
  rmSync(folder, { recursive: true, force: true })
  const [first] = thrown
  return first === undefined || first instanceof Error ? first?.message : JSON.stringify(first)
}

async function closeAll() {
  await Promise.all(
    [...open].map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve)
          if (server instanceof HttpServer) server.closeAllConnections()
        }),
    ),
  )
  open.clear()
}
