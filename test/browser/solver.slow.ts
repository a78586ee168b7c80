import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Solved, SolveOptions } from '@turnpike/solver'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { useBrowser } from './browser.ts'
import { openSite, type Site } from './site.ts'

const CHALLENGE = 'c'.repeat(100)
/** Never found: what is to be broken off. */
const ENDLESS = { challenge: CHALLENGE, target: '00000000', maxBits: 36 }

const { visit } = useBrowser()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(async () => await site.close())

/** The browsers' own, as far as it is used in a page; Node's types do not have it. */
declare const Worker: new (
  path: string,
  options: { readonly type: 'module' },
) => {
  addEventListener(type: 'error', listener: (event: { readonly message: string }) => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: 'ready' | Solved }) => void): void
  postMessage(options: SolveOptions, transfer: readonly never[]): void
}

/** First 8 hex digits of what a nonce hashes to, by Node's own SHA-256. */
function workOf(nonce: string | undefined): string {
  return createHash('sha256').update(`${CHALLENGE}${nonce}`).digest('hex').slice(0, 8)
}

/** Chromium tells of a worker's end a little after it. */
async function workersGone(page: Page): Promise<void> {
  for (let look = 0; look < 100 && page.workers().length > 0; look += 1) await pause(50)
  expect(page.workers().map((worker) => worker.url())).toEqual([])
}

describe('the solver in a page', () => {
  test('solves in the page itself, and the page stays alive', async () => {
    const { page, complaints } = await visit(site.origin)
    const { solved, ticks } = await page.evaluate(
      async (options) => {
        const { solve } = await import('@turnpike/solver')
        let count = 0
        const ticking = setInterval(() => (count += 1), 10)
        const result = await solve({ ...options, count: 16 })
        clearInterval(ticking)
        return { solved: result, ticks: count }
      },
      { challenge: CHALLENGE, difficulty: 4, workers: 0 },
    )
    expect(new Set(solved.nonces.map((nonce) => workOf(nonce).slice(0, 4)))).toEqual(new Set(['0000']))
    expect(solved.nonces).toHaveLength(16)
    expect(ticks).toBeGreaterThan(Math.min(5, solved.elapsedMs / 50))
    expect(complaints).toEqual([])
  })

  test('solves in workers, which hold up the page not at all', async () => {
    const { page, complaints } = await visit(site.origin)
    const workers: string[] = []
    page.on('worker', (worker) => workers.push(worker.url()))
    const solved = await page.evaluate(
      async (options) => {
        const { solve } = await import('@turnpike/solver')
        return await solve(options)
      },
      { challenge: CHALLENGE, difficulty: 5, workers: 2 },
    )
    expect(workOf(solved.nonces[0])).toMatch(/^00000/)
    expect(workers).toEqual([expect.stringMatching(/^blob:/), expect.stringMatching(/^blob:/)])
    expect(complaints).toEqual([])
    await workersGone(page)
  })

  test('solves in a module worker of the site', async () => {
    const { page, complaints } = await visit(site.origin)
    const solved = await page.evaluate(
      async (options) => {
        const worker = new Worker('/worker.js', { type: 'module' })
        return await new Promise<Solved>((resolve, reject) => {
          worker.addEventListener('error', (event) => reject(new Error(event.message)))
          worker.addEventListener('message', ({ data }) => {
            if (data === 'ready') worker.postMessage(options, [])
            else resolve(data)
          })
        })
      },
      { challenge: CHALLENGE, difficulty: 4 },
    )
    expect(workOf(solved.nonces[0])).toMatch(/^0000/)
    expect(complaints).toEqual([])
  })

  test.each([0, 2])('with %d workers stops when aborted, with the reason given', async (workers) => {
    const { page } = await visit(site.origin)
    const ended = await page.evaluate(
      async (options) => {
        const { solve } = await import('@turnpike/solver')
        const controller = new AbortController()
        setTimeout(() => controller.abort(new Error('enough')), 300)
        const begun = performance.now()
        const reason = await solve({ ...options, signal: controller.signal }).catch(
          (error: Error) => error.message,
        )
        return { reason, afterMs: performance.now() - begun }
      },
      { ...ENDLESS, workers },
    )
    expect(ended.reason).toBe('enough')
    expect(ended.afterMs).toBeLessThan(2000)
    await workersGone(page)
  })

  test.each([0, 2])('with %d workers tells how far it is', async (workers) => {
    const { page } = await visit(site.origin)
    const progress = await page.evaluate(
      async (options) => {
        const { solve } = await import('@turnpike/solver')
        const seen: { readonly hashes: number; readonly hashesPerSecond: number }[] = []
        const signal = AbortSignal.timeout(1500)
        await solve({ ...options, signal, onProgress: (step) => void seen.push(step) }).catch(() => undefined)
        return seen
      },
      { ...ENDLESS, workers },
    )
    expect(progress.length).toBeGreaterThan(2)
    const hashes = progress.map((step) => step.hashes)
    expect(hashes).toEqual(hashes.toSorted((one, other) => one - other))
    expect(progress.at(-1)?.hashesPerSecond).toBeGreaterThan(10_000)
  })

  test('refuses work beyond its limit, by code', async () => {
    const { page } = await visit(site.origin)
    const code = await page.evaluate(
      async (options) => {
        const { solve, SolverError } = await import('@turnpike/solver')
        return await solve(options).catch((error: unknown) => error instanceof SolverError && error.code)
      },
      { challenge: CHALLENGE, difficulty: 8 },
    )
    expect(code).toBe('too_hard')
  })
})

