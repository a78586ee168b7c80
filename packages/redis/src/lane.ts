import { type AdmitOutcome, TurnpikeError } from '@turnpike/core'
import { type Breaker, createBreaker } from './breaker.ts'
import type { Connection } from './connection.ts'
import { batchesOf, encodeBatch } from './decision-batch.ts'
import { type DecisionReply, ReplyReader } from './decision-reply.ts'
import { TEND_SCRIPT } from './scripts.ts'
import { createServerClock, type ServerClock } from './server-clock.ts'
import type { EncodedDecision } from './shape.ts'
import { formatTendOps, parseTendReply, type TendOp, type TendResult } from './tend-op.ts'

/** More in one call would hold the server up for others: 64 decisions take it about a quarter of a millisecond. */
const MAX_BATCH = 64
/** What the server says when it is not in a state to be asked: another would do. */
const TROUBLE = /READONLY|MISCONF|NOREPLICAS|MASTERDOWN|LOADING/

interface Asked {
  readonly decision: EncodedDecision
  readonly resolve: (outcome: AdmitOutcome) => void
  readonly reject: (error: unknown) => void
  /** Was it too late once already? */
  readonly isSecond: boolean
}

interface Tended {
  readonly op: TendOp
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface LaneParts {
  readonly connection: Connection
  /** What the lane asks to learn the server's time, and to see whether it is well. */
  readonly greeting: TendOp
  readonly timeoutMs: number
  /** Called when the lane begins to fail, and when it works again after that. */
  readonly onDown: () => void
  readonly onUp: () => void
}

/**
 * The way to one hash tag of a cluster, or to a whole server: what is asked of it in one turn of the event loop goes out
 * in one call, and is fenced by one deadline (RULES R13).
 */
export class Lane {
  readonly #parts: LaneParts
  readonly #clock: ServerClock = createServerClock()
  readonly #breaker: Breaker
  #asked: Asked[] = []
  #tended: Tended[] = []
  #isScheduled = false
  #underWay = 0
  /** The last turn had a single decision. */
  #isQuiet = true

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.#breaker = createBreaker({
      probe: async () => await this.#greet(),
      onClose: parts.onUp,
      onStuck: parts.connection.leaveSilent,
    })
  }

  /** @throws TurnpikeError `store_unreachable` in time; whether it was decided is not known then. */
  decide(decision: EncodedDecision): Promise<AdmitOutcome> {
    if (this.#breaker.reason !== undefined) return Promise.reject(this.#breaker.reason)
    return new Promise((resolve, reject) => {
      this.#asked.push({ decision, resolve, reject, isSecond: false })
      this.#schedule()
    })
  }

  /** @throws TurnpikeError `store_unreachable`, or Error with what the server said */
  tend(op: TendOp): Promise<unknown> {
    if (this.#breaker.reason !== undefined) return Promise.reject(this.#breaker.reason)
    return new Promise((resolve, reject) => {
      this.#tended.push({ op, resolve, reject })
      this.#schedule()
    })
  }

  close(): void {
    this.#breaker.stop()
  }

  /** At the end of the turn, together with what comes until then; at once where callers come one by one. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const flush = () => this.#flush()
    if (this.#underWay === 0 && this.#isQuiet) process.nextTick(flush)
    else setImmediate(flush)
  }

  #flush(): void {
    this.#isScheduled = false
    const [asked, tended] = [this.#asked, this.#tended]
    this.#asked = []
    this.#tended = []
    this.#isQuiet = asked.length <= 1
    for (let from = 0; from < tended.length; from += MAX_BATCH) {
      void this.#sendTended(tended.slice(from, from + MAX_BATCH))
    }
    for (const batch of batchesOf(asked, MAX_BATCH)) void this.#sendAsked(batch)
  }

  async #sendAsked(batch: readonly Asked[]): Promise<void> {
    const { connection, timeoutMs } = this.#parts
    this.#underWay += 1
    try {
      if (!this.#clock.isKnown) await this.#greet()
      const sentAtMs = performance.now()
      const decisions = batch.map(({ decision }) => decision)
      const { script, keys, args } = encodeBatch(decisions, this.#clock.at(sentAtMs + timeoutMs))
      const reader = new ReplyReader(await connection.bounded(script.run(connection.client, keys, args)))
      this.#clock.learn(reader.serverMs, sentAtMs, performance.now())
      for (const one of batch) this.#settle(one, reader.next(one.decision.shape), reader.serverMs)
    } catch (error) {
      const reason = this.#fail(error)
      for (const { reject } of batch) reject(reason)
    } finally {
      this.#underWay -= 1
    }
  }

  #settle(one: Asked, reply: DecisionReply, serverMs: number): void {
    if (reply.outcome === 'failed') return one.reject(this.#fail(new Error(reply.message)))
    const isFinal = one.isSecond || serverMs > (one.decision.deadlineMs ?? Number.POSITIVE_INFINITY)
    if (reply.outcome !== 'late' || isFinal) return one.resolve(reply)
    // This reply has just set the clock.
    this.#asked.push({ ...one, isSecond: true })
    this.#schedule()
  }

  async #greet(): Promise<void> {
    const op = this.#parts.greeting
    await new Promise((resolve, reject) => void this.#sendTended([{ op, resolve, reject }]))
  }

  async #sendTended(batch: readonly Tended[]): Promise<void> {
    const { connection } = this.#parts
    try {
      if (!this.#clock.isKnown) await connection.bounded(connection.opened)
      const sentAtMs = performance.now()
      const args = [formatTendOps(batch.map(({ op }) => op))]
      const keys = batch.flatMap(({ op }) => op.keys)
      const bytes = await connection.bounded(TEND_SCRIPT.run(connection.client, keys, args))
      const { serverMs, results } = parseTendReply(bytes)
      this.#clock.learn(serverMs, sentAtMs, performance.now())
      for (const [index, one] of batch.entries()) this.#settleTended(one, results[index])
    } catch (error) {
      const reason = this.#fail(error)
      for (const { reject } of batch) reject(reason)
    }
  }

  #settleTended({ resolve, reject }: Tended, result: TendResult | undefined): void {
    if (result === undefined || !('error' in result)) return resolve(result?.value)
    const error = new Error(result.error)
    reject(TROUBLE.test(result.error) ? this.#fail(error) : error)
  }

  #fail(error: unknown): Error {
    const { connection, onDown } = this.#parts
    const message = error instanceof Error ? error.message : String(error)
    if (message.includes('READONLY')) connection.reconnect()
    // The driver's own error is not passed on: it holds the call with all its arguments, names of credentials among them.
    const reason = new TurnpikeError('store_unreachable', `Redis did not answer: ${message}`)
    if (!this.#breaker.isOpen) onDown()
    this.#breaker.open(reason)
    return reason
  }
}
