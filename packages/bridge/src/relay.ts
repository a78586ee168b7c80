import type { JSONRPCMessage, JSONRPCRequest, RequestId, Transport } from '@modelcontextprotocol/client'
import {
  cancelledId,
  envelopeVersion,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  progressTokenOf,
} from './message.ts'
import { listenTo } from './transport-callbacks.ts'

/** Who wants to know what passes. */
export interface RelayWatch {
  /** Runs what sends a request on. */
  during(request: JSONRPCRequest, send: () => Promise<void>): Promise<void>
  /** An answer goes to its caller; it may be changed. */
  answered(message: JSONRPCMessage): JSONRPCMessage
  /** The caller took a request back. */
  cancelled(id: RequestId): void
  /** Something went wrong that no message tells of. */
  trouble(error: Error): void
}

interface Open {
  readonly request: JSONRPCRequest
  readonly leaving: AbortController
}

/**
 * Hands every message of one transport on to another, methods known and unknown, in both directions. It looks like a
 * server of the SDK to what connects it.
 */
export class Relay {
  /** Resolves when both sides are closed. */
  readonly closed: Promise<void>
  readonly #up: Transport
  readonly #watch: RelayWatch
  readonly #open = new Map<RequestId, Open>()
  readonly #goingUp = new Set<Promise<void>>()
  readonly #goingDown = new Set<Promise<void>>()
  #down: Transport | undefined
  #ready: Promise<void> = Promise.resolve()
  #isClosing = false
  #settle: () => void = () => undefined

  /** @param up - leads to the server; it is started when this side is connected */
  constructor(up: Transport, watch: RelayWatch) {
    this.#up = up
    this.#watch = watch
    this.closed = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** @param down - leads to the client */
  async connect(down: Transport): Promise<void> {
    this.#down = down
    const onerror = (error: Error): void => this.#watch.trouble(error)
    listenTo(this.#up, {
      onerror,
      onmessage: (message) => this.#fromServer(message),
      onclose: () => this.#lost(),
    })
    listenTo(down, {
      onerror,
      onmessage: (message) => this.#fromClient(message),
      onclose: () => void this.close(),
    })
    await this.#up.start()
    await down.start()
  }

  /** Closes both sides, once; calls under way end unanswered. */
  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    for (const { leaving } of this.#open.values()) leaving.abort()
    this.#open.clear()
    await Promise.allSettled([this.#up.close(), this.#down?.close()])
    this.#settle()
  }

  /** Resolves when all that the client wanted sent has been sent. */
  async sent(): Promise<void> {
    await Promise.all(this.#goingUp)
  }

  /** How many requests have no answer yet. */
  get open(): number {
    return this.#open.size
  }

  /** The server is gone; the news of it may still be on its way down. */
  #lost(): void {
    void Promise.all(this.#goingDown).then(async () => await this.close())
  }

  #fromClient(message: JSONRPCMessage): void {
    if (isRequest(message)) this.#ask(message)
    else {
      const taken = cancelledId(message)
      // A call of 2026 or later that came in by a stream of its own is taken back by ending that stream.
      if (taken === undefined || !this.#takeBack(taken)) this.#tell(message)
    }
  }

  #ask(request: JSONRPCRequest): void {
    const leaving = new AbortController()
    this.#open.set(request.id, { request, leaving })
    const options = envelopeVersion(request) === undefined ? {} : { requestSignal: leaving.signal }
    const send = async (): Promise<void> => await this.#up.send(request, options)
    void this.#note(
      this.#goingUp,
      this.#ready.then(async () => await this.#watch.during(request, send)),
    )
  }

  #tell(message: JSONRPCMessage): void {
    const done = this.#note(
      this.#goingUp,
      this.#ready.then(async () => await this.#up.send(message)),
    )
    // No request may overtake it on a connection of its own.
    if (isNotification(message) && message.method === 'notifications/initialized') this.#ready = done
  }

  /** @returns whether the server need not be told by a message */
  #takeBack(id: RequestId): boolean {
    const open = this.#open.get(id)
    this.#open.delete(id)
    this.#watch.cancelled(id)
    if (open === undefined || this.#up.hasPerRequestStream !== true) return false
    if (envelopeVersion(open.request) === undefined) return false
    open.leaving.abort()
    return true
  }

  #fromServer(message: JSONRPCMessage): void {
    const related = this.#relatedTo(message)
    const options = related === undefined ? {} : { relatedRequestId: related }
    const passed = isResponse(message) ? this.#watch.answered(message) : message
    if (this.#down !== undefined) void this.#note(this.#goingDown, this.#down.send(passed, options))
  }

  /** The request in whose stream a message belongs, where streams are apart. */
  #relatedTo(message: JSONRPCMessage): RequestId | undefined {
    if (isResponse(message)) {
      this.#conclude(message)
      return message.id
    }
    const token = message.method === 'notifications/progress' ? message.params?.['progressToken'] : undefined
    const open = [...this.#open.values()].map(({ request }) => request)
    const meant = token === undefined ? open.at(-1) : open.find((one) => progressTokenOf(one) === token)
    return meant?.id
  }

  #conclude(message: JSONRPCMessage): void {
    if (!isResponse(message) || message.id === undefined) return
    const request = this.#open.get(message.id)?.request
    this.#open.delete(message.id)
    if (request?.method !== 'initialize' || !('result' in message)) return
    const version = isObject(message.result) ? message.result['protocolVersion'] : undefined
    if (typeof version === 'string') this.#up.setProtocolVersion?.(version)
  }

  async #note(going: Set<Promise<void>>, sending: Promise<void>): Promise<void> {
    const done = sending.catch((error: unknown) => this.#report(error)).finally(() => going.delete(done))
    going.add(done)
    await done
  }

  #report(error: unknown): void {
    if (!this.#isClosing) this.#watch.trouble(error instanceof Error ? error : new Error(String(error)))
  }
}
