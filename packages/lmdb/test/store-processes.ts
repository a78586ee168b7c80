import type { AdmitOutcome, AdmitRequest, Store } from '@turnpike/core'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { BEGAN_MS, freshPlace } from './open-file.ts'
import type { OpenStore } from '@turnpike/testkit'

/** A process with a store of its own. */
export interface StoreProcess {
  ask<Result>(method: string, ...args: readonly unknown[]): Promise<Result>
  end(): Promise<void>
}

interface Reply {
  readonly id: number
  readonly result?: never
  readonly error?: string
}

export function startStoreProcesses(count: number): readonly StoreProcess[] {
  return Array.from({ length: count }, startStoreProcess)
}

function startStoreProcess(): StoreProcess {
  const child = fork(join(import.meta.dirname, 'store-process.js'), {
    serialization: 'advanced',
    execArgv: [],
  })
  const waiting = new Map<number, (reply: Reply) => void>()
  const gone = goneOf(child)
  let asked = 0
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  return {
    ask: async (method, ...args) => {
      asked += 1
      const id = asked
      const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve))
      child.send({ id, method, args })
      const { result, error } = await Promise.race([reply, gone])
      if (error !== undefined) throw new Error(error)
      return result as never
    },
    end: async () => {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

async function goneOf(child: ChildProcess): Promise<Reply> {
  await once(child, 'exit')
  return { id: 0, error: 'the process ended' }
}

/** One store on one file, each operation of which is done by the next of the processes. */
export async function openShared(processes: readonly StoreProcess[]): Promise<OpenStore> {
  const place = freshPlace()
  let nowMs = BEGAN_MS
  let turn = 0
  const everywhere = async (method: string, ...args: readonly unknown[]) =>
    await Promise.all(processes.map(async (one) => await one.ask(method, ...args)))
  const next = async <Result>(name: string, ...args: readonly unknown[]) => {
    turn += 1
    return await processes[turn % processes.length]!.ask<Result>('call', name, args)
  }
  await everywhere('set', nowMs)
  await everywhere('open', place.path)
  const store: Store = {
    admit: async (request: AdmitRequest) => await next<AdmitOutcome>('admit', request),
    renew: async (...args) => await next('renew', ...args),
    keep: async (...args) => await next('keep', ...args),
    giveBack: async (...args) => await next('giveBack', ...args),
    revoke: async (...args) => await next('revoke', ...args),
    adjust: async (...args) => await next('adjust', ...args),
    hold: async (...args) => await next('hold', ...args),
    resume: async (...args) => await next('resume', ...args),
    inspect: async (...args) => await next('inspect', ...args),
    reset: async (...args) => await next('reset', ...args),
    close: async () => void (await everywhere('call', 'close', [])),
  }
  return {
    store,
    now: () => nowMs,
    advance: async (ms) => {
      nowMs += Math.floor(ms)
      await everywhere('set', nowMs)
    },
    close: async () => {
      await store.close()
      place.remove()
    },
  }
}
