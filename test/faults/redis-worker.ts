import type { AdmitOutcome, AdmitRequest, Store } from '@turnpike/core'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** One call of a store in another process. */
export interface StoreCall {
  /** Which of its stores; default the first. */
  readonly store?: number
  readonly method: keyof Store
  readonly args: readonly unknown[]
}

export type CallResult = { readonly value: unknown } | { readonly error: string }

/** A process with stores on one Redis. */
export interface RedisWorker {
  /** Makes all calls at once. */
  call(calls: readonly StoreCall[]): Promise<readonly CallResult[]>
  admit(request: AdmitRequest): Promise<AdmitOutcome>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface WorkerPlan {
  readonly REDIS_URL: string
  readonly PREFIX: string
  readonly STORES?: string
  readonly CLOCK_AHEAD_MS?: string
  readonly TIMEOUT_MS?: string
}

const running = new Set<ChildProcess>()

/** Ends all workers of a test file, whatever became of its tests. */
export async function killWorkers(): Promise<void> {
  await Promise.all([...running].map(kill))
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

export async function startWorker(plan: WorkerPlan): Promise<RedisWorker> {
  const child = fork(join(import.meta.dirname, 'servers/redis-worker.js'), {
    env: { ...process.env, ...plan },
    execArgv: [],
  })
  running.add(child)
  await answerOf(child, 'ready')
  let calls = 0
  const call = async (list: readonly StoreCall[]) => {
    calls += 1
    const answer = answerOf(child, calls)
    child.send({ id: calls, calls: list })
    return await answer
  }
  return {
    call,
    async admit(request) {
      const [result] = await call([{ method: 'admit', args: [request] }])
      if (result === undefined || !('value' in result)) throw new Error(result?.error)
      return result.value as AdmitOutcome
    },
    kill: async () => await kill(child),
  }
}

function answerOf(child: ChildProcess, id: unknown): Promise<readonly CallResult[]> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the worker has ended'))
    const onMessage = (message: unknown) => {
      const { id: of, results } = message as { id: unknown; results: readonly CallResult[] }
      if (of !== id) return
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(results)
    }
    child.on('message', onMessage)
    child.once('exit', onExit)
  })
}
