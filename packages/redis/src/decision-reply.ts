import type { AdmitOutcome, ClaimOutcome, WayRefusal, WindowState } from '@turnpike/core'
import type { Shape, WayShape } from './shape.ts'

/** What the script says of one decision. `failed`: the server would not, for a reason of its own. */
export type DecisionReply = AdmitOutcome | { readonly outcome: 'failed'; readonly message: string }

/** As the script numbers them. */
const CLAIM_OUTCOMES: readonly ClaimOutcome[] = [
  'claimed',
  'spent',
  'inFlight',
  'exhausted',
  'expired',
  'lost',
  'unsettled',
]
const [ADMITTED, REFUSED, LATE, FULL, CORRUPT, TAKEN] = [1, 2, 3, 4, 5, 7]

/** Reads the packed reply to a batch, decision by decision, in the order in which they were sent. */
export class ReplyReader {
  /** The server's time, ms since 1970. */
  readonly serverMs: number
  readonly #bytes: Buffer
  #at = 6

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.serverMs = bytes.readUIntLE(0, 6)
  }

  next(shape: Shape): DecisionReply {
    switch (this.#byte()) {
      case TAKEN:
        return this.#taken(shape)
      case ADMITTED:
        return this.#admitted(shape)
      case REFUSED:
        return this.#refused(shape)
      case LATE:
        return { outcome: 'late' }
      case FULL:
        return { outcome: 'full' }
      case CORRUPT:
        return { outcome: 'corrupt' }
      default:
        return { outcome: 'failed', message: this.#text(this.#byte()) }
    }
  }

  /** The short answer of the short way: the first way, now, and all units are back after a whole window. */
  #taken({ common, ways: [way] }: Shape): AdmitOutcome {
    return {
      outcome: 'admitted',
      atMs: this.serverMs,
      way: 0,
      common: this.#takenStates(way?.common ?? common),
      windows: this.#takenStates(way?.windows ?? NOTHING),
      usesLeft: this.#list(way?.claims ?? 0, () => this.#uint32()),
    }
  }

  #admitted(shape: Shape): AdmitOutcome {
    const way = this.#byte()
    const atMs = this.serverMs + this.#int32()
    const taken = shape.ways[way]
    return {
      outcome: 'admitted',
      atMs,
      way,
      common: this.#openStates(taken?.common ?? shape.common),
      windows: this.#openStates(taken?.windows ?? NOTHING),
      usesLeft: this.#list(taken?.claims ?? 0, () => this.#uint32()),
    }
  }

  #refused(shape: Shape): AdmitOutcome {
    const isExplained = this.#byte() === 1
    const atMs = this.serverMs + this.#int32()
    const common = this.#states(shape.common)
    if (!isExplained) return { outcome: 'refused', atMs, common, ways: [], otherwise: [] }
    const ways = shape.ways.map((way) => this.#way(way))
    return { outcome: 'refused', atMs, common, ways, otherwise: this.#states(shape.otherwise) }
  }

  #way({ common, windows, claims }: WayShape): WayRefusal {
    const counted = common === undefined ? {} : { common: this.#states(common) }
    return {
      ...counted,
      windows: this.#states(windows),
      claims: this.#list(claims, () => this.#claimOutcome()),
    }
  }

  #claimOutcome(): ClaimOutcome {
    return CLAIM_OUTCOMES[this.#byte()] ?? 'spent'
  }

  #takenStates(lengths: readonly number[]): readonly WindowState[] {
    return lengths.length === 0 ? NOTHING : lengths.map((fullMs) => this.#takenState(fullMs))
  }

  #takenState(fullMs: number): WindowState {
    return { remaining: this.#uint48(), retryMs: 0, nextMs: this.#int32(), fullMs }
  }

  /** Windows of an admission: nothing to wait for. */
  #openStates({ length }: readonly number[]): readonly WindowState[] {
    return this.#list(length, () => ({
      remaining: this.#uint48(),
      retryMs: 0,
      nextMs: this.#int32(),
      fullMs: this.#int32(),
    }))
  }

  #states({ length }: readonly number[]): readonly WindowState[] {
    return this.#list(length, () => ({
      remaining: this.#uint48(),
      retryMs: this.#int32(),
      nextMs: this.#int32(),
      fullMs: this.#int32(),
    }))
  }

  #list<Item>(count: number, read: () => Item): readonly Item[] {
    if (count === 0) return NOTHING
    const items: Item[] = []
    for (let i = 0; i < count; i += 1) items.push(read())
    return items
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  #int32(): number {
    this.#at += 4
    return this.#bytes.readInt32LE(this.#at - 4)
  }

  #uint32(): number {
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }

  #uint48(): number {
    this.#at += 6
    return this.#bytes.readUIntLE(this.#at - 6, 6)
  }

  #text(length: number): string {
    this.#at += length
    return this.#bytes.toString('latin1', this.#at - length, this.#at)
  }
}

const NOTHING: readonly never[] = Object.freeze([])
