/** The thread that a host of `startWorkerHost` runs in: answers calls one by one, as they come. */
import { parentPort, workerData } from 'node:worker_threads'
import { isThreadSettings } from './host-call.ts'
import type { HostCall } from './host-call.ts'
import { createLdkHost } from './ldk-host.ts'

const settings: unknown = workerData
if (!isThreadSettings(settings)) throw new Error('started by something else than startWorkerHost()')
let { nowMs } = settings

const host = await createLdkHost({ now: () => nowMs, acceptsLate: settings.acceptsLate })

async function answer({ id, method, args, nowMs: sentMs }: HostCall): Promise<void> {
  nowMs = Math.max(nowMs, sentMs)
  try {
    const result: unknown = await Reflect.apply(host[method], host, [...args])
    parentPort?.postMessage({ id, result }, [])
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) }, [])
  }
}

parentPort?.on('message', (call: HostCall) => void answer(call))
