import type { RequestView, Resource } from '@turnpike/core'
import { hash } from 'node:crypto'
import { canonicalJson, checkCanonical } from './canonical-json.ts'
import { type ReadCall, resourceText } from './call.ts'
import type { MessageOrigin } from './message-origin.ts'
import { CREDENTIAL_META } from './wire-names.ts'

/**
 * The engine's view of a call. Credentials look like header fields to it, so that rails read them as they read HTTP.
 *
 * @param argument - name of the tool argument that may carry a credential; undefined: none does
 * @throws NotCanonicalError for arguments without a canonical form
 */
export function viewOfCall(call: ReadCall, origin: MessageOrigin, argument: string | undefined): RequestView {
  const { credential } = call
  const carried = credential === undefined ? undefined : readCredential(credential)
  return {
    method: 'POST',
    path: call.message.method,
    ip: origin.ip,
    caller: origin.caller,
    carrier: origin.carrier,
    resource: new CallResource(call),
    header(name) {
      const sent = origin.header(name)
      if (carried?.field !== name) return sent
      // A Bearer token may stand beside it; two solutions may not.
      return name === 'authorization' && sent !== undefined ? `${sent}, ${carried.text}` : carried.text
    },
    body: () => ({ name: call.name, arguments: call.arguments }),
    howToRepeat: (challenge) => `then ${howToRepeat(call, `challenge=${challenge},nonce=<nonce>`, argument)}`,
    howToPay: ({ invoice, macaroon }) =>
      `To pay: pay the invoice ${invoice} and keep the preimage (hex) that the wallet shows; then ` +
      howToRepeat(call, `L402 ${macaroon}:<preimage>`, argument),
  }
}

/**
 * Work is bound to name and arguments, payment to the name (R34). The digest is keyed when it becomes a tag; it is made when
 * somebody asks, since a free call needs none.
 */
class CallResource implements Resource {
  readonly kind = 'tool'
  readonly text: string
  readonly #about: readonly unknown[]
  #digest: string | undefined

  constructor(call: ReadCall) {
    const { kind, name } = call
    this.text = resourceText(call)
    this.#about = kind === 'tool' ? [name, call.arguments] : [kind, name, call.arguments]
    checkCanonical(this.#about)
  }

  get digest(): string {
    return (this.#digest ??= hash('sha256', canonicalJson(this.#about), 'base64url'))
  }
}

interface Carried {
  readonly field: 'authorization' | 'x-pow-solution'
  readonly text: string
}

/** Longer ones are no credentials of any rail. */
const MAX_CREDENTIAL = 16_384

/**
 * What is shown as a credential and is none must be refused as such, not be overlooked. An access token is none: it goes into
 * the header `Authorization`, never where models and logs see it (RFC 6750 §5.3).
 */
function readCredential(credential: unknown): Carried {
  if (typeof credential !== 'string' || credential.length > MAX_CREDENTIAL) {
    return { field: 'x-pow-solution', text: '?' }
  }
  const text = credential.trim()
  if (/^(?:L402|LSAT) /i.test(text)) return { field: 'authorization', text }
  return { field: 'x-pow-solution', text: text.replace(/^pow /i, '') }
}

/** A model sees the text alone, so all that it needs stands there. */
function howToRepeat({ kind, name }: ReadCall, credential: string, argument: string | undefined): string {
  return kind === 'tool' && argument !== undefined
    ? `call ${name} again with the same arguments and ${argument}: "${credential}".`
    : `repeat the request with "${credential}" in params._meta["${CREDENTIAL_META}"].`
}
