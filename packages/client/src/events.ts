/**
 * Why a refusal was handed to the caller instead of being met:
 * - `too_hard`: the work is above `maxBits`; `refused`: a solution was sent and did not help;
 * - `wait_too_long`: `Retry-After` is beyond what is left of `maxWaitMs`; `attempts`: `maxAttempts` requests were sent;
 * - `body_too_large`: the request's body is above `maxBodyBytes`, so it cannot be sent again;
 * - `redirected`: a redirect led here, and sending the request again could do twice what it does, or is impossible;
 * - `plain_http`: a solution would travel unencrypted to another machine (`allowPlainHttp`).
 */
export type GiveUpReason =
  'too_hard' | 'refused' | 'wait_too_long' | 'attempts' | 'body_too_large' | 'redirected' | 'plain_http'

/** What happens between a call and its answer. Carries no query, no header, no challenge and no nonce. */
export type ClientEvent =
  /** A refusal that can be met; `code` is that of its problem document. */
  | { readonly type: 'challenged'; readonly url: string; readonly status: number; readonly code?: string }
  | {
      readonly type: 'solving'
      readonly url: string
      readonly expectedHashes: number
      readonly count: number
    }
  | { readonly type: 'solved'; readonly url: string; readonly hashes: number; readonly elapsedMs: number }
  | { readonly type: 'waiting'; readonly url: string; readonly waitMs: number }
  /** `message` says the fix. */
  | {
      readonly type: 'gaveUp'
      readonly url: string
      readonly status: number
      readonly reason: GiveUpReason
      readonly message: string
    }

/** Address without query and fragment: either may hold a key. */
export function publicUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
