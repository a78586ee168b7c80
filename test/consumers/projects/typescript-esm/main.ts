import { createFetch, type ClientEvent } from '@turnpike/client'
import { pow, type Way } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import express from 'express'
import { once } from 'node:events'

const app = express()
const { protect, endpoints } = turnpike({ name: 'consumer', secret: 'a secret of the consumer, long enough' })
app.use(endpoints())
app.get('/paid', protect(pow(3), { name: 'paid' }), (request, response) => {
  const way: Way | undefined = request.turnpike?.way
  response.json({ way })
})

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/paid`
const events: ClientEvent['type'][] = []
const gatedFetch: typeof fetch = createFetch({ onEvent: ({ type }) => events.push(type) })
const refused = await fetch(url)
const admitted = await gatedFetch(url)
const body: unknown = await admitted.json()
console.log(JSON.stringify({ statuses: [refused.status, admitted.status], body, events }))
server.close()
