import { createFetch } from '@turnpike/client'
import { pow, type Way } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import express from 'express'

const app = express()
const { protect, endpoints } = turnpike({ name: 'consumer', secret: 'a secret of the consumer, long enough' })
app.use(endpoints())
app.get('/paid', protect(pow(3), { name: 'paid' }), (request, response) => {
  const way: Way | undefined = request.turnpike?.way
  response.json({ way, compiledTo: typeof require === 'function' ? 'commonjs' : 'esm' })
})

const server = app.listen(0, '127.0.0.1', () => void main())

async function main(): Promise<void> {
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/paid`
  const refused = await fetch(url)
  const admitted = await createFetch()(url)
  console.log(JSON.stringify({ statuses: [refused.status, admitted.status], body: await admitted.json() }))
  server.close()
}
