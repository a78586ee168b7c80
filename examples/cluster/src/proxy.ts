import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** A proxy that listens. */
export interface Proxy {
  readonly url: string
  close(): void
}

/** Stands for nginx, Caddy or a cloud's balancer: passes calls on to servers of this machine in turn, and says for whom. */
export async function startProxy(port: number, servers: readonly number[]): Promise<Proxy> {
  let calls = 0
  const proxy = createServer((incoming, answer) => {
    calls += 1
    passOn(servers[calls % servers.length] ?? 0, incoming, answer)
  }).listen(port, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    close: () => {
      proxy.close()
      proxy.closeIdleConnections()
    },
  }
}

function passOn(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method, url: path, headers, socket } = incoming
  // Set, never appended: what the client says of itself must not reach the servers (docs/operations.md).
  const told = { ...headers, 'x-forwarded-for': socket.remoteAddress }
  const onward = request({ host: '127.0.0.1', port, method, path, headers: told }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(answer)
  })
  onward.once('error', () => answer.headersSent || answer.writeHead(502).end('no server answers\n'))
  answer.once('close', () => onward.destroy())
  incoming.pipe(onward)
}
