import type { Express } from 'express'
import { once } from 'node:events'

/** A server of the story. */
export interface Listening {
  readonly url: string
  close(): Promise<void>
}

/** Listens on this machine alone, on a free port. */
export async function listen(app: Express, end?: () => Promise<void>): Promise<Listening> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/issues`,
    async close() {
      server.close()
      server.closeAllConnections()
      await end?.()
    },
  }
}
