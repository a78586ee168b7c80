/** One operation of a batch. */
export interface Job {
  /** Runs within the transaction. @throws only what must end the whole transaction */
  run(nowMs: number): void
  /** Answers when the transaction is over. @param fault - set when nothing of it was written */
  settle(fault?: unknown): void
}

/** Gathers what is asked in one turn of the event loop into one transaction. */
export interface TurnBatch {
  add(job: Job): void
  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void>
}

/** Bounds how long other processes, and this one's event loop, wait for one transaction. */
const MOST_JOBS = 128

/** @param perform - runs jobs in one transaction; when it throws, nothing of them was written */
export function createTurnBatch(perform: (jobs: readonly Job[]) => void): TurnBatch {
  const waiting: Job[] = []
  let onDrained: (() => void)[] = []

  function runNext(): void {
    const jobs = waiting.splice(0, MOST_JOBS)
    if (waiting.length > 0) setImmediate(runNext)
    settleAll(jobs, perform)
    if (waiting.length > 0) return
    for (const resolve of onDrained) resolve()
    onDrained = []
  }

  return {
    add(job) {
      waiting.push(job)
      if (waiting.length === 1) setImmediate(runNext)
    },
    async drained() {
      if (waiting.length > 0) await new Promise<void>((resolve) => onDrained.push(resolve))
    },
  }
}

function settleAll(jobs: readonly Job[], perform: (jobs: readonly Job[]) => void): void {
  try {
    perform(jobs)
  } catch (fault) {
    for (const job of jobs) job.settle(fault)
    return
  }
  for (const job of jobs) job.settle()
}
