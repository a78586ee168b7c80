import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** A server that listens, and whose answers are still to be given. */
export interface Listening {
  readonly server: Server
  readonly url: string
  close(): void
}

/** On this machine alone, on a free port: its URL is known before what is behind it is made. */
export async function listen(): Promise<Listening> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    server,
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
