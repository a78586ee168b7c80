import { mayHaveBody, readBody } from './body.ts'
import { present, type Credential } from './credential.ts'

/** A request that may have to be sent more than once. */
export interface Replay {
  /** To be sent first; only once. */
  readonly first: Request
  /**
   * The same again; with a credential it does not follow redirects, which would carry it to whatever origin they name.
   */
  again(credential?: Credential): Promise<Request>
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
    async again(credential) {
      const body = await kept
      const headers = new Headers(request.headers)
      if (credential !== undefined) present(headers, credential)
      // Made from the request itself, and so with what runtimes add to it, such as the proxy of Node's `dispatcher`.
      return new Request(request, {
        headers,
        ...(body === undefined ? {} : { body }),
        ...(credential === undefined ? {} : { redirect: 'manual' }),
      })
    },
  }
}
