import type { Searched } from './lane.ts'
import { workerSource } from './worker-source.ts'
import type { WorkerRequest } from './worker-source.ts'

/** What the rest of the solver needs to know of a worker, whichever platform made it. */
export interface WorkerThread {
  post(request: WorkerRequest): void
  onAnswer(listener: (searched: Searched) => void): void
  /** Called when the worker broke or ended, also after `terminate()`. */
  onEnd(listener: (cause: unknown) => void): void
  terminate(): void
}

/** Browsers have it; Node does from 21 on. */
declare const navigator: { readonly hardwareConcurrency?: number } | undefined

/** The browsers' `Worker`, as far as it is used; Node's types do not have it. */
declare const Worker: new (address: string) => {
  postMessage(message: unknown, transfer: readonly never[]): void
  addEventListener(type: 'message', listener: (event: { readonly data: Searched }) => void): void
  addEventListener(type: 'error', listener: (event: unknown) => void): void
  terminate(): void
}

/** Workers that it makes sense to run here: the cores that this process may use, 8 at most. */
export function usableCores(): number {
  const cores = nodeModule('node:os')?.availableParallelism() ?? browserCores()
  return Math.min(cores, 8)
}

function browserCores(): number {
  return typeof navigator === 'object' ? (navigator.hardwareConcurrency ?? 1) : 1
}

/**
 * Starts a worker with the embedded program.
 * @throws whatever the platform throws when it has no workers or forbids them (a content security policy, for one).
 */
export function startWorker(): WorkerThread {
  const threads = nodeModule('node:worker_threads')
  return threads === undefined ? startWebWorker() : startNodeWorker(threads)
}

/** A module of Node's, reached so that bundlers for browsers never see an import of it. */
function nodeModule<Name extends 'node:os' | 'node:worker_threads'>(name: Name) {
  return globalThis.process?.getBuiltinModule?.(name)
}

function startNodeWorker(threads: typeof import('node:worker_threads')): WorkerThread {
  // Without this process's flags: its preloads are not for us, and `--input-type=module` would be taken for our text, too.
  const worker = new threads.Worker(workerSource(), { eval: true, execArgv: [] })
  return {
    post: (request) => worker.postMessage(request, []),
    onAnswer: (listener) => void worker.on('message', listener),
    onEnd: (listener) => void worker.on('error', listener).on('exit', listener),
    terminate: () => void worker.terminate(),
  }
}

function startWebWorker(): WorkerThread {
  const address = URL.createObjectURL(new Blob([workerSource()], { type: 'text/javascript' }))
  const worker = startFrom(address)
  return {
    post: (request) => worker.postMessage(request, []),
    onAnswer: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onEnd: (listener) => worker.addEventListener('error', listener),
    terminate() {
      worker.terminate()
      URL.revokeObjectURL(address)
    },
  }
}

/** A strict Content-Security-Policy refuses blob workers; the address must not stay behind then. */
function startFrom(address: string): InstanceType<typeof Worker> {
  try {
    return new Worker(address)
  } catch (error) {
    URL.revokeObjectURL(address)
    throw error
  }
}
