import { withDeadline } from '../deadline.ts'
import { causeOf, messageOf } from '../failure.ts'
import { parseStatus, type StatusDocument } from './status-document.ts'
import type { TopRequest } from './request.ts'

/** One look at a status endpoint: what it says, as sent and as understood. */
export interface Look {
  readonly text: string
  readonly status: StatusDocument
}

const PATIENCE_MS = 10_000
/** 200 policies with all that there is of each are some 200 kB. */
const MAX_BYTES = 4 * 2 ** 20

/** @throws Error that says what is there instead of a status */
export async function lookAt({ url, headers }: TopRequest, signal: AbortSignal): Promise<Look> {
  return await withDeadline(signal, PATIENCE_MS, async (until) => {
    const response = await ask(url, headers, until)
    const text = await readText(response)
    const status = parseStatus(text)
    if (status !== undefined) return { text, status }
    throw new Error(`${url.href} serves no status of a gate, of version 1. See docs/observability.md.`)
  })
}

/** Redirects are not followed: another place is not to be shown the credential. */
async function ask(url: URL, headers: TopRequest['headers'], signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    const reason = causeOf(error) ?? error
    throw signal.aborted ? reason : new Error(`${url.origin} could not be asked: ${messageOf(reason)}`)
  })
  if (response.ok) return response
  await response.body?.cancel()
  const hint = HINTS[response.status] ?? ''
  throw new Error(`${url.href} answered ${response.status}.${hint}`)
}

const NOT_LET_IN = ' It lets nobody in without a credential: TURNPIKE_STATUS_HEADER, or -H @file.'
const HINTS: Readonly<Record<number, string>> = { 401: NOT_LET_IN, 403: NOT_LET_IN }

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`${response.url} sends more than ${MAX_BYTES} bytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
