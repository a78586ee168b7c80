import { formatL402Credential, L402_HEADER, POW_SOLUTION_HEADER } from '@turnpike/protocol'

/** What is shown to get in. It is a secret: whoever has it may use it. */
export type Credential =
  | {
      readonly rail: 'pow'
      /** As in `X-PoW-Solution`: `challenge=<text>,nonce=<hex>`. */
      readonly text: string
    }
  | {
      readonly rail: 'lightning'
      /** As in `Authorization`, scheme included: `L402 <token>:<preimage>`. */
      readonly text: string
    }

/** The credential of a purchase that is paid for. */
export function credentialOf(bought: {
  readonly scheme: 'L402' | 'LSAT'
  readonly token: string
  readonly preimage: string
}): Credential {
  return { rail: 'lightning', text: formatL402Credential(bought, bought.preimage) }
}

/** Puts a credential where the server looks for it; an `Authorization` of the caller's stays, and gates of ours read on. */
export function present(headers: Headers, { rail, text }: Credential): void {
  if (rail === 'pow') headers.set(POW_SOLUTION_HEADER, text)
  else headers.set(headers.has('authorization') ? L402_HEADER : 'authorization', text)
}
