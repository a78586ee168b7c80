import { apiKey, type LightningBackend, type Windows } from '@turnpike/core'
import { anyOf, memoryStore, pow, sats, turnpike } from '@turnpike/express'
import express from 'express'
import { randomBytes } from 'node:crypto'
import type { Directory } from './accounts.ts'
import { listen, type Listening } from './listening.ts'

/** How much everybody may do. */
export interface Sizes {
  /** The person at the browser. */
  readonly human: Windows
  /** Each agent, for nothing: a burst, and the long run. */
  readonly agent: Windows
  /** All agents of an account together, however admitted: where a loop that got out of hand ends. */
  readonly agents: Windows
  /** Everything of an account, the browser included. Above `human` and `agents` together, so that no agent can fill it. */
  readonly account: Windows
  /** Callers without a name, by address. */
  readonly anonymous: Windows
}

/** Those of the story. */
export const SIZES = {
  human: '60/1m',
  agent: ['20/3s', '60/1m'],
  agents: '120/1m',
  account: '200/1m',
  anonymous: '10/1m',
} as const satisfies Sizes

/** As it is with Turnpike: each program of an account has a bucket of its own, and what flows over is sold. */
export async function startOwnBuckets(
  directory: Directory,
  lightning: LightningBackend,
  sizes: Sizes = SIZES,
): Promise<Listening> {
  const { gate, protect, ceiling, endpoints } = turnpike({
    name: 'own-buckets',
    // In production: a secret and a store that outlive the process.
    secret: randomBytes(32).toString('base64url'),
    store: memoryStore(),
    lightning,
    // Who shows a key is a program, whatever else it shows, and whatever it says in User-Agent.
    identities: [apiKey({ keys: directory.apiKeys })],
    caller(view, [identity]) {
      if (identity !== undefined) return undefined
      const owner = directory.ownerOfSession(view.header('cookie'))
      return owner === undefined ? undefined : { class: 'human', id: owner, subject: owner }
    },
  })
  const app = express()
  app.use(endpoints(), ceiling(sizes.account, { name: 'account', subjectCeiling: sizes.account }))
  const gated = protect(anyOf(pow(4), sats(2)), {
    name: 'issues',
    free: sizes.anonymous,
    classes: {
      // People neither compute nor pay for a page: theirs is a plain limit.
      human: { free: sizes.human, require: false },
      agent: { free: sizes.agent, subjectCeiling: sizes.agents },
    },
  })
  app.get('/issues', gated, (request, response) => {
    response.json({ issues: 3, class: request.turnpike?.caller.class })
  })
  return await listen(app, async () => await gate.close())
}
