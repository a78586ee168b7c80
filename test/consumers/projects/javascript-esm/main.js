import { createFetch } from '@turnpike/client'
import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import express from 'express'
import { once } from 'node:events'

const app = express()
const { protect, endpoints } = turnpike({ name: 'consumer', secret: 'a secret of the consumer, long enough' })
app.use(endpoints())
app.get('/paid', protect(pow(3)), (request, response) => response.json({ way: request.turnpike.way }))

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}/paid`
const refused = await fetch(url)
const admitted = await createFetch()(url)
console.log(JSON.stringify({ statuses: [refused.status, admitted.status], body: await admitted.json() }))
server.close()
