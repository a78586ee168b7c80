/** Claims until long after the disk is full. Prints what was acknowledged. */
import { lmdbStore } from '@turnpike/lmdb'

const [, , path = ''] = process.argv
const store = lmdbStore(path)
/** @type {string[]} */
const admitted = []
let failed = 0

/** @param {string} credential */
async function claim(credential) {
  const claims = [
    {
      credential,
      shard: 0,
      claimId: credential,
      uses: 1,
      expiresAtMs: 4e12,
      leaseMs: 1000,
      lapse: 'keep',
      settled: true,
    },
  ]
  const way = { windows: [], claims: /** @type {import('@turnpike/core').ClaimTake[]} */ (claims) }
  const { outcome } = await store.admit({ shard: 0, common: [], ways: [way], otherwise: [] })
  return outcome
}

for (let i = 0; failed < 200 && i < 50_000; i += 1) {
  const credential = `solution ${i}`
  try {
    if ((await claim(credential)) === 'admitted') admitted.push(credential)
  } catch {
    failed += 1
  }
}
const known = await claim('solution 1').catch(() => 'failed')
console.log(JSON.stringify({ admitted, failed, known }))
