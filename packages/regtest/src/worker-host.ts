import { Worker } from 'node:worker_threads'
import type { Host, HostOptions } from './host.ts'
import type { HostAnswer, HostCall, ThreadSettings } from './host-call.ts'

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (cause: Error) => void
}

/**
 * Compiled, also where this file itself runs as TypeScript: Node 20 runs none in workers. The way is the same from `src`
 * and from `dist`.
 */
const THREAD = new URL('../dist/worker-thread.js', import.meta.url)

/** A host in a thread of its own. `close()` ends the thread and frees all its memory. */
export async function startWorkerHost({ now, acceptsLate }: HostOptions): Promise<Host> {
  // Without this process's flags: the thread needs none of what a test runner was started with.
  const settings: ThreadSettings = { acceptsLate, nowMs: now() }
  const worker = new Worker(THREAD, { execArgv: [], workerData: settings })
  const waiting = new Map<number, Waiting>()
  let last = 0
  let ended: Error | undefined

  async function ask<Method extends keyof Host>(
    method: Method,
    ...args: Parameters<Host[Method]>
  ): Promise<Awaited<ReturnType<Host[Method]>>> {
    if (ended !== undefined) throw ended
    last += 1
    const call: HostCall = { id: last, method, args, nowMs: now() }
    // A thread that is being waited for keeps the process alive; an idle one does not.
    worker.ref()
    return await new Promise<Awaited<ReturnType<Host[Method]>>>((resolve, reject) => {
      waiting.set(call.id, { resolve, reject })
      worker.postMessage(call, [])
    })
  }

  function end(cause: Error): void {
    ended ??= cause
    for (const { reject } of waiting.values()) reject(cause)
    waiting.clear()
  }

  worker.on('message', (answer: HostAnswer) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
    if ('error' in answer) asker?.reject(new Error(answer.error))
    else asker?.resolve(answer.result)
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the regtest network is closed')))
  worker.unref()

  return {
    addInvoice: async (invoice) => await ask('addInvoice', invoice),
    findInvoice: async (paymentHash) => await ask('findInvoice', paymentHash),
    holdInvoice: async (paymentHash) => await ask('holdInvoice', paymentHash),
    releaseInvoice: async (paymentHash) => await ask('releaseInvoice', paymentHash),
    cancelInvoice: async (paymentHash) => await ask('cancelInvoice', paymentHash),
    openWallet: async (balanceSats) => await ask('openWallet', balanceSats),
    pay: async (wallet, invoice) => await ask('pay', wallet, invoice),
    findPayment: async (wallet, paymentHash) => await ask('findPayment', wallet, paymentHash),
    spendableMsat: async (wallet) => await ask('spendableMsat', wallet),
    async close() {
      await worker.terminate()
    },
  }
}
