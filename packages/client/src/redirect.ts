import { POW_SOLUTION_HEADER } from '@turnpike/protocol'
import { mayHaveBody } from './body.ts'
import { settingsOf } from './replay.ts'

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

function headersFor(url: string, request: Request): Headers {
  const headers = new Headers(request.headers)
  headers.delete(POW_SOLUTION_HEADER)
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
  const url = URL.canParse(location, request.url) ? new URL(location, request.url).href : ''
  if (!/^https?:/.test(url)) return undefined
  if (!becomesGet(response.status, request.method)) {
    return mayHaveBody(request) ? undefined : moveRequest(request, url)
  }
  const headers = headersFor(url, request)
  for (const name of ABOUT_THE_BODY) headers.delete(name)
  return new Request(url, { ...settingsOf(request), headers, method: 'GET' })
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
