import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What may happen to a call of a service over HTTP:
 * - `hang`: it is not passed on, and never answered; `drop`: the connection ends before it is passed on;
 * - `swallow`: it is passed on, and the connection ends before its answer;
 * - `redirect`: to another server, which would learn the credential;
 * - the others answer with what they are called, and pass nothing on.
 */
export type Fault =
  'hang' | 'drop' | 'swallow' | 'redirect' | 'status401' | 'status500' | 'notJson' | 'emptyObject' | 'huge'

/** A proxy on loopback between a client and the service that it believes to call. */
export interface FaultProxy {
  readonly url: string
  /** Calls that were passed on, as `POST /path`. */
  readonly passedOn: readonly string[]
  /** Header fields that arrived at the other server, to which `redirect` leads. */
  readonly ledAway: readonly Readonly<Record<string, unknown>>[]
  /** From now on, or for so many calls, calls fail in this way. A `path` leaves the others alone. */
  fail(fault: Fault, limits?: { readonly times?: number; readonly path?: RegExp }): void
  /** Changes the text of every answer from now on. */
  edit(change: (answer: string) => string): void
  /** From now on all goes well. */
  heal(): void
  close(): Promise<void>
}

interface Trouble {
  readonly fault: Fault
  readonly path: RegExp
  times: number
}

const HUGE_BYTES = 1024 * 1024

/** @param target the service's address, such as `http://127.0.0.1:9740`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const passedOn: string[] = []
  const ledAway: Record<string, unknown>[] = []
  let trouble: Trouble | undefined
  let change: ((answer: string) => string) | undefined

  const away = createServer((request, response) => {
    ledAway.push(request.headers)
    response.end('{}')
  })
  const awayUrl = await listen(away)
  const takeFault = (path: string): Fault | undefined => {
    if (trouble === undefined || trouble.times <= 0 || !trouble.path.test(path)) return undefined
    trouble.times -= 1
    return trouble.fault
  }
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const fault = takeFault(path)
    if (fault !== undefined && fault !== 'swallow') return misbehave(fault, response, `${awayUrl}${path}`)
    passedOn.push(`${request.method} ${path}`)
    passOn(new URL(path, target), request, response, fault === 'swallow' ? 'swallow' : change)
  })
  return {
    url: await listen(server),
    passedOn,
    ledAway,
    fail: (fault, { times = Infinity, path = /^/ } = {}) => {
      trouble = { fault, times, path }
    },
    edit: (next) => {
      change = next
    },
    heal: () => {
      trouble = undefined
      change = undefined
    },
    close: async () => {
      for (const one of [server, away]) {
        one.closeAllConnections()
        await new Promise((resolve) => one.close(resolve))
      }
    },
  }
}

function misbehave(fault: Exclude<Fault, 'swallow'>, response: ServerResponse, elsewhere: string): void {
  const answer = (status: number, body: string, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
  switch (fault) {
    case 'hang':
      return
    case 'drop':
      return void response.destroy()
    case 'redirect':
      return answer(307, '{}', { location: elsewhere })
    case 'status401':
      return answer(401, '{"detail":"no"}')
    case 'status500':
      return answer(500, 'out of order')
    case 'notJson':
      return answer(200, '<html>welcome</html>')
    case 'emptyObject':
      return answer(200, '{}')
    case 'huge':
      return answer(200, JSON.stringify({ filler: 'x'.repeat(HUGE_BYTES) }))
    default:
      return fault satisfies never
  }
}

function passOn(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  after: 'swallow' | ((answer: string) => string) | undefined,
): void {
  const onward = httpRequest(
    target,
    { method: request.method, headers: request.headers, agent: false },
    (answer) => {
      if (after === 'swallow') return void answer.resume().on('end', () => response.destroy())
      const head = { 'content-type': answer.headers['content-type'] ?? 'application/json' }
      response.writeHead(answer.statusCode ?? 502, head)
      if (after === undefined) return void answer.pipe(response)
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => response.end(after(Buffer.concat(parts).toString('utf8'))))
    },
  )
  onward.on('error', () => response.destroy())
  response.on('close', () => {
    if (after !== 'swallow') onward.destroy()
  })
  request.pipe(onward)
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
