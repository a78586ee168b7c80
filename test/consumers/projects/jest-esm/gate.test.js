import { createFetch } from '@turnpike/client'
import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { expect, test } from '@jest/globals'
import express from 'express'
import { once } from 'node:events'

test('a gated route asks for work and takes it', async () => {
  const { protect } = turnpike({ name: 'consumer', secret: 'a secret of the consumer, long enough' })
  const app = express().get('/paid', protect(pow(3)), (request, response) =>
    response.json(request.turnpike.way),
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}/paid`
  const refused = await fetch(url)
  const admitted = await createFetch()(url)
  expect([refused.status, admitted.status, await admitted.json()]).toEqual([402, 200, 'pow'])
  server.close()
})