/** Ahead of a page's own scripts: counts the WebAssembly modules that start. */
function countModules(): void {
  const wasm: { instantiate: (...given: unknown[]) => Promise<unknown> } = Reflect.get(
    globalThis,
    'WebAssembly',
  )
  const { instantiate } = wasm
  Object.assign(globalThis, { modulesStarted: 0 })
  wasm.instantiate = async (...given) => {
    const started = await instantiate(...given)
    Object.assign(globalThis, { modulesStarted: Number(Reflect.get(globalThis, 'modulesStarted')) + 1 })
    return started
  }
}

/** Solves in a page; also how many WebAssembly modules the page started for it. */
async function solveIn(page: Page, options: SolveOptions) {
  return await page.evaluate(async (given) => {
    const { solve } = await import('@turnpike/solver')
    const solved = await solve(given)
    return { solved, modules: Number(Reflect.get(globalThis, 'modulesStarted')) }
  }, options)
}

describe('the solver and content security policies', () => {
  const here = { challenge: CHALLENGE, difficulty: 4, workers: 0 } as const

  test.each([
    ['without a policy', '/'],
    ["with 'wasm-unsafe-eval'", '/strict-with-wasm'],
  ])('%s it works in WebAssembly, and nothing is complained about', async (_, path) => {
    const { page, complaints } = await visit(`${site.origin}${path}`, countModules)
    const { solved, modules } = await solveIn(page, here)
    expect(workOf(solved.nonces[0])).toMatch(/^0000/)
    expect(modules).toBe(1)
    expect(complaints).toEqual([])
  })

  test("without 'wasm-unsafe-eval' it works in plain JavaScript, to the same solution", async () => {
    const free = await visit(site.origin, countModules)
    const strict = await visit(`${site.origin}/strict`, countModules)
    const fast = await solveIn(free.page, here)
    const slow = await solveIn(strict.page, here)
    expect(slow.modules).toBe(0)
    expect(slow.solved.nonces).toEqual(fast.solved.nonces)
    expect(slow.solved.hashes).toBe(fast.solved.hashes)
  })

  test('breaches a policy against WebAssembly once at most, however often it solves', async () => {
    const { page, complaints } = await visit(`${site.origin}/strict`)
    await solveIn(page, here)
    await solveIn(page, here)
    expect(complaints.length).toBeLessThanOrEqual(1)
    for (const complaint of complaints) expect(complaint).toMatch(/WebAssembly/)
  })

  test('does without its workers where the policy forbids them', async () => {
    const { page, complaints } = await visit(`${site.origin}/strict`)
    const workers: string[] = []
    page.on('worker', (worker) => workers.push(worker.url()))
    const { solved } = await solveIn(page, { ...here, workers: 2 })
    expect(workOf(solved.nonces[0])).toMatch(/^0000/)
    expect(workers).toEqual([])
    // The policy was at work: it is what kept the workers out.
    expect(complaints.join('\n')).toMatch(/worker.*Content Security Policy/i)
  })

  test.each(['/strict-with-workers', '/strict-with-wasm'])('works in workers below %s', async (path) => {
    const { page } = await visit(`${site.origin}${path}`)
    const workers: string[] = []
    page.on('worker', (worker) => workers.push(worker.url()))
    const { solved } = await solveIn(page, { challenge: CHALLENGE, difficulty: 5, workers: 2 })
    expect(workOf(solved.nonces[0])).toMatch(/^00000/)
    expect(workers).toHaveLength(2)
    await workersGone(page)
  })
})
