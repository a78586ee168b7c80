import type { ClientRequest, IncomingMessage } from 'node:http'
import { LightningError } from './lightning-error.ts'
import { textIn } from './reply.ts'

/** Beyond it no answer of these services goes. */
const LARGEST_REPLY_BYTES = 256 * 1024

/** Status and text of an answer, as they came. */
export interface RawReply {
  readonly status: number
  readonly text: string
}

/** What is sent, and when the answer is complete: with its first line, or with its end. */
export interface ExchangeTerms {
  readonly body: string
  readonly secure: boolean
  readonly until: 'line' | 'end'
  readonly signal: AbortSignal
}

/**
 * Sends a request and receives its answer. What happens to the connection after that does not matter.
 *
 * @param owner - for messages.
 * @throws LightningError `lightning_unreachable` when nothing was sent, `lightning_timeout`, `lightning_reply_invalid`;
 * BrokenConnection.
 */
export async function exchange(
  owner: string,
  request: ClientRequest,
  terms: ExchangeTerms,
): Promise<RawReply> {
  let connected = false
  request.on('socket', (socket) => {
    if (request.reusedSocket) connected = true
    else socket.once(terms.secure ? 'secureConnect' : 'connect', () => (connected = true))
  })
  try {
    return await new Promise<RawReply>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', (response) => {
        collect(owner, response, terms.until).then(resolve, reject)
      })
      request.end(terms.body)
    })
  } catch (error) {
    throw error instanceof LightningError ? error : failureOf(owner, error, { ...terms, connected })
  }
}

async function collect(owner: string, response: IncomingMessage, until: 'line' | 'end'): Promise<RawReply> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early closes the connection.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > LARGEST_REPLY_BYTES) {
      const problem = `the answer has more than ${LARGEST_REPLY_BYTES} bytes`
      throw new LightningError('lightning_reply_invalid', `${owner}: ${problem}`)
    }
    if (until === 'line' && chunk.includes(0x0a)) break
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return { status: response.statusCode ?? 0, text: until === 'line' ? (text.split('\n', 1)[0] ?? '') : text }
}

interface FailedExchange {
  readonly signal: AbortSignal
  readonly connected: boolean
}

function failureOf(owner: string, error: unknown, { signal, connected }: FailedExchange): LightningError {
  if (!connected) {
    const why = signal.aborted ? 'no connection in time' : (textIn(error, 'code') ?? 'no connection')
    return new LightningError('lightning_unreachable', `${owner}: ${why}`, { cause: error })
  }
  return signal.aborted
    ? new LightningError('lightning_timeout', `${owner}: no answer in time`, { cause: error })
    : new BrokenConnection(owner, error)
}

/** The connection ended before the answer did: the one failure after which repeatable calls are made again. */
export class BrokenConnection extends LightningError {
  constructor(owner: string, cause: unknown) {
    super('lightning_failed', `${owner}: the connection broke before the answer`, { cause })
  }
}
