import { createJsKernel } from './js-kernel.ts'
import type { Kernel } from './kernel.ts'
import { createRangeSearch } from './range-search.ts'
import type { Job, Range, RangeSearch } from './range-search.ts'
import { createRounds, createSha256, expandSchedule, INITIAL_STATE, ROUND_CONSTANTS } from './sha256.ts'
import type { Sha256 } from './sha256.ts'
import { createWasmKernel } from './wasm-kernel.ts'
import type { KernelExports, LoadableKernel } from './wasm-kernel.ts'

/** What a worker is sent: first the job, then one range after the other. */
export type WorkerRequest = { readonly job: Job } | { readonly range: Range; readonly wanted: number }

/** The side of a worker that its own code sees, in Node and in browsers alike. */
interface WorkerPort {
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerRequest }) => void): void
  postMessage(message: unknown, transfer: readonly never[]): void
}

/**
 * Answers each range with what was found in it. Self-contained: it runs as text, so it may not name anything of this
 * module. A range is less than a tenth of a second's work; to stop earlier, terminate the worker.
 */
function serveRanges(port: WorkerPort, open: (job: Job) => RangeSearch): void {
  let search: RangeSearch | undefined
  port.addEventListener('message', ({ data }) => {
    if ('job' in data) {
      search = open(data.job)
      return
    }
    if (search === undefined) return
    const { from, to } = data.range
    const found: number[] = []
    let at = from
    while (at < to && found.length < data.wanted) {
      const hit = search({ from: at, to })
      if (hit >= 0) found.push(hit)
      at = hit < 0 ? to : hit + 1
    }
    port.postMessage({ found, hashes: at - from }, [])
  })
}

/** WebAssembly without promises, as it is in workers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: KernelExports }
}

/** Both ways to make a kernel, as the worker has them. */
interface Kernels {
  readonly createJs: (sha256: Sha256) => Kernel
  readonly createWasm: (loaded: LoadableKernel, exports: KernelExports, sha256: Sha256) => Kernel
}

/**
 * Opens the kernel that came with the job; plain JavaScript where none came, or it may not be compiled here.
 * Self-contained: it runs as text.
 */
function openHere(
  kernel: LoadableKernel | undefined,
  { createJs, createWasm }: Kernels,
  sha256: Sha256,
): Kernel {
  if (kernel === undefined) return createJs(sha256)
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel.bytes))
    return createWasm(kernel, exports, sha256)
  } catch {
    return createJs(sha256)
  }
}

/**
 * The whole program of a worker, as text: Node 20 runs no TypeScript in workers, bundlers lose track of worker files,
 * and a page cannot load one from another origin. The functions in it are those that the calling thread uses.
 */
export function workerSource(): string {
  return [
    // What esbuild's `keepNames` wraps functions with; absent here, where they arrive as text.
    'const __name = (named) => named',
    "const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self",
    `const initial = Int32Array.of(${INITIAL_STATE.join()})`,
    `const constants = Int32Array.of(${ROUND_CONSTANTS.join()})`,
    `const rounds = (${createRounds.toString()})(constants)`,
    `const expand = ${expandSchedule.toString()}`,
    `const sha256 = (${createSha256.toString()})({ initial, constants, expand, rounds })`,
    `const createJs = ${createJsKernel.toString()}`,
    `const createWasm = ${createWasmKernel.toString()}`,
    `const createSearch = ${createRangeSearch.toString()}`,
    `const openKernel = ${openHere.toString()}`,
    'const kernelOf = (job) => openKernel(job.kernel, { createJs, createWasm }, sha256)',
    'const open = (job) => createSearch(job, kernelOf(job), sha256)',
    `;(${serveRanges.toString()})(port, open)`,
  ].join('\n')
}
