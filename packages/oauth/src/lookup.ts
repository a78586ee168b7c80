/** Longest answer that is read, in bytes: the key set of a large issuer has some 20 kB. */
const LONGEST_ANSWER = 262_144
/** How long a host that has just failed is not asked again. */
const REST_MS = 1000
/** Questions to one address under way; more of them are not asked: a flood of tokens must not become one of ours. */
const MOST_AT_ONCE = 64

/** The other side could not be asked, or what it answered is of no use. Says nothing about any token. */
export class LookupFailed extends Error {
  override readonly name = 'LookupFailed'
}

/** What jose and oauth4webapi hand to `fetch`. */
export interface LookupInit {
  readonly method: string
  readonly headers: Headers | Record<string, string>
  readonly body?: RequestInit['body'] | undefined
}

/** As `fetch`, as far as they use it. */
export type Lookup = (url: string, init: LookupInit) => Promise<Response>

/**
 * `fetch` for questions to an issuer: no redirects, a deadline over all of it, a bounded answer, few questions at once, and
 * some rest for an address that failed.
 */
export function createLookup(timeoutMs: number, now: () => number): Lookup {
  const restsUntilMs = new Map<string, number>()
  const underWay = new Map<string, number>()
  return async (url, init) => {
    if (now() < (restsUntilMs.get(url) ?? 0)) throw new LookupFailed('it failed a moment ago')
    const asked = underWay.get(url) ?? 0
    if (asked >= MOST_AT_ONCE) throw new LookupFailed('too many questions at once')
    underWay.set(url, asked + 1)
    try {
      return await ask(url, init, timeoutMs)
    } catch (error) {
      restsUntilMs.set(url, now() + REST_MS)
      throw error instanceof LookupFailed ? error : new LookupFailed('it cannot be reached', { cause: error })
    } finally {
      underWay.set(url, (underWay.get(url) ?? 1) - 1)
    }
  }
}

async function ask(url: string, init: LookupInit, timeoutMs: number): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs)
  const { method, headers: fields, body = null } = init
  const response = await fetch(url, { method, headers: fields, body, redirect: 'manual', signal })
  if (response.status >= 500 || response.status === 429) {
    await response.body?.cancel()
    throw new LookupFailed(`it answered with status ${response.status}`)
  }
  const { status, headers } = response
  return new Response(await read(response), { status, headers })
}

async function read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  for await (const part of body ?? []) {
    length += part.length
    if (length > LONGEST_ANSWER) throw new LookupFailed(`it answered with more than ${LONGEST_ANSWER} bytes`)
    parts.push(part)
  }
  const whole = new Uint8Array(length)
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}
