import type { PaymentEvent } from './purchase.ts'
import type { DecidedEvent, GateEvent } from './events.ts'
import { LastMinute } from './last-minute.ts'
import type { PolicyStatus } from './status.ts'

/** What a policy did, counted. */
export type PolicyEvent = Exclude<
  Extract<GateEvent, { readonly policy: string }>,
  DecidedEvent | { readonly type: 'overlap' }
>

/** The counts of one policy. */
export class PolicyTally {
  readonly #policy: string
  readonly #admitted = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  readonly #observed = new Map<string, number>()
  readonly #endings = new Map<string, number>()
  readonly #claims = new Map<string, number>()
  readonly #meters = new Map<string, number>()
  readonly #payments = new Map<string, number>()
  readonly #recent = { admitted: new LastMinute(), refused: new LastMinute(), observed: new LastMinute() }
  #resumed = 0
  #issued = 0
  #inFlight = 0
  #receivedMsat = 0
  #earnedMsat = 0

  constructor(policy: string) {
    this.#policy = policy
  }

  /** @param nowMs - milliseconds since 1970 */
  count(event: PolicyEvent, nowMs: number): void {
    switch (event.type) {
      case 'admitted':
        this.#inFlight += 1
        increment(this.#admitted, event.way)
        return this.#recent.admitted.add(nowMs)
      case 'refused':
        increment(this.#refused, event.code)
        return this.#recent.refused.add(nowMs)
      case 'observed':
        increment(this.#observed, event.code)
        return this.#recent.observed.add(nowMs)
      case 'resumed':
        this.#inFlight += 1
        this.#resumed += 1
        return
      case 'issued':
        this.#issued += 1
        return
      case 'ended':
        // Calls that began before the counting did end as well.
        this.#inFlight = Math.max(0, this.#inFlight - 1)
        increment(this.#endings, event.ending)
        if (event.claims !== 'none') increment(this.#claims, event.claims)
        return
      case 'metered':
        return increment(this.#meters, event.meter, event.units)
      case 'payment':
        return this.#enter(event)
    }
  }

  status(nowMs: number): PolicyStatus {
    const { admitted, refused, observed } = this.#recent
    return {
      policy: this.#policy,
      admitted: Object.fromEntries(this.#admitted),
      refused: Object.fromEntries(this.#refused),
      observed: Object.fromEntries(this.#observed),
      resumed: this.#resumed,
      issued: this.#issued,
      inFlight: this.#inFlight,
      endings: Object.fromEntries(this.#endings),
      claims: Object.fromEntries(this.#claims),
      meters: Object.fromEntries(this.#meters),
      payments: Object.fromEntries(this.#payments),
      sats: { received: this.#receivedMsat / 1000, earned: this.#earnedMsat / 1000 },
      lastMinute: {
        admitted: admitted.sum(nowMs),
        refused: refused.sum(nowMs),
        observed: observed.sum(nowMs),
      },
    }
  }

  #enter({ movement, amountMsat = 0, uses = 1 }: PaymentEvent): void {
    increment(this.#payments, movement)
    if (movement === 'settled') this.#receivedMsat += amountMsat
    if (movement === 'kept') this.#earnedMsat += amountMsat / uses
  }
}

function increment(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}
