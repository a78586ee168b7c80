import type { Host } from './host.ts'

/** What a host in a worker is asked. */
export interface HostCall {
  readonly id: number
  readonly method: keyof Host
  readonly args: readonly unknown[]
  /** The caller's clock: a function cannot cross threads, its reading can. */
  readonly nowMs: number
}

/** What it answers. `result` is whatever the method gives. */
export type HostAnswer =
  { readonly id: number; readonly result: never } | { readonly id: number; readonly error: string }

/** What the thread starts with. */
export interface ThreadSettings {
  readonly acceptsLate: boolean
  readonly nowMs: number
}

/** Was it sent by `startWorkerHost`? */
export function isThreadSettings(value: unknown): value is ThreadSettings {
  return typeof value === 'object' && value !== null && 'acceptsLate' in value && 'nowMs' in value
}
