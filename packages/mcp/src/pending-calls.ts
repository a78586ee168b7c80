import type { Ending, Pass } from '@turnpike/core'
import type { RequestId } from './json-rpc.ts'

/** A request that was handed on, or is about to be, and has no answer yet. */
export interface Pending {
  readonly kind: 'list' | 'call'
  /** Of an admitted call. */
  pass?: Pass
  /** The client left or took the request back. */
  isGone?: true
}

/** The requests in flight on one transport. */
export class PendingCalls {
  readonly #pending = new Map<RequestId, Pending>()

  /** An id in use again would let one answer end two calls. */
  has(id: unknown): boolean {
    return (typeof id === 'string' || typeof id === 'number') && this.#pending.has(id)
  }

  add(id: RequestId, kind: Pending['kind']): Pending {
    const pending: Pending = { kind }
    this.#pending.set(id, pending)
    return pending
  }

  get(id: RequestId): Pending | undefined {
    return this.#pending.get(id)
  }

  take(id: RequestId): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  /** The client took a request back: no answer will come. */
  cancel(id: unknown): void {
    if (typeof id !== 'string' && typeof id !== 'number') return
    const pending = this.take(id)
    if (pending !== undefined) leave(pending)
  }

  /** The transport closed. */
  cancelAll(): void {
    const all = [...this.#pending.values()]
    this.#pending.clear()
    all.forEach(leave)
  }
}

/** Nobody got the result, so a paid use goes back to its owner, counted (R34). */
function leave(pending: Pending): void {
  pending.isGone = true
  if (pending.pass !== undefined) void giveBack(pending.pass, { kind: 'aborted' })
}

/** Ends a call that brought its caller nothing. */
export async function giveBack(pass: Pass, ending: Ending): Promise<void> {
  await pass.admission.giveBack()
  await pass.finish(ending)
}
