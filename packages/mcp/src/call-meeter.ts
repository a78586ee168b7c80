import { formatSolution, type Problem } from '@turnpike/protocol'
import { solve, SolverError } from '@turnpike/solver'
import { setTimeout as sleep } from 'node:timers/promises'
import { kindOf } from './call.ts'
import type { ClientSettings, McpClientEvent, McpGiveUpReason } from './client-options.ts'
import { type CallPlan, planCall } from './client-plan.ts'
import {
  isObject,
  isRequestId,
  isRequestMessage,
  isResponseMessage,
  type JsonObject,
  type RequestId,
  withMeta,
} from './json-rpc.ts'
import { problemIn } from './refused-call.ts'
import type { Ends, Interceptor } from './transport.ts'
import { CREDENTIAL_META } from './wire-names.ts'

/** A call without an answer yet. */
interface SentCall {
  readonly message: JsonObject
  readonly options: unknown
  readonly name: string
  readonly leaving: AbortController
  attempts: number
  waitedMs: number
  solutions: number
}

/** An event without the name of its call. */
type Told<Event = McpClientEvent> = Event extends McpClientEvent ? Omit<Event, 'name'> : never

/** Meets refusals on one transport of a client: works or waits, and sends the call again under the same id. */
export class CallMeeter implements Interceptor {
  readonly #settings: ClientSettings
  readonly #ends: Ends
  readonly #sent = new Map<RequestId, SentCall>()

  constructor(settings: ClientSettings, ends: Ends) {
    this.#settings = settings
    this.#ends = ends
  }

  async send(message: unknown, options?: unknown): Promise<void> {
    if (isRequestMessage(message)) this.#note(message, options)
    await this.#ends.send(message, options)
  }

  receive(message: unknown, extra?: unknown): void {
    const call = isResponseMessage(message) ? this.#sent.get(message.id) : undefined
    const problem = call !== undefined && isResponseMessage(message) ? problemIn(message) : undefined
    if (call === undefined || problem === undefined) {
      if (isResponseMessage(message)) this.#sent.delete(message.id)
      this.#ends.deliver(message, extra)
      return
    }
    void this.#meetOr(call, problem, () => this.#handOver(call, message, extra))
  }

  closed(): void {
    for (const { leaving } of this.#sent.values()) leaving.abort()
    this.#sent.clear()
  }

  #note(message: JsonObject & { readonly method: string }, options: unknown): void {
    const { method, id, params } = message
    if (isObject(params) && method === 'notifications/cancelled') this.#forget(params['requestId'])
    if (!isRequestId(id) || !isObject(params) || kindOf(method) === undefined) return
    const name = String(params['name'] ?? params['uri'])
    const cost = { attempts: 1, waitedMs: 0, solutions: 0 }
    onAbort(options, () => this.#forget(id))
    this.#sent.set(id, { message, options, name, leaving: new AbortController(), ...cost })
  }

  /** The caller wants no answer any more. */
  #forget(id: unknown): void {
    if (!isRequestId(id)) return
    this.#sent.get(id)?.leaving.abort()
    this.#sent.delete(id)
  }

  #handOver(call: SentCall, message: unknown, extra: unknown): void {
    if (call.leaving.signal.aborted) return
    if (isResponseMessage(message)) this.#sent.delete(message.id)
    this.#ends.deliver(message, extra)
  }

  async #meetOr(call: SentCall, problem: Problem, otherwise: () => void): Promise<void> {
    try {
      if (await this.#meet(call, problem)) return
    } catch (error) {
      if (!call.leaving.signal.aborted) this.#ends.report(error)
    }
    otherwise()
  }

  /** Does what the refusal asks for and sends the call again. @returns false when the refusal is the last word */
  async #meet(call: SentCall, problem: Problem): Promise<boolean> {
    const plan = planCall(problem, call, this.#settings)
    const { status, code } = problem
    this.#tell(call, { type: 'challenged', status, code })
    const params = await this.#earn(call, plan, status)
    if (params === undefined) return false
    call.leaving.signal.throwIfAborted()
    call.attempts += 1
    await this.#ends.send({ ...call.message, params }, call.options)
    return true
  }

  /** The parameters to send again; undefined when there is no going on. */
  async #earn(call: SentCall, plan: CallPlan, status: number): Promise<unknown> {
    switch (plan.kind) {
      case 'leave':
        return undefined
      case 'giveUp':
        return this.#giveUp(call, status, plan.reason, plan.message)
      case 'wait':
        this.#tell(call, { type: 'waiting', waitMs: plan.waitMs })
        await sleep(plan.waitMs, undefined, { signal: call.leaving.signal })
        call.waitedMs += plan.waitMs
        return call.message['params']
      case 'work':
        return await this.#work(call, plan.offer, status)
    }
  }

  async #work(
    call: SentCall,
    offer: Extract<CallPlan, { kind: 'work' }>['offer'],
    status: number,
  ): Promise<unknown> {
    const { challenge, target, count, expectedHashes } = offer
    const { signal } = call.leaving
    this.#tell(call, { type: 'solving', expectedHashes, count })
    try {
      const { nonces, hashes, elapsedMs } = await solve({
        ...this.#settings.work,
        challenge,
        target,
        count,
        signal,
      })
      this.#tell(call, { type: 'solved', hashes, elapsedMs })
      call.solutions += 1
      const { params } = call.message
      return withMeta(isObject(params) ? params : {}, CREDENTIAL_META, formatSolution({ challenge, nonces }))
    } catch (error) {
      if (error instanceof SolverError && error.code === 'too_hard') {
        return this.#giveUp(call, status, 'too_hard', error.message)
      }
      throw error
    }
  }

  #giveUp(call: SentCall, status: number, reason: McpGiveUpReason, message: string): undefined {
    this.#tell(call, { type: 'gaveUp', status, reason, message })
  }

  #tell({ name }: SentCall, event: Told): void {
    this.#settings.onEvent({ ...event, name })
  }
}

/** SDK 2.x ends a call over HTTP by a signal and no message. */
function onAbort(options: unknown, forget: () => void): void {
  const signal = isObject(options) ? options['requestSignal'] : undefined
  if (signal instanceof AbortSignal) signal.addEventListener('abort', forget, { once: true })
}
