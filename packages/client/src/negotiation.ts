import { isProblemCode } from '@turnpike/protocol'
import { parseAdmission } from './admission.ts'
import { choose, type Way } from './choice.ts'
import { credentialOf, type Credential } from './credential.ts'
import { messageOf } from './error-message.ts'
import type { NegotiationEvent } from './events.ts'
import type { Means } from './negotiator.ts'
import { obstacle, type Obstacle } from './obstacle.ts'
import { isExposed } from './plain-http.ts'
import { Purse } from './purse.ts'
import type { Quote } from './quote.ts'
import type { Refusal } from './refusal.ts'
import { useOf, verdictOn, type Showing } from './showing.ts'
import { sleep } from './sleep.ts'
import type { Answer, GivenUp, Place, Step, Subject } from './subject.ts'
import { waitWay, workWay, type Effort } from './ways.ts'
import { workOn } from './work.ts'

/** A credential in use, or a payment under way: to be asked about again after so long, if nobody says. */
const ASK_AGAIN_MS = 1000

/** One call's way through a gate. Its steps come one after the other; after the answer, or instead of one, `conclude`. */
export class Negotiation {
  readonly #means: Means
  readonly #subject: Subject
  readonly #signal: AbortSignal
  /** With a wallet. */
  readonly #purse: Purse | undefined
  readonly #effort: Effort = { attempts: 1, waitedMs: 0, solutions: 0 }
  #place: Place
  #showing: Showing | undefined

  constructor(means: Means, subject: Subject) {
    this.#means = means
    this.#subject = subject
    this.#place = subject
    this.#signal = subject.signal ?? new AbortController().signal
    const owner = {
      signal: this.#signal,
      isAuthorizationTaken: subject.isAuthorizationTaken === true,
      tell: (event: NegotiationEvent): void => this.#tell(event),
    }
    this.#purse = means.funds && new Purse(means.funds, owner)
  }

  /**
   * What the first request may already show: a credential of an earlier call that is good for this one.
   * @throws LedgerError
   */
  async credential(): Promise<Credential | undefined> {
    const { passes, settings } = this.#means
    const mayShowWork = settings.allowPlainHttp || !isExposed(this.#place.origin)
    const pass = mayShowWork ? passes.take(this.#place, settings.now()) : undefined
    if (pass !== undefined) this.#showing = { rail: 'pow', text: pass.text, pass }
    else {
      const bought = await this.#purse?.take(this.#place)
      if (bought !== undefined) this.#showing = { rail: 'lightning', bought, isFresh: false }
    }
    if (this.#showing !== undefined) this.#tell({ type: 'reusing', rail: this.#showing.rail })
    return this.#shown()
  }

  /**
   * Does what a refusal asks for: waits, works or pays, whichever the options prefer and allow.
   * @throws signal.reason when aborted, LedgerError, and what `approveAbove.ask` throws
   */
  async meet(refusal: Refusal): Promise<Step> {
    const showing = this.#showing
    if (this.#mayHaveBeenServed(refusal)) return { kind: 'leave' }
    if (showing === undefined) {
      return isAboutCredentials(refusal) ? { kind: 'leave' } : await this.#goOn(refusal)
    }
    const verdict = verdictOn(showing, refusal)
    if (verdict === 'unconcerned') return { kind: 'leave' }
    if (verdict === 'keep') return await this.#insist(refusal, showing)
    await this.#layAside(showing, verdict)
    return await this.#goOn(refusal)
  }

  /**
   * Ends the use of what was shown: a use that was not needed is there for the next call.
   * @param answer undefined when none came
   */
  async conclude(answer?: Answer): Promise<void> {
    const showing = this.#showing
    this.#showing = undefined
    if (showing === undefined) return
    const note = parseAdmission(answer?.admission)
    if (showing.rail === 'pow') {
      const { pass } = showing
      const isLeft = note !== undefined && !note.way.includes('pow')
      if (pass !== undefined && isLeft) this.#means.passes.giveBack(pass)
      return
    }
    const use = answer === undefined ? { isAccepted: false } : useOf(showing.bought, answer.status, note)
    await this.#writeDown(this.#purse?.putBack(showing.bought, use))
  }

  /** The call goes on at another address, of which nothing is known yet; what was shown must be concluded before. */
  moveTo(place: Place): void {
    this.#place = place
    this.#effort.solutions = 0
  }

  /** Tells that the call ends with a refusal. */
  giveUp(status: number, { reason, message, asked }: Obstacle): GivenUp {
    const why = { reason, message, ...(asked === undefined ? {} : { asked }) }
    this.#tell({ type: 'gaveUp', status, ...why })
    return { kind: 'giveUp', ...why }
  }

  /** Whoever listens must not come between a payment and its being written down. */
  #tell(event: NegotiationEvent): void {
    try {
      this.#subject.onEvent?.(event)
    } catch {
      // Said in the documentation: what it throws is ignored.
    }
  }

  /** The same credential again, when its time has come. */
  async #insist(refusal: Refusal, showing: Showing): Promise<Step> {
    const { status, retryAfterMs } = refusal
    // It may be spent by now, so that a later refusal says nothing about its seller.
    if (status === 503 && showing.rail === 'lightning') this.#showing = { ...showing, isFresh: false }
    const isOurs = status === 402 || status === 409
    const wait = waitWay(
      retryAfterMs ?? (isOurs ? ASK_AGAIN_MS : undefined),
      this.#effort,
      this.#means.settings,
    )
    return await this.#follow(refusal, wait)
  }

  async #layAside(showing: Showing, verdict: 'unsuited' | 'refused'): Promise<void> {
    this.#showing = undefined
    if (showing.rail === 'pow') {
      const { pass } = showing
      if (pass !== undefined && verdict === 'unsuited') this.#means.passes.giveBack(pass)
      else if (pass !== undefined) this.#means.passes.drop(pass)
      return
    }
    await this.#writeDown(
      verdict === 'unsuited'
        ? this.#purse?.passOver(showing.bought)
        : this.#purse?.discard(showing.bought, showing.isFresh),
    )
  }

