import { POW_SOLUTION_HEADER } from '@turnpike/protocol'
import { mayHaveBody, readBody } from './body.ts'

/** A request that may have to be sent more than once. */
export interface Replay {
  /** To be sent first; only once. */
  readonly first: Request
  /**
   * The same again; with a `solution` it does not follow redirects, which would carry it to whatever origin they name.
   */
  again(solution?: string): Promise<Request>
  /** False when the body was too large to be kept: then there is no sending it again. */
  isPossible(): Promise<boolean>
}

/** Keeps a copy of the body, up to `maxBodyBytes`, while the first request is on its way. */
export function createReplay(request: Request, maxBodyBytes: number): Replay {
  const kept = mayHaveBody(request) ? readBody(request.clone(), maxBodyBytes) : undefined
  // A body that breaks fails the request itself; here it must only not go unheard.
  kept?.catch(() => {})
  return {
    first: request,
    isPossible: async () => kept === undefined || (await kept) !== undefined,
    async again(solution) {
      const body = await kept
      const headers = new Headers(request.headers)
      if (solution !== undefined) headers.set(POW_SOLUTION_HEADER, solution)
      return new Request(request.url, {
        ...settingsOf(request),
        headers,
        ...(body === undefined ? {} : { body }),
        ...(solution !== undefined ? { redirect: 'manual' } : {}),
      })
    },
  }
}

/** All that a request says besides its address, headers and body; a browser refuses `mode: 'navigate'` here. */
export function settingsOf(request: Request): RequestInit {
  const { method, signal, redirect, credentials, cache, integrity, keepalive, mode } = request
  const { referrer, referrerPolicy } = request
  const settings = { method, signal, redirect, credentials, cache, integrity, keepalive }
  return { ...settings, referrer, referrerPolicy, ...(mode === 'navigate' ? {} : { mode }) }
}
