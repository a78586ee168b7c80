import { type Decision, type Gate, isPromise, type Pass, type Resumption } from '@turnpike/core'
import { runAdmitted } from './admission.ts'
import { isLookalike, kindOf, readCall, type ReadCall } from './call.ts'
import { NotCanonicalError } from './canonical-json.ts'
import { viewOfCall } from './call-view.ts'
import { declaresExtension, isAware } from './client-awareness.ts'
import type { GateSettings } from './gate-options.ts'
import { takeDecided } from './http-request.ts'
import { asksForInput, heldForInput, sealIn, unsealed } from './input-round.ts'
import {
  errorMessage,
  isObject,
  isRequestId,
  isRequestMessage,
  isResponseMessage,
  type JsonObject,
  type RequestId,
  type RequestMessage,
  type ResponseMessage,
  withMeta,
} from './json-rpc.ts'
import { originOf } from './message-origin.ts'
import { giveBack, type Pending, PendingCalls } from './pending-calls.ts'
import type { PolicyTable } from './policy-table.ts'
import { priceTools } from './price.ts'
import { receiptOf } from './receipt.ts'
import { refusalMessage } from './refusal-message.ts'
import type { Ends, Interceptor } from './transport.ts'
import { warnOfUnlisted } from './unlisted-tools.ts'
import { INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND, RECEIPT_META } from './wire-names.ts'

/** What is decided with. */
export interface MessageGateParts {
  readonly gate: Gate
  readonly table: PolicyTable
  readonly settings: GateSettings
}

/** A call on its way through the gate. */
interface Entry {
  readonly call: ReadCall
  readonly id: RequestId
  readonly extra: unknown
  readonly pending: Pending
}

/**
 * The gate on one transport. It looks at parsed messages, one by one: at every member of a batch, whatever headers said
 * of it. Calls are decided; opening requests, lists and notifications pass; what cannot be read does not.
 */
export class MessageGate implements Interceptor {
  readonly #parts: MessageGateParts
  readonly #ends: Ends
  readonly #pending = new PendingCalls()
  #clientIsAware = false

  constructor(parts: MessageGateParts, ends: Ends) {
    this.#parts = parts
    this.#ends = ends
  }

  receive(message: unknown, extra?: unknown): void {
    if (isRequestMessage(message)) this.#receiveRequest(message, extra)
    else if (isObject(message) && !('method' in message)) this.#ends.deliver(message, extra)
    else this.#ends.report('a message that is no JSON-RPC object was dropped')
  }

  send(message: unknown, options?: unknown): Promise<void> {
    if (!isResponseMessage(message)) return this.#ends.send(message, options)
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return this.#ends.send(message, options)
    const { pass } = pending
    if (pass !== undefined && asksForInput(message.result)) return this.#ask(pending, pass, message, options)
    this.#pending.take(message.id)
    if (pass !== undefined) return this.#conclude(pass, withReceipt(message, pass), options)
    if (pending.kind === 'list') warnOfUnlisted(this.#parts.gate, this.#parts.table, message.result)
    return this.#ends.send(pending.kind === 'call' ? message : this.#priced(message), options)
  }

  closed(): void {
    this.#pending.cancelAll()
  }

  #receiveRequest(message: RequestMessage & JsonObject, extra: unknown): void {
    const { method, id, params } = message
    if (this.#pending.has(id)) {
      this.#ends.report(`a request was dropped: its id ${String(id)} is in use`)
      return
    }
    const kind = kindOf(method)
    if (kind !== undefined && this.#parts.table.covers(kind)) {
      this.#enter(message, readCall(message, kind, this.#parts.settings.argument), extra)
      return
    }
    if (isLookalike(method)) {
      this.#answer(id, METHOD_NOT_FOUND, 'Method not found')
      return
    }
    if (method === 'initialize')
      this.#clientIsAware = isObject(params) && declaresExtension(params['capabilities'])
    if (method === 'notifications/cancelled' && isObject(params)) this.#pending.cancel(params['requestId'])
    if (method === 'tools/list' && isRequestId(id)) this.#pending.add(id, listKindOf(params))
    this.#ends.deliver(message, extra)
  }

  #enter(message: RequestMessage, call: ReadCall | undefined, extra: unknown): void {
    const { id } = message
    if (!isRequestId(id)) {
      this.#ends.report(`${message.method} came without an id and was dropped`)
    } else if (call === undefined) {
      this.#answer(id, INVALID_PARAMS, 'The call does not say what it calls')
    } else {
      const entry: Entry = { call, id, extra, pending: this.#pending.add(id, 'call') }
      try {
        this.#decide(entry)
      } catch (error) {
        this.#fail(entry, error)
      }
    }
  }

