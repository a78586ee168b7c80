import type { JSONRPCMessage, RequestId, Transport, TransportSendOptions } from '@modelcontextprotocol/client'
import { isRequest, isResponse } from './message.ts'
import type { MirroredParameters } from './mirrored-parameters.ts'
import { listenTo } from './transport-callbacks.ts'

/** Streamable HTTP that repeats in header fields what tools want repeated. */
export class MirroringTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  readonly hasPerRequestStream = true
  readonly #inner: Transport
  readonly #parameters: MirroredParameters
  readonly #lists = new Set<RequestId>()

  /** @param parameters - shared by the transports that lead to one server */
  constructor(inner: Transport, parameters: MirroredParameters) {
    this.#inner = inner
    this.#parameters = parameters
    listenTo(inner, {
      onmessage: (message) => {
        this.#read(message)
        this.onmessage?.(message)
      },
      onerror: (error) => this.onerror?.(error),
      onclose: () => this.onclose?.(),
    })
  }

  async start(): Promise<void> {
    await this.#inner.start()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!isRequest(message)) await this.#inner.send(message, options)
    else {
      if (message.method === 'tools/list') this.#lists.add(message.id)
      await this.#inner.send(message, { ...options, headers: this.#parameters.fieldsOf(message) })
    }
  }

  async close(): Promise<void> {
    await this.#inner.close()
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version)
  }

  #read(message: JSONRPCMessage): void {
    if (!isResponse(message) || message.id === undefined || !this.#lists.delete(message.id)) return
    if ('result' in message) this.#parameters.learn(message.result)
  }
}
