import { describe, expect, test } from '@jest/globals'
import { areDistinct } from '@turnpike/protocol'
import { solve } from '@turnpike/solver'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { loadable } from '../src/kernel-choice.ts'
import { KERNELS } from '../src/kernel-code.ts'
import type { Lane, Searched } from '../src/lane.ts'
import { layOut, nonceText } from '../src/message.ts'
import { searchInLanes } from '../src/search.ts'
import { openWorker } from '../src/worker-lane.ts'
import { workerSource } from '../src/worker-source.ts'
import { startWorker } from '../src/worker-thread.ts'
import type { WorkerThread } from '../src/worker-thread.ts'
import { hashHead } from './nonce.ts'

/** This runtime's WebAssembly; Node's types do not have it. */
const HERE: { readonly Module: new (bytes: Uint8Array) => object; readonly Instance: unknown } = Reflect.get(
  globalThis,
  'WebAssembly',
)
const CHALLENGE = 'a text to work on'
const JOB = { message: layOut(CHALLENGE), target: 0x0000ffff, kernel: loadable(KERNELS.simd) }
const QUEST = { job: JOB, count: 4, maxHashes: 2 ** 26, rangeSize: 2 ** 16 }

function expectSolved(found: readonly number[]): void {
  expect(found).toHaveLength(QUEST.count)
  const nonces = found.map((index) => nonceText(index, JOB.message.nonceWidth))
  expect(areDistinct(nonces)).toBe(true)
  for (const nonce of nonces) expect(hashHead(CHALLENGE + nonce)).toBeLessThanOrEqual(JOB.target)
}

describe('workers', () => {
  test.each([1, 2, 3])('%d of them find distinct nonces, ascending', async (workers) => {
    const { nonces, hashes } = await solve({ challenge: CHALLENGE, target: '0000ffff', count: 16, workers })
    expect(nonces).toHaveLength(16)
    expect(areDistinct(nonces)).toBe(true)
    for (const nonce of nonces) expect(hashHead(CHALLENGE + nonce)).toBeLessThanOrEqual(0xffff)
    expect(hashes).toBeGreaterThanOrEqual(16)
  })

  test('search every number once: over a whole range they find what one thread finds', async () => {
    const quest = { ...QUEST, count: 1_000_000, maxHashes: 300_001, job: { ...JOB, target: 0x00ffffff } }
    const lanes = [openWorker(startWorker(), quest.job), openWorker(startWorker(), quest.job)]
    expect(await searchInLanes(quest, lanes, () => {})).toEqual(await searchInLanes(quest, [], () => {}))
  })

  test('that are killed in the middle lose nothing: the others search their ranges', async () => {
    const victim = startWorker()
    const searched: number[] = []
    const lanes = [openWorker(victim, JOB), openWorker(startWorker(), JOB)]
    setTimeout(() => victim.terminate(), 30)
    const quest = { ...QUEST, count: 1_000_000, maxHashes: 2_000_000 }
    const found = await searchInLanes(quest, lanes, (hashes) => searched.push(hashes))
    expect(searched.reduce((sum, hashes) => sum + hashes, 0)).toBe(2_000_000)
    expect(found).toEqual(await searchInLanes(quest, [], () => {}))
  })

  test('that all die leave the work to the calling thread', async () => {
    const dying = openWorker(startWorker(), JOB)
    const broken: Lane = {
      search: async () => await Promise.reject(new Error('out of memory')),
      close: () => {},
    }
    const slow: Lane = {
      async search(range, wanted) {
        dying.close()
        await dying.search(range, wanted)
        throw new Error('gone')
      },
      close: () => {},
    }
    expectSolved(await searchInLanes(QUEST, [broken, slow], () => {}))
  })

  test('that ended before they were asked count as dead', async () => {
    const thread = startWorker()
    const ended = new Promise((resolve) => thread.onEnd(resolve))
    const lane = openWorker(thread, JOB)
    thread.terminate()
    await ended
    await expect(lane.search({ from: 0, to: 100 }, 1)).rejects.toThrow('the worker has ended')
  })

  test('that are broken off report no work', async () => {
    const [reported, ended] = [[] as number[], new AbortController()]
    const lane = openWorker(startWorker(), JOB)
    const quest = { ...QUEST, maxHashes: 2 ** 40, rangeSize: 2 ** 40, job: { ...JOB, target: 0 } }
    const searching = searchInLanes(quest, [lane], (hashes) => reported.push(hashes), ended.signal)
    ended.abort('enough')
    await expect(searching).rejects.toBe('enough')
    expect(reported).toEqual([])
  })

  test('start whatever flags this process was started with', async () => {
    const dist = new URL('../dist/', import.meta.url).href
    const program = `
      import { layOut } from '${dist}message.js'
      import { openWorker } from '${dist}worker-lane.js'
      import { startWorker } from '${dist}worker-thread.js'
      const lane = openWorker(startWorker(), { message: layOut('abc'), target: 0 })
      console.log((await lane.search({ from: 0, to: 100 }, 1)).hashes)
      lane.close()`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(stdout).toBe('100\n')
  })

  test('settle at once when closed', async () => {
    const hard = { ...JOB, target: 0 }
    const lane = openWorker(startWorker(), hard)
    const searching = lane.search({ from: 0, to: 2 ** 30 }, 1)
    lane.close()
    expect(await searching).toEqual({ found: [], hashes: 0 })
    expect(await lane.search({ from: 0, to: 1 }, 1)).toEqual({ found: [], hashes: 0 })
  })
})

