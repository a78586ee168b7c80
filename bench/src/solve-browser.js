/** The solver in a page of Chromium, beside the loop around `crypto.subtle` that most pages have. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.js'
import { median, medianRatio } from './cpu.js'

const ROUNDS = 7
const PACKAGES = resolve(import.meta.dirname, '../../packages')
const NOBLE = resolve(createRequire(join(PACKAGES, 'protocol/')).resolve('@noble/hashes/sha2.js'), '..')
const IMPORTS = {
  '@turnpike/solver': '/solver/dist/index.js',
  '@turnpike/protocol': '/protocol/dist/index.js',
  '@noble/hashes/': '/noble/',
}
const PAGE = `<!doctype html><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`

/**
 * @typedef {object} InBrowser
 * @property {string} version of Chromium
 * @property {number} solver MH/s by the clock, median
 * @property {number} subtle MH/s by the clock, median
 * @property {number} ratio median of the rounds' ratios
 */

/** @returns {Promise<InBrowser | undefined>} undefined where there is no Chromium */
export async function measureBrowser() {
  const executablePath = findChromium()
  if (executablePath === undefined) return undefined
  const server = await openSite()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    await page.goto(server.origin)
    await page.evaluate(measureInPage, 1)
    const rounds = await page.evaluate(measureInPage, ROUNDS)
    const [solver, subtle] = [rounds.map((round) => round.solver), rounds.map((round) => round.subtle)]
    return {
      version: browser.version(),
      solver: median(solver),
      subtle: median(subtle),
      ratio: medianRatio(solver, subtle),
    }
  } finally {
    await browser.close()
    server.close()
  }
}

/**
 * Runs in the page: knows nothing of this module.
 *
 * @param {number} rounds
 * @returns {Promise<readonly { solver: number, subtle: number }[]>} MH/s
 */
async function measureInPage(rounds) {
  const { solve } = await import('@turnpike/solver')
  const challenge = 'c'.repeat(100)
  const encoder = new TextEncoder()

  const ours = async (/** @type {number} */ maxHashes) => {
    const begunAt = performance.now()
    const hopeless = { challenge, target: '00000000', maxBits: 32, workers: 0, maxHashes }
    await solve(hopeless).catch(() => undefined)
    return maxHashes / (performance.now() - begunAt) / 1000
  }
  const naive = async (/** @type {number} */ hashes) => {
    const begunAt = performance.now()
    for (let nonce = 0; nonce < hashes; nonce++) {
      const digest = await crypto.subtle.digest('SHA-256', encoder.encode(challenge + nonce.toString(16)))
      if (new DataView(digest).getUint32(0) === 0) break
    }
    return hashes / (performance.now() - begunAt) / 1000
  }
  const results = []
  for (let round = 0; round < rounds; round++) {
    results.push({ solver: await ours(2 ** 22), subtle: await naive(30_000) })
  }
  return results
}

async function openSite() {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const file = path.startsWith('/noble/') ? join(NOBLE, path.slice(7)) : join(PACKAGES, path)
    response.setHeader('Content-Type', path === '/' ? 'text/html' : 'text/javascript')
    response.end(path === '/' ? PAGE : readFileSync(file))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
