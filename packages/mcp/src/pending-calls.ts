import type { Ending, Pass } from '@turnpike/core'
import { isRequestId, type RequestId } from './json-rpc.ts'

/** A request that was handed on, or is about to be, and has no answer yet. */
export interface Pending {
  /** A `page` is a list of tools from the middle on. */
  readonly kind: 'list' | 'page' | 'call'
  /** Of an admitted call. */
  pass?: Pass | undefined
  /** Its policy has meters, and its handler reports to them. */
  isMetered?: true
  /** The client left or took the request back. */
  isGone?: true
}

/** The requests in flight on one transport. */
export class PendingCalls {
  readonly #pending = new Map<RequestId, Pending>()

  /** An id in use again would let one answer end two calls. */
  has(id: unknown): boolean {
    return isRequestId(id) && this.#pending.has(id)
  }

  add(id: RequestId, kind: Pending['kind']): Pending {
    const pending: Pending = { kind }
    this.#pending.set(id, pending)
    return pending
  }

  get(id: RequestId): Pending | undefined {
    return this.#pending.get(id)
  }

  /**
   * Its answer is about to go out.
   * @returns the pass of an admitted call
   */
  take(id: RequestId): Pass | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    return dropPass(pending)
  }

  /** The client took a request back: no answer will come. */
  cancel(id: unknown): void {
    if (!isRequestId(id)) return
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    leave(pending)
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
  const pass = dropPass(pending)
  if (pass !== undefined) void giveBack(pass, { kind: 'aborted' })
}

/**
 * A Map that entries come to and leave all the time keeps its former tables alive until the next full garbage collection
 * (V8 links each to its successor), and they keep what was pending: that should not be a whole decision.
 */
function dropPass(pending: Pending): Pass | undefined {
  const { pass } = pending
  pending.pass = undefined
  return pass
}

/** Ends a call that brought its caller nothing. */
export async function giveBack(pass: Pass, ending: Ending): Promise<void> {
  await pass.admission.giveBack()
  await pass.finish(ending)
}
