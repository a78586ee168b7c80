import { L402_HEADER, POW_SOLUTION_HEADER } from '@turnpike/protocol'
import { mayHaveBody } from './body.ts'

/** Names that `fetch` drops when a redirect leads to another origin (Fetch standard, HTTP-redirect fetch). */
const FOR_THIS_ORIGIN_ONLY = ['authorization', 'proxy-authorization', 'cookie', 'host']
const ABOUT_THE_BODY = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
]

/** The same request to another address; what was meant for the first origin only stays behind. */
export function moveRequest(request: Request, url: string): Request {
  return new Request(url, { ...settingsOf(request), headers: headersFor(url, request) })
}

/** All that a request says besides its address, headers and body; a browser refuses `mode: 'navigate'` here. */
function settingsOf(request: Request): RequestInit {
  const { method, signal, redirect, credentials, cache, integrity, keepalive, mode } = request
  const { referrer, referrerPolicy } = request
  const settings = { method, signal, redirect, credentials, cache, integrity, keepalive }
  return { ...settings, referrer, referrerPolicy, ...(mode === 'navigate' ? {} : { mode }) }
}

function headersFor(url: string, request: Request): Headers {
  const headers = new Headers(request.headers)
  headers.delete(POW_SOLUTION_HEADER)
  headers.delete(L402_HEADER)
  if (new URL(url).origin === new URL(request.url).origin) return headers
  for (const name of FOR_THIS_ORIGIN_ONLY) headers.delete(name)
  return headers
}

/**
 * The request that a redirect leads to, by the rules of `fetch`. A solution does not come along: it was for the one
 * request that it was sent with.
 * @param request what was redirected; its `redirect` setting is what the caller asked for
 * @returns undefined if the answer is no redirect, leads nowhere, or would need the body once more
 */
export function requestAfterRedirect(response: Response, request: Request): Request | undefined {
  const location = response.headers.get('location')
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const url = placeIn(location, request.url)
  if (url === undefined) return undefined
  if (!becomesGet(response.status, request.method)) {
    return mayHaveBody(request) ? undefined : moveRequest(request, url)
  }
  const headers = headersFor(url, request)
  for (const name of ABOUT_THE_BODY) headers.delete(name)
  return new Request(url, { ...settingsOf(request), headers, method: 'GET' })
}

/** Other protocols, and addresses that hold a name or a password, are no places to go. */
function placeIn(location: string, base: string): string | undefined {
  if (!URL.canParse(location, base)) return undefined
  const { protocol, username, password, href } = new URL(location, base)
  return /^https?:$/.test(protocol) && username + password === '' ? href : undefined
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
