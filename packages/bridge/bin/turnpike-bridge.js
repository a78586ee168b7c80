#!/usr/bin/env node
/**
 * Starts the bridge. In a source checkout that was never built it builds first, so that `npx turnpike-bridge` works right
 * after a clone; everything else is in src.
 */
import { spawnSync } from 'node:child_process'
import { Console } from 'node:console'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const main = new URL('../dist/index.js', import.meta.url)

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`turnpike-bridge needs Node 20.19 or newer; this is ${process.version}.`)
}
if (!existsSync(main)) build()

// Standard output is for messages of MCP alone, and libraries may say something.
globalThis.console = new Console(process.stderr)

/** @type {typeof import('../src/index.ts')} */
const { processIo, run } = await import(main.href)
process.exitCode = await run(process.argv.slice(2), processIo())

function build() {
  if (!existsSync(new URL('../src/index.ts', import.meta.url))) {
    stop('turnpike-bridge is not installed completely (dist is missing). Install @turnpike/bridge again.')
  }
  console.error('turnpike-bridge: not built yet; building once ...')
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    // What the build says is no part of the command's output.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0 || !existsSync(main)) {
    stop('turnpike-bridge could not be built. Run `npm ci && npm run build` in the root of the repository.')
  }
}

/** @type {(message: string) => never} */
function stop(message) {
  console.error(message)
  process.exit(1)
}
