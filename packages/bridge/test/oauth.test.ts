import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CALL, end, INITIALIZE, open, rawBridge } from './raw-bridge.ts'
import { openTalkingServer, type TalkingServer } from './servers/talking-server.ts'

describe('a bridge to a server that wants OAuth', () => {
  let talking: TalkingServer
  let login: Server
  let issuer = ''
  const asked: string[] = []
  beforeAll(async () => {
    talking = await openTalkingServer()
    login = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''} ${body}`.trim())
        const answer = request.url?.startsWith('/.well-known')
          ? metadata(issuer)
          : { access_token: 'granted', token_type: 'Bearer', expires_in: 300 }
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => {
      login.once('listening', resolve)
    })
    issuer = `http://127.0.0.1:${(login.address() as AddressInfo).port}`
    talking.intercept = (request, response) => {
      if (request.url?.startsWith('/.well-known/oauth-protected-resource') === true) {
        const resource = { resource: talking.url, authorization_servers: [issuer] }
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(resource))
        return true
      }
      if (request.headers.authorization === 'Bearer granted') return false
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
      return true
    }
  })
  afterAll(async () => {
    await talking.close()
    login.closeAllConnections()
    login.close()
  })

  const credentials = { TURNPIKE_OAUTH_CLIENT_ID: 'me', TURNPIKE_OAUTH_CLIENT_SECRET: 's3cret' }

  test('signs in with the credentials of its environment', async () => {
    const bridge = await open([talking.url], { ...credentials, TURNPIKE_OAUTH_ISSUER: issuer })
    bridge.send(CALL)
    expect((await bridge.next(({ id }) => id === 7)).result?.content[0]?.text).toBe('x')
    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`
    expect(asked.find((line) => line.startsWith('POST'))).toContain(`${basic} grant_type=client_credentials`)
    await end(bridge)
  })

  test('shows them to no other authorization server than the one named (R35)', async () => {
    asked.length = 0
    const bridge = rawBridge([talking.url], {
      ...credentials,
      TURNPIKE_OAUTH_ISSUER: 'https://login.example',
    })
    bridge.send(INITIALIZE)
    const { error } = await bridge.next(({ id }) => id === 'init')
    expect(error).toBeDefined()
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([])
    await end(bridge)
    expect(bridge.stdout() + bridge.stderr()).not.toContain('s3cret')
  })
})

function metadata(issuer: string): object {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${issuer}/authorize`,
    response_types_supported: ['code'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
  }
}
