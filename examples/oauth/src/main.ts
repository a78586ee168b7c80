/** `npm start -w examples/oauth`: an API that takes access tokens or work, and headless programs that call it. */
import { createFetch } from '@turnpike/client'
import { serveApi } from './api.ts'
import { startAuthorizationServer } from './authorization-server.ts'
import { callWithProof, createProofs, discover, tokenFor } from './client.ts'
import { printedFetch } from './exchange.ts'
import { listen } from './listening.ts'

const print = (line: string): void => console.log(line)
const send = printedFetch(print)

const api = await listen()
const authorization = await startAuthorizationServer(api.url)
const gate = serveApi(api, authorization.url)
const url = `${api.url}/search`
const account = authorization.client

try {
  print(`An API at ${url}: an access token, or pow(4).`)

  print('\n1. Somebody without anything is told both.')
  await send(url)

  print('\n2. An agent without an account works.')
  await createFetch({ fetch: send })(url)

  print('\n3. A program with an account gets a token where the metadata says, and shows it.')
  const server = await discover(api.url)
  const token = await tokenFor(api.url, server, account)
  await send(url, { headers: { authorization: `Bearer ${token}` } })

  print('\n4. The same with a token that is bound to its key (DPoP): nobody else can use it.')
  const proofs = await createProofs()
  const bound = await tokenFor(api.url, server, account, proofs)
  await callWithProof(url, bound, proofs, send)

  print('\n5. A thief of that token has no key.')
  await send(url, { headers: { authorization: `Bearer ${bound}` } })

  print('\nIn, three times.')
} finally {
  api.close()
  authorization.close()
  await gate.close()
}
