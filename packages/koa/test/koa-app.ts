import { turnpike } from '@turnpike/koa'
import { createRawHttp, type RawClient } from '@turnpike/testkit'
import type Koa from 'koa'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Both majors that the adapter serves, by name. */
export const KOA_MAJORS: readonly (readonly [string, typeof Koa])[] = [
  ['Koa 3', require('koa')],
  ['Koa 2', require('koa2')],
]

/** A gate that says nothing, with the codes of its warnings. */
export function quietGate() {
  const made = turnpike({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })
  const warnings: string[] = []
  made.gate.on('warning', ({ code }) => warnings.push(code))
  return { ...made, warnings }
}

/** A Koa application, whatever its state and context. */
export type Served = Pick<Koa, 'listen'>

/** Serves an application for as long as `ask` takes. */
export async function asking<T>(app: Served, ask: (client: RawClient) => Promise<T>): Promise<T> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = createRawHttp(`http://127.0.0.1:${port}`)
  try {
    return await ask(client)
  } finally {
    client.close()
    server.close()
  }
}
