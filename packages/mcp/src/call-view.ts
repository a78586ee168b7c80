import type { RequestView, Resource } from '@turnpike/core'
import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { ReadCall } from './call.ts'
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
    resource: resourceOf(call),
    header(name) {
      const sent = origin.header(name)
      if (carried?.field !== name) return sent
      // A Bearer token may stand beside it; two solutions may not.
      return name === 'authorization' && sent !== undefined ? `${sent}, ${carried.text}` : carried.text
    },
    body: () => ({ name: call.name, arguments: call.arguments }),
    howToRepeat: (challenge) => howToRepeat(call, challenge, argument),
  }
}

/** Work is bound to name and arguments, payment to the name (R34). The digest is keyed when it becomes a tag. */
function resourceOf(call: ReadCall): Resource {
  const { kind, name } = call
  const text = kind === 'tool' ? name : `${kind} ${name}`
  const about = kind === 'tool' ? [name, call.arguments] : [kind, name, call.arguments]
  const digest = createHash('sha256').update(canonicalJson(about)).digest('base64url')
  return { kind: 'tool', text, digest }
}

interface Carried {
  readonly field: 'authorization' | 'x-pow-solution'
  readonly text: string
}

/** Longer ones are no credentials of any rail. */
const MAX_CREDENTIAL = 16_384

/** What is shown as a credential and is none must be refused as such, not be overlooked. */
function readCredential(credential: unknown): Carried {
  if (typeof credential !== 'string' || credential.length > MAX_CREDENTIAL) {
    return { field: 'x-pow-solution', text: '?' }
  }
  const text = credential.trim()
  if (/^(?:L402|LSAT|Bearer) /i.test(text)) return { field: 'authorization', text }
  return { field: 'x-pow-solution', text: text.replace(/^pow /i, '') }
}

function howToRepeat({ kind, name }: ReadCall, challenge: string, argument: string | undefined): string {
  const value = `"challenge=${challenge},nonce=<nonce>"`
  return kind === 'tool' && argument !== undefined
    ? `then call ${name} again with the same arguments and ${argument}: ${value}.`
    : `then repeat the request with ${value} in params._meta["${CREDENTIAL_META}"].`
}
