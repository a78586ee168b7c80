import type { Credential } from './credential.ts'
import { publicUrl } from './events.ts'
import type { Negotiation } from './negotiation.ts'
import type { Negotiator } from './negotiator.ts'
import { obstacle, type Obstacle } from './obstacle.ts'
import type { Settings } from './fetch-options.ts'
import { moveRequest, requestAfterRedirect } from './redirect.ts'
import { createReplay } from './replay.ts'
import type { Replay } from './replay.ts'
import type { Answer, Place } from './subject.ts'

/** One call of the user's, and what it is about by now. */
export interface Call {
  readonly settings: Settings
  readonly negotiation: Negotiation
  request: Request
  replay: Replay
  /** The answer that is being met. */
  refused: Response | undefined
  /** The caller's own: in Node 20 that of a request is collected with it, and so is what follows it. */
  readonly signal: AbortSignal | undefined
}

/** Methods that may be sent again whatever became of the first time (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** A call whose first request is about to be sent. */
export function startCall(
  request: Request,
  signal: AbortSignal | undefined,
  settings: Settings,
  negotiator: Negotiator,
): Call {
  const negotiation = negotiator.open({
    ...placeOf(request),
    ...(signal === undefined ? {} : { signal }),
    isIdempotent: IDEMPOTENT.has(request.method),
    isAuthorizationTaken: request.headers.has('authorization'),
    prepare: async () => await makeRepeatable(call),
    onEvent: (event) => settings.onEvent({ ...event, url: publicUrl(call.request.url) }),
  })
  const replay = createReplay(request, settings.maxBodyBytes)
  const call: Call = { settings, negotiation, request, replay, refused: undefined, signal }
  return call
}

/** Sends the request for the first time, with a credential that is left from an earlier call. */
export async function sendFirst(call: Call): Promise<Response> {
  const { negotiation, replay, settings } = call
  const credential = await negotiation.credential()
  if (credential === undefined) return await settings.fetch(replay.first)
  if (await replay.isPossible()) return await send(call, credential)
  // A body too large to be kept is sent as it comes, and cannot be sent twice.
  await negotiation.conclude()
  return await settings.fetch(replay.first)
}

/** Sends the request again and drops the refusal. */
export async function sendAgain(call: Call, refused: Response, credential?: Credential): Promise<Response> {
  drop(refused)
  return await send(call, credential)
}

/** Frees the connection. Nobody waits for it: cancelling must neither hold up nor fail the call. */
export function drop(response: Response): void {
  response.body?.cancel().catch(() => {})
}

/** What an answer says about the credential that was shown. */
export function answerOf({ status, headers, type }: Response): Answer {
  // A browser hides redirects: their status is 0 there, and nobody is told what became of the credential.
  if (type === 'opaqueredirect') return { status: 302 }
  return { status, admission: headers.get('turnpike-admission') ?? undefined }
}

async function send(call: Call, credential: Credential | undefined): Promise<Response> {
  const response = await call.settings.fetch(await call.replay.again(credential))
  return credential === undefined ? response : await followWithout(call, response)
}

/**
 * Makes sure that the refused request can be sent once more. Where `fetch` was redirected, the request is from now on
 * about the address that refused: it made the challenge, and asking the first one again would lead away with it.
 */
async function makeRepeatable(call: Call): Promise<Obstacle | undefined> {
  const { refused, request, replay } = call
  if (refused?.redirected === true && refused.url !== request.url) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const message = `A redirected ${request.method} is not sent again: the first address may have acted on it.`
      return obstacle('redirected', message)
    }
    moveTo(call, moveRequest(request, refused.url))
  }
  if (await replay.isPossible()) return undefined
  return obstacle(
    'body_too_large',
    'The body is larger than maxBodyBytes, so it was not kept to be sent again.',
  )
}

/** Follows a redirect of a request that carried a credential, without it, if the caller wants redirects followed. */
async function followWithout(call: Call, response: Response): Promise<Response> {
  const { request, settings, negotiation } = call
  const isHidden = response.type === 'opaqueredirect'
  const leads =
    isHidden || (response.status >= 300 && response.status < 400 && response.headers.has('location'))
  if (!leads || request.redirect === 'manual') return response
  await negotiation.conclude(answerOf(response))
  if (request.redirect === 'error') throw new TypeError('fetch failed: redirected, and redirect is "error"')
  const next = requestAfterRedirect(response, request)
  if (next === undefined) {
    const message = isHidden
      ? 'The browser hides where to.'
      : 'It leads nowhere, or would need the body again.'
    negotiation.giveUp(response.status, obstacle('redirected', message))
    return response
  }
  drop(response)
  moveTo(call, next)
  negotiation.moveTo(placeOf(next))
  return await settings.fetch(call.replay.first)
}

/** A new address is a new request: what was solved or bought for the old one says nothing about it. */
function moveTo(call: Call, request: Request): void {
  call.request = new Request(request, { signal: call.signal ?? null })
  call.replay = createReplay(call.request, call.settings.maxBodyBytes)
}

/** HEAD counts as GET, as it does for gates; a query may hold a key, and sets no other price with most. */
export function placeOf({ method, url }: Pick<Request, 'method' | 'url'>): Place {
  const { origin, pathname } = new URL(url)
  return { origin, request: `${method === 'HEAD' ? 'GET' : method} ${pathname}` }
}
