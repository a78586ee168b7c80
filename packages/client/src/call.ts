import { publicUrl } from './events.ts'
import type { ClientEvent, GiveUpReason } from './events.ts'
import type { Settings } from './options.ts'
import { moveRequest, requestAfterRedirect } from './redirect.ts'
import { createReplay } from './replay.ts'
import type { Replay } from './replay.ts'

/** One call of the user's: what it is about by now, and what it has cost so far. */
export interface Call {
  readonly settings: Settings
  request: Request
  replay: Replay
  attempts: number
  waitedMs: number
  solutions: number
}

/** Why a refusal cannot be met, and what to do about it. */
export interface Obstacle {
  readonly reason: GiveUpReason
  readonly message: string
}

/** A call whose first request is about to be sent. */
export function startCall(request: Request, settings: Settings): Call {
  const replay = createReplay(request, settings.maxBodyBytes)
  return { settings, request, replay, attempts: 1, waitedMs: 0, solutions: 0 }
}

/** An event without its address. */
type Told<Event = ClientEvent> = Event extends ClientEvent ? Omit<Event, 'url'> : never

/** Reports an event of this call. */
export function tell(call: Call, event: Told): void {
  call.settings.onEvent({ ...event, url: publicUrl(call.request.url) })
}

/**
 * Makes sure that the refused request can be sent once more. Where `fetch` was redirected, the request is from now on
 * about the address that refused: it made the challenge, and asking the first one again would lead away with it.
 */
export async function makeRepeatable(call: Call, response: Response): Promise<Obstacle | undefined> {
  if (response.redirected) {
    if (call.request.method !== 'GET' && call.request.method !== 'HEAD') {
      const message = `A redirected ${call.request.method} is not sent again: the first address may have acted on it.`
      return { reason: 'redirected', message }
    }
    moveTo(call, moveRequest(call.request, response.url))
  }
  if (await call.replay.isPossible()) return undefined
  const message = 'The body is larger than maxBodyBytes, so it was not kept to be sent again.'
  return { reason: 'body_too_large', message }
}

/** Sends the request again, with `solution` if there is one, and drops the refusal. */
export async function sendAgain(call: Call, refused: Response, solution?: string): Promise<Response> {
  // Frees the connection. Nobody waits for it: cancelling must neither hold up nor fail the call.
  refused.body?.cancel().catch(() => {})
  call.attempts += 1
  const request = await call.replay.again(solution)
  if (solution === undefined) return await call.settings.fetch(request)
  call.solutions += 1
  return await followWithout(call, await call.settings.fetch(request))
}

/** Follows a redirect of a request that carried a solution, without the solution, if the caller wants them followed. */
async function followWithout(call: Call, response: Response): Promise<Response> {
  const { request, settings } = call
  const isHidden = response.type === 'opaqueredirect'
  const leads =
    isHidden || (response.status >= 300 && response.status < 400 && response.headers.has('location'))
  if (!leads || request.redirect === 'manual') return response
  if (request.redirect === 'error') throw new TypeError('fetch failed: redirected, and redirect is "error"')
  const next = requestAfterRedirect(response, request)
  if (next === undefined) {
    const message = isHidden
      ? 'The browser hides where to.'
      : 'It leads nowhere, or would need the body again.'
    tell(call, { type: 'gaveUp', status: response.status, reason: 'redirected', message })
    return response
  }
  moveTo(call, next)
  return await settings.fetch(call.replay.first)
}

/** A new address is a new request: what was solved for the old one says nothing about it. */
function moveTo(call: Call, request: Request): void {
  call.solutions = 0
  call.request = request
  call.replay = createReplay(request, call.settings.maxBodyBytes)
}
