'use strict'
const { createFetch } = require('@turnpike/client')
const { pow } = require('@turnpike/core')
const { turnpike } = require('@turnpike/express')
const express = require('express')

const app = express()
const { protect, endpoints } = turnpike({ name: 'consumer', secret: 'a secret of the consumer, long enough' })
app.use(endpoints())
app.get('/paid', protect(pow(3)), (request, response) => response.json({ way: request.turnpike.way }))

const server = app.listen(0, '127.0.0.1', () => void main())

async function main() {
  const url = `http://127.0.0.1:${server.address().port}/paid`
  const refused = await fetch(url)
  const admitted = await createFetch()(url)
  console.log(JSON.stringify({ statuses: [refused.status, admitted.status], body: await admitted.json() }))
  server.close()
}
