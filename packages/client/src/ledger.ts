import { EMPTY_BOOK, type Book } from './book.ts'
import type { IsHeld } from './purchase.ts'
import { randomName } from './random-name.ts'

/** What a turn leaves in the book, and what it found out. */
export interface Turn<T> {
  readonly book: Book
  readonly result: T
}

/**
 * Keeps the book of a wallet. Implementations give every turn the whole book to itself, also among processes, and have
 * it written down for good before `update` resolves: a payment is made only after that (R35).
 */
export interface Ledger {
  /** Names this process among all that share the book. */
  readonly process: string
  /** Has the process of that name certainly ended? What it was doing may then be taken over at once. */
  isGone(process: string): boolean
  /** The book as it stands. @throws LedgerError */
  read(): Promise<Book>
  /** `turn` is pure and quick; when it throws, the book stays as it is. @throws LedgerError */
  update<T>(turn: (book: Book) => Turn<T>): Promise<T>
}

/** A ledger that ends with the process: budgets start anew with it, and what was paid and not yet used is lost. */
export function memoryLedger(): Ledger {
  let book = EMPTY_BOOK
  return {
    process: randomName(),
    isGone: () => false,
    read: async () => await Promise.resolve(book),
    async update(turn) {
      const done = turn(book)
      book = done.book
      return await Promise.resolve(done.result)
    },
  }
}

/** Which holds are in force: those that have not run out, of processes that have not ended. */
export function isHeldIn(ledger: Ledger, nowMs: number): IsHeld {
  return (hold) => nowMs < hold.untilMs && !ledger.isGone(hold.process)
}
