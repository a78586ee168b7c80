/** A ledger in a file, for Node: outlives the process, and is shared by all processes that name the same file. */

import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { lock } from 'proper-lockfile'
import { formatBook, parseBook } from './book-json.ts'
import { EMPTY_BOOK, type Book } from './book.ts'
import { LedgerError } from './ledger-error.ts'
import type { Ledger, Turn } from './ledger.ts'

/** A lock whose holder died is taken over after this; holders renew it. */
const STALE_MS = 5000
/** Longer than it takes to see that a holder has died. */
const RETRIES = { retries: 200, factor: 1.3, minTimeout: 5, maxTimeout: 100, randomize: true }

/**
 * Keeps the book in `path`, which it makes, with its folder, where it is missing. The file holds preimages: it is
 * readable by its owner alone. It is replaced whole, after the new text has reached the disk, so a crash leaves either
 * the old text or the new one. Beside it, `path.lock` is a folder while somebody writes.
 *
 * All processes must run on one machine.
 *
 * @example
 * createFetch({ wallet, budget: { perDaySats: 500 }, ledger: fileLedger(`${homedir()}/.turnpike/ledger.json`) })
 */
export function fileLedger(path: string): Ledger {
  const file = new LedgerFile(resolve(path))
  const me = nameOf(hostname(), process.pid, Date.now() / 1000 - process.uptime())
  return {
    process: me,
    isGone: (other) => isGone(other, me),
    read: async () => await file.read(),
    update: async (turn) => await file.update(turn),
  }
}

const nameOf = (host: string, pid: number, startedAtSeconds: number): string =>
  `${encodeURIComponent(host)}:${pid}:${Math.round(startedAtSeconds)}`

/** Asks the system. About processes of other machines and containers nothing is known. */
function isGone(other: string, me: string): boolean {
  const [host, pid, startedAt] = other.split(':')
  const [myHost, myPid, iStartedAt] = me.split(':')
  if (host !== myHost) return false
  // Whoever had our process id earlier has ended: the first process of a container always has the same.
  if (pid === myPid) return Math.abs(Number(startedAt) - Number(iStartedAt)) > 2
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return isCode(error, 'ESRCH')
  }
}

/** What was read last, and by what one sees that it is still so. */
interface Copy {
  readonly mark: string
  readonly book: Book
}

class LedgerFile {
  readonly #path: string
  #copy: Copy | undefined
  /** Turns of this process wait for each other here, not at the lock. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** Without the lock: the file is never changed, only replaced. */
  async read(): Promise<Book> {
    const mark = await this.#mark()
    if (mark === undefined) return EMPTY_BOOK
    if (this.#copy?.mark === mark) return this.#copy.book
    const book = this.#parse(await readText(this.#path))
    this.#copy = { mark, book }
    return book
  }

  async update<T>(turn: (book: Book) => Turn<T>): Promise<T> {
    const mine = this.#last.then(async () => await this.#takeTurn(turn))
    this.#last = mine.catch(() => undefined)
    return await mine
  }

  async #takeTurn<T>(turn: (book: Book) => Turn<T>): Promise<T> {
    const path = await this.#prepare()
    const holding: Holding = { isLost: false, untilMs: Infinity }
    const release = await takeLock(path, holding)
    try {
      const before = await readText(path)
      const old = this.#parse(before)
      const { book, result } = turn(old)
      if (book !== old) await replaceFile(path, formatBook(book), () => isHolding(holding))
      return result
    } finally {
      await release().catch(() => undefined)
    }
  }

  #parse(text: string | undefined): Book {
    if (text === undefined) return EMPTY_BOOK
    const book = parseBook(text)
    if (book !== undefined) return book
    const message = `${this.#path} is no ledger, or one of a later release; it was left as it is. Move it away to begin a new one`
    throw new LedgerError('ledger_unreadable', message)
  }

  /** Follows a link, so that all who share the file share one lock. */
  async #prepare(): Promise<string> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      return await placeOf(this.#path)
    } catch (error) {
      throw unwritable(this.#path, error)
    }
  }

  async #mark(): Promise<string | undefined> {
    try {
      const { ino, size, mtimeNs } = await stat(this.#path, { bigint: true })
      return `${ino} ${size} ${mtimeNs}`
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw unreadable(this.#path, error)
    }
  }
}

/** A lock that we took, as far as we know. */
interface Holding {
  isLost: boolean
  untilMs: number
}

/** A process that was stopped for long may have lost its lock without hearing of it yet. */
function isHolding({ isLost, untilMs }: Holding): boolean {
  return !isLost && Date.now() < untilMs
}

async function takeLock(path: string, holding: Holding): Promise<() => Promise<void>> {
  const onCompromised = (): void => {
    holding.isLost = true
  }
  try {
    const release = await lock(path, { realpath: false, stale: STALE_MS, retries: RETRIES, onCompromised })
    holding.untilMs = Date.now() + STALE_MS - 1000
    return release
  } catch (error) {
    if (!isCode(error, 'ELOCKED')) throw unwritable(path, error)
    const message = `${path} stayed locked by other processes; if there are none, remove the folder ${path}.lock`
    throw new LedgerError('ledger_busy', message, { cause: error })
  }
}

/** Where the file is, or will be: a link may be there before it. */
async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
  const target = await readlink(path).catch(() => undefined)
  if (target !== undefined) return await placeOf(resolve(dirname(path), target))
  return join(await realpath(dirname(path)), basename(path))
}

/** @returns undefined where there is no file */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unreadable(path, error)
  }
}

/** Writes beside the file, waits for the disk, and puts the new file in the old one's place. */
async function replaceFile(path: string, text: string, mayStill: () => boolean): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}.tmp`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    // What was read may be old otherwise.
    if (!mayStill()) throw new Error('the lock was lost')
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw unwritable(path, error)
  }
}

/** Makes the renaming last. Some systems cannot open folders; they have no need to. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

function unreadable(path: string, cause: unknown): LedgerError {
  return new LedgerError('ledger_unreadable', `${path} cannot be read: ${String(cause)}`, { cause })
}

function unwritable(path: string, cause: unknown): LedgerError {
  return new LedgerError('ledger_unwritable', `${path} cannot be written: ${String(cause)}`, { cause })
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}
