/** What the pages call is there: `api.example` is a gate on loopback, which asks for a little work. */
import { pow, turnpike } from '@turnpike/express'
import express from 'express'
import { createServer } from 'node:http'

const HOST = 'api.example'

/** Turns `fetch` to it. It never keeps the process alive. */
export async function openGatedExample() {
  const { protect } = turnpike({ name: 'example', log: () => undefined })
  const app = express().use(protect(pow(1)), (_request, response) => void response.json({ done: true }))
  const server = createServer(app).listen(0, '127.0.0.1').unref()
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.hostname !== HOST) return await fetch(input, init)
    return await fetch(new Request(`http://127.0.0.1:${port}${url.pathname}${url.search}`, request))
  }
  return server
}
