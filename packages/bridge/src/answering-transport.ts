import type {
  JSONRPCMessage,
  JSONRPCRequest,
  RequestId,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/client'
import { cancelledId, isRequest, isResponse } from './message.ts'
import { listenTo } from './transport-callbacks.ts'
import { type Trouble, troubleAnswer } from './trouble.ts'

/** What to tell the callers of requests that stay without an answer. */
export interface Explanations {
  /** Sending failed. */
  failed(error: unknown): Trouble
  /** The stream of the answer ended without one. */
  readonly cutOff: Trouble
  /** The connection was lost. */
  readonly lost: Trouble
}

/** A transport to a server on which every request gets an answer, if only the news that there will be none. */
export class AnsweringTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  readonly hasPerRequestStream: boolean
  readonly #inner: Transport
  readonly #explain: Explanations
  readonly #open = new Map<RequestId, JSONRPCRequest>()
  #isLeaving = false

  constructor(inner: Transport, explain: Explanations) {
    this.#inner = inner
    this.#explain = explain
    this.hasPerRequestStream = inner.hasPerRequestStream === true
    listenTo(inner, {
      onmessage: (message) => {
        if (isResponse(message) && message.id !== undefined) this.#open.delete(message.id)
        this.onmessage?.(message)
      },
      onerror: (error) => this.onerror?.(error),
      onclose: () => this.#closed(),
    })
  }

  async start(): Promise<void> {
    await this.#inner.start()
  }

  /** Never rejects for a request: what failed becomes its answer. */
  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isRequest(message)) await this.#ask(message, options)
    else {
      const taken = cancelledId(message)
      if (taken !== undefined) this.#open.delete(taken)
      await this.#inner.send(message, options)
    }
  }

  async close(): Promise<void> {
    this.#isLeaving = true
    await this.#inner.close()
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version)
  }

  async #ask(request: JSONRPCRequest, options: TransportSendOptions | undefined): Promise<void> {
    this.#open.set(request.id, request)
    const onRequestStreamEnd = (): void => this.#give(request, () => this.#explain.cutOff)
    try {
      await this.#inner.send(request, { ...options, onRequestStreamEnd })
    } catch (error) {
      if (options?.requestSignal?.aborted === true) this.#open.delete(request.id)
      else this.#give(request, () => this.#explain.failed(error))
    }
  }

  /** Unless it has been answered, or sent again under the same id. */
  #give(request: JSONRPCRequest, explain: () => Trouble): void {
    if (this.#open.get(request.id) !== request) return
    this.#open.delete(request.id)
    if (!this.#isLeaving) this.onmessage?.(troubleAnswer(request, explain()))
  }

  #closed(): void {
    for (const request of this.#open.values()) this.#give(request, () => this.#explain.lost)
    this.onclose?.()
  }
}
