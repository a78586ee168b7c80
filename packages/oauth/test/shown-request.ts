import type { IdentitySource, IdentityVerdict, RequestView } from '@turnpike/core'
import { hash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'

/** A request as an adapter would show it, to ask a source without any gate. */
export function shown(
  headers: Readonly<Record<string, string>>,
  request: Partial<RequestView> = {},
): RequestView {
  return {
    method: 'GET',
    path: '/search',
    header: (name) => headers[name],
    body: () => undefined,
    ...request,
  }
}

/** What a source says of a token, in short: the identity, or the code of the fault. */
export async function verdictOn(source: IdentitySource, token: string, scheme = 'Bearer'): Promise<string> {
  return inShort(await source.verify(shown({ authorization: `${scheme} ${token}` })))
}

export function inShort(verdict: IdentityVerdict | undefined): string {
  switch (verdict?.outcome) {
    case 'verified':
      return `${verdict.identity.class} ${verdict.identity.client ?? '-'}`
    case 'invalid':
      return verdict.code
    case 'unavailable':
      return verdict.outcome
    case undefined:
      return 'nothing shown'
  }
}

/** A key to prove the possession of. */
export interface ProofKey {
  readonly jkt: string
  /** @param changes - of the proof's claims, @param header - of its header */
  prove(claims: object, header?: Partial<JWTHeaderParameters>): Promise<string>
}

export async function createProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    prove: async (claims, header = {}) =>
      await new SignJWT({ jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  }
}

/** The claim `ath` of a proof (RFC 9449 §4.2). */
export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
