import { createFetch, type FetchOptions } from '@turnpike/client'
import type { Account } from './accounts.ts'

/** How one call ended: the way it was let in by, or that it was refused. */
export type Fate = 'free' | 'pow' | 'lightning' | 'refused'

/** A refusal as a program sees it. */
export interface Told {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly words: string
}

/** A program of the account that calls a server. */
export interface Program {
  call(url: string): Promise<Fate>
  /** The first refusal of each status that it met. */
  told(): readonly Told[]
}

/** Shows the session that its owner logged in to. */
export function createBrowser({ cookie }: Account): Program {
  return createProgram({ cookie }, (send) => send)
}

/**
 * Shows its key, and goes on as it is told to where it can.
 *
 * @param options - whether it may wait, work and pay: those of `createFetch`
 */
export function createAgent(key: string, options: FetchOptions): Program {
  return createProgram({ 'X-API-Key': key }, (send) => createFetch({ ...options, fetch: send }))
}

function createProgram(
  headers: Readonly<Record<string, string>>,
  equip: (send: typeof fetch) => typeof fetch,
): Program {
  const told = new Map<number, Told>()
  const send = equip(async (input, init) => {
    const response = await fetch(input, init)
    const { ok, status } = response
    if (!ok && !told.has(status)) told.set(status, await readRefusal(response.clone()))
    return response
  })
  return {
    async call(url) {
      const response = await send(url, { headers })
      await response.body?.cancel()
      return response.ok ? wayOf(response) : 'refused'
    },
    told: () => [...told.values()],
  }
}

/** A server without a gate says nothing of it: whom it lets in, it lets in free. */
function wayOf({ headers }: Response): Fate {
  const way = /^\w+/.exec(headers.get('Turnpike-Admission') ?? '')?.[0]
  return way === 'pow' || way === 'lightning' ? way : 'free'
}

async function readRefusal(response: Response): Promise<Told> {
  const text = await response.text()
  return {
    status: response.status,
    retryAfter: response.headers.get('Retry-After') ?? undefined,
    words: response.headers.get('Content-Type')?.includes('json') === true ? detailIn(text) : text,
  }
}

function detailIn(text: string): string {
  const problem: unknown = JSON.parse(text)
  const detail: unknown = typeof problem === 'object' && problem !== null && Reflect.get(problem, 'detail')
  return typeof detail === 'string' ? detail : text
}
