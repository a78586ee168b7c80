import { charge, clampedMs, expire, fits, fullMs, nextMs, retryMs } from './sliding-window.ts'
import type { SlidingWindow } from './sliding-window.ts'
import type { StoreClaims } from './store-claims.ts'
import type { AdmitOutcome, AdmitRequest, WayRefusal, WayTake, WindowState, WindowTake } from './store.ts'
import type { WindowBook } from './window-book.ts'

const NOTHING: readonly never[] = Object.freeze([])
/** Stands where a newcomer found no room; never seen outside, because the outcome is `full` then. */
const UNSEATED: WindowState = { remaining: 0, retryMs: -1, nextMs: 0, fullMs: 0 }

/**
 * Decides requests (R2) on the windows and claims that a store holds out: one logic for every store that decides in its
 * own process. A decision weighs first and charges when all fits. `#seats` is what it has weighed so far, in order, so
 * that two takes of one window are counted together. Decisions are synchronous, hence one set of scratch fields serves
 * them all; lists that are only ever overwritten cost no allocation.
 */
export class StoreDecisions {
  readonly #windows: WindowBook
  readonly #claims: StoreClaims
  readonly #seats: SlidingWindow[] = []
  /** The take for each of `#seats`. */
  readonly #takes: WindowTake[] = []
  /** How many of `#seats` belong to the decision at hand. */
  #seated = 0
  /** Index of the first of them that counts: a way with common windows of its own passes over those of the request. */
  #firstSeat = 0
  #nowMs = 0
  /** `#nowMs`, or the newest event among the windows weighed where the clock has stepped back behind it. */
  #atMs = 0
  #isCrowded = false

  constructor(windows: WindowBook, claims: StoreClaims) {
    this.#windows = windows
    this.#claims = claims
  }

