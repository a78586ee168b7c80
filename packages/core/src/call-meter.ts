import { TurnpikeError } from './errors.ts'
import type { MeterBank, MeterCharge, MeterDraw } from './meter-bank.ts'
import type { WindowAdjustment, WindowTake } from './store.ts'

/**
 * What one call uses of one meter (R33). The reservation covers the first units; where more is used, more is charged as the
 * call goes on, by the size of the estimate, so that a stream costs few trips to the store. The end makes it exact: what
 * was charged and not used is given back.
 *
 * Only a report makes a difference: a call that says nothing has used its estimate.
 */
export class CallMeter {
  readonly name: string
  readonly #draw: MeterDraw
  readonly #bank: MeterBank
  readonly #controllers = new Set<AbortController>()
  /** The newest charge. Never is more than that unused: it was made because everything before it was used up. */
  #last: MeterCharge | undefined
  #covered: number
  #left: number
  #used = 0
  #isReported = false
  #isEnded = false
  #isGone = false
  #running: Promise<void> | undefined

  /** @param reserved - undefined where the store knows of no reservation: it was down, or the call was held before */
  constructor(draw: MeterDraw, bank: MeterBank, reserved: MeterCharge | undefined) {
    this.name = draw.name
    this.#draw = draw
    this.#bank = bank
    this.#last = reserved
    this.#covered = reserved?.units ?? 0
    this.#left = reserved?.left ?? Number.POSITIVE_INFINITY
    if (draw.isSoldOver === true) this.#left = Number.POSITIVE_INFINITY
  }

  /** Units that the call may still use, as far as the store has said; infinite where it has not, or nothing holds the call. */
  get remaining(): number {
    return Math.max(0, this.#left + this.#covered - this.#used)
  }

  /** Units that the call has come to: what was reported, else what was reserved. */
  get spent(): number {
    return this.#isReported ? this.#used : this.#covered
  }

  use(units: number): void {
    this.#isReported = true
    this.#used += units
    void this.#catchUp()
  }

  /** Aborts `controller` when the budget is gone, at once if it is. */
  watch(controller: AbortController): void {
    if (this.#isGone) controller.abort(exhausted(this.name))
    else this.#controllers.add(controller)
  }

  /** The handler has ended. What it reports later is settled as it comes. */
  end(): Promise<void> | undefined {
    this.#isEnded = true
    return this.#catchUp()
  }

  /** The handler never began: nothing was used but what somebody says (R31). */
  undo(): Promise<void> | undefined {
    this.#isReported = true
    return this.end()
  }

  #catchUp(): Promise<void> | undefined {
    if (this.#running !== undefined || !this.#isBehind()) return this.#running
    this.#running = this.#bank.track(this.#settle())
    return this.#running
  }

  #isBehind(): boolean {
    return this.#used > this.#covered || (this.#isEnded && this.#isReported && this.#used < this.#covered)
  }

  /** Reports may come while the store is asked. */
  async #settle(): Promise<void> {
    try {
      let isDone = true
      while (isDone && this.#isBehind()) {
        if (this.#used < this.#covered) await this.#refund()
        else isDone = await this.#charge()
      }
    } finally {
      this.#running = undefined
    }
  }

  /** @returns whether there is a point in going on: it worked, or what failed was not meant for good */
  async #charge(): Promise<boolean> {
    const isLast = this.#isEnded
    const isCharged = isLast ? await this.#chargeRest() : await this.#chargeMore()
    // By what the store has just said; where it is down, by what it said last.
    if (this.remaining === 0) this.#exhaust()
    return isCharged || isLast !== this.#isEnded
  }

  /** While the call runs: as many estimates as it takes; what is missing alone, where they do not fit. */
  async #chargeMore(): Promise<boolean> {
    const draw = this.#draw
    const missing = this.#used - this.#covered
    const ahead = Math.ceil(missing / draw.units) * draw.units
    const charge =
      draw.isSoldOver === true
        ? await this.#bank.force(draw, ahead)
        : ((await this.#bank.take(draw, ahead)) ?? (await this.#bank.force(draw, missing)))
    return this.#enter(charge)
  }

  async #chargeRest(): Promise<boolean> {
    const missing = this.#used - this.#covered
    return this.#enter(await this.#bank.insist(this.#draw, missing))
  }

  /** @returns whether anything was charged; the store may be down */
  #enter(charge: MeterCharge | undefined): boolean {
    if (charge === undefined) return false
    this.#last = charge
    this.#covered += charge.units
    if (this.#draw.isSoldOver !== true) this.#left = charge.left
    return true
  }

  /** What has left its window by now is back anyway. */
  async #refund(): Promise<void> {
    const units = this.#covered - this.#used
    const atMs = this.#last?.atMs
    this.#covered = this.#used
    if (atMs === undefined) return
    await this.#bank.refund(this.#draw.takes.map((take) => refundOf(this.#draw, take, { atMs, units })))
  }

  #exhaust(): void {
    this.#isGone = true
    for (const controller of this.#controllers) controller.abort(exhausted(this.name))
    this.#controllers.clear()
  }
}

/** What gives units back to one window. */
function refundOf(
  { shard }: Pick<MeterDraw, 'shard'>,
  { holder, id, windowMs, limit }: WindowTake,
  { atMs, units }: Pick<MeterCharge, 'atMs' | 'units'>,
): WindowAdjustment {
  return { shard, holder, id, windowMs, limit, atMs, units: -units }
}

function exhausted(name: string): TurnpikeError {
  return new TurnpikeError('meter_spent', `the budget of '${name}' is used up; stop what the call still does`)
}
