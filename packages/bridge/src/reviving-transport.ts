import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  SdkHttpError,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { envelopeVersion, isObject, isRequest, isResponse } from './message.ts'
import { listenTo } from './transport-callbacks.ts'

/** A transport whose server may keep a session. */
export interface SessionTransport extends Transport {
  terminateSession(): Promise<void>
  setProtocolVersion(version: string): void
}

/** What the server may take to hear that the session is over. */
const GOODBYE_MS = 1000

/**
 * Streamable HTTP whose session outlives the server's memory of it: when the server was restarted, the session is begun
 * anew with the host's own `initialize`, as MCP 2025-11-25 (transports, session management) asks of clients, and the message
 * is sent again. The session ends with the transport.
 */
export class RevivingTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  readonly hasPerRequestStream = true
  readonly #inner: SessionTransport
  #opening: JSONRPCRequest | undefined
  #reviving: Promise<void> | undefined
  #onOpened: ((answer: JSONRPCMessage) => boolean) | undefined

  constructor(inner: SessionTransport) {
    this.#inner = inner
    listenTo(inner, {
      onmessage: (message) => {
        if (this.#onOpened?.(message) !== true) this.onmessage?.(message)
      },
      onerror: (error) => this.onerror?.(error),
      onclose: () => this.onclose?.(),
    })
  }

  async start(): Promise<void> {
    await this.#inner.start()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isRequest(message) && message.method === 'initialize') this.#opening = message
    const { sessionId } = this.#inner
    try {
      await this.#inner.send(message, options)
    } catch (error) {
      if (sessionId === undefined || !isForgotten(error) || envelopeVersion(message) !== undefined)
        throw error
      if (this.#opening === undefined || this.#opening === message) throw error
      // Unless another message found it out first.
      if (this.#inner.sessionId === sessionId) await this.#revive(this.#opening)
      await this.#inner.send(message, options)
    }
  }

  async close(): Promise<void> {
    const goodbye = this.#inner.terminateSession().catch(() => undefined)
    await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })])
    await this.#inner.close()
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version)
  }

  async #revive(opening: JSONRPCRequest): Promise<void> {
    this.#reviving ??= this.#open({ ...opening, id: `turnpike-${randomUUID()}` }).finally(() => {
      this.#reviving = undefined
    })
    await this.#reviving
  }

  async #open(opening: JSONRPCRequest): Promise<void> {
    const answer = new Promise<JSONRPCMessage>((resolve, reject) => {
      this.#onOpened = (message) => {
        const isIt = isResponse(message) && message.id === opening.id
        if (isIt) resolve(message)
        return isIt
      }
      const onRequestStreamEnd = (): void => reject(new Error('the server began no new session'))
      this.#inner.send(opening, { onRequestStreamEnd }).catch(reject)
    })
    const opened = await answer.finally(() => {
      this.#onOpened = undefined
    })
    if (!('result' in opened) || !isObject(opened.result)) throw new Error('the server refused a new session')
    const version = opened.result['protocolVersion']
    if (typeof version === 'string') this.#inner.setProtocolVersion(version)
    await this.#inner.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    this.onerror?.(new Error('the server had forgotten the session; a new one was begun'))
  }
}

/** 404 says it (MCP 2025-11-25); widespread servers say 400 and name the session. */
function isForgotten(error: unknown): boolean {
  if (!(error instanceof SdkHttpError)) return false
  const { status, data } = error
  return status === 404 || (status === 400 && typeof data.text === 'string' && /session/i.test(data.text))
}
