import { type Answer, type Credential, type Negotiation, refusalOf } from '@turnpike/client'
import type { Problem } from '@turnpike/protocol'
import { type CallKind, kindOf, resourceText } from './call.ts'
import type { ClientSettings } from './client-options.ts'
import { sealIn } from './input-round.ts'
import {
  isObject,
  isRequestId,
  isRequestMessage,
  isResponseMessage,
  type JsonObject,
  metaOf,
  type RequestId,
  type RequestMessage,
  type ResponseMessage,
  withMeta,
} from './json-rpc.ts'
import { problemIn } from './refused-call.ts'
import type { Ends, Interceptor } from './transport.ts'
import { CREDENTIAL_META, RECEIPT_META } from './wire-names.ts'

/** A call without an answer yet. */
interface SentCall {
  readonly id: RequestId
  readonly message: JsonObject
  readonly options: unknown
  readonly negotiation: Negotiation
  readonly leaving: AbortController
  /** The step that is being taken: they come one after the other. */
  turn: Promise<unknown>
}

/** Gets the calls on one transport of a client through a gate: shows credentials, works, waits or pays, and sends again. */
export class CallMeeter implements Interceptor {
  readonly #settings: ClientSettings
  readonly #ends: Ends
  readonly #origin: string
  readonly #sent = new Map<RequestId, SentCall>()

  /** @param origin - who is asked: credentials are shown to nobody else */
  constructor(settings: ClientSettings, ends: Ends, origin: string) {
    this.#settings = settings
    this.#ends = ends
    this.#origin = origin
  }

  async send(message: unknown, options?: unknown): Promise<void> {
    const call = isRequestMessage(message) ? this.#note(message, options) : undefined
    if (call === undefined) await this.#ends.send(message, options)
    else await this.#sendFirst(call)
  }

  receive(message: unknown, extra?: unknown): void {
    const call = isResponseMessage(message) ? this.#sent.get(message.id) : undefined
    if (call === undefined || !isResponseMessage(message)) {
      this.#ends.deliver(message, extra)
      return
    }
    const problem = problemIn(message)
    const handOver = (answer: Answer): void => {
      if (call.leaving.signal.aborted) return
      // Before anything is written down: a transport may close behind its last message.
      this.#ends.deliver(message, extra)
      this.#end(call, answer)
    }
    if (problem === undefined) handOver(answerIn(message))
    else call.turn = this.#meetOr(call, problem, () => handOver({ status: problem.status }))
  }

  closed(): void {
    for (const { id } of this.#sent.values()) this.#forget(id)
  }

  #note(message: RequestMessage & JsonObject, options: unknown): SentCall | undefined {
    const { method, id, params } = message
    if (isObject(params) && method === 'notifications/cancelled') this.#forget(params['requestId'])
    const kind = kindOf(method)
    if (!isRequestId(id) || !isObject(params) || kind === undefined) return undefined
    const leaving = new AbortController()
    const negotiation = this.#open(kind, params, leaving.signal)
    const call = { id, message, options, negotiation, leaving, turn: Promise.resolve() }
    onAbort(options, () => this.#forget(id))
    this.#sent.set(id, call)
    return call
  }

  #open(kind: CallKind, params: JsonObject, signal: AbortSignal): Negotiation {
    const { negotiator, onEvent } = this.#settings
    const name = String(params[kind === 'resource' ? 'uri' : 'name'])
    return negotiator.open({
      origin: this.#origin,
      request: resourceText({ kind, name }),
      signal,
      onEvent: (event) => onEvent({ ...event, name }),
    })
  }

  async #sendFirst(call: SentCall): Promise<void> {
    const sending = this.#showAndSend(call)
    call.turn = sending
    try {
      await sending
    } catch (error) {
      this.#end(call)
      throw error
    }
  }

  async #showAndSend(call: SentCall): Promise<void> {
    // A call that was paused goes on under its seal; it needs no credential.
    const isHeld = sealIn(call.message['params']) !== undefined
    const kept = isHeld ? undefined : await call.negotiation.credential()
    if (!call.leaving.signal.aborted) await this.#transmit(call, kept)
  }

  async #transmit({ message, options }: SentCall, credential: Credential | undefined): Promise<void> {
    const { params } = message
    const shown =
      credential === undefined || !isObject(params)
        ? message
        : { ...message, params: withMeta(params, CREDENTIAL_META, credential.text) }
    await this.#ends.send(shown, options)
  }

  /** Does what the refusal asks for and sends the call again; else the refusal is the last word. */
  async #meetOr(call: SentCall, problem: Problem, otherwise: () => void): Promise<void> {
    try {
      const step = await call.negotiation.meet(refusalOf(problem))
      if (call.leaving.signal.aborted) return
      if (step.kind === 'send') {
        await this.#transmit(call, step.credential)
        return
      }
    } catch (error) {
      if (!call.leaving.signal.aborted) this.#ends.report(error)
    }
    otherwise()
  }

  /** The caller wants no answer any more. */
  #forget(id: unknown): void {
    const call = isRequestId(id) ? this.#sent.get(id) : undefined
    if (call === undefined) return
    call.leaving.abort()
    this.#end(call)
  }

  #end(call: SentCall, answer?: Answer): void {
    if (this.#sent.get(call.id) === call) this.#sent.delete(call.id)
    const conclude = async (): Promise<void> => {
      // With an answer no step is being taken any more, but for the one that may be telling us.
      if (answer === undefined) await call.turn.catch(() => undefined)
      await call.negotiation.conclude(answer)
    }
    conclude().catch((error: unknown) => this.#ends.report(error))
  }
}

/** What an answer says about the credential that was shown, in the terms of HTTP. */
function answerIn({ result }: ResponseMessage): Answer {
  const failed = !isObject(result) || result['isError'] === true
  const receipt = metaOf(result)[RECEIPT_META]
  if (!isObject(receipt)) return { status: failed ? 500 : 200 }
  const { way, usesLeft } = receipt
  const uses = typeof usesLeft === 'number' ? `;uses=${usesLeft}` : ''
  return { status: failed ? 500 : 200, admission: `${String(way)}${uses}` }
}

/** SDK 2.x ends a call over HTTP by a signal and no message. */
function onAbort(options: unknown, forget: () => void): void {
  const signal = isObject(options) ? options['requestSignal'] : undefined
  if (signal instanceof AbortSignal) signal.addEventListener('abort', forget, { once: true })
}
