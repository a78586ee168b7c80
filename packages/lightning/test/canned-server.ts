import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call as it arrived. */
export interface CannedCall {
  /** Method and path, with the query. */
  readonly call: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** What is answered: status, and JSON or text. */
export type CannedAnswer = readonly [status: number, body: unknown]

export interface CannedServer {
  readonly url: string
  readonly calls: readonly CannedCall[]
  close(): void
}

/** A server that gives the answers of the documentation, in turn; the last one again and again. */
export async function cannedServer(...answers: readonly CannedAnswer[]): Promise<CannedServer> {
  const calls: CannedCall[] = []
  const server = createServer((request, response) => {
    const [status, body] = answers[Math.min(calls.length, answers.length - 1)] ?? [404, '']
    let text = ''
    const call = { call: `${request.method} ${request.url}`, headers: request.headers }
    const at = calls.push({ ...call, body: '' }) - 1
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      calls[at] = { ...call, body: text }
      response.writeHead(status, { connection: 'close' })
      response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