  /** At once where the gate decides at once, so that messages keep their order. */
  #decide(entry: Entry): void {
    const { gate, table, settings } = this.#parts
    const { call, extra } = entry
    const policy = table.policyFor(call)
    if (policy === undefined) {
      this.#handOn(entry)
      return
    }
    if (policy.meters.size > 0) entry.pending.isMetered = true
    const view = viewOfCall(call, originOf(extra, settings.local), settings.argument)
    const seal = sealIn(call.message.params)
    if (seal === undefined) {
      this.#await(entry, takeDecided(policy, view) ?? gate.decide(view, policy))
      return
    }
    gate.resume(view, policy, seal).then(
      (resumption) => this.#goOn(entry, resumption, () => gate.decide(view, policy)),
      (error: unknown) => this.#fail(entry, error),
    )
  }

  #await(entry: Entry, decision: Decision | PromiseLike<Decision>): void {
    if (!isPromise(decision)) this.#carryOut(entry, decision)
    else {
      decision.then(
        (made) => this.#carryOut(entry, made),
        (error: unknown) => this.#fail(entry, error),
      )
    }
  }

  /** A round of input after the first: goes on as the call was admitted, once; after that it must be admitted anew (R34). */
  #goOn(entry: Entry, resumption: Resumption, decide: () => Decision | PromiseLike<Decision>): void {
    if (resumption.outcome === 'foreign') {
      if (entry.pending.isGone !== true)
        this.#answer(entry.id, INVALID_PARAMS, 'The requestState is not of this call')
      return
    }
    const message = unsealed(entry.call.message, resumption.state)
    const round = { ...entry, call: { ...entry.call, message } }
    this.#await(round, resumption.outcome === 'resumed' ? resumption.pass : decide())
  }

  #carryOut(entry: Entry, decision: Decision): void {
    const { pending, id, call } = entry
    if (decision.outcome === 'refuse') {
      const { settings } = this.#parts
      const knows = this.#clientIsAware || isAware(call)
      const form = settings.refusals === 'auto' ? (knows ? 'error' : 'result') : settings.refusals
      const { codes } = settings
      if (pending.isGone !== true) this.#reply(id, refusalMessage(call, id, decision, { form, codes }))
      return
    }
    if (pending.isGone === true) {
      if (decision.outcome === 'pass') void decision.finish({ kind: 'notStarted' })
      return
    }
    if (decision.outcome === 'pass') pending.pass = decision
    this.#handOn(entry)
  }

  #handOn({ call, extra, pending }: Entry): void {
    const { pass, isMetered } = pending
    if (pass === undefined || isMetered !== true) this.#ends.deliver(call.message, extra)
    else runAdmitted(pass.admission, () => this.#ends.deliver(call.message, extra))
  }

  /** Nothing runs that was not decided. */
  #fail({ id, pending }: Entry, error: unknown): void {
    if (pending.isGone === true) return
    if (error instanceof NotCanonicalError) {
      this.#answer(id, INVALID_PARAMS, `The arguments cannot be read: ${error.message}`)
      return
    }
    this.#ends.report(error)
    this.#answer(id, INTERNAL_ERROR, 'Internal error')
  }

  /** Puts the call on hold and sends the question. */
  async #ask(
    pending: Pending,
    pass: Pass,
    message: ResponseMessage & JsonObject,
    options: unknown,
  ): Promise<void> {
    const question = await heldForInput(pass, message)
    // Whoever left meanwhile has got the use back already.
    if (pending.isGone === true) return
    this.#pending.take(message.id)
    await this.#conclude(pass, question, options)
  }

  async #conclude(pass: Pass, answer: ResponseMessage & JsonObject, options: unknown): Promise<void> {
    const { result } = answer
    try {
      await this.#ends.send(answer, options)
    } catch (error) {
      await giveBack(pass, { kind: 'errored', error })
      throw error
    }
    void pass.finish(
      'error' in answer
        ? { kind: 'errored', error: answer.error }
        : { kind: 'completed', status: isObject(result) && result['isError'] === true ? 500 : 200 },
    )
  }

  #priced(message: ResponseMessage & JsonObject): JsonObject {
    const { table, settings } = this.#parts
    return 'result' in message ? { ...message, result: priceTools(message.result, table, settings) } : message
  }

  #answer(id: unknown, code: number, text: string): void {
    if (isRequestId(id)) this.#reply(id, errorMessage(id, code, text))
  }

  #reply(id: RequestId, message: JsonObject): void {
    this.#pending.take(id)
    this.#ends.send(message, { relatedRequestId: id }).catch((error: unknown) => this.#ends.report(error))
  }
}

/** A page further on says nothing about the tools before it. */
function listKindOf(params: unknown): 'list' | 'page' {
  return isObject(params) && params['cursor'] !== undefined ? 'page' : 'list'
}

/** What is left and how the call was admitted, in the result; errors have no place for it. */
function withReceipt(
  message: ResponseMessage & JsonObject,
  { admission }: Pass,
): ResponseMessage & JsonObject {
  const { result } = message
  return isObject(result)
    ? { ...message, result: withMeta(result, RECEIPT_META, receiptOf(admission)) }
    : message
}
