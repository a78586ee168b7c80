import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** An issuer whose every answer the test decides: for what no authorization server would do. */
export interface CannedIssuer {
  readonly issuer: string
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  /** Answers by path; a string is sent as it is, an object as JSON. */
  readonly answers: Map<string, RequestListener | object | string>
  close(): void
}

export async function startCannedIssuer(): Promise<CannedIssuer> {
  const asked: string[] = []
  const answers: CannedIssuer['answers'] = new Map()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers.get(path)
    if (typeof answer === 'function') {
      ;(answer as RequestListener)(request, response)
      return
    }
    response.statusCode = answer === undefined ? 404 : 200
    response.setHeader('content-type', 'application/json')
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    issuer: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked,
    answers,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A key pair that signs access tokens. */
export interface SigningKey {
  readonly jwk: JWK
  /** Good for five minutes from now, unless the claims say otherwise. */
  sign(claims: object): Promise<string>
}

export async function createSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: async (claims) =>
      await new SignJWT({ sub: 'p', client_id: 'p', jti: 'x', ...claims })
        .setProtectedHeader({ alg, typ: 'at+jwt', kid })
        .setIssuedAt()
        .setExpirationTime('exp' in claims ? Number(claims.exp) : '5m')
        .sign(privateKey),
  }
}
