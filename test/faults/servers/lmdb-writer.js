/** Claims one solution after the other, a few at a time, until it is killed. Tells its parent what was acknowledged. */
import { lmdbStore } from '@turnpike/lmdb'
import { randomUUID } from 'node:crypto'

const [, , path = '', sync = ''] = process.argv
const store = lmdbStore(path, { sync: sync === 'always' ? 'always' : 'everySecond' })
const window = { holder: 'caller', id: 'app:free:200', limit: 100, windowMs: 200, cost: 1 }

for (;;) {
  const answers = await Promise.all(Array.from({ length: 8 }, claimOne))
  process.send?.({
    spent: answers.map(({ credential }) => credential),
    admittedMs: answers.flatMap(({ admittedMs }) => admittedMs ?? []),
  })
}

/** The window's turn comes with every claim; a claim beside a full window is admitted by the second way. */
async function claimOne() {
  const credential = randomUUID()
  const expiresAtMs = Date.now() + 600_000
  /** @type {import('@turnpike/core').ClaimTake} */
  const claim = {
    credential,
    shard: 0,
    claimId: credential,
    uses: 1,
    expiresAtMs,
    leaseMs: 30_000,
    lapse: 'keep',
    settled: true,
  }
  const outcome = await store.admit({
    shard: 0,
    common: [],
    ways: [
      { windows: [window], claims: [claim] },
      { windows: [], claims: [claim] },
    ],
    otherwise: [],
  })
  if (outcome.outcome !== 'admitted') throw new Error(`a new solution was ${outcome.outcome}`)
  return { credential, admittedMs: outcome.way === 0 ? outcome.atMs : undefined }
}
