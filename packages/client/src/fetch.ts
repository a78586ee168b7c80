import { formatSolution } from '@turnpike/protocol'
import type { PowOffer } from '@turnpike/protocol'
import { solve, SolverError } from '@turnpike/solver'
import { makeRepeatable, sendAgain, startCall, tell } from './call.ts'
import type { Call, Obstacle } from './call.ts'
import { checkOptions } from './options.ts'
import type { FetchOptions, Settings } from './options.ts'
import { planFor } from './plan.ts'
import { readRefusal } from './refusal.ts'
import { sleep } from './sleep.ts'

/** What this machine does, as far as known. */
interface Speed {
  hashesPerSecond: number
}

/** What plain JavaScript does on a slow machine; replaced by what the first solve shows. */
const ASSUMED_HASHES_PER_SECOND = 1_000_000

/**
 * Makes a `fetch` that gets through a gate: where the answer is 402 with a proof-of-work offer it solves and asks again,
 * and where it says `Retry-After` it waits, both within the limits given. Whatever it cannot or may not meet, it returns
 * as it came, body unread. A solution is sent to the origin that made the challenge, with one request, and is never
 * carried along by a redirect.
 *
 * The function rejects like `fetch`: when the network fails, or with the signal's reason when aborted.
 *
 * @throws TypeError, RangeError for options that cannot be
 * @example
 * const fetch = createFetch({ maxWaitMs: 10_000 })
 * const response = await fetch('https://api.example/search', { signal: AbortSignal.timeout(60_000) })
 */
export function createFetch(options: FetchOptions = {}): typeof fetch {
  const settings = checkOptions(options)
  const speed: Speed = { hashesPerSecond: ASSUMED_HASHES_PER_SECOND }
  return async (input, init) => await runCall(new Request(input, init), settings, speed)
}

async function runCall(request: Request, settings: Settings, speed: Speed): Promise<Response> {
  const call = startCall(request, settings)
  let response = await settings.fetch(call.replay.first)
  for (;;) {
    const next = await meet(call, response, speed)
    if (next === undefined) return response
    response = next
  }
}

/** Does what the refusal asks for and asks again; undefined when `response` is the last word. */
async function meet(call: Call, response: Response, speed: Speed): Promise<Response | undefined> {
  const refusal = await readRefusal(response, Date.now())
  if (refusal === undefined) return undefined
  const { origin } = new URL(response.url === '' ? call.request.url : response.url)
  const plan = planFor(refusal, call, call.settings, { origin, ...speed })
  if (plan.kind === 'leave') return undefined
  tell(call, {
    type: 'challenged',
    status: refusal.status,
    ...(refusal.code === undefined ? {} : { code: refusal.code }),
  })
  if (plan.kind === 'giveUp') return giveUp(call, response, plan)
  const obstacle = await makeRepeatable(call, response)
  if (obstacle !== undefined) return giveUp(call, response, obstacle)
  if (plan.kind === 'wait') {
    await wait(call, plan.waitMs)
    return await sendAgain(call, response)
  }
  const solution = await work(call, plan.offer, speed)
  return typeof solution === 'string'
    ? await sendAgain(call, response, solution)
    : giveUp(call, response, solution)
}

async function wait(call: Call, waitMs: number): Promise<void> {
  tell(call, { type: 'waiting', waitMs })
  await sleep(waitMs, call.request.signal)
  call.waitedMs += waitMs
}

/** The solution as it is sent; or, where the offer asks for more than `maxBits`, why there is none. */
async function work(call: Call, offer: PowOffer, speed: Speed): Promise<string | Obstacle> {
  const { challenge, target, count, expectedHashes } = offer
  const { request, settings } = call
  tell(call, { type: 'solving', expectedHashes, count })
  try {
    const solved = await solve({ ...settings.work, challenge, target, count, signal: request.signal })
    tell(call, { type: 'solved', hashes: solved.hashes, elapsedMs: solved.elapsedMs })
    // Short searches say more about warming up than about speed.
    if (solved.elapsedMs > 50) speed.hashesPerSecond = (solved.hashes * 1000) / solved.elapsedMs
    return formatSolution({ challenge, nonces: solved.nonces })
  } catch (error) {
    if (error instanceof SolverError && error.code === 'too_hard')
      return { reason: 'too_hard', message: error.message }
    throw error
  }
}

function giveUp(call: Call, { status }: Response, { reason, message }: Obstacle): undefined {
  tell(call, { type: 'gaveUp', status, reason, message })
}
