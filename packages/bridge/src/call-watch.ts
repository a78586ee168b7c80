import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/client'
import type { ClientEvent } from '@turnpike/client'
import { CHALLENGE_META, type McpClientEvent } from '@turnpike/mcp'
import { parseProblem } from '@turnpike/protocol'
import { AsyncLocalStorage } from 'node:async_hooks'
import { isObject, isResponse, metaOf, progressTokenOf } from './message.ts'
import { type Limits, wordObstacle, wordUnpaid } from './obstacle-words.ts'
import type { RelayWatch } from './relay.ts'
import { inSats } from './sats.ts'

/** A call on its way. */
interface Watched {
  readonly request: JSONRPCRequest
  told: number
  ticking: ReturnType<typeof setInterval> | undefined
  /** Why a refusal was not met. */
  obstacle: string | undefined
}

type Meeting = McpClientEvent | ClientEvent

const TICK_MS = 1000

/**
 * Lets the caller of each request know what is done to get it through: by progress, where progress was asked for, and by
 * a sentence where the refusal stands.
 */
export class CallWatch implements RelayWatch {
  readonly #current = new AsyncLocalStorage<Watched>()
  readonly #watched = new Map<RequestId, Watched>()
  readonly #limits: Limits
  readonly #notify: (message: JSONRPCMessage) => void
  readonly #log: (line: string) => void

  constructor(limits: Limits, notify: (message: JSONRPCMessage) => void, log: (line: string) => void) {
    this.#limits = limits
    this.#notify = notify
    this.#log = log
  }

  async during(request: JSONRPCRequest, send: () => Promise<void>): Promise<void> {
    const call: Watched = { request, told: 0, ticking: undefined, obstacle: undefined }
    this.#watched.set(request.id, call)
    await this.#current.run(call, send)
  }

  /** What is done about a refusal; told in the course of the call that it is about. */
  hear(event: Meeting): void {
    const call = this.#current.getStore() ?? this.#onlyOne(event)
    // A call that was answered or taken back meanwhile wants to hear no more.
    if (call === undefined || this.#watched.get(call.request.id) !== call) return
    this.#stop(call)
    if (event.type === 'solving') this.#start(call, wordWork(event.expectedHashes))
    else if (event.type === 'waiting')
      this.#start(call, `Waiting ${seconds(event.waitMs)} s, as the server asks`)
    else if (event.type === 'paying') this.#start(call, `Paying ${inSats(event.amountMsat)} for the call`)
    else if (event.type === 'gaveUp') call.obstacle = wordObstacle(event, this.#limits)
  }

  answered(message: JSONRPCMessage): JSONRPCMessage {
    if (!isResponse(message) || message.id === undefined) return message
    const call = this.#watched.get(message.id)
    this.cancelled(message.id)
    return call === undefined ? message : withReasons(message, call.obstacle, this.#limits)
  }

  cancelled(id: RequestId): void {
    const call = this.#watched.get(id)
    if (call !== undefined) this.#stop(call)
    this.#watched.delete(id)
  }

  trouble(error: Error): void {
    this.#log(error.message)
  }

  /** Children of ours answer outside of the course of a call; then the name has to do, where it means one call alone. */
  #onlyOne(event: Meeting): Watched | undefined {
    if (!('name' in event)) return undefined
    const named = [...this.#watched.values()].filter(({ request }) => nameOf(request) === event.name)
    return named.length === 1 ? named[0] : undefined
  }

  #start(call: Watched, text: string): void {
    const token = progressTokenOf(call.request)
    if (token === undefined) return
    const begunAt = performance.now()
    const tell = (): void => {
      call.told += 1
      const spent = seconds(performance.now() - begunAt)
      const message = spent === 0 ? `${text}.` : `${text} (${spent} s so far).`
      // Steps so small that the server's own progress, which begins later, still goes up.
      const progress = call.told / 1_000_000
      this.#notify({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: token, progress, message },
      })
    }
    tell()
    call.ticking = setInterval(tell, TICK_MS)
    call.ticking.unref()
  }

  #stop(call: Watched): void {
    clearInterval(call.ticking)
    call.ticking = undefined
  }
}

/** What a request calls: a tool, a prompt, a resource. */
function nameOf({ params }: JSONRPCRequest): unknown {
  return params?.['name'] ?? params?.['uri']
}

function wordWork(expectedHashes: number): string {
  return `Working for the call: about ${expectedHashes.toLocaleString('en-US')} hashes`
}

/** Behind the text of the refusal, which says what would do. Errors are for programs and stay as they are. */
function withReasons(
  message: JSONRPCMessage,
  obstacle: string | undefined,
  { money }: Limits,
): JSONRPCMessage {
  if (!('result' in message) || !isObject(message.result)) return message
  const { result } = message
  const { content } = result
  const problem = parseProblem(metaOf(result)[CHALLENGE_META])
  if (!Array.isArray(content) || problem === undefined) return message
  const bill = problem.offers?.find((offer) => offer.rail === 'lightning')
  const unpaid = bill === undefined || money !== undefined ? undefined : wordUnpaid(bill.sats)
  const said: readonly unknown[] = content
  const reasons = [obstacle, unpaid].filter((text) => text !== undefined)
  return {
    ...message,
    result: { ...result, content: [...said, ...reasons.map((text) => ({ type: 'text', text }))] },
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
