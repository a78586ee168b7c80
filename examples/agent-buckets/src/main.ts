/** `npm start -w examples/agent-buckets`: a person and three agents of one account, before one bucket and before one each. */
import type { FetchOptions } from '@turnpike/client'
import { createRegtestNetwork } from '@turnpike/regtest'
import { type Account, createAccount, createDirectory } from './accounts.ts'
import { createAgent, createBrowser } from './callers.ts'
import { startOneBucket } from './one-bucket.ts'
import { startOwnBuckets } from './own-buckets.ts'
import { reportOf } from './report.ts'
import { type Cast, play } from './story.ts'

// Real Lightning, play money.
const network = await createRegtestNetwork({ balanceSats: 1000 })

/** The agents, and how each goes on once its bucket is empty: they differ in what they have. */
const AGENTS: ReadonlyMap<string, FetchOptions> = new Map([
  ['reviewer', { solve: false, prefer: 'wait', maxWaitMs: 10_000 }],
  ['triager', { prefer: 'work', maxWaitMs: 10_000 }],
  ['fixer', { solve: false, wallet: network.wallet, prefer: 'pay', maxWaitMs: 10_000 }],
])
const account = createAccount('ada', [...AGENTS.keys()])
const directory = createDirectory([account])
const oneBucket = await startOneBucket(directory)
const ownBuckets = await startOwnBuckets(directory, network.backend)

try {
  console.log('Ada has a browser open, and three agents at work. All of them are her account.\n')
  const before = await play(oneBucket.url, castOf(account))
  const after = await play(ownBuckets.url, castOf(account))
  console.log(reportOf(before, after))
} finally {
  await Promise.all([oneBucket.close(), ownBuckets.close()])
  await network.close()
}

function castOf({ keys, ...owner }: Account): Cast {
  return {
    browser: createBrowser({ keys, ...owner }),
    agents: [...keys].map(([name, key]) => createAgent(key, AGENTS.get(name) ?? {})),
  }
}