/** A thread in a browser's worker scope: no `require`, its port is `self`; with what else the scope has or lacks. */
function browserThread(scope: object = {}): WorkerThread {
  const listeners: ((event: { data: unknown }) => void)[] = []
  const answers: Parameters<WorkerThread['onAnswer']>[0][] = []
  const self = {
    addEventListener: (_: string, listener: (event: { data: unknown }) => void) => listeners.push(listener),
    postMessage: (message: Searched) => answers.forEach((answer) => answer(message)),
  }
  runInContext(workerSource(), createContext({ self, ...scope }))
  return {
    post: (data) => queueMicrotask(() => listeners.forEach((listener) => listener({ data }))),
    onAnswer: (listener) => void answers.push(listener),
    onEnd: () => {},
    terminate: () => {},
  }
}

describe('the embedded worker program', () => {
  test('needs nothing that a browser worker does not have', async () => {
    expectSolved(await searchInLanes(QUEST, [openWorker(browserThread(), JOB)], () => {}))
  })

  test('compiles the kernel that it is sent, once, and searches with it', async () => {
    const compiled: Uint8Array[] = []
    const Module = function compile(bytes: Uint8Array) {
      compiled.push(bytes)
      return new HERE.Module(bytes)
    }
    const lane = openWorker(browserThread({ WebAssembly: { Module, Instance: HERE.Instance } }), JOB)
    expectSolved(await searchInLanes(QUEST, [lane], () => {}))
    expect(compiled).toEqual([JOB.kernel.bytes])
  })

  test.each<[string, object]>([
    ['there is no WebAssembly', { WebAssembly: undefined }],
    [
      'a policy forbids to compile',
      {
        WebAssembly: {
          Module: () => {
            throw new Error('wasm-unsafe-eval')
          },
        },
      },
    ],
  ])('does with plain JavaScript where %s', async (_, scope) => {
    const lane = openWorker(browserThread(scope), JOB)
    expectSolved(await searchInLanes(QUEST, [lane], () => {}))
  })

  test('finds the same in plain JavaScript as with any kernel', async () => {
    const quest = { ...QUEST, count: 1_000_000, maxHashes: 100_001 }
    const kernels = [undefined, loadable(KERNELS.simd), loadable(KERNELS.scalar)]
    const jobs = kernels.map((kernel) => ({ message: JOB.message, target: 0x00ffffff, kernel }))
    const found = await Promise.all(
      jobs.map(
        async (job) => await searchInLanes({ ...quest, job }, [openWorker(startWorker(), job)], () => {}),
      ),
    )
    expect(found[0]?.length).toBeGreaterThan(100)
    expect(found).toEqual(found.map(() => found[0]))
  })
})
