import { readFileSync } from 'node:fs'

/** A field `WWW-Authenticate` as a server sends it, and the L402 challenge that a client is to find in it; null: none. */
export interface ChallengeHeader {
  readonly name: string
  readonly header: string
  readonly expect: { readonly token: string; readonly invoice: string } | null
}

/** Recorded from servers in use, and what they might send. */
export const CHALLENGE_HEADERS: readonly ChallengeHeader[] = JSON.parse(
  readFileSync(new URL('vectors/challenge-headers.json', import.meta.url), 'utf8'),
)