  /** What became of a credential; where it cannot be written down, the call goes on. */
  async #writeDown(writing: Promise<void> | undefined): Promise<void> {
    try {
      await writing
    } catch (error) {
      this.#tell({ type: 'ledgerFailed', message: messageOf(error) })
    }
  }

  /** A gate of ours says so before it lets anybody in; other servers answer 503 also when they broke down in the middle. */
  #mayHaveBeenServed({ status, code = '' }: Refusal): boolean {
    return status === 503 && !isProblemCode(code) && this.#subject.isIdempotent !== true
  }

  async #goOn(refusal: Refusal): Promise<Step> {
    if (refusal.status === 401) return await this.#follow(refusal, { kind: 'wait', waitMs: 0 })
    if (refusal.status === 402 && (await this.#findPaid(refusal))) return this.#sendAgain()
    const step = await this.#follow(refusal, await this.#chooseWay(refusal))
    const rails = refusal.otherRails ?? []
    if (step.kind !== 'send' && refusal.status === 402 && rails.length > 0) {
      this.#tell({ type: 'otherRails', status: 402, rails })
    }
    return step
  }

  /** Takes the way; where paying fails, another one. */
  async #follow(refusal: Refusal, first: Way | Obstacle | undefined): Promise<Step> {
    const { status, code } = refusal
    if (first === undefined) return { kind: 'leave' }
    this.#tell({ type: 'challenged', status, ...(code === undefined ? {} : { code }) })
    let way: Way | Obstacle | undefined = first
    while (way !== undefined && way.kind !== 'obstacle') {
      const hindrance = this.#tooMany() ?? (await this.#subject.prepare?.())
      if (hindrance !== undefined) return this.giveUp(status, hindrance)
      const failed = await this.#take(way, refusal)
      if (failed === undefined) return this.#sendAgain()
      if (way.kind !== 'pay') return this.giveUp(status, failed)
      way = await this.#chooseWay(refusal)
    }
    return this.giveUp(status, this.#tooMany() ?? way ?? obstacle('refused', 'No way is left.'))
  }

  async #chooseWay(refusal: Refusal): Promise<Way | Obstacle | undefined> {
    const { settings, speed } = this.#means
    const ways = {
      wait: waitWay(refusal.retryAfterMs, this.#effort, settings),
      work: workWay(refusal, this.#effort, settings, this.#place.origin),
      pay: await this.#purse?.way(this.#place, refusal),
    }
    return choose(ways, settings.prefer, speed.hashesPerSecond)
  }

  /** @returns what went wrong, or undefined */
  async #take(way: Way, refusal: Refusal): Promise<Obstacle | undefined> {
    switch (way.kind) {
      case 'wait':
        if (way.waitMs > 0) this.#tell({ type: 'waiting', waitMs: way.waitMs })
        await sleep(way.waitMs, this.#signal)
        this.#effort.waitedMs += way.waitMs
        return undefined
      case 'work':
        return await this.#work(way.offer, refusal)
      case 'pay':
        return await this.#buy(way.quote, refusal)
    }
  }

  async #work(
    offer: Extract<Way, { kind: 'work' }>['offer'],
    { resource }: Refusal,
  ): Promise<Obstacle | undefined> {
    const { settings, speed, passes } = this.#means
    const context = { signal: this.#signal, tell: (event: NegotiationEvent): void => this.#tell(event) }
    const text = await workOn(offer, settings.work ?? {}, speed, context)
    if (typeof text !== 'string') return text
    this.#effort.solutions += 1
    const pass = passes.keep(offer, text, { ...this.#place, resource })
    this.#showing = { rail: 'pow', text, pass }
    return undefined
  }

  async #buy(quote: Quote, refusal: Refusal): Promise<Obstacle | undefined> {
    const bought = await this.#purse?.buy(quote, this.#place, refusal)
    if (bought === undefined || 'reason' in bought) return bought
    this.#showing = { rail: 'lightning', bought, isFresh: true }
    return undefined
  }

  /** Paid before: by another call, or by one that died in the middle. */
  async #findPaid(refusal: Refusal): Promise<boolean> {
    if (this.#purse === undefined || this.#tooMany() !== undefined) return false
    if ((await this.#subject.prepare?.()) !== undefined) return false
    const kept = await this.#purse.take(this.#place, refusal)
    const bought = kept ?? (await this.#purse.resume(this.#place, refusal))
    if (bought === undefined) return false
    this.#showing = { rail: 'lightning', bought, isFresh: false }
    if (kept !== undefined) this.#tell({ type: 'reusing', rail: 'lightning' })
    return true
  }

  #shown(): Credential | undefined {
    const showing = this.#showing
    if (showing === undefined) return undefined
    return showing.rail === 'pow' ? { rail: 'pow', text: showing.text } : credentialOf(showing.bought)
  }

  #tooMany(): Obstacle | undefined {
    const { attempts } = this.#effort
    if (attempts < this.#means.settings.maxAttempts) return undefined
    return obstacle('attempts', `${attempts} requests were sent; maxAttempts allows no more.`)
  }

  #sendAgain(): Step {
    this.#effort.attempts += 1
    return { kind: 'send', credential: this.#shown() }
  }
}

/** Such an answer to a call that showed none is about something else. */
function isAboutCredentials({ status }: Refusal): boolean {
  return status === 401 || status === 409
}
