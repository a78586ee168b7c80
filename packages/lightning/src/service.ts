import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from './deadline.ts'
import { BrokenConnection, exchange, type RawReply } from './exchange.ts'
import { LightningError } from './lightning-error.ts'
import { quote, textIn } from './reply.ts'
import { DEFAULT_TIMEOUT_MS, type ServiceOptions } from './service-options.ts'
import { pinTo } from './tls-pin.ts'

/** One call of a service's API. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST'
  /** Joined to the path of the service's url. */
  readonly path: string
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Longest that it takes, a second attempt included, in ms. Default: that of the service. */
  readonly timeoutMs?: number
  /**
   * `repeatable` calls are made once more when the connection breaks before an answer, and share connections. Payments
   * are not repeatable: each has a connection of its own, so that none dies of an old one.
   */
  readonly repeatable: boolean
  /** `line`: the answer is its first line, and the connection is closed after it. For calls that stream. */
  readonly until?: 'line' | 'end'
}

/** What the service answered, whatever the status, except what no status can mean. */
export interface ServiceReply {
  readonly status: number
  /** The JSON that was answered; undefined when it is none. */
  readonly body: unknown
  /** The service's own words, short and without secrets. */
  readonly words: string
}

/** A service over HTTP, with its credential. */
export interface Service {
  /**
   * @throws LightningError `lightning_unreachable` when nothing was sent; `lightning_denied`, `lightning_timeout`,
   * `lightning_failed`, `lightning_reply_invalid`.
   */
  call(call: ServiceCall): Promise<ServiceReply>
  /** As `call`, for calls where any status but success is a failure. @returns the JSON. */
  ask(call: ServiceCall): Promise<unknown>
  close(): void
}

const REPEAT_AFTER_MS = 100

/**
 * node:http rather than `fetch`: only it can pin a certificate without another package. It follows no redirects, so
 * that the credential goes nowhere else.
 *
 * @param owner - the function that was called with the options, for messages.
 * @param credential - header fields of every call.
 * @param denies - tells from the JSON of an error that the credential was refused, where the status does not.
 */
export function createService(
  owner: string,
  options: ServiceOptions,
  credential: Readonly<Record<string, string>>,
  denies: (body: unknown) => boolean = () => false,
): Service {
  const base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`)
  const secure = base.protocol === 'https:'
  const trust = options.tls === undefined ? {} : pinTo(owner, options.tls)
  const agentOf = (keepAlive: boolean): HttpAgent =>
    secure ? new HttpsAgent({ keepAlive, ...trust }) : new HttpAgent({ keepAlive })
  const shared = agentOf(true)
  const single = agentOf(false)

  const send = async (call: ServiceCall, signal: AbortSignal): Promise<ServiceReply> => {
    const { headers, body } = encoded(call)
    const request = (secure ? httpsRequest : httpRequest)(new URL(call.path.replace(/^\//, ''), base), {
      method: call.method,
      agent: call.repeatable ? shared : single,
      headers: { ...headers, ...credential, accept: 'application/json' },
      signal,
    })
    const raw = await exchange(owner, request, { body, secure, signal, until: call.until ?? 'end' })
    return checkReply(owner, raw, denies)
  }
  const attempt = async (asked: ServiceCall, signal: AbortSignal): Promise<ServiceReply> => {
    try {
      return await send(asked, signal)
    } catch (error) {
      if (!asked.repeatable || !(error instanceof BrokenConnection)) throw error
      await sleep(REPEAT_AFTER_MS, undefined, { signal }).catch(() => {
        throw error
      })
      return await send(asked, signal)
    }
  }
  const call = async (asked: ServiceCall): Promise<ServiceReply> => {
    const limitMs = asked.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    return await withDeadline(limitMs, asked.signal, async (signal) => await attempt(asked, signal))
  }
  return {
    call,
    ask: async (asked) => {
      const reply = await call(asked)
      const succeeded = reply.status >= 200 && reply.status < 300
      if (succeeded && typeof reply.body === 'object' && reply.body !== null) return reply.body
      throw succeeded
        ? new LightningError('lightning_reply_invalid', `${owner}: the answer is not a JSON object`)
        : new LightningError('lightning_failed', `${owner}: status ${reply.status}: ${reply.words}`)
    },
    close: () => {
      shared.destroy()
      single.destroy()
    },
  }
}

function encoded({ json, form }: ServiceCall): { headers: Record<string, string>; body: string } {
  if (json !== undefined) {
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
  }
  if (form === undefined) return { headers: {}, body: '' }
  const body = new URLSearchParams(form).toString()
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }
}

function checkReply(
  owner: string,
  { status, text }: RawReply,
  denies: (body: unknown) => boolean,
): ServiceReply {
  const body = parsed(text)
  const words = quote(
    textIn(body, 'message') ?? textIn(body, 'detail') ?? textIn(body, 'error') ?? body ?? text,
  )
  if (status === 401 || status === 403 || (status >= 400 && denies(body))) {
    throw new LightningError(
      'lightning_denied',
      `${owner}: the credential is refused (status ${status}): ${words}`,
    )
  }
  if (status >= 300 && status < 400) {
    throw new LightningError(
      'lightning_reply_invalid',
      `${owner}: status ${status}: redirects are not followed, because the credential would go along. Set the url ` +
        'to where the service is',
    )
  }
  return { status, body, words }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
