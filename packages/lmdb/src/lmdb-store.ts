import { adjustWindow } from '@turnpike/core'
import type { AdmitOutcome, AdmitRequest, Store, WayTake, WindowTake } from '@turnpike/core'
import { Ledger } from './ledger.ts'
import type { Changes } from './ledger.ts'
import { checkLmdbOptions } from './options.ts'
import type { LmdbStoreOptions } from './options.ts'
import { CorruptRecord } from './record-codec.ts'
import type { PendingRecord } from './shelf.ts'
import { openStoreFile } from './store-file.ts'
import { createTurnBatch } from './turn-batch.ts'
import type { Job } from './turn-batch.ts'

const NO_CHANGES: Changes = { holders: [], credentials: [], holds: [] }

/**
 * Keeps everything in one file on a local disk: for one machine, shared by all its processes, kept over restarts. Each
 * turn of the event loop is one LMDB transaction, in which no other process can come between; what is answered stands
 * when the process is killed the moment after.
 *
 * @param path - of the file; it and its folder are made if need be, and three small files beside it
 * @example createGate({ name: 'my-api', secret, store: lmdbStore('./turnpike.mdb') })
 * @throws TurnpikeError `option_unknown`, `option_invalid`, `store_unusable`
 */
export function lmdbStore(path: string, options: LmdbStoreOptions = {}): Store {
  const { now, ...settings } = checkLmdbOptions(path, options)
  const file = openStoreFile(path, { ...settings, nowMs: Math.floor(now()) })
  const ledger = new Ledger(file)
  let isClosed = false

  const batch = createTurnBatch((jobs) =>
    file.transact(() => {
      // Within the transaction: the wait for another process may have been long.
      const nowMs = Math.floor(now())
      ledger.open()
      for (const job of jobs) job.run(nowMs)
      ledger.close(nowMs)
    }),
  )

  function perform<Result>(operation: Operation<Result>): Promise<Result> {
    if (isClosed) return Promise.reject(new Error(`the store of '${path}' is closed`))
    return new Promise((resolve, reject) => batch.add(jobOf(ledger, operation, { resolve, reject })))
  }

  /** Every record that was looked at is written again. */
  function change<Result>(work: (nowMs: number) => Result): Promise<Result> {
    return perform({ work, changes: () => ledger.touched() })
  }

  return {
    admit: (request) =>
      perform({
        work: (nowMs) => decide(ledger, request, nowMs),
        changes: (outcome) => changesOf(request, outcome),
      }),
    renew: (refs, leaseMs) => change((nowMs) => ledger.claims.renew(refs, nowMs + leaseMs, nowMs)),
    keep: (ref) => change((nowMs) => ledger.claims.keep(ref, nowMs)),
    giveBack: (ref) => change((nowMs) => ledger.claims.giveBack(ref, nowMs)),
    revoke: (credential, _shard, untilMs) => change(() => ledger.claims.revoke(credential, untilMs)),
    adjust: (adjustments) =>
      change((nowMs) => {
        for (const adjustment of adjustments) adjustWindow(ledger.windows, adjustment, nowMs)
      }),
    hold: (hold) => change((nowMs) => ledger.claims.hold(hold, nowMs)),
    resume: (seal, _shard, leaseMs) => change((nowMs) => ledger.claims.resume(seal, nowMs + leaseMs, nowMs)),
    inspect: (holder) =>
      perform({ work: (nowMs) => ledger.windows.inspect(holder, nowMs), changes: () => NO_CHANGES }),
    reset: (holder) => perform({ work: () => ledger.holders.remove(holder), changes: () => NO_CHANGES }),
    async close() {
      isClosed = true
      await batch.drained()
      await file.close()
    },
  }
}

interface Operation<Result> {
  readonly work: (nowMs: number) => Result
  readonly changes: (result: Result) => Changes
}

interface Answer<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/** One operation apart from the others of its transaction: what spoils it spoils none of them (R14). */
function jobOf<Result>(ledger: Ledger, { work, changes }: Operation<Result>, answer: Answer<Result>): Job {
  let attempt: Attempt<Result> | undefined
  return {
    run(nowMs) {
      ledger.begin()
      attempt = attemptOf(ledger, () => work(nowMs), changes)
      if (attempt.records !== undefined) ledger.write(attempt.records)
    },
    settle(fault) {
      if (fault !== undefined || attempt === undefined) answer.reject(fault)
      else if (attempt.records === undefined) answer.reject(attempt.fault)
      else answer.resolve(attempt.result)
    },
  }
}

/** What came of an operation, and what it has to write; or why nothing did. */
type Attempt<Result> =
  | { readonly result: Result; readonly records: readonly PendingRecord[] }
  | { readonly fault: unknown; readonly records: undefined }

function attemptOf<Result>(
  ledger: Ledger,
  work: () => Result,
  changes: (result: Result) => Changes,
): Attempt<Result> {
  try {
    const result = work()
    return { result, records: ledger.pack(changes(result)) }
  } catch (fault) {
    ledger.undo()
    return { fault, records: undefined }
  }
}

function decide(ledger: Ledger, request: AdmitRequest, nowMs: number): AdmitOutcome {
  if (request.deadlineMs !== undefined && nowMs > request.deadlineMs) return { outcome: 'late' }
  try {
    const outcome = ledger.decisions.decide(request, nowMs)
    if (outcome !== undefined) return outcome
    return (ledger.makeRoom(nowMs) && ledger.decisions.decide(request, nowMs)) || { outcome: 'full' }
  } catch (error) {
    if (error instanceof CorruptRecord) return { outcome: 'corrupt' }
    throw error
  }
}

/** What a decision has changed: takes that were charged, claims that were made. */
function changesOf({ common, ways, otherwise }: AdmitRequest, outcome: AdmitOutcome): Changes {
  const holders: string[] = []
  if (outcome.outcome === 'refused') {
    addCharged(holders, otherwise, (index) => outcome.otherwise[index]?.retryMs === 0)
    return holders.length === 0 ? NO_CHANGES : { ...NO_CHANGES, holders }
  }
  const way = outcome.outcome === 'admitted' ? ways[outcome.way] : undefined
  if (way === undefined) return NO_CHANGES
  addCharged(holders, way.common ?? common)
  addCharged(holders, way.windows)
  return { holders, credentials: credentialsOf(way), holds: [] }
}

function addCharged(
  holders: string[],
  takes: readonly WindowTake[],
  wasTaken: (index: number) => boolean = () => true,
): void {
  for (const [index, { cost, holder }] of takes.entries()) {
    if (cost > 0 && wasTaken(index) && !holders.includes(holder)) holders.push(holder)
  }
}

function credentialsOf({ claims }: WayTake): Iterable<string> {
  return claims.length === 0 ? [] : new Set(claims.map(({ credential }) => credential))
}