  /** @returns undefined when a newcomer found no room; nothing is taken then. */
  decide(request: AdmitRequest, nowMs: number): AdmitOutcome | undefined {
    this.#nowMs = nowMs
    this.#atMs = nowMs
    this.#isCrowded = false
    const { ways } = request
    const alone = this.#takeAlone(request)
    if (alone !== undefined) return alone
    for (let index = 0; index < ways.length; index += 1) {
      const way = ways[index]
      if (way && this.#isOpen(request, way)) return this.#admit(request, way, index)
    }
    return this.#refuse(request)
  }

  /**
   * Most decisions ask for one window, which is known and not used up: a fifth less work for them. Whatever it leaves
   * undecided is as it was.
   */
  #takeAlone(request: AdmitRequest): AdmitOutcome | undefined {
    const take = loneTake(request)
    if (take === undefined) return undefined
    const window = this.#windows.find(take)
    if (window === undefined) return undefined
    const atMs = clampedMs(window, this.#nowMs)
    expire(window, take.windowMs, atMs)
    if (!fits(window, take)) return undefined
    charge(window, take, atMs)
    const windows = [stateOf(window, take, atMs, 0)]
    return { outcome: 'admitted', atMs, way: 0, common: NOTHING, windows, usesLeft: NOTHING }
  }

  /** Leaves the way's windows in `#seats`, its common ones first. */
  #isOpen(request: AdmitRequest, way: WayTake): boolean {
    if (way.lookOnly === true) return false
    this.#seated = 0
    return (
      this.#seatAll(way.common ?? request.common) &&
      this.#seatAll(way.windows) &&
      (way.claims.length === 0 ||
        this.#claims.weigh(way.claims, this.#nowMs).every((outcome) => outcome === 'claimed'))
    )
  }

  #admit(request: AdmitRequest, way: WayTake, index: number): AdmitOutcome | undefined {
    if (this.#isCrowded || !this.#claims.hasRoom(way.claims)) return undefined
    for (let i = 0; i < this.#seated; i += 1) this.#charge(i)
    const common = way.common ?? request.common
    return {
      outcome: 'admitted',
      atMs: this.#atMs,
      way: index,
      common: this.#states(0, common.length),
      windows: this.#states(common.length, this.#seated),
      usesLeft: way.claims.length === 0 ? NOTHING : this.#claims.take(way.claims, this.#nowMs),
    }
  }

  #refuse(request: AdmitRequest): AdmitOutcome | undefined {
    this.#seated = 0
    const common = this.#look(request.common)
    const commonSeats = this.#seated
    let isCommonOpen = request.ways.length === 0 && common.every(isOpen)
    const ways = request.ways.map((way): WayRefusal => {
      this.#seated = commonSeats
      this.#firstSeat = way.common ? commonSeats : 0
      const counted = way.common ? this.#look(way.common) : common
      isCommonOpen ||= counted.every(isOpen)
      const refusal = {
        windows: this.#look(way.windows),
        claims: this.#claims.weigh(way.claims, this.#nowMs),
      }
      this.#firstSeat = 0
      return way.common ? { ...refusal, common: counted } : refusal
    })
    if (this.#isCrowded) return undefined
    const outcome = 'refused'
    if (!isCommonOpen) return { outcome, atMs: this.#atMs, common, ways: NOTHING, otherwise: NOTHING }
    const otherwise = this.#takeEach(request.otherwise, !isOutOfSlots(request, ways))
    return otherwise && { outcome, atMs: this.#atMs, common, ways, otherwise }
  }

  /** @returns false at the first window that does not fit. */
  #seatAll(takes: readonly WindowTake[]): boolean {
    for (let i = 0; i < takes.length; i += 1) {
      const take = takes[i]
      const window = take && this.#weighable(take)
      if (!window || !fits(window, take, this.#reserved(window))) return false
      this.#seat(window, take)
    }
    return true
  }

  /** Reports how windows stand, with what was seated before them taken for granted. */
  #look(takes: readonly WindowTake[]): readonly WindowState[] {
    return takes.map((take) => {
      const window = this.#weighable(take)
      if (!window) return UNSEATED
      const retry = retryMs(window, take, this.#atMs, this.#reserved(window))
      this.#seat(window, take)
      return stateOf(window, take, this.#atMs, retry)
    })
  }

  /** Takes each window that fits, by itself; none if there is no room for one of the holders, or where they only look. */
  #takeEach(takes: readonly WindowTake[], isTaken: boolean): readonly WindowState[] | undefined {
    if (takes.length === 0) return NOTHING
    this.#seated = 0
    for (const take of takes) {
      const window = this.#weighable(take)
      if (window) this.#seat(window, take)
    }
    if (this.#isCrowded) return undefined
    return takes.map((take, index) => {
      const window = this.#seats[index]
      if (!window) return UNSEATED
      const retry = retryMs(window, take, this.#atMs)
      if (retry === 0 && isTaken) charge(window, take, this.#atMs)
      return stateOf(window, take, this.#atMs, retry)
    })
  }

  /** @returns the window, without what has expired in it; undefined when its holder finds no room. */
  #weighable(take: WindowTake): SlidingWindow | undefined {
    const window = this.#windows.seat(take)
    if (window === undefined) {
      this.#isCrowded = true
      return undefined
    }
    this.#atMs = clampedMs(window, this.#atMs)
    expire(window, take.windowMs, this.#atMs)
    return window
  }

  #seat(window: SlidingWindow, take: WindowTake): void {
    this.#seats[this.#seated] = window
    this.#takes[this.#seated] = take
    this.#seated += 1
  }

  /** Units that takes seated before want from the same window. */
  #reserved(window: SlidingWindow): number {
    let units = 0
    for (let i = this.#firstSeat; i < this.#seated; i += 1) {
      if (this.#seats[i] === window) units += this.#takes[i]?.cost ?? 0
    }
    return units
  }

  #charge(index: number): void {
    const window = this.#seats[index]
    const take = this.#takes[index]
    if (window && take) charge(window, take, this.#atMs)
  }

  #states(from: number, to: number): readonly WindowState[] {
    if (from === to) return NOTHING
    // Of the right size from the start: pushing to an empty list allocates for seventeen.
    const states = Array<WindowState>(to - from)
    for (let i = from; i < to; i += 1) {
      const window = this.#seats[i]
      const take = this.#takes[i]
      if (window && take) states[i - from] = stateOf(window, take, this.#atMs, 0)
    }
    return states
  }
}

/** @returns what the first way takes, if that is one window and nothing else. */
function loneTake({ common, ways }: AdmitRequest): WindowTake | undefined {
  const way = ways[0]
  if (way === undefined || way.lookOnly === true || way.claims.length > 0) return undefined
  return (way.common ?? common).length === 0 && way.windows.length === 1 ? way.windows[0] : undefined
}

function isOutOfSlots({ ways }: AdmitRequest, refusals: readonly WayRefusal[]): boolean {
  return ways.some(({ claims }, way) =>
    claims.some(({ lapse }, index) => lapse === 'free' && refusals[way]?.claims[index] === 'inFlight'),
  )
}

function isOpen(state: WindowState): boolean {
  return state.retryMs === 0
}

function stateOf(window: SlidingWindow, take: WindowTake, atMs: number, retry: number): WindowState {
  return {
    remaining: Math.max(0, take.limit - window.units),
    retryMs: retry,
    nextMs: nextMs(window, take.windowMs, atMs),
    fullMs: fullMs(window, take.windowMs, atMs),
  }
}
